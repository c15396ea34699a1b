"""What every loader of a template receives and answers, and the few look-ups that they share.

A loader compares the rows of a file with what the book knows: new records are made, different ones
changed, equal ones left. It decides nothing about files and keeps what a later undo needs.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inventory_core.catalog.codes import code_key
from inventory_core.db.engine import Writing
from inventory_core.desk.imports_rows import Problems, Row
from inventory_core.desk.imports_runs import UnknownCode, UnknownKind
from inventory_core.errors import Conflict, Invalid, NotFound, Refused
from inventory_core.office.actors import Actor


@dataclass(frozen=True, slots=True)
class Load:
    """One load: who, under which import, when, and where to put problems.

    `before` collects what changed records held, for the undo: (kind, id, version after, values);
    `unknown` the codes that name nothing yet and could be made.
    """

    tx: Writing
    actor: Actor
    import_id: int
    now: datetime
    given: frozenset[str]
    problems: Problems
    before: list[tuple[int, str, str]] = field(default_factory=list)
    unknown: list[UnknownCode] = field(default_factory=list)

    def changed(
        self, row_no: int, kind: str, record_id: int, version: int, old: Mapping[str, Any]
    ) -> None:
        """Remember what a record held before this import changed it."""
        content = {"kind": kind, "id": record_id, "version": version, "before": dict(old)}
        self.before.append((row_no, kind, json.dumps(content, default=str, ensure_ascii=False)))


@dataclass(slots=True)
class Outcome:
    """Rows by what became of them, and records made beside them."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    facts: dict[str, int] = field(default_factory=dict)


_CAN_BE_MADE = {
    "warehouse_unknown_code": UnknownKind.WAREHOUSE,
    "supplier_unknown_code": UnknownKind.SUPPLIER,
}
Loader = Callable[[Load, Sequence[Row]], Outcome]


def known_ids(
    load: Load, rows: Sequence[Row], key: str, ids: Mapping[str, int], problem: str
) -> dict[int, int]:
    """Id by row number of the code in column `key`; an unknown code is one problem, however many
    rows name it.
    """
    found: dict[int, int] = {}
    unknown: dict[str, list[Row]] = {}
    for row in rows:
        known = ids.get(code_key(row[key]))
        if known is None:
            unknown.setdefault(code_key(row[key]), []).append(row)
        else:
            found[row.row_no] = known
    for group in unknown.values():
        first, numbers = group[0], [row.row_no for row in group]
        load.problems.add(first.row_no, key, problem, first[key], rows=numbers)
        if problem in _CAN_BE_MADE:
            made = UnknownCode(_CAN_BE_MADE[problem], first[key], first["currency"] or "")
            load.unknown.append(made)
    return found


def differences(row: Row, keys: Sequence[str], known: Any) -> dict[str, Any]:
    """Fields that the row states otherwise than the record; an empty cell states nothing."""
    stated = {key: row[key] for key in keys if row[key] is not None}
    return {key: value for key, value in stated.items() if getattr(known, key) != value}


class Stopped(Exception):
    """A command refused rows; the problem is noted and nothing of this file may stay."""


@contextmanager
def naming(load: Load, rows: Sequence[Row], key: str) -> Iterator[None]:
    """Turn a command's refusal inside the block into a problem of the row that it points to.

    `rows` are those handed to the command, in its order; `key` is the column of their code.
    """
    try:
        yield
    except (Invalid, Conflict, Refused, NotFound) as error:
        numbers = error.params.get("rows") or [error.params.get("row", 1)]
        first = numbers[0] if isinstance(numbers, Sequence) and numbers else 1
        at = int(first) - 1 if isinstance(first, int) and 0 < first <= len(rows) else 0
        row = rows[at]
        column = str(error.params.get("field", key))
        value = error.params.get("value", row[column])
        load.problems.add(row.row_no, column, error.code, value)
        raise Stopped from error
