"""Every purchase decision judged once the time it was to cover is over. Decides what counts.

The quantity can change nothing before the goods arrive, so the days that are judged begin with the
arrival (as it was, else as promised) and end when the next order could have been there. Lost units
are an estimate: days without stock times the demand a day that was forecast when it was decided.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import text

from inventory_core.clock import business_day
from inventory_core.db.engine import Reading
from inventory_core.office.company import read_company

JUDGED_FOR = timedelta(days=400)
MOST_ROWS = 50
# Where no price is known a lost unit weighs as much as its cost.
_DAYS_PER_YEAR = 365


@dataclass(frozen=True, slots=True)
class QuantityFacts:
    """What one decision led to. `approved` 0: it was rejected. Units, and base currency a unit.

    `days_out` of the `days` that are judged; `left` on hand at their end. Without `evidence` the
    book never held a unit there, so that nobody knows when one was missing.
    """

    suggested: int
    approved: int
    days: int
    days_out: float
    per_day: float
    left: int
    unit_cost: Decimal | None
    unit_price: Decimal | None
    holding_rate_year: Decimal
    evidence: bool = True


@dataclass(frozen=True, slots=True)
class QuantityVerdict:
    """What came of it, and what the suggested quantity would have come to; in units.

    code: right, ran_out, left_over (as suggested); suggestion_better, change_better, no_difference
    (changed or rejected); unknown.
    """

    code: str
    lost: int
    left: int
    other_lost: int
    other_left: int


@dataclass(frozen=True, slots=True)
class JudgedDecision:
    """One decision with its verdict."""

    decided_at: datetime
    decided_by: str
    sku: str
    name: str
    warehouse: str
    suggested: int
    approved: int
    begins_on: date
    ends_on: date
    days_out: float
    left_value_base: Decimal | None
    verdict: QuantityVerdict


def judge_quantity(facts: QuantityFacts) -> QuantityVerdict:
    """Compare what happened with what the suggested quantity would have done instead.

    More units would first have served what was lost and then been left; fewer would have left
    less, then lost more. Money decides: margin lost, and the cost of holding what is left over.
    """
    if not facts.evidence:
        return QuantityVerdict("unknown", 0, 0, 0, 0)
    lost, left = round(facts.days_out * facts.per_day), max(0, facts.left)
    more = facts.suggested - facts.approved
    saved = min(lost, more) if more > 0 else -max(0, -more - left)
    other_lost, other_left = lost - saved, max(0, left + more - max(0, saved))
    if more == 0:
        spare = left > facts.per_day * facts.days and left > facts.suggested / 2
        code = "ran_out" if lost >= 1 else "left_over" if spare else "right"
        return QuantityVerdict(code, lost, left, lost, left)
    ours, theirs = _cost(facts, lost, left), _cost(facts, other_lost, other_left)
    code = "no_difference"
    if theirs < ours:
        code = "suggestion_better"
    elif ours < theirs:
        code = "change_better"
    return QuantityVerdict(code, lost, left, other_lost, other_left)


def judged_decisions(
    conn: Reading, *, now: datetime, most: int = MOST_ROWS
) -> list[JudgedDecision]:
    """Purchase decisions whose time is over, the newest first; undone ones are not judged."""
    company = read_company(conn)
    values = {
        "since": now - JUDGED_FOR,
        "today": business_day(now, company.time_zone),
        "most": most,
    }
    found = []
    for row in conn.rows(_DECIDED, values):
        cost = None if row.amount_base is None else row.amount_base / row.suggested
        verdict = judge_quantity(
            QuantityFacts(
                suggested=row.suggested,
                approved=row.approved,
                days=(row.ends_on - row.begins_on).days + 1,
                days_out=float(row.days_out),
                per_day=float(row.per_day),
                left=row.left_units,
                unit_cost=cost,
                unit_price=row.unit_price,
                holding_rate_year=company.holding_rate_year,
                evidence=row.evidence,
            )
        )
        found.append(
            JudgedDecision(
                decided_at=row.decided_at,
                decided_by=row.decided_by,
                sku=row.sku,
                name=row.name,
                warehouse=row.warehouse,
                suggested=row.suggested,
                approved=row.approved,
                begins_on=row.begins_on,
                ends_on=row.ends_on,
                days_out=float(row.days_out),
                left_value_base=None if cost is None else cost * verdict.left,
                verdict=verdict,
            )
        )
    return found


def _cost(facts: QuantityFacts, lost: int, left: int) -> Decimal:
    cost = facts.unit_cost or Decimal(1)
    price = facts.unit_price
    margin = max(price - cost, Decimal(0)) if price is not None and facts.unit_cost else cost
    holding = cost * facts.holding_rate_year * facts.days / _DAYS_PER_YEAR
    return lost * margin + left * holding


# The trace of the decided revision holds what was known: lead times, when the next order could be
# there (later than one review period where a factory shuts in between), and demand.
_DECIDED = text("""
    WITH known AS (
        SELECT g.*, greatest(1, coalesce(
                (SELECT avg(days::float8) FROM
                    jsonb_array_elements_text(g.trace->'policy'->'intervals') AS days),
                (g.trace->'policy'->>'lead_time_days')::int
                    + (g.trace->'policy'->>'review_days')::int)) AS mean_days,
            g.arrives_on + coalesce(
                (g.trace->'policy'->>'protection_days')::int
                    - (g.trace->'policy'->>'lead_time_days')::int,
                (g.trace->'policy'->>'review_days')::int) AS ends_on
        FROM suggestion_revision g
        WHERE g.arrives_on IS NOT NULL AND g.trace->'policy' IS NOT NULL
    ),
    decided AS (
        SELECT a.id, a.decided_at, g.sku_id, g.warehouse_id, w.time_zone, w.code AS warehouse,
            s.code AS sku, s.name, p.name AS decided_by, r.quantity AS suggested, r.amount_base,
            CASE WHEN a.state = 'approved'
                 THEN coalesce((p.details->>'quantity')::bigint, r.quantity) ELSE 0 END AS approved,
            coalesce(o.received_on, r.arrives_on) AS begins_on,
            r.ends_on,
            coalesce((r.trace->'policy'->>'demand_mean')::float8 / r.mean_days, 0) AS per_day,
            (r.trace->'risk'->>'unit_price_base')::numeric AS unit_price
        FROM approval a
        JOIN suggestion g ON g.id = a.subject_id AND a.subject_kind = 'suggestion'
        JOIN known r
            ON r.suggestion_id = g.id AND r.revision = a.subject_revision
        JOIN sku s ON s.id = g.sku_id
        JOIN location w ON w.id = g.warehouse_id
        JOIN LATERAL (
            SELECT n.name, t.details FROM approval_act t JOIN person n ON n.id = t.person_id
            WHERE t.approval_id = a.id ORDER BY t.id DESC LIMIT 1) p ON true
        LEFT JOIN LATERAL (
            SELECT (min(c.received_at) AT TIME ZONE w.time_zone)::date AS received_on
            FROM purchase_order_line l
            JOIN receipt_line i ON i.purchase_order_line_id = l.id
            JOIN receipt c ON c.id = i.receipt_id AND c.undone_by_id IS NULL
            WHERE l.suggestion_id = g.id) o ON true
        WHERE a.state IN ('approved', 'rejected') AND a.decided_at >= :since AND g.kind = 'buy'
          AND r.ends_on < :today
    ),
    edge AS (
        SELECT e.sku_id, e.warehouse_id, e.in_stock, e.occurred_at,
            lead(e.occurred_at, 1, 'infinity') OVER (
                PARTITION BY e.sku_id, e.warehouse_id ORDER BY e.occurred_at, e.id) AS until_at
        FROM availability_edge e
        WHERE (e.sku_id, e.warehouse_id) IN (SELECT sku_id, warehouse_id FROM decided)
    )
    SELECT d.*, coalesce(v.on_hand, 0)::bigint - coalesce(m.since, 0)::bigint AS left_units,
        coalesce(t.days_out, 0) AS days_out,
        v.sku_id IS NOT NULL OR EXISTS (SELECT FROM edge e
            WHERE e.sku_id = d.sku_id AND e.warehouse_id = d.warehouse_id) AS evidence
    FROM decided d
    LEFT JOIN stock_level v ON v.sku_id = d.sku_id AND v.warehouse_id = d.warehouse_id
    LEFT JOIN LATERAL (
        SELECT sum(CASE WHEN b.warehouse_id = d.warehouse_id THEN x.quantity ELSE 0 END
                 - CASE WHEN f.warehouse_id = d.warehouse_id THEN x.quantity ELSE 0 END) AS since
        FROM movement x
        JOIN location f ON f.id = x.from_location_id
        JOIN location b ON b.id = x.to_location_id
        WHERE x.sku_id = d.sku_id
          AND x.occurred_at >= (d.ends_on + 1)::timestamp AT TIME ZONE d.time_zone
          AND d.warehouse_id IN (f.warehouse_id, b.warehouse_id)) m ON true
    LEFT JOIN LATERAL (
        SELECT sum(extract(epoch FROM
            least(e.until_at, (d.ends_on + 1)::timestamp AT TIME ZONE d.time_zone)
            - greatest(e.occurred_at, d.begins_on::timestamp AT TIME ZONE d.time_zone)
            )) / 86400 AS days_out
        FROM edge e
        WHERE e.sku_id = d.sku_id AND e.warehouse_id = d.warehouse_id AND NOT e.in_stock
          AND e.occurred_at < (d.ends_on + 1)::timestamp AT TIME ZONE d.time_zone
          AND e.until_at > d.begins_on::timestamp AT TIME ZONE d.time_zone) t ON true
    WHERE d.begins_on <= d.ends_on
    ORDER BY d.decided_at DESC, d.id DESC LIMIT :most
""")
