"""A forecast of the sample company as its planner would have had it some weeks ago.

Decides how long ago. Without it no forecast of the sample is old enough to have been wrong, and
nobody could see how a record, an alarm or a change of model looks. Proposes nothing.
"""

from datetime import datetime, timedelta

from inventory_core.clock import business_day
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.office.company import read_company
from jobs.plan_result import PlanResult
from jobs.planning import run_planning

WEEKS_AGO = 10


def forecast_the_past(database: Database, *, now: datetime) -> PlanResult:
    """Publish the forecast that the demand known ten weeks ago would have given.

    Without Prophet: it is there to be looked back on, and its time is better spent on today.
    """
    with database.reading() as conn:
        today = business_day(now, read_company(conn).time_zone)
    return run_planning(
        database,
        SYSTEM,
        as_of=today - timedelta(weeks=WEEKS_AGO),
        now=now,
        prophet_seconds=0.0,
        proposing=False,
    )
