"""Milestones of the way: the latest entry holds, nothing is ever changed, and order is kept."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from inventory_core.catalog.calendar_records import close_days
from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid, Refused
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.stock.balances import inbound
from inventory_core.trade.arrival_outlooks import ArrivalOutlook, keep_outlooks, outlook_of_order
from inventory_core.trade.milestones import NewMilestone, Subject, milestones_of, record_milestones
from inventory_core.trade.offer_terms import offer_arrival_on, offers_by_id
from inventory_core.trade.purchase_orders import (
    Confirmation,
    cancel_purchase_orders,
    confirm_purchase_orders,
)
from inventory_core.vocabulary import Milestone, PersonId, Role, WarehouseId
from tests.trade.test_deliveries import ordered_only
from tests.trade.world import NOW, TODAY, World

LATER = NOW + timedelta(days=60)


def entry(order: int, kind: Milestone, days: int | None, key: str = "") -> NewMilestone:
    on = None if days is None else TODAY + timedelta(days=days)
    return NewMilestone(key or f"{kind}-{days}", Subject.PURCHASE_ORDER, order, kind, on)


def record(database: Database, *entries: NewMilestone, actor: Actor = SYSTEM) -> int:
    with database.writing() as tx:
        return record_milestones(tx, actor, entries, now=LATER)


def standing(database: Database, order: int) -> dict[Milestone, date]:
    with database.reading() as conn:
        return milestones_of(conn, Subject.PURCHASE_ORDER, [order]).get(order, {})


def count(database: Database) -> Any:
    with database.reading() as conn:
        return conn.scalar(text("SELECT count(*) FROM milestone"))


@pytest.fixture
def order(database: Database, world: World) -> int:
    return ordered_only(database, world, "one")


def test_the_latest_entry_holds_and_the_former_stays_in_the_book(
    database: Database, order: int
) -> None:
    record(database, entry(order, Milestone.LEFT_FACTORY, 20))
    record(database, entry(order, Milestone.LEFT_FACTORY, 23))
    assert standing(database, order) == {Milestone.LEFT_FACTORY: TODAY + timedelta(days=23)}
    record(database, entry(order, Milestone.LEFT_FACTORY, None))
    assert standing(database, order) == {}
    assert count(database) == 3


def test_the_same_key_records_once_and_another_day_under_it_is_a_conflict(
    database: Database, order: int
) -> None:
    assert record(database, entry(order, Milestone.DEPARTED, 25, "k")) == 1
    assert record(database, entry(order, Milestone.DEPARTED, 25, "k")) == 0
    with pytest.raises(Conflict, match="key_reused"):
        record(database, entry(order, Milestone.DEPARTED, 26, "k"))
    assert count(database) == 1


def test_a_milestone_before_an_earlier_one_is_refused_and_nothing_changes(
    database: Database, order: int
) -> None:
    record(database, entry(order, Milestone.LEFT_FACTORY, 20))
    with pytest.raises(Refused, match="milestones_out_of_order"):
        record(
            database,
            entry(order, Milestone.DEPARTED, 22),
            entry(order, Milestone.CLEARED, 21),
        )
    assert standing(database, order) == {Milestone.LEFT_FACTORY: TODAY + timedelta(days=20)}


@pytest.mark.parametrize("days", [-1, 61])
def test_a_day_before_the_order_or_in_the_future_is_refused(
    database: Database, order: int, days: int
) -> None:
    with pytest.raises(Invalid, match="milestone_day_impossible"):
        record(database, entry(order, Milestone.MADE, days))
    assert count(database) == 0


def test_what_was_never_recorded_cannot_be_taken_back(database: Database, order: int) -> None:
    with pytest.raises(Refused, match="milestone_not_recorded"):
        record(database, entry(order, Milestone.CLEARED, None))
    assert count(database) == 0


def test_a_cancelled_order_takes_no_milestone(database: Database, order: int) -> None:
    with database.writing() as tx:
        cancel_purchase_orders(tx, SYSTEM, [order], reason="x", now=NOW)
    with pytest.raises(Refused, match="milestone_of_ended"):
        record(database, entry(order, Milestone.MADE, 10))
    assert count(database) == 0


def test_only_who_may_buy_for_that_warehouse_records(database: Database, order: int) -> None:
    reader = Actor(PersonId(0), "R", frozenset({Role.READER}))
    elsewhere = Actor(PersonId(0), "B", frozenset({Role.BUYER}), frozenset({WarehouseId(999)}))
    for actor in (reader, elsewhere):
        with pytest.raises(Forbidden):
            record(database, entry(order, Milestone.MADE, 10), actor=actor)
    assert count(database) == 0


def test_the_database_refuses_a_day_that_has_not_come(
    owner_database: Database, database: Database, order: int
) -> None:
    insert = text(
        "INSERT INTO milestone (key, request_hash, purchase_order_id, kind, occurred_on, person_id)"
        " VALUES ('x', '', :order, 'made', current_date + 30, 0)"
    )
    with pytest.raises(DBAPIError, match="has_happened"), owner_database.writing() as tx:
        tx.execute(insert, {"order": order})
    assert count(database) == 0


def test_trap_39_what_is_on_its_way_is_expected_by_its_milestones_until_the_supplier_speaks(
    database: Database, order: int
) -> None:
    def expected() -> list[date | None]:
        with database.reading() as conn:
            return [item.expected_on for item in inbound(conn)]

    papers = expected()
    on = TODAY + timedelta(days=50)
    outlook = ArrivalOutlook(order, on, on, on, Milestone.DEPARTED, TODAY)
    with database.writing() as tx:
        keep_outlooks(tx, [outlook])
    assert expected() == [on] != papers
    said = TODAY + timedelta(days=44)
    with database.writing() as tx:
        confirm_purchase_orders(tx, SYSTEM, [Confirmation(order, said)], now=LATER)
    assert expected() == [said]


def test_an_outlook_goes_with_the_milestones_that_made_it(database: Database, order: int) -> None:
    on = TODAY + timedelta(days=50)
    with database.writing() as tx:
        keep_outlooks(tx, [ArrivalOutlook(order, on, on, on, Milestone.MADE, TODAY)])
        keep_outlooks(tx, [], order_ids=[order + 1])
    with database.reading() as conn:
        assert outlook_of_order(conn, order) is not None
    with database.writing() as tx:
        keep_outlooks(tx, [])
    with database.reading() as conn:
        assert outlook_of_order(conn, order) is None


def test_trap_40_a_way_without_calendars_waits_for_a_carrier_that_rests(
    database: Database,
    world: World,
) -> None:
    offer_id = world.offers["LAMP"]

    def arrives() -> date:
        with database.reading() as conn:
            found = offers_by_id(conn, [offer_id], TODAY)[offer_id]
            return offer_arrival_on(found, TODAY, country="US")

    before = arrives()
    shut = before - timedelta(days=3)
    with database.writing() as tx:
        close_days(tx, SYSTEM, "carrier", first=shut, last=shut + timedelta(days=9))
    assert arrives() == before + timedelta(days=10)
