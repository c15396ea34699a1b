"""The sample company before its first day: goods, places, channels, suppliers, offers, first stock.

Decides the order in which the commands are called, and keeps the numbers they answer with. Every
row comes by a command of the core, as a person would have entered it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from inventory_core.catalog.calendar_presets import CHINA_FACTORY, EVERY_DAY
from inventory_core.catalog.calendar_records import ensure_calendars
from inventory_core.catalog.company import NewCompany, found_company
from inventory_core.catalog.listings import NewAccount, NewListing, create_accounts, create_listings
from inventory_core.catalog.locations import create_warehouses
from inventory_core.catalog.promotions import NewPromotion, create_promotions
from inventory_core.catalog.rates import NewRate, record_rates
from inventory_core.catalog.skus import NewSku, create_skus
from inventory_core.db.engine import Writing
from inventory_core.db.played_clock import make_months
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.offers import NewOffer, create_offers
from inventory_core.trade.suppliers import NewSupplier, create_suppliers
from inventory_core.vocabulary import Language
from jobs.sample_network import (
    CHANNELS,
    MAKERS,
    WAREHOUSES,
    Terms,
    all_terms,
    carton,
    daily_rates,
    legs_of,
)
from jobs.sample_world import MARKETS, Good, World

COMPANY_NAME = "Lumen & Co. (示例公司)"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The ids that the core gave, by position in the world or by code."""

    skus: tuple[int, ...]
    warehouses: Mapping[str, int]
    accounts: tuple[int, ...]
    listings: Mapping[tuple[int, int], int]  # (market, good) -> listing
    suppliers: Mapping[str, int]
    offers: Mapping[tuple[str, int], int]  # (maker, good) -> offer
    terms: Mapping[int, Terms]  # good -> terms of its preferred maker


def set_up(tx: Writing, world: World, *, seed: int) -> Numbers:
    """Found the company and enter everything it knows before its first day."""
    found_company(
        tx, SYSTEM, NewCompany(COMPANY_NAME, "CNY", "Asia/Shanghai", Language.EN, simulated=True)
    )
    first, last = world.days[0], world.days[-1]
    make_months(tx, first - timedelta(days=3), last + timedelta(days=3))
    ensure_calendars(tx, [CHINA_FACTORY, EVERY_DAY])
    rng = np.random.default_rng([seed, 3])
    history = [first - timedelta(days=7 - n) for n in range(7)] + list(world.days)
    rates = daily_rates(rng, history)
    record_rates(tx, SYSTEM, [NewRate(c, "CNY", on, rate, "simulated") for c, on, rate in rates])
    warehouses = create_warehouses(tx, SYSTEM, WAREHOUSES)
    accounts = _accounts(tx, {code: int(number) for code, number in warehouses.items()})
    by_code = create_skus(tx, SYSTEM, [_new_sku(good, first) for good in world.goods])
    skus = tuple(int(by_code[good.code]) for good in world.goods)
    suppliers = _suppliers(tx)
    terms = all_terms(np.random.default_rng([seed, 4]), world.goods)
    offers = _offers(tx, world, terms, suppliers, skus)
    _promotions(tx, world, accounts, skus)
    return Numbers(
        skus=skus,
        warehouses={code: int(number) for code, number in warehouses.items()},
        accounts=accounts,
        listings=_listings(tx, world, accounts, skus),
        suppliers=suppliers,
        offers=offers,
        terms={item.good: item for item in terms if item.preferred},
    )


def _accounts(tx: Writing, warehouses: Mapping[str, int]) -> tuple[int, ...]:
    made = create_accounts(
        tx,
        SYSTEM,
        [
            NewAccount(
                channel.code,
                channel.name,
                channel.platform,
                channel.currency,
                channel.time_zone,
                channel.marketplace,
                [warehouses[code] for code in channel.serves],  # type: ignore[misc]
            )
            for channel in CHANNELS
        ],
    )
    return tuple(made[channel.code] for channel in CHANNELS)


def _new_sku(good: Good, first: date) -> NewSku:
    launched = None if good.launched is None else first + timedelta(days=good.launched)
    return NewSku(
        code=good.code,
        name=good.name,
        category=good.family.category,
        weight_grams=good.family.grams,
        volume_cm3=good.family.cm3,
        carton_quantity=carton(good),
        shelf_life_days=good.family.shelf_life_days,
        lot_tracked=good.lot_tracked,
        launched_on=launched,
    )


def _suppliers(tx: Writing) -> dict[str, int]:
    made = create_suppliers(
        tx,
        SYSTEM,
        [
            NewSupplier(
                maker.code,
                maker.name,
                maker.currency,
                maker.country,
                email=f"orders@{maker.code.lower()}.example",
                payment_days=maker.payment_days,
                order_minimum=None if maker.order_minimum is None else Decimal(maker.order_minimum),
                calendar_code=CHINA_FACTORY if maker.country == "CN" else EVERY_DAY,
            )
            for maker in MAKERS
        ],
    )
    return {code: int(number) for code, number in made.items()}


def _offers(
    tx: Writing,
    world: World,
    terms: Sequence[Terms],
    suppliers: Mapping[str, int],
    skus: Sequence[int],
) -> dict[tuple[str, int], int]:
    made = create_offers(
        tx,
        SYSTEM,
        [
            NewOffer(
                suppliers[item.maker],
                skus[item.good],
                item.currency,
                item.lead_days,
                item.spread_days,
                item.moq,
                item.multiple,
                list(item.prices),
                preferred=item.preferred,
                legs=legs_of(item, world.goods[item.good]),
            )
            for item in terms
        ],
    )
    return {(item.maker, item.good): int(number) for item, number in zip(terms, made, strict=True)}


def _listings(
    tx: Writing, world: World, accounts: Sequence[int], skus: Sequence[int]
) -> dict[tuple[int, int], int]:
    keys, rows = [], []
    for market, name in enumerate(MARKETS):
        zone = ZoneInfo(CHANNELS[market].time_zone)
        for number, good in enumerate(world.goods):
            if not good.markets[market]:
                continue
            live_on = world.days[good.launched or 0]
            live_at = datetime.combine(live_on, time(0), zone)
            keys.append((market, number))
            rows.append(NewListing(accounts[market], f"{name}-{good.code}", skus[number], live_at))
    made = create_listings(tx, SYSTEM, rows)
    return {key: int(number) for key, number in zip(keys, made, strict=True)}


def _promotions(tx: Writing, world: World, accounts: Sequence[int], skus: Sequence[int]) -> None:
    create_promotions(
        tx,
        SYSTEM,
        [
            NewPromotion(
                campaign.key,
                campaign.name,
                campaign.starts_on,
                campaign.ends_on,
                Decimal(campaign.discount_percent),
                [skus[good] for good in campaign.goods],
                accounts[MARKETS.index(campaign.market)],
            )
            for campaign in world.campaigns
        ],
    )
