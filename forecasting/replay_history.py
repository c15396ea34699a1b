"""A stretch of a seller's own past, played again: Yiben's orders, a min/max rule, what happened.

All meet the same demand (what was asked for, stock-outs filled by the pace of days with
stock), the same opening stock and the same terms of supply, with orders as late as lead times
spread; forecasts are made again every four weeks on what was known then. Decides how a plan is
judged. Periods are weeks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forecasting.engine import forecast_panel
from forecasting.past import Past
from forecasting.policy import paying_level
from forecasting.replay_budget import Group, play_within
from forecasting.replay_rules import (
    FORECAST_EVERY,
    Forecasts,
    least_cover,
    minmax_rule,
    our_rule,
    our_value,
    recent_mean,
)
from forecasting.simulate import Floats, Opening, Terms, play
from inventory_core.errors import Refused

Ints = npt.NDArray[np.int64]

WEEKS_PER_YEAR = 52
PATHS = 80
LEAST_HISTORY_WEEKS = 20  # before the window
LEAST_WINDOW_WEEKS = 8
PORT_WEEKS = 6  # how long a closed port stays closed
LOTS_SEED = 7
MOST_LEVEL = 0.999
MOST_WEEKS_HELD = 99.0  # nobody keeps a unit nearly two years for the sake of one sale


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is changed in the replay. `demand` 0.2: a fifth more than was asked for; `lead_days`:
    every way takes longer; `port_days`: orders placed in the middle of the window come later;
    `budget`: cash for all orders of a week, base currency.
    """

    service_level: float
    holding_rate_year: float
    dead_days: int
    lead_days: int = 0
    demand: float = 0.0
    port_days: int = 0
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One plan in figures, base currency; None where a denominator is empty."""

    fill_rate: float | None
    stock_value: float
    dead_value: float
    turnover_year: float | None
    lost_sales: float
    holding_cost: float
    stockout_cost: float
    value_by_week: tuple[float, ...]
    cost_by_week: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """The plans over the same weeks: Yiben to the promised level and to the one that pays for each
    series, min/max, and what happened, None where something was changed.
    """

    first: int
    ours: Judged
    paying: Judged
    minmax: Judged
    actual: Judged | None


def first_week(past: Past) -> int:
    """The first week of the window: a year back, or what there is after a history to learn from."""
    length = past.panel.length
    first = max(LEAST_HISTORY_WEEKS, length - WEEKS_PER_YEAR)
    if length - first < LEAST_WINDOW_WEEKS:
        raise Refused("replay_past_too_short", weeks=length, least=first + LEAST_WINDOW_WEEKS)
    return first


def forecasts_then(
    past: Past,
    *,
    longest_lead_days: int = 0,
    seed: int = 0,
    told: Callable[[float], None] = lambda _: None,
) -> Forecasts:
    """Every four weeks of the window the forecast that was possible then: week → mean and paths.

    One set serves every what-if whose `lead_days` are at most `longest_lead_days`. `told` gets the
    share done.
    """
    first = first_week(past)
    out: dict[int, tuple[Floats, Floats]] = {}
    longest = max(int(past.lead.max(initial=0)) + 1, int(past.leads.max(initial=0)))
    reach = longest + round(longest_lead_days / 7) + 1
    weeks = range(0, past.panel.length - first, FORECAST_EVERY)
    for place, week in enumerate(weeks):
        known = past.known(first + week)
        forecast = forecast_panel(known, reach + FORECAST_EVERY, seed=seed)
        paths = forecast.paths(range(known.count), PATHS, seed=seed + place)
        out[week] = (forecast.mean, np.round(paths))
        told((place + 1) / len(weeks))
    return out


def replay_history(past: Past, what_if: WhatIf, outlooks: Forecasts) -> Compared:
    """Play the window again, week by week, on the forecasts of its time."""
    first = first_week(past)
    later = round(what_if.lead_days / 7)
    longer, price = replace(past, lead=past.lead + later), lost_unit_price(past, what_if)
    lead, leads = longer.lead, past.leads + later
    levels = {
        "ours": np.full(len(past.cost), what_if.service_level),
        "paying": levels_that_pay(past, what_if),
    }
    asked = past.asked[:, first:] * (1.0 + what_if.demand)
    if what_if.demand:
        asked = np.round(asked)
    groups: dict[str, list[Group]] = {name: [] for name in (*levels, "minmax")}
    for weeks in np.unique(lead):
        rows = np.flatnonzero(lead == weeks)
        terms = Terms(int(weeks), 1, 1.0, 0.0, moq=past.moq[rows], pack=past.pack[rows])
        opening = _opening(longer, rows, first, int(weeks))
        holding = past.cost[rows] * what_if.holding_rate_year / WEEKS_PER_YEAR
        # A budget is shared by the whole margin, though nobody holds a unit that long for it.
        margin = np.maximum(past.price[rows] - past.cost[rows], 0.0) / np.maximum(holding, 1e-9)
        worth = our_value(outlooks, rows, terms, np.maximum(margin, price[rows]), holding)
        for name, level in levels.items():
            rule = our_rule(outlooks, rows, terms, leads[rows], level[rows])
            groups[name].append(Group(rows, terms, opening, rule, worth))
        known = np.hstack([past.asked[rows, :first], asked[rows]])
        mean = recent_mean(known, first)
        rule = minmax_rule(mean, int(weeks))
        groups["minmax"].append(Group(rows, terms, opening, rule, least_cover(mean)))
    late = _late(past, asked.shape[1], what_if.port_days)
    plays = {
        name: _played(past, asked, parts, late, what_if.budget) for name, parts in groups.items()
    }
    judged = {name: _judge(longer, asked, total, what_if) for name, total in plays.items()}
    changed = bool(what_if.lead_days or what_if.demand or what_if.port_days or what_if.budget)
    actual = None if changed else _judge(past, asked, _what_happened(past, first), what_if)
    return Compared(first, judged["ours"], judged["paying"], judged["minmax"], actual)


@dataclass(frozen=True, slots=True)
class _Total:
    """Units over the window, each [S, W]."""

    left: Floats
    sold: Floats
    came: Floats

    @classmethod
    def of(cls, left: Floats, sold: Floats) -> "_Total":
        """What came follows from what is left and was sold; the first week is not known."""
        before = np.column_stack([np.full(len(left), np.nan), left[:, :-1]])
        return cls(left, sold, np.nan_to_num(left + sold - before))


def _played(
    past: Past, asked: Floats, groups: Sequence[Group], late: Ints, budget: float | None
) -> _Total:
    """Every group by itself, or all together where they share a budget."""
    if budget is not None:
        left, sold, _ = play_within(asked, groups, cost=past.cost, budget=budget, late=late)
        return _Total.of(left, sold)
    left, sold = np.zeros(asked.shape), np.zeros(asked.shape)
    for one in groups:
        played = play(asked[one.rows], one.terms, one.opening, one.rule, late=late[one.rows])
        left[one.rows], sold[one.rows] = played.left, played.sold
    return _Total.of(left, sold)


def _what_happened(past: Past, first: int) -> _Total:
    since = slice(first, None)
    sold = np.minimum(past.served[:, since], past.asked[:, since])
    return _Total(past.stock[:, since], sold, past.arrived[:, since])


def _opening(past: Past, rows: Ints, first: int, lead: int) -> Opening:
    """The stock that was there, and what had been ordered: what really came in the lead time.

    Of a lead time longer than the window only what came within it is known, and matters.
    """
    known = past.arrived[rows, first : first + lead]
    coming = np.pad(known, ((0, 0), (0, lead - known.shape[1])))
    return Opening(np.maximum(past.stock[rows, first - 1], 0.0), coming)


def levels_that_pay(past: Past, what_if: WhatIf) -> Floats:
    """[S] the service level that pays for each series."""
    holding = past.cost * what_if.holding_rate_year / WEEKS_PER_YEAR
    return paying_level(np.maximum(past.price - past.cost, 0.0), holding)


def lost_unit_price(past: Past, what_if: WhatIf) -> Floats:
    """[S] what a lost unit counts, in weeks of holding one: its margin, and never less than the
    service level a asks for, a / (1 - a).
    """
    level = min(what_if.service_level, MOST_LEVEL)
    holding = past.cost * what_if.holding_rate_year / WEEKS_PER_YEAR
    margin = np.maximum(past.price - past.cost, 0.0)
    worth = np.where(holding > 0, margin / np.maximum(holding, 1e-9), 0.0)
    least = level / (1.0 - level)
    return np.asarray(np.maximum(np.minimum(worth, MOST_WEEKS_HELD), least))


def _late(past: Past, weeks: int, port_days: int) -> Ints:
    """[S, W] weeks by which an order comes after its time: one of its lead times by lot, the same
    for every plan and for all that travels together, and what a closed port adds.
    """
    slices, ships = past.leads.shape[1], int(past.ship.max(initial=-1)) + 1
    lots = np.random.default_rng(LOTS_SEED).integers(0, slices, (ships, weeks))
    late = np.take_along_axis(past.leads - past.lead[:, None], lots[past.ship], axis=1)
    middle = weeks // 2
    late[:, middle : middle + PORT_WEEKS] += round(port_days / 7)
    return np.asarray(late)


def _judge(past: Past, asked: Floats, total: _Total, what_if: WhatIf) -> Judged:
    """Figures of a plan over the window."""
    left, lost = np.maximum(total.left, 0.0), asked - total.sold
    margin = np.maximum(past.price - past.cost, 0.0)
    value = (left * past.cost[:, None]).sum(axis=0)
    holding = value * what_if.holding_rate_year / WEEKS_PER_YEAR
    missed = (lost * margin[:, None]).sum(axis=0)
    weeks = asked.shape[1]
    quiet = max(1, round(what_if.dead_days / 7))
    unsold = total.sold[:, -quiet:].sum(axis=1) == 0
    old = np.maximum(left[:, -1] - total.came[:, -quiet:].sum(axis=1), 0.0)
    sold_cost = float((total.sold * past.cost[:, None]).sum())
    mean_value, wanted = float(value.mean()), float(asked.sum())
    turned = sold_cost / mean_value * WEEKS_PER_YEAR / weeks if mean_value > 0 else None
    return Judged(
        fill_rate=float(total.sold.sum()) / wanted if wanted > 0 else None,
        stock_value=mean_value,
        dead_value=float((old * past.cost)[unsold].sum()),
        turnover_year=turned,
        lost_sales=float((lost * past.price[:, None]).sum()),
        holding_cost=float(holding.sum()),
        stockout_cost=float(missed.sum()),
        value_by_week=tuple(float(each) for each in value),
        cost_by_week=tuple(float(each) for each in np.cumsum(holding + missed)),
    )
