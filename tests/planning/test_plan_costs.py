"""What planning counts beside price and freight: assumed until stated, by version and day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.replanning import replan
from forecasting.replenish import plan_from_run
from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.planning.plan_costs import (
    ASSUMED_COSTS,
    FIGURES,
    SINCE_EVER,
    PlanCosts,
    confirmed,
    plan_costs_on,
    state_plan_costs,
    stated_plan_costs,
)
from inventory_core.planning.plan_limits import open_uses
from inventory_core.planning.published import current_run
from inventory_core.planning.release import shown_suggestions
from inventory_core.vocabulary import PersonId, Role
from jobs.planning import run_planning
from tests.planning.seller import NOW, TODAY, make_seller

BUYER = Actor(PersonId(0), "buyer", frozenset({Role.BUYER}))
LATER = TODAY + timedelta(days=30)


def state(
    database: Database, wanted: PlanCosts, on: date = TODAY, seen: int = 0, actor: Actor = SYSTEM
) -> PlanCosts:
    with database.writing() as tx:
        return state_plan_costs(tx, actor, wanted, valid_from=on, seen_version=seen)


def on(database: Database, day: date) -> PlanCosts:
    with database.reading() as conn:
        return plan_costs_on(conn, day)


def test_figures_are_assumed_until_somebody_changes_or_confirms_them(database: Database) -> None:
    make_seller(database)
    assert on(database, TODAY) == ASSUMED_COSTS
    assert set(ASSUMED_COSTS.assumed) == set(FIGURES)
    wanted = replace(ASSUMED_COSTS, order_line_cost=Decimal("7.5"))
    state(database, confirmed(ASSUMED_COSTS, wanted, ticked=["low_fee"]))
    found = on(database, TODAY)
    assert str(found.order_line_cost) == "7.5"
    assert set(FIGURES) - set(found.assumed) == {"order_line_cost", "low_fee"}


def test_the_first_figures_hold_since_ever_and_later_ones_from_their_day(
    database: Database,
) -> None:
    make_seller(database)
    first = state(database, replace(ASSUMED_COSTS, order_line_cost=Decimal(10)), LATER)
    assert first.valid_from == SINCE_EVER
    state(database, replace(first, order_line_cost=Decimal(30)), LATER, seen=1)
    state(database, replace(first, order_line_cost=Decimal(12)), TODAY, seen=2)
    days = (SINCE_EVER, TODAY - timedelta(days=1), TODAY, LATER - timedelta(days=1), LATER)
    assert [on(database, day).order_line_cost for day in days] == [10, 10, 12, 12, 30]
    with database.reading() as conn:
        told = [(one.costs.version, one.person) for one in stated_plan_costs(conn)]
        audit = conn.rows(
            text("SELECT details FROM audit_entry WHERE act = 'plan_costs_stated' ORDER BY id")
        )
    assert told == [(3, "Yiben"), (2, "Yiben"), (1, "Yiben")]
    assert audit[1].details == {"valid_from": LATER.isoformat(), "order_line_cost": "30"}


def test_figures_out_of_range_unseen_or_by_others_change_nothing(database: Database) -> None:
    make_seller(database)
    for name, value in (
        ("order_line_cost", Decimal(-1)),
        ("aged_fee", Decimal("NaN")),
        ("fee_currency", "XYZ"),
        ("aged_after_days", 0),
        ("removal_share", Decimal(6)),
        ("assumed", ("moq",)),
    ):
        with pytest.raises(Invalid):
            state(database, replace(ASSUMED_COSTS, **{name: value}))
    with pytest.raises(Forbidden):
        state(database, ASSUMED_COSTS, actor=BUYER)
    assert on(database, TODAY).version == 0
    state(database, ASSUMED_COSTS)
    with pytest.raises(Conflict):
        state(database, replace(ASSUMED_COSTS, order_line_cost=Decimal(1)), seen=0)
    assert on(database, TODAY).order_line_cost == ASSUMED_COSTS.order_line_cost
    with pytest.raises(IntegrityError), database.writing() as tx:
        tx.execute(text("INSERT INTO plan_cost SELECT (plan_cost).* FROM plan_cost"))
    with pytest.raises(IntegrityError), database.writing() as tx:
        tx.execute(text("UPDATE plan_cost SET low_fee = -1"))


@pytest.mark.slow
def test_plan_click_and_trace_use_what_is_stated(database: Database) -> None:
    seller = make_seller(database)
    seller.sold("LAMP", [4, 6, 5, 7, 3, 8, 6] * 20, last_on=TODAY - timedelta(days=1))
    seller.stock("LAMP", 40)
    seller.run(
        "INSERT INTO offer_price (offer_id, from_quantity, unit_price) SELECT id, 600, 19.95"
        " FROM offer WHERE sku_id = :lamp",
        lamp=seller.skus["LAMP"],
    )
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    with database.reading() as conn:
        [before] = open_uses(conn)
        shown = shown_suggestions(conn, [1])
    state(database, replace(ASSUMED_COSTS, order_line_cost=Decimal(500), assumed=()))
    with database.writing() as tx:
        fresh = replan(tx, list(shown.values()))[1]
        run = current_run(tx)
        assert run is not None
        plan = plan_from_run(tx, run, as_of=run.plan_day)
    # With so dear an order line the small break is worth it; the click says so before the night.
    assert fresh is not None
    assert fresh.quantity > before.quantity
    [draft] = plan.drafts()
    assert draft.quantity == fresh.quantity == 600
    found = draft.trace["order_cost"]
    assert (found["order_line_cost"], found["assumed"]) == ("500", [])
    guessed = ["order_line_cost", "import_freight_share", "duty_share"]
    assert shown[1].trace["order_cost"]["assumed"] == guessed
    assert found["jump"]["taken"]
    refused = shown[1].trace["order_cost"]["jump"]
    assert (refused["taken"], refused["to_quantity"]) == (False, 600)
    assert Decimal(refused["saving"]) <= 0
    # The next planning brings the numbers; another fee only other reasons; a second one nothing.
    assert run_planning(database, SYSTEM, now=NOW, prophet_seconds=0).revised == 1
    state(database, replace(on(database, TODAY), low_fee=Decimal(9)), seen=1)
    again = [run_planning(database, SYSTEM, now=NOW, prophet_seconds=0).revised for _ in range(2)]
    assert again == [1, 0]
