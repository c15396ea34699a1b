"""Rules that a person set by hand for one SKU at one warehouse. Decides only how they are kept.

Parts that are not set are computed by planning; `buying` False stops buying altogether.
"""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, select

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.planning import replenish_rule
from inventory_core.errors import Invalid
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit


@dataclass(frozen=True, slots=True)
class ReplenishRule:
    """What a person decided; None is left to planning."""

    sku_id: int
    warehouse_id: int
    service_level: Decimal | None = None
    review_days: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    buying: bool = True


def replenish_rules(conn: Reading) -> dict[tuple[int, int], ReplenishRule]:
    """All rules by SKU and warehouse."""
    names = ReplenishRule.__dataclass_fields__
    rows = conn.rows(select(*(replenish_rule.c[name] for name in names)))
    return {(row.sku_id, row.warehouse_id): ReplenishRule(**row._mapping) for row in rows}


def set_replenish_rule(tx: Writing, actor: Actor, rule: ReplenishRule) -> None:
    """Set the rule of one SKU and warehouse, whole; it holds from the next planning on."""
    require(actor, Permission.PURCHASE_EDIT, warehouse_id=rule.warehouse_id)
    if rule.service_level is not None and not Decimal("0.5") < rule.service_level < 1:
        raise Invalid("service_level_out_of_range", field="service_level")
    if rule.review_days is not None and not 1 <= rule.review_days <= 365:
        raise Invalid("days_out_of_range", field="review_days", fewest=1, most=365)
    for name in ("minimum", "maximum"):
        value = getattr(rule, name)
        if value is not None and value < 0:
            raise Invalid("quantity_negative", field=name)
    if rule.minimum is not None and rule.maximum is not None and rule.maximum < rule.minimum:
        raise Invalid("maximum_below_minimum", field="maximum")
    facts = {name: getattr(rule, name) for name in ReplenishRule.__dataclass_fields__}
    changing = [name for name in facts if name not in ("sku_id", "warehouse_id")]
    insert_rows(
        tx, replenish_rule, [facts], replace_on=("sku_id", "warehouse_id"), replace=changing
    )
    subject = ("sku", rule.sku_id)
    record_audit(tx, actor, "replenish_rule_set", subject, {n: facts[n] for n in changing})


def drop_replenish_rule(tx: Writing, actor: Actor, *, sku_id: int, warehouse_id: int) -> None:
    """Leave this SKU and warehouse to planning again."""
    require(actor, Permission.PURCHASE_EDIT, warehouse_id=warehouse_id)
    tx.execute(
        delete(replenish_rule).where(
            replenish_rule.c.sku_id == sku_id, replenish_rule.c.warehouse_id == warehouse_id
        )
    )
    details = {"warehouse_id": warehouse_id}
    record_audit(tx, actor, "replenish_rule_dropped", ("sku", sku_id), details)
