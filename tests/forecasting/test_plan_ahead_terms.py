"""What later orders of a what-if go by: one MOQ of several sites, shelf life; what follows."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from forecasting.plan_ahead import play_ahead
from forecasting.replenish import plan_of
from inventory_core.planning.scenarios import Scenario
from tests.forecasting.test_plan_ahead import a_hurry, a_situation, compared, facts_of


def test_trap_42_sites_reviewed_on_one_day_reach_the_moq_of_their_offer_together() -> None:
    [offer] = a_situation().offers
    large = (replace(offer, moq=140),)
    us = a_situation(offers=large)
    uk = replace(us, warehouse_id=101, warehouse_code="UK")
    other = a_situation(2, offers=(replace(offer, moq=140, offer_id=offer.offer_id + 1),))
    ahead = play_ahead(plan_of(facts_of(us, uk)), review_days=7)
    # 80 and 80 today, then 70 and 70: each buys what a week sold.
    np.testing.assert_allclose(ahead.cash, [800, *[700] * 12])
    # Another SKU is another production: 140 every other week each.
    apart = play_ahead(plan_of(facts_of(us, other)), review_days=7)
    np.testing.assert_allclose(apart.cash, [1400, 0] * 6 + [1400])


@pytest.mark.parametrize(("life", "moq"), [(20, 400), (9, 100), (45, 1), (80, 700)])
def test_trap_44_goods_of_later_orders_leave_when_they_expire_as_by_hand(
    life: int, moq: int
) -> None:
    [offer] = a_situation().offers
    here = a_situation(shelf_life_days=life, offers=(replace(offer, moq=moq),))
    plan = plan_of(facts_of(here))
    ahead = play_ahead(plan, review_days=7)
    # The same orders in plain Python; what lies there today keeps as long as it likes.
    lots: list[list[float]] = [[360.0, 1000]]
    lost = expired = 0.0
    for day in range(91):
        expired += sum(units for units, end in lots if end == day)
        lots = [lot for lot in lots if lot[1] != day]
        if day >= 30 and (day - 30) % 7 == 0:
            lots.append([ahead.cash[(day - 30) // 7] / 5, day + life])
        wanted = 10.0
        for lot in lots:
            taken = min(lot[0], wanted)
            lot[0], wanted = lot[0] - taken, wanted - taken
        lost += wanted
    assert ahead.lost[0] == pytest.approx(lost)
    assert ahead.expired == pytest.approx(expired * 5)
    assert ahead.value[-1] == pytest.approx(sum(units for units, _ in lots) * 5)
    assert (expired > 0) == (moq > 10 * life)


def test_an_order_that_follows_at_once_is_named_beside_the_cash_of_today() -> None:
    short = a_hurry()
    found = compared(Scenario(demand_factor=Decimal("1.1")), short, a_situation(2))
    [one, other] = plan_of(facts_of(short, a_situation(2))).pairs
    assert one.draft is not None
    assert other.draft is not None
    follows = one.draft.trace["follows"]
    assert (follows["ship_method"], other.draft.trace["follows"]) == ("sea", None)
    assert found.current.follow_cash == float(follows["amount_base"]) > 0
    assert found.current.order_cash == float(one.draft.amount_base + other.draft.amount_base)  # type: ignore[operator]
