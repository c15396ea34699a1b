"""`yiben model releases | rollback`: the register of trained models, and the way back.

Decides words and columns. A rollback makes the earlier forecasts current and plans with them at
once, so that the suggestions on the list are those of the model that holds.
"""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.commands.plan import run_here
from app.i18n import day, number, percent, t
from app.opening import opened_company, terminal_language
from app.screens.forecasts_words import reason_words
from app.screens.jobs_words import plan_summary
from inventory_core.clock import utc_now
from inventory_core.office.actors import SYSTEM
from inventory_core.office.job_runs import JobName, RunState
from inventory_core.planning.registry import champion_release, releases, roll_back

screen = Console()

Company = Annotated[str, typer.Option(help="company; default: the one last opened")]


def list_releases(
    company: Company = "", limit: Annotated[int, typer.Option(help="how many")] = 20
) -> None:
    """Every retraining: which is in use, and why."""
    language = terminal_language()
    with opened_company(company) as opened, opened.database.reading() as conn:
        found = releases(conn, limit=limit)
    if not found:
        screen.print(t("learning.models_empty", language=language), soft_wrap=True)
        return
    table = Table()
    for name in ("number", "state", "why", "trained_on", "skill", "cpu"):
        table.add_column(t(f"learning.{name}", language=language), overflow="fold")
    for one in found:
        table.add_row(
            str(one.id),
            t(f"learning.state_{one.state.value}", language=language),
            reason_words(one, language),
            day(one.as_of_on, language=language),
            percent(None if one.skill is None else 1.0 - one.skill, 0, language=language),
            number(one.cpu_seconds, 1, language=language),
        )
    screen.print(table)


def rollback(
    to: Annotated[int, typer.Option(help="release to use again; default: the one before")] = 0,
    company: Company = "",
) -> None:
    """Use an earlier model's forecasts again, and plan with them."""
    language, now = terminal_language(), utc_now()
    with opened_company(company) as opened:
        opened.database.write(lambda tx: roll_back(tx, SYSTEM, to_id=to or None, now=now))
        run = run_here(opened, JobName.PLAN, {}, language)
        if run.state is not RunState.DONE:
            raise typer.Exit(1)
        with opened.database.reading() as conn:
            held = champion_release(conn)
        assert held is not None, "a plan leaves a champion"
        words = t(
            "learning.cli_champion",
            language=language,
            release=held.id,
            day=day(held.as_of_on, language=language),
            why=reason_words(held, language),
        )
        screen.print(words, soft_wrap=True)
        screen.print(plan_summary(run.result, language), soft_wrap=True)
