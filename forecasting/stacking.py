"""Decides how much each candidate counts: non-negative weights per segment of similar series,
drawn to equal weights among the candidates that earn a place, and of a few series to what many
taught. Fits no model itself; by which errors candidates are compared is told in `trial_runs`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.candidates import (
    FEW_RARE,
    FEW_STEADY,
    KIN_SEASON,
    MUST_BEAT,
    RARE_ONLY,
    SEASONLESS,
    SUPPORT,
    TRIED_SMALLER,
)
from forecasting.panel import Bools, Floats, Ints, Panel
from forecasting.trial_runs import Runs, runs_of

PLACE_MARGIN = 1.08  # a candidate within this factor of the best loss earns a place
SMALLER_MARGIN = 1.25  # one that was tried smaller than it is
LEAST_ROWS = 400
# The trial of a few series is a handful of weeks that overlap: weights learned of it follow chance.
ENOUGH_SERIES = 30
LEAST_TRUST = {0: 0.25, 1: 0.0}  # in what one series teaches: a steady one, a rare one
# Weights of a few rare sellers that err so little against those of many are no chance: trusted
# whole at the first share, none the more at the second, and never where they say too little.
NO_CHANCE, MAY_BE_CHANCE = 0.5, 0.8
SAYS_ENOUGH = 0.7
SPARSE_SHARE = 0.5
LEANS = (0.0, 0.05, 0.1)  # shares of the middle in what is said of rare sellers
LEAN_MUST_GAIN = 0.99


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights [segments, candidates] (each row sums to 1) and the segment of each series."""

    names: tuple[str, ...]
    segment: Ints
    table: Floats

    def counts(self, name: str) -> bool:
        """Whether any series takes anything of it."""
        return bool(self.table[self.segment][:, self.names.index(name)].any())

    def blend(self, forecasts: Mapping[str, Floats]) -> Floats:
        """The weighted mean of forecasts shaped [..., S, H]; those that do not count may lack."""
        by_series = self.table[self.segment]
        parts = (
            by_series[:, place, None] * forecasts[name]
            for place, name in enumerate(self.names)
            if self.counts(name)
        )
        return np.asarray(sum(parts), dtype=np.float64)


def segments_of(panel: Panel) -> Ints:
    """[S] segment by share of zeros, length of life and, within those, volume."""
    seen = ~np.isnan(panel.y)
    count = np.maximum(seen.sum(axis=1), 1)
    zero_share = ((panel.y <= 0) & seen).sum(axis=1) / count
    mean = np.where(seen, panel.y, 0.0).sum(axis=1) / count
    sparse = (zero_share > SPARSE_SHARE).astype(np.int64)
    young = (count < 2 * panel.frequency.level_window).astype(np.int64)
    large = np.zeros(panel.count, dtype=np.int64)
    for kind in (0, 1):
        rows = sparse == kind
        if rows.any():
            large[rows] = mean[rows] > np.median(mean[rows])
    return np.asarray(sparse + 2 * young + 4 * large, dtype=np.int64)


def learn_weights(
    actual: Floats, forecasts: Mapping[str, Floats], size: Floats, segment: Ints
) -> Weights:
    """Weights from out-of-sample forecasts; actual and each forecast are [O, S, H], size [S]."""
    names = tuple(forecasts)
    codes = np.unique(segment)
    table = np.zeros((int(codes.max()) + 1, len(names)))
    for sparse in (0, 1):
        kind = segment % 2 == sparse
        # The middle of a rare seller is nothing at all: it would only pull the mean down.
        left_out = SUPPORT if sparse else RARE_ONLY | _beaten(actual, forecasts, size, kind)
        places = [place for place, name in enumerate(names) if name not in left_out]
        some = {names[place]: forecasts[names[place]] for place in places}
        every = _weigh(actual, some, size, kind)
        for code in codes[codes % 2 == sparse]:
            rows = segment == code
            own = every
            count = int((~np.isnan(actual[:, rows])).sum())
            if count >= LEAST_ROWS:
                trust = count / (count + 10.0 * LEAST_ROWS)
                own = trust * _weigh(actual, some, size, rows) + (1.0 - trust) * every
            table[code, places] = own
        if KIN_SEASON in some:
            runs = runs_of(actual, some, size, kind)
            table[sparse::2, places] = _season_first(tuple(some), table[sparse::2, places], runs)
        of_few, trust = _of_few(names, sparse), trust_of(int(kind.sum()), sparse)
        if sparse and trust < 1.0:
            learned = np.zeros(len(names))
            learned[places] = every
            trust = max(trust, _shown(runs_of(actual, forecasts, size, kind), learned, of_few))
        table[sparse::2] = trust * table[sparse::2] + (1.0 - trust) * of_few
    return Weights(names=names, segment=segment, table=table)


