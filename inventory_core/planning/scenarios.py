"""What somebody asks "what if" about today's plan, and the answer that was kept.

Decides which changes may be asked for and that an answer is kept once; plans nothing, and never
touches a suggestion: the plan that buyers work with stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select

from inventory_core.catalog.fields import check_decimal, check_whole
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.mailbox import job_request, job_run
from inventory_core.db.schema.office import person
from inventory_core.db.schema.scenarios import plan_scenario
from inventory_core.errors import Invalid
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.office.job_runs import JobName, JobRequest, request_job

# What a person may change: the least and the most.
LIMITS: Mapping[str, tuple[Decimal, Decimal]] = {
    "service_level": (Decimal("0.5"), Decimal("0.999")),
    "lead_factor": (Decimal("0.5"), Decimal(3)),
    "demand_factor": (Decimal("0.2"), Decimal(3)),
}
MOST_DELAY_DAYS = 90
MOST_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is changed; everything else stays as it is in the plan of the day.

    `service_level` None: the company's. `lead_factor`: on every way of a new order. `delay_days`:
    what goes by sea, ordered or not, comes later. `demand_factor`: on the whole forecast.
    `budget`: base currency, for the orders of each review period.
    """

    service_level: Decimal | None = None
    lead_factor: Decimal = Decimal(1)
    demand_factor: Decimal = Decimal(1)
    delay_days: int = 0
    budget: Decimal | None = None

    def as_settings(self) -> dict[str, Any]:
        """What differs from no change, for the settings of a job."""
        mine, plain = asdict(self), asdict(Scenario())
        return {
            name: value if isinstance(value, int) else str(value)
            for name, value in mine.items()
            if value != plain[name]
        }


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """What planning answered: figures of the plan as it is and of the changed one, and the
    differences, the weightiest first.
    """

    forecast_run_id: int
    as_of_on: date
    currency: str
    weeks: int
    current: Mapping[str, Any]
    changed: Mapping[str, Any]
    differences: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class KeptScenario:
    """One answered scenario as it is shown; `asked_by` "" for the command line."""

    run_id: int
    scenario: Scenario
    answer: NewAnswer
    asked_by: str
    recorded_at: datetime


def scenario_of(settings: Mapping[str, Any]) -> Scenario:
    """The scenario of a job's settings; Invalid beyond LIMITS, and where nothing is changed."""
    given: dict[str, Any] = {}
    for name, (least, most) in LIMITS.items():
        if settings.get(name) is not None:
            given[name] = check_decimal(
                settings[name], field=name, least=least, most=most, places=4
            )
    if settings.get("delay_days") is not None:
        given["delay_days"] = check_whole(
            settings["delay_days"], field="delay_days", most=MOST_DELAY_DAYS
        )
    if settings.get("budget") is not None:
        given["budget"] = check_decimal(settings["budget"], field="budget", places=2)
    found = Scenario(**given)
    if not found.as_settings():
        raise Invalid("scenario_changes_nothing")
    return found


def ask_scenario(tx: Writing, actor: Actor, scenario: Scenario, *, key: str) -> JobRequest:
    """Have a scenario planned beside the plan of the day; the same key asks once."""
    require(actor, Permission.PLAN_RUN)
    settings = scenario_of(scenario.as_settings()).as_settings()
    return request_job(tx, actor, JobName.SCENARIO, key=f"scenario:{key}", settings=settings)


def keep_answer(
    tx: Writing, actor: Actor, scenario: Scenario, answer: NewAnswer, *, run_id: int
) -> None:
    """Keep the answer of a job's run; a run answers once."""
    require(actor, Permission.PLAN_RUN)
    row = {"run_id": run_id, **asdict(scenario), **asdict(answer)}
    insert_rows(tx, plan_scenario, [row], skip_existing=True)


def drop_scenario(tx: Writing, actor: Actor, run_id: int, *, now: datetime) -> bool:
    """Forget an answer that nobody needs any more; whether it was still there."""
    require(actor, Permission.PLAN_RUN)
    gone = tx.execute(delete(plan_scenario).where(plan_scenario.c.run_id == run_id)).rowcount == 1
    if gone:
        record_audit(tx, actor, "scenario_deleted", ("scenario", run_id), {"at": now})
    return gone


def kept_scenarios(conn: Reading, *, limit: int = MOST_SHOWN) -> list[KeptScenario]:
    """The latest answers, newest first."""
    columns = plan_scenario.c
    rows = conn.rows(
        select(plan_scenario, person.c.name.label("asked_by"))
        .join(job_run, job_run.c.id == columns.run_id)
        .outerjoin(job_request, job_request.c.id == job_run.c.request_id)
        .outerjoin(person, person.c.id == job_request.c.person_id)
        .order_by(columns.run_id.desc())
        .limit(min(limit, MOST_SHOWN))
    )
    return [
        KeptScenario(
            run_id=row.run_id,
            scenario=Scenario(**{n: getattr(row, n) for n in Scenario.__dataclass_fields__}),
            answer=NewAnswer(**{n: getattr(row, n) for n in NewAnswer.__dataclass_fields__}),
            asked_by=row.asked_by or "",
            recorded_at=row.recorded_at,
        )
        for row in rows
    ]
