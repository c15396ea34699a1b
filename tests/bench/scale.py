"""Made-up weekly demand of any size, and what `yiben backtest` spends on it.

Decides what the measured panels look like (smooth, seasonal and sparse series, some young, some
with promotions of their own) and how time and memory are read; never what is fast enough.
"""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

HORIZON = 8
CHUNK = 5_000  # series made at a time, so that making them needs little memory
FIRST_WEEK = "2021-01-03"


@dataclass(frozen=True, slots=True)
class Spent:
    """One backtest with one cutoff: seconds of CPU and wall, peak memory of all its processes."""

    series: int
    weeks: int
    cpu_seconds: float
    wall_seconds: float
    forecast_cpu_per_thousand: float
    peak_gb: float
    load_before: float


def weekly_demand(series: int, weeks: int, *, seed: int = 7) -> npt.NDArray[np.float64]:
    """[series, weeks] units; a third each smooth, seasonal and sparse; NaN before the launch."""
    random = np.random.default_rng(seed)
    week = np.arange(weeks)[None, :]
    kind = random.integers(0, 3, series)[:, None]
    level = np.exp(random.normal(2.5, 1.2, (series, 1)))
    trend = np.exp(random.normal(0.0, 0.15, (series, 1)) * week / 52)
    phase = random.uniform(0, 2 * np.pi, (series, 1))
    swing = np.where(kind == 1, random.uniform(0.3, 0.9, (series, 1)), 0.1)
    season = 1 + swing * np.sin(2 * np.pi * week / 52 + phase)
    drift = np.exp(np.cumsum(random.normal(0.0, 0.04, (series, weeks)), axis=1))
    mean = level * trend * season * drift
    spread = random.gamma(4.0, 0.25, (series, weeks))
    sold = random.poisson(mean * spread).astype(np.float64)
    rare = random.random((series, weeks)) < random.uniform(0.05, 0.4, (series, 1))
    sold = np.where(kind == 2, np.where(rare, np.ceil(sold / 10), 0.0), sold)
    young = random.random(series) < 0.15
    launch = np.where(young, random.integers(0, max(1, weeks // 2), series), 0)[:, None]
    return np.where(week < launch, np.nan, sold)


def write_weekly(path: Path, series: int, weeks: int, *, seed: int = 7) -> None:
    """A long parquet file (`unique_id, ds, y`) of such demand, made and written in parts."""
    days = pd.date_range(FIRST_WEEK, periods=weeks, freq="W-SUN")
    parts = []
    for start in range(0, series, CHUNK):
        count = min(CHUNK, series - start)
        values = weekly_demand(count, weeks, seed=seed + start)
        names = np.array([f"S{number:06d}" for number in range(start, start + count)])
        part = pd.DataFrame(
            {
                "unique_id": pd.array(np.repeat(names, weeks), dtype="string[pyarrow]"),
                "ds": np.tile(days, count),
                "y": values.reshape(-1),
            }
        )
        parts.append(part.dropna())
    pd.concat(parts, ignore_index=True).to_parquet(path, index=False)


def measured(folder: Path, series: int, weeks: int, *, engine: str = "") -> Spent:
    """Run `yiben backtest` over such a file in a process of its own, as a person would."""
    sales = folder / f"weekly_{series}_{weeks}.parquet"
    if not sales.exists():
        write_weekly(sales, series, weeks)
    words = [sys.executable, "-m", "app.commands.backtest", str(sales), "--freq", "W-SUN"]
    words += ["--horizon", str(HORIZON), "--origins", "1", "--out", str(folder / "said.parquet")]
    words += ["--totals-out", str(folder / "totals.parquet")]
    words += ["--engine", engine] if engine else []
    load, started = os.getloadavg()[0], time.monotonic()
    with (folder / "said.txt").open("w") as printed:
        process = subprocess.Popen(
            words, stdout=printed, stderr=subprocess.STDOUT, start_new_session=True
        )
        peak = 0
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            peak = max(peak, _resident_kb(process.pid))
            time.sleep(0.2)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    text = (folder / "said.txt").read_text()
    assert process.returncode == 0, text
    said = re.search(r"([\d.]+) per 1,000 series", text)
    return Spent(
        series=series,
        weeks=weeks,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        wall_seconds=wall,
        forecast_cpu_per_thousand=float(said[1]) if said else float("nan"),
        peak_gb=peak / 1e6,
        load_before=load,
    )


def _resident_kb(session: int) -> int:
    """Memory of all processes of a session now (Linux): pages shared by two count twice."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == session:
                found = re.search(r"VmRSS:\s+(\d+)", (folder / "status").read_text())
                total += int(found[1]) if found else 0
        except (OSError, ValueError):
            continue  # it has just ended
    return total


def line_of(spent: Spent) -> str:
    """One row of the printed table."""
    return (
        f"{spent.series:>8,} x {spent.weeks:<4} wall {spent.wall_seconds:7.1f} s"
        f"   CPU {spent.cpu_seconds:7.1f} s ({spent.forecast_cpu_per_thousand:.2f} s per 1,000)"
        f"   peak {spent.peak_gb:5.2f} GB   load before {spent.load_before:.1f}"
    )
