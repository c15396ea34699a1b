"""An order that is overdue and of which nobody says anything does not arrive today."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from forecasting.arrivals import arrivals_of_plan, expected_arrivals, outlook_from
from forecasting.book import as_expected, in_plan_days, not_yet_here
from forecasting.lead_time import Route, arrives_on
from forecasting.policy import LEAD_TIME_SLICES
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.balances import Inbound, inbound
from inventory_core.trade.arrival_outlooks import doubtful_orders, keep_outlooks
from inventory_core.trade.milestones import NewMilestone, Subject, record_milestones
from inventory_core.trade.purchase_orders import LineChange, change_lines, purchase_orders
from inventory_core.vocabulary import Milestone
from tests.forecasting.test_leg_learning import MONDAY, ORDER, ROUTE, WAY
from tests.trade.test_deliveries import ordered_only
from tests.trade.world import NOW, TODAY, World

ON_TIME = (arrives_on(ROUTE, MONDAY) - MONDAY).days
DUE = replace(ORDER, due_on=MONDAY + timedelta(days=ON_TIME))


def on(days: float) -> date:
    return MONDAY + timedelta(days=round(ON_TIME + days))


def test_until_its_day_has_passed_the_papers_hold() -> None:
    assert outlook_from(ROUTE, DUE, {}, on(0)) is None
    assert outlook_from(ROUTE, replace(DUE, due_on=None), {}, on(30)) is None


def test_trap_39_an_overdue_order_is_expected_as_late_as_those_that_were_not_there_either() -> None:
    """By hand: a spread of 7 days has its two late fifths at 4 and 10 days, in the middle 7."""
    late = [7 * z for z in LEAD_TIME_SLICES if z > 0]
    found = outlook_from(ROUTE, DUE, {}, on(1))
    assert found is not None
    assert found.expected_on == on(sum(late) / 2)
    assert found.expected_on == on(7)
    assert found.earliest_on == on(5)
    assert (found.milestone, found.milestone_on) == (None, None)
    later = outlook_from(ROUTE, DUE, {}, on(6))
    assert later is not None
    assert later.expected_on == on(late[-1])


@pytest.mark.parametrize("days", [11, 30, 90])
def test_later_than_ever_a_further_wait_is_as_long_as_the_usual_spread(days: int) -> None:
    found = outlook_from(ROUTE, DUE, {}, on(days))
    assert found is not None
    assert found.expected_on == on(days + 7)


def test_without_any_spread_it_is_still_not_here_today() -> None:
    found = outlook_from(Route("sea", WAY), DUE, {}, on(5))
    assert found is not None
    assert found.expected_on == on(6)


def test_learned_lateness_is_what_is_waited_for() -> None:
    route = Route("sea", WAY, 7.0, offsets=(-2.0, -1.0, 0.0, 1.0, 20.0))
    found = outlook_from(route, DUE, {}, on(3))
    assert found is not None
    assert found.expected_on == on(20)


def test_the_book_expects_an_overdue_order_later_and_one_in_time_as_its_papers_say(
    database: Database, world: World
) -> None:
    order = ordered_only(database, world, "one")

    def expected() -> date:
        with database.reading() as conn:
            [day] = {item.expected_on for item in inbound(conn)}
        assert day is not None
        return day

    due = expected()
    late = due + timedelta(days=1)
    with database.writing() as tx:
        assert doubtful_orders(tx, as_of=due) == []
        assert [one.due_on for one in doubtful_orders(tx, as_of=late)] == [due]
        keep_outlooks(tx, expected_arrivals(tx, as_of=due))
    assert expected() == due
    with database.writing() as tx:
        keep_outlooks(tx, expected_arrivals(tx, as_of=late, order_ids=[order]))
    assert expected() > late
    # What a person says of its days is no guess.
    said = late + timedelta(days=40)
    with database.writing() as tx:
        [found] = purchase_orders(tx, [order])
        changes = [LineChange(line.line_no, expected_on=said) for line in found.lines]
        change_lines(tx, SYSTEM, order, changes, version=found.version, now=NOW)
    assert expected() == said


def test_a_plan_of_an_old_day_leaves_orders_placed_since_what_was_seen_of_them(
    database: Database, world: World
) -> None:
    order = ordered_only(database, world, "one")
    made = NewMilestone("m", Subject.PURCHASE_ORDER, order, Milestone.MADE, TODAY)
    with database.writing() as tx:
        record_milestones(tx, SYSTEM, [made], now=NOW)
        old = TODAY - timedelta(days=400)
        assert expected_arrivals(tx, as_of=old) == []
        [seen] = arrivals_of_plan(tx, as_of=old, today=TODAY)
        assert [seen] == expected_arrivals(tx, as_of=TODAY)
        assert [seen] == arrivals_of_plan(tx, as_of=TODAY, today=TODAY)
        assert arrivals_of_plan(tx, as_of=old, today=old) == []


@pytest.mark.parametrize(("late", "expected"), [(0, 0), (-3, 3), (1, 1), (9, 9), (200, 30)])
def test_what_has_no_lead_times_is_as_late_again_as_it_is(late: int, expected: int) -> None:
    """`late` days past its day, or before it where negative."""
    due = MONDAY - timedelta(days=late)
    item = Inbound(1, 2, due, 10, "transfer", "T-1", 1, "shipped", "sea")
    assert not_yet_here(item, MONDAY) == replace(
        item, expected_on=MONDAY + timedelta(days=expected)
    )


def test_an_order_placed_after_the_day_of_the_plan_takes_as_long_from_that_day() -> None:
    placed = MONDAY + timedelta(days=200)
    item = Inbound(
        1, 2, placed + timedelta(days=21), 10, "purchase", "P-1", 1, "sent", "sea", placed
    )
    assert in_plan_days(item, MONDAY).expected_on == MONDAY + timedelta(days=21)
    assert in_plan_days(item, placed) is item


def test_a_plan_keeps_what_the_papers_say_where_it_expects_another_day() -> None:
    """In time, overdue, and placed after the day of the plan."""
    placed = MONDAY + timedelta(days=200)
    in_time = Inbound(1, 2, MONDAY + timedelta(days=3), 10, "transfer", "T-1", 1, "planned", "sea")
    assert as_expected(in_time, MONDAY) is in_time
    late = replace(in_time, expected_on=MONDAY - timedelta(days=3))
    moved = replace(in_time, expected_on=placed + timedelta(days=21), ordered_on=placed)
    for item, days in ((late, 3), (moved, 21)):
        found = as_expected(item, MONDAY)
        assert (found.expected_on, found.said_on) == (
            MONDAY + timedelta(days=days),
            item.expected_on,
        )


def test_what_nobody_has_dated_stays_undated() -> None:
    item = Inbound(1, 2, None, 10, "transfer", "T-1", 1, "planned", "sea")
    assert not_yet_here(item, MONDAY) is item
