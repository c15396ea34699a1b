"""An undo to its end: approvals are taken back and their SKUs planned again in one transaction.

Decides nothing: `desk/undo` says what may be taken back, planning says what is suggested without
it. Answers what the list holds afterwards, and why where that is not what was approved: the orders
that are gone were counted by everything that was planned since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.replanning import plan_again, propose_plan
from forecasting.replenish import Plan, proposals_of
from inventory_core.db.engine import Writing
from inventory_core.desk.requests import ask_again, close_questions
from inventory_core.desk.undo import Undone, undo_decisions
from inventory_core.office.actors import Actor
from inventory_core.planning.release import Shown, open_suggestions, shown_suggestions
from inventory_core.planning.suggestions import Place, Proposed


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one SKU stands at one warehouse: it is bought or sent when the position comes down to
    the reorder point; `wanting` says that it has.
    """

    position: int
    reorder_point: int
    wanting: bool


@dataclass(frozen=True, slots=True)
class Reopened:
    """What is suggested now in the place of one approval; `now` None: nothing.

    `beside`: what else is open for that SKU at that warehouse. `stand`: None where the plan does
    not know the SKU there.
    """

    undone: Undone
    now: Shown | None
    beside: tuple[Shown, ...]
    stand: Stand | None

    @property
    def same(self) -> bool:
        """The suggestion that was approved is open again, with what a person decides on."""
        was, now = self.undone.shown, self.now
        return now is not None and (was.quantity, was.supplier_id, was.ship_method) == (
            now.quantity,
            now.supplier_id,
            now.ship_method,
        )


@dataclass(frozen=True, slots=True)
class AfterUndo:
    """What the list holds after an undo; beside the places of the approvals, what was `opened`,
    `revised` and `withdrawn` by it. `planned`: False where no plan has ever been published.
    """

    found: tuple[Reopened, ...]
    opened: tuple[Shown, ...]
    revised: tuple[Shown, ...]
    withdrawn: tuple[Shown, ...]
    planned: bool


def undo_now(
    tx: Writing,
    actor: Actor,
    now: datetime,
    approval_ids: Sequence[int],
    *,
    key: str,
    reason: str,
) -> AfterUndo:
    """Take approvals back, all or none, and bring the list in line with the stock without them."""
    undone = undo_decisions(tx, actor, approval_ids, key=key, reason=reason, now=now)
    sku_ids = sorted({one.shown.sku_id for one in undone})
    again = plan_again(tx, sku_ids)
    done: Proposed | None = None
    # Who took them back first has planned them again too.
    if again is not None and not all(one.replayed for one in undone):
        moved = _moved_questions(tx, sku_ids, again.plan)
        asked = close_questions(tx, actor, moved, key=f"{key}:question")
        done = propose_plan(tx, actor, again, sku_ids, now=now)
        ask_again(tx, actor, asked, key=f"{key}:question", now=now)
    there = list(open_suggestions(tx, sku_ids).values())
    stands = _stands(again.plan) if again is not None else {}
    found = tuple(_reopened(one, there, stands) for one in undone)
    named = {one.now.id for one in found if one.now is not None} | {o.shown.id for o in undone}

    def others(ids: Sequence[int]) -> tuple[Shown, ...]:
        return tuple(shown_suggestions(tx, [one for one in ids if one not in named]).values())

    return AfterUndo(
        found=found,
        opened=others(done.opened) if done else (),
        revised=others(done.revised) if done else (),
        withdrawn=others(done.withdrawn) if done else (),
        planned=again is not None,
    )


def _moved_questions(tx: Writing, sku_ids: Sequence[int], plan: Plan) -> list[int]:
    """Open suggestions of which the plan says something else now: a question about one of them is
    asked anew, for a plan leaves alone what somebody was asked about.
    """
    wanted = {item.place: item.content_hash() for item in proposals_of(plan)}
    return [
        one.id
        for one in open_suggestions(tx, sku_ids).values()
        if wanted.get(_place(one)) != one.content_hash
    ]


def _stands(plan: Plan) -> dict[tuple[int, int], Stand]:
    return {
        (pair.situation.sku_id, pair.situation.warehouse_id): Stand(
            pair.situation.stock.inventory_position, pair.policy.reorder_point, pair.wanting
        )
        for pair in plan.pairs
    }


def _reopened(
    undone: Undone, there: Sequence[Shown], stands: dict[tuple[int, int], Stand]
) -> Reopened:
    was = undone.shown
    here = [
        one for one in there if (one.sku_id, one.warehouse_id) == (was.sku_id, was.warehouse_id)
    ]
    now = next((one for one in here if _place(one) == _place(was)), None)
    return Reopened(
        undone=undone,
        now=now,
        beside=tuple(one for one in here if one is not now),
        stand=stands.get((was.sku_id, was.warehouse_id)),
    )


def _place(one: Shown) -> Place:
    return one.kind.value, one.sku_id, one.warehouse_id, one.from_warehouse_id or 0
