"""What needs a person now, across everything. Decides what is worth saying and where it is mended.

Each finding names the screen where it is dealt with and what that screen's address must say. It
counts and sums; the sentence is the reader's (`attention.<code>` in the texts).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Any

from sqlalchemy import BigInteger, cast, func, select, text

from inventory_core.clock import business_day
from inventory_core.db.engine import Reading
from inventory_core.insight import attention_statements as statements
from inventory_core.office.company import Company, read_company
from inventory_core.trade.purchase_records import select_purchase_orders

LATE_AFTER = timedelta(days=3)
EXPIRING_WITHIN_DAYS = 60
SHORT_AFTER = timedelta(days=3)
SHORT_WITHIN = timedelta(days=60)
RATES_OLD_AFTER_DAYS = 7
MOST_NAMED = 3


class Urgency(IntEnum):
    """How a finding is drawn and sorted: danger first."""

    DANGER = 0
    WARNING = 1
    NOTE = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at; `screen` and `query` lead to where it is mended."""

    code: str
    urgency: Urgency
    screen: str
    query: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)


def needs_attention(conn: Reading, *, now: datetime) -> list[Finding]:
    """Everything that needs a person, the most urgent first."""
    company = read_company(conn)
    today = business_day(now, company.time_zone)
    values = {
        "today": today,
        "late_before": now - LATE_AFTER,
        "expiring_until": today + timedelta(days=EXPIRING_WITHIN_DAYS),
        "short_from": now - SHORT_WITHIN,
        "short_until": now - SHORT_AFTER,
        "base": company.base_currency,
        "named": MOST_NAMED,
    }
    found = [
        *_orders(conn, values, company),
        *_decisions(conn, company),
        *_forecasts(conn),
        *_lots(conn, values),
        *_supply(conn, values),
        *_jobs(conn),
        *_rates(conn, values),
    ]
    return sorted(found, key=lambda finding: finding.urgency)


def _orders(conn: Reading, values: Mapping[str, Any], company: Company) -> list[Finding]:
    found = []
    count, value = conn.rows(statements.LATE_ORDERS, values)[0]
    if count:
        params = {"count": count, "value": _whole(value), "currency": company.base_currency}
        found.append(Finding("late_orders", Urgency.DANGER, "orders", {"state": "late"}, params))
    count, units = conn.rows(statements.SHORT_ORDERS)[0]
    if count:
        params = {"count": count, "units": units}
        found.append(
            Finding("short_orders", Urgency.WARNING, "orders", {"state": "backordered"}, params)
        )
    count, units = conn.rows(statements.SHORTFALLS)[0]
    if count:
        params = {"count": count, "units": units}
        found.append(Finding("shortfalls", Urgency.DANGER, "orders", {"state": "short"}, params))
    return found


def _lots(conn: Reading, values: Mapping[str, Any]) -> list[Finding]:
    found = []
    for row in conn.rows(statements.HELD_LOTS, values):
        params = {"lot": row.lot, "sku": row.sku, "units": row.units, "reason": row.reason}
        found.append(Finding("lot_on_hold", Urgency.WARNING, "stock", {"sku": row.sku}, params))
    for row in conn.rows(statements.EXPIRING_LOTS, values):
        code = "lot_expired" if row.days < 0 else "lot_expiring"
        params = {"lot": row.lot, "sku": row.sku, "units": row.units, "days": abs(row.days)}
        found.append(Finding(code, Urgency.WARNING, "stock", {"sku": row.sku}, params))
    return found


def _supply(conn: Reading, values: Mapping[str, Any]) -> list[Finding]:
    found = []
    for row in conn.rows(statements.SHORT_DELIVERIES, values):
        params = {"number": row.number, "units": row.units}
        query = {"order": row.number}
        found.append(Finding("short_delivery", Urgency.NOTE, "purchases", query, params))
    # The same orders as on the list that the finding opens.
    overdue = select_purchase_orders("overdue", today=values["today"]).subquery()
    [(count, units)] = conn.rows(
        select(func.count(), cast(func.coalesce(func.sum(overdue.c.open), 0), BigInteger))
    )
    if count:
        params = {"count": count, "units": units}
        query = {"state": "overdue"}
        found.append(Finding("overdue_purchases", Urgency.WARNING, "purchases", query, params))
    count = conn.scalar(statements.OVERDUE_TRANSFERS, values)
    if count:
        found.append(
            Finding("overdue_transfers", Urgency.WARNING, "purchases", {}, {"count": count})
        )
    return found


def _decisions(conn: Reading, company: Company) -> list[Finding]:
    count, late, risk = conn.rows(statements.SUGGESTIONS)[0]
    if not count:
        return []
    params = {
        "count": count,
        "late": late,
        "risk": _whole(risk),
        "currency": company.base_currency,
    }
    code = "late_suggestions" if late else "suggestions"
    urgency = Urgency.WARNING if late else Urgency.NOTE
    return [Finding(code, urgency, "replenish", {}, params)]


def _forecasts(conn: Reading) -> list[Finding]:
    series, categories, worst = conn.rows(statements.LEANING_FORECASTS)[0]
    if not series + categories:
        return []
    params = {"series": series, "categories": categories, "worst": worst or ""}
    code = "forecasts_lean" if worst else "forecasts_too_sure"
    urgency = Urgency.WARNING if categories else Urgency.NOTE
    return [Finding(code, urgency, "forecasts", {"view": "record"}, params)]


def _jobs(conn: Reading) -> list[Finding]:
    return [
        Finding("failing_job", Urgency.DANGER, "jobs", {"job": row.job}, {"job": row.job})
        for row in conn.rows(statements.FAILING_JOBS)
    ]


def _rates(conn: Reading, values: Mapping[str, Any]) -> list[Finding]:
    days = conn.scalar(statements.RATE_AGE, values)
    if days is None or days <= RATES_OLD_AFTER_DAYS:
        return []
    return [Finding("old_rates", Urgency.WARNING, "settings", {}, {"days": days})]


def _whole(value: Decimal | None) -> Decimal:
    return (value or Decimal(0)).quantize(Decimal(1))


def open_suggestions(conn: Reading) -> int:
    """How many suggestions wait for a decision."""
    found: int = conn.scalar(
        text("SELECT count(*) FROM suggestion WHERE state IN ('open', 'needs_supplier')")
    )
    return found
