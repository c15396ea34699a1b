"""Made-up pairs of a SKU and a warehouse, and what a plan of them costs beside their number.

Decides what the planned pairs look like (every golden case, by one way and by two, at many levels
of demand) and how time and memory are read; never what is fast enough. Planned in memory in a
process of its own, with all evidence kept, as a plan keeps it until it is written.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecasting.lead_time import Route
from forecasting.policy import TotalDemand
from forecasting.situation import Situation, StockNow
from forecasting.suggest import plan_pair
from forecasting.supplier_terms import OfferTerms
from inventory_core.catalog.calendars import Leg
from tests.golden.sheets import SETTINGS, cases, read_sheet, situation_of

PLENTY = 100_000  # units, of which nobody needs more
FLIGHT = Route("air", (Leg("production", 10), Leg("transport", 8)), spread_days=2.0)


@dataclass(frozen=True, slots=True)
class Planning:
    """Seconds of CPU and peak memory of one process that planned so many pairs."""

    name: str
    pairs: int
    drafts: int
    cpu_seconds: float
    peak_mb: float
    load_before: float

    @property
    def pair_ms(self) -> float:
        """Milliseconds of CPU for each pair."""
        return self.cpu_seconds / self.pairs * 1_000


def pairs_like(kind: str, count: int) -> list[Situation]:
    """`kind`: "mixed" as the golden cases are; "plenty" with stock for years; "one way" without
    the flight that every other kind may order by too.
    """
    sheets = [situation_of(read_sheet(case, "input")) for case in cases()]
    random = np.random.default_rng(11)
    return [
        _pair(sheets[number % len(sheets)], kind, number, float(random.uniform(0.3, 3.0)))
        for number in range(count)
    ]


def _pair(sheet: Situation, kind: str, number: int, pace: float) -> Situation:
    told = sheet.demand
    demand = TotalDemand(
        told.days.copy(), told.levels.copy(), told.mean * pace, told.quantiles * pace
    )
    found = replace(sheet, sku_id=number, demand=demand, sku_code=f"S{number:06d}")
    if kind != "one way":
        found = replace(found, offers=tuple(_flown(offer) for offer in sheet.offers))
    if kind == "plenty":
        stock = StockNow(on_hand=PLENTY, available=PLENTY, inventory_position=PLENTY)
        found = replace(found, stock=stock, lots=())
    return found


def _flown(offer: OfferTerms) -> OfferTerms:
    """The offer with air freight beside the way it states, at twice the freight and one more."""
    first = offer.routes[0]
    flown = replace(first, route=FLIGHT, unit_freight=2 * first.unit_freight + 1)
    return replace(offer, routes=(first, flown))


def measured(kind: str, pairs: int) -> Planning:
    """Plan so many pairs in a process of its own."""
    load = os.getloadavg()[0]
    words = [sys.executable, "-m", "tests.bench.plans", kind, str(pairs)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    told = json.loads(said)
    return Planning(kind, pairs, told["drafts"], told["seconds"], usage.ru_maxrss / 1_000, load)


def line_of(one: Planning) -> str:
    """One row of the printed table."""
    return (
        f"{one.pairs:>8,} pairs, {one.name:8} {one.pair_ms:6.2f} ms CPU a pair"
        f"   {one.drafts:>7,} orders   peak {one.peak_mb:7,.0f} MB"
        f"   load before {one.load_before:.1f}"
    )


def ratios_of(found: Sequence[Planning]) -> list[str]:
    """What can be compared between machines: each kind and number beside the first one."""
    first, *others = found
    return [
        f"{one.name}, {one.pairs:,} / {first.name}, {first.pairs:,}, for each pair:"
        f" {one.pair_ms / first.pair_ms:.0%}"
        for one in others
    ]


def main() -> None:
    """Plan pairs of the kind and number given, and print what it took as JSON."""
    pairs = pairs_like(sys.argv[1], int(sys.argv[2]))
    begun = time.process_time()
    planned = [plan_pair(one, SETTINGS) for one in pairs]
    seconds = time.process_time() - begun
    drafts = sum(one.draft is not None for one in planned)
    print(json.dumps({"seconds": seconds, "drafts": drafts}))


if __name__ == "__main__":
    main()