def _season_first(names: Sequence[str], table: Floats, runs: Runs | None) -> Floats:
    """The weights [segments, K] with those of candidates that know no season of their own handed to
    the one that does, unless the trial speaks against it.

    A trial inside the first year asks in a few months what a season is worth in all of them: it
    weighs both alike where not much was moving. Whoever errs as little there has a place.
    """
    flat = np.isin(names, list(SEASONLESS))
    kin = np.asarray(names) == KIN_SEASON
    found = table.copy()
    if runs is None:
        return found
    for weights in found:
        share = weights[flat].sum()
        if share <= 0:
            continue
        instead = np.where(flat, weights, 0.0) / share
        if runs.loss(kin * 1.0) <= PLACE_MARGIN * runs.loss(instead):
            weights[kin] += share
            weights[flat] = 0.0
    return found


def trust_of(series: int, sparse: int) -> float:
    """How far, 0 to 1, the trial of so many series of a kind (1: rare) is believed."""
    least = LEAST_TRUST[sparse]
    return least + (1.0 - least) * min(1.0, series / ENOUGH_SERIES)


def lean_to_middle(
    actual: Floats, blend: Floats, middle: Floats, size: Floats, rare: Bools
) -> float:
    """How much of the `middle` of rare demand the blend takes; all [O, S, H], `rare` [S].

    The middle of a rare seller is nearly always nothing: alone it is useless, but where demand
    fades it makes all three errors smaller. Taken only where the trial shows it.
    """
    runs = runs_of(actual, {"blend": blend, "middle": middle}, size, rare)
    if runs is None:
        return 0.0
    losses = [runs.loss(np.array([1.0 - share, share])) for share in LEANS]
    best = int(np.argmin(losses))
    return LEANS[best] if losses[best] < LEAN_MUST_GAIN * losses[0] else 0.0


def _shown(runs: Runs | None, learned: Floats, of_few: Floats) -> float:
    """How far, 0 to 1, the trial shows that learned weights of rare sellers beat those of many.

    Judged where something was sold: elsewhere who says zero is right whatever comes later.
    """
    if runs is None or not runs.y.any():
        return 0.0
    if np.tensordot(learned, runs.x, 1).sum() < SAYS_ENOUGH * runs.y.sum():
        return 0.0
    sold = runs.of(np.asarray(runs.y.any(axis=1)))
    usual = sold.loss(of_few)
    ratio = sold.loss(learned) / usual if usual > 0 else 1.0
    return float(np.clip((MAY_BE_CHANCE - ratio) / (MAY_BE_CHANCE - NO_CHANCE), 0.0, 1.0))


def _of_few(names: Sequence[str], sparse: int) -> Floats:
    """[K] what a few series are forecast by; equal weights where none of those competes."""
    wanted = FEW_RARE if sparse else FEW_STEADY
    weights = np.array([wanted.get(name, 0.0) for name in names])
    return weights / weights.sum() if weights.any() else np.full(len(names), 1.0 / len(names))


def _beaten(
    actual: Floats, forecasts: Mapping[str, Floats], size: Floats, rows: Bools
) -> frozenset[str]:
    """Candidates that do not beat the twin which they must beat."""
    found = set()
    for name, (twin, share) in MUST_BEAT.items():
        if name not in forecasts or twin not in forecasts:
            continue
        runs = runs_of(actual, {one: forecasts[one] for one in (name, twin)}, size, rows)
        if runs is None or runs.loss(np.array([1.0, 0.0])) > share * runs.loss(
            np.array([0.0, 1.0])
        ):
            found.add(name)
    return frozenset(found)


def _weigh(actual: Floats, forecasts: Mapping[str, Floats], size: Floats, rows: Bools) -> Floats:
    runs = runs_of(actual, forecasts, size, rows)
    if runs is None:
        return np.full(len(forecasts), 1.0 / len(forecasts))
    alone = np.array([runs.loss(one) for one in np.eye(len(forecasts))])
    margin = [SMALLER_MARGIN if name in TRIED_SMALLER else PLACE_MARGIN for name in forecasts]
    good = alone <= np.asarray(margin) * alone.min()
    placed = np.array([place for place in np.flatnonzero(good) if not runs.repeats(int(place))])
    weights = np.zeros(len(forecasts))
    weights[placed] = runs.among(placed).solve()
    return weights
