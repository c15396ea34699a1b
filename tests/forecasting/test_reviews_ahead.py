"""A what-if orders at a later review what the list would order on that day."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forecasting.courses import course_levels
from forecasting.expiry import DatedLot
from forecasting.policy import Rule, TotalDemand
from forecasting.projection import Arrival
from forecasting.reviews_ahead import Stand, orders_on, reviews_of
from forecasting.situation import Situation
from forecasting.suggest import plan_pair
from inventory_core.catalog.calendars import Calendar, Leg
from tests.examples import examples
from tests.golden.sheets import SETTINGS, read_sheet, situation_of

TODAY = date(2026, 3, 2)
REVIEW = SETTINGS.review_days
WEEKS = 30
# The factory shuts for two weeks, a month after the planning day.
SHUT = frozenset(date(2026, 4, 1) + timedelta(days=day) for day in range(14))


def a_situation(pace: float, width: float, spread: float) -> Situation:
    """Sells at one pace for ever, certain or not; three weeks away, with a holiday in between."""
    found = situation_of(read_sheet("01_reorder_point_reached", "input"))
    days = 7.0 * np.arange(1, WEEKS + 1)
    levels = course_levels(10)
    steady = pace * (1 + width * (levels - 0.5))
    [offer] = found.offers
    [way] = offer.routes
    route = replace(
        way.route, legs=(Leg("production", 21, Calendar("CN", frozenset(range(1, 8)), SHUT)),),
        spread_days=spread,
    )  # fmt: skip
    return replace(
        found,
        as_of=TODAY,
        starts_on=TODAY,
        demand=TotalDemand(days, levels, pace * days, np.outer(days, steady)),
        offers=(replace(offer, moq=4, routes=(replace(way, route=route),)),),
    )


def on_day(here: Situation, day: int, stock: int, coming: dict[int, int]) -> Situation:
    """The same on a later day, with other stock and goods on their way."""
    then = TODAY + timedelta(days=day)
    worth = stock + sum(coming.values())
    return replace(
        here,
        as_of=then,
        starts_on=then,
        stock=replace(here.stock, on_hand=stock, available=stock, inventory_position=worth),
        inbound=tuple(Arrival(then + timedelta(days=at), n, "") for at, n in coming.items()),
        lots=tuple(lot for lot in here.lots if lot.expires_on >= then),
    )


@given(
    pace=st.floats(0.05, 12),
    width=st.floats(0, 1.9),
    spread=st.sampled_from([0.0, 3.0, 9.0]),
    review=st.integers(1, 5),
    stock=st.integers(0, 400),
    coming=st.dictionaries(st.integers(0, 40), st.integers(1, 90), max_size=3),
    expiry=st.none() | st.integers(0, 60),
    rule=st.sampled_from([Rule(), Rule(minimum=80), Rule(maximum=60), Rule(service_level=0.87)]),
    life=st.none() | st.integers(1, 90),
)
# Lots that expire while today's order still keeps leave it more to serve.
@example(
    pace=1.5, width=1.0, spread=0.0, review=2, stock=79, coming={}, expiry=41, rule=Rule(), life=8
)
@settings(max_examples=examples(120), deadline=None)
def test_a_what_if_orders_at_a_review_what_the_list_would_on_that_day(
    pace: float, width: float, spread: float, review: int, stock: int, coming: dict[int, int],
    expiry: int | None, rule: Rule, life: int | None,
) -> None:  # fmt: skip
    day = review * REVIEW
    here = replace(a_situation(pace, width, spread), rule=rule, shelf_life_days=life)
    if expiry is not None and stock:
        here = replace(here, lots=(DatedLot(TODAY + timedelta(days=day + expiry), stock),))
    listed = plan_pair(on_day(here, day, stock, coming), SETTINGS).draft
    wanted = 0 if listed is None else listed.quantity

    reviews = reviews_of([plan_pair(here, SETTINGS)], 6 * REVIEW)
    arrivals = np.zeros((1, 1, reviews.last_day + 1))
    for at, units in coming.items():
        arrivals[0, 0, day + at] = units
    stand = Stand(
        np.array([[float(stock)]]), np.array([[stock + arrivals.sum()]]), np.zeros((1, 1)), arrivals
    )
    assert orders_on(day, reviews, stand)[0, 0] == wanted
