"""Rules that a person set by hand for one SKU at one warehouse. Decides which are possible, and
that whoever changes one changes what they saw.

Parts that are not set are the company's own, computed by planning; `buying` False stops buying and
sending there altogether. A rule that sets nothing is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from inventory_core.db.bulk import insert_rows, lock_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import sku
from inventory_core.db.schema.office import person
from inventory_core.db.schema.planning import replenish_rule
from inventory_core.errors import Conflict, Invalid, NotFound
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit

PARTS = ("minimum", "maximum", "service_level", "review_days", "buying")
LEAST_LEVEL, LARGEST_LEVEL = Decimal("0.5"), Decimal("0.999")
MOST_DAYS = 365
MOST_UNITS = 10_000_000
MOST_REASON = 200
# Beyond this many, one audit entry tells of the whole batch.
MOST_SINGLE_ENTRIES = 20
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReplenishRule:
    """What a person decided; None is left to planning. The reason makes no other rule of it."""

    sku_id: int
    warehouse_id: int
    service_level: Decimal | None = None
    review_days: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    buying: bool = True
    reason: str = field(default="", compare=False)

    @property
    def pair(self) -> Pair:
        """SKU and warehouse."""
        return self.sku_id, self.warehouse_id

    @property
    def parts_set(self) -> tuple[str, ...]:
        """Names of the parts that are set, in the order in which they are told."""
        stated = [name for name in PARTS[:-1] if getattr(self, name) is not None]
        return (*stated, *(() if self.buying else ("buying",)))


@dataclass(frozen=True, slots=True)
class KnownRule:
    """A rule in force, by whom and since when."""

    rule: ReplenishRule
    set_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """What is impossible in one part of a rule."""

    field: str
    code: str
    told: Mapping[str, Any]


_FIELDS = tuple(ReplenishRule.__dataclass_fields__)
_KEY = ("sku_id", "warehouse_id")


def replenish_rules(conn: Reading) -> dict[Pair, ReplenishRule]:
    """All rules by SKU and warehouse."""
    rows = conn.rows(select(*(replenish_rule.c[name] for name in _FIELDS)))
    return {(row.sku_id, row.warehouse_id): ReplenishRule(**row._mapping) for row in rows}


def rules_of(conn: Reading, sku_id: int) -> dict[int, KnownRule]:
    """The rules of one SKU by warehouse, with who set them and when."""
    columns = (replenish_rule.c[name] for name in _FIELDS)
    rows = conn.rows(
        select(*columns, person.c.name, replenish_rule.c.recorded_at)
        .join(person, person.c.id == replenish_rule.c.set_by_id)
        .where(replenish_rule.c.sku_id == sku_id)
    )
    return {
        row.warehouse_id: KnownRule(
            ReplenishRule(**{name: row._mapping[name] for name in _FIELDS}),
            row.name,
            row.recorded_at,
        )
        for row in rows
    }


def faults_of(rule: ReplenishRule) -> list[Fault]:
    """Everything that is impossible in a rule, part by part."""
    found = []
    for name in ("minimum", "maximum"):
        units = getattr(rule, name)
        if units is not None and not 0 <= units <= MOST_UNITS:
            found.append(Fault(name, f"rule_{name}_out_of_range", {"most": MOST_UNITS}))
    if rule.minimum is not None and rule.maximum is not None and rule.maximum < rule.minimum:
        told = {"minimum": rule.minimum, "maximum": rule.maximum}
        found.append(Fault("maximum", "rule_maximum_below_minimum", told))
    level = rule.service_level
    if level is not None and not LEAST_LEVEL <= level <= LARGEST_LEVEL:
        found.append(Fault("service_level", "rule_level_out_of_range", {}))
    if rule.review_days is not None and not 1 <= rule.review_days <= MOST_DAYS:
        found.append(Fault("review_days", "rule_review_out_of_range", {"most": MOST_DAYS}))
    if len(rule.reason) > MOST_REASON:
        found.append(Fault("reason", "rule_reason_too_long", {"most": MOST_REASON}))
    return found


def set_replenish_rules(
    tx: Writing,
    actor: Actor,
    rules: Sequence[ReplenishRule],
    *,
    seen: Mapping[Pair, ReplenishRule] | None = None,
    import_id: int | None = None,
) -> int:
    """Set each rule whole, all or none; one that sets nothing takes back what was set.

    `seen`: what stood when the person decided, nothing where a pair is missing; where something
    else stands now: Conflict. What stands as wanted already is left, so a click sent twice counts
    once. Answers how many changed; they hold from the next planning on.
    """
    for row_no, rule in enumerate(rules, 1):
        require(actor, Permission.PURCHASE_EDIT, warehouse_id=rule.warehouse_id)
        for fault in faults_of(rule):
            raise Invalid(fault.code, row=row_no, field=fault.field, **fault.told)
    standing = _locked(tx, {rule.pair for rule in rules})
    changed = [one for one in rules if _differs(one, standing.get(one.pair))]
    for rule in changed:
        if seen is not None and standing.get(rule.pair) != seen.get(rule.pair):
            raise Conflict("rule_changed_meanwhile")
    _take_back(tx, [rule.pair for rule in changed if not rule.parts_set])
    facts = [
        {**asdict(rule), "set_by_id": actor.person_id, "import_id": import_id}
        for rule in changed
        if rule.parts_set
    ]
    replaced = [name for name in (*facts[0], "recorded_at") if name not in _KEY] if facts else []
    insert_rows(tx, replenish_rule, facts, replace_on=_KEY, replace=replaced)
    _tell(tx, actor, changed, standing, import_id)
    return len(changed)


def _differs(rule: ReplenishRule, before: ReplenishRule | None) -> bool:
    if before is None or not rule.parts_set:
        return bool(rule.parts_set) or before is not None
    return rule != before or rule.reason not in ("", before.reason)


def _locked(tx: Writing, pairs: set[Pair]) -> dict[Pair, ReplenishRule]:
    """What stands, with its SKUs locked: rules of one SKU change one after the other."""
    wanted = sorted({sku_id for sku_id, _ in pairs})
    missing = set(wanted) - set(lock_rows(tx, sku, wanted))
    if missing:
        raise NotFound("record_missing", kind="sku", id=min(missing))
    standing = replenish_rules(tx)
    return {pair: standing[pair] for pair in pairs if pair in standing}


def _take_back(tx: Writing, pairs: Sequence[Pair]) -> None:
    tx.execute(
        text(
            "DELETE FROM replenish_rule WHERE (sku_id, warehouse_id) IN"
            " (SELECT * FROM unnest(CAST(:skus AS bigint[]), CAST(:places AS bigint[])))"
        ),
        {"skus": [pair[0] for pair in pairs], "places": [pair[1] for pair in pairs]},
    )


def _tell(
    tx: Writing,
    actor: Actor,
    changed: Sequence[ReplenishRule],
    standing: Mapping[Pair, ReplenishRule],
    import_id: int | None,
) -> None:
    """Each rule with what it was and is, or one entry for a large batch."""
    if len(changed) > MOST_SINGLE_ENTRIES:
        told = {"count": len(changed), "import_id": import_id}
        record_audit(tx, actor, "replenish_rules_set", ("replenish_rule", "batch"), told)
        return
    for rule in changed:
        former = standing.get(rule.pair) or ReplenishRule(*rule.pair)
        moved = {
            name: {"from": getattr(former, name), "to": getattr(rule, name)}
            for name in PARTS
            if getattr(former, name) != getattr(rule, name)
        }
        act = "replenish_rule_set" if rule.parts_set else "replenish_rule_dropped"
        facts = {"warehouse_id": rule.warehouse_id, **moved, "reason": rule.reason}
        record_audit(tx, actor, act, ("sku", rule.sku_id), facts)
