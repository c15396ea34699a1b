"""Production is the factory's: what orders by sea showed of it holds for orders by air too."""

from datetime import date, timedelta
from math import sqrt
from statistics import mean

import pytest

from forecasting.evidence_way import learned_facts
from forecasting.lead_time import Route, arrives_on
from forecasting.lead_time_learning import LeadTimes, Taken, lead_times_of, learned_route
from forecasting.leg_learning import LegTaken
from forecasting.policy import LEAD_TIME_SLICES
from inventory_core.catalog.calendars import Leg
from tests.forecasting.pocket_ways import check_factory

MONDAY = date(2026, 3, 2)
COUNTRIES = {1: "US", 2: "DE"}
AIR = Route("air", (Leg("production", 20), Leg("transport", 6), Leg("customs", 4)), 3.0)
SEA = Route("sea", (Leg("production", 20), Leg("transport", 35), Leg("customs", 5)), 6.0)


def order(method: str, days: float, stated: float, number: int = 0, place: int = 1) -> Taken:
    on = MONDAY - timedelta(weeks=60 - number)
    return Taken(7, place, COUNTRIES[place], method, on, stated, days)


def leg(
    method: str, kind: str, days: float, stated: float, number: int = 0, place: int = 1, **how: bool
) -> LegTaken:
    on = MONDAY - timedelta(weeks=60 - number)
    return LegTaken(7, place, COUNTRIES[place], method, on, kind, stated, days, **how)


def by_sea(count: int, *, production: float = 30, transport: float = 35) -> LeadTimes:
    """So many orders by sea with every step recorded; production was stated at 20 days."""
    whole = production + transport + 5
    orders = [order("sea", whole, 60, number) for number in range(count)]
    legs = [
        leg("sea", kind, days, stated, number)
        for number in range(count)
        for kind, days, stated in (
            ("production", production, 20),
            ("transport", transport, 35),
            ("customs", 5, 5),
        )
    ]
    return lead_times_of(orders, COUNTRIES, legs)


def learned(times: LeadTimes, route: Route = AIR, place: int = 1, supplier: int = 7) -> Route:
    return learned_route(route, times, supplier_id=supplier, warehouse_id=place, as_of=MONDAY)


def test_trap_63_flying_does_not_make_the_factory_faster() -> None:
    """Twelve orders by sea, production 30 instead of 20 days; nothing ever flew.

    By hand: 12 orders count 12 / (12 + 4) = 3/4, so production takes 3/4 × 1.5 + 1/4 × 1 = 1.375
    of its 20 days, 27.5; the 10 days of air and customs stay: 37.5, planned as 38 instead of 30.
    """
    route = learned(by_sea(12))
    found = route.learned
    assert found is not None
    assert found.factory is not None
    assert found.factory.ratio == pytest.approx(1.375, abs=0.001)
    assert found.ratio == pytest.approx(37.5 / 30, abs=0.001)
    assert (arrives_on(route, MONDAY) - MONDAY).days == 38
    days = {one.kind: one.days for one in route.legs}
    assert days["production"] in (27, 28)
    assert (days["transport"], days["customs"]) == (6, 4)
    assert (found.ratios, found.of_supplier, found.last_days, found.weight) == ((), (), (), 0.0)
    production, transport, _ = found.legs
    assert (production.orders, production.mean_days, production.elsewhere) == (12, 30.0, True)
    assert (transport.orders, transport.elsewhere) == (0, False)


def test_its_spread_is_that_of_the_factory_and_of_the_road() -> None:
    """By hand: production's ratios are twelve at 1.5 (3/4) and the stated spread around 1 (1/4);
    the road keeps its third of the stated variance of 3 days.
    """
    found = learned(by_sea(12)).learned
    assert found is not None
    made = [1 + 0.1 / sqrt(2 / 3) * z for z in LEAD_TIME_SLICES]
    middle = 0.75 * 1.5 + 0.25 * mean(made)
    wide = 0.75 * (1.5 - middle) ** 2 + 0.25 * mean((one - middle) ** 2 for one in made)
    expected = sqrt((20 / 30) ** 2 * wide + (1 / 3) * 0.1**2)
    assert found.spread == pytest.approx(expected, abs=0.002)


