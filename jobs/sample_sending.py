"""What happens to accepted orders: parcels leave, some are cancelled, some goods come back.

Decides when and how much by seeded chance; the core's commands decide what that does to stock.
"""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from inventory_core.db.engine import Writing
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.reservations import open_promises
from inventory_core.trade.order_lines import lock_lines
from inventory_core.trade.orders import (
    AcceptedOrder,
    Filled,
    NewCancel,
    NewOrder,
    cancel_orders,
)
from inventory_core.trade.returns import NewReturn, NewReturnLine, receive_returns
from inventory_core.trade.shipments import NewShipment, ship_orders
from inventory_core.vocabulary import Condition
from jobs.sample_network import CHANNELS
from jobs.sample_stage import Stage

RETURN_RATES = (0.045, 0.075, 0.04)  # by market: Germans send back most
# Cancellations are worked off on these weekdays, returns unpacked on that one: Monday is 0.
OFFICE_WEEKDAYS, RETURN_WEEKDAYS = (0, 3), (2,)
CARRIERS = ("UPS", "DHL", "Royal Mail")
LEAVES_AT_HOUR = 21


class Sending:
    """The parcels' side of the play."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        orders = int(stage.world.demand.order[-1]) + 1
        rng = np.random.default_rng([stage.seed, 7])
        self._regret = rng.random(orders)
        self._grade = rng.random(orders)
        self._pause = rng.integers(7, 30, orders)
        self._ships: dict[int, set[int]] = defaultdict(set)
        self._cancels: dict[int, dict[int, str]] = defaultdict(dict)
        self._returns: dict[int, list[NewReturn]] = defaultdict(list)
        self._waiting: dict[int, int] = {}  # short orders with their cancellation day
        self._gone: set[int] = set()
        self._market: dict[int, int] = {}

    def remember(self, order_id: int, market: int) -> None:
        """Note which market's evening an order's parcels leave in."""
        self._market[order_id] = market

    def ship_later(self, day: int, order_id: int) -> None:
        """Let what is promised to the order leave on a day."""
        self._ships[day].add(order_id)

    def cancel_later(self, day: int, order_id: int, reason: str) -> None:
        """Let the customer give up on a day, unless the goods come first."""
        day = self._stage.open_on(day, OFFICE_WEEKDAYS)
        self._cancels[day][order_id] = reason
        self._waiting[order_id] = day

    def filled(self, day: int, filled: Iterable[Filled]) -> None:
        """Backorders that got goods leave tomorrow; nobody gives up on them any more."""
        for one in filled:
            self._cancels.get(self._waiting.pop(one.order_id, -1), {}).pop(one.order_id, None)
            self._ships[day + 1].add(one.order_id)

    def consider_return(
        self, number: int, market: int, order: NewOrder, answer: AcceptedOrder, shipped: int
    ) -> None:
        """Decide now whether the order's first line will come back, whole."""
        if self._regret[number] >= RETURN_RATES[market]:
            return
        asked, line = order.lines[0], answer.lines[0]
        day = self._stage.open_on(shipped + int(self._pause[number]), RETURN_WEEKDAYS)
        grade = self._grade[number]
        condition = Condition.GOOD if grade < 0.66 else Condition.DAMAGED
        # Opened goods of a lot, and the doubtful ones, wait for somebody to look.
        good = self._stage.world.goods[self._stage.good_of[asked.sku_id]]
        if grade > 0.9 or good.lot_tracked:
            condition = Condition.INSPECTION
        code = CHANNELS[market].serves[0]
        back = NewReturn(
            f"return/{order.key}",
            answer.order_id,
            line.warehouse_ids[0],
            self._stage.at(day, code, 11),
            [
                NewReturnLine(
                    line.line_id,
                    asked.quantity,
                    condition,
                    asked.unit_price * asked.quantity - asked.discount,
                )
            ],
        )
        self._returns[day].append(back)

    def play(self, tx: Writing, day: int) -> None:
        """One day: cancel, ship and take back what is due."""
        now = self._stage.end(day)
        cancels = self._cancels.pop(day, {})
        self._gone.update(cancels)
        cancel_orders(
            tx,
            SYSTEM,
            [NewCancel(f"cancel/{order}", order, why) for order, why in sorted(cancels.items())],
            now=now,
        )
        # What was shipped meanwhile, or lost, is not promised any more.
        due = open_promises(tx, sorted(self._ships.pop(day, set()) - self._gone))
        evenings = [self._stage.at(day, channel.serves[0], LEAVES_AT_HOUR) for channel in CHANNELS]
        leaving = sorted({promise.order_id for promise in due})
        ship_orders(
            tx,
            SYSTEM,
            [
                NewShipment(
                    f"ship/{order}/{day}",
                    order,
                    None,
                    evenings[self._market[order]],
                    CARRIERS[order % len(CARRIERS)],
                    f"1Z{order:09d}",
                )
                for order in leaving
            ],
        )
        self._take_back(tx, self._returns.pop(day, []))

    def _take_back(self, tx: Writing, returns: list[NewReturn]) -> None:
        """What really left can come back; a recall may have kept it here."""
        if not returns:
            return
        lines = lock_lines(tx, line_ids=[one.lines[0].order_line_id for one in returns])
        left = {line.id: line.shipped - line.returned for line in lines}
        real = [one for one in returns if left[one.lines[0].order_line_id] >= one.lines[0].quantity]
        receive_returns(tx, SYSTEM, real)
