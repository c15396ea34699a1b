"""What the database says about itself, for `yiben doctor`. Decides nothing and changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from inventory_core.db.engine import Reading
from inventory_core.db.schema.mailbox import job_run


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job whose last run did not end well."""

    job: str
    failed_at: datetime
    problem: str


def server_version(conn: Reading) -> str:
    """PostgreSQL's own version, such as 18.6."""
    return str(conn.scalar(text("SHOW server_version"))).split()[0]


def database_bytes(conn: Reading) -> int:
    """Size of the open database on disk."""
    return int(conn.scalar(text("SELECT pg_database_size(current_database())")))


def failed_jobs(conn: Reading) -> Sequence[FailedJob]:
    """Jobs whose latest run failed or was lost."""
    place = func.row_number().over(partition_by=job_run.c.job, order_by=job_run.c.started_at.desc())
    latest = select(
        job_run.c.job,
        job_run.c.state,
        job_run.c.started_at,
        job_run.c.problem,
        place.label("place"),
    ).subquery()
    rows = conn.rows(
        select(latest.c.job, latest.c.started_at, latest.c.problem)
        .where(latest.c.place == 1, latest.c.state.in_(("failed", "lost")))
        .order_by(latest.c.job)
    )
    return [FailedJob(row.job, row.started_at, row.problem) for row in rows]
