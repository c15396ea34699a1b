"""What announced covariates (promotion, price, opening, feast) say about a period ahead.

Decides from history which covariates vary, which of them are flags, and which flags together
make the *state* of a period; then tells how a series sold in that same state before.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from forecasting.decay import decayed_mean
from forecasting.filters import carried, gather, ratio, rolling_mean
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MAX_STATE_FLAGS = 3
DISCOUNT = 0.95  # a price below this share of its usual one is a state of its own
MIN_FLAG_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Covariates:
    """What was learned about the covariates, and the state of every period [S, T + F]."""

    flags: tuple[str, ...]
    amounts: tuple[str, ...]
    groups: tuple[tuple[str, str], ...]
    state_flags: tuple[str, ...]
    state: Ints
    usual: dict[str, Floats]
    shares: dict[tuple[str, str], Floats]
    cache: dict[tuple[int, int], Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CovariatePlan:
    """Which covariates matter, learned once at fit and kept for every later panel."""

    flags: tuple[str, ...]
    amounts: tuple[str, ...]
    groups: tuple[tuple[str, str], ...]
    state_flags: tuple[str, ...]


def plan_covariates(panel: Panel) -> CovariatePlan:
    """Choose covariates by what the history of `panel` shows, nothing later."""
    seen = ~np.isnan(panel.y)
    flags: list[str] = []
    amounts: list[str] = []
    for name, values in panel.known.items():
        history = values[:, : panel.length][seen]
        history = history[~np.isnan(history)]
        if len(history) == 0 or np.ptp(history) == 0:
            continue
        zeros = float((history == 0).mean())
        is_flag = zeros > 0.05 and history.min() >= 0
        (flags if is_flag else amounts).append(name)
        if is_flag and len(np.unique(history[:5000])) > 2:
            amounts.append(name)
    groups = tuple(
        (amount, kind)
        for amount in [*amounts, *flags]
        for kind in panel.static
        if _differs_within(panel, amount, kind)
    )
    candidates = [*flags, *[name for name in amounts if name not in flags]]
    ranked = sorted(candidates, key=lambda name: -_effect(panel, name))
    return CovariatePlan(
        flags=tuple(flags),
        amounts=tuple(amounts),
        groups=groups[:6],
        state_flags=tuple(ranked[:MAX_STATE_FLAGS]),
    )


def covariates_of(plan: CovariatePlan, panel: Panel) -> Covariates:
    """The plan applied to a panel: its states and usual amounts."""
    state = np.zeros(next(iter(panel.known.values())).shape if panel.known else panel.y.shape)
    for bit, name in enumerate(plan.state_flags):
        state = state + (2**bit) * _flag(panel, name)
    usual = {
        name: carried(rolling_mean(panel.known[name], 2 * panel.frequency.level_window))
        for name in plan.amounts
    }
    shares = {
        (name, kind): _against_group(panel.known[name], panel.static[kind])
        for name, kind in plan.groups
    }
    return Covariates(
        plan.flags, plan.amounts, plan.groups, plan.state_flags,
        state.astype(np.int64), usual, shares,
    )  # fmt: skip


def covariate_columns(
    covariates: Covariates, panel: Panel, series: Ints, last: Ints, target: Ints
) -> dict[str, Floats]:
    """Announced values at the target, around it, and against what was usual at the origin."""
    columns: dict[str, Floats] = {}
    for name in dict.fromkeys([*covariates.flags, *covariates.amounts]):
        values = panel.known[name]
        columns[f"known_{name}"] = gather(values, series, target)
        columns[f"before_{name}"] = gather(values, series, target - 1)
        columns[f"after_{name}"] = gather(values, series, target + 1)
    for name in covariates.amounts:
        if name in covariates.flags:
            continue  # mostly off: what is usual is nothing
        usual = gather(covariates.usual[name], series, last)
        columns[f"against_usual_{name}"] = ratio(columns[f"known_{name}"], usual, 1e-9)
        columns[f"usual_{name}"] = usual
    for (name, kind), values in covariates.shares.items():
        columns[f"against_{kind}_{name}"] = gather(values, series, target)
    for name, values in panel.past.items():
        now = gather(values, series, last)
        columns[f"past_{name}"] = now
        wide = 2 * panel.frequency.level_window
        columns[f"past_turn_{name}"] = ratio(
            now, gather(rolling_mean(values, wide), series, last), 1e-9
        )
    return columns


def lookup_states(
    covariates: Covariates, panel: Panel, series: Ints, last: Ints, target: Ints
) -> dict[str, Floats]:
    """Mean demand so far under the target's state, and (short seasons) in its phase too."""
    if not covariates.state_flags:
        return {}
    season = panel.frequency.season
    state = covariates.state[series, target]
    columns = {"state_mean": _mean_by(covariates, panel, state, series, last, season=1)}
    if season <= 12:
        keys = state * season + target % season
        columns["state_phase_mean"] = _mean_by(covariates, panel, keys, series, last, season=season)
    return columns


