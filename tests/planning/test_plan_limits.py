"""Budgets and containers are stated by who may, hold for their days, and shape the plan."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.screens.replenish_acts import approve_now
from inventory_core.catalog.rates import NewRate, record_rates
from inventory_core.db.engine import Database
from inventory_core.desk.decisions import Choice
from inventory_core.errors import Conflict, Forbidden, Invalid, Refused
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.planning.limit_use import limit_uses
from inventory_core.planning.plan_limits import (
    CONTAINERS,
    NewPlanLimit,
    change_plan_limit,
    create_plan_limit,
    newest_report,
    open_uses,
    plan_limits,
)
from inventory_core.planning.published import current_run
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    create_purchase_orders,
)
from inventory_core.vocabulary import PersonId, PlanLimitKind, Role
from jobs.planning import run_planning
from tests.planning.seller import NOW, TODAY, Seller, make_seller

BUYER = Actor(PersonId(0), "buyer", frozenset({Role.BUYER}))
MARCH = NewPlanLimit(
    kind=PlanLimitKind.BUDGET,
    name="March",
    amount=Decimal(1000),
    currency="USD",
    starts_on=TODAY,
    ends_on=TODAY + timedelta(days=30),
)


def test_a_limit_is_stated_changed_and_seen_with_its_version(database: Database) -> None:
    make_seller(database)
    with database.writing() as tx:
        made = create_plan_limit(tx, SYSTEM, MARCH)
        change_plan_limit(tx, SYSTEM, made, replace(MARCH, amount=Decimal(500)), version=1)
    with database.reading() as conn:
        [limit] = plan_limits(conn)
    assert (limit.amount, limit.version, limit.name) == (Decimal(500), 2, "March")
    assert limit.holds_on(TODAY)
    assert not limit.holds_on(TODAY + timedelta(days=31))
    with pytest.raises(Conflict), database.writing() as tx:
        change_plan_limit(tx, SYSTEM, made, MARCH, version=1)


def test_a_limit_must_be_whole_and_allowed(database: Database) -> None:
    seller = make_seller(database)
    volume, weight = CONTAINERS["40HQ"]
    box = NewPlanLimit(
        kind=PlanLimitKind.CONTAINER, name="40HQ", supplier_id=seller.supplier, ship_method="sea",
        volume_m3=volume, weight_kg=weight,
    )  # fmt: skip
    for broken in (
        replace(MARCH, amount=None),
        replace(MARCH, amount=Decimal(-1)),
        replace(MARCH, ends_on=date(2026, 1, 1)),
        replace(MARCH, currency="XYZ"),
        box,
        replace(box, containers=0),
    ):
        with pytest.raises(Invalid), database.writing() as tx:
            create_plan_limit(tx, SYSTEM, broken)
    with pytest.raises(Forbidden), database.writing() as tx:
        create_plan_limit(tx, BUYER, MARCH)
    with database.writing() as tx:
        create_plan_limit(tx, SYSTEM, replace(box, containers=2))


def _planned(database: Database) -> Seller:
    seller = make_seller(database)
    for code, price in (("LAMP", 10), ("CABLE", 10), ("CREAM", 10)):
        seller.sold(code, [4, 6, 5, 7, 3, 8, 6] * 20, last_on=TODAY - timedelta(days=1))
        seller.stock(code, 40)
        seller.run(
            "UPDATE sales_line SET unit_price = :price WHERE sku_text = :code",
            price=price * (3 if code == "CREAM" else 1),
            code=code,
        )
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    return seller


def _list(database: Database) -> dict[int, int]:
    with database.reading() as conn:
        return {use.sku_id: use.quantity for use in open_uses(conn)}


def test_a_budget_without_a_rate_into_the_base_currency_is_refused(database: Database) -> None:
    make_seller(database)
    with pytest.raises(Refused, match="rate_missing"), database.writing() as tx:
        create_plan_limit(tx, SYSTEM, replace(MARCH, currency="EUR"))
    with database.reading() as conn:
        assert plan_limits(conn) == []


@pytest.mark.slow
def test_a_budget_and_orders_in_a_currency_that_nobody_offers_in_count_all_the_same(
    database: Database,
) -> None:
    seller = _planned(database)
    before = _list(database)
    with database.reading() as conn:
        whole = sum(use.amount for use in open_uses(conn))
    with database.writing() as tx:
        record_rates(tx, SYSTEM, [NewRate("EUR", "USD", TODAY, Decimal(2))])
        create_plan_limit(
            tx, SYSTEM, replace(MARCH, amount=(whole / 2).quantize(Decimal(1)), currency="EUR")
        )
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    assert _list(database) == before
    # An order in euros takes half of the budget.
    line = NewPurchaseLine(1, seller.skus["LAMP"], 1, (whole / 4).quantize(Decimal(1)))
    order = NewPurchaseOrder(
        "by hand", seller.supplier, seller.uk, "EUR", TODAY, lines=[line], expected_on=TODAY
    )
    with database.writing() as tx:
        create_purchase_orders(tx, SYSTEM, [order], now=NOW)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    after = _list(database)
    assert 0 < sum(after.values()) < sum(before.values())
    with database.reading() as conn:
        assert sum(use.amount for use in open_uses(conn)) <= whole / 2 + 1
    sku = next(iter(after))
    [(chosen, revision)] = seller.rows(
        "SELECT id, revision FROM suggestion WHERE sku_id = :sku AND state = 'open'", sku=sku
    )
    told = database.write(
        lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(chosen, revision, "click")])
    )
    assert not isinstance(told, Conflict)
    assert _list(database) == {one: units for one, units in after.items() if one != sku}


@pytest.mark.slow
def test_a_budget_shapes_the_plan_and_a_click_and_a_second_plan_keep_it(
    database: Database,
) -> None:
    seller = _planned(database)
    before = _list(database)
    with database.reading() as conn:
        whole = sum(use.amount for use in open_uses(conn))
    budget = replace(MARCH, amount=(whole * Decimal("0.7")).quantize(Decimal(1)))
    with database.writing() as tx:
        create_plan_limit(tx, SYSTEM, budget)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    after = _list(database)
    # What sells at three times the price keeps most of its units.
    dear = seller.skus["CREAM"]
    kept = {sku: after.get(sku, 0) / units for sku, units in before.items()}
    assert kept[dear] == max(kept.values()) > min(kept.values())
    assert sum(after.values()) < sum(before.values())
    with database.reading() as conn:
        assert sum(use.amount for use in open_uses(conn)) <= (budget.amount or 0)
        [use] = limit_uses(conn, on=TODAY, base_currency="USD")
        assert use.left >= 0
        run = current_run(conn)
        assert run is not None
        assert newest_report(conn, run.id) is not None
    again = run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    assert (again.opened, again.revised, again.withdrawn) == (0, 0, 0)
    [(chosen, revision)] = seller.rows(
        "SELECT id, revision FROM suggestion WHERE sku_id = :sku AND state = 'open'",
        sku=seller.skus["CREAM"],
    )
    told = database.write(
        lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(chosen, revision, "click")])
    )
    assert not isinstance(told, Conflict)
    left = _list(database)
    assert left == {sku: units for sku, units in after.items() if sku != seller.skus["CREAM"]}
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    assert _list(database) == left
