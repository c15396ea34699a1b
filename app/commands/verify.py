"""`yiben verify`: check the book against itself. Decides words and exit code; repairs nothing."""

from collections import Counter
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.i18n import t
from app.opening import opened_company, terminal_language
from inventory_core.db.engine import Database
from inventory_core.stock.verify import Problem, check_names, verify_book

MOST_SHOWN = 50
screen = Console()


def verify(
    company: Annotated[str, typer.Option(help="company; default: the one last opened")] = "",
) -> None:
    """Recompute every kept figure from the ledger; exit code 1 where one does not agree."""
    language = terminal_language()
    with opened_company(company) as opened:
        working = t("verify.working", language=language, company=opened.slug)
        with screen.status(working):
            problems = _check(opened.database)
    screen.print(_summary(problems, language))
    if not problems:
        screen.print(
            t(
                "verify.right",
                language=language,
                company=opened.slug,
                checks=len(check_names()),
            )
        )
        return
    screen.print(_details(problems, language))
    screen.print(t("verify.problems", language=language, company=opened.slug, count=len(problems)))
    raise typer.Exit(1)


def _check(database: Database) -> list[Problem]:
    with database.reading() as conn:
        return verify_book(conn)


def _summary(problems: list[Problem], language: str) -> Table:
    found = Counter(problem.check for problem in problems)
    table = Table(t("verify.check", language=language), "", box=None)
    for name in check_names():
        mark = f"[red]{found[name]}[/red]" if found[name] else "[green]✓[/green]"
        table.add_row(t(f"verify.name.{name}", language=language), mark)
    return table


def _details(problems: list[Problem], language: str) -> Table:
    table = Table(*(t(f"verify.{name}", language=language) for name in ("check", "key", "detail")))
    for problem in problems[:MOST_SHOWN]:
        table.add_row(problem.check, escape(problem.key), escape(problem.detail))
    return table
