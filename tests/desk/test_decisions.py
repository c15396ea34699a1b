"""An approval binds the numbers that were seen and becomes one order, exactly once."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from inventory_core.db.engine import Database, Reading, Writing
from inventory_core.db.schema.office import approval, approval_act
from inventory_core.db.schema.planning import suggestion
from inventory_core.db.schema.trade import purchase_order
from inventory_core.desk.decisions import (
    Choice,
    Decision,
    Fresh,
    Replan,
    approve_suggestions,
    reject_suggestion,
)
from inventory_core.desk.requests import request_approval
from inventory_core.desk.undo import undo_decision
from inventory_core.errors import Conflict, Forbidden, Invalid, Refused, YibenError
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.planning.plan_limits import NewPlanLimit, create_plan_limit
from inventory_core.planning.published import NewRun, publish_run
from inventory_core.planning.release import Shown, shown_suggestions
from inventory_core.planning.suggestions import Proposal, propose_suggestions
from inventory_core.trade.offers import change_offer
from inventory_core.trade.purchase_records import purchase_order as read_order
from inventory_core.trade.purchase_steps import send_purchase_orders
from inventory_core.vocabulary import PersonId, PlanLimitKind, PurchaseOrderState, Role
from tests.trade.world import NOW, TODAY, World, make_world

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


def test_an_approval_becomes_an_order_with_the_numbers_that_were_seen(database: Database) -> None:
    world = make_world(database)
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    (decision,) = approve(database, Choice(lamp, 1, "k1"))
    assert not decision.replayed
    assert decision.moved == {}
    with database.reading() as conn:
        order = read_order(conn, decision.purchase_order_id or 0)
    assert order.state is PurchaseOrderState.DRAFT
    assert order.key == f"approval:{decision.approval_id}"
    assert [(line.sku_code, line.quantity, line.unit_price) for line in order.lines] == [
        ("LAMP", 120, Decimal("1.8"))
    ]
    assert state_of(database, lamp) == "approved"


def test_an_order_by_an_old_plan_is_expected_as_long_after_today_as_it_was_planned(
    database: Database,
) -> None:
    world = make_world(database)
    planned = replace(
        a_proposal(world, "LAMP"), arrives_on=date(2025, 12, 31), trace={"as_of": "2025-12-01"}
    )
    (lamp,) = propose(database, world, planned)
    (decision,) = approve(database, Choice(lamp, 1, "k1"))
    with database.reading() as conn:
        order = read_order(conn, decision.purchase_order_id or 0)
    assert order.expected_on == order.ordered_on + timedelta(days=30)
    assert [line.expected_on for line in order.lines] == [order.expected_on]


def test_two_windows_clicking_twice_each_order_once_and_both_are_told(database: Database) -> None:
    world = make_world(database)
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    together = Barrier(4)

    def click(key: str) -> Decision:
        together.wait()
        return approve(database, Choice(lamp, 1, key))[0]

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(click, ["left", "right", "left", "right"]))
    assert len({decision.purchase_order_id for decision in told}) == 1
    assert sorted(decision.replayed for decision in told) == [False, True, True, True]
    with database.reading() as conn:
        assert counted(conn) == {"purchase_order": 1, "approval": 1}


def test_ticked_suggestions_of_one_supplier_and_site_share_an_order(database: Database) -> None:
    world = make_world(database)
    ids = propose(
        database,
        world,
        a_proposal(world, "LAMP"),
        a_proposal(world, "CABLE"),
        a_proposal(world, "CREAM", warehouse_id=world.hub),
    )
    told = approve(database, *(Choice(i, 1, f"k{i}") for i in ids))
    assert len({decision.number for decision in told}) == 2
    assert approve(database, *(Choice(i, 1, f"again{i}") for i in ids))[0].replayed


def test_approving_many_is_all_or_nothing(database: Database) -> None:
    world = make_world(database)
    lamp, cable = propose(database, world, a_proposal(world, "LAMP"), a_proposal(world, "CABLE"))
    with pytest.raises(Conflict):
        approve(database, Choice(lamp, 1, "a"), Choice(cable, 7, "b"))
    with database.reading() as conn:
        assert counted(conn) == {"purchase_order": 0, "approval": 0}
    assert state_of(database, lamp) == "open"


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
    database: Database, fresh: Fresh | None
) -> None:
    world = make_world(database)
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    if fresh is not None and fresh.supplier_id == 1:
        fresh = replace(fresh, supplier_id=world.supplier)
    with pytest.raises(Conflict) as refused:
        approve(database, Choice(lamp, 1, "k"), replan=lambda tx, shown: {lamp: fresh})
    assert refused.value.code == "suggestion_outdated"
    with database.reading() as conn:
        assert counted(conn) == {"purchase_order": 0, "approval": 0}


def test_what_moved_without_changing_the_plan_is_told(database: Database) -> None:
    world = make_world(database)
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))

    def stock_moved(tx: Writing, shown: Sequence[Shown]) -> dict[int, Fresh | None]:
        return {
            one.id: Fresh(one.quantity, one.supplier_id, one.order_by_on, {"available": 3})
            for one in shown
        }

    (decision,) = approve(database, Choice(lamp, 1, "k"), replan=stock_moved)
    assert decision.moved == {"available": (5, 3)}


def test_a_changed_quantity_takes_the_price_of_its_own_break(database: Database) -> None:
    world = make_world(database)
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    despite = ("price_break",)
    (decision,) = approve(database, Choice(lamp, 1, "k", quantity=50, despite=despite))
    with database.reading() as conn:
        (line,) = read_order(conn, decision.purchase_order_id or 0).lines
        facts = conn.scalar(select(approval.c.facts))
        decided = conn.scalar(select(approval_act.c.details))
    assert (line.quantity, line.unit_price) == (50, Decimal(2))
    assert (facts["quantity"], decided["quantity"]) == (120, 50)
    assert decided["despite"] == ["price_break"]


def test_a_change_by_hand_breaks_no_term_and_no_limit_unknowingly(database: Database) -> None:
    world = make_world(database)
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


def test_what_the_plan_asked_for_is_not_asked_about_again(database: Database) -> None:
    world = make_world(database)
    (lamp,) = propose(database, world, a_proposal(world, "LAMP", quantity=70))
    approve(database, Choice(lamp, 1, "k", quantity=70))
    assert state_of(database, lamp) == "approved"


def test_a_suggestion_without_supplier_cannot_be_ordered(database: Database) -> None:
    world = make_world(database)
    bare = a_proposal(
        world, "LAMP", state="needs_supplier", supplier_id=None, offer_id=None, unit_price=None
    )
    (lamp,) = propose(database, world, bare)
    with pytest.raises(Refused) as refused:
        approve(database, Choice(lamp, 1, "k"))
    assert refused.value.code == "suggestion_needs_supplier"


def test_only_those_with_the_right_approve(database: Database) -> None:
    world = make_world(database)
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    for actor in (READER, ANALYST):
        with pytest.raises(Forbidden):
            approve(database, Choice(lamp, 1, "k"), actor=actor)
    with database.reading() as conn:
        assert counted(conn) == {"purchase_order": 0, "approval": 0}


def test_who_may_not_approve_may_ask_and_the_answer_stands_under_the_same_approval(
    database: Database,
) -> None:
    world = make_world(database)
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    asked = database.write(
        lambda tx: request_approval(tx, ANALYST, Choice(lamp, 1, "ask"), now=NOW)
    )
    (decision,) = approve(database, Choice(lamp, 1, "yes"))
    assert decision.approval_id == asked.id
    with database.reading() as conn:
        assert counted(conn) == {"purchase_order": 1, "approval": 1}


def test_a_rejection_needs_a_reason_and_closes_the_suggestion(database: Database) -> None:
    world = make_world(database)
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))

    def reject(reason: str) -> object:
        return database.write(
            lambda tx: reject_suggestion(tx, SYSTEM, Choice(lamp, 1, "no"), reason=reason, now=NOW)
        )

    with pytest.raises(Invalid):
        reject("  ")
    assert state_of(database, lamp) == "open"
    reject("new model in May")
    assert state_of(database, lamp) == "rejected"
    with pytest.raises(Conflict):
        approve(database, Choice(lamp, 1, "k"))


def test_an_approval_can_be_undone_until_the_order_is_sent(database: Database) -> None:
    world = make_world(database)
    lamp, cable = propose(database, world, a_proposal(world, "LAMP"), a_proposal(world, "CABLE"))
    decisions = approve(database, Choice(lamp, 1, "a"), Choice(cable, 1, "b"))
    order_id = decisions[0].purchase_order_id or 0

    def undo(suggestion_id: int, key: str) -> object:
        return database.write(
            lambda tx: undo_decision(
                tx, SYSTEM, suggestion_id, key=key, reason="too early", now=NOW
            )
        )

    undo(lamp, "u1")
    assert state_of(database, lamp) == "open"
    with database.reading() as conn:
        order = read_order(conn, order_id)
        assert [line.open for line in order.lines if line.suggestion_id == cable] == [120]
        assert [line.open for line in order.lines if line.suggestion_id == lamp] == [0]
        seen = shown_suggestions(conn, [lamp])[lamp]
    (again,) = approve(database, Choice(lamp, seen.revision, "c"))
    assert again.purchase_order_id != order_id
    with database.writing() as tx:
        send_purchase_orders(tx, SYSTEM, [order_id], now=NOW)
    with pytest.raises(Refused) as refused:
        undo(cable, "u2")
    assert refused.value.code == "order_already_sent"


def test_two_people_deciding_differently_at_once_leave_one_decision(database: Database) -> None:
    world = make_world(database)
    (lamp,) = propose(database, world, a_proposal(world, "LAMP"))
    together = Barrier(2)

    def yes() -> object:
        together.wait()
        return approve(database, Choice(lamp, 1, "yes"))

    def no() -> object:
        together.wait()
        return database.write(
            lambda tx: reject_suggestion(tx, SYSTEM, Choice(lamp, 1, "no"), reason="no", now=NOW)
        )

    def outcome(act: Any) -> str:
        try:
            act()
        except YibenError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(outcome, [yes, no]))
    assert answers.count("done") == 1
    with database.reading() as conn:
        assert counted(conn)["approval"] == 1
    assert state_of(database, lamp) in {"approved", "rejected"}
