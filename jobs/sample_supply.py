"""Goods from the makers, played: orders are sent, deliveries come late, short, sometimes bent.

Decides when a delivery really comes and what is missing from it; which goods are bought is the
buyer's affair, what a delivery does to stock and cost is the core's.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from inventory_core.catalog.calendar_presets import CHINA_FACTORY, preset
from inventory_core.catalog.calendars import add_working_days
from inventory_core.db.engine import Writing
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.milestones import NewMilestone, Subject, record_milestones
from inventory_core.trade.price_breaks import unit_price_at
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    PurchaseOrder,
    cancel_purchase_orders,
    close_purchase_orders,
    create_purchase_orders,
    send_purchase_orders,
)
from inventory_core.trade.purchase_steps import Confirmation, confirm_purchase_orders
from inventory_core.trade.receipts import (
    NewCharge,
    NewLot,
    NewReceipt,
    NewReceiptLine,
    receive_goods,
)
from inventory_core.vocabulary import Milestone
from jobs.sample_buyer import Purchase
from jobs.sample_network import FIRST_RATES, HUB, MAKERS, TRANSIT_DAYS, Maker
from jobs.sample_stage import Stage

REST_COMES = 0.55
GATE_WEEKDAYS = (1, 4)  # deliveries are booked in on Tuesdays and Fridays
BENT = 0.05
NOTED = 0.8  # of the steps on the way; the others are never entered
# Freight and duty paid on arrival, as a share of the goods: to the hub, and straight overseas.
HUB_FREIGHT = Decimal("0.012")
SEA_FREIGHT = Decimal("0.09")
DUTY = Decimal("0.035")
_MAKERS = {maker.code: maker for maker in MAKERS}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What will really come for one order: (line id, good, quantity)."""

    order: PurchaseOrder
    maker: Maker
    warehouse: str
    lines: tuple[tuple[int, int, int], ...]
    number: int  # of this order's deliveries
    complete: bool


