"""A pocket calculator: works out the numbers of a suggestion from its trace, and from nothing else.

Plain Python with + - * /, min, max, rounding and straight lines between given points. It imports
nothing of the program, so that a fault there is not repeated here.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, sqrt
from typing import Any

D = Decimal
DAY = timedelta(days=1)
NORMAL_SLICES = (-1.463366, -0.598798, 0.0, 0.598798, 1.463366)
EMPTY = 0.5 - 1e-6  # half a unit on the shelf is one to sell, a millionth forgiven
DUST = 1e-6


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


def line(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Straight between the points, level beyond the ends."""
    if x <= xs[0]:
        return ys[0]
    for place in range(1, len(xs)):
        if x <= xs[place]:
            left, right = xs[place - 1], xs[place]
            part = (x - left) / (right - left) if right > left else 1.0
            return ys[place - 1] + part * (ys[place] - ys[place - 1])
    return ys[-1]


def mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def day(text: str) -> date:
    return date.fromisoformat(text)


class Demand:
    """The demand table of a trace: totals of the first so many days."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.days, self.levels = table["days"], table["levels"]
        self.means, self.rows = table["mean"], table["quantiles"]

    def mean(self, days: float) -> float:
        """The mean total of so many days; beyond the table at its average pace."""
        if days >= self.days[-1]:
            return float(self.means[-1] * days / self.days[-1])
        return line(days, [0, *self.days], [0, *self.means])

    def row(self, days: float) -> list[float]:
        """The quantiles of the total of so many days."""
        if days >= self.days[-1]:
            return [value * days / self.days[-1] for value in self.rows[-1]]
        columns = zip(*self.rows, strict=True)
        return [line(days, [0, *self.days], [0, *column]) for column in columns]

    def tails(self, row: Sequence[float]) -> tuple[list[float], list[float]]:
        """Levels 0 and 1 added in a straight line, never below zero."""
        up = [max(row[: place + 1]) for place in range(len(row))]
        low, high = self.levels[:2], self.levels[-2:]
        first = up[0] - (up[1] - up[0]) * low[0] / (low[1] - low[0])
        last = up[-1] + (up[-1] - up[-2]) * (1 - high[1]) / (high[1] - high[0])
        return [0.0, *self.levels, 1.0], [max(0.0, first), *up, last]

    def at(self, days: float, level: float) -> float:
        """One quantile of the total of so many days."""
        levels, row = self.tails(self.row(days))
        return line(level, levels, row)

    def course(self, level: float | None, horizon: int) -> list[float]:
        """The running total after 0 .. horizon days, never falling: the mean, or one quantile."""
        steps = self.means
        if level is not None:
            steps = [line(level, *self.tails(row)) for row in self.rows]
        steps = [max(steps[: place + 1]) for place in range(len(steps))]
        xs, ys = [0, *self.days], [0.0, *steps]
        found, place = [0.0], 1
        for step in range(1, horizon + 1):
            while place < len(xs) - 1 and step > xs[place]:
                place += 1
            part = (step - xs[place - 1]) / (xs[place] - xs[place - 1])
            between = ys[place - 1] + part * (ys[place] - ys[place - 1])
            found.append(ys[-1] * step / xs[-1] if step > xs[-1] else between)
        return found

    def mixed(self, intervals: Sequence[int], level: float) -> float:
        """The quantile of demand over an interval that is one of these by chance."""
        if len(set(intervals)) == 1:
            return self.at(intervals[0], level)
        curves = []
        for days in intervals:
            levels, row = self.tails(self.row(days))
            curves.append((levels, [value + place * 1e-9 for place, value in enumerate(row)]))
        points = sorted({value for _, row in curves for value in row})
        shares = [mean(line(x, row, levels) for levels, row in curves) for x in points]
        return line(level, shares, points)

    def short(self, intervals: Sequence[int], supply: float) -> float:
        """Units beyond a supply, over a thousand slices of chance."""
        found = []
        for days in intervals:
            levels, row = self.tails(self.row(days))
            found.append(
                mean(max(0.0, line((n + 0.5) / 1000, levels, row) - supply) for n in range(1000))
            )
        return mean(found)


class Calendars:
    """The calendars of a trace, to count days on."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found

    def works(self, code: str | None, on: date) -> bool:
        if code is None:
            return True
        calendar = self.found[code]
        for first, last in calendar["opened"]:
            if day(first) <= on <= day(last):
                return True
        if any(day(first) <= on <= day(last) for first, last in calendar["closed"]):
            return False
        return on.isoweekday() in calendar["weekdays"]

    def arrives(self, on: date, legs: Sequence[dict[str, Any]]) -> date:
        """Leg by leg, each day of a leg on the next day worked."""
        for leg in legs:
            for _ in range(leg["days"]):
                on += DAY
                while not self.works(leg["calendar"], on):
                    on += DAY
        return on

    def latest(self, needed: date, legs: Sequence[dict[str, Any]], office: str) -> date:
        """The same way back, to a day on which the office works."""
        on = needed
        for leg in reversed(legs):
            for _ in range(leg["days"]):
                while not self.works(leg["calendar"], on):
                    on -= DAY
                on -= DAY
        while not self.works(office, on):
            on -= DAY
        return on


