"""What a template is: its columns, their names and how a file's header is matched to them.

A header is recognised by the column's key, its Chinese or English name, or an alias, with or
without what it says in brackets; the order of columns is free. Where a file has several names of
one column, the one nearest to ours is read and the others are named as not read. A name may mean
something else where another stands beside it. Decides nothing about what is done with the values.
"""

import re
import unicodedata
from collections.abc import Sequence, Set
from dataclasses import dataclass

from inventory_core.desk.imports_cells import CellKind
from inventory_core.errors import Invalid

_IGNORED = re.compile(r"[\s_*\-:：()（）.,，/#]+")
_IN_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]*)[)）\]]")  # "Unit price (GBP)"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: key, names in both languages, kind; `note` is what the header's comment says.

    `beside`: a name that means this column only in a file that has another header too, which it
    is given with.
    """

    key: str
    zh: str
    en: str
    kind: CellKind = CellKind.TEXT
    required: bool = False
    example: str = ""
    note_zh: str = ""
    note_en: str = ""
    allowed: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    least: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of file; `identity` names the columns that make a row the same row again."""

    key: str
    columns: tuple[Column, ...]
    identity: tuple[str, ...]

    def column(self, key: str) -> Column:
        """The column called `key`."""
        return next(column for column in self.columns if column.key == key)


@dataclass(frozen=True, slots=True)
class Matched:
    """A header understood: position in the file by column key, and headers that are not read.

    `brackets`: what a header says in brackets, by column key, as in "Unit price (GBP)".
    """

    positions: dict[str, int]
    headers: tuple[str, ...]
    unknown: tuple[str, ...]
    brackets: dict[str, str]


def match_header(
    template: Template, header: Sequence[str], *, file_name: str, supplied: Sequence[str] = ()
) -> Matched:
    """Find each column; Invalid where a required one is missing and not `supplied` otherwise."""
    nearest: dict[str, tuple[int, int]] = {}  # by column: how near its name is, and its position
    names = _names(template, {header_key(title) for title in header})
    for position, title in enumerate(header):
        near, key = names.get(header_key(title)) or names.get(header_key(_bare(title))) or (0, "")
        if key in nearest and nearest[key][0] == near:
            raise Invalid("column_twice", file=file_name, column=title.strip())
        if key and (key not in nearest or near < nearest[key][0]):
            nearest[key] = (near, position)
    positions = {key: position for key, (_, position) in nearest.items()}
    missing = [
        f"{column.en} / {column.zh}"
        for column in template.columns
        if column.required and column.key not in positions and column.key not in supplied
    ]
    if missing:
        raise Invalid(
            "columns_missing", file=file_name, columns=missing, found=[t for t in header if t]
        )
    read = set(positions.values())
    others = [title.strip() for place, title in enumerate(header) if place not in read]
    brackets = {key: _IN_BRACKETS.findall(header[place]) for key, place in positions.items()}
    return Matched(
        positions,
        tuple(header),
        tuple(title for title in others if title),
        {key: said[0].strip() for key, said in brackets.items() if said},
    )


def _names(template: Template, header: Set[str]) -> dict[str, tuple[int, str]]:
    """What columns may be called → how far that is from our names (0), and the column's key."""
    found: dict[str, tuple[int, str]] = {}
    for column in template.columns:
        called = [(0, name) for name in (column.key, column.en, column.zh)]
        called += [(place, name) for place, name in enumerate(column.aliases, start=1)]
        for far, name in called:
            known = found.get(header_key(name))
            if known is None or far < known[0]:
                found[header_key(name)] = (far, column.key)
    for column in template.columns:
        for name, other in column.beside:
            if header_key(other) in header:
                found[header_key(name)] = (len(column.aliases) + 1, column.key)
    return found


def _bare(title: str) -> str:
    return _IN_BRACKETS.sub(" ", title)


def header_key(title: str) -> str:
    """What makes two headers the same: case, blanks, underscores and the required mark do not."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", title)).casefold()
