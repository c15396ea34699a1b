"""`yiben notebook list` and `yiben notebook run NAME`. Decides options and words; runs as a job.

The executed copy is kept and shown on the Notebooks screen, like that of a nightly run.
"""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.commands.plan import run_here
from app.i18n import moment, t
from app.opening import opened_company, terminal_language
from inventory_core.errors import Invalid
from inventory_core.office.job_runs import JobName, RunState
from inventory_core.office.notebook_runs import notebook_runs
from inventory_core.office.notebooks import (
    NotebookFile,
    Value,
    copy_folder,
    find_notebook,
    notebooks,
)

screen = Console()
notebook = typer.Typer(no_args_is_help=True, add_completion=False)
_TRUTH = {"true": True, "false": False, "yes": True, "no": False}


@notebook.command("list")
def list_(
    company: Annotated[str, typer.Option(help="company; default: the one last opened")] = "",
) -> None:
    """The notebooks, their parameters, and when each ran last."""
    language = terminal_language()
    with opened_company(company) as opened, opened.database.reading() as conn:
        latest = {run.notebook: run for run in reversed(notebook_runs(conn, limit=100))}
        found = notebooks(opened.settings.data_folder)
    table = Table()
    for name in ("notebook", "title", "parameters", "last", "state"):
        table.add_column(t(f"notebooks.column.{name}", language=language), overflow="fold")
    for one in found:
        run = latest.get(one.name)
        table.add_row(
            one.name,
            one.title,
            ", ".join(f"{name}={value}" for name, value in one.parameters.items()),
            moment(run.started_at, language=language) if run else "—",
            t(f"jobs.state.{run.state.value}" if run else "notebooks.never", language=language),
        )
    screen.print(table)


@notebook.command("run")
def run(
    name: Annotated[str, typer.Argument(help="as the list names it: yiben/01_first_look")],
    given: Annotated[list[str] | None, typer.Option("--set", help="a parameter: days=7")] = None,
    company: Annotated[str, typer.Option(help="company; default: the one last opened")] = "",
) -> None:
    """Run a notebook here and now and keep the executed copy."""
    language = terminal_language()
    with opened_company(company) as opened:
        found = find_notebook(opened.settings.data_folder, name)
        parameters = dict(_parsed(found, text) for text in given or [])
        settings = {"notebook": found.name, "parameters": parameters}
        done = run_here(opened, JobName.NOTEBOOK, settings, language)
        with opened.database.reading() as conn:
            copies = [one for one in notebook_runs(conn, limit=1) if one.run_id == done.id]
        folder = copy_folder(opened.settings.data_folder, opened.slug)
    if done.state is RunState.DONE:
        screen.print(t("jobs.done.notebook", language=language, **done.result), soft_wrap=True)
    for one in copies:
        screen.print(str(folder / one.file_name), soft_wrap=True)
    if done.state is not RunState.DONE:
        raise typer.Exit(1)


def _parsed(found: NotebookFile, text: str) -> tuple[str, Value]:
    """`name=value`, read as the type that the notebook declares; the job checks it once more."""
    name, equals, value = text.partition("=")
    if not equals or name not in found.parameters:
        raise Invalid("notebook_parameter_unknown", field=name, notebook=found.name)
    usual = found.parameters[name]
    try:
        if isinstance(usual, bool):
            return name, _TRUTH[value.lower()]
        if isinstance(usual, int):
            return name, int(value)
        return name, float(value) if isinstance(usual, float) else value
    except (KeyError, ValueError) as error:
        kind = type(usual).__name__
        raise Invalid("notebook_parameter_type", field=name, kind=kind) from error
