"""One SKU at several sites and a hub as plan facts, and what an approval makes of them."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from forecasting.book import Book
from forecasting.limits_room import Shared
from forecasting.projection import Arrival
from forecasting.replenish import Plan, PlanFacts
from forecasting.situation import Draft, PlanSettings, Situation
from forecasting.supplier_terms import OfferTerms
from inventory_core.office.company import Company
from inventory_core.planning.counted_on import CountedOn
from inventory_core.planning.lanes import Lane
from inventory_core.stock.balances import Inbound, Position

HUB = 50


def facts_of(
    sites: Sequence[Situation], settings: PlanSettings, *, hub: int, lanes: Sequence[Lane]
) -> PlanFacts:
    """What a plan of these sites stands on; `hub` units lie at the hub."""
    as_of = sites[0].as_of
    positions = {(one.sku_id, one.warehouse_id): _position(one) for one in sites}
    positions[1, HUB] = _lying(HUB, hub)
    book = Book(
        company=Company(name="Seller"),
        positions=positions,
        inbound={},
        offers={1: sites[0].offers},
        rates=sites[0].rates,
        rules={},
        skus={1: {"volume_cm3": None, "weight_grams": None}},
        warehouses={HUB: "HUB"} | {one.warehouse_id: one.warehouse_code for one in sites},
        hubs=frozenset({HUB}),
        lanes=lanes,
    )
    shared = Shared(as_of=as_of, limits=[], ordered=[], others=[], held={})
    return PlanFacts(as_of, book, tuple(sites), shared, settings)


def lane(origin: int, to: int, method: str, days: int, freight: str = "0.5") -> Lane:
    """A way that somebody stated, paid by the unit."""
    return Lane(origin, to, method, days, currency="USD", unit_freight=Decimal(freight))


def approved(facts: PlanFacts, draft: Draft) -> PlanFacts:
    """The facts after a yes: the order or the planned transfer stands in the book."""
    bought = draft.kind == "buy"
    pair, units = (draft.sku_id, draft.warehouse_id), draft.quantity
    positions, coming = dict(facts.book.positions), dict(facts.book.inbound)
    name = "on_order" if bought else "planned_in"
    positions[pair] = _moved(positions[pair], name, units)
    document = f"NEW-{len(coming.get(pair, ()))}-{draft.warehouse_id}"
    assert draft.arrives_on is not None
    item = Inbound(
        *pair, draft.arrives_on, units, "purchase" if bought else "transfer", document, 1, "draft",
        draft.ship_method, facts.as_of,
    )  # fmt: skip
    coming[pair] = [*coming.get(pair, ()), item]
    if draft.from_warehouse_id is not None:
        origin = (draft.sku_id, draft.from_warehouse_id)
        positions[origin] = _moved(positions[origin], "planned_out", units)
    arrival = Arrival(draft.arrives_on, units, document)
    sites = tuple(
        replace(
            one,
            stock=_stock(one, positions[one.sku_id, one.warehouse_id]),
            offers=_along(one.offers, draft),
            inbound=(*one.inbound, arrival) if one.warehouse_id == pair[1] else one.inbound,
        )
        for one in facts.situations
    )
    offers = {sku_id: _along(several, draft) for sku_id, several in facts.book.offers.items()}
    book = replace(
        facts.book,
        positions=positions,
        inbound=coming,
        offers=offers,
        counted=_counted(facts.book, draft),
    )
    return replace(facts, book=book, situations=sites)


def _along(offers: Sequence[OfferTerms], draft: Draft) -> tuple[OfferTerms, ...]:
    """An order that is not sent yet reaches MOQ and price breaks with the next one."""
    return tuple(
        replace(one, unsent=one.unsent + draft.quantity) if one.offer_id == draft.offer_id else one
        for one in offers
    )


def free_at_hub(facts: PlanFacts, plan: Plan) -> int:
    """Units that lie at the hub, promised to nobody and sent to nobody."""
    hub = facts.book.positions[1, HUB]
    sent = sum(one.quantity for one in plan.transfers if one.from_warehouse_id == HUB)
    return hub.available - hub.planned_out - sent


def _counted(book: Book, draft: Draft) -> dict[tuple[int, int], list[CountedOn]]:
    """As `counted_on` reads it: what the purchase was made smaller by, less what is sent since."""
    found = {
        (*pair, one.from_warehouse_id, one.ship_method): one.quantity
        for pair, several in book.counted.items()
        for one in several
    }
    place = draft.sku_id, draft.warehouse_id
    for send in draft.trace.get("sends", ()):
        key = (*place, send["from_warehouse_id"], send["ship_method"])
        found[key] = found.get(key, 0) + send["quantity"]
    if draft.from_warehouse_id is not None:
        key = (*place, draft.from_warehouse_id, draft.ship_method)
        found[key] = found.get(key, 0) - draft.quantity
    counted: dict[tuple[int, int], list[CountedOn]] = {pair: [] for pair in book.counted}
    if draft.kind == "buy":
        counted.setdefault(place, [])
    for (sku_id, site, origin, method), units in found.items():
        if units > 0:
            counted[sku_id, site].append(CountedOn(origin, method, units))
    return counted


def _position(one: Situation) -> Position:
    stock = one.stock
    return Position(
        one.sku_id, one.warehouse_id, stock.on_hand, stock.reserved, stock.held, stock.available,
        stock.in_transit, stock.on_order, stock.backordered, stock.inventory_position,
        stock.planned_in, stock.planned_out,
    )  # fmt: skip


def _lying(place: int, units: int) -> Position:
    return Position(1, place, units, 0, 0, units, 0, 0, 0, units)


def _moved(position: Position, name: str, units: int) -> Position:
    change = -units if name == "planned_out" else units
    moved = {name: getattr(position, name) + units}
    return replace(position, inventory_position=position.inventory_position + change, **moved)


def _stock(one: Situation, position: Position) -> object:
    return replace(
        one.stock,
        on_order=position.on_order,
        planned_in=position.planned_in,
        planned_out=position.planned_out,
        inventory_position=position.inventory_position - one.stock.expired,
    )
