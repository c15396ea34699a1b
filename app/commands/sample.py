"""`yiben sample load | remove | status`: the sample company. Decides words; the simulator plays.

The sample lives in a database of its own: removing it takes nothing else with it, and a company of
one's own stands beside it untouched.
"""

from typing import Annotated

import typer
from rich.console import Console

from app.i18n import day, t
from app.opening import ready_server, terminal_language
from app.sample_play import bring_sample
from app.sample_start import decide_sample
from inventory_core.db.companies import (
    OWN_COMPANY,
    SAMPLE_COMPANY,
    current_company,
    drop_company_database,
    list_companies,
    open_company,
    remember_company,
)
from inventory_core.insight.attention import open_suggestions
from inventory_core.insight.facts import order_count
from inventory_core.insight.kpis import last_snapshot_on
from inventory_core.settings import load_settings

sample = typer.Typer(no_args_is_help=True, add_completion=False)
screen = Console()


@sample.command()
def load() -> None:
    """Play eighteen months of a sample seller into a company of its own, and plan for it."""
    settings, language = load_settings(), terminal_language()
    server = ready_server(settings)
    if SAMPLE_COMPANY in list_companies(server):
        screen.print(t("sample.there_already", language=language))
        raise typer.Exit(1)
    bring_sample(server, settings, language, screen)


@sample.command()
def remove(
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Remove the sample company with everything in it; nothing else is touched."""
    settings, language = load_settings(), terminal_language()
    server = ready_server(settings)
    decide_sample(settings)
    if SAMPLE_COMPANY not in list_companies(server):
        screen.print(t("sample.not_there", language=language))
        return
    if not yes:
        typer.confirm(t("sample.remove_sure", language=language), abort=True)
    if current_company(settings.data_folder) == SAMPLE_COMPANY:
        remember_company(settings.data_folder, OWN_COMPANY)
    drop_company_database(server, SAMPLE_COMPANY)
    screen.print(t("sample.removed", language=language))


@sample.command()
def status() -> None:
    """Say whether the sample company is there and how far it reaches."""
    settings, language = load_settings(), terminal_language()
    server = ready_server(settings)
    if SAMPLE_COMPANY not in list_companies(server):
        screen.print(t("sample.not_there", language=language))
        return
    database = open_company(server, SAMPLE_COMPANY)
    try:
        with database.reading() as conn:
            words = t(
                "sample.status",
                language=language,
                orders=order_count(conn),
                day=day(last_snapshot_on(conn), language=language),
                suggestions=open_suggestions(conn),
            )
    finally:
        database.dispose()
    screen.print(words)
