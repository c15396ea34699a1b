"""What the book says about one suggestion that a person changes: room, pace, stock, terms.

Reads only; the rules stand in `order_fit`. What the suggestion itself takes on the list counts as
room, what all others take does not.
"""

from datetime import date
from decimal import Decimal
from statistics import mean

from sqlalchemy import select

from inventory_core.catalog.rates import rates_on
from inventory_core.db.engine import Reading
from inventory_core.db.schema.catalog import sku
from inventory_core.planning.limit_use import limit_uses
from inventory_core.planning.order_fit import Line, Room, order_fit, transfer_fit
from inventory_core.planning.order_rules import Fit
from inventory_core.planning.plan_limits import Use, open_uses, ordered_uses
from inventory_core.planning.release import Shown
from inventory_core.stock.balances import positions
from inventory_core.trade.offer_terms import Offer
from inventory_core.vocabulary import PlanLimitKind

_SKU = (sku.c.carton_quantity, sku.c.shelf_life_days, sku.c.volume_cm3, sku.c.weight_grams)


def purchase_fit(
    conn: Reading, shown: Shown, offer: Offer, *, today: date, base_currency: str, beside: int
) -> Fit:
    """The rules of an order line of this suggestion, from this offer, on the day of its plan;
    `beside`: units of the offer that go along (`joint_units`).
    """
    as_of = shown.trace.get("as_of")
    on = date.fromisoformat(as_of) if as_of else today
    [goods] = conn.rows(select(*_SKU).where(sku.c.id == shown.sku_id))
    rate = _rate(conn, offer.currency, base_currency, on)
    least, most = _by_hand(shown)
    line = Line(
        planned=shown.quantity,
        per_day=_per_day(shown),
        carton_quantity=goods.carton_quantity,
        shelf_life_days=goods.shelf_life_days,
        volume_m3=Decimal(goods.volume_cm3 or 0) / 1_000_000,
        weight_kg=Decimal(goods.weight_grams or 0) / 1_000,
        rate=rate,
        lacking=None
        if rate is None
        else _lacking(
            conn, shown, offer, rate, _rate(conn, offer.minimum_currency, base_currency, on)
        ),
        rooms=_rooms(conn, shown, offer, on, base_currency),
        least=least,
        most=most,
        beside=beside,
    )
    return order_fit(offer, line)


def sending_fit(conn: Reading, shown: Shown) -> Fit:
    """The rules of a transfer, on the stock of this moment."""
    asked = shown.trace.get("quantity", {})
    place = shown.from_warehouse_id
    assert place is not None, "a transfer comes from somewhere"
    found = positions(conn, {shown.sku_id}, {place})
    free = sum(one.available - one.backordered - one.planned_out for one in found)
    carton = conn.scalar(select(sku.c.carton_quantity).where(sku.c.id == shown.sku_id))
    return transfer_fit(
        free=max(0, free),
        missing=int(asked.get("missing", shown.quantity)),
        spare=int(asked["free"]) if shown.trace.get("donor") else None,
        carton_quantity=carton,
    )


def _by_hand(shown: Shown) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """Units that bring the position to the minimum and to the maximum that a person set, with
    these; None where none is set.
    """
    rule, asked = shown.trace.get("rule", {}), shown.trace.get("quantity", {})
    least, most = rule.get("minimum"), rule.get("maximum")
    reached = int(asked.get("order_up_to", 0)) - int(asked.get("to_level", 0))
    return (
        None if least is None else (max(0, least - reached), least),
        None if most is None else (max(0, most - reached), most),
    )


def _per_day(shown: Shown) -> float:
    """Mean demand of a day, as the suggestion says."""
    policy = shown.trace.get("policy")
    if not policy:
        return 0.0
    days: float = mean(policy["intervals"])
    return float(policy["demand_mean"]) / max(1.0, days)


def _rate(conn: Reading, currency: str, base: str, on: date) -> Decimal | None:
    if currency == base:
        return Decimal(1)
    found = rates_on(conn, [currency], base, on)
    return found[currency].rate if currency in found else None


def _rooms(
    conn: Reading, shown: Shown, offer: Offer, on: date, base_currency: str
) -> tuple[Room, ...]:
    mine = (shown.sku_id, shown.warehouse_id)
    rooms = []
    for use in limit_uses(conn, on=on, base_currency=base_currency, without=mine):
        if not use.limit.covers(offer.supplier_id, shown.warehouse_id, shown.ship_method):
            continue
        if use.limit.kind is PlanLimitKind.BUDGET:
            rooms.append(Room("budget", use.limit.name, amount=use.left))
        else:
            weight = use.weight_whole - use.weight
            rooms.append(Room("container", use.limit.name, volume_m3=use.left, weight_kg=weight))
    return tuple(rooms)


def _lacking(
    conn: Reading, shown: Shown, offer: Offer, rate: Decimal, minimum_rate: Decimal | None
) -> Decimal | None:
    """What this line must bring so that the supplier takes the order, beside what goes along."""
    if not offer.order_minimum or minimum_rate is None:
        return None

    def along(use: Use) -> bool:
        same = (use.supplier_id, use.warehouse_id, use.currency, use.ship_method)
        ours = (offer.supplier_id, shown.warehouse_id, offer.currency, shown.ship_method)
        return same == ours

    listed = sum(
        (use.amount for use in open_uses(conn) if along(use) and use.sku_id != shown.sku_id),
        Decimal(0),
    )
    drafts = sum(
        (
            use.amount * rate
            for use in ordered_uses(conn, since=date.max)
            if use.draft and along(use)
        ),
        Decimal(0),
    )
    return offer.order_minimum * minimum_rate - listed - drafts
