"""The check at the click: the SKUs of the decision are planned again on the stock of this moment.

Decides nothing: it hands `desk/decisions` what planning says now, from the forecast that is
published, inside the transaction of the approval; and it brings the suggestions of those SKUs in
line, because goods at a hub that one site no longer needs are free for the next. What such a plan
stood on is kept like that of a whole one.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from forecasting.plan_document import snapshot_of
from forecasting.replenish import (
    Plan,
    PlanFacts,
    plan_from_run,
    plan_of,
    policies_of,
    proposals_of,
    read_plan_facts,
)
from inventory_core.clock import new_id
from inventory_core.db.engine import Writing
from inventory_core.desk.decisions import Fresh
from inventory_core.office.actors import Actor
from inventory_core.office.company import read_company
from inventory_core.planning.plan_snapshots import keep_snapshot
from inventory_core.planning.published import current_run, lock_planning, publish_policies
from inventory_core.planning.release import Shown
from inventory_core.planning.suggestions import Proposed, propose_suggestions


def replan(tx: Writing, shown: Sequence[Shown]) -> dict[int, Fresh | None]:
    """What `approve_suggestions` asks for the suggestions it has locked; None: no need any more."""
    run = current_run(tx)
    if run is None or not shown:
        return {}
    sku_ids = sorted({one.sku_id for one in shown})
    # The day of the run, not of the click: the latest order date is a fact of the plan, and a
    # history that ended long ago is planned as of its end.
    plan = plan_from_run(tx, run, as_of=run.plan_day, sku_ids=sku_ids)
    figures = {
        (pair.situation.sku_id, pair.situation.warehouse_id): asdict(pair.situation.stock)
        for pair in plan.pairs
    }
    drafts = {(d.kind, d.sku_id, d.warehouse_id, d.from_warehouse_id): d for d in plan.drafts()}
    found: dict[int, Fresh | None] = {}
    for one in shown:
        draft = drafts.get((one.kind.value, one.sku_id, one.warehouse_id, one.from_warehouse_id))
        found[one.id] = None
        if draft is not None:
            found[one.id] = Fresh(
                quantity=draft.quantity,
                supplier_id=draft.supplier_id,
                order_by_on=draft.order_by_on,
                figures=figures[one.sku_id, one.warehouse_id],
                ship_method=draft.ship_method,
            )
    return found


@dataclass(frozen=True, slots=True)
class Again:
    """Some SKUs planned again from the published run, on the stock of this moment."""

    run_id: int
    facts: PlanFacts
    plan: Plan


def plan_again(tx: Writing, sku_ids: Sequence[int]) -> Again | None:
    """The plan of these SKUs now; None where none was ever published."""
    run = current_run(tx)
    if run is None or not sku_ids:
        return None
    facts = read_plan_facts(tx, run, as_of=run.plan_day, sku_ids=sorted(set(sku_ids)))
    return Again(run.id, facts, plan_of(facts))


def propose_plan(
    tx: Writing, actor: Actor, again: Again, sku_ids: Sequence[int], *, now: datetime
) -> Proposed:
    """Bring the open suggestions of these SKUs in line with a plan of them."""
    proposals = proposals_of(again.plan)
    proposed = propose_suggestions(
        tx,
        actor,
        proposals,
        run_id=again.run_id,
        sku_ids=sku_ids,
        key=f"click:{new_id()}",
        quiet_days=read_company(tx).review_days,
        now=now,
    )
    snapshot = snapshot_of(again.facts, again.plan, run_id=again.run_id, whole=False)
    keep_snapshot(tx, snapshot, proposals, proposed)
    return proposed


def refresh_suggestions(
    tx: Writing, actor: Actor, sku_ids: Sequence[int], *, now: datetime, covers: bool = False
) -> None:
    """Bring the open suggestions of these SKUs in line with the stock of this moment; `covers`:
    and what they are filled up to, where it is that which was changed.
    """
    if covers:
        lock_planning(tx)  # as a plan takes its locks: this before the covers
    again = plan_again(tx, sku_ids)
    if again is None:
        return
    if covers:
        publish_policies(tx, again.run_id, policies_of(again.plan))
    propose_plan(tx, actor, again, sku_ids, now=now)
