"""Goods with a shelf life: an order brings what sells before it expires, and says what does not."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.courses import courses_of
from forecasting.order_cost import Ages, Way, order_costs
from forecasting.policy import Rule
from forecasting.sold_in_time import Gain, gain_of, in_time
from forecasting.suggest import plan_pair
from tests.examples import examples
from tests.forecasting.test_limiting import a_container, a_draft, limited, quantities
from tests.golden.sheets import SETTINGS, read_sheet, situation_of, steady_demand


@given(
    pace=st.floats(0.05, 20),
    high=st.floats(100, 250),
    stock=st.integers(0, 400),
    life=st.integers(1, 120),
    arrivals=st.lists(st.integers(0, 60), min_size=1, max_size=5),
    gap=st.integers(1, 40),
    gain=st.floats(0, 5),
)
@settings(max_examples=examples(100), deadline=None)
def test_trap_44_every_unit_of_an_order_is_worth_its_risk_to_expire(
    pace: float, high: float, stock: int, life: int, arrivals: list[int], gap: int, gain: float
) -> None:
    """Held against the expected cost of orders: what one unit more adds to what expires."""
    here = replace(situation_of(read_sheet("14_uncertain_demand", "input")), inbound=())
    courses = courses_of(
        steady_demand(pace, high), sellable=stock, arrivals=(), starts_on=here.starts_on,
        horizon_days=max(arrivals) + 900,
    )  # fmt: skip
    way = Way(tuple(arrivals), gap, min(arrivals))
    units = in_time(courses, way, life, Gain(gain, assumed=False)).units

    def of_last(quantity: int) -> tuple[float, float]:
        """Of the last unit of an order: how likely it expires, how likely it is needed at once."""
        ages, last = Ages(shelf_life_days=life), min(gap, life)
        found = np.zeros(2)
        for day in arrivals:
            sizes = [size for size in (quantity - 1, quantity) if size]
            *less, more = order_costs(courses, Way((day,), last, day), sizes, ages=ages)
            found += (more.expired, more.served)
            found -= (less[0].expired, less[0].served) if less else (0.0, 0.0)
        expires, serves = (found / len(arrivals)).tolist()
        return expires, serves

    if units:
        expires, serves = of_last(units)
        assert expires <= max(0.2, gain * serves) + 1e-5
    expires, serves = of_last(units + 1)
    assert expires > max(0.2, gain * serves) - 1e-5


def test_trap_44_what_is_certain_to_expire_is_not_ordered_at_all() -> None:
    """24 days of stock are left when goods come that keep 20: a unit of them would never sell."""
    here = situation_of(read_sheet("31_rule_by_hand_and_short_life", "input"))
    full = replace(here, stock=replace(here.stock, on_hand=540, available=540,
                                       inventory_position=540))  # fmt: skip
    planned = plan_pair(replace(full, rule=Rule(minimum=600)), SETTINGS)
    assert planned.wanting
    assert planned.draft is None


def test_goods_that_keep_for_long_are_ordered_as_if_they_kept_for_ever() -> None:
    for case in ("14_uncertain_demand", "15_uncertain_lead_time", "16_rule_by_hand_wins"):
        here = situation_of(read_sheet(case, "input"))
        found = [
            plan_pair(replace(here, shelf_life_days=days), SETTINGS).draft for days in (None, 180)
        ]
        assert found[0] is not None
        assert found[1] is not None
        assert found[0].quantity == found[1].quantity


def test_what_a_unit_earns_is_its_margin_or_the_share_that_the_company_takes_for_it() -> None:
    share = Decimal("0.3")
    assert gain_of(Decimal(20), Decimal(5), share) == Gain(3.0, assumed=False)
    assert gain_of(Decimal(4), Decimal(5), share) == Gain(0.0, assumed=False)
    assert gain_of(None, Decimal(5), share) == Gain(0.3, assumed=True)
    assert gain_of(Decimal(20), None, share) == Gain(0.3, assumed=True)


def test_trap_44_a_container_is_not_filled_with_what_would_expire() -> None:
    """60 are left on the day of arrival: of goods that keep 16 days 100 sell, of others 120 fit."""
    pairs = [a_draft(1, price=40, shelf_life_days=16), a_draft(2, price=12)]
    found = limited(pairs, a_container(2.0, fill=True))
    first, second = quantities(found)
    assert (first, second) == (100, 100)


def test_trap_44_a_supplier_minimum_is_not_reached_with_what_would_expire() -> None:
    """100 sell in time: a minimum of 90 is filled up to, of 130 the order waits and says so."""
    [least] = quantities(limited([a_draft(1, shelf_life_days=16)]))
    assert least == 80
    filled = limited([a_draft(1, minimum=Decimal(450), shelf_life_days=16)])
    assert quantities(filled) == [90]
    found = limited([a_draft(1, minimum=Decimal(650), shelf_life_days=16)])
    assert found.pairs[0].draft is None
    assert found.report is not None
    [told] = found.report["changed"]
    assert (told["wanted"], told["quantity"], told["lacks"]) == (80, 0, 250.0)
