"""Money as exact decimals with a currency. Decides rounding; never a rate, never a float.

Amounts are rounded once, half up, to the currency's own digits; unit costs and rates keep six
places. A sum that is split is split by largest remainder, so that the parts always add up again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import (
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
    list_currencies,
)

from inventory_core.errors import Invalid

UNIT_COST_PLACES = 6
_KNOWN_CURRENCIES = frozenset(list_currencies())
_LOCALES = ("en", "zh")
_ALSO_WRITTEN = {
    "CNY": ("RMB", "元"),
    "EUR": ("€", "EURO"),
    "GBP": ("£",),
    "HKD": ("HK$", "港元", "港币"),
    "JPY": ("円", "JP¥"),
    "USD": ("US$", "美金"),
}


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency."""

    amount: Decimal
    currency: str


def check_currency(code: str, *, field: str = "currency") -> str:
    """The ISO 4217 code in capitals, or Invalid naming the field."""
    cleaned = code.strip().upper()
    if not is_currency(cleaned):
        raise Invalid("unknown_currency", field=field, value=code)
    return cleaned


def is_currency(code: str) -> bool:
    """Whether this is an ISO 4217 code in capitals."""
    return code in _KNOWN_CURRENCIES


def currency_called(words: str) -> str:
    """The ISO 4217 code of "USD", "US dollar", "美元" or "€"; empty for any other words.

    A bare $ or ¥ says no currency: too many countries write it.
    """
    if is_currency(code := words.strip().upper()):
        return code
    return _currency_names().get(words.strip().casefold(), "")


@cache
def currency_signs(currency: str = "") -> frozenset[str]:
    """What may be written beside an amount in this currency, or in any, in capitals."""
    codes = [currency] if currency else sorted(_KNOWN_CURRENCIES)
    signs = {sign for code in codes for sign in (code, *_ALSO_WRITTEN.get(code, ()))}
    signs |= {
        get_currency_symbol(code, locale=locale).upper() for code in codes for locale in _LOCALES
    }
    return frozenset(signs)


@cache
def _currency_names() -> dict[str, str]:
    names = {
        get_currency_name(code, locale=locale).casefold(): code
        for code in sorted(_KNOWN_CURRENCIES)
        for locale in _LOCALES
    }
    return names | {
        sign.casefold(): code for code, signs in _ALSO_WRITTEN.items() for sign in signs
    }


def currency_digits(currency: str) -> int:
    """How many decimals the currency has: JPY 0, USD 2, KWD 3."""
    return int(get_currency_precision(currency))


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """`amount` rounded half up to the currency's digits."""
    return amount.quantize(Decimal(1).scaleb(-currency_digits(currency)), ROUND_HALF_UP)


def round_unit_cost(amount: Decimal) -> Decimal:
    """`amount` per unit, rounded half up to six places."""
    return amount.quantize(Decimal(1).scaleb(-UNIT_COST_PLACES), ROUND_HALF_UP)


def split_amount(total: Decimal, weights: Sequence[Decimal | int], *, places: int) -> list[Decimal]:
    """Split `total` in proportion to `weights`; parts have `places` decimals and sum to `total`.

    Largest remainder (Hamilton): every part is rounded down, the missing smallest units go to the
    parts that lost most, the earlier part first on a tie. Weights must be non-negative, sum > 0.
    """
    weight_sum = sum((Decimal(weight) for weight in weights), Decimal(0))
    if weight_sum <= 0 or any(weight < 0 for weight in weights):
        raise Invalid("weights_not_positive", weights=[str(weight) for weight in weights])
    unit = Decimal(1).scaleb(-places)
    whole = total.quantize(unit, ROUND_HALF_UP)
    if whole != total:
        raise Invalid("amount_too_fine", value=str(total), places=places)
    exact = [total * Decimal(weight) / weight_sum for weight in weights]
    parts = [share.quantize(unit, ROUND_DOWN) for share in exact]
    missing = int((total - sum(parts, Decimal(0))) / unit)
    step = unit if missing >= 0 else -unit
    by_loss = sorted(range(len(parts)), key=lambda i: (-abs(exact[i] - parts[i]), i))
    for position in by_loss[: abs(missing)]:
        parts[position] += step
    return parts
