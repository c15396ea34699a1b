"""From the trace of a suggestion back to a picture: stock day by day with the order and without it.

Decides nothing new: it reads the numbers that the trace keeps and carries stock forward by the same
recursion that planned it (`projection`), so the picture shows exactly what was decided on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from forecasting.expiry import DatedLot
from forecasting.policy import TotalDemand
from forecasting.projection import EMPTY, Arrival, Floats, Projection, project_stock

BEYOND_ARRIVAL_DAYS = 45
LOW_LEVEL, HIGH_LEVEL = 0.1, 0.9
ONE_DAY = timedelta(days=1)
DUST = 0.05  # of a unit: the trace keeps demand in thousandths


@dataclass(frozen=True, slots=True)
class Outlook:
    """Stock at the end of each day: expected without and with the order, and its 80 % band."""

    days: tuple[date, ...]
    without: Floats
    with_order: Floats
    low: Floats
    high: Floats
    arrivals: tuple[Arrival, ...]
    order: Arrival | None

    @property
    def gaps(self) -> list[tuple[date, date]]:
        """First and last day of each run of days without stock if nothing is ordered."""
        empty = np.concatenate([[False], self.without < EMPTY, [False]])
        turns = np.flatnonzero(empty[1:] != empty[:-1])
        return [
            (self.days[int(first)], self.days[int(end) - 1])
            for first, end in zip(turns[::2], turns[1::2], strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the picture of an order shows, to be said over it.

    `without`: "gone" (nothing is left to sell already), "ends" (on `first`), "gap" (from `first` to
    `last`, closed before the order comes) or "lasts" (through `last`, the end of the picture).
    `days_late` of the order, after stock ended. `above_until`: from its arrival through that day
    stock is not below safety stock; None where it is on the day of the arrival itself. `begins_on`:
    the first day of the picture.
    """

    begins_on: date
    without: str
    first: date | None
    last: date
    arrives_on: date
    days_late: int
    above_until: date | None


def seen_in(outlook: Outlook, trace: Mapping[str, Any]) -> Seen:
    """What the outlook of this trace shows."""
    days, gaps = outlook.days, outlook.gaps
    arrives_on = date.fromisoformat(trace["lead_time"]["arrives_on"])
    reached = next((gap for gap in gaps if gap[0] < arrives_on <= gap[1] + ONE_DAY), None)
    told = reached or (gaps[0] if gaps else None)
    if told is None:
        without = "lasts"
    elif told[0] == days[0] and _sellable(trace["position"]) <= 0:
        without = "gone"
    else:
        without = "gap" if told[1] < arrives_on and told is not reached else "ends"
    at = max(0, (arrives_on - days[0]).days)
    below = np.flatnonzero(outlook.with_order[at:] < trace["policy"]["safety_stock"] - DUST)
    kept = int(below[0]) if len(below) else len(days) - at
    return Seen(
        days[0],
        without,
        told[0] if told else None,
        told[1] if told else days[-1],
        arrives_on,
        (arrives_on - reached[0]).days if reached else 0,
        days[at + kept - 1] if kept else None,
    )


def outlook_of(trace: Mapping[str, Any], *, quantity: int | None = None) -> Outlook:
    """The outlook of a suggestion; `quantity` shows what another quantity would do."""
    demand = TotalDemand(
        days=np.asarray(trace["demand"]["days"], dtype=np.float64),
        levels=np.asarray(trace["demand"]["levels"], dtype=np.float64),
        mean=np.asarray(trace["demand"]["mean"], dtype=np.float64),
        quantiles=np.asarray(trace["demand"]["quantiles"], dtype=np.float64),
    )
    starts_on = date.fromisoformat(trace["starts_on"])
    arrives_on = date.fromisoformat(trace["lead_time"]["arrives_on"])
    cover = trace["quantity"].get("cover_days") or 0
    after = int(min(max(BEYOND_ARRIVAL_DAYS, cover + 14), 180))
    horizon = max(30, (arrives_on - starts_on).days + after)
    inbound = tuple(
        Arrival(
            date.fromisoformat(item["on"]),
            int(item["quantity"]),
            str(item["document"]),
            send_from=item.get("send_from"),
        )
        for item in trace["inbound"]
    )
    ordered = quantity if quantity is not None else int(trace["quantity"]["ordered"])
    order = Arrival(arrives_on, ordered, "") if ordered else None
    sellable, lots = _sellable(trace["position"]), _lots(trace)

    def carry(level: float | None, arrivals: tuple[Arrival, ...]) -> Projection:
        return project_stock(starts_on, sellable, demand.path(horizon, level), arrivals, lots)

    coming = (*inbound, order) if order else inbound
    return Outlook(
        days=tuple(starts_on + timedelta(days=step) for step in range(horizon)),
        without=carry(None, inbound).stock,
        with_order=carry(None, coming).stock,
        low=carry(HIGH_LEVEL, coming).stock,
        high=carry(LOW_LEVEL, coming).stock,
        arrivals=inbound,
        order=order,
    )


def _sellable(position: Mapping[str, int]) -> int:
    """What new demand can be served from; evidence of old knows less of what cannot."""
    gone = ("backordered", "expired", "planned_out")
    return position["available"] - sum(position.get(name, 0) for name in gone)


def _lots(trace: Mapping[str, Any]) -> tuple[DatedLot, ...]:
    free = (trace.get("lots") or {"free": []})["free"]
    return tuple(DatedLot(date.fromisoformat(day), int(units)) for day, units in free)
