"""What a code is: the one rule for every code a person types or a file holds. Looks nothing up.

A code is text: "00123" and "1E5" stay as they are, and a number is refused, because a spreadsheet
that turned a code into a number has already lost part of it.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from inventory_core.errors import Conflict, Invalid

MOST_CODE_CHARACTERS = 120
MOST_NAMED = 20
_CONTROL = frozenset({"Cc", "Cs"})
# Codes also refuse what the eye cannot see: zero-width and direction marks, line separators.
_INVISIBLE = _CONTROL | {"Cf", "Zl", "Zp"}


def clean_code(text: object, *, field: str = "code", most: int = MOST_CODE_CHARACTERS) -> str:
    """The code as we keep it: NFKC, trimmed, case kept; control characters are refused."""
    if not isinstance(text, str):
        raise Invalid("code_not_text", field=field, value=str(text))
    cleaned = unicodedata.normalize("NFKC", text.strip()).strip()
    if not cleaned:
        raise Invalid("code_missing", field=field)
    _refuse_characters(cleaned, _INVISIBLE, field=field, most=most)
    return cleaned


def code_key(text: str) -> str:
    """What makes two codes the same: the cleaned code, casefolded."""
    return unicodedata.normalize("NFKC", clean_code(text).casefold())


def clean_text(text: object, *, field: str, most: int = 500) -> str:
    """One line of free text: NFC, blanks collapsed, invisible marks dropped."""
    if not isinstance(text, str):
        raise Invalid("not_a_text", field=field, value=str(text))
    normal = unicodedata.normalize("NFC", " ".join(text.split()))
    visible = "".join(c for c in normal if unicodedata.category(c) != "Cf")
    _refuse_characters(visible, _CONTROL, field=field, most=most)
    return visible


def _refuse_characters(text: str, refused: frozenset[str], *, field: str, most: int) -> None:
    if len(text) > most:
        raise Invalid("text_too_long", field=field, most=most)
    if not text.isascii() or not text.isprintable():
        for character in text:
            if unicodedata.category(character) in refused:
                raise Invalid("control_character", field=field, value=repr(text)[:80])


@contextmanager
def at_row(row: int) -> Iterator[None]:
    """Add the row (from 1) to whatever is found wrong inside the block."""
    try:
        yield
    except Invalid as error:
        raise Invalid(error.code, **{"row": row, **error.params}) from error


def refuse_repeats(keys: Sequence[str], *, field: str = "code") -> None:
    """Invalid where one batch holds the same code twice, naming codes and rows."""
    repeated = [key for key, times in Counter(keys).items() if times > 1]
    if repeated:
        rows = [row for row, key in enumerate(keys, 1) if key == repeated[0]]
        raise Invalid("codes_repeated", field=field, codes=repeated[:MOST_NAMED], rows=rows)


def refuse_taken(codes: Sequence[str], taken: Iterable[str], *, field: str = "code") -> None:
    """Conflict naming the codes (and their rows) of a batch that exist already."""
    known = set(taken)
    if known:
        rows = [row for row, code in enumerate(codes, 1) if code_key(code) in known]
        named = [codes[row - 1] for row in rows[:MOST_NAMED]]
        raise Conflict(
            "codes_taken", field=field, codes=named, rows=rows[:MOST_NAMED], count=len(rows)
        )
