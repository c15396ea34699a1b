"""What the tests of decisions share: a suggestion, a click, and what was left by it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from inventory_core.db.engine import Database, Reading, Writing
from inventory_core.db.schema.office import approval
from inventory_core.db.schema.planning import suggestion
from inventory_core.db.schema.trade import purchase_order
from inventory_core.desk.decisions import Choice, Decision, Fresh, Replan, approve_suggestions
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.planning.published import NewRun, publish_run
from inventory_core.planning.release import Shown
from inventory_core.planning.suggestions import Proposal, propose_suggestions
from inventory_core.vocabulary import PersonId, Role
from tests.trade.world import NOW, TODAY, World

READER = Actor(PersonId(0), "reader", frozenset({Role.READER}))
ANALYST = Actor(PersonId(0), "analyst", frozenset({Role.ANALYST}))


def unchanged(tx: Writing, shown: Sequence[Shown]) -> dict[int, Fresh | None]:
    """The plan made again says what it said before."""
    return {
        one.id: Fresh(one.quantity, one.supplier_id, one.order_by_on, {"available": 5})
        for one in shown
    }


def a_proposal(world: World, sku: str, **changes: Any) -> Proposal:
    proposal = Proposal(
        kind="buy",
        state="open",
        sku_id=world.skus[sku],
        warehouse_id=world.us,
        quantity=120,
        supplier_id=world.supplier,
        offer_id=world.offers[sku],
        from_warehouse_id=None,
        ship_method="sea",
        unit_price=Decimal("1.8"),
        currency="USD",
        amount_base=Decimal("1533.60"),
        value_at_risk_base=Decimal(900),
        order_by_on=date(2026, 3, 9),
        days_late=0,
        arrives_on=date(2026, 4, 2),
        runs_out_on=date(2026, 4, 5),
        days_of_cover=30.0,
        assumed=(),
        trace={"position": {"available": 5}},
    )
    return replace(proposal, **changes)


def propose(database: Database, world: World, *proposals: Proposal) -> list[int]:
    run = NewRun("run", TODAY, NOW, "hash", "D", 90, "test", {}, {})
    with database.writing() as tx:
        run_id = publish_run(tx, SYSTEM, run, [])
        made = propose_suggestions(
            tx,
            SYSTEM,
            proposals,
            run_id=run_id,
            sku_ids={item.sku_id for item in proposals},
            key="plan",
            quiet_days=7,
            now=NOW,
        )
    return list(made.opened)


def approve(
    database: Database, *choices: Choice, actor: Actor = SYSTEM, replan: Replan = unchanged
) -> list[Decision]:
    return database.write(
        lambda tx: approve_suggestions(tx, actor, choices, replan=replan, now=NOW)
    )


def counted(conn: Reading) -> Mapping[str, int]:
    return {
        table.name: conn.scalar(select(func.count()).select_from(table))
        for table in (purchase_order, approval)
    }


def state_of(database: Database, suggestion_id: int) -> str:
    with database.reading() as conn:
        return str(conn.scalar(select(suggestion.c.state).where(suggestion.c.id == suggestion_id)))
