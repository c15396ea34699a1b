"""What an order of today must bring: no more than it can still be asked for, by any way."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from forecasting.outlook import outlook_of
from forecasting.projection import Arrival
from forecasting.situation import Situation, StockNow
from forecasting.suggest import plan_pair
from tests.golden.sheets import SETTINGS, read_sheet, situation_of, steady_demand

TODAY = date(2026, 3, 2)


def with_coming(case: str, on_hand: int, *coming: tuple[int, int], high: float = 100) -> Situation:
    """A golden sheet of ten a day with other stock and other goods on their way: (day, units)."""
    sheet = read_sheet(case, "input")
    arrivals = tuple(
        Arrival(TODAY + timedelta(days=day), units, f"PO-{day}") for day, units in coming
    )
    worth = on_hand + sum(arrival.quantity for arrival in arrivals)
    here = situation_of(sheet)
    stock = replace(here.stock, on_hand=on_hand, available=on_hand, inventory_position=worth)
    return replace(here, stock=stock, inbound=arrivals, demand=steady_demand(10, high))


def test_goods_on_their_way_that_last_until_the_next_ones_leave_nothing_to_order() -> None:
    enough = plan_pair(with_coming("14_uncertain_demand", 0, (30, 100), high=120), SETTINGS)
    assert enough.draft is None
    assert enough.wanting
    less = plan_pair(with_coming("14_uncertain_demand", 0, (30, 80), high=120), SETTINGS)
    assert less.draft is not None


def test_an_empty_shelf_asks_only_for_what_comes_after_the_arrival() -> None:
    """Spread of the days before the arrival was lost with them: 70 + 70 + sqrt(74² - 60²)."""
    draft = plan_pair(with_coming("14_uncertain_demand", 0, high=120), SETTINGS).draft
    assert draft is not None
    facts = draft.trace["quantity"]
    assert (facts["to_level"], facts["most_asked"], facts["needed"]) == (214, 184, 184)


def test_an_order_is_not_late_for_a_gap_that_closes_before_it_could_come() -> None:
    draft = plan_pair(with_coming("14_uncertain_demand", 0, (20, 150)), SETTINGS).draft
    assert draft is not None
    assert draft.trace["projection"]["cautious_empty_on"] == TODAY.isoformat()
    assert draft.runs_out_on == date(2026, 4, 5)  # 150 from day 20 on: 15 days
    assert (draft.days_late, draft.order_by_on) == (0, TODAY + timedelta(days=4))


def test_a_fast_way_closes_a_gap_that_the_usual_one_is_too_late_for_where_it_pays() -> None:
    here = with_coming("20_late_and_flying_too_dear", 30, (25, 180), high=140)
    paying = replace(here, selling_price_base=Decimal(40))
    draft = plan_pair(paying, SETTINGS).draft
    assert draft is not None
    assert draft.ship_method == "air"
    assert draft.arrives_on is not None
    assert draft.arrives_on < TODAY + timedelta(days=25)
    waiting = plan_pair(replace(here, selling_price_base=Decimal(6)), SETTINGS)
    assert waiting.draft is None
    assert waiting.wanting


def test_what_is_to_leave_for_another_site_is_no_supply_of_this_one() -> None:
    """Nine hundred here of which seven hundred are to leave are two hundred."""
    sheet = situation_of(read_sheet("01_reorder_point_reached", "input"))
    two_hundred = StockNow(on_hand=200, available=200, inventory_position=200)
    here = replace(sheet, inbound=(), stock=two_hundred)
    promised = StockNow(on_hand=900, available=900, planned_out=700, inventory_position=200)
    left = plan_pair(replace(here, stock=promised), SETTINGS)
    plain = plan_pair(here, SETTINGS)
    assert left.draft is not None
    assert plain.draft is not None
    for name in ("quantity", "order_by_on", "runs_out_on", "days_of_cover", "value_at_risk_base"):
        assert getattr(left.draft, name) == getattr(plain.draft, name), name
    for name in ("projection", "quantity", "reason", "order_cost"):
        assert left.draft.trace[name] == plain.draft.trace[name], name
    seen, bare = outlook_of(left.draft.trace), outlook_of(plain.draft.trace)
    assert seen.without.tolist() == bare.without.tolist()
