"""What a template is: its columns, their names and how a file's header is matched to them.

A header is recognised by the column's key, its Chinese or English name, or an alias, with or
without what it says in brackets; the order of columns is free. Where a file has several names of
one column, the one nearest to ours is read and the others are named as not read. A name may mean
something else where another stands beside it. What a person says of a column holds before what is
recognised. Decides nothing about what is done with the values.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from inventory_core.desk.imports_cells import CellKind
from inventory_core.errors import Invalid
from inventory_core.money import currency_called

_IGNORED = re.compile(r"[\s_*\-:：()（）.,，/#]+")
_IN_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]*)[)）\]]")  # "Unit price (GBP)"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: key, names in both languages, kind; `note` is what the header's comment says.

    `beside`: a name that means this column only in a file that has another header too, which it
    is given with. `handed_out`: it stands in our own template too, not only in others' exports.
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
    handed_out: bool = True


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
class ColumnsSaid:
    """What a person said of columns, by column key: `named` the header that it has in this file,
    `stated` the one value that holds for every row; `absent` are not in this file.
    """

    named: Mapping[str, str] = field(default_factory=dict)
    stated: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """Columns of which something was said: nothing is guessed about these."""
        return frozenset(self.named) | frozenset(self.stated) | self.absent


NOTHING_SAID = ColumnsSaid()


@dataclass(frozen=True, slots=True)
class Matched:
    """A header understood: position in the file by column key, and headers that are not read.

    `brackets`: what a header says in brackets, by column key, as in "Unit price (GBP)". `stated`:
    the value of every row, by key of a column that the file does not have.
    """

    positions: dict[str, int]
    headers: tuple[str, ...]
    unknown: tuple[str, ...]
    brackets: dict[str, str]
    stated: dict[str, str] = field(default_factory=dict)


def match_header(
    template: Template,
    header: Sequence[str],
    *,
    file_name: str,
    said: ColumnsSaid = NOTHING_SAID,
) -> Matched:
    """Find each column, by what was said before what is guessed; Invalid names the required ones
    that are missing, with their keys and the headers that the file has, or the one header that was
    said to be two columns.
    """
    positions = _said_positions(template, header, said.named, file_name)
    settled = (said.keys - frozenset(said.named)) | frozenset(positions)
    positions |= _found_positions(template, header, positions, settled, file_name)
    read = set(positions.values())
    others = [title.strip() for place, title in enumerate(header) if place not in read]
    found = {key: _IN_BRACKETS.findall(header[place]) for key, place in positions.items()}
    brackets = {key: words[0].strip() for key, words in found.items() if words}
    stated = {key: value for key, value in said.stated.items() if key not in positions}
    currency = currency_called(brackets.get("unit_price", ""))
    if currency and "currency" not in positions:
        stated.setdefault("currency", currency)
    missing = [
        column
        for column in template.columns
        if column.required and column.key not in positions and column.key not in stated
    ]
    if missing:
        raise Invalid(
            "columns_missing",
            file=file_name,
            columns=[f"{column.en} / {column.zh}" for column in missing],
            keys=[column.key for column in missing],
            found=[title.strip() for title in header if title.strip()],
        )
    unknown = tuple(title for title in others if title)
    return Matched(positions, tuple(header), unknown, brackets, stated)


def _said_positions(
    template: Template, header: Sequence[str], named: Mapping[str, str], file_name: str
) -> dict[str, int]:
    """Where the headers stand that a person named; what this file does not have is passed over."""
    places = {header_key(title): place for place, title in reversed(list(enumerate(header)))}
    found: dict[str, int] = {}
    for key, title in named.items():
        place = places.get(header_key(title))
        if place is None:
            continue
        if place in found.values():
            taken = next(other for other in found if found[other] == place)
            names = [f"{each.en} / {each.zh}" for each in map(template.column, (taken, key))]
            raise Invalid(
                "column_for_two", file=file_name, column=header[place].strip(), columns=names
            )
        found[key] = place
    return found


def _found_positions(
    template: Template,
    header: Sequence[str],
    said: Mapping[str, int],
    settled: Set[str],
    file_name: str,
) -> dict[str, int]:
    """The columns that are recognised by their names, where nobody said otherwise."""
    nearest: dict[str, tuple[int, int]] = {}  # by column: how near its name is, and its position
    names = _names(template, {header_key(title) for title in header})
    for position, title in enumerate(header):
        near, key = names.get(header_key(title)) or names.get(header_key(_bare(title))) or (0, "")
        if key in settled or position in said.values():
            continue
        if key in nearest and nearest[key][0] == near:
            raise Invalid("column_twice", file=file_name, column=title.strip())
        if key and (key not in nearest or near < nearest[key][0]):
            nearest[key] = (near, position)
    return {key: position for key, (_, position) in nearest.items()}


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
