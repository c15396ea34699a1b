"""Limits that the purchases of a plan share: budgets and containers. Decides what a limit must say
and how much of it is used; never which order is cut (see `forecasting/limiting`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select, text, update

from inventory_core.catalog.codes import clean_text
from inventory_core.catalog.fields import check_decimal, check_member, check_whole
from inventory_core.catalog.rates import rate_on
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.limits import plan_limit, plan_report
from inventory_core.errors import Conflict, Invalid
from inventory_core.money import check_currency
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.office.company import read_company
from inventory_core.vocabulary import PlanLimitKind, ShipMethod

# Inner volume and payload that forwarders load in practice, m³ and kg.
CONTAINERS: Mapping[str, tuple[Decimal, Decimal]] = {
    "20GP": (Decimal(28), Decimal(21700)),
    "40GP": (Decimal(58), Decimal(26500)),
    "40HQ": (Decimal(68), Decimal(26500)),
}
MOST_CONTAINERS = 1_000


@dataclass(frozen=True, slots=True)
class NewPlanLimit:
    """A limit as somebody states it.

    Budget: `amount` of `currency` for orders of `starts_on` to `ends_on`, of one supplier or
    warehouse or of all. Container: `volume_m3` and `weight_kg` of one, `containers` at once, for
    one supplier and ship method; `fill` tops the last one up with what brings most.
    """

    kind: PlanLimitKind
    name: str
    supplier_id: int | None = None
    warehouse_id: int | None = None
    ship_method: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    volume_m3: Decimal | None = None
    weight_kg: Decimal | None = None
    containers: int | None = None
    fill: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class PlanLimit:
    """A limit as it holds."""

    id: int
    version: int
    kind: PlanLimitKind
    name: str
    supplier_id: int | None
    warehouse_id: int | None
    ship_method: str | None
    amount: Decimal | None
    currency: str | None
    volume_m3: Decimal | None
    weight_kg: Decimal | None
    containers: int | None
    fill: bool
    starts_on: date | None
    ends_on: date | None
    active: bool

    def holds_on(self, day: date) -> bool:
        """Whether it counts for a plan of this day."""
        begun = self.starts_on is None or self.starts_on <= day
        return self.active and begun and (self.ends_on is None or day <= self.ends_on)

    def covers(self, supplier_id: int | None, warehouse_id: int, ship_method: str) -> bool:
        """Whether an order falls under it."""
        return (
            self.supplier_id in (None, supplier_id)
            and self.warehouse_id in (None, warehouse_id)
            and self.ship_method in (None, ship_method)
        )


@dataclass(frozen=True, slots=True)
class Use:
    """What an order or an open suggestion takes; `draft`: not yet sent to the supplier."""

    sku_id: int
    supplier_id: int | None
    warehouse_id: int
    ship_method: str
    currency: str | None
    quantity: int
    amount: Decimal
    volume_m3: Decimal
    weight_kg: Decimal
    ordered_on: date | None = None
    draft: bool = False
    limits: Mapping[str, Any] | None = None


def plan_limits(conn: Reading) -> list[PlanLimit]:
    """All limits, those that are switched off too."""
    names = PlanLimit.__dataclass_fields__
    rows = conn.rows(select(*(plan_limit.c[name] for name in names)).order_by(plan_limit.c.id))
    return [PlanLimit(**{**row._mapping, "kind": PlanLimitKind(row.kind)}) for row in rows]


def create_plan_limit(tx: Writing, actor: Actor, new: NewPlanLimit) -> int:
    """State a limit; it holds from the next planning on. Answers its id."""
    require(actor, Permission.SETTINGS_EDIT)
    facts = _checked(new)
    _require_rate(tx, new)
    made = tx.scalar(insert(plan_limit).values(facts).returning(plan_limit.c.id))
    record_audit(tx, actor, "plan_limit_created", ("plan_limit", int(made)), _told(facts))
    return int(made)


def change_plan_limit(
    tx: Writing, actor: Actor, limit_id: int, new: NewPlanLimit, *, version: int
) -> int:
    """Replace a limit whole; Conflict where somebody changed it meanwhile. Answers its id."""
    require(actor, Permission.SETTINGS_EDIT)
    facts = _checked(new)
    _require_rate(tx, new)
    changed = tx.execute(
        update(plan_limit)
        .where(plan_limit.c.id == limit_id, plan_limit.c.version == version)
        .values(**facts, version=version + 1)
    )
    if changed.rowcount != 1:
        raise Conflict("version_changed", kind="plan_limit", seen=version)
    record_audit(tx, actor, "plan_limit_changed", ("plan_limit", limit_id), _told(facts))
    return limit_id


def ordered_uses(conn: Reading, *, since: date) -> list[Use]:
    """Orders placed from a day on, and drafts whenever they were made."""
    return [Use(**row._mapping) for row in conn.rows(_ORDERED, {"since": since})]


def open_uses(conn: Reading) -> list[Use]:
    """Open suggestions to buy, as they stand on the list; amounts in the base currency."""
    return [Use(**row._mapping) for row in conn.rows(_OPEN)]


def keep_report(tx: Writing, run_id: int, report: Mapping[str, Any]) -> bool:
    """Keep what the limits did to a plan, where it differs from what is known; says if it did."""
    digest = sha256(json.dumps(report, sort_keys=True, default=str).encode()).hexdigest()
    newest = select(plan_report.c.run_id, plan_report.c.report_hash)
    rows = tx.rows(newest.order_by(plan_report.c.id.desc()).limit(1))
    known = rows and (rows[0].run_id, rows[0].report_hash) == (run_id, digest)
    if known or not (rows or report):
        return False
    tx.execute(insert(plan_report).values(run_id=run_id, report=report, report_hash=digest))
    return True


def newest_report(conn: Reading, run_id: int) -> Mapping[str, Any] | None:
    """What the limits did to the newest plan of a run; None where nothing was limited."""
    statement = (
        select(plan_report.c.report)
        .where(plan_report.c.run_id == run_id)
        .order_by(plan_report.c.id.desc())
        .limit(1)
    )
    found: Mapping[str, Any] | None = conn.scalar(statement)
    return found or None


def _checked(new: NewPlanLimit) -> dict[str, Any]:
    facts = asdict(new) | {"kind": new.kind.value}
    facts["name"] = clean_text(new.name, field="name", most=80)
    if new.ship_method is not None:
        check_member(new.ship_method, ShipMethod, field="ship_method")
    if new.starts_on is not None and new.ends_on is not None and new.ends_on < new.starts_on:
        raise Invalid("days_out_of_order", field="ends_on")
    needed: Sequence[str] = ("amount", "currency", "starts_on", "ends_on")
    if new.kind is PlanLimitKind.CONTAINER:
        needed = ("supplier_id", "ship_method", "volume_m3", "weight_kg", "containers")
    for name in needed:
        if facts[name] is None:
            raise Invalid("limit_incomplete", field=name)
    if new.amount is not None:
        check_decimal(new.amount, field="amount")
    if new.currency is not None:
        facts["currency"] = check_currency(new.currency)
    if new.containers is not None:
        check_whole(new.containers, field="containers", least=1, most=MOST_CONTAINERS)
    for name in ("volume_m3", "weight_kg"):
        if facts[name] is not None:
            least = Decimal("0.1")
            check_decimal(facts[name], field=name, least=least, most=100_000, places=3)
    return facts


def _require_rate(conn: Reading, new: NewPlanLimit) -> None:
    """A budget without a rate into the base currency would be kept by nobody."""
    if new.kind is PlanLimitKind.BUDGET and new.currency and new.ends_on:
        rate_on(conn, new.currency, read_company(conn).base_currency, new.ends_on)


def _told(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in facts.items() if value is not None}


_SIZE = """
    coalesce({q} * s.volume_cm3 / 1000000.0, 0) AS volume_m3,
    coalesce({q} * s.weight_grams / 1000.0, 0) AS weight_kg
