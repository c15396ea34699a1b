"""Decides whether a trained model takes the place of the one in use. Trains and writes nothing.

The same configuration trained on newer data always takes over: that is what retraining is for. A
new configuration (other code, other settings) must beat the champion by a margin, each measured
against the seasonal naive baseline of its own backtest on the series both know; it also takes over
when the champion's forecasts have grown too old, because stale forecasts are the greater risk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from typing import Any

from inventory_core.planning.registry import LEAST_REACH_DAYS, Ruling

Pair = tuple[int, int]

# A configuration that a person turned back waits so long before age alone brings it in again.
PATIENCE_AFTER_ROLLBACK_DAYS = 28
BASELINE = "seasonal_naive"


@dataclass(frozen=True, slots=True)
class Standing:
    """One release in a contest. `losses`: (champion's, baseline's) per series, in money or units.

    `ends_on`: the last day its forecasts reach. `turned_back`: a person rolled back from it.
    `chosen_on`: the day a person chose it, whatever its age; it is held from that day on.
    """

    release_id: int
    configuration: str
    as_of_on: date
    ends_on: date
    losses: Mapping[Pair, tuple[float, float]]
    turned_back: bool = False
    chosen_on: date | None = None


def rule(
    challenger: Standing,
    champion: Standing | None,
    *,
    as_of: date,
    margin: float,
    patience_days: int,
    needed_until: date,
) -> Ruling:
    """Whether the challenger becomes champion on the day `as_of`.

    `needed_until`: how far forecasts must reach for the plan of that day.
    """
    if champion is None:
        return Ruling(True, "first")
    if champion.release_id == challenger.release_id:
        return Ruling(True, "champion_already")
    gain = gain_of(challenger.losses, champion.losses)

    def said(crowned: bool, reason: str) -> Ruling:
        return Ruling(crowned, reason, gain, champion.release_id)

    if champion.as_of_on > as_of:
        return said(True, "other_day")
    age = (as_of - (champion.chosen_on or champion.as_of_on)).days
    if challenger.turned_back:
        old = age > PATIENCE_AFTER_ROLLBACK_DAYS
        return said(old, "aged" if old else "turned_back")
    if champion.configuration == challenger.configuration:
        return said(True, "same_configuration")
    if champion.chosen_on is not None:
        patience_days = PATIENCE_AFTER_ROLLBACK_DAYS
        needed_until = as_of + timedelta(days=LEAST_REACH_DAYS)
    if champion.ends_on < needed_until:
        return said(True, "too_short")
    if gain is not None and gain >= margin:
        return said(True, "better")
    if age > patience_days:
        return said(True, "aged")
    return said(False, "not_better")


def gain_of(
    new: Mapping[Pair, tuple[float, float]], old: Mapping[Pair, tuple[float, float]]
) -> float | None:
    """Share by which the new one's loss is lower, each relative to its baseline; None: unknown."""
    both = new.keys() & old.keys()
    ours, ours_base = _sums([new[pair] for pair in both])
    theirs, theirs_base = _sums([old[pair] for pair in both])
    if min(ours_base, theirs, theirs_base) <= 0:
        return None
    return 1.0 - (ours / ours_base) / (theirs / theirs_base)


def losses_of(rows: Sequence[Any]) -> dict[Pair, tuple[float, float]]:
    """Losses per series from published forecasts or their digest, in money where prices are known.

    A series without a price counts with the median price of the others.
    """
    prices = sorted(float(row.selling_price) for row in rows if row.selling_price)
    usual = prices[len(prices) // 2] if prices else 1.0
    found = {}
    for row in rows:
        own, base = row.scores.get(row.champion), row.scores.get(BASELINE)
        if own is None or base is None or not (isfinite(own) and isfinite(base)):
            continue
        price = float(row.selling_price) if row.selling_price else usual
        found[row.sku_id, row.warehouse_id] = (own * price, base * price)
    return found


def _sums(losses: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return sum(own for own, _ in losses), sum(base for _, base in losses)
