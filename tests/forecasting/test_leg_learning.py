"""Legs of a way: each learns from its own milestones, together they stay the learned whole."""

from datetime import date, timedelta

import pytest

from forecasting.arrivals import outlook_from
from forecasting.lead_time import Route, arrives_on
from forecasting.lead_time_learning import Taken, lead_times_of, learned_route
from forecasting.leg_learning import LegTaken, ends_of, spans_of
from forecasting.mixture import mixture
from inventory_core.catalog.calendars import Calendar, Leg
from inventory_core.trade.arrival_outlooks import SentOrder
from inventory_core.vocabulary import Milestone

MONDAY = date(2026, 3, 2)
WAY = (
    Leg("production", 30),
    Leg("booking", 5),
    Leg("transport", 25),
    Leg("customs", 5),
    Leg("check_in", 5),
)
ROUTE = Route("sea", WAY, 7.0)
ORDER = SentOrder(1, 7, 1, "US", "sea", MONDAY, 1)
AS_IT_SHOULD = {
    Milestone.LEFT_FACTORY: MONDAY + timedelta(days=30),
    Milestone.DEPARTED: MONDAY + timedelta(days=35),
    Milestone.AT_PORT: MONDAY + timedelta(days=60),
    Milestone.CLEARED: MONDAY + timedelta(days=65),
}


def whole(days: float, *, number: int = 0, come: bool = True) -> Taken:
    return Taken(7, 1, "US", "sea", MONDAY - timedelta(weeks=40 - number), 70, days, come)


def leg(kind: str, stated: float, days: float, number: int = 0) -> LegTaken:
    return LegTaken(7, 1, "US", "sea", MONDAY - timedelta(weeks=40 - number), kind, stated, days)


def learned(orders: list[Taken], legs: list[LegTaken]) -> Route:
    times = lead_times_of(orders, {1: "US"}, legs)
    return learned_route(ROUTE, times, supplier_id=7, warehouse_id=1, as_of=MONDAY)


def slow_customs() -> Route:
    """Twelve orders: everything as stated, but customs took 13 days instead of 5."""
    orders = [whole(78, number=number) for number in range(12)]
    legs = [
        leg(one.kind, one.days, 13 if one.kind == "customs" else one.days, number)
        for number in range(12)
        for one in WAY
    ]
    return learned(orders, legs)


def test_trap_39_the_slow_leg_is_found_and_the_others_keep_their_days() -> None:
    route = slow_customs()
    assert route.learned is not None
    by_kind = {one.kind: one for one in route.learned.legs}
    assert by_kind["customs"].mean_days == 13
    assert by_kind["customs"].orders == 12
    assert by_kind["customs"].ratio > 1.8
    assert by_kind["production"].ratio == pytest.approx(1.0, abs=0.05)
    days = {one.kind: one.days for one in route.legs}
    assert days["customs"] >= 9
    assert abs(days["production"] - 30) <= 1


def test_learned_legs_add_up_to_the_learned_whole() -> None:
    route = slow_customs()
    found = route.learned
    assert found is not None
    assert route.days == round(70 * found.ratio)
    parts = sum(one.ratio * one.stated_days for one in found.legs)
    assert parts == pytest.approx(70 * found.ratio, abs=0.02)


def test_without_milestones_all_legs_are_as_much_longer_as_the_whole() -> None:
    route = learned([whole(84, number=number) for number in range(12)], [])
    assert route.learned is not None
    assert route.learned.legs == ()
    assert route.legs[0].days == round(30 * route.learned.ratio)


def test_trap_39_a_leg_seen_once_moves_little() -> None:
    route = learned([whole(70)], [leg("customs", 5, 20)])
    assert route.learned is not None
    customs = next(one for one in route.learned.legs if one.kind == "customs")
    assert 1 < customs.ratio < 2.3


def test_a_missing_milestone_gives_its_legs_one_ratio() -> None:
    seen = {Milestone.LEFT_FACTORY: AS_IT_SHOULD[Milestone.LEFT_FACTORY],
            Milestone.AT_PORT: MONDAY + timedelta(days=75)}  # fmt: skip
    spans = spans_of(WAY, MONDAY, seen, None)
    assert [kind for kind, _, _ in spans] == ["production", "booking", "transport"]
    assert spans[1] == ("booking", 5, pytest.approx(7.5))
    assert spans[2] == ("transport", 25, pytest.approx(37.5))


