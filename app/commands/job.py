"""`yiben job list` and `yiben job run NAME`. Decides words and columns; the jobs do the work."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.commands.plan import problem_of, run_here
from app.i18n import moment, t
from app.opening import opened_company, terminal_language
from app.screens.jobs_words import plan_summary
from inventory_core.errors import Invalid
from inventory_core.office.job_runs import JobName, JobRun, RunState, job_runs

screen = Console()
job = typer.Typer(no_args_is_help=True, add_completion=False)


@job.command("list")
def list_(
    company: Annotated[str, typer.Option(help="company; default: the one last opened")] = "",
    limit: Annotated[int, typer.Option(help="how many runs")] = 20,
) -> None:
    """The latest runs, newest first."""
    language = terminal_language()
    with opened_company(company) as opened, opened.database.reading() as conn:
        runs = job_runs(conn, limit=limit)
    if not runs:
        screen.print(t("jobs.none_yet", language=language))
        return
    table = Table()
    for name in ("job", "state", "started", "took", "what"):
        table.add_column(t(f"jobs.column.{name}", language=language), overflow="fold")
    for run in runs:
        table.add_row(
            t(f"jobs.name.{run.job}", language=language),
            t(f"jobs.state.{run.state.value}", language=language),
            moment(run.started_at, language=language),
            str(timedelta(seconds=round(run.seconds))),
            _outcome(run, language),
        )
    screen.print(table)


@job.command("run")
def run(
    name: Annotated[
        str, typer.Argument(help="plan, kpi_snapshot, replay, scenario, notebook or backup")
    ],
    company: Annotated[str, typer.Option(help="company; default: the one last opened")] = "",
) -> None:
    """Run one job here and now, whether the runner is running or not."""
    language = terminal_language()
    if name not in set(JobName):
        raise Invalid("unknown_job", field="job", value=name)
    with opened_company(company) as opened:
        done = run_here(opened, JobName(name), {}, language)
    if done.state is not RunState.DONE:
        raise typer.Exit(1)
    screen.print(_outcome(done, language), soft_wrap=True)


def _outcome(run: JobRun, language: str) -> str:
    if run.problem:
        return problem_of(run, language)
    if run.state is not RunState.DONE:
        return ""
    if run.job == JobName.PLAN:
        return plan_summary(run.result, language)
    return t(f"jobs.done.{run.job}", language=language, **run.result)
