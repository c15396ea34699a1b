"""The facts of a plan as they would be under a scenario. Pure: facts in, facts out.

Decides what each change touches. Lead times: the ways of new orders, not what is under way. A port
delay: whatever goes by sea, ordered or not, and between our own warehouses too. Demand: the whole
forecast, its spread in the same ratio. A budget: the orders of this plan, beside the limits that
hold already. What a person set by hand for a SKU stays set, and so does what its class promises.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from forecasting.book import Book
from forecasting.lead_time import Route
from forecasting.lead_time_learning import scaled_legs
from forecasting.limits_room import Shared
from forecasting.replenish import PlanFacts
from forecasting.situation import Situation
from forecasting.situation_reading import UNDATED_ARRIVES_AFTER_DAYS, arrivals_of
from forecasting.supplier_terms import OfferTerms
from inventory_core.catalog.calendars import Leg
from inventory_core.planning.plan_limits import PlanLimit
from inventory_core.planning.scenarios import Scenario
from inventory_core.stock.balances import Inbound
from inventory_core.vocabulary import PlanLimitKind, ShipMethod

BUDGET_NAME = "scenario"


def under(facts: PlanFacts, scenario: Scenario) -> PlanFacts:
    """The same snapshot and forecasts with what the scenario changes."""
    book = _delayed_book(facts, scenario.delay_days)
    level = scenario.service_level
    settings = facts.settings
    if level is not None:
        settings = replace(settings, service_level=float(level))
    return replace(
        facts,
        book=book,
        situations=tuple(_situation(one, facts, book, scenario) for one in facts.situations),
        shared=_with_budget(facts.shared, scenario, settings.base_currency),
        settings=settings,
    )


def _situation(one: Situation, facts: PlanFacts, book: Book, scenario: Scenario) -> Situation:
    factor = float(scenario.demand_factor)
    demand = one.demand
    if factor != 1:
        demand = replace(demand, mean=demand.mean * factor, quantiles=demand.quantiles * factor)
    inbound = one.inbound
    if scenario.delay_days:
        inbound = arrivals_of(book, (one.sku_id, one.warehouse_id), facts.as_of)
    offers = tuple(_offer(offer, scenario) for offer in one.offers)
    return replace(one, demand=demand, inbound=inbound, offers=offers)


def _offer(offer: OfferTerms, scenario: Scenario) -> OfferTerms:
    routes = tuple(replace(one, route=_route(one.route, scenario)) for one in offer.routes)
    return replace(offer, routes=routes)


def _route(route: Route, scenario: Scenario) -> Route:
    """Every leg as much longer; the closed port comes on top, once."""
    factor = float(scenario.lead_factor)
    if factor != 1:
        route = replace(
            route,
            legs=scaled_legs(route.legs, [factor] * len(route.legs), whole=factor),
            spread_days=route.spread_days * factor,
            offsets=tuple(offset * factor for offset in route.offsets),
        )
    if scenario.delay_days and route.ship_method == ShipMethod.SEA:
        route = replace(route, legs=(*route.legs, Leg("delay", scenario.delay_days)))
    return route


def _delayed_book(facts: PlanFacts, days: int) -> Book:
    """What is on its way by sea comes later, to hubs as well, and so do transfers by sea."""
    book = facts.book
    if not days:
        return book
    later: Mapping[tuple[int, int], list[Inbound]] = {
        pair: [_later(item, facts, days) for item in items] for pair, items in book.inbound.items()
    }
    lanes = [
        replace(lane, days=lane.days + days) if lane.ship_method == ShipMethod.SEA else lane
        for lane in book.lanes
    ]
    return replace(book, inbound=later, lanes=lanes)


def _later(item: Inbound, facts: PlanFacts, days: int) -> Inbound:
    """So many days later than expected, and never before so many days from today."""
    if item.ship_method != ShipMethod.SEA:
        return item
    undated = facts.as_of + timedelta(days=UNDATED_ARRIVES_AFTER_DAYS)
    expected = max(facts.as_of, item.expected_on or undated)
    return replace(item, expected_on=expected + timedelta(days=days))


def _with_budget(shared: Shared, scenario: Scenario, currency: str) -> Shared:
    """One more budget for all orders of the plan; nothing that was ordered before counts in it."""
    if scenario.budget is None:
        return shared
    budget = PlanLimit(
        id=0,
        version=0,
        kind=PlanLimitKind.BUDGET,
        name=BUDGET_NAME,
        supplier_id=None,
        warehouse_id=None,
        ship_method=None,
        amount=scenario.budget,
        currency=currency,
        volume_m3=None,
        weight_kg=None,
        containers=None,
        fill=False,
        starts_on=None,
        ends_on=None,
        active=True,
    )
    return replace(shared, limits=[*shared.limits, budget])
