"""A panel in shards: the cut, the joining, and the same numbers from every place of work."""

import importlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from distributed import LocalCluster

from forecasting.engine import PanelForecast, forecast_panel
from forecasting.fanout import (
    LOCAL,
    PROCESSES,
    checked_engine,
    engine_for,
    forecast_by_shards,
    shard_rows,
)
from forecasting.models.statistical import MovingAverage, SeasonalNaive
from inventory_core.errors import Invalid, Refused, Unavailable
from tests.dask_cluster import two_workers
from tests.forecasting.panels import demand_panel

HORIZON = 4


def flat(value: Any) -> list[Any]:
    """Every number and name of a forecast in one list, arrays as their bytes."""
    if isinstance(value, np.ndarray):
        return [value.shape, str(value.dtype), value.tobytes()]
    if is_dataclass(value):
        return [part for field in fields(value) for part in flat(getattr(value, field.name))]
    if isinstance(value, dict):
        return [part for name in value for part in (name, *flat(value[name]))]
    if isinstance(value, tuple):
        return [part for one in value for part in flat(one)]
    return [repr(value)]


def in_shards(engine: str, *, series: int = 16) -> PanelForecast:
    panel = demand_panel(series, 60, freq="W-SUN")
    return forecast_by_shards(panel, HORIZON, engine=engine, shard_series=8, total_steps=(3,))


@pytest.mark.parametrize(("series", "shards"), [(1, 1), (5_000, 1), (5_001, 2), (23_000, 5)])
def test_every_series_lies_in_one_shard_and_shards_are_alike(series: int, shards: int) -> None:
    cuts = shard_rows(series)
    assert len(cuts) == shards
    assert sorted(np.concatenate(cuts).tolist()) == list(range(series))
    assert max(map(len, cuts)) <= 5_000
    assert max(map(len, cuts)) - min(map(len, cuts)) <= 1


def test_a_panel_of_one_shard_is_forecast_as_ever() -> None:
    panel = demand_panel(6, 60)
    models = [SeasonalNaive(), MovingAverage()]
    plain = forecast_panel(panel, HORIZON, models=models)
    assert flat(forecast_by_shards(panel, HORIZON, models=models)) == flat(plain)


def test_joined_series_say_what_their_shard_said_in_the_order_of_the_panel() -> None:
    panel = demand_panel(11, 60)
    models = [SeasonalNaive(), MovingAverage()]
    asked: dict[str, Any] = {"models": models, "incumbents": ["moving_average"] * 11}
    whole = forecast_by_shards(panel, HORIZON, shard_series=4, total_steps=(3,), **asked)
    assert whole.ids == panel.ids
    assert whole.weights is None
    for rows in shard_rows(11, 4):
        asked["incumbents"] = ["moving_average"] * len(rows)
        part = forecast_panel(panel.select(rows), HORIZON, total_steps=(3,), **asked)
        np.testing.assert_array_equal(whole.mean[rows], part.mean)
        np.testing.assert_array_equal(whole.quantiles[rows], part.quantiles)
        np.testing.assert_array_equal(whole.totals(3)[rows], part.totals(3))
        np.testing.assert_array_equal(whole.segment[rows], part.segment)
        assert tuple(whole.champions[row] for row in rows) == part.champions
        for name, loss in part.losses.items():
            np.testing.assert_array_equal(whole.losses[name][rows], loss)
    assert {score.name for score in whole.scores} == set(whole.losses)
    assert whole.paths([0, 10], 5).shape == (2, 5, HORIZON)


@pytest.mark.parametrize("engine", ["", "threads", "tcp://", "tcp://host", "http://host:1"])
def test_a_place_of_work_that_is_none_is_named(engine: str) -> None:
    with pytest.raises(Invalid, match="forecast_engine_unknown"):
        checked_engine(engine)


def test_only_a_panel_of_several_shards_is_worth_processes(monkeypatch: Any) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert engine_for(5_000) == LOCAL
    assert engine_for(5_001) == PROCESSES
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert engine_for(5_001) == LOCAL


def test_a_missing_extra_is_named(monkeypatch: Any) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name, name="distributed")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(Refused, match="forecast_cluster_not_installed"):
        in_shards("tcp://127.0.0.1:1")


@pytest.mark.slow
def test_a_cluster_that_does_not_answer_is_named(monkeypatch: Any) -> None:
    module = importlib.import_module("forecasting.fanout_dask")
    monkeypatch.setattr(module, "CONNECT_SECONDS", 1)
    with pytest.raises(Unavailable, match="forecast_cluster_unreachable"):
        in_shards("tcp://127.0.0.1:9")


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """One for both tests: its workers take seconds to start, and one that dies is replaced."""
    with two_workers() as started:
        yield started


@pytest.mark.slow
@pytest.mark.xdist_group("cluster")
def test_every_place_of_work_says_the_same_to_the_last_bit(cluster: LocalCluster) -> None:
    here = flat(in_shards(LOCAL))
    assert flat(in_shards(PROCESSES)) == here
    assert flat(in_shards(cluster.scheduler_address)) == here


@pytest.mark.slow
@pytest.mark.xdist_group("cluster")
def test_a_worker_killed_in_the_middle_costs_no_series_and_changes_none(
    cluster: LocalCluster,
) -> None:
    here = flat(in_shards(LOCAL, series=24))
    killed: list[int] = []

    def kill_one_at_work() -> None:
        until = time.monotonic() + 60
        while not killed and time.monotonic() < until:
            for worker in list(cluster.scheduler.workers.values()):
                if worker.processing and cluster.scheduler.total_occupancy > 0:
                    process = next(
                        nanny.process.process.pid
                        for nanny in cluster.workers.values()
                        if nanny.worker_address == worker.address
                    )
                    os.kill(process, signal.SIGKILL)
                    killed.append(process)
                    return
            time.sleep(0.01)

    killer = threading.Thread(target=kill_one_at_work)
    killer.start()
    there = flat(in_shards(cluster.scheduler_address, series=24))
    killer.join()
    assert killed
    assert there == here
