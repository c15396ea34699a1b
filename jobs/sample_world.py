"""The pretend world of the sample seller: which goods there are and what customers want each day.

Pure and seeded: the same seed, last day and size give the same orders. Decides true demand, also
where nothing is in stock; never what is sold, that is decided by the core when the orders arrive.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jobs.sample_goods import VARIANT_FACTORS, VARIANTS, Family, families
from jobs.sample_seasons import (
    SEASONS,
    Campaign,
    campaign_curves,
    campaigns,
    day_curve,
    season_curve,
)

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

MARKETS = ("US", "DE", "GB")
MARKET_SHARES = (0.47, 0.27, 0.26)
# Price in the market's currency for one dollar of list price; German and British prices hold VAT.
PRICE_FACTORS = (Decimal("1"), Decimal("1.08"), Decimal("0.92"))
TAX_RATES = (Decimal("0"), Decimal("0.19"), Decimal("0.20"))
LINES_PER_ORDER = 1.27
# Of the orders wanted, the share that is placed: the rest finds nothing in stock and walks away.
SERVED = 0.88
# What hardly sells is kept in one market only.
ONE_MARKET_BELOW = 0.3
LOT_TRACKED = frozenset({"Beauty", "Baby"})


@dataclass(frozen=True, slots=True)
class Good:
    """One SKU of the pretend world. Days count from the first day played; None means never."""

    code: str
    name: str
    family: Family
    price_usd: Decimal
    cost_cny: Decimal
    popularity: float
    sparse: bool
    launched: int | None
    dying: int | None
    markets: tuple[bool, bool, bool]

    @property
    def lot_tracked(self) -> bool:
        """Goods for skin, mouth and children carry lots."""
        return self.family.category in LOT_TRACKED or self.family.shelf_life_days is not None


@dataclass(frozen=True, slots=True)
class Demand:
    """Wanted order lines, sorted by day, market and time; parallel arrays, one entry a line."""

    order: Numbers  # 0, 1, 2 ... over the whole play
    day: Numbers
    market: Numbers
    second: Numbers  # of the market's local day
    good: Numbers
    quantity: Numbers
    discount: Floats  # share of the price


@dataclass(frozen=True, slots=True)
class World:
    """Everything the outside brings: days, goods, campaigns, wanted orders."""

    days: tuple[date, ...]
    goods: tuple[Good, ...]
    campaigns: tuple[Campaign, ...]
    demand: Demand


def make_world(*, last_on: date, days: int, orders: int, seed: int) -> World:
    """The world for `days` days up to `last_on`, with about `orders` orders wanted."""
    calendar = tuple(last_on - timedelta(days=days - 1 - n) for n in range(days))
    goods = _make_goods(np.random.default_rng([seed, 1]), days)
    rng = np.random.default_rng([seed, 2])
    sold = {
        market: np.array([i for i, good in enumerate(goods) if good.markets[m]])
        for m, market in enumerate(MARKETS)
    }
    promotions = campaigns(rng, calendar, sold)
    rates, discounts = _rates(rng, calendar, goods, promotions)
    rates *= orders / SERVED * LINES_PER_ORDER / rates.sum()
    return World(calendar, goods, promotions, _draw_orders(rng, rates, discounts, goods))


def _make_goods(rng: Generator, days: int) -> tuple[Good, ...]:
    goods = []
    for family in families():
        liked = rng.lognormal(0.0, 0.75)
        market_of_family = rng.random(3) < (1.0, 0.62, 0.66)
        for number, (word, word_zh) in enumerate(VARIANTS[family.variant]):
            factor = VARIANT_FACTORS[family.variant][number]
            sparse = bool(rng.random() < 0.24)
            popularity = liked * rng.lognormal(-0.1 * number, 0.45) * (0.1 if sparse else 1.0)
            late = rng.random()
            launched = int(rng.uniform(0.12, 0.8) * days) if late < 0.13 else None
            dying = int(rng.uniform(0.25, 0.75) * days) if 0.13 <= late < 0.23 else None
            markets = market_of_family & (rng.random(3) < (0.95, 0.85, 0.88))
            if not markets.any():
                markets[0] = True
            if popularity < ONE_MARKET_BELOW:
                markets &= np.arange(len(MARKETS)) == np.argmax(markets)
            goods.append(
                Good(
                    code=f"{family.code}-{number + 1:02d}",
                    name=f"{family.name}, {word}({family.name_zh} {word_zh})",
                    family=family,
                    price_usd=_ending_in_nine(family.price * factor),
                    cost_cny=Decimal(str(round(family.cost * factor, 2))),
                    popularity=float(popularity),
                    sparse=sparse,
                    launched=launched,
                    dying=dying,
                    markets=(bool(markets[0]), bool(markets[1]), bool(markets[2])),
                )
            )
    return tuple(goods)


def market_price(good: Good, market: int) -> Decimal:
    """List price in the market's currency, tax included where the market does so."""
    return _ending_in_nine(float(good.price_usd * PRICE_FACTORS[market]))


