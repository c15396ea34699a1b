"""Many rows in one statement. Decides how lists become one INSERT; knows no rule of the trade.

One prepared statement whatever the number of rows: PORTION of them cost one round trip, and a
hundred thousand evidences never meet in one message, which has to stay below a gigabyte.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Table, text
from sqlalchemy.dialects import postgresql

from inventory_core.db.engine import Reading, Writing

PORTION = 10_000
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_rows(
    tx: Writing,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    returning: Sequence[str] = (),
    skip_existing: bool = False,
    replace_on: Sequence[str] = (),
    replace: Sequence[str] = (),
) -> Sequence[Row[Any]]:
    """Insert `rows`, all with the columns of the first one, in the order given.

    `skip_existing` leaves rows out that clash with any unique key; `replace_on` names the key of
    rows whose columns `replace` are overwritten instead. The order of `returning` is not promised.
    """
    if not rows:
        return []
    names = list(rows[0])
    types = {name: _type_name(table, name) for name in names}
    arrays = ", ".join(f"CAST(:{name} AS {_carrier(types[name])}[])" for name in names)
    # Where the carrier differs (an array inside an array, JSON) each value is cast on its own.
    picked = ", ".join(f"CAST(r.{name} AS {types[name]})" for name in names)
    clash = "ON CONFLICT DO NOTHING" if skip_existing else ""
    if replace_on:
        changes = ", ".join(f"{name} = excluded.{name}" for name in replace)
        clash = f"ON CONFLICT ({', '.join(replace_on)}) DO UPDATE SET {changes}"
    answer = f"RETURNING {', '.join(returning)}" if returning else ""
    statement = text(
        f"INSERT INTO {table.name} ({', '.join(names)})"  # noqa: S608 (names of our own schema)
        f" SELECT {picked} FROM unnest({arrays}) WITH ORDINALITY AS r({', '.join(names)}, row_no)"
        f" ORDER BY r.row_no {clash} {answer}"
    )
    found: list[Row[Any]] = []
    for first in range(0, len(rows), PORTION):
        portion = rows[first : first + PORTION]
        result = tx.execute(
            statement, {n: [_carried(row[n], types[n]) for row in portion] for n in names}
        )
        found += result.all() if returning else []
    return found


def next_ids(tx: Writing, table: Table, count: int) -> list[int]:
    """`count` fresh ids of a table, ascending, for rows that must know their id before they are."""
    statement = text(
        "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
    )
    return sorted(row[0] for row in tx.rows(statement, {"name": table.name, "count": count}))


def lock_rows(tx: Reading, table: Table, ids: Sequence[int]) -> list[int]:
    """Lock the rows with these ids until the transaction ends, in ascending order; those found."""
    statement = text(
        f"SELECT id FROM {table.name}"  # noqa: S608 (name of our own schema)
        " WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR NO KEY UPDATE"
    )
    return [row[0] for row in tx.rows(statement, {"ids": sorted(set(ids))})]


def _type_name(table: Table, column: str) -> str:
    kind = table.c[column].type
    return str(kind.compile(dialect=_DIALECT))


def _carrier(type_name: str) -> str:
    return "text" if type_name.endswith("[]") or type_name.startswith("JSON") else type_name


def _carried(value: Any, type_name: str) -> Any:
    if value is None:
        return None
    if type_name.startswith("JSON"):
        return json.dumps(value, ensure_ascii=False)
    if type_name.endswith("[]"):
        return "{" + ",".join(json.dumps(str(item), ensure_ascii=False) for item in value) + "}"
    return value