"""
_ORDERED = text(f"""
    SELECT l.sku_id, p.supplier_id, p.warehouse_id, p.ship_method, p.currency,
        l.quantity - l.cancelled AS quantity, (l.quantity - l.cancelled) * l.unit_price AS amount,
        {_SIZE.format(q="(l.quantity - l.cancelled)")}, p.ordered_on, p.state = 'draft' AS draft
    FROM purchase_order p JOIN purchase_order_line l ON l.purchase_order_id = p.id
    JOIN sku s ON s.id = l.sku_id
    WHERE p.state <> 'cancelled' AND l.quantity > l.cancelled
      AND (p.ordered_on >= :since OR p.state = 'draft')
    ORDER BY p.id, l.line_no
""")  # noqa: S608
_OPEN = text(f"""
    SELECT g.sku_id, r.supplier_id, g.warehouse_id, r.ship_method, r.currency, r.quantity,
        r.amount_base AS amount, {_SIZE.format(q="r.quantity")}, r.trace->'limits' AS limits
    FROM suggestion g JOIN suggestion_revision r
      ON r.suggestion_id = g.id AND r.revision = g.revision
    JOIN sku s ON s.id = g.sku_id
    WHERE g.kind = 'buy' AND g.state = 'open' AND r.amount_base IS NOT NULL
    ORDER BY g.id
""")  # noqa: S608
