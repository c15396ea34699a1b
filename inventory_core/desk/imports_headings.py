"""What a file's own headings were taken for, with the first values under each.

Shown to a person before anything is loaded, so that a column that was recognised wrongly is seen
and can be corrected. Decides nothing: it looks at the first rows and hands them on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import pyarrow as pa

from inventory_core.desk.imports_cells import shown
from inventory_core.desk.imports_columns import Matched
from inventory_core.office.workbooks import Table

MOST_VALUES = 3
_MOST_ROWS_SEEN = 200


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading of a file: the key of the column that it was taken for, empty where it is not
    read, and the first different values under it, as a person would recognise them.
    """

    title: str
    key: str
    values: tuple[str, ...]


def first_rows(table: Table) -> tuple[Table, pa.RecordBatch | None]:
    """The same table, still unread, and its first rows."""
    batches: Iterator[pa.RecordBatch] = iter(table.batches)
    first = next(batches, None)
    if first is None:
        return replace(table, batches=batches), None
    return replace(table, batches=chain([first], batches)), first.slice(0, _MOST_ROWS_SEEN)


def headings_of(matched: Matched, rows: pa.RecordBatch | None) -> tuple[Heading, ...]:
    """Every heading that says something, in the order of the file."""
    keys = {place: key for key, place in matched.positions.items()}
    return tuple(
        Heading(title.strip(), keys.get(place, ""), _values(rows, place))
        for place, title in enumerate(matched.headers)
        if title.strip()
    )


def as_parameters(headings: Sequence[Heading]) -> list[list[str]]:
    """Headings as an error carries them: title, key, then the values."""
    return [[heading.title, heading.key, *heading.values] for heading in headings]


def from_parameters(rows: Sequence[Sequence[str]]) -> tuple[Heading, ...]:
    """The way back of `as_parameters`."""
    return tuple(Heading(title, key, tuple(values)) for title, key, *values in rows)


def _values(rows: pa.RecordBatch | None, place: int) -> tuple[str, ...]:
    if rows is None:
        return ()
    cells = (shown(cell).strip() for cell in rows.column(str(place)).to_pylist())
    return tuple(dict.fromkeys(cell for cell in cells if cell))[:MOST_VALUES]