def test_the_receipt_ends_the_last_leg_and_only_it() -> None:
    came = MONDAY + timedelta(days=70)
    assert spans_of(WAY, MONDAY, AS_IT_SHOULD, came)[-1] == ("check_in", 5, 5)
    assert ends_of(WAY, AS_IT_SHOULD)[-1] is None
    assert spans_of(WAY, MONDAY, {}, came) == []


def test_a_way_in_an_unusual_order_teaches_no_legs() -> None:
    odd = (Leg("customs", 5), Leg("production", 30))
    assert ends_of(odd, AS_IT_SHOULD) == [None, None]
    assert spans_of(odd, MONDAY, AS_IT_SHOULD, MONDAY) == []


def test_trap_40_a_leg_over_a_closure_is_not_late() -> None:
    shut = frozenset(MONDAY + timedelta(days=10 + step) for step in range(14))
    legs = (Leg("production", 30, Calendar("f", closed_days=shut)), Leg("transport", 25))
    seen = {Milestone.LEFT_FACTORY: MONDAY + timedelta(days=44)}
    assert spans_of(legs, MONDAY, seen, None) == [("production", 44, 44)]


def test_orders_that_are_overdue_teach_that_it_takes_longer() -> None:
    on_time = [whole(70, number=number) for number in range(6)]
    late = [whole(100, number=6 + number, come=False) for number in range(4)]
    before, after = learned(on_time, []), learned([*on_time, *late], [])
    assert before.learned is not None
    assert after.learned is not None
    assert after.learned.ratio > before.learned.ratio + 0.1
    assert after.learned.open_ratios == (1.429,) * 4


def test_an_order_sent_yesterday_teaches_nothing() -> None:
    on_time = [whole(70, number=number) for number in range(6)]
    fresh = [whole(1, number=6 + number, come=False) for number in range(5)]
    assert learned([*on_time, *fresh], []) == learned(on_time, [])


def test_a_forgotten_order_is_no_lateness() -> None:
    on_time = [whole(70, number=number) for number in range(6)]
    assert learned([*on_time, whole(400, come=False)], []) == learned(on_time, [])


def test_a_censored_ratio_gives_its_weight_to_what_is_larger() -> None:
    """By hand: four of 1 and one open beyond 1; the prior is 1 and 2. Weight of the own 5/9."""
    found = mixture((1.0,) * 4, (), (1.0, 2.0), own_open=(1.0,))
    at_two = 4 / 9 / 2 + 1 / 9
    assert found.ratio == pytest.approx(1 + at_two, abs=1e-4)


def test_an_order_is_expected_at_its_milestone_plus_the_legs_left() -> None:
    seen = {Milestone.LEFT_FACTORY: MONDAY + timedelta(days=41)}
    as_of = MONDAY + timedelta(days=42)
    found = outlook_from(ROUTE, ORDER, seen, as_of)
    assert found is not None
    # Eleven days late at the factory are eleven days late on the shelf.
    assert found.expected_on == arrives_on(ROUTE, MONDAY) + timedelta(days=11)
    assert found.earliest_on < found.expected_on < found.latest_on
    assert {found.milestone: found.milestone_on} == seen


def test_a_slow_leg_that_is_still_to_come_is_counted() -> None:
    route = slow_customs()
    seen = {kind: AS_IT_SHOULD[kind] for kind in list(AS_IT_SHOULD)[:3]}
    found = outlook_from(route, ORDER, seen, MONDAY + timedelta(days=61))
    stated = outlook_from(ROUTE, ORDER, seen, MONDAY + timedelta(days=61))
    assert found is not None
    assert stated is not None
    assert (found.expected_on - stated.expected_on).days >= 4


def test_a_leg_that_takes_longer_than_ever_ends_tomorrow_at_the_earliest() -> None:
    seen = {Milestone.LEFT_FACTORY: MONDAY + timedelta(days=30)}
    as_of = MONDAY + timedelta(days=90)
    found = outlook_from(ROUTE, ORDER, seen, as_of)
    assert found is not None
    assert found.expected_on > as_of
    assert found.earliest_on >= as_of


def test_the_spread_shrinks_as_milestones_pass() -> None:
    early = {Milestone.LEFT_FACTORY: AS_IT_SHOULD[Milestone.LEFT_FACTORY]}
    first = outlook_from(ROUTE, ORDER, early, MONDAY + timedelta(days=30))
    last = outlook_from(ROUTE, ORDER, AS_IT_SHOULD, MONDAY + timedelta(days=65))
    assert first is not None
    assert last is not None
    assert (last.latest_on - last.earliest_on) < (first.latest_on - first.earliest_on)
