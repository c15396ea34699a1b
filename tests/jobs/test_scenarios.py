"""A scenario is planned beside the plan of the day and touches nothing of it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.job_runs import JobName, RunState, job_runs, take_request
from inventory_core.planning.scenarios import (
    KeptScenario,
    Scenario,
    ask_scenario,
    kept_scenarios,
    scenario_of,
)
from inventory_core.vocabulary import PersonId, Role
from jobs.execution import run_recorded
from jobs.planning import run_planning
from jobs.tasks import Workplace
from tests.planning.seller import NOW, YESTERDAY, Seller, make_seller

pytestmark = pytest.mark.usefixtures("few_trees")

READER = Actor(PersonId(0), "reader", frozenset({Role.READER}))
# All that a scenario must leave as it was.
BOOKS = (
    "suggestion", "suggestion_revision", "approval", "outbox", "policy", "forecast",
    "forecast_run", "plan_limit", "plan_report", "purchase_order",
)  # fmt: skip
BUDGET = Scenario(budget=Decimal(500))


@pytest.fixture
def seller(database: Database) -> Seller:
    made = make_seller(database)
    made.sold("LAMP", [9, 10, 11, 10, 12, 8, 10] * 20, last_on=YESTERDAY)
    made.sold("CABLE", [3, 0, 2, 0, 0, 4, 1] * 20, last_on=YESTERDAY)
    made.stock("LAMP", 250)
    made.stock("CABLE", 60)
    return made


def answered(seller: Seller, scenario: Scenario) -> KeptScenario:
    place = Workplace(seller.database, SYSTEM, NOW)
    run_recorded(place, JobName.SCENARIO, settings=scenario.as_settings())
    with seller.database.reading() as conn:
        assert job_runs(conn, limit=1)[0].state is RunState.DONE
        return kept_scenarios(conn)[0]


def test_scenarios_are_compared_with_the_plan_and_change_no_row_of_it(seller: Seller) -> None:
    run_planning(seller.database, SYSTEM, now=NOW, prophet_seconds=0)
    before = seller.books(*BOOKS)
    short = answered(seller, BUDGET)
    safe = answered(seller, Scenario(service_level=Decimal("0.999"), lead_factor=Decimal("1.5")))
    late = answered(seller, Scenario(delay_days=30, demand_factor=Decimal("1.5")))
    assert seller.books(*BOOKS) == before
    [(listed,)] = seller.rows(
        "SELECT sum(r.amount_base) FROM suggestion s JOIN suggestion_revision r"
        " ON r.suggestion_id = s.id AND r.revision = s.revision WHERE s.state = 'open'"
    )
    for one in (short, safe, late):
        # The plan beside it is the one on the buyers' list.
        assert one.answer.current["order_cash"] == float(listed)
        assert one.answer.current == short.answer.current
        assert one.answer.differences
    assert short.answer.changed["order_cash"] <= 500 < short.answer.current["order_cash"]
    assert {told["why"]["code"] for told in short.answer.differences} == {"budget"}
    assert safe.answer.changed["order_cash"] > safe.answer.current["order_cash"]
    assert late.answer.changed["at_risk"] > late.answer.current["at_risk"]
    assert short.scenario == replace(BUDGET, budget=Decimal(500))
    assert (short.answer.weeks, len(short.answer.changed["cash_by_week"])) == (13, 13)
    with seller.database.reading() as conn:
        assert [one.run_id for one in kept_scenarios(conn)] == [
            late.run_id, safe.run_id, short.run_id,
        ]  # fmt: skip


def test_a_scenario_before_the_first_plan_is_refused_in_its_record(seller: Seller) -> None:
    place = Workplace(seller.database, SYSTEM, NOW)
    assert run_recorded(place, JobName.SCENARIO, settings=BUDGET.as_settings()) is RunState.FAILED
    with seller.database.reading() as conn:
        assert job_runs(conn, limit=1)[0].problem == "scenario_without_plan"
        assert kept_scenarios(conn) == []


def test_the_same_click_asks_once_and_another_wish_under_its_key_is_refused(
    seller: Seller,
) -> None:
    with seller.database.writing() as tx:
        first = ask_scenario(tx, SYSTEM, BUDGET, key="click")
        assert ask_scenario(tx, SYSTEM, BUDGET, key="click").id == first.id
        assert take_request(tx) is not None
        assert take_request(tx) is None
    with pytest.raises(Conflict), seller.database.writing() as tx:
        ask_scenario(tx, SYSTEM, Scenario(delay_days=7), key="click")


def test_what_cannot_be_asked_is_refused_and_nothing_is_asked(seller: Seller) -> None:
    for wrong in (
        Scenario(),
        Scenario(service_level=Decimal("0.4")),
        Scenario(lead_factor=Decimal(4)),
        Scenario(demand_factor=Decimal("0.1")),
        Scenario(delay_days=91),
        Scenario(budget=Decimal(-1)),
    ):
        with pytest.raises(Invalid), seller.database.writing() as tx:
            ask_scenario(tx, SYSTEM, wrong, key="wrong")
    with pytest.raises(Forbidden), seller.database.writing() as tx:
        ask_scenario(tx, READER, BUDGET, key="reader")
    assert seller.rows("SELECT count(*) FROM job_request") == [(0,)]
    assert scenario_of(BUDGET.as_settings()) == BUDGET


def test_the_table_itself_refuses_a_scenario_that_changes_nothing(seller: Seller) -> None:
    run_planning(seller.database, SYSTEM, now=NOW, prophet_seconds=0)
    seller.run("INSERT INTO job_run (job, state) VALUES ('scenario', 'running')")
    for values in ("NULL, 1, 0", "0.3, 1, 0", "NULL, 9, 0", "NULL, 1, 200"):
        with pytest.raises(IntegrityError), seller.database.writing() as tx:
            tx.execute(
                text(
                    "INSERT INTO plan_scenario (run_id, forecast_run_id, as_of_on, currency, weeks,"
                    " current, changed, differences, service_level, lead_factor, delay_days)"
                    " SELECT (SELECT max(id) FROM job_run), max(id), '2026-03-02', 'USD', 13,"
                    f" '{{}}', '{{}}', '[]', {values} FROM forecast_run"
                )
            )
    assert seller.rows("SELECT count(*) FROM plan_scenario") == [(0,)]
