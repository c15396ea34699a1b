"""How published forecasts turned out, and the alarms that follow. Decides how both are kept.

One outcome per series and week, written once the week is over; one open alarm per subject and kind,
closed when its limit is no longer passed. Never measures anything (see `forecasting/drift`).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select, text, update

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import location, sku
from inventory_core.db.schema.learning import forecast_alarm, forecast_outcome
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.vocabulary import AlarmKind


@dataclass(frozen=True, slots=True)
class Outcome:
    """One week (from Monday `week_on`) of one series, in units.

    `planned`: the model with the overrides of that day. `low` to `high`: the 90 % interval.
    `seen`: in stock all week, so that sales were demand. `channel_*`: the same by channel.
    """

    sku_id: int
    warehouse_id: int
    week_on: date
    run_id: int
    actual: float
    model: float
    planned: float
    naive: float | None
    low: float
    high: float
    seen: bool
    channel_ids: Sequence[int] = ()
    channel_actual: Sequence[float] = ()
    channel_model: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class FoundAlarm:
    """A limit that is passed: of a SKU at a warehouse, or of a category."""

    kind: AlarmKind
    sku_id: int | None
    warehouse_id: int | None
    category: str | None
    measure: float
    threshold: float
    weeks: int
    last_week_on: date

    @property
    def subject(self) -> tuple[str, int, int, str]:
        """Of one subject and kind one alarm is open."""
        return self.kind.value, self.sku_id or 0, self.warehouse_id or 0, self.category or ""


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An open alarm with the names of things; `sku` and `warehouse` empty for a category."""

    id: int
    kind: AlarmKind
    sku: str
    warehouse: str
    category: str
    measure: float
    threshold: float
    weeks: int
    last_week_on: date
    opened_at: datetime


def keep_outcomes(tx: Writing, actor: Actor, outcomes: Sequence[Outcome]) -> None:
    """Write weeks that are over; a week that is there stays as it was first judged."""
    require(actor, Permission.PLAN_RUN)
    insert_rows(tx, forecast_outcome, [asdict(one) for one in outcomes], skip_existing=True)


def weeks_kept(conn: Reading, since_on: date) -> set[date]:
    """Mondays of the weeks that were judged already."""
    rows = conn.rows(
        select(forecast_outcome.c.week_on).where(forecast_outcome.c.week_on >= since_on).distinct()
    )
    return {row.week_on for row in rows}


def outcomes_since(
    conn: Reading, since_on: date, *, sku_id: int | None = None, warehouse_id: int | None = None
) -> list[Outcome]:
    """Outcomes of the weeks from `since_on` on, oldest first."""
    names = Outcome.__dataclass_fields__
    statement = (
        select(*(forecast_outcome.c[name] for name in names))
        .where(forecast_outcome.c.week_on >= since_on)
        .order_by(
            forecast_outcome.c.week_on, forecast_outcome.c.sku_id, forecast_outcome.c.warehouse_id
        )
    )
    if sku_id is not None:
        statement = statement.where(forecast_outcome.c.sku_id == sku_id)
    if warehouse_id is not None:
        statement = statement.where(forecast_outcome.c.warehouse_id == warehouse_id)
    return [Outcome(**row._mapping) for row in conn.rows(statement)]


def weeks_by_category(conn: Reading, since_on: date) -> Sequence[Row[Any]]:
    """week_on, category, actual, model and absolute error of single series, of judged weeks."""
    return conn.rows(
        text("""
            SELECT o.week_on, s.category, sum(o.actual) AS actual, sum(o.model) AS model,
                sum(abs(o.model - o.actual)) AS error
            FROM forecast_outcome o JOIN sku s ON s.id = o.sku_id
            WHERE o.seen AND o.week_on >= :since GROUP BY 1, 2 ORDER BY 1, 2
        """),
        {"since": since_on},
    )


def weeks_by_channel(conn: Reading, since_on: date) -> Sequence[Row[Any]]:
    """week_on, warehouse_id, account_id, actual and model, of judged weeks."""
    return conn.rows(
        text("""
            SELECT o.week_on, o.warehouse_id, c.account_id, sum(c.actual) AS actual,
                sum(c.model) AS model
            FROM forecast_outcome o
            CROSS JOIN unnest(o.channel_ids, o.channel_actual, o.channel_model)
                AS c(account_id, actual, model)
            WHERE o.seen AND o.week_on >= :since GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """),
        {"since": since_on},
    )


def newest_week(conn: Reading) -> date | None:
    """Monday of the newest week that was judged."""
    found: date | None = conn.scalar(text("SELECT max(week_on) FROM forecast_outcome"))
    return found


def keep_alarms(tx: Writing, actor: Actor, found: Sequence[FoundAlarm], *, now: datetime) -> None:
    """Open what is new, renew what has moved, close what is over; the same again writes nothing."""
    require(actor, Permission.PLAN_RUN)
    wanted = {one.subject: one for one in found}
    names = FoundAlarm.__dataclass_fields__
    statement = select(forecast_alarm.c.id, *(forecast_alarm.c[name] for name in names))
    known: dict[tuple[str, int, int, str], tuple[int, FoundAlarm]] = {}
    for row in tx.rows(statement.where(forecast_alarm.c.closed_at.is_(None))):
        facts: dict[str, Any] = {name: getattr(row, name) for name in names}
        alarm = FoundAlarm(**{**facts, "kind": AlarmKind(row.kind)})
        known[alarm.subject] = (row.id, alarm)
    gone = [identity for subject, (identity, _) in known.items() if subject not in wanted]
    if gone:
        tx.execute(
            update(forecast_alarm).where(forecast_alarm.c.id.in_(gone)).values(closed_at=now)
        )
    for subject, one in wanted.items():
        if subject in known and known[subject][1] != one:
            moved = {n: getattr(one, n) for n in ("measure", "threshold", "weeks", "last_week_on")}
            which = forecast_alarm.c.id == known[subject][0]
            tx.execute(update(forecast_alarm).where(which).values(moved))
    fresh = [one for subject, one in wanted.items() if subject not in known]
    rows = [asdict(one) | {"kind": one.kind.value, "opened_at": now} for one in fresh]
    insert_rows(tx, forecast_alarm, rows)


def open_alarms(conn: Reading) -> list[OpenAlarm]:
    """What leans now: categories first, then series by how far they are beyond their limit."""
    alarm = forecast_alarm
    statement = (
        select(
            alarm.c.id,
            alarm.c.kind,
            sku.c.code.label("sku"),
            location.c.code.label("warehouse"),
            alarm.c.category,
            alarm.c.measure,
            alarm.c.threshold,
            alarm.c.weeks,
            alarm.c.last_week_on,
            alarm.c.opened_at,
        )
        .join_from(alarm, sku, sku.c.id == alarm.c.sku_id, isouter=True)
        .join(location, location.c.id == alarm.c.warehouse_id, isouter=True)
        .where(alarm.c.closed_at.is_(None))
    )
    found = [
        OpenAlarm(
            **{
                **row._mapping,
                "kind": AlarmKind(row.kind),
                "sku": row.sku or "",
                "warehouse": row.warehouse or "",
                "category": row.category or "",
            }
        )
        for row in conn.rows(statement)
    ]
    return sorted(found, key=lambda one: (one.sku != "", -_excess(one), one.id))


def _excess(one: OpenAlarm) -> float:
    if one.kind is AlarmKind.COVERAGE:
        return one.threshold / max(one.measure, 0.01)
    return abs(one.measure) / max(one.threshold, 0.01)
