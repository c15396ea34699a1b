"""Turns a long frame (`unique_id, ds, y` and extras) into a panel, or says which cell is wrong.

Decides what counts as an error (a missing column, a stamp off the calendar, a repeated row, an
amount that is no number) and never repairs one silently; a row that is not there stays missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.filters import is_whole
from forecasting.frequency import Days, Frequency, period_range
from forecasting.panel import Bools, Floats, Ints, Panel
from inventory_core.errors import Invalid

MAX_PERIODS = 20_000
MAX_CELLS = 400_000_000


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of the long frame mean what, beside `unique_id, ds, y`."""

    mask: str | None = None
    known: Sequence[str] = ()
    past: Sequence[str] = ()
    static: Sequence[str] = ()

    def named(self) -> list[str]:
        mask = [self.mask] if self.mask else []
        return list(dict.fromkeys([*mask, *self.known, *self.past, *self.static]))


def panel_of(frame: pd.DataFrame, frequency: Frequency, columns: Columns | None = None) -> Panel:
    """The dense panel of a long frame. Rows after the last known `y` announce covariates only.

    Where the mask column is 0 the demand was not seen. A mask that is also a known covariate
    announces closed periods. Leading zeros are before the first sale: missing, not demand.
    """
    columns = columns or Columns()
    _require_columns(frame, columns)
    stamps = _stamps(frame, frequency)
    codes, ids = _identities(frame)
    days = period_range(frequency, stamps.min(), stamps.max())
    if len(days) > MAX_PERIODS or len(days) * len(ids) > MAX_CELLS:
        raise Invalid("history_panel_too_large", series=len(ids), periods=len(days))
    at = np.searchsorted(days, stamps)
    _refuse_off_calendar(frame, stamps, days, at, frequency)
    _refuse_repeated(frame, codes, at, len(days))

    def dense(name: str) -> Floats:
        out = np.full((len(ids), len(days)), np.nan)
        out[codes, at] = _numbers(frame, name)
        return out

    y = dense("y")
    if np.nanmin(y, initial=0.0) < 0:
        row = int(np.flatnonzero(_numbers(frame, "y") < 0)[0])
        raise Invalid(
            "history_negative_demand", row=row + 1, unique_id=str(frame["unique_id"].iloc[row])
        )
    seen = ~np.isnan(y).all(axis=0)
    if not seen.any():
        raise Invalid("history_no_demand_at_all")
    length = int(np.flatnonzero(seen)[-1]) + 1
    closed: Bools | None = None
    if columns.mask:
        shut = dense(columns.mask) <= 0
        y[shut] = np.nan
        closed = shut if columns.mask in columns.known else None
    seen_rows = ~np.isnan(y[:, :length])
    static, categorical = _static(frame, codes, len(ids), columns.static)
    return Panel(
        ids=ids,
        frequency=frequency,
        days=days,
        y=_from_first_sale(y[:, :length]),
        known={name: dense(name) for name in columns.known},
        past={name: dense(name)[:, :length] for name in columns.past},
        static=static,
        categorical=categorical,
        offered_from=np.where(seen_rows.any(axis=1), seen_rows.argmax(axis=1), MAX_PERIODS),
        closed=closed,
        whole=is_whole(y),
    )


def _require_columns(frame: pd.DataFrame, columns: Columns) -> None:
    for name in ["unique_id", "ds", "y", *columns.named()]:
        if name not in frame.columns:
            raise Invalid(
                "history_column_missing",
                column=name,
                present=", ".join(map(str, frame.columns[:20])),
            )
    if frame.empty:
        raise Invalid("history_no_rows")


def _stamps(frame: pd.DataFrame, frequency: Frequency) -> Days:
    parsed = pd.to_datetime(frame["ds"], errors="coerce", format="ISO8601")
    bad = np.flatnonzero(parsed.isna().to_numpy())
    if len(bad):
        row = int(bad[0])
        raise Invalid("history_not_a_date", row=row + 1, value=str(frame["ds"].iloc[row]))
    if getattr(parsed.dt, "tz", None) is not None:
        raise Invalid("history_date_with_zone", column="ds")
    stamps = parsed.to_numpy().astype("datetime64[D]")
    if (parsed.to_numpy() != stamps).any():
        row = int(np.flatnonzero(parsed.to_numpy() != stamps)[0])
        raise Invalid(
            "history_stamp_off_calendar",
            row=row + 1,
            value=str(frame["ds"].iloc[row]),
            frequency=frequency.code,
        )
    return np.asarray(stamps, dtype="datetime64[D]")


def _identities(frame: pd.DataFrame) -> tuple[Ints, tuple[str, ...]]:
    if frame["unique_id"].isna().any():
        row = int(np.flatnonzero(frame["unique_id"].isna().to_numpy())[0])
        raise Invalid("history_id_missing", row=row + 1)
    codes, names = pd.factorize(frame["unique_id"].astype(str), sort=True)
    return np.asarray(codes, dtype=np.int64), tuple(str(name) for name in names)


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    values = pd.to_numeric(frame[name], errors="coerce")
    bad = np.flatnonzero((values.isna() & frame[name].notna()).to_numpy())
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    infinite = np.flatnonzero(np.isinf(numbers))
    for rows in (bad, infinite):
        if len(rows):
            row = int(rows[0])
            raise Invalid(
                "history_not_a_number", column=name, row=row + 1, value=str(frame[name].iloc[row])
            )
    return numbers


def _refuse_off_calendar(
    frame: pd.DataFrame, stamps: Days, days: Days, at: Ints, frequency: Frequency
) -> None:
    off = np.ones(len(at), dtype=bool)
    inside = at < len(days)
    off[inside] = days[at[inside]] != stamps[inside]
    if off.any():
        row = int(np.flatnonzero(off)[0])
        raise Invalid(
            "history_stamp_off_calendar",
            row=row + 1,
            value=str(frame["ds"].iloc[row]),
            frequency=frequency.code,
        )


def _refuse_repeated(frame: pd.DataFrame, codes: Ints, at: Ints, periods: int) -> None:
    cells = codes * periods + at
    taken = np.zeros((int(codes.max()) + 1) * periods, dtype=bool)
    taken[cells] = True
    if np.count_nonzero(taken) == len(cells):
        return  # sorting many million rows only to find nothing would be the dearest step here
    order = np.argsort(cells, kind="stable")
    twice = np.flatnonzero(np.diff(cells[order]) == 0)
    if len(twice):
        row = int(order[twice[0] + 1])
        raise Invalid(
            "history_repeated_row",
            row=row + 1,
            unique_id=str(frame["unique_id"].iloc[row]),
            ds=str(frame["ds"].iloc[row]),
        )


def _static(
    frame: pd.DataFrame, codes: Ints, count: int, names: Sequence[str]
) -> tuple[dict[str, Floats], frozenset[str]]:
    first_row = np.full(count, -1, dtype=np.int64)
    first_row[codes[::-1]] = np.arange(len(codes))[::-1]
    static: dict[str, Floats] = {}
    categorical: set[str] = set()
    for name in names:
        values = frame[name].iloc[first_row]
        if pd.api.types.is_numeric_dtype(values.dtype):
            static[name] = values.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            static[name] = pd.factorize(values, sort=True)[0].astype(np.float64)
            categorical.add(name)
    return static, frozenset(categorical)


def _from_first_sale(y: Floats) -> Floats:
    sold = np.nan_to_num(y) > 0
    started = np.maximum.accumulate(sold, axis=1)
    return np.where(started, y, np.nan)
