"""One cell of a file becomes one value, or one problem. Decides exact or refused, never a guess.

The same rules for every kind of file: a spreadsheet hands 6.0 for 6, a date as a serial number and
a code as a number; text may be full-width. What cannot be read exactly is named with what to write.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from inventory_core.catalog.codes import clean_code, clean_text
from inventory_core.desk.imports_habits import YEAR_LAST, Habits, plain_number, without_sign
from inventory_core.errors import Invalid
from inventory_core.money import check_currency, currency_signs, round_unit_cost

MOST_WHOLE = 10**12
MOST_DECIMAL = Decimal(10) ** 15
# From here on a double no longer holds every whole number of a code's length.
MOST_EXACT_CODE = 10**15
FIRST_YEAR, LAST_YEAR = 1980, 2200
_SERIAL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 — the spreadsheets' own day zero, zoneless
_FIRST_SERIAL, _LAST_SERIAL = 29_221, 109_574  # 1980 to 2199
_WHOLE = re.compile(r"[+-]?\d{1,18}(\.0+)?")
_DECIMAL = re.compile(r"[+-]?(\d{1,18}(\.\d*)?|\.\d+)")
_SEPARATED = re.compile(r"[+-]?\d[\d.,]*")
_POWER = re.compile(r"\d+(\.\d+)?E\+\d{2,}")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?")
_YES = frozenset({"yes", "y", "true", "1", "是", "√", "on"})
_NO = frozenset({"no", "n", "false", "0", "否", "off"})


class CellKind(StrEnum):
    """What a column of a template holds."""

    CODE = "code"
    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    PERCENT = "percent"
    DAY = "day"
    MOMENT = "moment"
    FLAG = "flag"
    CURRENCY = "currency"


class CellProblem(Exception):
    """Why a cell cannot be taken, by code, and what to write instead where that is known."""

    def __init__(self, code: str, hint: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.hint = hint


def read_cell(kind: CellKind, raw: Any, habits: Habits | None = None) -> Any:
    """The value of a cell, None where it is empty; CellProblem where it is neither.

    A moment comes back aware where the file states a zone, else as the wall clock, zoneless.
    """
    if raw is None or (isinstance(raw, float) and math.isnan(raw)):
        return None
    if isinstance(raw, str):
        raw = raw.strip()
        if not raw:
            return None
    if kind in (CellKind.DAY, CellKind.MOMENT):
        moment = _moment(raw, habits or Habits())
        return moment.date() if kind is CellKind.DAY else moment
    if kind is CellKind.PERCENT:
        return _percent(raw, habits or Habits())
    if kind in (CellKind.WHOLE, CellKind.DECIMAL) and isinstance(raw, str):
        raw = plain_number(_plain(raw), habits or Habits())
    return _READERS[kind](raw)


def shown(raw: Any) -> str:
    """A cell as a person would recognise it in a message."""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < MOST_EXACT_CODE:
        raw = int(raw)
    text = str(raw) if raw is not None else ""
    return "".join(c if c.isprintable() else "�" for c in text)[:60]


def _code(raw: Any) -> str:
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        if abs(raw) >= MOST_EXACT_CODE:
            raise CellProblem("cell_code_damaged")
        raw = shown(raw)
    text = str(raw)
    if _POWER.fullmatch(text):
        raise CellProblem("cell_code_damaged")
    try:
        return clean_code(text)
    except Invalid as error:
        raise CellProblem("cell_code_malformed") from error


def _text(raw: Any) -> str:
    try:
        return clean_text(shown(raw) if isinstance(raw, float) else str(raw), field="text")
    except Invalid as error:
        raise CellProblem("cell_text_malformed") from error


def _whole(raw: Any) -> int:
    if isinstance(raw, bool):
        raise CellProblem("cell_not_whole")
    if isinstance(raw, int):
        value = raw
    elif isinstance(raw, float | Decimal):
        if not math.isfinite(raw) or raw != int(raw):
            raise CellProblem("cell_not_whole")
        value = int(raw)
    else:
        text = str(raw)
        if not _WHOLE.fullmatch(text):
            raise _no_number(text, "cell_not_whole")
        value = int(text.split(".")[0])
    if abs(value) > MOST_WHOLE:
        raise CellProblem("cell_out_of_range", f"±{MOST_WHOLE}")
    return value


def _decimal(raw: Any) -> Decimal:
    if isinstance(raw, bool):
        raise CellProblem("cell_not_decimal")
    if isinstance(raw, float):
        if not math.isfinite(raw):
            raise CellProblem("cell_not_decimal")
        value = Decimal(repr(raw))
    elif isinstance(raw, int | Decimal):
        value = Decimal(raw)
    else:
        text = str(raw)
        if not _DECIMAL.fullmatch(text):
            raise _no_number(text, "cell_not_decimal")
        value = Decimal(text)
    if not value.is_finite() or abs(value) > MOST_DECIMAL:
        raise CellProblem("cell_out_of_range", f"±{MOST_DECIMAL}")
    return round_unit_cost(value)


def _percent(raw: Any, habits: Habits) -> Decimal:
    """A share: 95, 95 % and 0.95 say the same, as a spreadsheet keeps a typed percentage."""
    text = _plain(raw) if isinstance(raw, str) else ""
    said = text.endswith("%")
    number = plain_number(text.removesuffix("%").strip(), habits) if text else raw
    value = _decimal(number)
    return value if not said and -1 <= value <= 1 else value / 100


def _flag(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = _plain(shown(raw)).casefold()
    if text not in _YES | _NO:
        raise CellProblem("cell_not_yes_or_no")
    return text in _YES


def _currency(raw: Any) -> str:
    try:
        return check_currency(_plain(str(raw)))
    except Invalid as error:
        raise CellProblem("cell_not_currency") from error


def _moment(raw: Any, habits: Habits) -> datetime:
    if isinstance(raw, str):
        moment = _moment_of_text(_plain(raw), habits)
    elif isinstance(raw, datetime):
        moment = raw
    elif isinstance(raw, date):
        moment = datetime(raw.year, raw.month, raw.day)  # noqa: DTZ001 — a wall clock
    elif isinstance(raw, float | int) and not isinstance(raw, bool):
        moment = _moment_of_number(float(raw))
    else:
        raise CellProblem("cell_not_date")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise CellProblem("cell_not_date")
    # Serial numbers carry errors below a millisecond; every kind of file is read to the same one.
    rounded = moment + timedelta(microseconds=500)
    return rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)


def _moment_of_number(serial: float) -> datetime:
    """A day as a spreadsheet counts it, or one written 20260305: no number can be both."""
    if serial.is_integer() and 10**7 <= serial < 10**8:
        year, day_of_year = divmod(int(serial), 10_000)
        try:
            return datetime(year, day_of_year // 100, day_of_year % 100)  # noqa: DTZ001
        except ValueError as error:
            raise CellProblem("cell_not_date") from error
    if not _FIRST_SERIAL <= serial < _LAST_SERIAL:
        raise CellProblem("cell_not_date")
    return _SERIAL_DAY_ZERO + timedelta(days=serial)


def _moment_of_text(text: str, habits: Habits) -> datetime:
    if _DECIMAL.fullmatch(text):
        return _moment_of_number(float(text))
    found = _YEAR_FIRST.match(text)
    if found:
        year, month, day = (int(part) for part in found.groups())
    else:
        found = YEAR_LAST.match(text)
        if not found:
            raise CellProblem("cell_not_date")
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        day_first = True if found[2] == "." else habits.day_first
        if day_first is None and first != second:
            if first <= 12 and second <= 12:
                raise CellProblem("cell_date_ambiguous")
            day_first = first > 12
        day, month = (first, second) if day_first else (second, first)
    rest = text[found.end() :].lstrip("T ").strip()
    try:
        return _with_clock(datetime(year, month, day), rest)  # noqa: DTZ001 — a wall clock
    except (ValueError, OverflowError) as error:
        raise CellProblem("cell_not_date") from error


def _with_clock(day: datetime, rest: str) -> datetime:
    if not rest:
        return day
    found = _CLOCK.fullmatch(rest)
    if not found:
        raise CellProblem("cell_not_date")
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    # A leap second is the last second of its minute: clocks here do not have a sixtieth one.
    moment = day.replace(hour=hour, minute=minute, second=min(second, 59) if second <= 60 else 99)
    if found[4]:
        moment += timedelta(microseconds=int(found[4][:6].ljust(6, "0")))
    zone = found[5]
    if not zone:
        return moment
    if zone == "Z":
        return moment.replace(tzinfo=UTC)
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return moment.replace(tzinfo=UTC) - (offset if zone[0] == "+" else -offset)


def _plain(raw: Any) -> str:
    """Full-width digits and signs as ASCII; digits of other scripts stay and are refused."""
    text = unicodedata.normalize("NFKC", str(raw)).strip().replace("\u2212", "-")
    return text if text.isascii() or not any(c.isdigit() and not c.isascii() for c in text) else "?"


def _no_number(text: str, code: str) -> CellProblem:
    """Why a text is no number, and what its writer may have meant where that is sure."""
    bare = without_sign(text, currency_signs())
    if not _SEPARATED.fullmatch(bare):
        kept = "".join(c for c in text if c.isascii() and (c.isdigit() or c in "-."))
        return CellProblem(code, kept if _DECIMAL.fullmatch(kept) and "," not in text else "")
    if bare != text:
        return CellProblem("cell_currency_sign")
    return CellProblem("cell_number_ambiguous" if "," in bare else code)


_READERS: dict[CellKind, Callable[[Any], Any]] = {
    CellKind.CODE: _code,
    CellKind.TEXT: _text,
    CellKind.WHOLE: _whole,
    CellKind.DECIMAL: _decimal,
    CellKind.FLAG: _flag,
    CellKind.CURRENCY: _currency,
}
