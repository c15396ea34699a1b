"""What a trial holds against candidates: whole horizons of demand beside what each of them said.

Decides which runs are looked at and how three errors become one loss, and finds the weights with
the least. Knows no candidate by name.

Three errors count: the squared error of each series over its size (what a series cannot serve),
the absolute error in units (what a shelf sees), and the absolute error of the horizon's total
(what a purchase order sees, so it counts most).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasting.panel import Bools, Floats, Ints

SHRINKAGE = 0.02  # pull to equal weights: loss of a weight as far from equal as can be
MAX_RUNS = 2_500  # forecasts of a whole horizon looked at
ROUNDS = 150
ERROR_SHARES = (1 / 3, 1 / 6, 1 / 2)  # squared, absolute, of totals


@dataclass(frozen=True, slots=True)
class Runs:
    """Forecasts of whole horizons: `y` [N, H] with 0 where unseen, `x` [K, N, H] likewise.

    `size` [N]: of the series; `norms`: the three errors of all candidates weighed alike.
    """

    y: Floats
    x: Floats
    size: Floats
    norms: Floats

    def errors(self, weights: Floats) -> Floats:
        """The three errors: squared over size, absolute, of totals."""
        return _three_errors(np.tensordot(weights, self.x, 1) - self.y, self.size)

    def loss(self, weights: Floats) -> float:
        return float((self.errors(weights) / self.norms) @ ERROR_SHARES)

    def repeats(self, place: int) -> bool:
        """Whether an earlier candidate says the same (without a year's history, the level)."""
        return any(np.array_equal(self.x[place], earlier) for earlier in self.x[:place])

    def of(self, rows: Bools) -> "Runs":
        return Runs(self.y[rows], self.x[:, rows], self.size[rows], self.norms)

    def among(self, places: Ints) -> "Runs":
        return Runs(self.y, self.x[places], self.size, self.norms)

    def solve(self) -> Floats:
        """Weights that sum to 1, by exponentiated gradient (Kivinen and Warmuth 1997)."""
        count = len(self.x)
        equal = np.full(count, 1.0 / count)
        if count == 1:
            return equal
        weights, best, least = equal, equal, np.inf
        for turn in range(ROUNDS):
            gradient, loss = self._slope(weights)
            loss += SHRINKAGE * count * float(((weights - equal) ** 2).sum())
            if loss < least:
                best, least = weights, loss
            gradient = gradient + 2.0 * SHRINKAGE * count * (weights - equal)
            gradient = gradient - float(gradient @ weights)
            rate = 2.0 / (1.0 + turn / 20.0) / max(1e-12, float(np.abs(gradient).max()))
            raised = weights * np.exp(np.clip(-0.3 * rate * gradient, -5.0, 5.0))
            weights = raised / raised.sum()
        return np.asarray(best)

    def _slope(self, weights: Floats) -> tuple[Floats, float]:
        error = np.tensordot(weights, self.x, 1) - self.y
        scaled = error / self.size[:, None]
        total = error.sum(axis=1)
        loss = _three_errors(error, self.size)
        squared, absolute, of_total = np.asarray(ERROR_SHARES) / self.norms
        pull = (
            2.0 * squared * scaled / self.size[:, None]
            + absolute * np.sign(error)
            + of_total * np.sign(total)[:, None]
        )
        slope = np.tensordot(self.x, pull, axes=([1, 2], [0, 1]))
        return np.asarray(slope), float((loss / self.norms) @ ERROR_SHARES)


def _three_errors(error: Floats, size: Floats) -> Floats:
    """Of errors [N, H] for series of `size` [N]: squared over size, absolute, of totals."""
    scaled = error / size[:, None]
    return np.array([(scaled**2).sum(), np.abs(error).sum(), np.abs(error.sum(axis=1)).sum()])


def runs_of(
    actual: Floats, forecasts: Mapping[str, Floats], size: Floats, rows: Bools
) -> Runs | None:
    """The runs of the series `rows`; actual and each forecast are [O, S, H], size [S]."""
    known = np.nan_to_num(size) > 0
    origin, series = np.nonzero((~np.isnan(actual)).any(axis=2) & (rows & known)[None, :])
    if len(origin) < 2:
        return None
    if len(origin) > MAX_RUNS:
        some = np.linspace(0, len(origin) - 1, MAX_RUNS).astype(np.int64)
        origin, series = origin[some], series[some]
    y = actual[origin, series]
    seen = ~np.isnan(y)
    x = np.stack([np.where(seen, values[origin, series], 0.0) for values in forecasts.values()])
    own = size[series]
    y = np.where(seen, np.minimum(y, own[:, None] * _cap(y, own)), 0.0)
    runs = Runs(y, x, own, np.ones(3))
    norms = np.median([runs.errors(one) for one in np.eye(len(x))], axis=0)
    return Runs(y, x, own, np.where(norms > 0, norms, 1.0))


def _cap(y: Floats, size: Floats) -> float:
    """A surprise beyond this many times the size teaches nothing about weights."""
    return max(10.0, float(np.nanquantile(y / size[:, None], 0.999)))
