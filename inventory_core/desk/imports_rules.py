"""Loader of rules by hand, and their undo. A column that the file has is stated in every row: an
empty cell leaves that part to the company. Decides no rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from decimal import Decimal
from typing import Any

from inventory_core.catalog.locations import warehouse_ids
from inventory_core.catalog.skus import sku_ids
from inventory_core.db.engine import Writing
from inventory_core.desk.imports_loading import Load, Outcome, known_ids
from inventory_core.desk.imports_rows import Row
from inventory_core.errors import Refused
from inventory_core.office.actors import Actor
from inventory_core.office.job_runs import JobName, request_job
from inventory_core.planning.published import current_run
from inventory_core.planning.rules import (
    PARTS,
    Pair,
    ReplenishRule,
    faults_of,
    replenish_rules,
    set_replenish_rules,
)

KIND = "replenish_rule"
MOST_NAMED = 50
_LEVEL_STEP = Decimal("0.0001")


def load_rules(load: Load, rows: Sequence[Row]) -> Outcome:
    """Set, change or take back the rule of every row; then a plan of its own is asked for, because
    an import cannot wait for thousands of SKUs.
    """
    skus = known_ids(load, rows, "sku", sku_ids(load.tx, [r["sku"] for r in rows]), "sku_unknown")
    houses = warehouse_ids(load.tx, [r["warehouse"] for r in rows])
    places = known_ids(load, rows, "warehouse", houses, "warehouse_unknown_code")
    standing = replenish_rules(load.tx)
    outcome, wanted = Outcome(), []
    for row in rows:
        if row.row_no not in skus or row.row_no not in places:
            continue
        pair = skus[row.row_no], places[row.row_no]
        before = standing.get(pair)
        rule = _stated(load, row, before or ReplenishRule(*pair))
        for fault in faults_of(rule):
            load.problems.add(row.row_no, fault.field, fault.code, row[fault.field])
        if not _count(outcome, before, rule):
            continue
        wanted.append(rule)
        after = _facts(rule) if rule.parts_set else None
        kept: dict[str, Any] = {"pair": list(pair), "before": _facts(before), "after": after}
        kept["code"] = f"{row['sku']} · {row['warehouse']}"
        load.changed(row.row_no, KIND, pair[0], 0, kept)
    if load.problems.count:
        return outcome
    set_replenish_rules(load.tx, load.actor, wanted, import_id=load.import_id)
    if wanted:
        _ask_for_plan(load.tx, load.actor, f"rules:{load.import_id}")
    return outcome


def restore_rules(
    tx: Writing, actor: Actor, kept: Sequence[Mapping[str, Any]], import_id: int
) -> None:
    """Set every rule as it was before an import; Refused names those changed by somebody since."""
    standing = replenish_rules(tx)
    later = [one["code"] for one in kept if standing.get(_pair(one)) != _rule(one["after"])]
    if later:
        named = later[:MOST_NAMED]
        raise Refused("import_in_use", import_id=import_id, count=len(later), records=named)
    if kept:
        before = [_rule(one["before"]) or ReplenishRule(*_pair(one)) for one in kept]
        set_replenish_rules(tx, actor, before)
        _ask_for_plan(tx, actor, f"rules undone:{import_id}")


def _ask_for_plan(tx: Writing, actor: Actor, key: str) -> None:
    """Every SKU is planned anew in the background, where anything was planned before."""
    if current_run(tx) is not None:
        request_job(tx, actor, JobName.PLAN, key=key)


def _stated(load: Load, row: Row, base: ReplenishRule) -> ReplenishRule:
    stated = {name: row[name] for name in PARTS if name in load.given}
    if stated.get("service_level") is not None:
        stated["service_level"] = stated["service_level"].quantize(_LEVEL_STEP)
    if "buying" in stated:
        stated["buying"] = row["buying"] is not False
    return replace(base, **stated, reason=row["reason"] or base.reason)


def _count(outcome: Outcome, before: ReplenishRule | None, rule: ReplenishRule) -> bool:
    """Count what becomes of a row; whether anything does."""
    if before is None:
        outcome.created += bool(rule.parts_set)
        outcome.unchanged += not rule.parts_set
        return bool(rule.parts_set)
    same = rule == before and rule.reason == before.reason
    outcome.unchanged += same
    outcome.changed += not same
    return not same


def _pair(kept: Mapping[str, Any]) -> Pair:
    sku_id, warehouse_id = kept["pair"]
    return sku_id, warehouse_id


def _facts(rule: ReplenishRule | None) -> dict[str, Any] | None:
    return None if rule is None else asdict(rule)


def _rule(facts: Mapping[str, Any] | None) -> ReplenishRule | None:
    if facts is None:
        return None
    level = facts["service_level"]
    known = {one.name: facts[one.name] for one in fields(ReplenishRule)}
    return ReplenishRule(**known | {"service_level": None if level is None else Decimal(level)})