def test_one_order_moves_little_and_none_nothing() -> None:
    route = learned(by_sea(1))
    assert route.learned is not None
    # 1 / (1 + 4) of half as much again: 22 instead of 20 days.
    assert route.days == 32
    assert learned(by_sea(0)) is AIR
    assert learned(by_sea(12), supplier=8) is AIR, "another supplier has another factory"


def test_a_slow_sea_teaches_the_air_nothing() -> None:
    route = learned(by_sea(12, production=20, transport=70))
    assert route.learned is not None
    assert [one.days for one in route.legs] == [20, 6, 4]


def test_what_only_shares_the_ratio_of_later_legs_is_no_word_on_production() -> None:
    """Nobody recorded when the goods left the factory: the delay may have been the ship's."""
    legs = [leg("sea", "production", 30, 20, number, alone=False) for number in range(12)]
    times = lead_times_of([order("sea", 90, 60, n) for n in range(12)], COUNTRIES, legs)
    assert learned(times) is AIR


def test_a_way_s_own_orders_are_its_own_and_count_once() -> None:
    """Where only this way was ever used, nothing is taken from elsewhere: as it always was."""
    route = learned(by_sea(12), SEA)
    assert route.learned is not None
    assert route.learned.factory is None
    assert route.learned.stated == tuple(round(1 + 0.1 * z, 3) for z in LEAD_TIME_SLICES)


def test_another_country_has_the_same_factory_and_its_own_sea() -> None:
    route = learned(by_sea(12, transport=70), SEA, place=2)
    assert route.learned is not None
    assert [one.ratio for one in route.learned.legs] == pytest.approx([1.375, 1, 1], abs=0.002)
    assert route.days == 68  # 27.5 + 35 + 5


def test_orders_of_the_way_itself_outweigh_what_other_ways_showed() -> None:
    sea, flown = by_sea(12), [order("air", 30, 30, number) for number in range(20)]
    few = lead_times_of(flown[:1], COUNTRIES, sea.production[7])
    many = lead_times_of(flown, COUNTRIES, sea.production[7])
    days = [(arrives_on(learned(times), MONDAY) - MONDAY).days for times in (sea, few, many)]
    # Its own order and the supplier's (the same one) count 1/5 each: 30 + 7.5 × 4/5 × 4/5.
    assert days[:2] == [38, round(30 + 7.5 * 16 / 25)]
    assert days[2] == 30


def test_learned_legs_add_up_where_both_were_seen() -> None:
    sea = by_sea(12)
    air = [
        leg("air", kind, days, stated, number)
        for number in range(3)
        for kind, days, stated in (("production", 24, 20), ("transport", 9, 6), ("customs", 4, 4))
    ]
    flown = [order("air", 37, 30, number) for number in range(3)]
    route = learned(lead_times_of(flown, COUNTRIES, [*sea.production[7], *air]))
    found = route.learned
    assert found is not None
    parts = sum(one.ratio * one.stated_days for one in found.legs)
    assert parts == pytest.approx(30 * found.ratio, abs=0.02)
    assert route.days == round(30 * found.ratio)
    production, transport, _ = found.legs
    assert (production.orders, production.elsewhere) == (3, False)
    assert transport.ratio > 1.1


@pytest.mark.parametrize("count", [1, 5, 12, 60])
def test_the_card_says_enough_to_work_it_out_by_hand(count: int) -> None:
    facts = learned_facts(learned(by_sea(count)))
    assert facts is not None
    assert facts["factory"]["ship_methods"] == ["sea"]
    assert len(facts["factory"]["ratios"]) == min(count, 40)
    check_factory(facts, [{"kind": one.kind} for one in AIR.legs])