def _ending_in_nine(price: float) -> Decimal:
    whole = Decimal(price).quantize(Decimal(1), ROUND_HALF_UP)
    return max(whole, Decimal(3)) - Decimal("0.01")


def _rates(
    rng: Generator,
    calendar: tuple[date, ...],
    goods: tuple[Good, ...],
    promotions: tuple[Campaign, ...],
) -> tuple[Floats, Floats]:
    """Expected lines and discount share per (day, market, good)."""
    days, count = len(calendar), len(goods)
    curves = {season: season_curve(season, calendar) for season in SEASONS}
    level = np.empty((days, count))
    along = np.arange(days)
    for i, good in enumerate(goods):
        slope = rng.normal(0.15, 0.35) / 365
        level[:, i] = good.popularity * curves[good.family.season] * np.exp(slope * along)
        if good.launched is not None:
            age = along - good.launched
            level[:, i] *= np.where(age < 0, 0.0, 1 - 0.75 * np.exp(-np.maximum(age, 0) / 40))
        if good.dying is not None:
            level[:, i] *= np.exp(-np.maximum(along - good.dying, 0) / 35)
    level *= np.exp(_slow_noise(rng, days, count, weekly=0.13))
    rates = np.empty((days, len(MARKETS), count))
    discounts = np.empty_like(rates)
    for m, market in enumerate(MARKETS):
        uplift, discounts[:, m] = campaign_curves(promotions, market, calendar, count)
        sells = np.array([good.markets[m] for good in goods], dtype=float)
        local = day_curve(market, calendar)[:, None] * uplift * sells
        liking = rng.lognormal(0, 0.35, count)
        # Day-to-day clumping, so that counts are wilder than Poisson's.
        wild = rng.gamma(4.0, 0.25, (days, count))
        rates[:, m] = level * liking * local * wild
        rates[:, m] *= MARKET_SHARES[m] / rates[:, m].sum()
    return rates, discounts


def _slow_noise(rng: Generator, days: int, count: int, *, weekly: float) -> Floats:
    """A wandering level per good: first-order autoregression, steps of a week, interpolated."""
    weeks = days // 7 + 2
    steps = rng.normal(0, weekly, (weeks, count))
    path = np.empty_like(steps)
    path[0] = steps[0]
    for week in range(1, weeks):
        path[week] = 0.85 * path[week - 1] + steps[week]
    return path[np.arange(days) // 7]


def _draw_orders(
    rng: Generator, rates: Floats, discounts: Floats, goods: tuple[Good, ...]
) -> Demand:
    wanted = rng.poisson(rates)
    day, market, good = np.nonzero(wanted)
    repeat = wanted[day, market, good]
    day, market, good = (np.repeat(axis, repeat) for axis in (day, market, good))
    shuffle = np.lexsort((rng.random(day.size), market, day))
    day, market, good = day[shuffle], market[shuffle], good[shuffle]
    starts = rng.random(day.size) < 1 / LINES_PER_ORDER
    starts[0] = True
    starts[1:] |= (day[1:] != day[:-1]) | (market[1:] != market[:-1])
    first = np.flatnonzero(starts)
    order = np.cumsum(starts) - 1
    hour = np.where(rng.random(first.size) < 0.4, rng.normal(12.5, 2.5, first.size), 0)
    hour = np.where(hour == 0, rng.normal(19.5, 2.2, first.size), hour)
    second = np.clip(hour * 3600, 60, 86_340).astype(np.int64)
    # Orders of a day in the order of their time; ids follow the clock.
    place = np.lexsort((second, market[first], day[first]))
    rank = np.empty_like(place)
    rank[place] = np.arange(place.size)
    line = np.argsort(rank[order], kind="stable")
    quantity = _quantities(rng, good, goods)
    return Demand(
        order=rank[order][line],
        day=day[line].astype(np.int64),
        market=market[line].astype(np.int64),
        second=second[order][line],
        good=good[line].astype(np.int64),
        quantity=quantity[line],
        discount=discounts[day, market, good][line],
    )


def _quantities(rng: Generator, good: NDArray[np.intp], goods: tuple[Good, ...]) -> Numbers:
    """Mostly one piece; sparse goods by the handful; once in a while a shop buys a carton."""
    quantity = 1 + rng.binomial(3, 0.12, good.size)
    sparse = np.array([item.sparse for item in goods])[good]
    quantity = np.where(sparse, 1 + rng.poisson(2.2, good.size), quantity)
    bulk = rng.random(good.size) < 0.004
    return np.where(bulk, rng.integers(10, 31, good.size), quantity).astype(np.int64)
