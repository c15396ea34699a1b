"""A panel too large for one call is cut into shards, forecast apart, and put together again.

Decides how a panel is cut (every k-th series, so that all shards look alike), where the shards are
worked (`local`, `processes`, `tcp://host:port` of a Dask cluster) and how the answers are joined;
never how a series is forecast. The place of work changes no number: the cut depends on the panel
alone, and every shard is worked on one thread.
"""

import importlib
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from forecasting.engine import PanelForecast, forecast_panel
from forecasting.fanout_joining import joined
from forecasting.models.contract import Model
from forecasting.panel import Panel
from inventory_core.errors import Invalid, Refused, Unavailable

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHARD_SERIES = 5_000
WORKERS = 2
LOCAL, PROCESSES = "local", "processes"
CLUSTER = re.compile(r"^tcp://[^\s/]+:\d{1,5}$")


@dataclass(frozen=True, slots=True)
class Shard:
    """Some series of a panel and everything `forecast_panel` is asked about them."""

    panel: Panel
    horizon: int
    seed: int
    prophet_seconds: float
    total_steps: tuple[int, ...]
    value: Floats | None
    models: tuple[Model, ...] | None
    incumbents: tuple[str, ...] | None


def forecast_by_shards(
    panel: Panel,
    horizon: int,
    *,
    engine: str = LOCAL,
    seed: int = 0,
    prophet_seconds: float = 0.0,
    total_steps: Sequence[int] = (),
    value: Floats | None = None,
    models: Sequence[Model] | None = None,
    incumbents: Sequence[str] | None = None,
    shard_series: int | None = None,
) -> PanelForecast:
    """`forecast_panel` for a panel of any size; up to `shard_series` series it is just that.

    `engine`: see `checked_engine`; the answer is the same from all. `prophet_seconds` is shared
    out among the shards; `weights` of a joined answer are None, since each shard has its own.
    """
    checked_engine(engine)
    whole = Shard(
        panel,
        horizon,
        seed,
        prophet_seconds,
        tuple(total_steps),
        value,
        None if models is None else tuple(models),
        None if incumbents is None else tuple(incumbents),
    )
    cuts = shard_rows(panel.count, shard_series or SHARD_SERIES)
    if len(cuts) <= 1:
        return _forecast(whole)
    shards = (_part(whole, rows, len(cuts)) for rows in cuts)
    return joined(list(_worked(engine, shards)), cuts, panel.ids)


def checked_engine(engine: str) -> str:
    """`local`, `processes` or the address of a Dask scheduler; Invalid for anything else."""
    if engine not in (LOCAL, PROCESSES) and not CLUSTER.match(engine):
        raise Invalid("forecast_engine_unknown", engine=engine)
    return engine


def engine_for(series: int) -> str:
    """Where a panel of so many series is best worked on this machine."""
    return PROCESSES if series > SHARD_SERIES and (os.cpu_count() or 1) > 1 else LOCAL


def shard_rows(series: int, shard_series: int = SHARD_SERIES) -> list[Ints]:
    """The rows of each shard: as few shards as hold them all, of every k-th series each."""
    count = max(1, -(-series // shard_series))
    return [np.arange(first, series, count, dtype=np.int64) for first in range(count)]


def forecast_shard(shard: Shard) -> PanelForecast:
    """One shard on one thread: sums added in one order give the same number everywhere."""
    with threadpool_limits(limits=1):
        return replace(_forecast(shard), weights=None)


def _forecast(shard: Shard) -> PanelForecast:
    return forecast_panel(
        shard.panel,
        shard.horizon,
        seed=shard.seed,
        prophet_seconds=shard.prophet_seconds,
        total_steps=shard.total_steps,
        value=shard.value,
        models=shard.models,
        incumbents=shard.incumbents,
    )


def _part(whole: Shard, rows: Ints, count: int) -> Shard:
    said = whole.incumbents
    return replace(
        whole,
        panel=whole.panel.select(rows),
        prophet_seconds=whole.prophet_seconds / count,
        value=None if whole.value is None else whole.value[rows],
        incumbents=None if said is None else tuple(said[int(row)] for row in rows),
    )


def _worked(engine: str, shards: Iterable[Shard]) -> Iterator[PanelForecast]:
    """The answers in the order of the shards."""
    if engine == LOCAL:
        return map(forecast_shard, shards)
    if engine == PROCESSES:
        return _in_processes(shards)
    return _cluster()(engine, forecast_shard, shards)


def _in_processes(shards: Iterable[Shard]) -> Iterator[PanelForecast]:
    """New processes rather than forked ones: a fork of a threaded process may never wake up."""
    waiting: deque[Future[PanelForecast]] = deque()
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        try:
            for shard in shards:
                waiting.append(pool.submit(forecast_shard, shard))
                if len(waiting) > WORKERS:  # no more shards cut than are being worked
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise Unavailable("forecast_workers_lost", engine=PROCESSES) from error


def _cluster() -> Callable[
    [str, Callable[[Shard], PanelForecast], Iterable[Shard]], Iterator[PanelForecast]
]:
    """The one import by name: `distributed` is an extra that few install and nobody waits for."""
    try:
        module = importlib.import_module("forecasting.fanout_dask")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("distributed", "dask"):
            raise
        raise Refused("forecast_cluster_not_installed", install="yiben[cluster]") from error
    worked: Callable[..., Iterator[PanelForecast]] = module.worked_on_cluster
    return worked
