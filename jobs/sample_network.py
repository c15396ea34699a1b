"""Where the sample seller keeps, sells and buys: warehouses, channels, suppliers, their terms.

Decides names and terms, and draws rates and offers from a seeded generator; touches no database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from zlib import crc32

import numpy as np
from numpy.random import Generator

from inventory_core.catalog.locations import NewWarehouse
from inventory_core.trade.offer_legs import OfferLeg
from inventory_core.vocabulary import Authority, WarehouseKind
from jobs.sample_world import MARKETS, Good

HUB, US_OWN, UK_3PL, FBA_US, FBA_DE = "SZ-HUB", "US-OWN", "UK-3PL", "FBA-US", "FBA-DE"
WAREHOUSES = (
    NewWarehouse(HUB, "Hub Shenzhen", WarehouseKind.OWN, "CN", "Asia/Shanghai", priority=50),
    NewWarehouse(US_OWN, "US own", WarehouseKind.OVERSEAS, "US", "America/Los_Angeles"),
    NewWarehouse(UK_3PL, "UK 3PL", WarehouseKind.THIRD_PARTY, "GB", "Europe/London"),
    NewWarehouse(
        FBA_US, "FBA US", WarehouseKind.FBA, "US", "America/Los_Angeles", Authority.REPORTED
    ),
    NewWarehouse(FBA_DE, "FBA DE", WarehouseKind.FBA, "DE", "Europe/Berlin", Authority.REPORTED),
)
CODES = tuple(new.code for new in WAREHOUSES)
# Days by sea from the hub until sellable, and by air.
TRANSIT_DAYS = {US_OWN: 27, UK_3PL: 33, FBA_US: 32, FBA_DE: 36}
AIR_DAYS = 9


@dataclass(frozen=True, slots=True)
class Channel:
    """A seller account of one market; `serves` in the order in which its orders are filled."""

    code: str
    name: str
    platform: str
    marketplace: str
    currency: str
    country: str
    time_zone: str
    serves: tuple[str, ...]


# One channel for each market of `sample_world`, in the same order.
CHANNELS = (
    Channel(
        "AMZ-US",
        "Amazon US",
        "amazon",
        "US",
        "USD",
        "US",
        "America/Los_Angeles",
        (FBA_US, US_OWN),
    ),
    Channel("AMZ-DE", "Amazon DE", "amazon", "DE", "EUR", "DE", "Europe/Berlin", (FBA_DE,)),
    Channel("SHOP-UK", "Shopify UK", "shopify", "", "GBP", "GB", "Europe/London", (UK_3PL,)),
)


@dataclass(frozen=True, slots=True)
class Maker:
    """A supplier and how it really behaves: `delay` and `spread` in days, `short` a share."""

    code: str
    name: str
    country: str
    currency: str
    categories: tuple[str, ...]
    lead_days: int
    delay: float
    spread: float
    short: float
    price_factor: float = 1.0
    payment_days: int = 30
    order_minimum: int | None = None


MAKERS = (
    Maker("NB-BRIGHT", "Ningbo Brightway(宁波明途)", "CN", "CNY", ("Lighting",), 24, 1, 3, 0.04),
    Maker(
        "SZ-HUALIAN", "Shenzhen Hualian(深圳华联)", "CN", "CNY", ("Electronics",), 18, 2, 4, 0.06
    ),
    Maker("YW-HENGTAI", "Yiwu Hengtai(义乌恒泰)", "CN", "CNY", ("Fitness", "Pets"), 22, 9, 8, 0.15),
    Maker("YJ-KEDA", "Yangjiang Keda(阳江科达)", "CN", "CNY", ("Kitchen",), 26, 2, 3, 0.05),
    Maker("TZ-LINHAI", "Taizhou Linhai(台州临海)", "CN", "CNY", ("Outdoor",), 30, 6, 7, 0.12),
    Maker("HZ-SUHE", "Hangzhou Suhe(杭州素和)", "CN", "CNY", ("Home",), 25, 1, 4, 0.05, 1.0, 45),
    Maker("GZ-LIMEI", "Guangzhou Limei(广州丽美)", "CN", "CNY", ("Beauty",), 20, 3, 5, 0.08),
    Maker("ST-LEBAO", "Shantou Lebao(汕头乐宝)", "CN", "CNY", ("Baby",), 28, 2, 4, 0.06),
    Maker(
        "DG-WENXIN", "Dongguan Wenxin(东莞文心)", "CN", "USD", ("Office", "Travel"), 24, 2, 4, 0.05
    ),
    Maker("SGN-ANPHU", "An Phu Saigon(西贡安富)", "VN", "USD", ("Car",), 27, 12, 9, 0.1, 0.94, 15),
    Maker(
        "HH-NORDLICHT", "Nordlicht Hamburg(北光)", "DE", "EUR", (), 12, 0, 2, 0.02, 1.35, 30, 400
    ),
    Maker(
        "BHM-AVONDALE", "Avondale Trading(雅芳谷)", "GB", "GBP", (), 10, 1, 2, 0.03, 1.42, 14, 300
    ),
)
# Second sources: the neighbour in trade that also makes the goods of a category.
SECOND_SOURCES = {
    "Lighting": "SZ-HUALIAN",
    "Electronics": "DG-WENXIN",
    "Kitchen": "YW-HENGTAI",
    "Home": "YW-HENGTAI",
    "Beauty": "HH-NORDLICHT",
    "Baby": "BHM-AVONDALE",
    "Fitness": "TZ-LINHAI",
    "Office": "NB-BRIGHT",
}
# What factories state of the way overseas behind their gate, and what an agent asks for flying.
WAYS = {
    "sea": (("booking", 5), ("transport", 20), ("customs", 5), ("check_in", 5)),
    "air": (("booking", 2), ("transport", 5), ("customs", 2), ("check_in", 4)),
}
TRAVEL_DAYS = 30
AIR_USD_PER_KG, AIR_CM3_PER_KG = 5.2, 6000
# What one unit of a currency was worth in CNY when the play begins.
FIRST_RATES = {"USD": 7.18, "EUR": 7.92, "GBP": 9.31}


@dataclass(frozen=True, slots=True)
class Terms:
    """One maker's terms for one good."""

    maker: str
    good: int
    currency: str
    lead_days: int
    spread_days: Decimal
    moq: int
    multiple: int
    prices: tuple[tuple[int, Decimal], ...]
    preferred: bool


