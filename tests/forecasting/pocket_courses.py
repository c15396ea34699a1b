"""A pocket calculator for what an order costs and must bring: courses of demand without it.

Stands on `pocket.py` alone and, like it, imports nothing of the program.
"""

from collections.abc import Sequence
from math import sqrt
from typing import Any

from tests.forecasting.pocket import (
    DUST,
    EMPTY,
    Demand,
    day,
    inbound_by_day,
    lead_points,
    lots_by_day,
    mean,
    sellable_of,
    stock_by_day,
    whole,
)


class Courses:
    """Forty equally likely courses of demand without the order: demand, lost and stock by day."""

    def __init__(self, trace: dict[str, Any], horizon: int) -> None:
        demand, found = Demand(trace["demand"]), trace["order_cost"]
        sellable, lots = sellable_of(trace), lots_by_day(trace)
        coming = inbound_by_day(trace)
        self.totals, self.gone, self.left = [], [], []
        for number in range(found["courses"]):
            totals = demand.course((number + 0.5) / found["courses"], horizon)
            left, gone = stock_by_day(sellable, totals, coming, lots)
            self.totals.append(totals)
            self.gone.append(gone)
            self.left.append(left)
        self.owed = [max(0, -sellable)]
        level = sellable
        for step in range(horizon):
            level += coming.get(step, 0)
            self.owed.append(max(0, -level))

    def order(self, one: dict[str, Any], trace: dict[str, Any]) -> dict[str, float]:
        """The expected numbers of one option: an order serves what is lost without it."""
        found, fees = trace["order_cost"], trace["order_cost"]["age_fees"]
        gap = min(one["gap_days"], found["lost_after_days"])
        quantity, most = one["quantity"], found["most_shelf_days"]
        shelf_life = found["shelf_life_days"]
        sums: dict[str, list[float]] = {}
        for arrival in one["arrival_days"]:
            for totals, gone, left in zip(self.totals, self.gone, self.left, strict=True):
                asked = [
                    gone[arrival + step] - gone[arrival] + self.owed[arrival]
                    for step in range(max(most, gap) + 1)
                ]
                lying = [max(0.0, quantity - units) for units in asked[: most + 1]]
                facts = {
                    "shelf": sum(lying[1:]) / quantity,
                    "before": gone[arrival],
                    "after": max(0.0, asked[gap] - quantity),
                    "demand": totals[arrival + gap] - totals[arrival] + self.owed[arrival],
                    "clean": 1.0 if asked[gap] - quantity <= DUST else 0.0,
                    "expired": lying[shelf_life] if shelf_life and shelf_life <= most else 0.0,
                    "unsold": max(0.0, quantity - self._asked(gone, arrival, found)),
                    "months": 0.0,
                    "low": 0.0,
                }
                if fees:
                    facts["months"] = sum(lying[fees["aged_after_days"] + 1 :]) / 30
                    facts["low"] = self._low(arrival, gap, asked, quantity, totals, left, fees)
                for name, value in facts.items():
                    sums.setdefault(name, []).append(value)
        planned = one["planned_day"]
        sums["served"] = [
            min(gone[planned + gap] - gone[planned] + self.owed[planned], quantity)
            for gone in self.gone
        ]
        return {name: mean(values) for name, values in sums.items()}

    def _asked(self, gone: Sequence[float], arrival: int, found: dict[str, Any]) -> float:
        """Units lost without the order by the day from which the rest counts as lost."""
        return gone[arrival + found["lost_after_days"]] - gone[arrival] + self.owed[arrival]

    def in_time(self, one: dict[str, Any], trace: dict[str, Any]) -> int:
        """Units that are worth having before they expire, counted up one by one."""
        told, unit = trace["in_time"], 0
        sold, needed = (
            [
                gone[at + days] - gone[at] + self.owed[at]
                for at in one["arrival_days"]
                for gone in self.gone
            ]
            for days in (told["days"], min(told["days"], one["gap_days"]))
        )
        while unit < max(sold):
            expires = mean(min(1.0, max(0.0, unit + 1 - units)) for units in sold)
            serves = 1 - mean(min(1.0, max(0.0, unit + 1 - units)) for units in needed)
            if expires > max(0.2, told["gain"] * serves) + DUST:
                break
            unit += 1
        return unit

    def expiring(self, quantity: int, one: dict[str, Any], days: int) -> float:
        """Units of so many that are expected to expire."""
        return mean(
            max(0.0, quantity - (gone[at + days] - gone[at] + self.owed[at]))
            for at in one["arrival_days"]
            for gone in self.gone
        )

    def _low(
        self,
        arrival: int,
        gap: int,
        asked: Sequence[float],
        quantity: int,
        totals: Sequence[float],
        left: Sequence[float],
        fees: dict[str, Any],
    ) -> float:
        """Units sold on days that end with too little cover."""
        pace = mean(one[arrival + gap] - one[arrival] for one in self.totals) / gap
        sold = 0.0
        for step in range(1, gap + 1):
            stock = left[arrival + step - 1] + max(0.0, quantity - asked[step])
            if stock < fees["low_cover_days"] * pace:
                wanted = totals[arrival + step] - totals[arrival + step - 1]
                missed = max(0.0, asked[step] - quantity) - max(0.0, asked[step - 1] - quantity)
                sold += wanted - missed
        return sold

    def needed_until(self, one: dict[str, Any], end: int) -> float:
        """Units lost without an order from its arrival until the day options are compared to."""
        middle = round(mean(one["arrival_days"]))
        found = []
        for arrival in one["arrival_days"]:
            last = min(len(self.gone[0]) - 1, max(arrival, end + arrival - middle))
            found.append(mean(g[last] - g[arrival] for g in self.gone) + self.owed[arrival])
        return mean(found)


