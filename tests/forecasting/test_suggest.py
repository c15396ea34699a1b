"""What to buy: traps of planning that need more than a golden sheet."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.lead_time import Route, latest_order_on
from forecasting.options import options_of
from forecasting.policy import Rule
from forecasting.stated_terms import offer_terms
from forecasting.suggest import plan_pair
from forecasting.supplier_choice import weigh_options
from forecasting.supplier_terms import OfferTerms, Rate, allowed_quantity, landed_unit_cost
from inventory_core.catalog.calendars import Calendar, Leg, arrival_on
from inventory_core.trade.offer_legs import EVERYWHERE, OfferLeg
from inventory_core.vocabulary import OrderRule
from tests.examples import examples
from tests.golden.sheets import SETTINGS, read_sheet, settings_of, situation_of
from tests.planning.test_order_fit import OFFER

TERMS = OfferTerms(1, 1, 1, "Ningbo", "USD", 1, 1, ((1, Decimal(5)),), ())


@given(
    needed=st.integers(1, 10_000),
    moq=st.integers(1, 500),
    multiple=st.integers(1, 60),
    carton=st.one_of(st.none(), st.integers(1, 48)),
)
def test_trap_42_a_quantity_meets_every_condition_and_is_the_smallest_that_does(
    needed: int, moq: int, multiple: int, carton: int | None
) -> None:
    offer = replace(TERMS, moq=moq, order_multiple=multiple)
    found = allowed_quantity(needed, offer, carton)
    assert found.ordered >= max(needed, moq)
    assert found.ordered % multiple == 0
    assert found.ordered % (carton or 1) == 0
    assert found.ordered - found.step < max(needed, moq)
    assert found.forced == found.ordered - needed


@given(
    needed_on=st.dates(date(2026, 1, 10), date(2027, 6, 1)),
    days=st.integers(0, 60),
    road=st.integers(0, 40),
)
def test_trap_41_an_order_on_the_latest_day_arrives_and_one_day_later_does_not(
    needed_on: date, days: int, road: int
) -> None:
    shut = frozenset(date(2026, 2, 10) + timedelta(days=step) for step in range(27))
    factory = Calendar("factory", frozenset(range(1, 7)), shut)
    route = Route("sea", (Leg("production", days, factory), Leg("transport", road)), 0.0, factory)
    latest = latest_order_on(route, needed_on)
    assert arrival_on(latest, route.legs) <= needed_on
    assert latest.isoweekday() != 7
    assert latest not in shut
    later = latest + timedelta(days=1)
    while later.isoweekday() == 7 or later in shut:
        later += timedelta(days=1)
    assert arrival_on(later, route.legs) > needed_on


def test_trap_41_a_past_date_is_never_given_as_advice() -> None:
    late = plan_pair(
        situation_of(read_sheet("20_late_and_flying_too_dear", "input")), SETTINGS
    ).draft
    assert late is not None
    assert late.order_by_on is None
    assert late.days_late == 21
    faster = late.trace["faster"]
    assert (faster["ship_method"], faster["in_time"], faster["days_won"]) == ("air", True, 22)
    assert Decimal(faster["extra_base"]) == Decimal("5.60") * late.quantity


def test_every_draft_says_the_sum_in_numbers_that_add_up() -> None:
    for case in ("03_moq_multiple_and_carton", "14_uncertain_demand", "18_customers_are_waiting"):
        draft = plan_pair(situation_of(read_sheet(case, "input")), SETTINGS).draft
        assert draft is not None
        facts = draft.trace["quantity"]
        assert facts["to_level"] == (
            facts["order_up_to"] - facts["inventory_position"] - facts["lost_before_arrival"]
        )
        assert facts["needed"] == min(facts["to_level"], facts["most_asked"])
        assert facts["ordered"] == draft.quantity == facts["needed"] + facts["forced"]


@given(
    prices=st.lists(st.integers(3, 200), min_size=2, max_size=5).map(sorted),
    high=st.integers(100, 250),
    stock=st.integers(0, 500),
)
@settings(max_examples=examples(25), deadline=None)
def test_a_dearer_lost_sale_never_makes_the_need_at_least_cost_smaller(
    prices: list[int], high: int, stock: int
) -> None:
    sheet = read_sheet("21_least_cost_orders_fewer_times", "input")
    sheet["demand"]["high"], sheet["stock"]["on_hand"] = high, stock
    situation, plan = situation_of(sheet), settings_of(sheet)
    drafts = [
        plan_pair(replace(situation, selling_price_base=Decimal(price)), plan).draft
        for price in prices
    ]
    # The level that pays rises with the price; the lot is chosen among parts of the need.
    found = [draft.trace["quantity"]["needed"] if draft else 0 for draft in drafts]
    assert found == sorted(found)


def test_neither_a_price_break_nor_least_cost_goes_beyond_a_maximum_set_by_hand() -> None:
    broken = situation_of(read_sheet("04_price_break_taken", "input"))
    for situation, plan in (
        (broken, SETTINGS),
        (replace(broken, selling_price_base=Decimal(90)),
         replace(SETTINGS, order_rule=OrderRule.LEAST_COST)),
    ):  # fmt: skip
        free = plan_pair(situation, plan).draft
        held = plan_pair(replace(situation, rule=Rule(maximum=400)), plan).draft
        assert free is not None
        assert held is not None
        assert free.quantity >= 100
        assert held.quantity <= 40


def test_a_least_cost_order_costs_no_more_than_the_whole_need() -> None:
    for case in ("14_uncertain_demand", "15_uncertain_lead_time", "18_customers_are_waiting"):
        situation = replace(situation_of(read_sheet(case, "input")), selling_price_base=Decimal(9))
        least = plan_pair(situation, replace(SETTINGS, order_rule=OrderRule.LEAST_COST)).draft
        assert least is not None
        rows = least.trace["order_cost"]["candidates"]
        by_quantity = {row["quantity"]: Decimal(row["cost"]) for row in rows}
        assert by_quantity[least.quantity] == min(by_quantity.values())
        assert least.trace["quantity"]["needed"] in by_quantity


def test_the_quantities_asked_for_lose_little_against_the_best_of_all() -> None:
    """A dear item of uncertain demand, of which much less than the whole need costs least.

    Every quantity is asked for as if the supplier took no less.
    """
    sheet, chosen, best = read_sheet("22_least_cost_of_a_dear_item", "input"), [], []
    plan, sheet["selling_price"] = settings_of(sheet), "700.00"
    for high, stock in ((300, 330), (600, 330), (600, 500)):
        sheet["demand"]["high"], sheet["stock"]["on_hand"] = high, stock
        here = situation_of(sheet)
        [offer], some = here.offers, options_of(here, plan)
        need = some[0].need.units
        every = [
            option
            for units in range(need // 7, need, max(1, need // 60))
            for option in options_of(replace(here, offers=(replace(offer, moq=units),)), plan)
            if option.quantity.ordered == units
        ]
        weighed = weigh_options([*some, *every], here.selling_price_base)
        costs = [one.weight.total for one in weighed if one.weight is not None]
        chosen.append(min(costs[: len(some)]))
        best.append(min(costs))
        taken = some[costs.index(chosen[-1])]
        assert taken.quantity.ordered < need / 2
    assert sum(best) <= sum(chosen) <= sum(best) * Decimal("1.01")


def test_freight_with_a_leg_of_no_known_rate_is_unknown_and_not_too_low() -> None:
    legs = (
        OfferLeg("sea", 1, "transport", 20, unit_freight=Decimal("0.50"), currency="USD"),
        OfferLeg("sea", 2, "customs", 5, unit_freight=Decimal("9.00"), currency="MXN"),
    )
    offer = replace(OFFER, legs=legs)
    dollar, peso = (Rate(code, Decimal(rate), date(2026, 3, 2)) for code, rate in
                    (("USD", "1"), ("MXN", "0.05")))  # fmt: skip
    for rates, landed in (([dollar], None), ([dollar, peso], Decimal("2.95"))):
        terms = offer_terms(offer, rates, EVERYWHERE)
        assert landed_unit_cost(terms, terms.routes[0], Decimal(2), rates) == landed