def sellable_of(trace: dict[str, Any]) -> int:
    """What new demand can be served from: neither promised, held, expired nor waited for, and not
    to leave for another site.
    """
    position = trace["position"]
    gone = position["expired"] + position["backordered"] + position["planned_out"]
    return int(position["available"] - gone)


def lots_by_day(trace: dict[str, Any]) -> list[tuple[int, float]]:
    """Free units with the last day on which they can be sold, counted from the first of demand."""
    lots = (trace["lots"] or {"free": []})["free"]
    return [((day(on) - day(trace["starts_on"])).days, float(units)) for on, units in lots]


def stock_by_day(
    start: float,
    totals: Sequence[float],
    coming: dict[int, int],
    lots: Sequence[tuple[int, float]] = (),
    spoiled: dict[int, float] | None = None,
) -> tuple[list[float], list[float]]:
    """End-of-day stock and units lost in all so far; what is owed is served first.

    The lot that expires first is sold first, and what is left of it after its last day is gone,
    into `spoiled` by day where that is handed in.
    """
    level, left, gone, lost = float(start), [], [0.0], 0.0
    shelf = sorted(lots)
    for step in range(len(totals) - 1):
        wanted = totals[step + 1] - totals[step]
        while shelf and shelf[0][0] < step:
            _, units = shelf.pop(0)
            level -= units
            if spoiled is not None and units > DUST:
                spoiled[step] = spoiled.get(step, 0.0) + units
        level += coming.get(step, 0)
        served = min(wanted, max(0.0, level))
        level -= served
        rest = served
        for place, (last, units) in enumerate(shelf):
            part = min(rest, units)
            shelf[place], rest = (last, units - part), rest - part
        lost += wanted - served
        left.append(max(0.0, level))
        gone.append(lost)
    return left, gone


def inbound_by_day(trace: dict[str, Any]) -> dict[int, int]:
    """What comes on which day from the first day of demand on; overdue goods on the first."""
    found: dict[int, int] = {}
    for item in trace["inbound"]:
        step = max(0, (day(item["on"]) - day(trace["starts_on"])).days)
        found[step] = found.get(step, 0) + item["quantity"]
    return found


def learned_numbers(found: dict[str, Any]) -> dict[str, Any]:
    """Ratio, spread and five slices of the mixture of own, supplier's and stated ratios."""
    own, pool, stated = found["ratios"], found["ratios_of_supplier"], found["stated_ratios"]
    waiting, others = found["open_ratios"], found["open_ratios_of_supplier"]
    prior, n, m = found["prior_orders"], len(own) + len(waiting), len(pool) + len(others)
    weight, of_pool = n / (n + prior), m / (m + prior)
    parts = [(value, weight / n) for value in own]
    parts += [(value, (1 - weight) * of_pool / m) for value in pool]
    parts += [(value, (1 - weight) * (1 - of_pool) / len(stated)) for value in stated]
    late = [(value, weight / n) for value in waiting]
    late += [(value, (1 - weight) * of_pool / m) for value in others]
    parts = _beyond(parts, sorted(late))
    ratio = sum(value * share for value, share in parts)
    spread = sqrt(sum(share * (value - ratio) ** 2 for value, share in parts))
    shares, sums = [0.0], [0.0]
    for value, share in sorted(parts):
        shares.append(shares[-1] + share)
        sums.append(sums[-1] + share * value)
    ends = [line(cut / 5, shares, sums) for cut in range(6)]
    points = [(ends[place + 1] - ends[place]) * 5 for place in range(5)]
    middle = mean(points)
    wide = sqrt(mean((point - middle) ** 2 for point in points))
    slices = [ratio + (p - middle) * (spread / wide if wide > 0 else 0.0) for p in points]
    return {"weight": weight, "ratio": ratio, "spread": spread, "slices": slices}


def _beyond(
    parts: list[tuple[float, float]], late: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """What has not come is later than so far: its share goes to everything later than that."""
    while late:
        bound = late[0][0]
        share = sum(part for value, part in late if value == bound)
        here = [one for one in late if one[0] == bound]
        late = late[len(here) :]
        room = sum(part for value, part in parts + late if value > bound)
        if not room:
            parts += here
            continue
        more = 1 + share / room
        parts = [(value, part * more if value > bound else part) for value, part in parts]
        late = [(value, part * more) for value, part in late]
    return parts


def lead_points(lead: dict[str, Any]) -> list[int]:
    """Equally likely lead times around the planned one."""
    days = lead["days_with_closures"]
    if lead["offsets"]:
        return [max(0, round(days + offset)) for offset in lead["offsets"]]
    if lead["spread_days"] <= 0:
        return [days]
    return [max(0, round(days + lead["spread_days"] * point)) for point in NORMAL_SLICES]


def whole(units: float, *, least: float = 0.0) -> int:
    """The next whole unit, a millionth forgiven; less than `least` is none."""
    return 0 if units < least else ceil(units - DUST)
