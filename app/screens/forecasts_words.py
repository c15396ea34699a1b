"""Words for what learning keeps: reasons of a release, names of segments, what people changed.

Reads nothing.
"""

from decimal import Decimal

from app.i18n import country, number, percent, t
from inventory_core.planning.overrides import Override
from inventory_core.planning.registry import Release
from inventory_core.vocabulary import ForecastGrain

# The account id of what was sold through no known channel.
UNKNOWN_CHANNEL = "0"


def reason_words(one: Release, language: str = "") -> str:
    """Why a release holds its state."""
    return t(
        f"learning.release_{one.reason}",
        language=language,
        gain=percent(one.gain, 1, language=language),
        against=one.against_id or 0,
    )


def segment_name(name: str) -> str:
    """A segment's code such as `sparse_grown_small`, in words."""
    return " · ".join(t(f"learning.segment_{part}") for part in name.split("_"))


def change_words(one: Override) -> str:
    """+20 % or 40 units a day, for plain places."""
    if one.units_per_day is not None:
        return t("learning.units_a_day", units=number(one.units_per_day, _digits(one)))
    assert one.change_percent is not None
    sign = "+" if one.change_percent > 0 else ""
    return sign + percent(one.change_percent / 100, 0)


def part_words(grain: ForecastGrain, name: str) -> str:
    """What is changed as a whole, for plain places; `name`: of a channel, else the part itself."""
    if grain is ForecastGrain.COMPANY:
        return t("learning.whole_company")
    if (grain is ForecastGrain.CHANNEL and name == UNKNOWN_CHANNEL) or not name:
        return t(f"hierarchy.no_{grain.value}")
    if grain is ForecastGrain.MARKET:
        name = country(name)
    return t(f"learning.whole_{grain.value}", name=name)


def _digits(one: Override) -> int:
    units = one.units_per_day or Decimal(0)
    return 0 if units == units.to_integral_value() else 1
