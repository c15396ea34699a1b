"""`python -m tests.bench`: measure the core on this machine, beside the plain driver.

`python -m tests.bench scale` measures only forecasting, `plan` only planning; `huge` after either
adds 100,000 series or pairs.
"""

import os
import sys
import tempfile
from pathlib import Path

from tests.bench import plans, scale
from tests.bench.orders import (
    THREADS,
    Figure,
    accept_and_ship,
    bench_scene,
    measure,
    plain_call,
    public_call,
)

WEEKLY_PANELS = ((1_000, 104), (10_000, 104), (10_000, 150))
HUGE_PANEL = (100_000, 104)
PLANS = (("mixed", 1_000), ("one way", 1_000), ("plenty", 1_000), ("mixed", 10_000))
HUGE_PLAN = ("mixed", 100_000)


def main() -> None:
    """Everything, or what the words after the command name."""
    words = sys.argv[1:]
    huge = "huge" in words
    named = {"scale", "plan"} & set(words)
    if not named:
        _orders()
    if named != {"plan"}:
        _scale(huge=huge)
    if named != {"scale"}:
        _plans(huge=huge)


def _scale(*, huge: bool) -> None:
    """`yiben backtest`, one cutoff, horizon 8, over made-up weekly panels."""
    print("weekly series: yiben backtest, 1 cutoff, 8 weeks ahead")
    with tempfile.TemporaryDirectory() as name:
        for series, weeks in (*WEEKLY_PANELS, *((HUGE_PANEL,) if huge else ())):
            print(scale.line_of(scale.measured(Path(name), series, weeks)), flush=True)


def _plans(*, huge: bool) -> None:
    """Policy, need, options and evidence of many pairs, in one process."""
    print("pairs of a SKU and a warehouse: planned in memory, evidence kept")
    found = []
    for kind, pairs in (*PLANS, *((HUGE_PLAN,) if huge else ())):
        found.append(plans.measured(kind, pairs))
        print(plans.line_of(found[-1]), flush=True)
    for ratio in plans.ratios_of(found):
        print(ratio)


def _orders() -> None:
    """Print one line per figure, and the ratios that can be compared between machines."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)  # the server's own user passes through
        with bench_scene(Path(name) / "server") as (scene, address):
            print(f"{THREADS} threads; load before: {os.getloadavg()[0]:.1f}")
            plain = _show(
                measure("plain function call, uniform", plain_call(scene, address, hot=False))
            )
            public = _show(measure("public call, uniform", public_call(scene, batch=1, hot=False)))
            plain_hot = _show(
                measure("plain function call, hot SKU", plain_call(scene, address, hot=True))
            )
            hot = _show(measure("public call, hot SKU", public_call(scene, batch=1, hot=True)))
            _show(measure("public call, batches of 100", public_call(scene, batch=100, hot=False)))
            _show(accept_and_ship(scene, orders=75))
            print(f"public / plain, uniform: {public.per_second / plain.per_second:.0%}")
            print(f"public / plain, hot SKU: {hot.per_second / plain_hot.per_second:.0%}")


def _show(figure: Figure) -> Figure:
    print(
        f"{figure.name:36} {figure.per_second:10,.0f} /s"
        f"   p50 {figure.p50_ms:7.2f} ms   p99 {figure.p99_ms:7.2f} ms",
        flush=True,
    )
    return figure


if __name__ == "__main__":
    main()
