"""`yiben sample load` and `yiben sample remove`. Decides what is asked and said; nothing else.

The sample company lives in a database of its own, so removing it touches no other company.
"""

from typing import Annotated

import typer
from rich.console import Console

from app.i18n import t
from app.opening import ready_server, terminal_language
from app.sample_start import bring_sample, decide_sample
from inventory_core.db.companies import (
    OWN_COMPANY,
    SAMPLE_COMPANY,
    current_company,
    drop_company_database,
    list_companies,
    remember_company,
)
from inventory_core.settings import load_settings

screen = Console()
sample = typer.Typer(no_args_is_help=True, add_completion=False)


@sample.command("load")
def load() -> None:
    """Play the simulated company into a database of its own and open it."""
    settings, language = load_settings(), terminal_language()
    server = ready_server(settings)
    if SAMPLE_COMPANY in list_companies(server):
        screen.print(t("sample.there_already", language=language))
        raise typer.Exit(1)
    bring_sample(server, settings, language, screen)


@sample.command("remove")
def remove(
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Remove the simulated company with everything in it."""
    settings, language = load_settings(), terminal_language()
    server = ready_server(settings)
    if SAMPLE_COMPANY not in list_companies(server):
        screen.print(t("sample.not_there", language=language))
        raise typer.Exit(1)
    if not yes:
        typer.confirm(t("sample.remove_sure", language=language), abort=True)
    drop_company_database(server, SAMPLE_COMPANY)
    decide_sample(settings)
    if current_company(settings.data_folder) == SAMPLE_COMPANY:
        remember_company(settings.data_folder, OWN_COMPANY)
    screen.print(t("sample.removed", language=language))
