"""`yiben backtest`: how well the forecasts would have done on a long file, without a database.

Decides options, progress and the table at the end. Exit code 0 when it finished, 2 when the
request itself is wrong (said in one sentence).
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.commands.backtest_files import (
    Plan,
    checked,
    names_in,
    plan_from_manifest,
    read_long,
    refuse_target,
    write_frame,
    written_ids,
)
from app.i18n import t
from forecasting.fanout import checked_engine, engine_for
from forecasting.frames import Columns, panel_of
from forecasting.frequency import frequency_of
from forecasting.panel import Panel
from forecasting.rolling import (
    Round,
    forecast_frame,
    mean_scores,
    roll,
    totals_frame,
)
from inventory_core.errors import Invalid, YibenError

WRONG_REQUEST = 2
DEFAULT_HORIZON = {"D": 28, "W": 8, "M": 6}


@dataclass(frozen=True, slots=True)
class Way:
    """How the forecasts are made; `engine` "" leaves the place of work to the size."""

    seed: int
    prophet_seconds: float
    engine: str


def backtest(
    file: Annotated[Path | None, typer.Argument(help="long file: unique_id, ds, y")] = None,
    freq: Annotated[str, typer.Option(help="D, W-MON…W-SUN or MS")] = "D",
    season: Annotated[int | None, typer.Option(help="periods of a season")] = None,
    horizon: Annotated[int | None, typer.Option(help="periods ahead")] = None,
    step: Annotated[int | None, typer.Option(help="periods between cutoffs")] = None,
    origins: Annotated[int, typer.Option(help="number of cutoffs")] = 3,
    mask: Annotated[str | None, typer.Option(help="0/1 column: 0 = demand not seen")] = None,
    known: Annotated[str, typer.Option(help="columns known ahead, A,B")] = "",
    past: Annotated[str, typer.Option(help="columns known only afterwards, C")] = "",
    static: Annotated[str, typer.Option(help="attributes of a series, D,E")] = "",
    every: Annotated[int, typer.Option(help="train on all, write every K-th series")] = 1,
    manifest: Annotated[Path | None, typer.Option(help="JSON with the settings")] = None,
    name: Annotated[str | None, typer.Option(help="entry of the manifest")] = None,
    out: Annotated[Path | None, typer.Option(help="forecasts, .parquet or .csv")] = None,
    totals_out: Annotated[Path | None, typer.Option(help="totals, .parquet or .csv")] = None,
    seed: Annotated[int, typer.Option(help="fixes every chance")] = 0,
    prophet_seconds: Annotated[
        float, typer.Option(help="CPU seconds for Prophet, per cutoff")
    ] = 0.0,
    engine: Annotated[str, typer.Option(help="local, processes or tcp://host:port")] = "",
) -> None:
    """Forecast from past cutoffs and compare with what happened."""
    try:
        if engine:
            checked_engine(engine)
        if manifest is not None:
            if not name:
                raise Invalid("backtest_manifest_needs_name", file=str(manifest))
            plan = plan_from_manifest(manifest, name, file)
        else:
            default = DEFAULT_HORIZON[frequency_of(freq).code[0]]
            reach = default if horizon is None else horizon
            columns = Columns(mask, names_in(known), names_in(past), names_in(static))
            if file is None:
                raise Invalid("backtest_file_or_manifest_needed")
            plan = checked(
                Plan(
                    file,
                    freq,
                    season,
                    reach,
                    reach if step is None else step,
                    origins,
                    columns,
                    every,
                )
            )
        for target in (out, totals_out):
            if target is not None:
                refuse_target(target)
        _run(plan, out, totals_out, Way(seed, prophet_seconds, engine))
    except YibenError as error:
        sentence = t(f"error.{error.code}", language="en", **error.params)
        Console(stderr=True, soft_wrap=True).print(sentence, style="red", markup=False)
        raise typer.Exit(WRONG_REQUEST) from error


def _run(plan: Plan, out: Path | None, totals_out: Path | None, way: Way) -> None:
    console = Console()
    frame = read_long(plan)
    panel = panel_of(frame, frequency_of(plan.frequency, plan.season), plan.columns)
    ids = written_ids(frame, plan.every)
    del frame  # the long file of a large panel is many times the panel
    place = {name: row for row, name in enumerate(panel.ids)}
    rows = np.array([place[str(name)] for name in ids], dtype=np.int64)
    started = _cpu_seconds()
    rounds = _rounds(console, plan, panel, rows, way)
    spent = _cpu_seconds() - started
    if out is not None:
        write_frame(forecast_frame(rounds, rows, ids), out)
    if totals_out is not None:
        write_frame(totals_frame(rounds, rows, ids), totals_out)
    _print_scores(console, panel, rounds, spent, len(rows))


def _rounds(console: Console, plan: Plan, panel: Panel, rows: Any, way: Way) -> list[Round]:
    rounds: list[Round] = []
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        label = f"{panel.count} series, {panel.length} periods"
        task = progress.add_task(label, total=plan.origins)
        for one in roll(
            panel,
            plan.horizon,
            step=plan.step,
            origins=plan.origins,
            rows=rows,
            seed=way.seed,
            prophet_seconds=way.prophet_seconds,
            engine=way.engine or engine_for(panel.count),
        ):
            rounds.append(one)
            progress.update(task, advance=1, description=f"{label}, cutoff {one.cutoff}")
    return rounds


def _cpu_seconds() -> float:
    """Of this process and of the processes it has started and seen end; not of a cluster."""
    return sum(os.times()[:4])


def _print_scores(
    console: Console, panel: Panel, rounds: list[Round], spent: float, scored: int
) -> None:
    ours = mean_scores([one.ours for one in rounds])
    baseline = mean_scores([one.baseline for one in rounds])
    table = Table(title=f"{scored} series scored, {len(rounds)} cutoffs, horizon "
                  f"{len(rounds[0].forecast.days)}")  # fmt: skip
    for heading in ("", "Yiben", "seasonal naive", "better by"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, value in ours.items():
        against = baseline[name]
        judged = name not in ("BIAS", "COV90") and against > 0
        table.add_row(
            name,
            f"{value:.3f}",
            f"{against:.3f}",
            f"{1 - value / against:.1%}" if judged else "",
        )
    console.print(table)
    per_thousand = 1000.0 * spent / (panel.count * len(rounds))
    console.print(
        f"{spent:.1f} CPU seconds, {per_thousand:.1f} per 1,000 series and cutoff", highlight=False
    )


if __name__ == "__main__":
    typer.run(backtest)