class Supply:
    """The makers' side of the play."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._rng = np.random.default_rng([stage.seed, 8])
        self._due: dict[int, list[Delivery]] = defaultdict(list)
        self._closes: dict[int, list[int]] = defaultdict(list)
        self._steps: dict[int, list[NewMilestone]] = defaultdict(list)
        self._clerk = np.random.default_rng([stage.seed, 9])

    def order(self, tx: Writing, day: int, purchases: Sequence[Purchase]) -> None:
        """Write, send and partly confirm the week's orders, and settle what will come of them."""
        if not purchases:
            return
        now = self._stage.end(day)
        made = create_purchase_orders(
            tx,
            SYSTEM,
            [self._new_order(day, number, item) for number, item in enumerate(purchases, 1)],
            now=now,
        )
        sent = send_purchase_orders(tx, SYSTEM, [order.id for order in made], now=now)
        told: list[Confirmation] = []
        for item, order in zip(purchases, made, strict=True):
            arrives = self._arrival(day, item, order)
            late = arrives - (order.expected_on or self._stage.date(day))
            if late > timedelta(days=6) and self._rng.random() < 0.5:
                told.append(Confirmation(order.id, arrives))
            self._settle(item, order, arrives)
            self._note_way(day, item, order, arrives)
        confirm_purchase_orders(tx, SYSTEM, told, now=now) if told else None
        assert len(sent) == len(made)

    def play(self, tx: Writing, day: int) -> set[str]:
        """Receive what comes today; the warehouses where anything came."""
        due = self._due.pop(day, [])
        steps = sorted(self._steps.pop(day, []), key=lambda step: step.key)
        record_milestones(tx, SYSTEM, steps, now=self._stage.end(day))
        receive_goods(
            tx, SYSTEM, [self._receipt(day, one) for one in due], now=self._stage.end(day)
        )
        done = sorted({one.order.id for one in due if one.complete})
        if done:
            close_purchase_orders(tx, SYSTEM, done, now=self._stage.end(day))
        closing = sorted(set(self._closes.pop(day, [])))
        if closing:
            cancel_purchase_orders(
                tx, SYSTEM, closing, reason="rest not delivered", now=self._stage.end(day)
            )
        return {one.warehouse for one in due}

    def _new_order(self, day: int, number: int, item: Purchase) -> NewPurchaseOrder:
        numbers = self._stage.numbers
        lines = []
        for line_no, (good, quantity) in enumerate(item.lines, 1):
            terms = numbers.terms[good]
            price = unit_price_at(terms.prices, quantity)
            assert price is not None
            offer = numbers.offers[item.maker, good]
            lines.append(
                NewPurchaseLine(line_no, numbers.skus[good], quantity, price, offer_id=offer)
            )
        ordered_on = self._stage.date(day)
        return NewPurchaseOrder(
            key=f"sample/{ordered_on}/{number}",
            supplier_id=numbers.suppliers[item.maker],
            warehouse_id=numbers.warehouses[item.warehouse],
            currency=_MAKERS[item.maker].currency,
            ordered_on=ordered_on,
            lines=lines,
            expected_on=self._promised(day, item),
        )

    def _promised(self, day: int, item: Purchase) -> date:
        """The maker's own day: production by its calendar, then the way."""
        maker = _MAKERS[item.maker]
        made = self._stage.date(day) + timedelta(days=maker.lead_days)
        if maker.country == "CN":
            made = add_working_days(
                preset(CHINA_FACTORY), self._stage.date(day), round(maker.lead_days * 6 / 7)
            )
        return made + timedelta(days=TRANSIT_DAYS.get(item.warehouse, 2))

    def _arrival(self, day: int, item: Purchase, order: PurchaseOrder) -> date:
        maker = _MAKERS[item.maker]
        late = maker.delay + float(self._rng.normal(0, maker.spread))
        if self._rng.random() < 0.04:
            late += 14
        promised = order.expected_on or self._promised(day, item)
        earliest = self._stage.date(day) + timedelta(days=5)
        return max(promised + timedelta(days=max(round(late), -4)), earliest)

    def _settle(self, item: Purchase, order: PurchaseOrder, arrives: date) -> None:
        maker = _MAKERS[item.maker]
        first, rest = [], []
        for (good, quantity), line in zip(item.lines, order.lines, strict=True):
            comes = quantity
            if self._rng.random() < maker.short:
                comes = max(1, int(quantity * self._rng.uniform(0.7, 0.95)))
            first.append((line.id, good, comes))
            if comes < quantity:
                rest.append((line.id, good, quantity - comes))
        day = self._stage.open_on((arrives - self._stage.date(0)).days, GATE_WEEKDAYS)
        whole = not rest
        self._due[day].append(Delivery(order, maker, item.warehouse, tuple(first), 1, whole))
        if rest and self._rng.random() < REST_COMES:
            later = self._stage.open_on(day + int(self._rng.integers(12, 26)), GATE_WEEKDAYS)
            self._due[later].append(Delivery(order, maker, item.warehouse, tuple(rest), 2, True))
        elif rest:
            self._closes[day + 30].append(order.id)

    def _note_way(self, day: int, item: Purchase, order: PurchaseOrder, arrives: date) -> None:
        """The steps that somebody enters, each on the day on which it happens."""
        travels = TRANSIT_DAYS.get(item.warehouse, 2)
        back = {Milestone.LEFT_FACTORY: travels}
        if item.warehouse in TRANSIT_DAYS:
            back = {
                Milestone.LEFT_FACTORY: travels + int(self._clerk.integers(3, 8)),
                Milestone.DEPARTED: travels,
                Milestone.AT_PORT: int(self._clerk.integers(8, 14)),
                Milestone.CLEARED: int(self._clerk.integers(3, 7)),
            }
        last = day + 1
        for kind, days in back.items():
            last = max(last, (arrives - self._stage.date(0)).days - days)
            key = f"{order.key}/{kind}"
            on = self._stage.date(last)
            step = NewMilestone(key, Subject.PURCHASE_ORDER, order.id, kind, on)
            if self._clerk.random() < NOTED:
                self._steps[last].append(step)

    def _receipt(self, day: int, one: Delivery) -> NewReceipt:
        on = self._stage.date(day)
        lines = []
        total = Decimal(0)
        prices = {line.id: line.unit_price for line in one.order.lines}
        for line_id, good, quantity in one.lines:
            damaged = 0
            if self._rng.random() < BENT:
                damaged = max(1, int(quantity * self._rng.uniform(0.02, 0.08)))
            item = self._stage.world.goods[good]
            lot = None
            if item.lot_tracked:
                produced = on - timedelta(days=int(self._rng.integers(12, 40)))
                lot = NewLot(f"{one.maker.code[:2]}{produced:%y%m%d}", produced_on=produced)
            lines.append(NewReceiptLine(line_id, quantity, min(damaged, quantity), lot))
            total += prices[line_id] * quantity
        return NewReceipt(
            key=f"{one.order.key}/receipt/{one.number}",
            purchase_order_id=one.order.id,
            received_at=self._stage.at(day, one.warehouse, 9),
            lines=lines,
            charges=self._charges(one, total),
        )

    def _charges(self, one: Delivery, total: Decimal) -> list[NewCharge]:
        """Paid on arrival, in the currency of the bill."""
        if one.warehouse == HUB:
            return [_charge("freight", total * HUB_FREIGHT, one.maker.currency, "weight")]
        in_dollars = total / Decimal(str(FIRST_RATES["USD"]))
        if one.maker.currency != "CNY":
            in_dollars = total
        return [
            _charge("freight", in_dollars * SEA_FREIGHT, "USD", "volume"),
            _charge("duty", in_dollars * DUTY, "USD", "value"),
        ]


def _charge(kind: str, amount: Decimal, currency: str, basis: str) -> NewCharge:
    return NewCharge(kind, max(amount, Decimal("0.01")).quantize(Decimal("0.01")), currency, basis)
