"""A scenario as a job: today's plan and the changed one on one snapshot, and the answer kept.

Decides what is read and when; the plan, its suggestions and what waits to go out stay untouched.
"""

from collections.abc import Callable, Mapping
from typing import Any

from forecasting.plan_comparison import as_json, compare
from forecasting.replenish import read_plan_facts
from inventory_core.db.engine import Database
from inventory_core.errors import Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.planning.published import current_run
from inventory_core.planning.scenarios import NewAnswer, keep_answer, scenario_of


def run_scenario(
    database: Database,
    actor: Actor,
    settings: Mapping[str, Any],
    *,
    run_id: int,
    progress: Callable[[str, float], None],
) -> dict[str, Any]:
    """Plan the scenario of `settings` beside the plan of the day and keep what came out."""
    require(actor, Permission.PLAN_RUN)
    scenario = scenario_of(settings)
    progress("reading_book", 0.0)
    with database.reading() as conn:
        run = current_run(conn)
        if run is None:
            raise Refused("scenario_without_plan")
        facts = read_plan_facts(conn, run, as_of=run.plan_day)
    found = compare(facts, scenario, told=progress)
    answer = NewAnswer(
        forecast_run_id=run.id,
        as_of_on=facts.as_of,
        currency=facts.settings.base_currency,
        weeks=found.weeks,
        current=as_json(found.current),
        changed=as_json(found.changed),
        differences=found.differences,
    )
    database.write(lambda tx: keep_answer(tx, actor, scenario, answer, run_id=run_id))
    progress("done", 1.0)
    return {"differing": len(found.differences), "weeks": found.weeks}
