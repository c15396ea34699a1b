"""What a template is: its columns, their names and how a file's header is matched to them.

A header is recognised by the column's key, its Chinese or English name, or an alias; the order of
columns is free. Decides nothing about what is done with the values.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from inventory_core.desk.imports_cells import CellKind
from inventory_core.errors import Invalid

_IGNORED = re.compile(r"[\s_*\-:：()（）.]+")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: key, names in both languages, kind; `note` is what the header's comment says."""

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
    """A header understood: position in the file by column key, and headers that nobody knows."""

    positions: dict[str, int]
    headers: tuple[str, ...]
    unknown: tuple[str, ...]


def match_header(
    template: Template, header: Sequence[str], *, file_name: str, supplied: Sequence[str] = ()
) -> Matched:
    """Find each column; Invalid where a required one is missing and not `supplied` otherwise."""
    names = {
        header_key(name): column.key
        for column in reversed(template.columns)
        for name in (*column.aliases, column.zh, column.en, column.key)
    }
    positions: dict[str, int] = {}
    unknown: list[str] = []
    for position, title in enumerate(header):
        key = names.get(header_key(title))
        if key is None:
            if title.strip():
                unknown.append(title.strip())
        elif key in positions:
            raise Invalid("column_twice", file=file_name, column=title.strip())
        else:
            positions[key] = position
    missing = [
        f"{column.en} / {column.zh}"
        for column in template.columns
        if column.required and column.key not in positions and column.key not in supplied
    ]
    if missing:
        raise Invalid(
            "columns_missing", file=file_name, columns=missing, found=[t for t in header if t]
        )
    return Matched(positions, tuple(header), tuple(unknown))


def header_key(title: str) -> str:
    """What makes two headers the same: case, blanks, underscores and the required mark do not."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", title)).casefold()
