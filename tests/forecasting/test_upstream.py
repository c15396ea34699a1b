"""Stock that is there is sent before anything is bought, and every unit is given once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.projection import Arrival
from forecasting.situation import Planned, Situation, StockNow
from forecasting.suggest import plan_pair
from forecasting.transfer_evidence import transfer_draft
from forecasting.transfer_losses import lost_until
from forecasting.transfers import Way, benefit
from forecasting.upstream import Shared, Supply, share_stock
from tests.examples import examples
from tests.golden.sheets import SETTINGS, read_sheet, situation_of, steady_demand

SHEET = "01_reorder_point_reached"


def a_situation(**changes: object) -> Situation:
    """The first golden sheet: 10 a day, position 360, reorder point 370, up to 440."""
    return replace(situation_of(read_sheet(SHEET, "input")), **changes)  # type: ignore[arg-type]


def a_way(from_id: int, days: int = 27, **changes: object) -> Way:
    facts = {"unit_freight": Decimal("0.5"), **changes}
    return Way(from_id, f"W{from_id}", "sea", days, **facts)  # type: ignore[arg-type]


def share(
    planned: Sequence[Planned],
    hub: Sequence[Supply] = (),
    ways: Mapping[tuple[int, int], Sequence[Way]] | None = None,
) -> Shared:
    hub_ways = {
        (supply.warehouse_id, one.situation.warehouse_id): [a_way(supply.warehouse_id)]
        for supply in hub
        for one in planned
    }
    routes = {pair: {1: list(found)} for pair, found in {**hub_ways, **(ways or {})}.items()}
    return share_stock(planned, {1: hub}, routes, SETTINGS)


def stocked(units: int, **changes: object) -> StockNow:
    return StockNow(on_hand=units, available=units, inventory_position=units, **changes)  # type: ignore[arg-type]


def test_trap_48_what_lies_at_the_hub_is_sent_and_not_bought_again() -> None:
    situation = a_situation()
    first = plan_pair(situation, SETTINGS)
    hub = [Supply(50, situation.as_of, 60, "SZ-HUB")]
    shared = share([first], hub)
    helped = shared.again[(1, 100)].situation
    arrival = helped.inbound[-1]
    assert (arrival.quantity, arrival.document) == (60, "SZ-HUB")
    assert (arrival.send_from, arrival.suggested) == (
        "W50",
        True,
    )  # the way is from there; nobody has sent them
    assert arrival.on_day == situation.as_of + timedelta(days=27)
    assert helped.stock.inventory_position == situation.stock.inventory_position + 60
    assert hub[0].quantity == 0
    # 360 + 60 is above the reorder point of 370.
    assert plan_pair(helped, SETTINGS).draft is None
    [send] = shared.sends
    draft = transfer_draft(send, bought=send.receiver.draft, base_currency="USD")
    assert (draft.kind, draft.quantity, draft.from_warehouse_id) == ("transfer", 60, 50)
    assert (draft.ship_method, draft.arrives_on) == ("sea", arrival.on_day)
    assert draft.trace["cost"]["total"] == "30.00"


def test_trap_48_one_unit_at_the_hub_helps_one_warehouse_only() -> None:
    situation = a_situation()
    first = plan_pair(replace(situation, selling_price_base=Decimal(1)), SETTINGS)
    second = plan_pair(replace(situation, warehouse_id=101), SETTINGS)
    shared = share([first, second], [Supply(50, situation.as_of, 100, "HUB")])
    units = {place: helped.situation.stock.upstream for (_, place), helped in shared.again.items()}
    # More money is at risk at 101, so its 80 come first.
    assert units == {101: 80, 100: 20}
    assert {send.receiver.situation.warehouse_id: send.taken.quantity for send in shared.sends} == {
        101: 80,
        100: 20,
    }


def test_what_is_still_on_its_way_to_the_hub_is_counted_and_not_sent() -> None:
    situation = a_situation()
    coming = Supply(50, situation.as_of + timedelta(days=5), 60, "PO-1 HUB", here=False)
    shared = share([plan_pair(situation, SETTINGS)], [coming])
    assert shared.sends == []
    assert shared.again[(1, 100)].situation.stock.upstream == 60


def test_a_hub_sends_whole_cartons_where_it_has_them_and_else_all_it_has() -> None:
    situation = a_situation(carton_quantity=24)
    plenty = share([plan_pair(situation, SETTINGS)], [Supply(50, situation.as_of, 500, "HUB")])
    assert plenty.sends[0].taken.quantity == 96  # 80 are missing
    few = share([plan_pair(situation, SETTINGS)], [Supply(50, situation.as_of, 81, "HUB")])
    assert few.sends[0].taken.quantity == 81
    none = share([plan_pair(situation, SETTINGS)], [Supply(50, situation.as_of, 0, "HUB")])
    assert none.sends == []


def test_a_hub_helps_where_an_order_of_today_would_come_too_late_to() -> None:
    """What comes in 25 days lasts until the goods of the next review: no order, but a gap."""
    situation = a_situation(stock=stocked(0), demand=steady_demand(10, 140))
    coming = Arrival(situation.as_of + timedelta(days=25), 180, "PO-8")
    stock = replace(situation.stock, on_order=180, inventory_position=180)
    item = plan_pair(replace(situation, inbound=(coming,), stock=stock), SETTINGS)
    assert (item.draft, item.wanting) == (None, True)
    hub = [Supply(50, situation.as_of, 60, "SZ-HUB")]
    shared = share([item], hub, {(50, 100): [a_way(50, days=4)]})
    [send] = shared.sends
    draft = transfer_draft(send, bought=send.receiver.draft, base_currency="USD")
    assert (draft.quantity, draft.runs_out_on) == (60, situation.as_of)
    assert draft.trace["receiver"]["avoided"] > 50


def test_the_faster_way_is_taken_only_where_it_saves_more_than_it_costs() -> None:
    short = a_situation(stock=stocked(50))
    calm = a_situation()
    sea, air = a_way(50), replace(a_way(50, 5, unit_freight=Decimal("1.2")), ship_method="air")
    for situation, method in ((short, "air"), (calm, "sea")):
        hub = [Supply(50, situation.as_of, 60, "HUB")]
        shared = share([plan_pair(situation, SETTINGS)], hub, {(50, 100): [sea, air]})
        assert shared.sends[0].taken.way.ship_method == method, method
        assert len(shared.sends[0].weighed) == 2


def a_rich_site(units: int = 2000, **changes: object) -> Planned:
    facts = {"warehouse_id": 200, "stock": stocked(units), "inbound": (), **changes}
    return plan_pair(a_situation(**facts), SETTINGS)


def test_trap_47_another_site_gives_what_it_can_spare_where_that_pays() -> None:
    poor = plan_pair(a_situation(stock=stocked(50), inbound=()), SETTINGS)
    rich = a_rich_site()
    shared = share([poor, rich], ways={(200, 100): [a_way(200, 5)]})
    [send] = shared.sends
    assert send.donor is rich
    assert 0 < send.taken.quantity <= 2000 - rich.policy.order_up_to
    net = send.taken.gained + send.taken.holding_saved - send.taken.cost - send.taken.donor_risk
    assert send.taken.net == net > 0
    trace = transfer_draft(send, bought=send.receiver.draft, base_currency="USD").trace
    receiver = trace["receiver"]
    for name in ("lost_without", "lost_with"):
        cases = receiver[name]["lost"]
        assert receiver[name]["expected"] == round(sum(cases) / len(cases), 2)
    gained = Decimal(str(receiver["avoided"])) * Decimal(receiver["unit_margin"])
    assert Decimal(receiver["gained"]) == gained.quantize(Decimal("0.01"))


def test_trap_47_a_transfer_that_costs_more_than_it_saves_is_not_proposed() -> None:
    poor = plan_pair(a_situation(stock=stocked(50), inbound=()), SETTINGS)
    dear = a_way(200, 5, unit_freight=Decimal(500))
    fee = a_way(200, 5, removal=Decimal(500))
    for way in (dear, fee):
        assert share([poor, a_rich_site()], ways={(200, 100): [way]}).sends == []


def test_trap_47_goods_that_come_later_than_an_order_are_not_sent() -> None:
    poor = plan_pair(a_situation(stock=stocked(50), inbound=()), SETTINGS)
    late = a_way(200, poor.policy.lead_time_days + 10, unit_freight=Decimal("0.01"))
    shared = share([poor, a_rich_site(600)], ways={(200, 100): [late]})
    assert shared.sends == []


def test_trap_47_customs_regions_are_not_one_pool() -> None:
    poor = plan_pair(a_situation(stock=stocked(50), inbound=()), SETTINGS)
    way = replace(a_way(200, 5), between_sites=False)
    assert share([poor, a_rich_site()], ways={(200, 100): [way]}).sends == []


def test_trap_47_a_donor_keeps_what_it_is_filled_up_to_and_gives_each_unit_once() -> None:
    poor = plan_pair(a_situation(stock=stocked(50), inbound=()), SETTINGS)
    other = replace(poor, situation=replace(poor.situation, warehouse_id=101))
    rich = a_rich_site(500)
    spare = 500 - rich.policy.order_up_to
    ways = {(200, 100): [a_way(200, 5)], (200, 101): [a_way(200, 5)]}
    shared = share([poor, other, rich], ways=ways)
    assert 0 < sum(send.taken.quantity for send in shared.sends) <= spare
    promised = a_rich_site(stock=stocked(500, planned_out=500))
    assert share([poor, promised], ways=ways).sends == []


def test_the_donors_own_risk_is_counted_with_the_buffer_of_its_lead_time() -> None:
    poor = plan_pair(a_situation(stock=stocked(50), inbound=()), SETTINGS)
    rich = a_rich_site(470)
    found = benefit(poor, a_way(200, 5), 460, donor=rich, holding_rate_year=Decimal("0.25"))
    assert found.donor_without is not None
    assert found.donor_with is not None
    rise = found.donor_with.expected - found.donor_without.expected
    # It has 10 left for the whole way: about all of its demand until then is lost.
    assert rise > 300
    assert found.donor_risk > found.gained


@given(
    stock=st.integers(-30, 400),
    arrivals=st.lists(st.tuples(st.integers(-5, 90), st.integers(0, 200)), max_size=4),
    until=st.integers(1, 120),
    high=st.integers(100, 250),
)
@settings(max_examples=examples(60), deadline=None)
def test_losses_by_windows_equal_the_projection_day_by_day(
    stock: int, arrivals: list[tuple[int, int]], until: int, high: int
) -> None:
    base = a_situation()
    coming = tuple(Arrival(base.starts_on + timedelta(days=day), n, "PO") for day, n in arrivals)
    situation = replace(base, demand=steady_demand(10, high), stock=stocked(stock), inbound=coming)
    planned = replace(plan_pair(base, SETTINGS), situation=situation)
    found = lost_until(planned, base.starts_on + timedelta(days=until))
    for place, level in enumerate((0.05, 0.95)):
        units = found.units[0 if place == 0 else -1]
        assert abs(units - _day_by_day(situation, level, until)) < 0.02


def _day_by_day(situation: Situation, level: float, until: int) -> float:
    lost, left = 0.0, float(situation.stock.sellable)
    for day, wanted in enumerate(situation.demand.path(until, level)):
        left += sum(
            item.quantity
            for item in situation.inbound
            if max(0, (item.on_day - situation.starts_on).days) == day
        )
        served = min(float(wanted), max(0.0, left))
        left -= served
        lost += float(wanted) - served
    return lost


@given(
    stocks=st.lists(st.integers(0, 500), min_size=1, max_size=4),
    hub=st.integers(0, 900),
    coming=st.integers(0, 300),
)
@settings(max_examples=examples(40), deadline=None)
def test_trap_48_the_joint_plan_never_buys_more_than_the_needs_less_all_that_is_upstream(
    stocks: list[int], hub: int, coming: int
) -> None:
    situations = [
        a_situation(warehouse_id=100 + place, stock=stocked(units), inbound=())
        for place, units in enumerate(stocks)
    ]
    planned = [plan_pair(situation, SETTINGS) for situation in situations]
    day = situations[0].as_of
    supplies = [
        Supply(50, day, hub, "HUB"),
        Supply(50, day + timedelta(days=3), coming, "PO-1 HUB", here=False),
    ]
    shared = share(planned, supplies)
    again = [shared.again.get((1, item.situation.warehouse_id), item) for item in planned]
    bought = sum(item.draft.trace["quantity"]["needed"] for item in again if item.draft)
    needs = [
        item.policy.order_up_to - item.situation.stock.inventory_position
        for item in planned
        if item.draft
    ]
    upstream = sum(item.situation.stock.upstream for item in again)
    assert upstream == hub + coming - sum(supply.quantity for supply in supplies)
    assert bought <= max(0, sum(needs) - upstream)


def test_trap_48_hub_sites_and_fba_are_planned_as_one_sheet() -> None:
    """By hand: reorder point 370, up to 440; positions 360, 330 and 300 (FBA) lack 80, 110, 140.

    The hub has 150 and expects 60. FBA loses most, so it gets 140; the next gets the 10 that are
    left and the 60 that come: 400 in position, above the reorder point. Only the first one buys.
    """
    sites = [
        plan_pair(a_situation(warehouse_id=place, stock=stocked(units), inbound=()), SETTINGS)
        for place, units in ((101, 360), (102, 330), (103, 300))
    ]
    day = sites[0].situation.as_of
    hub = [
        Supply(50, day, 150, "HUB"),
        Supply(50, day + timedelta(days=2), 60, "PO-7 HUB", here=False),
    ]
    shared = share(sites, hub)
    sent = {send.receiver.situation.warehouse_id: send.taken.quantity for send in shared.sends}
    assert sent == {103: 140, 102: 10}
    again = [shared.again.get((1, one.situation.warehouse_id), one) for one in sites]
    position = [one.situation.stock.inventory_position for one in again]
    assert position == [360, 400, 440]
    needed = [one.draft.trace["quantity"]["needed"] if one.draft else 0 for one in again]
    assert needed == [80, 0, 0]
