"""When open orders are expected where their papers no longer say. Decides which orders those are
and which rows are kept; reckons no day.

The days come from planning. A supplier's newer word takes the place of an outlook, so confirming
an order removes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.supply import arrival_outlook
from inventory_core.vocabulary import Milestone


@dataclass(frozen=True, slots=True)
class ArrivalOutlook:
    """The day an order is expected, four of five days it may come on, and the milestone behind.

    Without a milestone the order is overdue and nobody has said anything.
    """

    purchase_order_id: int
    expected_on: date
    earliest_on: date
    latest_on: date
    milestone: Milestone | None
    milestone_on: date | None


@dataclass(frozen=True, slots=True)
class SentOrder:
    """An order on its way, by the offer that most of its units have; `ordered_on`: sent on;
    `due_on`: the last day that its papers name for goods still to come.
    """

    purchase_order_id: int
    supplier_id: int
    warehouse_id: int
    country: str
    ship_method: str
    ordered_on: date
    offer_id: int
    due_on: date | None = None


def doubtful_orders(
    conn: Reading, *, as_of: date, order_ids: Sequence[int] | None = None
) -> list[SentOrder]:
    """Open orders, all or some, that have a milestone newer than their papers or are overdue."""
    ids = None if order_ids is None else sorted(set(order_ids))
    return [SentOrder(*row) for row in conn.rows(_DOUBTFUL, {"as_of": as_of, "ids": ids})]


def orders_placed_since(conn: Reading, day: date) -> list[int]:
    """Open orders of a later day than this one."""
    return [row.id for row in conn.rows(_SINCE, {"day": day})]


def way_of_order(conn: Reading, order_id: int) -> SentOrder | None:
    """The way that one order goes, open or ended; None where its lines name no offer."""
    rows = conn.rows(_ONE, {"id": order_id})
    return SentOrder(*rows[0]) if rows else None


def keep_outlooks(
    tx: Writing, outlooks: Sequence[ArrivalOutlook], *, order_ids: Sequence[int] | None = None
) -> None:
    """Write the outlooks of these orders (None: of all); the ones not named have none any more."""
    tx.execute(
        _FORGET,
        {
            "ids": None if order_ids is None else sorted(set(order_ids)),
            "kept": [one.purchase_order_id for one in outlooks],
        },
    )
    rows = [{name: getattr(one, name) for name in _COLUMNS} for one in outlooks]
    insert_rows(tx, arrival_outlook, rows, replace_on=("purchase_order_id",), replace=_COLUMNS[1:])


def outlook_of_order(conn: Reading, order_id: int) -> ArrivalOutlook | None:
    """The outlook of one order; None where nothing newer than its date is known."""
    columns = [arrival_outlook.c[name] for name in _COLUMNS]
    rows = conn.rows(select(*columns).where(arrival_outlook.c.purchase_order_id == order_id))
    return ArrivalOutlook(**rows[0]._mapping) if rows else None


_COLUMNS = (
    "purchase_order_id",
    "expected_on",
    "earliest_on",
    "latest_on",
    "milestone",
    "milestone_on",
)
_WAY = """
    SELECT p.id, p.supplier_id, p.warehouse_id, coalesce(w.country, ''), p.ship_method,
           greatest(p.ordered_on, (p.sent_at AT TIME ZONE c.time_zone)::date),
           (array_agg(l.offer_id ORDER BY l.quantity DESC, l.offer_id))[1],
           max(coalesce(l.expected_on, p.expected_on))
      FROM purchase_order p
      JOIN purchase_order_line l ON l.purchase_order_id = p.id AND l.offer_id IS NOT NULL
      JOIN location w ON w.id = p.warehouse_id
     CROSS JOIN company c
     WHERE {which}
     GROUP BY p.id, w.country, c.time_zone
     ORDER BY p.id
"""
_ONE = text(_WAY.format(which="p.id = :id"))
# A milestone counts where it was recorded after the supplier's newest word.
_DOUBTFUL = text(
    _WAY.format(
        which="""
        p.state IN ('sent', 'confirmed') AND l.received + l.cancelled < l.quantity
        AND (CAST(:ids AS bigint[]) IS NULL OR p.id = ANY(CAST(:ids AS bigint[])))
        AND (EXISTS (SELECT FROM milestone m WHERE m.purchase_order_id = p.id
                AND m.occurred_on <= :as_of
                AND (p.confirmed_at IS NULL OR m.recorded_at > p.confirmed_at))
            OR NOT EXISTS (SELECT FROM purchase_order_line o WHERE o.purchase_order_id = p.id
                AND o.received + o.cancelled < o.quantity
                AND coalesce(o.expected_on, p.expected_on, 'infinity') >= :as_of))"""
    )
)
_SINCE = text("""
    SELECT id FROM purchase_order
     WHERE state IN ('sent', 'confirmed') AND ordered_on > :day ORDER BY id
""")
_FORGET = text("""
    DELETE FROM arrival_outlook
     WHERE (CAST(:ids AS bigint[]) IS NULL OR purchase_order_id = ANY(CAST(:ids AS bigint[])))
       AND purchase_order_id <> ALL(CAST(:kept AS bigint[]))
""")
