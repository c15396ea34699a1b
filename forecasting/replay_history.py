"""A stretch of a seller's own past, played again: Yiben's orders, a min/max rule, what happened.

All meet the same demand (what was asked for, stock-outs filled by the pace of days with
stock), the same opening stock and the same terms of supply, with orders as late as lead times
spread; forecasts are made again every four weeks on what was known then, and Yiben's orders go by
the rules of today. Decides what is played beside what. Periods are weeks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forecasting.engine import forecast_panel
from forecasting.past import Past
from forecasting.policy import paying_level
from forecasting.replay_budget import Purse
from forecasting.replay_judged import WEEKS_PER_YEAR, Judged, Total, judge, what_happened
from forecasting.replay_rules import (
    FORECAST_EVERY,
    Forecasts,
    Ours,
    least_cover,
    minmax_rule,
    our_rule,
    our_value,
    recent_mean,
)
from forecasting.replay_together import Group, Supply, play_together
from forecasting.simulate import Floats, Opening, Terms
from inventory_core.errors import Refused

Ints = npt.NDArray[np.int64]

PATHS = 80
LEAST_HISTORY_WEEKS = 20  # before the window
LEAST_WINDOW_WEEKS = 8
PORT_WEEKS = 6  # how long a closed port stays closed
LOTS_SEED = 7
MOST_LEVEL = 0.999
MOST_REVIEW_WEEKS = 8  # of which forecasts are made, so that one rare review does not double them
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
    reach = _reach(past) + round(longest_lead_days / 7)
    weeks = range(0, past.panel.length - first, FORECAST_EVERY)
    for place, week in enumerate(weeks):
        known = past.known(first + week)
        forecast = forecast_panel(known, reach + FORECAST_EVERY, seed=seed)
        paths = forecast.paths(range(known.count), PATHS, seed=seed + place)
        out[week] = (forecast.mean, np.round(paths))
        told((place + 1) / len(weeks))
    return out


def _reach(past: Past) -> int:
    """Weeks that orders look ahead; those of rare reviews see what lies beyond at its mean pace."""
    review = np.minimum(past.chosen.review, MOST_REVIEW_WEEKS)
    furthest = np.maximum(past.lead + review, past.leads.max(axis=1)) + review
    return int(furthest.max(initial=2))


def replay_history(past: Past, what_if: WhatIf, outlooks: Forecasts) -> Compared:
    """Play the window again, week by week, on the forecasts of its time."""
    first, later = first_week(past), round(what_if.lead_days / 7)
    longer = replace(past, lead=past.lead + later, leads=past.leads + later)
    asked = past.asked[:, first:] * (1.0 + what_if.demand)
    if what_if.demand:
        asked = np.round(asked)
    groups = _groups(longer, what_if, outlooks, asked)
    late = _late(past, asked.shape[1], what_if.port_days)
    judged = {name: _judged(longer, asked, parts, late, what_if) for name, parts in groups.items()}
    changed = bool(what_if.lead_days or what_if.demand or what_if.port_days or what_if.budget)
    actual = None
    if not changed:
        total = what_happened(past, first)
        actual = judge(past, asked, total, what_if.holding_rate_year, what_if.dead_days)
    return Compared(first, judged["ours"], judged["paying"], judged["minmax"], actual)


def _groups(
    past: Past, what_if: WhatIf, outlooks: Forecasts, asked: Floats
) -> dict[str, list[Group]]:
    """Each plan's orders of all series, by lead time."""
    first, price = first_week(past), lost_unit_price(past, what_if)
    levels = {
        "ours": np.full(len(past.cost), what_if.service_level),
        "paying": levels_that_pay(past, what_if),
    }
    promised, earned = past.chosen.level, np.maximum(past.price - past.cost, 0.0)
    gain = earned / np.where(past.cost > 0, past.cost, np.inf)
    groups: dict[str, list[Group]] = {name: [] for name in (*levels, "minmax")}
    for weeks in np.unique(past.lead).tolist():
        rows = np.flatnonzero(past.lead == weeks)
        opening = _opening(past, rows, first, weeks)
        holding = past.cost[rows] * what_if.holding_rate_year / WEEKS_PER_YEAR
        # A budget is shared by the whole margin, though nobody holds a unit that long for it.
        margin = earned[rows] / np.maximum(holding, 1e-9)
        terms = Terms(weeks, 1, 1.0, 0.0)
        worth = our_value(outlooks, rows, terms, np.maximum(margin, price[rows]), holding)
        for name, level in levels.items():
            here = np.where(np.isnan(promised), level, promised)[rows]
            ours = Ours(weeks, past.leads[rows], here, past.chosen.select(rows), past.keeps[rows],
                        gain[rows])  # fmt: skip
            rule = our_rule(outlooks, rows, ours)
            groups[name].append(Group(rows, weeks, opening, rule, worth))
        mean = recent_mean(np.hstack([past.asked[rows, :first], asked[rows]]), first)
        sheet = minmax_rule(mean, weeks, past.keeps[rows])
        groups["minmax"].append(Group(rows, weeks, opening, sheet, least_cover(mean)))
    return groups


def _judged(
    past: Past, asked: Floats, groups: Sequence[Group], late: Ints, what_if: WhatIf
) -> Judged:
    supply = Supply(past.pack, past.moq, past.production, past.keeps)
    share = None
    if what_if.budget is not None:
        share = Purse(what_if.budget, past.cost, groups, supply).share
    played = play_together(asked, groups, supply, late, share)
    total = Total.of(played.left, played.sold, played.expired)
    return judge(past, asked, total, what_if.holding_rate_year, what_if.dead_days)


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
