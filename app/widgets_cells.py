"""What stands in a cell: a column's kind, two values in one cell, a row told in words for a phone.

Decides words; draws nothing (`widgets_tables` and `widgets_phone` do) and reads no data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from app.i18n import DASH, day, moment, number, percent
from app.two_languages import fitted, own_first

BETWEEN = " · "
# Of a column that takes what it needs: as wide as a table, so that nothing is left out.
UNBOUND = 1000
# Of these kinds a value says nothing without its heading.
_TOLD_WITH_HEADING = {"units", "decimal", "money", "percent", "day", "moment", "bar"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what kind of value it holds, and how wide it may be.

    `beside` names another column of the frame, whose words follow in the same cell; in a file they
    are a column of their own, headed `beside_label`. `named` words need their heading on a phone.
    What is `called` so may be a name in two languages: the reader's comes first.
    """

    label: str
    kind: Literal["text", "units", "decimal", "money", "percent", "day", "moment", "bar", "flag"]
    help: str = ""
    width: Literal["small", "medium", "large"] | int | None = None
    digits: int = 2
    most: float = 0.0
    pinned: bool = False
    right: bool = False
    beside: str = ""
    beside_label: str = ""
    named: bool = False
    called: bool = False


def side_by_side(first: pd.Series, second: pd.Series, pixels: int = UNBOUND) -> list[str]:
    """One cell for each row, of two; the second is a name."""
    return [
        _pair(_text(one), _text(other), pixels) for one, other in zip(first, second, strict=True)
    ]


def names_in_cells(names: pd.Series, pixels: int) -> list[str]:
    """Names, each as a cell of so many pixels can show it."""
    return [fitted(_text(one), pixels) for one in names]


def _pair(code: str, name: str, pixels: int) -> str:
    if not code or not name:
        return code or name
    return f"{code}{BETWEEN}{fitted(name, pixels, before=code + BETWEEN)}"


@dataclass(frozen=True, slots=True)
class Told:
    """A row in words: what it is `about`, what belongs to that, and the rest in lines of pieces.

    A piece is a heading ("" where the words speak for themselves) and its words.
    """

    about: str
    more: str
    lines: tuple[tuple[tuple[str, str], ...], ...]


def told_row(row: Mapping[Any, Any], columns: Mapping[str, Column]) -> Told:
    """A row in plain words. Words speak for themselves, figures and days are told with their
    headings; what is missing is left out. Where all the rest is figures that are written out, they
    are compared with each other and stand under one another.
    """
    first, *rest = columns
    head = columns[first]
    more = own_first(_text(row[head.beside])) if head.beside else ""
    pieces = tuple(piece for name in rest for piece in _pieces(row, name, columns[name]))
    compared = all(columns[name].right for name in rest)
    lines = tuple((piece,) for piece in pieces) if compared else (pieces,) if pieces else ()
    return Told(cell_words(row[first], head) or DASH, more, lines)


def _pieces(row: Mapping[Any, Any], name: str, column: Column) -> list[tuple[str, str]]:
    words = cell_words(row[name], column)
    headed = column.kind in _TOLD_WITH_HEADING or column.right or column.named
    told = [] if words in {"", DASH} else [(column.label if headed else "", words)]
    beside = own_first(_text(row[column.beside])) if column.beside else ""
    return [*told, ("", beside)] if beside else told


def cell_words(value: Any, column: Column) -> str:
    """A value written out as the table would show it; nothing where it is missing."""
    if value is None or (not isinstance(value, list | dict) and pd.isna(value)):
        return ""
    if column.kind in {"units", "bar"}:
        return number(value)
    if column.kind in {"decimal", "money"}:
        return number(value, column.digits)
    if column.kind == "percent":
        return percent(value, column.digits)
    if column.kind == "day":
        return day(pd.Timestamp(value).date())
    if column.kind == "moment":
        return moment(pd.Timestamp(value).to_pydatetime())
    if column.kind == "flag":
        return column.label if value else ""
    return own_first(_text(value)) if column.called else _text(value)


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else " ".join(str(value).split())
