"""`yiben model list | check | register | retire | releases | rollback`. Decides options and words.

A model of one's own is a Python file in the data folder's `models/`; who may write there runs code
of their own anyway, so the terminal acts as the program itself, like every other command.
"""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app.commands.model_releases import list_releases, rollback
from app.i18n import moment, t
from app.opening import opened_company, terminal_language
from forecasting.own_models import checked_model, model_files
from inventory_core.clock import new_id, utc_now
from inventory_core.errors import Invalid
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.own_models import own_models, register_own_model, retire_own_model
from inventory_core.settings import load_settings

screen = Console()
model = typer.Typer(no_args_is_help=True, add_completion=False)
model.command("releases")(list_releases)
model.command("rollback")(rollback)

Company = Annotated[str, typer.Option(help="company; default: the one last opened")]
File = Annotated[str, typer.Argument(help="a Python file in the data folder's models/")]
Class = Annotated[str, typer.Argument(help="the class in it that keeps the contract")]
Parameters = Annotated[str, typer.Option(help='for its constructor, JSON: {"window": 8}')]


@model.command("list")
def list_(company: Company = "") -> None:
    """Models of one's own, newest first, and the files that could be registered."""
    language = terminal_language()
    with opened_company(company) as opened, opened.database.reading() as conn:
        found = own_models(conn)
    if found:
        table = Table()
        for name in ("name", "file", "parameters", "state", "who", "when"):
            table.add_column(t(f"models.column.{name}", language=language), overflow="fold")
        for one in found:
            table.add_row(
                one.name,
                f"{one.file_name}:{one.class_name}",
                json.dumps(dict(one.parameters)),
                t("models.active" if one.active else "models.retired", language=language),
                one.person_name,
                moment(one.recorded_at, language=language),
            )
        screen.print(table)
    else:
        screen.print(t("models.none", language=language), soft_wrap=True)
    files = ", ".join(model_files(opened.settings.data_folder)) or "—"
    screen.print(t("models.files", language=language, files=files), soft_wrap=True)


@model.command("check")
def check(file: File, class_name: Class, parameters: Parameters = "{}") -> None:
    """Hold a model to the contract without registering it."""
    new = checked_model(load_settings().data_folder, file, class_name, _parsed(parameters))
    screen.print(t("models.kept", language=terminal_language(), name=new.name), soft_wrap=True)


@model.command("register")
def register(
    file: File, class_name: Class, parameters: Parameters = "{}", company: Company = ""
) -> None:
    """Check a model and let it compete from the next planning on."""
    language = terminal_language()
    with opened_company(company) as opened:
        folder = opened.settings.data_folder
        new = checked_model(folder, file, class_name, _parsed(parameters))
        key, now = str(new_id()), utc_now()
        made = opened.database.write(
            lambda tx: register_own_model(tx, SYSTEM, new, key=key, now=now)
        )
    words = t("models.registered", language=language, name=made.name, hash=made.file_hash[:12])
    screen.print(words, soft_wrap=True)


@model.command("retire")
def retire(
    name: Annotated[str, typer.Argument(help="name of an active model")], company: Company = ""
) -> None:
    """Take a model out of the competition; its past forecasts stay."""
    now = utc_now()
    with opened_company(company) as opened:
        opened.database.write(lambda tx: retire_own_model(tx, SYSTEM, name, now=now))
    screen.print(t("models.retired_done", language=terminal_language(), name=name))


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Invalid("parameters_unreadable", field="parameters", value=text) from error
    if not isinstance(found, dict):
        raise Invalid("parameters_unreadable", field="parameters", value=text)
    return found