def _mean_by(
    covariates: Covariates, panel: Panel, keys: Ints, series: Ints, last: Ints, *, season: int
) -> Floats:
    out = np.full(len(keys), np.nan)
    half_life = 6.0 * panel.frequency.level_window
    for key in np.unique(keys):
        place = (season, int(key))
        if place not in covariates.cache:
            of_period = covariates.state[:, : panel.length] * season
            of_period = of_period + np.arange(panel.length)[None, :] % season
            y = np.where(of_period == key, panel.y, np.nan)
            covariates.cache[place] = decayed_mean(y, half_life)
        rows = keys == key
        out[rows] = gather(covariates.cache[place], series[rows], last[rows])
    return out


def _flag(panel: Panel, name: str) -> Floats:
    """1 where the covariate is out of the usual: set, or an amount well below its mean so far."""
    values = panel.known[name]
    if (np.nan_to_num(values[:, : panel.length]) == 0).mean() > MIN_FLAG_SHARE:
        return (np.nan_to_num(values) > 0).astype(np.float64)
    usual = carried(rolling_mean(values[:, : panel.length], 2 * panel.frequency.level_window))
    before = np.hstack([usual[:, :1], usual])[:, : panel.length]
    beyond = np.repeat(usual[:, -1:], values.shape[1] - panel.length, axis=1)
    return (values < DISCOUNT * np.hstack([before, beyond])).astype(np.float64)


def _effect(panel: Panel, name: str) -> float:
    """How much demand moves with the flag: |log ratio| of means, weighted by how often it is on."""
    on = _flag(panel, name)[:, : panel.length] > 0
    count = (~np.isnan(panel.y)).sum(axis=1, keepdims=True)
    size = np.nansum(panel.y, axis=1, keepdims=True) / np.maximum(count, 1)
    share = panel.y / np.where(size > 0, size, np.nan)
    with_it, without = share[on & ~np.isnan(share)], share[~on & ~np.isnan(share)]
    if len(with_it) < 30 or len(without) < 30:
        return 0.0
    turn = np.log((with_it.mean() + 0.01) / (without.mean() + 0.01))
    frequency = on.mean()
    return float(abs(turn) * np.sqrt(frequency * (1 - frequency)))


def _differs_within(panel: Panel, amount: str, kind: str) -> bool:
    """Whether a covariate differs between series of one kind in the same period."""
    if not 1 < len(np.unique(panel.static[kind])) < panel.count:
        return False
    against = _against_group(panel.known[amount][:, -50:], panel.static[kind])
    return bool(np.nanstd(against) > 1e-3)


def _against_group(values: Floats, kind: Floats) -> Floats:
    """Each value less the mean of its group in the same period (a rival's price, a sibling's)."""
    _, codes = np.unique(np.nan_to_num(kind, nan=-1.0), return_inverse=True)
    seen = ~np.isnan(values)
    member = csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))))
    return values - ratio(member @ np.where(seen, values, 0.0), member @ (seen * 1.0), 0.5)[codes]
