"""Goods on the way from the hub to the branches, played.

Decides when a shipment really arrives and what is lost on the way; what that does to stock and
cost is the core's affair.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import numpy as np

from inventory_core.db.engine import Writing
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.transfers import (
    NewArrival,
    NewTransfer,
    arrive_transfers,
    create_transfers,
    ship_transfers,
)
from jobs.sample_buyer import Move
from jobs.sample_network import AIR_DAYS, HUB, TRANSIT_DAYS
from jobs.sample_stage import Stage

LOST_ON_THE_WAY = 0.012
GATE_WEEKDAYS = (1, 4)
# Freight of one kilogram, in dollars, by sea and by air.
FREIGHT = {"sea": Decimal("1.1"), "air": Decimal("5.6")}


@dataclass(frozen=True, slots=True)
class Underway:
    """A transfer that left the hub."""

    transfer_id: int
    warehouse: str
    lost: tuple[tuple[int, int], ...]


class Branches:
    """The forwarders' side of the play."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._rng = np.random.default_rng([stage.seed, 9])
        self._due: dict[int, list[Underway]] = defaultdict(list)

    def send(self, tx: Writing, day: int, moves: Sequence[Move]) -> None:
        """Write and ship the week's transfers from the hub, and settle when they arrive."""
        if not moves:
            return
        made = create_transfers(
            tx,
            SYSTEM,
            [self._new_transfer(day, number, move) for number, move in enumerate(moves, 1)],
            now=self._stage.end(day),
        )
        leaves_at = self._stage.at(day, HUB, 18)
        ship_transfers(tx, SYSTEM, [(one.id, f"{one.key}/leaves", leaves_at) for one in made])
        for move, one in zip(moves, made, strict=True):
            late = max(round(float(self._rng.normal(1.5, 3.0))), -2)
            if move.method == "air":
                late = min(late, 3)
            arrives = self._stage.open_on(day + _days(move) + late, GATE_WEEKDAYS)
            self._due[arrives].append(Underway(one.id, move.warehouse, self._lost(move)))

    def play(self, tx: Writing, day: int) -> set[str]:
        """Take in what arrives today; the warehouses where anything did."""
        due = self._due.pop(day, [])
        arrive_transfers(
            tx,
            SYSTEM,
            [
                NewArrival(
                    f"sample/arrival/{one.transfer_id}",
                    one.transfer_id,
                    self._stage.at(day, one.warehouse, 8),
                    lost=dict(one.lost),
                )
                for one in due
            ],
        )
        return {one.warehouse for one in due}

    def _new_transfer(self, day: int, number: int, move: Move) -> NewTransfer:
        numbers, goods = self._stage.numbers, self._stage.world.goods
        grams = sum(goods[good].family.grams * quantity for good, quantity in move.lines)
        freight = (FREIGHT[move.method] * grams / 1000).quantize(Decimal("0.01"))
        on = self._stage.date(day)
        return NewTransfer(
            key=f"sample/transfer/{on}/{number}",
            from_warehouse_id=numbers.warehouses[HUB],
            to_warehouse_id=numbers.warehouses[move.warehouse],
            lines=[(numbers.skus[good], quantity) for good, quantity in move.lines],
            ship_method=move.method,
            expected_on=on + timedelta(days=_days(move)),
            freight=max(freight, Decimal("0.01")),
            freight_currency="USD",
        )

    def _lost(self, move: Move) -> tuple[tuple[int, int], ...]:
        """(SKU, units) that never arrive: now and then a box."""
        skus = self._stage.numbers.skus
        return tuple(
            (skus[good], max(1, quantity // 12))
            for good, quantity in move.lines
            if self._rng.random() < LOST_ON_THE_WAY
        )


def _days(move: Move) -> int:
    return AIR_DAYS if move.method == "air" else TRANSIT_DAYS[move.warehouse]
