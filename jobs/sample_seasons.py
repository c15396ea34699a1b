"""How demand of the sample seller moves through the year: seasons, weekdays, sale days, campaigns.

Decides multipliers only, as arrays over days; draws chance only from the generator handed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from inventory_core.catalog.sale_event_dates import fourth_thursday_of_november, prime_day

Floats = NDArray[np.float64]

# Monday to Sunday: Germans and Britons shop on Sundays, Americans on Mondays.
WEEKDAYS = {
    "US": (1.12, 1.06, 1.0, 0.97, 0.9, 0.92, 1.03),
    "DE": (1.05, 0.98, 0.95, 0.95, 0.9, 0.95, 1.22),
    "GB": (1.04, 0.99, 0.96, 0.96, 0.92, 0.97, 1.16),
}
# Yearly curves as bumps: (day of the year of the peak, width in days, height), on a base of 1.
_CURVES: dict[str, tuple[float, tuple[tuple[int, int, float], ...]]] = {
    "flat": (1.0, ((345, 18, 0.15),)),
    "gift": (0.8, ((340, 20, 1.35), (130, 12, 0.2))),
    "summer": (0.55, ((185, 45, 1.25),)),
    "winter": (0.7, ((350, 40, 0.8), (15, 35, 0.6))),
    "newyear": (0.75, ((10, 24, 1.3), (255, 22, 0.25))),
    "school": (0.8, ((237, 16, 1.1), (10, 12, 0.2))),
}
SEASONS = tuple(_CURVES)


@dataclass(frozen=True, slots=True)
class Campaign:
    """One promotion: a market, its days (both ends included), discount and goods by index."""

    key: str
    name: str
    market: str
    starts_on: date
    ends_on: date
    discount_percent: int
    goods: tuple[int, ...]


def season_curve(season: str, days: Sequence[date]) -> Floats:
    """The yearly multiplier of a season for each day, mean about 1."""
    base, bumps = _CURVES[season]
    of_year = np.array([day.timetuple().tm_yday for day in days], dtype=float)
    curve = np.full(len(days), base)
    for peak, width, height in bumps:
        away = np.abs(of_year - peak)
        away = np.minimum(away, 365.25 - away)
        curve += height * np.exp(-0.5 * (away / width) ** 2)
    return curve


def day_curve(market: str, days: Sequence[date]) -> Floats:
    """Weekday pattern, sale days and holidays of one market."""
    curve = np.array([WEEKDAYS[market][day.weekday()] for day in days])
    for position, day in enumerate(days):
        friday = black_friday(day.year)
        if friday <= day <= friday + timedelta(days=3):
            curve[position] *= 2.1
        elif friday - timedelta(days=4) <= day < friday:
            curve[position] *= 1.25
        if market != "GB" and is_prime_day(day):
            curve[position] *= 2.2
        if (day.month, day.day) in {(12, 24), (12, 25), (12, 26), (1, 1)}:
            curve[position] *= 0.6
    return curve


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    return fourth_thursday_of_november(year) + timedelta(days=1)


def prime_days(year: int) -> tuple[date, date]:
    """First and last of the Prime days, as the program's calendar has them."""
    event = prime_day(year)
    assert event is not None, "the sample's years have Prime days"
    return event.starts_on, event.ends_on


def is_prime_day(day: date) -> bool:
    """Whether the day lies in the Prime days of its year."""
    first, last = prime_days(day.year)
    return first <= day <= last


def campaigns(
    rng: Generator, days: Sequence[date], sold: dict[str, NDArray[np.intp]]
) -> tuple[Campaign, ...]:
    """The seller's promotions: the great sale days, and one smaller campaign a month and market."""
    found: list[Campaign] = []
    first, last = days[0], days[-1]
    for market, goods in sold.items():
        for year in range(first.year, last.year + 1):
            friday, prime = black_friday(year), prime_days(year)
            windows = [("Black Friday", friday, friday + timedelta(days=3), 25, 0.35)]
            if market != "GB":
                windows.append(("Prime Day", *prime, 20, 0.3))
            for month in range(1, 13):
                start = date(year, month, 1) + timedelta(days=int(rng.integers(2, 20)))
                if month not in {prime[0].month, 11}:
                    end = start + timedelta(days=int(rng.integers(4, 10)))
                    windows.append((f"{start:%B} deals", start, end, 15, 0.08))
            for name, start, end, percent, share in windows:
                count = max(1, int(len(goods) * share))
                chosen = tuple(int(g) for g in np.sort(rng.choice(goods, count, replace=False)))
                if start >= first and end <= last + timedelta(days=60):
                    key = f"{market} {name} {start:%Y-%m-%d}"
                    found.append(Campaign(key, name, market, start, end, percent, chosen))
    return tuple(sorted(found, key=lambda campaign: (campaign.starts_on, campaign.key)))


def campaign_curves(
    found: Sequence[Campaign], market: str, days: Sequence[date], goods: int
) -> tuple[Floats, Floats]:
    """Uplift and discount share per (day, good); buying forward leaves a dip of five days."""
    uplift = np.ones((len(days), goods))
    discount = np.zeros((len(days), goods))
    for campaign in found:
        if campaign.market != market:
            continue
        start = (campaign.starts_on - days[0]).days
        end = (campaign.ends_on - days[0]).days + 1
        chosen = np.array(campaign.goods)
        uplift[start:end, chosen] *= 1 + campaign.discount_percent / 100 * 4
        uplift[end : end + 5, chosen] *= 0.78
        discount[start:end, chosen] = campaign.discount_percent / 100
    return uplift, discount
