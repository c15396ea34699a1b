"""What forecasting last said: runs, forecasts and policies. One writer, many readers.

Decides that a run is published whole or not at all, that one run is current, and how long the
paths of older runs are kept (their suggestions keep the numbers they were made of). Never computes
a forecast.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Row,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
    update,
)

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.learning import model_release
from inventory_core.db.schema.planning import forecast, forecast_run, forecast_sum, policy
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.vocabulary import ReleaseState

# Paths and policies of so many runs are kept; a run itself is a small row and stays.
RUNS_KEPT = 30
PORTION = 1_000


@dataclass(frozen=True, slots=True)
class NewRun:
    """One training on one state of the history. Same history, settings and code: same run."""

    key: str
    as_of_on: date
    data_watermark_at: datetime
    history_hash: str
    frequency: str
    horizon: int
    code_version: str
    settings: Mapping[str, Any]
    scores: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PublishedForecast:
    """Demand of one SKU at one warehouse. `mean` and `quantiles` by period from `starts_on` on.

    `quantiles`: level -> units per period. `totals`: days -> {"mean": …, level: …} of the demand
    of the first so many days. `scores`: candidate -> error per period in the backtest, units.
    `naive`: the baseline, by period. `channel_*`: as `forecasting/channel_shares` cuts it. Never
    published: what people changed since, and `channel_means`, by period where they changed shares.
    """

    sku_id: int
    warehouse_id: int
    champion: str
    starts_on: date
    mean: Sequence[float]
    quantiles: Mapping[str, Sequence[float]]
    totals: Mapping[str, Mapping[str, float]]
    scores: Mapping[str, Any]
    selling_price: Decimal | None = None
    naive: Sequence[float] | None = None
    channel_ids: Sequence[int] = ()
    channel_cuts: Sequence[int] = ()
    overrides: Sequence[Mapping[str, Any]] = ()
    channel_means: Sequence[Sequence[float]] = ()


@dataclass(frozen=True, slots=True)
class PublishedPolicy:
    """The cover that one SKU at one warehouse needs; the offer it was computed for, if any."""

    sku_id: int
    warehouse_id: int
    offer_id: int | None
    lead_time_days: int
    review_days: int
    service_level: Decimal
    demand_mean: float
    safety_stock: int
    reorder_point: int
    order_up_to: int
    fill_rate: float | None
    trace: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """A run as it is read back."""

    id: int
    as_of_on: date
    data_watermark_at: datetime
    history_hash: str
    frequency: str
    horizon: int
    code_version: str
    settings: dict[str, Any]
    scores: dict[str, Any]
    planned_on: date | None
    recorded_at: datetime

    @property
    def plan_day(self) -> date:
        """The day of the newest plan made from this run."""
        return self.planned_on or self.as_of_on


def lock_planning(tx: Writing) -> None:
    """Only one planning writes at a time; held until the transaction ends."""
    tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('planning', 0))"))


def publish_run(
    tx: Writing, actor: Actor, run: NewRun, forecasts: Sequence[PublishedForecast]
) -> int:
    """Write a run with all its forecasts; answers its id. It is not the current one yet."""
    require(actor, Permission.PLAN_RUN)
    run_id = int(
        tx.execute(
            insert(forecast_run).values(**asdict(run), current=False).returning(forecast_run.c.id)
        ).scalar_one()
    )
    rows = [{name: getattr(item, name) for name in _KEPT} for item in forecasts]
    insert_rows(tx, forecast, [{"run_id": run_id, **row} for row in rows])
    _forget_old_paths(tx)
    return run_id


def publish_policies(tx: Writing, run_id: int, policies: Sequence[PublishedPolicy]) -> None:
    """Set the policies of a run; those of an earlier planning on the same run are replaced."""
    rows = [{"run_id": run_id, **asdict(item)} for item in policies]
    key = ("run_id", "sku_id", "warehouse_id")
    changing = [name for name in rows[0] if name not in key] if rows else []
    insert_rows(tx, policy, rows, replace_on=key, replace=changing)


def run_like(
    conn: Reading, *, history_hash: str, code_version: str, settings: Mapping[str, Any]
) -> PublishedRun | None:
    """The newest run that would come out the same, so that it need not be made again."""
    row = conn.execute(
        _RUNS.where(
            forecast_run.c.history_hash == history_hash,
            forecast_run.c.code_version == code_version,
            forecast_run.c.settings == dict(settings),
        )
        .order_by(forecast_run.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else PublishedRun(**row._mapping)


def current_run(conn: Reading) -> PublishedRun | None:
    """The run that holds now; None before the first planning."""
    row = conn.execute(_RUNS.where(forecast_run.c.current)).one_or_none()
    return None if row is None else PublishedRun(**row._mapping)


def run_by_id(conn: Reading, run_id: int) -> PublishedRun | None:
    """One run, current or not."""
    row = conn.execute(_RUNS.where(forecast_run.c.id == run_id)).one_or_none()
    return None if row is None else PublishedRun(**row._mapping)


def make_current(tx: Writing, actor: Actor, run_id: int) -> None:
    """Make a run that is already there the current one; nothing is written where it is."""
    require(actor, Permission.PLAN_RUN)
    others = forecast_run.c.current & (forecast_run.c.id != run_id)
    tx.execute(update(forecast_run).where(others).values(current=False))
    this = (forecast_run.c.id == run_id) & ~forecast_run.c.current
    tx.execute(update(forecast_run).where(this).values(current=True))


def adopt_new_series(tx: Writing, run_id: int, from_run_id: int) -> int:
    """Give a run the forecasts of series that only another run knows; answers how many.

    A run that stays in use may not leave out what was first sold after it was made.
    """
    known = forecast.alias("known")
    others = [column.name for column in forecast.columns if column.name != "run_id"]
    fresh = select(literal(run_id), *(forecast.c[name] for name in others)).where(
        forecast.c.run_id == from_run_id,
        ~exists().where(
            known.c.run_id == run_id,
            known.c.sku_id == forecast.c.sku_id,
            known.c.warehouse_id == forecast.c.warehouse_id,
        ),
    )
    return tx.execute(insert(forecast).from_select(["run_id", *others], fresh)).rowcount


def note_plan_day(tx: Writing, run_id: int, day: date) -> None:
    """Keep on which day the run was last planned with; a click plans again as of that day."""
    other = forecast_run.c.planned_on.is_distinct_from(day)
    tx.execute(
        update(forecast_run).where(forecast_run.c.id == run_id, other).values(planned_on=day)
    )


def step_days(frequency: str) -> int:
    """Days of a period of a run."""
    return 1 if frequency == "D" else 7


def forecasts_kept(run_id: ColumnElement[int] | int) -> ColumnElement[bool]:
    """Condition: the forecasts of the run are still there."""
    return exists().where(forecast.c.run_id == run_id)


def forecasts_of(
    conn: Reading, run_id: int, *, sku_ids: Sequence[int] | None = None
) -> list[PublishedForecast]:
    """The forecasts of a run, all or of some SKUs, by SKU and warehouse."""
    statement = (
        select(*(forecast.c[name] for name in _KEPT))
        .where(forecast.c.run_id == run_id)
        .order_by(forecast.c.sku_id, forecast.c.warehouse_id)
    )
    if sku_ids is not None:
        statement = statement.where(forecast.c.sku_id.in_(list(sku_ids)))
    return [PublishedForecast(**row._mapping) for row in conn.rows(statement)]


def forecasts_in_portions(conn: Reading, run_id: int) -> Iterator[list[PublishedForecast]]:
    """The same of a whole run, so many in memory at a time."""
    statement = select(*(forecast.c[name] for name in _KEPT)).where(forecast.c.run_id == run_id)
    found = conn.execute(statement.execution_options(yield_per=PORTION))
    for rows in found.partitions():
        yield [PublishedForecast(**row._mapping) for row in rows]


def forecast_digest(conn: Reading, run_id: int) -> Sequence[Row[Any]]:
    """One short row per forecast of a run: champion, errors, mean of a period and in total."""
    total = literal_column("(SELECT sum(m) FROM unnest(forecast.mean) AS m)", Float)
    statement = (
        select(
            forecast.c.sku_id,
            forecast.c.warehouse_id,
            forecast.c.champion,
            forecast.c.scores,
            forecast.c.selling_price,
            func.coalesce(total, 0.0).label("mean_total"),
            func.coalesce(total / func.cardinality(forecast.c.mean), 0.0).label("mean_period"),
        )
        .where(forecast.c.run_id == run_id)
        .order_by(forecast.c.sku_id, forecast.c.warehouse_id)
    )
    return conn.rows(statement)


def policies_of(
    conn: Reading, run_id: int, *, sku_ids: Sequence[int] | None = None
) -> list[PublishedPolicy]:
    """The policies of a run, all or of some SKUs, by SKU and warehouse."""
    names = PublishedPolicy.__dataclass_fields__
    statement = (
        select(*(policy.c[name] for name in names))
        .where(policy.c.run_id == run_id)
        .order_by(policy.c.sku_id, policy.c.warehouse_id)
    )
    if sku_ids is not None:
        statement = statement.where(policy.c.sku_id.in_(list(sku_ids)))
    return [PublishedPolicy(**row._mapping) for row in conn.rows(statement)]


_RUNS = select(*(forecast_run.c[name] for name in PublishedRun.__dataclass_fields__))
_LAID_OVER = ("overrides", "channel_means")
_KEPT = tuple(name for name in PublishedForecast.__dataclass_fields__ if name not in _LAID_OVER)


def _forget_old_paths(tx: Writing) -> None:
    """The newest runs stay, and whatever age the one in use has, and the one before it."""
    newest = select(forecast_run.c.id).order_by(forecast_run.c.id.desc()).limit(RUNS_KEPT)
    held = select(model_release.c.run_id).where(
        model_release.c.state == ReleaseState.CHAMPION.value
    )
    before = (
        select(model_release.c.run_id)
        .where(model_release.c.state == ReleaseState.RETIRED.value)
        .order_by(model_release.c.id.desc())
        .limit(1)
    )
    kept = newest.union(held, before)
    tx.execute(delete(forecast).where(forecast.c.run_id.not_in(kept)))
    tx.execute(delete(forecast_sum).where(forecast_sum.c.run_id.not_in(kept)))
    tx.execute(delete(policy).where(policy.c.run_id.not_in(kept)))
