"""What a backtest reads and writes: the settings (options or a manifest), the long file, results.

Decides which files and columns are acceptable and says what is wrong with the rest; computes
nothing about demand.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.lib

from forecasting.frames import Columns
from inventory_core.errors import Invalid, NotFound

SUFFIXES = (".parquet", ".csv")
MAX_HORIZON = 730
MAX_ORIGINS = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that fixes one backtest."""

    file: Path
    frequency: str
    season: int | None
    horizon: int
    step: int
    origins: int
    columns: Columns
    every: int


def plan_from_manifest(manifest: Path, name: str, file: Path | None) -> Plan:
    """The plan that the manifest keeps under `name`; its file lies beside it."""
    if not manifest.is_file():
        raise NotFound("backtest_file_not_found", file=str(manifest))
    try:
        entries: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Invalid(
            "backtest_manifest_unreadable", file=str(manifest), reason=str(error)
        ) from error
    if not isinstance(entries, dict) or name not in entries:
        raise NotFound(
            "backtest_name_not_in_manifest", name=name, present=", ".join(map(str, entries))
        )
    entry = entries[name]
    for needed in ("freq", "horizon", *(() if file else ("file",))):
        if needed not in entry:
            raise Invalid("backtest_manifest_entry_lacks", name=name, lacks=needed)
    return checked(
        Plan(
            file=file or manifest.parent / str(entry["file"]),
            frequency=str(entry["freq"]),
            season=entry.get("season"),
            horizon=int(entry["horizon"]),
            step=int(entry.get("step", entry["horizon"])),
            origins=int(entry.get("origins", 1)),
            columns=Columns(
                mask=entry.get("mask"),
                known=tuple(entry.get("known", ())),
                past=tuple(entry.get("past", ())),
                static=tuple(entry.get("static", ())),
            ),
            every=int(entry.get("eval_every", 1)),
        )
    )


def checked(plan: Plan) -> Plan:
    """The plan, or Invalid naming the option that cannot be."""
    limits = {"horizon": MAX_HORIZON, "step": MAX_HORIZON, "origins": MAX_ORIGINS, "every": 10**9}
    for option, limit in limits.items():
        value = getattr(plan, option)
        if not 1 <= value <= limit:
            raise Invalid(
                "backtest_option_out_of_range", option=f"--{option}", value=value, limit=limit
            )
    return plan


def names_in(text: str) -> tuple[str, ...]:
    """`A,B` → ("A", "B")."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def read_long(plan: Plan) -> pd.DataFrame:
    """The file as a frame; identities in CSV stay text."""
    refuse_suffix(plan.file)
    if not plan.file.is_file():
        raise NotFound("backtest_file_not_found", file=str(plan.file))
    try:
        if plan.file.suffix == ".parquet":
            return pd.read_parquet(plan.file)
        return pd.read_csv(plan.file, dtype={"unique_id": str})
    except (ValueError, OSError, pyarrow.lib.ArrowException) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Invalid("backtest_file_unreadable", file=str(plan.file), reason=reason) from error


def refuse_suffix(path: Path) -> None:
    """Files are known by their ending: .parquet or .csv."""
    if path.suffix not in SUFFIXES:
        raise Invalid("backtest_unknown_file_ending", file=str(path), endings=", ".join(SUFFIXES))


def refuse_target(path: Path) -> None:
    """A result file whose ending or folder cannot be is told before the work, not after."""
    refuse_suffix(path)
    if not path.absolute().parent.is_dir():
        raise NotFound("backtest_folder_not_found", folder=str(path.absolute().parent))


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Parquet or CSV by ending."""
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False, compression="zstd")
    else:
        frame.to_csv(path, index=False, float_format="%.6g")


def written_ids(frame: pd.DataFrame, every: int) -> list[Any]:
    """Every `every`-th identity in sorted order, as the file has it."""
    unique: Sequence[Any] = sorted(frame["unique_id"].unique())
    return list(unique[::every])
