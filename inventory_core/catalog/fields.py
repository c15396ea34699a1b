"""Checks of single values that many records share. Decides ranges and shapes; touches no table."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from inventory_core.errors import Invalid

MOST_UNITS = 10**12
MOST_AMOUNT = Decimal(10) ** 15


def check_whole(value: Any, *, field: str, least: int = 0, most: int = MOST_UNITS) -> int:
    """A whole number within the range; a float or a truth value is refused, not rounded."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("not_a_whole_number", field=field, value=str(value))
    if not least <= value <= most:
        raise Invalid("out_of_range", field=field, value=value, least=least, most=most)
    return value


def check_optional_whole(value: Any, *, field: str, least: int = 0, most: int = MOST_UNITS) -> Any:
    """The same, where nothing at all is allowed too."""
    return None if value is None else check_whole(value, field=field, least=least, most=most)


def check_decimal(
    value: Any,
    *,
    field: str,
    least: Decimal | int = 0,
    most: Decimal | int = MOST_AMOUNT,
    places: int = 6,
) -> Decimal:
    """An exact finite number with at most `places` decimals within the range."""
    if isinstance(value, bool | float) or not isinstance(value, int | Decimal | str):
        raise Invalid("not_a_decimal", field=field, value=str(value))
    try:
        exact = Decimal(value)
    except InvalidOperation as error:
        raise Invalid("not_a_decimal", field=field, value=str(value)) from error
    if not exact.is_finite():
        raise Invalid("not_a_decimal", field=field, value=str(value))
    if not least <= exact <= most:
        raise Invalid("out_of_range", field=field, value=str(exact), least=least, most=most)
    if exact != round(exact, places):
        raise Invalid("too_many_decimals", field=field, value=str(exact), places=places)
    return round(exact, places)


def check_country(value: str | None, *, field: str = "country") -> str | None:
    """An ISO 3166 code of two letters in capitals, or nothing."""
    if value is None or not value.strip():
        return None
    cleaned = value.strip().upper()
    if len(cleaned) != 2 or not cleaned.isascii() or not cleaned.isalpha():
        raise Invalid("unknown_country", field=field, value=value)
    return cleaned


def check_flag(value: Any, *, field: str) -> bool:
    """True or False, nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise Invalid("not_yes_or_no", field=field, value=str(value))
    return value


def check_day(value: Any, *, field: str) -> date | None:
    """A calendar day, or nothing; a moment is refused because its day depends on a zone."""
    if value is None or type(value) is date:
        return value
    raise Invalid("not_a_day", field=field, value=str(value))


def check_member(value: Any, members: type, *, field: str) -> str:
    """One of a closed list (a StrEnum), as its plain text."""
    try:
        return str(members(value).value)
    except ValueError as error:
        raise Invalid("not_in_list", field=field, value=str(value)) from error
