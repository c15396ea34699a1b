"""What a person changes, and what moved since: approved knowingly, or not at all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from inventory_core.db.engine import Database, Writing
from inventory_core.db.schema.office import approval, approval_act
from inventory_core.desk.decisions import Choice, Fresh
from inventory_core.errors import Conflict, Invalid, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.plan_limits import NewPlanLimit, create_plan_limit
from inventory_core.planning.release import Shown
from inventory_core.trade.offers import change_offer
from inventory_core.trade.purchase_records import purchase_order as read_order
from inventory_core.vocabulary import PlanLimitKind
from tests.desk.deciding import a_proposal, approve, counted, propose, state_of
from tests.trade.world import TODAY, World


@pytest.mark.parametrize(
    "fresh",
    [
        None,
        Fresh(130, 1, date(2026, 3, 9), {}),
        Fresh(120, None, date(2026, 3, 9), {}),
        Fresh(120, 1, date(2026, 3, 5), {}),
    ],
    ids=["no longer needed", "other quantity", "other supplier", "other date"],
)
def test_trap_46_approved_numbers_that_aged_are_refused(
    database: Database, world: World, fresh: Fresh | None
) -> None:
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    if fresh is not None and fresh.supplier_id == 1:
        fresh = replace(fresh, supplier_id=world.supplier)
    with pytest.raises(Conflict) as refused:
        approve(database, Choice(lamp, 1, "k"), replan=lambda tx, shown: {lamp: fresh})
    assert refused.value.code == "suggestion_outdated"
    with database.reading() as conn:
        assert counted(conn) == {"purchase_order": 0, "approval": 0}


def test_what_moved_without_changing_the_plan_is_told(database: Database, world: World) -> None:
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))

    def stock_moved(tx: Writing, shown: Sequence[Shown]) -> dict[int, Fresh | None]:
        return {
            one.id: Fresh(one.quantity, one.supplier_id, one.order_by_on, {"available": 3})
            for one in shown
        }

    (decision,) = approve(database, Choice(lamp, 1, "k"), replan=stock_moved)
    assert decision.moved == {"available": (5, 3)}


def test_a_changed_quantity_takes_the_price_of_its_own_break(
    database: Database, world: World
) -> None:
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    (decision,) = approve(database, Choice(lamp, 1, "k", quantity=50))
    with database.reading() as conn:
        (line,) = read_order(conn, decision.purchase_order_id or 0).lines
        facts = conn.scalar(select(approval.c.facts))
        decided = conn.scalar(select(approval_act.c.details))
    assert (line.quantity, line.unit_price) == (50, Decimal(2))
    assert (facts["quantity"], decided["quantity"]) == (120, 50)
    assert "despite" not in decided  # a dearer price is told, not asked about


def test_a_change_by_hand_breaks_no_term_and_no_limit_unknowingly(
    database: Database, world: World
) -> None:
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    march = NewPlanLimit(
        kind=PlanLimitKind.BUDGET,
        name="March",
        amount=Decimal(250),
        currency="USD",
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=30),
    )
    with database.writing() as tx:
        create_plan_limit(tx, SYSTEM, march)
        terms = {"moq": 20, "order_multiple": 10, "pallet_quantity": 60}
        change_offer(tx, SYSTEM, world.offers["LAMP"], terms, version=1)
    for quantity, despite, code in (
        (0, (), "quantity_below_moq"),
        (10, ("moq",), "quantity_below_moq"),
        (65, ("multiple",), "quantity_not_multiple"),
        (70, ("pallet",), "quantity_not_pallets"),
        (180, (), "limits_not_confirmed"),
        (180, ("price_break",), "limits_not_confirmed"),
    ):
        with pytest.raises((Invalid, Refused)) as refused:
            approve(database, Choice(lamp, 1, "k", quantity=quantity, despite=despite))
        assert refused.value.code == code
    with database.reading() as conn:
        assert counted(conn) == {"purchase_order": 0, "approval": 0}
    assert state_of(database, lamp) == "open"
    approve(database, Choice(lamp, 1, "k", quantity=180, despite=("budget",)))
    with database.reading() as conn:
        decided = conn.scalar(select(approval_act.c.details))
    assert (decided["quantity"], decided["despite"]) == (180, ["budget"])


def test_what_the_plan_asked_for_is_not_asked_about_again(database: Database, world: World) -> None:
    (lamp,) = propose(database, world, a_proposal(world, "LAMP", quantity=70))
    approve(database, Choice(lamp, 1, "k", quantity=70))
    assert state_of(database, lamp) == "approved"
