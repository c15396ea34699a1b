"""Too much stock: how much of it, what it costs to keep, and the discount that clears it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.clearance import HORIZON_DAYS, Kept, clearance, waiting
from inventory_core.planning.plan_costs import ASSUMED_COSTS
from tests.golden.sheets import steady_demand

TODAY = date(2026, 3, 2)
# Ten a month sell; 240 lie there: two years of sales.
KEPT = Kept(
    as_of=TODAY,
    available=240,
    unit_cost=Decimal(12),
    demand=steady_demand(1 / 3),
    holding_rate_year=Decimal("0.25"),
    selling_price=Decimal(20),
    last_sold_on=TODAY - timedelta(days=5),
)


def test_units_beyond_what_half_a_year_may_sell_are_too_much() -> None:
    found = clearance(KEPT)
    assert found is not None
    assert (found.sells_at_most, found.surplus) == (60, 180)
    assert found.cover_days == pytest.approx(720)
    assert found.locked == Decimal("2160.00")
    assert found.holding_month == Decimal("45.00")  # 180 x 12 x 25 % / 12
    # Units 61 to 240 are sold after 180 to 720 days: 450 in the mean.
    assert found.wait_days == pytest.approx(450)
    assert found.break_even == pytest.approx(12 * 0.25 * 450 / 365 / 20)  # 18.5 %
    assert (found.action, found.reason) == ("promote", "too_much")


def test_a_high_forecast_keeps_stock_from_being_called_too_much() -> None:
    wide = clearance(replace(KEPT, demand=steady_demand(1 / 3, 400)))
    narrow = clearance(KEPT)
    assert wide is not None
    assert narrow is not None
    assert wide.surplus < narrow.surplus
    assert clearance(replace(KEPT, available=60)) is None
    assert clearance(replace(KEPT, available=61)) is not None


def test_dead_stock_is_cleared_at_any_price() -> None:
    found = clearance(replace(KEPT, demand=steady_demand(0), last_sold_on=date(2025, 6, 1)))
    assert found is not None
    assert (found.action, found.reason) == ("clear", "dead")
    assert (found.surplus, found.unsold_share, found.break_even) == (240, 1.0, 1.0)
    assert found.cover_days is None


def test_goods_that_expire_first_are_cleared() -> None:
    found = clearance(replace(KEPT, shelf_life_days=360))
    assert found is not None
    # In 360 days 120 are sold; of the 180 beyond half a year's sales 120 never will be.
    assert found.unsold_share == pytest.approx(2 / 3)
    assert (found.action, found.reason) == ("clear", "expires")
    assert found.break_even is not None
    assert found.break_even > 2 / 3


def test_a_short_shelf_life_shortens_the_horizon() -> None:
    found = clearance(replace(KEPT, shelf_life_days=90))
    assert found is not None
    assert (found.horizon_days, found.sells_at_most) == (90, 30)


def test_fees_for_age_raise_the_discount_worth_giving() -> None:
    plain, charged = (
        clearance(KEPT),
        clearance(replace(KEPT, fees=ASSUMED_COSTS, fee_rate=Decimal(7))),
    )
    assert plain is not None
    assert charged is not None
    fee = 7 * 0.20 * (450 - 181) / 30
    assert charged.break_even == pytest.approx(plain.break_even + fee / 20)  # type: ignore[operator]
    assert charged.action == "clear"
    assert charged.holding_month > plain.holding_month


def test_without_a_price_there_is_no_discount_but_still_advice() -> None:
    found = clearance(replace(KEPT, selling_price=None))
    assert found is not None
    assert found.break_even is None


@given(
    available=st.integers(1, 500),
    part=st.floats(0.01, 1),
    per_day=st.floats(0, 5),
    limit=st.integers(30, 730),
)
def test_waiting_is_what_counting_unit_by_unit_finds(
    available: int, part: float, per_day: float, limit: int
) -> None:
    surplus = max(1, int(available * part))
    wait, unsold = waiting(available, surplus, per_day, limit)
    # The middle of each tenth of a unit, so that counting comes close to the formula.
    middles = [(available - surplus) + (n + 0.5) / 10 for n in range(surplus * 10)]
    times = [min(limit, k / per_day if per_day > 0 else limit) for k in middles]
    assert wait == pytest.approx(sum(times) / len(times), rel=0.01, abs=1)
    never = [k for k in middles if k > per_day * limit]
    assert unsold == pytest.approx(len(never) / len(middles), abs=0.1 / surplus + 1e-9)


def test_the_horizon_is_half_a_year() -> None:
    assert HORIZON_DAYS == 180
