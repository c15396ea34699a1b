"""Selling, played day by day: who orders what, and who walks away.

Decides what customers do; what is promised and what is short is decided by the core's commands. A
customer who finds nothing in stock mostly walks away, so the orders of such days are too few, as
in life.
"""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import numpy as np

from inventory_core.db.engine import Writing
from inventory_core.insight.facts import sellable
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.orders import AcceptedOrder, NewOrder, NewOrderLine, accept_orders
from jobs.sample_network import CHANNELS
from jobs.sample_sending import Sending
from jobs.sample_stage import Stage, moment
from jobs.sample_world import MARKETS, TAX_RATES, market_price

WALKS_AWAY = 0.94
CHANGES_MIND = 0.008
CUTOFF_HOUR = 15
LOSES_PATIENCE = 0.78
_GIVEN = ("Alex", "Sam", "Maria", "Jonas", "Priya", "Emma", "Liam", "Noah", "Chloe", "Ben")
_FAMILY = ("Smith", "Keller", "Brown", "Fischer", "Patel", "Jones", "Weber", "Clark", "Evans")
_CENT = Decimal("0.01")


class Selling:
    """The customers' side of the play."""

    def __init__(self, stage: Stage, sending: Sending) -> None:
        self._stage = stage
        demand = stage.world.demand
        rng = np.random.default_rng([stage.seed, 6])
        self._walks = rng.random(demand.day.size) < WALKS_AWAY
        orders = int(demand.order[-1]) + 1
        self._patience = rng.random(orders)
        self._haste = rng.random(orders)
        self._name = rng.integers(0, len(_GIVEN) * len(_FAMILY), orders)
        self._sending = sending
        self._bounds = np.searchsorted(demand.day, np.arange(len(stage.world.days) + 1))
        self._zones = [ZoneInfo(channel.time_zone) for channel in CHANNELS]
        self._serves = [
            [stage.numbers.warehouses[code] for code in channel.serves] for channel in CHANNELS
        ]
        self._prices = {
            (market, number): market_price(good, market)
            for market in range(len(MARKETS))
            for number, good in enumerate(stage.world.goods)
        }
        self.accepted = 0

    def play(self, tx: Writing, day: int) -> None:
        """One day: accept what is wanted, then let go what is due."""
        wanted = self._orders(tx, day)
        orders = [order for _, order in wanted]
        answers = accept_orders(tx, SYSTEM, orders, now=self._stage.end(day))
        self.accepted += len(answers)
        for (number, order), answer in zip(wanted, answers, strict=True):
            self._plan(day, number, order, answer)
        self._sending.play(tx, day)

    def _orders(self, tx: Writing, day: int) -> list[tuple[int, NewOrder]]:
        demand = self._stage.world.demand
        left = sellable(tx)
        found: dict[int, tuple[int, list[int]]] = {}
        for line in range(self._bounds[day], self._bounds[day + 1]):
            market, good = int(demand.market[line]), int(demand.good[line])
            sku = self._stage.numbers.skus[good]
            stock = sum(max(left.get((sku, place), 0), 0) for place in self._serves[market])
            if stock <= 0 and self._walks[line]:
                continue
            found.setdefault(int(demand.order[line]), (market, []))[1].append(line)
        return [
            (number, self._order(day, number, market, lines))
            for number, (market, lines) in sorted(found.items())
        ]

    def _order(self, day: int, number: int, market: int, lines: list[int]) -> NewOrder:
        channel = CHANNELS[market]
        seconds = int(self._stage.world.demand.second[lines[0]])
        placed_at = moment(self._stage.date(day), self._zones[market], seconds)
        external = _external_id(channel.platform, market, number)
        given, family = divmod(int(self._name[number]), len(_FAMILY))
        return NewOrder(
            key=f"{channel.code}:{external}",
            account_id=self._stage.numbers.accounts[market],
            external_id=external,
            placed_at=placed_at,
            currency=channel.currency,
            lines=[self._line(market, n, line) for n, line in enumerate(lines, 1)],
            country=channel.country,
            customer_name=f"{_GIVEN[given]} {_FAMILY[family]}",
            accepted_at=placed_at,
        )

    def _line(self, market: int, line_no: int, line: int) -> NewOrderLine:
        demand = self._stage.world.demand
        good, quantity = int(demand.good[line]), int(demand.quantity[line])
        price = self._prices[market, good]
        share = Decimal(str(round(float(demand.discount[line]), 2)))
        discount = (price * quantity * share).quantize(_CENT, ROUND_HALF_UP)
        gross = price * quantity - discount
        rate = TAX_RATES[market]
        return NewOrderLine(
            line_no,
            self._stage.numbers.skus[good],
            quantity,
            price,
            listing_id=self._stage.numbers.listings[market, good],
            discount=discount,
            tax=(gross * rate / (1 + rate)).quantize(_CENT, ROUND_HALF_UP),
        )

    def _plan(self, day: int, number: int, order: NewOrder, answer: AcceptedOrder) -> None:
        market = self._stage.numbers.accounts.index(order.account_id)
        for asked, line in zip(order.lines, answer.lines, strict=True):
            self._stage.sold[day, market, self._stage.good_of[asked.sku_id]] += line.reserved
        self._sending.remember(answer.order_id, market)
        patience = self._patience[number]
        if patience < CHANGES_MIND and not answer.stocked_out:
            self._sending.cancel_later(day, answer.order_id, "changed_mind")
            return
        if any(line.reserved for line in answer.lines):
            leaves = day + self._delay(number, order.placed_at, self._zones[market])
            self._sending.ship_later(leaves, answer.order_id)
            if not answer.stocked_out:
                self._sending.consider_return(number, market, order, answer, leaves)
        if answer.stocked_out and patience < LOSES_PATIENCE:
            self._sending.cancel_later(
                day + 5 + int(patience * 14), answer.order_id, "out_of_stock"
            )

    def _delay(self, number: int, placed_at: datetime, zone: ZoneInfo) -> int:
        haste = self._haste[number]
        if haste < 0.55 and placed_at.astimezone(zone).hour < CUTOFF_HOUR:
            return 0
        if haste < 0.9:
            return 1
        return 2 if haste < 0.975 else 6


def _external_id(platform: str, market: int, number: int) -> str:
    if platform == "amazon":
        return f"{111 + market}-{number * 7919 % 9_999_991:07d}-{number * 104_729 % 9_999_973:07d}"
    return f"UK-{10_000 + number}"