def chance_of_empty(trace: dict[str, Any]) -> float:
    """Share of arrivals, as planned or late, and levels of demand with a day without stock until
    the next goods.
    """
    lead, demand = trace["lead_time"], Demand(trace["demand"])
    shift = (day(trace["as_of"]) - day(trace["starts_on"])).days
    planned, gap = max(0, shift + lead["days_with_closures"]), lead["gap_days"]
    arrivals = [max(planned, days + shift) for days in lead_points(lead)]
    sellable, coming, lots = sellable_of(trace), inbound_by_day(trace), lots_by_day(trace)
    found = []
    for number in range(200):
        totals = demand.course((number + 0.5) / 200, max(arrivals) + gap)
        left = stock_by_day(sellable, totals, coming, lots)[0]
        found += [any(units < EMPTY for units in left[at : at + gap]) for at in arrivals]
    return sum(found) / len(found)


def most_asked(trace: dict[str, Any]) -> int:
    """Units that high demand can ask of the order from its arrival until late goods of the next
    review, beyond what is there and comes; and the mean of one more review.
    """
    policy, lead, demand = trace["policy"], trace["lead_time"], Demand(trace["demand"])
    shift = (day(trace["as_of"]) - day(trace["starts_on"])).days
    begin = max(0, shift + lead["days_with_closures"])
    end = max(begin, *(max(0, days + shift) for days in lead_points(lead))) + lead["gap_days"]
    through, review = policy["protection_days"], policy["review_days"]
    horizon = max(demand.days[-1], end, through + review)
    usual, high = demand.course(None, horizon), demand.course(policy["service_level"], horizon)
    wide = [max(0.0, most - units) for most, units in zip(high, usual, strict=True)]
    sellable, coming = sellable_of(trace), inbound_by_day(trace)
    spoiled: dict[int, float] = {}
    stock = stock_by_day(sellable, high, coming, lots_by_day(trace), spoiled)[0]
    there = sellable + sum(units for step, units in coming.items() if step < begin)
    left = stock[begin - 1] if begin else max(0, sellable)
    asked, came = [], 0.0
    for step in range(begin + 1, end + 1):
        came += coming.get(step - 1, 0) - spoiled.get(step - 1, 0.0)
        open_spread = sqrt(max(0.0, wide[step] ** 2 - wide[begin] ** 2))
        asked.append(usual[step] - usual[begin] + open_spread - came)
    more = usual[through + review] - usual[through]
    return whole(max(0.0, max(asked) - left) + max(0, -there) + more)
