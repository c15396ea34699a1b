"""A name that says itself in two languages, as in “Desk lamp, black(台灯 黑色)”: which comes first.

Sellers buy in Chinese and sell in English, so one field holds both. Decides the order of the two by
the reader's language and, where a cell has no room for both, leaves the other out whole instead of
cutting it in the middle. Changes no data: files, forms and the goods' own record keep the name.
"""

import re
import unicodedata

from app.i18n import reader_language

# A letter of the tables' type, as wide as it is drawn at 1440 pixels, and a cell's two margins.
_NARROW, _WIDE, _MARGINS = 5.3, 12.5, 17
_BRACKETED = re.compile(r"^(?P<first>[^()（）]+?)\s*[(（](?P<second>[^()（）]+)[)）]$")
_CHINESE = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile("[A-Za-z]{2}")


def own_first(name: str, language: str = "") -> str:
    """The same name, the reader's language first; one that is no such pair stays as it is."""
    own, other = _own_and_other(name, language or reader_language())
    return f"{own} ({other})" if other else name


def fitted(name: str, pixels: int, *, before: str = "", language: str = "") -> str:
    """The name for a cell of so many pixels behind `before`: both languages or, if they do not fit,
    the reader's alone.
    """
    own, _ = _own_and_other(name, language or reader_language())
    both = own_first(name, language)
    return both if _drawn(before + both) <= pixels - _MARGINS else own


def _own_and_other(name: str, language: str) -> tuple[str, str]:
    """What stands outside the brackets and inside, one in Chinese and one not; else the whole."""
    found = _BRACKETED.match(name)
    if found is None:
        return name, ""
    first, second = found["first"], found["second"]
    if _is_chinese(first) == _is_chinese(second) or not _LATIN.search(first + second):
        return name, ""
    own_is_first = _is_chinese(first) == (language == "zh")
    return (first, second) if own_is_first else (second, first)


def _is_chinese(words: str) -> bool:
    return _CHINESE.search(words) is not None


def _drawn(words: str) -> float:
    """About how many pixels a table draws these words in."""
    wide = sum(unicodedata.east_asian_width(one) in "WF" for one in words)
    return wide * _WIDE + (len(words) - wide) * _NARROW
