"""Check the book against itself. Decides nothing and repairs nothing: it names what does not agree.

Every kept figure is recomputed from what it was kept from (`verify_statements`); an answer without
problems means that levels, bins, promises, cost and orders all follow from the ledger.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from inventory_core.db.engine import Reading
from inventory_core.stock.verify_statements import CHECKS

MOST_PROBLEMS = 100  # of one check


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that does not agree: which check, which key, what was found."""

    check: str
    key: str
    detail: str


def check_names() -> list[str]:
    """Names of all checks, in order."""
    return list(CHECKS)


def verify_book(conn: Reading, *, checks: list[str] | None = None) -> list[Problem]:
    """Every row that does not agree with the ledger; empty where the book is right.

    Call it inside one `reading()` snapshot, so that all checks see the same moment.
    """
    return [
        problem
        for name in (check_names() if checks is None else checks)
        for problem in _run(conn, name)
    ]


def _run(conn: Reading, name: str) -> list[Problem]:
    statement = text(f"SELECT * FROM ({CHECKS[name]}) AS problem LIMIT {MOST_PROBLEMS}")  # noqa: S608
    return [_problem(name, row._mapping) for row in conn.rows(statement)]


def _problem(check: str, row: Any) -> Problem:
    """Columns that end in `_id`, `code` or `key` name the row; the others say what was found."""
    named = {name: value for name, value in row.items() if _names_row(name)}
    found = {name: value for name, value in row.items() if not _names_row(name)}
    return Problem(check, _listed(named), _listed(found))


def _names_row(column: str) -> bool:
    return column.endswith(("_id", "key", "condition"))


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())
