"""Corrections by hand: adjust, hold and release. Decides the movements; posts them once.

What a person says is physically so wins over promises (see `shortfalls`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from inventory_core.catalog.company import company
from inventory_core.clock import as_utc
from inventory_core.db.engine import Writing
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.errors import Invalid, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.stock.allocation import pick
from inventory_core.stock.claims import known_answers
from inventory_core.stock.ledger import Line, NewOperation, Posted, post
from inventory_core.stock.levels import lock_levels
from inventory_core.stock.lots import pickable
from inventory_core.stock.naming import naming
from inventory_core.stock.postings import check_key, exact_value, request_hash
from inventory_core.vocabulary import NO_LOT, Condition, LocationKind, OperationKind

DIFFERENCE = VIRTUAL_LOCATIONS[LocationKind.COUNT_DIFFERENCE]


@dataclass(frozen=True, slots=True)
class NewAdjustment:
    """Units found (positive) or lost (negative); `unit_cost` in base currency for units found."""

    key: str
    warehouse_id: int
    sku_id: int
    quantity_change: int
    reason: str
    unit_cost: Decimal | None = None
    location_id: int | None = None
    lot_id: int = NO_LOT


@dataclass(frozen=True, slots=True)
class NewHold:
    """Units that change their condition: good to quarantine is a hold, back is its release."""

    key: str
    warehouse_id: int
    sku_id: int
    quantity: int
    to_condition: str
    reason: str
    from_condition: str = Condition.GOOD


Request = TypeVar("Request", NewAdjustment, NewHold)


def adjust_stock(
    tx: Writing, actor: Actor, adjustments: Sequence[NewAdjustment], *, now: datetime
) -> list[Posted]:
    """Post each adjustment once; a retry names the same key and the same change.

    Refused before the company is founded: a unit cost would be in no currency.
    """
    require(actor, Permission.STOCK_ADJUST)
    company(tx)
    for one in adjustments:
        if type(one.quantity_change) is not int or one.quantity_change == 0:
            raise Invalid("quantity_zero", sku_id=one.sku_id)
        if not one.reason.strip():
            raise Invalid("reason_missing", sku_id=one.sku_id)
    return _post_chosen(tx, actor, adjustments, _adjustment, now)


def hold_stock(
    tx: Writing, actor: Actor, holds: Sequence[NewHold], *, now: datetime
) -> list[Posted]:
    """Change the condition of units, once per key. To hold what is promised cuts promises."""
    require(actor, Permission.STOCK_ADJUST)
    for one in holds:
        if type(one.quantity) is not int or one.quantity <= 0:
            raise Invalid("quantity_not_positive", sku_id=one.sku_id, value=str(one.quantity))
        if one.from_condition == one.to_condition:
            raise Invalid("goes_nowhere", sku_id=one.sku_id)
        if not one.reason.strip():
            raise Invalid("reason_missing", sku_id=one.sku_id)
    return _post_chosen(tx, actor, holds, _hold, now)


def choose_lines(
    tx: Writing, template: Line, warehouse_id: int, *, names_place: bool = False
) -> tuple[Line, ...]:
    """`template` leaves a warehouse from wherever its units lie there, first expired first.

    Refused where they are not there. `names_place`: only from the template's own location and lot.
    """
    contents = pickable(tx, [(template.sku_id, warehouse_id)], condition=template.from_condition)
    bins = contents.get((template.sku_id, warehouse_id), [])
    if names_place:
        wanted = (template.from_location_id, template.lot_id)
        bins = [content for content in bins if (content.location_id, content.lot_id) == wanted]
    picked = pick(template.quantity, bins)
    found = sum(units for _, units in picked)
    if found < template.quantity:
        raise Refused(
            "not_enough_stock",
            sku_id=template.sku_id,
            warehouse_id=warehouse_id,
            missing=template.quantity - found,
        )
    stays = template.to_location_id == template.from_location_id
    return tuple(
        replace(
            template,
            from_location_id=content.location_id,
            to_location_id=content.location_id if stays else template.to_location_id,
            lot_id=content.lot_id,
            quantity=units,
        )
        for content, units in picked
    )


def _post_chosen(
    tx: Writing,
    actor: Actor,
    requests: Sequence[Request],
    build: Callable[[Writing, Request, datetime], NewOperation],
    now: datetime,
) -> list[Posted]:
    """Post what `build` makes of each new request; answer those that were posted before.

    Levels are locked first, so that a rival with the same key has either committed or waits.
    """
    asked = {check_key(one.key): request_hash(one) for one in requests}
    if len(asked) < len(requests):
        raise Invalid("key_twice")
    pairs = {(one.sku_id, one.warehouse_id) for one in requests}
    with naming(tx), tx.connection.begin_nested():
        lock_levels(tx, pairs)
        answers = known_answers(tx, asked)
        for one in requests:
            # One by one: where two take from the same bins, the second must see the first.
            if one.key not in answers:
                operation = build(tx, one, as_utc(now))
                answers[one.key] = post(tx, actor, [operation], hashes=[asked[one.key]])[0]
    return [answers[one.key] for one in requests]


def _adjustment(tx: Writing, one: NewAdjustment, now: datetime) -> NewOperation:
    place = one.location_id or one.warehouse_id
    quantity = abs(one.quantity_change)
    if one.quantity_change > 0:
        value = None if one.unit_cost is None else exact_value(one.unit_cost * quantity)
        found = Line(one.sku_id, DIFFERENCE, place, quantity, lot_id=one.lot_id, value=value)
        lines: tuple[Line, ...] = (found,)
    else:
        template = Line(one.sku_id, place, DIFFERENCE, quantity, lot_id=one.lot_id)
        named = one.location_id is not None or one.lot_id != NO_LOT
        lines = choose_lines(tx, template, one.warehouse_id, names_place=named)
    return NewOperation(one.key, OperationKind.ADJUSTMENT, now, lines, reason=one.reason)


def _hold(tx: Writing, one: NewHold, now: datetime) -> NewOperation:
    template = Line(
        one.sku_id,
        one.warehouse_id,
        one.warehouse_id,
        one.quantity,
        from_condition=one.from_condition,
        to_condition=one.to_condition,
    )
    becomes_good = one.to_condition == Condition.GOOD
    kind = OperationKind.UNHOLD if becomes_good else OperationKind.HOLD
    lines = choose_lines(tx, template, one.warehouse_id)
    return NewOperation(one.key, kind, now, lines, reason=one.reason)
