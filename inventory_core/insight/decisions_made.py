"""What was decided in the last weeks and what came of it. Decides the verdict; changes nothing.

A decision is judged by what its own numbers promised: the day of arrival, the quantity, and
whether the SKU ran short meanwhile.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text

from inventory_core.clock import business_day
from inventory_core.db.engine import Reading
from inventory_core.office.company import read_company

SHOWN_FOR = timedelta(days=120)
LATE_AFTER_DAYS = 3
MOST_ROWS = 30


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """One decision; `verdict` is waiting, helped, late, short, rejected or missed."""

    decided_at: datetime
    decided_by: str
    approved: bool
    sku: str
    name: str
    warehouse: str
    quantity: int
    amount_base: Decimal | None
    number: str
    arrives_on: date | None
    received: int
    received_on: date | None
    short_since: int
    verdict: str


_MADE = text("""
    SELECT a.decided_at, p.name AS decided_by, a.state = 'approved' AS approved,
        s.code AS sku, s.name, w.code AS warehouse,
        coalesce((p.details->>'quantity')::bigint, (a.facts->>'quantity')::bigint, 0)
            AS quantity,
        (a.facts->>'amount_base')::numeric AS amount_base,
        coalesce(o.number, '') AS number, (a.facts->>'arrives_on')::date AS arrives_on,
        coalesce(o.received, 0)::bigint AS received, o.received_on,
        coalesce(m.short, 0)::bigint AS short_since
    FROM approval a
    JOIN suggestion g ON g.id = a.subject_id AND a.subject_kind = 'suggestion'
    JOIN sku s ON s.id = g.sku_id
    JOIN location w ON w.id = g.warehouse_id
    JOIN LATERAL (
        SELECT n.name, t.details FROM approval_act t JOIN person n ON n.id = t.person_id
        WHERE t.approval_id = a.id ORDER BY t.id DESC LIMIT 1) p ON true
    LEFT JOIN LATERAL (
        SELECT q.number, l.received,
            (SELECT (max(c.received_at) AT TIME ZONE w.time_zone)::date
             FROM receipt_line r JOIN receipt c ON c.id = r.receipt_id
             WHERE r.purchase_order_line_id = l.id AND c.undone_by_id IS NULL) AS received_on
        FROM purchase_order_line l JOIN purchase_order q ON q.id = l.purchase_order_id
        WHERE l.suggestion_id = g.id AND q.state <> 'cancelled' LIMIT 1) o ON true
    LEFT JOIN LATERAL (
        SELECT sum(l.short_at_acceptance) AS short
        FROM sales_order_line l JOIN sales_order x ON x.id = l.order_id
        WHERE l.sku_id = g.sku_id AND l.short_at_acceptance > 0
          AND x.placed_at > a.decided_at) m ON true
    WHERE a.state IN ('approved', 'rejected') AND a.decided_at >= :since AND g.kind = 'buy'
    ORDER BY a.decided_at DESC, a.id DESC LIMIT :most
""")


def decisions_made(conn: Reading, *, now: datetime, most: int = MOST_ROWS) -> list[DecisionMade]:
    """The latest decisions with their outcome so far, newest first."""
    today = business_day(now, read_company(conn).time_zone)
    rows = conn.rows(_MADE, {"since": now - SHOWN_FOR, "most": most})
    return [DecisionMade(**row._mapping, verdict=_verdict(row, today)) for row in rows]


def _verdict(row: Row[Any], today: date) -> str:
    return judge(
        approved=row.approved,
        quantity=row.quantity,
        received=row.received,
        arrives_on=row.arrives_on,
        received_on=row.received_on,
        short_since=row.short_since,
        today=today,
    )


def judge(
    *,
    approved: bool,
    quantity: int,
    received: int,
    arrives_on: date | None,
    received_on: date | None,
    short_since: int,
    today: date,
) -> str:
    """The verdict in one word.

    rejected: no order, and nothing ran short; missed: no order, and it did. waiting: not due yet,
    or not all of it. late: came, or should have come, more than three days after the promised day.
    short: fewer units came than ordered. helped: all of it in time.
    """
    if not approved:
        return "missed" if short_since else "rejected"
    due = arrives_on + timedelta(days=LATE_AFTER_DAYS) if arrives_on else None
    if received == 0:
        return "late" if due and today > due else "waiting"
    if due and received_on and received_on > due:
        return "late"
    if received >= quantity:
        return "helped"
    return "waiting" if due and today <= due else "short"
