"""`yiben plan`: retrain, plan, propose, here and now. Decides options, progress and the table.

The same planning that runs every night; it is recorded among the jobs, so that the screens show it
too. Exit code 0 when it finished, 1 when it could not. With `--snapshot` a past plan is computed
again instead.
"""

from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.commands.plan_again import compute_again
from app.i18n import day, money, number, t
from app.opening import Opened, opened_company, terminal_language
from app.screens.jobs_words import plan_summary
from forecasting.fanout import checked_engine
from inventory_core.clock import utc_now
from inventory_core.errors import Invalid
from inventory_core.office.actors import SYSTEM
from inventory_core.office.company import read_company
from inventory_core.office.job_runs import JobName, JobRun, RunState, job_runs
from inventory_core.planning.worklist import waiting_suggestions
from jobs.execution import run_recorded
from jobs.tasks import Workplace

screen = Console()


def plan(
    as_of: Annotated[str, typer.Option("--as-of", help="plan as of this day, 2011-12-08")] = "",
    company: Annotated[str, typer.Option(help="company; default: the one last opened")] = "",
    top: Annotated[int, typer.Option(help="how many suggestions to print")] = 15,
    engine: Annotated[
        str, typer.Option(help="local, processes or tcp://host:port; default: by size")
    ] = "",
    snapshot: Annotated[
        str,
        typer.Option(help="compute the plan of this snapshot again and compare; writes nothing"),
    ] = "",
) -> None:
    """Forecast demand and propose what to buy, from whom and by when."""
    language = terminal_language()
    if snapshot:
        _again(snapshot, company, language, {"as-of": as_of, "engine": engine})
        return
    settings = {"as_of": _checked_day(as_of).isoformat()} if as_of else {}
    if engine:
        checked_engine(engine)
    with opened_company(company) as opened:
        run = run_here(opened, JobName.PLAN, settings, language, engine=engine)
        if run.state is not RunState.DONE:
            raise typer.Exit(1)
        screen.print(plan_summary(run.result, language), soft_wrap=True)
        if top > 0:
            screen.print(_table(opened, top, language))


def _again(snapshot: str, company: str, language: str, others: dict[str, str]) -> None:
    for name, value in others.items():
        if value:
            raise Invalid("snapshot_with_other_options", field=name)
    with opened_company(company) as opened:
        if not compute_again(opened.database, snapshot, language, screen):
            raise typer.Exit(1)


def run_here(
    opened: Opened, job: JobName, settings: dict[str, Any], language: str, *, engine: str = ""
) -> JobRun:
    """Run a job in this process with a bar that follows it; answers its record."""
    place = Workplace(
        opened.database,
        SYSTEM,
        utc_now(),
        slug=opened.slug,
        server=opened.server,
        backup_folder=opened.settings.data_folder / "backups",
        data_folder=opened.settings.data_folder,
        engine=engine or opened.settings.forecast_engine,
    )
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=screen, transient=True) as bar:
        task = bar.add_task(t(f"jobs.name.{job.value}", language=language), total=1.0)

        def follow(step: str, share: float) -> None:
            words = t(f"jobs.step.{step}", language=language)
            bar.update(task, description=words, completed=share)

        run_recorded(place, job, settings=settings, watch=follow)
    with opened.database.reading() as conn:
        run = job_runs(conn, job=job.value, limit=1)[0]
    if run.state is not RunState.DONE:
        screen.print(problem_of(run, language), style="red", soft_wrap=True)
    return run


def problem_of(run: JobRun, language: str) -> str:
    """Why a run failed, as a sentence."""
    params = run.result.get("params", {})
    return t(f"error.{run.problem}", language=language, **params)


def _table(opened: Opened, top: int, language: str) -> Table:
    with opened.database.reading() as conn:
        base = read_company(conn).base_currency
        rows = conn.rows(waiting_suggestions())
    rows = sorted(rows, key=lambda row: -(row.value_at_risk_base or 0))[:top]
    table = Table(title=t("planning.table_title", language=language, count=len(rows)))
    numbers = {"quantity", "amount"}
    for name in ("sku", "warehouse", "quantity", "supplier", "amount", "order_by", "why"):
        table.add_column(
            t(f"planning.column.{name}", language=language),
            justify="right" if name in numbers else "left",
            overflow="fold",
        )
    for row in rows:
        table.add_row(
            row.sku,
            row.warehouse,
            number(row.quantity, language=language),
            row.supplier or row.from_warehouse or t("planning.no_supplier", language=language),
            money(row.amount_base, base, language=language),
            _order_by(row, language),
            reason_words(row.reason, language),
        )
    return table


def reason_words(reason: Any, language: str) -> str:
    """The reason of a suggestion in a few words."""
    dates = {
        name: day(date.fromisoformat(reason[name]), language=language, year=False)
        for name in ("runs_out_on", "arrives_on")
        if reason.get(name)
    }
    blank = {"runs_out_on": "—", "arrives_on": "—"}
    return t(f"planning.reason.{reason['code']}", language=language, **blank | dates)


def _order_by(row: Any, language: str) -> str:
    if row.days_late:
        return t("planning.days_late", language=language, days=row.days_late)
    if row.days_late_if_high:
        return t("planning.may_be_late", language=language)
    return day(row.order_by_on, language=language)


def _checked_day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise Invalid("planning_day_unreadable", field="as_of", value=text) from error
