"""How the writer of a file writes what can be read in two ways. Decides by the file's own cells.

03/04/2026 is a day in March or in April, 1,234 a thousand or a little more than one. Another cell
of the same file usually settles it; where none does, or where two disagree, nothing is assumed.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_NO_DIGIT = re.compile(r"[^\d.,]")
_SETTLES_POINT = re.compile(r"\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,}|\d+\.(\d{1,2}|\d{4,})")
_SETTLES_COMMA = re.compile(r"\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}|\d+,(\d{1,2}|\d{4,})")
_GROUPED_BY_COMMA = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_GROUPED_BY_POINT = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")


@dataclass(frozen=True, slots=True)
class Habits:
    """None where nobody has said so; `signs` are the currency signs that amounts may carry."""

    day_first: bool | None = None
    decimal_comma: bool | None = None
    signs: frozenset[str] = frozenset()

    @property
    def settled(self) -> bool:
        """Whether nothing is left open."""
        return self.day_first is not None and self.decimal_comma is not None

    def learned(self, days: Iterable[str], numbers: Iterable[str]) -> "Habits":
        """What is left open, as these cells say it themselves."""
        day_first = self.day_first if self.day_first is not None else _day_first(days)
        comma = self.decimal_comma if self.decimal_comma is not None else _decimal_comma(numbers)
        return replace(self, day_first=day_first, decimal_comma=comma)


def plain_number(text: str, habits: Habits) -> str:
    """The same number with a decimal point and without separators and sign, where that is sure."""
    text = without_sign(text, habits.signs)
    if habits.decimal_comma and _GROUPED_BY_POINT.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    if habits.decimal_comma is False and _GROUPED_BY_COMMA.fullmatch(text):
        return text.replace(",", "")
    return text


def without_sign(text: str, signs: Iterable[str]) -> str:
    """The amount without one of these signs before or behind it."""
    minus = text[:1] if text[:1] in ("-", "+") else ""
    bare = text[len(minus) :].strip().upper()
    for sign in sorted(signs, key=len, reverse=True):
        for rest in (bare.removeprefix(sign), bare.removesuffix(sign)):
            if rest != bare:
                return minus + rest.strip()
    return text


def _day_first(texts: Iterable[str]) -> bool | None:
    """A part above twelve is a day; where points divide a date, the day always stands first."""
    parts = [found for text in texts if (found := YEAR_LAST.match(text.strip()))]
    first = any(int(part[1]) > 12 for part in parts)
    second = any(int(part[3]) > 12 for part in parts)
    return first if first != second else None


def _decimal_comma(texts: Iterable[str]) -> bool | None:
    bare = [_NO_DIGIT.sub("", unicodedata.normalize("NFKC", text)) for text in texts]
    point = any(_SETTLES_POINT.fullmatch(text) for text in bare)
    comma = any(_SETTLES_COMMA.fullmatch(text) for text in bare)
    return comma if point != comma else None
