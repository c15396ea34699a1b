"""The care of what lies in the warehouses, played: counts, reports of the FBA pools, one recall.

Decides what a count finds and when. Counts touch only what nobody was promised; the recall freezes
a lot wherever it lies, promised or not.
"""

import numpy as np

from inventory_core.db.engine import Writing
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.insight.facts import held_goods, largest_lot
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.balances import positions
from inventory_core.stock.counting import NewAdjustment, NewCount, adjust_stock, count_stock
from inventory_core.stock.holds import hold_lot
from inventory_core.stock.ledger import Line, NewOperation, post
from inventory_core.vocabulary import Condition, LocationKind, OperationKind
from jobs.sample_network import FBA_DE, FBA_US, HUB, UK_3PL, US_OWN
from jobs.sample_stage import Stage
from jobs.sample_world import Good

COUNT_EVERY_DAYS = 28
COUNTED = 40
REPORT_EVERY_DAYS = 7
GRADE_EVERY_DAYS = 30
DIFFERS = 0.12
# After the last parcel; in Shenzhen it is then the same day in every other warehouse too.
EVENING_HOUR = 22
RECALLED_CATEGORY = "Baby"
RECALL_AT = 0.86
SCRAP = VIRTUAL_LOCATIONS[LocationKind.SCRAP]
OURS, REPORTED = (HUB, US_OWN, UK_3PL), (FBA_US, FBA_DE)


class Care:
    """The warehouse people's side of the play."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._rng = np.random.default_rng([stage.seed, 10])
        self._recall_on = int(len(stage.world.days) * RECALL_AT)

    def play(self, tx: Writing, day: int) -> None:
        """One day; mostly nothing happens."""
        for place, code in enumerate(OURS):
            if day % COUNT_EVERY_DAYS == 9 + place:
                self._count(tx, day, code)
        for place, code in enumerate(REPORTED):
            if day % REPORT_EVERY_DAYS == 2 + place:
                self._report(tx, day, code)
        if day % GRADE_EVERY_DAYS == 20:
            self._grade(tx, day)
        if day >= self._recall_on and self._recall(tx, day):
            self._recall_on = len(self._stage.world.days)

    def _count(self, tx: Writing, day: int, code: str) -> None:
        """Count some pairs; a few differ by one or two."""
        found = self._free(tx, code)
        if not found:
            return
        chosen = self._rng.choice(len(found), min(COUNTED, len(found)), replace=False)
        lines = []
        for pick in sorted(int(one) for one in chosen):
            sku, on_hand = found[pick]
            off = 0
            if self._rng.random() < DIFFERS:
                off = int(self._rng.choice([-2, -1, -1, 1]))
            lines.append((sku, on_hand + off))
        place = self._stage.numbers.warehouses[code]
        count_stock(
            tx,
            SYSTEM,
            NewCount(f"sample/count/{code}/{day}", place, lines),
            now=self._stage.at(day, code, EVENING_HOUR),
        )

    def _report(self, tx: Writing, day: int, code: str) -> None:
        """The operator lost a unit or found one again."""
        found = self._free(tx, code)
        place = self._stage.numbers.warehouses[code]
        adjustments = []
        for sku, _ in found:
            if self._rng.random() < 0.006:
                change, why = (-1, "lost") if self._rng.random() < 0.65 else (1, "found")
                key = f"sample/report/{code}/{day}/{sku}"
                adjustments.append(NewAdjustment(key, place, sku, change, f"FBA report: {why}"))
        if adjustments:
            at = self._stage.at(day, code, EVENING_HOUR)
            adjust_stock(tx, SYSTEM, adjustments, now=at)

    def _recall(self, tx: Writing, day: int) -> bool:
        """Freeze the largest lot of the category; False where there is none yet."""
        lot_id = largest_lot(tx, RECALLED_CATEGORY)
        if lot_id is None:
            return False
        hold_lot(
            tx,
            SYSTEM,
            lot_id,
            key=f"sample/recall/{lot_id}",
            reason="Recall: colour rubs off (召回:掉色)",
            now=self._stage.at(day, HUB, EVENING_HOUR),
        )
        return True

    def _grade(self, tx: Writing, day: int) -> None:
        """What was inspected is sold again, what is damaged is thrown away."""
        operations = []
        for kind, before, after in (
            (OperationKind.UNHOLD, Condition.INSPECTION, Condition.GOOD),
            (OperationKind.SCRAP, Condition.DAMAGED, Condition.DAMAGED),
        ):
            lines = [
                Line(
                    one.sku_id,
                    one.location_id,
                    SCRAP if kind is OperationKind.SCRAP else one.location_id,
                    one.quantity,
                    lot_id=one.lot_id,
                    from_condition=before,
                    to_condition=after,
                )
                for one in held_goods(tx, before)
            ]
            if lines:
                key = f"sample/{kind.value}/{day}"
                at = self._stage.at(day, HUB, EVENING_HOUR)
                operations.append(NewOperation(key, kind, at, lines, reason="returns graded"))
        if operations:
            post(tx, SYSTEM, operations)

    def _free(self, tx: Writing, code: str) -> list[tuple[int, int]]:
        """(SKU, on hand) of pairs without lots of which at least three are promised to nobody."""
        place = self._stage.numbers.warehouses[code]
        return [
            (found.sku_id, found.on_hand)
            for found in positions(tx, None, [place])
            if found.available >= 3 and not self._good(found.sku_id).lot_tracked
        ]

    def _good(self, sku_id: int) -> Good:
        return self._stage.world.goods[self._stage.good_of[sku_id]]
