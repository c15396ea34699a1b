"""Words for what learning keeps: reasons of a release, names of segments, what people changed.

Reads nothing.
"""

from decimal import Decimal

from app.i18n import country, md, number, percent, t
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
    """+20% or 40 a day, for plain places."""
    return said_change(one.change_percent, one.units_per_day)


def said_change(
    change_percent: Decimal | float | None, units_per_day: Decimal | float | None
) -> str:
    """The same of a change as a trace keeps it: one of both is stated, whole numbers without a
    point.
    """
    if units_per_day is not None:
        return t("learning.units_a_day", units=number(units_per_day, _digits(units_per_day)))
    assert change_percent is not None
    sign = "+" if change_percent > 0 else ""
    return sign + percent(change_percent / 100, _digits(change_percent))


def part_words(grain: ForecastGrain, name: str) -> str:
    """What is changed as a whole, for plain places; `name`: of a channel, else the part itself."""
    if grain is ForecastGrain.COMPANY:
        return t("learning.whole_company")
    if (grain is ForecastGrain.CHANNEL and name == UNKNOWN_CHANNEL) or not name:
        return t(f"hierarchy.no_{grain.value}")
    if grain is ForecastGrain.MARKET:
        name = country(name)
    return t(f"learning.whole_{grain.value}", name=name)


def against_before(ahead: float, before: float | None) -> tuple[str, str]:
    """The change against the weeks before and what it is against, as a figure takes them; no sign
    where it is none, nothing where those weeks say nothing.
    """
    if not before:
        return "", ""
    change = (ahead - before) / before
    if round(change * 100) == 0:
        return "", md("forecasts.as_last")
    return percent(change, 0), md("forecasts.against_last")


def _digits(value: Decimal | float) -> int:
    return 0 if value == int(value) else 1
