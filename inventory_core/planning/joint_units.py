"""Units of an offer that reach its MOQ and price breaks together with an order of now.

Decides what goes along: orders that have not left the house, and what is chosen with it or stands
on the open list for other sites. What was sent is being made already.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import text

from inventory_core.db.engine import Reading

_UNSENT = text("""
    SELECT l.offer_id, sum(l.quantity - l.cancelled)::bigint AS units
    FROM purchase_order p JOIN purchase_order_line l ON l.purchase_order_id = p.id
    WHERE p.state = 'draft' AND l.offer_id IS NOT NULL AND l.quantity > l.cancelled
      AND (CAST(:skus AS bigint[]) IS NULL OR l.sku_id = ANY(CAST(:skus AS bigint[])))
    GROUP BY 1
""")
_LISTED = text("""
    SELECT g.id, r.offer_id, r.quantity
    FROM suggestion g JOIN suggestion_revision r
      ON r.suggestion_id = g.id AND r.revision = g.revision
    WHERE g.kind = 'buy' AND g.state = 'open' AND r.offer_id IS NOT NULL
      AND g.sku_id = ANY(CAST(:skus AS bigint[]))
""")


def unsent_units(conn: Reading, sku_ids: Sequence[int] | None = None) -> dict[int, int]:
    """Units on orders that have not been sent, by offer id; of these SKUs, None: of all."""
    rows = conn.rows(_UNSENT, {"skus": None if sku_ids is None else list(sku_ids)})
    return {row.offer_id: int(row.units) for row in rows}


class JointUnits:
    """What goes along with each suggestion of some SKUs; `chosen` beside it, by suggestion id:
    offer and units.
    """

    def __init__(
        self,
        conn: Reading,
        sku_ids: Sequence[int],
        chosen: Mapping[int, tuple[int | None, int]] | None = None,
    ) -> None:
        listed = conn.rows(_LISTED, {"skus": list(sku_ids)})
        self._units = {row.id: (row.offer_id, row.quantity) for row in listed} | dict(chosen or {})
        self._total: defaultdict[int, int] = defaultdict(int, unsent_units(conn, sku_ids))
        for offer_id, units in self._units.values():
            if offer_id is not None:
                self._total[offer_id] += units

    def beside(self, suggestion_id: int, offer_id: int) -> int:
        """Units of the offer that go along with this suggestion."""
        mine, units = self._units.get(suggestion_id, (None, 0))
        return self._total[offer_id] - (units if mine == offer_id else 0)