def homes(good: Good) -> Mapping[str, float]:
    """Warehouses that carry a good, with the share of its market's demand that each is kept for."""
    kept: dict[str, float] = {}
    for market, sold in zip(MARKETS, good.markets, strict=True):
        if not sold:
            continue
        if market == "DE":
            kept[FBA_DE] = 1.0
        elif market == "GB":
            kept[UK_3PL] = 1.0
        elif good.family.bulky:
            kept[US_OWN] = 1.0
        else:
            kept[FBA_US] = 1.0
            if good.popularity > 2.5:
                kept[US_OWN] = 0.12
    return kept


def is_direct(good: Good) -> bool:
    """Three families of four go from the factory straight to where they are sold, by sea."""
    return good.family.bulky or crc32(good.family.code.encode()) % 4 != 0


def market_of(warehouse: str) -> int:
    """Index of the market that a selling warehouse serves."""
    return next(i for i, channel in enumerate(CHANNELS) if warehouse in channel.serves)


def carton(good: Good) -> int:
    """Pieces in an inner carton, the unit in which this small seller buys."""
    return max(2, round(good.family.carton / 12))


def all_terms(rng: Generator, goods: Sequence[Good]) -> tuple[Terms, ...]:
    """The offers of every good: its own maker first, for a third of them a second source."""
    own = {category: maker for maker in MAKERS for category in maker.categories}
    by_code = {maker.code: maker for maker in MAKERS}
    found = []
    for number, good in enumerate(goods):
        first = own[good.family.category]
        found.append(_terms(rng, first, number, good, preferred=True))
        second = SECOND_SOURCES.get(good.family.category)
        if second is not None and rng.random() < 0.4:
            found.append(_terms(rng, by_code[second], number, good, preferred=False))
    return tuple(found)


def _terms(rng: Generator, maker: Maker, number: int, good: Good, *, preferred: bool) -> Terms:
    rate = FIRST_RATES.get(maker.currency, 1.0)
    price = float(good.cost_cny) * maker.price_factor / rate * rng.uniform(0.97, 1.05)
    unit = carton(good)
    moq = unit * int(rng.integers(1, 3))
    breaks = [(moq, price), (moq * 3, price * 0.95)]
    if rng.random() < 0.5:
        breaks.append((moq * 8, price * 0.9))
    return Terms(
        maker=maker.code,
        good=number,
        currency=maker.currency,
        lead_days=maker.lead_days + int(rng.integers(-3, 4)) + TRAVEL_DAYS,
        spread_days=Decimal(str(round(maker.spread + 2.0, 1))),
        moq=moq,
        multiple=unit,
        prices=tuple((at, _cents(value)) for at, value in breaks),
        preferred=preferred,
    )


def legs_of(terms: Terms, good: Good) -> list[OfferLeg]:
    """The ways overseas that a factory in Asia states: by sea, of which the receipts tell the
    freight, and by air at an agent's price.
    """
    maker = next(one for one in MAKERS if one.code == terms.maker)
    if maker.country not in ("CN", "VN"):
        return []
    made = terms.lead_days - TRAVEL_DAYS - 5  # then goods wait for their ship
    if maker.country == "CN":
        made = round(made * 6 / 7)
    kilograms = max(good.family.grams / 1000, good.family.cm3 / AIR_CM3_PER_KG)
    flown = {"unit_freight": _cents(kilograms * AIR_USD_PER_KG), "currency": "USD"}
    found = []
    for method, way in WAYS.items():
        legs = [("production", made), *way]
        for place, (kind, days) in enumerate(legs, 1):
            price = flown if (method, kind) == ("air", "transport") else {}
            found.append(OfferLeg(method, place, kind, days, **price))  # type: ignore[arg-type]
    return found


def daily_rates(rng: Generator, days: Sequence[date]) -> list[tuple[str, date, Decimal]]:
    """A wandering rate to CNY for each foreign currency, on every weekday."""
    found = []
    for currency, first in FIRST_RATES.items():
        path = first * np.exp(np.cumsum(rng.normal(0, 0.0028, len(days))))
        found += [
            (currency, day, Decimal(str(round(float(value), 4))))
            for position, (day, value) in enumerate(zip(days, path, strict=True))
            if day.weekday() < 5 or position == 0
        ]
    return found


def _cents(value: float) -> Decimal:
    return max(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP), Decimal("0.05"))
