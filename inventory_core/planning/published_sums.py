"""What a run says of many series together, and its forecasts without what few readers need.

Decides that a sum keeps its spread and its history but never a mean of its own: means are added up
from the series whenever they are read, so that no total can disagree with its parts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import delete, insert, literal, select, update

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.planning import forecast, forecast_sum
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.planning.published import PORTION, PublishedForecast
from inventory_core.vocabulary import ForecastGrain


@dataclass(frozen=True, slots=True)
class PublishedSum:
    """Demand of one channel, market, category or of the company, by period from `starts_on` on.

    `part`: account id, country or category; empty for the company. `quantiles`, `totals`: as those
    of a forecast. `mean`: what its series added up to then. `past`: units a day, newest last.
    """

    grain: ForecastGrain
    part: str
    starts_on: date
    mean: Sequence[float]
    quantiles: Mapping[str, Sequence[float]]
    totals: Mapping[str, Mapping[str, float]]
    past: Sequence[int]


def publish_sums(tx: Writing, actor: Actor, run_id: int, sums: Sequence[PublishedSum]) -> None:
    """Write the sums of a run that was published a moment ago."""
    require(actor, Permission.PLAN_RUN)
    rows = [{"run_id": run_id, **asdict(one), "grain": one.grain.value} for one in sums]
    insert_rows(tx, forecast_sum, rows)


def adopt_sums(tx: Writing, run_id: int, from_run_id: int) -> None:
    """Give a run that stays in use the channels, spreads and history that a newer one learned.

    They follow from the data and not from the model; means stay those of the run.
    """
    newer = forecast.alias("newer")
    cut = {name: newer.c[name] for name in ("channel_ids", "channel_cuts")}
    tx.execute(
        update(forecast)
        .where(
            forecast.c.run_id == run_id,
            newer.c.run_id == from_run_id,
            newer.c.sku_id == forecast.c.sku_id,
            newer.c.warehouse_id == forecast.c.warehouse_id,
        )
        .values(cut)
    )
    others = [column.name for column in forecast_sum.columns if column.name != "run_id"]
    fresh = select(literal(run_id), *(forecast_sum.c[name] for name in others)).where(
        forecast_sum.c.run_id == from_run_id
    )
    tx.execute(delete(forecast_sum).where(forecast_sum.c.run_id == run_id))
    tx.execute(insert(forecast_sum).from_select(["run_id", *others], fresh))


def sums_of(conn: Reading, run_id: int, grain: ForecastGrain) -> list[PublishedSum]:
    """The sums of a run at one grain, by part."""
    names = PublishedSum.__dataclass_fields__
    statement = (
        select(*(forecast_sum.c[name] for name in names))
        .where(forecast_sum.c.run_id == run_id, forecast_sum.c.grain == grain.value)
        .order_by(forecast_sum.c.part)
    )
    return [PublishedSum(**{**row._mapping, "grain": grain}) for row in conn.rows(statement)]


def means_of(conn: Reading, run_id: int) -> list[PublishedForecast]:
    """All forecasts of a run without their quantiles, totals and scores: a fraction of the rows."""
    statement = (
        select(*(forecast.c[name] for name in _BARE))
        .where(forecast.c.run_id == run_id)
        .order_by(forecast.c.sku_id, forecast.c.warehouse_id)
    )
    rows = conn.rows(statement)
    return [PublishedForecast(**row._mapping, quantiles={}, totals={}, scores={}) for row in rows]


def totals_of(
    conn: Reading, run_id: int, *, sku_ids: Sequence[int] | None = None
) -> Iterator[PublishedForecast]:
    """The forecasts of a run as plans read them: without quantiles by period, baseline and scores.

    A portion is in memory at a time: what is told of many pairs weighs more than plans of them.
    """
    statement = (
        select(*(forecast.c[name] for name in (*_BARE, "totals", "selling_price")))
        .where(forecast.c.run_id == run_id)
        .order_by(forecast.c.sku_id, forecast.c.warehouse_id)
    )
    if sku_ids is not None:
        statement = statement.where(forecast.c.sku_id.in_(list(sku_ids)))
    for row in conn.execute(statement.execution_options(yield_per=PORTION)):
        yield PublishedForecast(**row._mapping, quantiles={}, scores={})


_BARE = (
    "sku_id",
    "warehouse_id",
    "champion",
    "starts_on",
    "mean",
    "channel_ids",
    "channel_cuts",
)
