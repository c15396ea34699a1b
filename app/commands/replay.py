"""`yiben replay`: what Yiben's orders would have cost on a long file, without a database.

Decides options, progress and the table at the end; the policy file holds, per review, the demand
expected until the order arrives and the stock wanted then. Exit code 0 when it finished, 2 when
the request itself is wrong (said in one sentence).
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
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
from app.opening import terminal_language
from forecasting.frames import Columns, panel_of
from forecasting.frequency import frequency_of
from forecasting.panel import Panel
from forecasting.replay import History, Replay
from forecasting.replay import replay as replay_window
from forecasting.replay_frames import history_of, policy_frame
from forecasting.simulate import Result, Terms, play, result_of
from forecasting.simulate_rules import (
    clairvoyant,
    levels,
    moving_average_levels,
    usual_opening,
)
from inventory_core.errors import Invalid, YibenError

WRONG_REQUEST = 2
MAX_PERIODS = 400
MAX_PRICE = 1e6
OPENING_WINDOW = 12  # periods whose mean is everyone's starting stock


def replay(
    file: Annotated[Path | None, typer.Argument(help="long file: unique_id, ds, y")] = None,
    lead: Annotated[int, typer.Option(help="periods from order to arrival")] = 2,
    review: Annotated[int, typer.Option(help="periods between reviews")] = 1,
    holding: Annotated[float, typer.Option(help="cost of a unit left, per period")] = 1.0,
    stockout: Annotated[float, typer.Option(help="cost of a unit not served")] = 9.0,
    start: Annotated[str, typer.Option(help="first period of the window, YYYY-MM-DD")] = "",
    out: Annotated[Path | None, typer.Option(help="policy, .parquet or .csv")] = None,
    freq: Annotated[str, typer.Option(help="D, W-MON…W-SUN or MS")] = "D",
    season: Annotated[int | None, typer.Option(help="periods of a season")] = None,
    mask: Annotated[str | None, typer.Option(help="0/1 column: 0 = demand not seen")] = None,
    known: Annotated[str, typer.Option(help="columns known ahead, A,B")] = "",
    past: Annotated[str, typer.Option(help="columns known only afterwards, C")] = "",
    static: Annotated[str, typer.Option(help="attributes of a series, D,E")] = "",
    manifest: Annotated[Path | None, typer.Option(help="JSON with the settings")] = None,
    name: Annotated[str | None, typer.Option(help="entry of the manifest")] = None,
    seed: Annotated[int, typer.Option(help="fixes every chance")] = 0,
) -> None:
    """Order through a past window on what was known then, and say what it would have cost."""
    console = Console(soft_wrap=True)
    try:
        columns = Columns(mask, names_in(known), names_in(past), names_in(static))
        plan = _plan(file, freq, season, columns, manifest, name)
        terms = _terms(lead, review, holding, stockout)
        if out is not None:
            refuse_target(out)
        frame = read_long(plan)
        panel = panel_of(frame, frequency_of(plan.frequency, plan.season), plan.columns)
        first = _column(panel, start)
        history = history_of(frame, panel, plan.columns.mask)
        done = _run(console, history, first, terms, seed=seed)
        if out is not None:
            told = {str(each): each for each in written_ids(frame, 1)}
            policy = policy_frame(done, panel, first, [told[each] for each in panel.ids])
            write_frame(policy, out)
        _print_result(console, history, first, done)
        if out is not None:
            console.print(_say("replay.written", rows=len(policy), file=str(out)), highlight=False)
    except YibenError as error:
        sentence = _say(f"error.{error.code}", **error.params)
        Console(stderr=True, soft_wrap=True).print(sentence, style="red", markup=False)
        raise typer.Exit(WRONG_REQUEST) from error


def _say(key: str, **params: object) -> str:
    return t(key, language=terminal_language(), **params)


def _plan(
    file: Path | None,
    freq: str,
    season: int | None,
    columns: Columns,
    manifest: Path | None,
    name: str | None,
) -> Plan:
    if manifest is not None:
        if not name:
            raise Invalid("backtest_manifest_needs_name", file=str(manifest))
        return plan_from_manifest(manifest, name, file)
    if file is None:
        raise Invalid("backtest_file_or_manifest_needed")
    return checked(Plan(file, freq, season, 1, 1, 1, columns, 1))


def _terms(lead: int, review: int, holding: float, stockout: float) -> Terms:
    limits: tuple[tuple[str, float, float, float], ...] = (
        ("--lead", lead, 0, MAX_PERIODS),
        ("--review", review, 1, MAX_PERIODS),
        ("--holding", holding, 0.000001, MAX_PRICE),
        ("--stockout", stockout, 0, MAX_PRICE),
    )
    for option, value, least, limit in limits:
        if not least <= value <= limit:
            raise Invalid(
                "replay_number_out_of_range", option=option, value=value, least=least, limit=limit
            )
    return Terms(lead, review, holding, stockout)


def _column(panel: Panel, start: str) -> int:
    """The first column of the window."""
    if not start:
        raise Invalid("replay_start_needed")
    try:
        day = np.datetime64(date.fromisoformat(start), "D")
    except ValueError as error:
        raise Invalid("replay_start_not_a_date", value=start) from error
    first = int(np.searchsorted(panel.days, day))
    if not 0 < first < panel.length:
        ends = panel.days[0], panel.days[panel.length - 1]
        raise Invalid("replay_start_outside", start=start, first=str(ends[0]), last=str(ends[1]))
    return first


def _run(console: Console, history: History, first: int, terms: Terms, *, seed: int) -> Replay:
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console
    ) as progress:
        task = progress.add_task(_say("replay.stage.history", done=0, total="…"), total=None)

        def told(stage: str, done: int, total: int) -> None:
            line = _say(f"replay.stage.{stage}", done=done, total=total)
            progress.update(task, description=line, completed=done, total=total)

        return replay_window(
            history, first, terms, seed=seed, opening_window=OPENING_WINDOW, told=told
        )


def _print_result(console: Console, history: History, first: int, done: Replay) -> None:
    terms, window = done.played.terms, history.asked[:, first:]
    opening = usual_opening(history.seen[:, :first], terms, window=OPENING_WINDOW)

    def average(safety: bool) -> Result:
        level = moving_average_levels(
            history.seen, first, window.shape[1], terms, window=OPENING_WINDOW, safety=safety
        )
        return result_of(play(window, terms, opening, levels(level, level)))

    results = {
        "ours": result_of(done.played),
        "average": average(True),
        "naive": average(False),
        "clairvoyant": result_of(play(window, terms, opening, clairvoyant(window, terms))),
    }
    simple = min(results["average"].norm, results["naive"].norm)
    console.print(
        _table(
            _say(
                "replay.table",
                series=len(window),
                periods=window.shape[1],
                start=str(history.panel.days[first]),
                lead=terms.lead,
                review=terms.review,
            ),
            results,
            lambda each: f"{each.norm / simple - 1:+.1%}" if simple > 0 else "",
        )
    )
    notes = ["replay.honest"]
    if not done.settled:
        notes.insert(0, "replay.not_settled")
    if terms.stockout <= terms.review * terms.holding:
        notes.insert(0, "replay.no_bound")
    for note in notes:
        console.print(_say(note), highlight=False)


def _table(title: str, results: dict[str, Result], against: Callable[[Result], str]) -> Table:
    table = Table(title=title)
    table.add_column("")
    for column in ("norm", "against", "cost", "holding", "stockout", "fill_rate"):
        table.add_column(_say(f"replay.column.{column}"), justify="right")
    for name, each in results.items():
        table.add_row(
            _say(f"replay.row.{name}"),
            f"{each.norm:,.3f}",
            against(each),
            f"{each.cost:,.0f}",
            f"{each.holding:,.0f}",
            f"{each.stockout:,.0f}",
            f"{each.fill_rate:.1%}",
        )
    return table


if __name__ == "__main__":
    typer.run(replay)
