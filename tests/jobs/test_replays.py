"""The replay as a job on a real book: what is kept, what is refused, and that nothing changes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.office.job_runs import JobName, JobRun, RunState, job_runs
from inventory_core.planning.plan_costs import ASSUMED_COSTS, plan_costs_on, state_plan_costs
from jobs.execution import run_recorded
from jobs.tasks import Workplace
from tests.planning.seller import NOW, TODAY, YESTERDAY, Seller, make_seller

pytestmark = pytest.mark.usefixtures("few_trees")

WEEKS = 32  # 20 to learn from and a window of 12
BOOKS = ("stock_level", "movement", "sales_line", "suggestion", "purchase_order", "outbox")


@pytest.fixture
def seller(database: Database) -> Seller:
    made = make_seller(database)
    made.sold("LAMP", [9, 10, 11, 10, 12, 8, 10] * WEEKS, last_on=YESTERDAY)
    made.sold("CABLE", [3, 0, 2, 0, 0, 4, 1] * WEEKS, last_on=YESTERDAY)
    return made


def played(seller: Seller, **settings: float) -> JobRun:
    run_recorded(Workplace(seller.database, SYSTEM, NOW), JobName.REPLAY, settings=settings)
    with seller.database.reading() as conn:
        return job_runs(conn, limit=1)[0]


def test_a_replay_keeps_the_figures_of_four_plans_and_changes_nothing(seller: Seller) -> None:
    before = seller.books(*BOOKS)
    run = played(seller)
    assert run.state is RunState.DONE
    assert run.progress == {"step": "done", "share": 1.0}
    kept = run.result
    assert (kept["series"], kept["weeks"], kept["currency"]) == (2, 12, "USD")
    assert kept["last_on"] == YESTERDAY.isoformat()
    assert date.fromisoformat(kept["first_on"]).weekday() == YESTERDAY.weekday()
    assert set(kept["plans"]) == {"ours", "paying", "minmax", "actual"}
    for plan in kept["plans"].values():
        assert len(plan["value_by_week"]) == len(plan["cost_by_week"]) == kept["weeks"]
        spent = plan["holding_cost"] + plan["stockout_cost"]
        assert plan["cost_by_week"][-1] == pytest.approx(spent)
    # The book knows no stock: everything that was sold is a sale that a plan could not have lost.
    assert kept["plans"]["actual"]["fill_rate"] == pytest.approx(1.0)
    assert seller.books(*BOOKS) == before


def test_what_is_changed_stands_in_the_record_and_has_nothing_real_beside_it(
    seller: Seller,
) -> None:
    run = played(seller, service_level=0.99, demand=0.2, budget=300)
    assert run.state is RunState.DONE
    assert run.result["what_if"]["service_level"] == 0.99
    assert run.result["what_if"]["demand"] == 0.2
    assert run.result["what_if"]["budget"] == 300
    assert set(run.result["plans"]) == {"ours", "paying", "minmax"}


@pytest.mark.slow
def test_a_lost_sale_without_a_known_price_costs_the_margin_that_the_company_states(
    seller: Seller,
) -> None:
    seller.run("UPDATE sales_line SET unit_price = NULL")
    lost = []
    for share in ("0.3", "0.6"):
        wanted = replace(ASSUMED_COSTS, margin_share=Decimal(share), assumed=())
        with seller.database.writing() as tx:
            seen = plan_costs_on(tx, TODAY).version
            state_plan_costs(tx, SYSTEM, wanted, valid_from=TODAY, seen_version=seen)
        lost.append(played(seller).result["plans"]["minmax"]["stockout_cost"])
    assert lost[0] > 0
    assert lost[1] == pytest.approx(2 * lost[0])


def test_a_number_that_cannot_be_is_refused_in_the_record(seller: Seller) -> None:
    run = played(seller, port_days=400)
    assert (run.state, run.problem) == (RunState.FAILED, "replay_number_out_of_range")
    assert run.result["params"]["option"] == "port_days"


def test_too_short_a_past_is_refused_in_the_record(database: Database) -> None:
    young = make_seller(database)
    young.sold("LAMP", [5] * 70, last_on=YESTERDAY)
    run = played(young)
    assert (run.state, run.problem) == (RunState.FAILED, "replay_past_too_short")
    assert run.result["params"]["weeks"] == 10
