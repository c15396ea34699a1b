"""The pretend world: seeded, of the size asked for, with seasons, launches and sale days."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from jobs.sample import last_day
from jobs.sample_network import (
    CHANNELS,
    CODES,
    FIRST_RATES,
    MAKERS,
    all_terms,
    daily_rates,
    homes,
)
from jobs.sample_seasons import black_friday, prime_days
from jobs.sample_world import LINES_PER_ORDER, MARKETS, SERVED, World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(last_on=date(2026, 11, 21), days=550, orders=40_000, seed=7)


def test_the_same_seed_wants_the_same_and_another_seed_something_else(world: World) -> None:
    again = make_world(last_on=date(2026, 11, 21), days=550, orders=40_000, seed=7)
    other = make_world(last_on=date(2026, 11, 21), days=550, orders=40_000, seed=8)
    assert again.goods == world.goods
    assert again.campaigns == world.campaigns
    assert np.array_equal(again.demand.good, world.demand.good)
    assert np.array_equal(again.demand.second, world.demand.second)
    assert other.demand.good.size != world.demand.good.size


def test_the_world_has_the_size_that_was_asked_for(world: World) -> None:
    wanted = int(world.demand.order[-1]) + 1
    assert abs(wanted - 40_000 / SERVED) < 800
    assert 1.2 < world.demand.good.size / wanted < LINES_PER_ORDER + 0.03
    assert 280 <= len(world.goods) <= 320
    assert len({good.code for good in world.goods}) == len(world.goods)
    assert world.days[-1] - world.days[0] == timedelta(days=549)


def test_lines_come_in_the_order_of_their_days_and_orders(world: World) -> None:
    demand = world.demand
    assert (np.diff(demand.day) >= 0).all()
    assert (np.diff(demand.order) >= 0).all()
    assert demand.quantity.min() >= 1
    assert 0 <= demand.second.min() <= demand.second.max() < 86_400


def test_goods_are_launched_die_sell_rarely_and_carry_lots(world: World) -> None:
    launched = [i for i, good in enumerate(world.goods) if good.launched is not None]
    dying = [i for i, good in enumerate(world.goods) if good.dying is not None]
    assert len(launched) > 20
    assert len(dying) > 15
    assert sum(good.sparse for good in world.goods) > 40
    assert sum(good.lot_tracked for good in world.goods) > 20
    for number in launched:
        first = world.demand.day[world.demand.good == number]
        assert first.size == 0 or first.min() >= (world.goods[number].launched or 0)


def test_black_friday_and_prime_days_stand_out(world: World) -> None:
    a_day = Counter(world.demand.day.tolist())
    usual = world.demand.day.size / 550
    friday = (black_friday(2025) - world.days[0]).days
    assert a_day[friday] > 1.8 * usual
    assert a_day[(prime_days(2026)[0] - world.days[0]).days] > 1.3 * usual


@pytest.mark.parametrize(
    ("year", "friday", "prime"),
    [(2025, date(2025, 11, 28), date(2025, 7, 8)), (2026, date(2026, 11, 27), date(2026, 6, 23))],
)
def test_sale_days_of_the_calendar(year: int, friday: date, prime: date) -> None:
    assert black_friday(year) == friday
    assert prime_days(year)[0] == prime


def test_the_last_day_is_over_in_every_zone() -> None:
    # In Los Angeles it is still the evening of the 20th.
    assert last_day(datetime(2026, 11, 21, 6, tzinfo=UTC)) == date(2026, 11, 19)
    assert last_day(datetime(2026, 11, 21, 9, tzinfo=UTC)) == date(2026, 11, 20)


def test_five_warehouses_three_channels_four_currencies(world: World) -> None:
    assert len(CODES) == 5
    assert len(CHANNELS) == len(MARKETS) == 3
    currencies = {channel.currency for channel in CHANNELS} | {m.currency for m in MAKERS}
    assert currencies == {"USD", "EUR", "GBP", "CNY"}
    carried = {code for good in world.goods for code in homes(good)}
    assert carried == set(CODES) - {"SZ-HUB"}


def test_every_good_has_one_preferred_maker_with_falling_prices(world: World) -> None:
    terms = all_terms(np.random.default_rng(1), world.goods)
    preferred = [item.good for item in terms if item.preferred]
    assert preferred == list(range(len(world.goods)))
    for item in terms:
        prices = [price for _, price in item.prices]
        assert prices == sorted(prices, reverse=True)
        assert item.moq % item.multiple == 0
    assert len(terms) > len(world.goods) + 50


def test_rates_wander_on_weekdays_around_where_they_began() -> None:
    days = [date(2026, 1, 5) + timedelta(days=n) for n in range(300)]
    rates = daily_rates(np.random.default_rng(1), days)
    assert {currency for currency, _, _ in rates} == set(FIRST_RATES)
    assert all(day.weekday() < 5 for _, day, _ in rates)
    assert all(Decimal(5) < rate < Decimal(12) for _, _, rate in rates)
