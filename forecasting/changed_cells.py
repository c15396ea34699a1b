"""One forecast and its channels while people's changes are laid over them, day by day.

Decides that a change of a market or a channel multiplies just what is sold there and leaves the
rest of the series as it was, so that shares move with it: of a share w that grows by p they become
w(1 + p) / (1 + wp), of another share v they become v / (1 + wp). Percentages may be laid in any
order; units a day replace the whole series, and its channels keep their ratio.
"""

from collections.abc import Sequence

import numpy as np

from forecasting.channel_shares import WHOLE
from forecasting.hierarchy import PARTS, cut_between, in_thousandths
from forecasting.panel import Floats, Ints
from inventory_core.planning.overrides import Override


class ChangedCells:
    """The cells (channels) of one series. `mean` by period of `days`; `totals` [T]: the mean that
    totals go by, by day; `cuts`: of the channels, in millionths, (WHOLE,) for a series uncut.
    """

    def __init__(
        self, mean: Sequence[float], totals: Floats, cuts: Sequence[int], days: int
    ) -> None:
        self._days, self._cuts = days, np.asarray(cuts, dtype=np.int64)
        self._told = np.asarray(mean, dtype=np.float64)
        self._level = np.repeat(self._told / days, days)
        self._totals = np.array(totals)
        self._share = np.diff(self._cuts, prepend=0)[:, np.newaxis] / WHOLE
        # What a cell is of the level of its day, by channel and day.
        self._grown = np.repeat(self._share, len(self._level), axis=1)

    def change(
        self, one: Override, held: Sequence[bool], first: int, end: int
    ) -> tuple[float, float, float]:
        """Lay an override over the days from `first` to before `end` of the cells that are `held`.

        Units of those days: before, of them in the held cells, after.
        """
        grown, mine = self._grown[:, first:end], np.asarray(held, dtype=bool)
        before = (self._level[first:end] * grown).sum(axis=1)
        if one.units_per_day is None:
            grown[mine] *= 1.0 + float(one.change_percent or 0) / 100.0
        else:
            total = grown.sum(axis=0)
            grown[:] = np.where(total > 0, grown / np.where(total > 0, total, 1.0), self._share)
            self._level[first:end] = self._totals[first:end] = float(one.units_per_day)
        after = float((self._level[first:end] * grown).sum())
        return float(before.sum()), float(before[mine].sum()), after

    def mean(self) -> Floats:
        """[H] the series by period."""
        return np.asarray(self._by_period().sum(axis=0))

    def totals(self) -> Floats:
        """[T] the mean that totals go by, by day; beyond the last period as it was."""
        grown = np.ones(len(self._totals))
        known = min(len(grown), self._grown.shape[1])
        grown[:known] = self._grown[:, :known].sum(axis=0)
        return np.asarray(self._totals * grown)

    def by_channel(self) -> Ints:
        """[C, H] thousandths of a unit; what was not changed stays to each of them."""
        shape = (-1, 1)
        low = np.concatenate([[0], self._cuts[:-1]]).reshape(shape)
        cut = cut_between(in_thousandths([self._told]), low, self._cuts.reshape(shape))
        before, after = self._share * self._told, self._by_period()
        ratio = after / np.where(before > 0, before, 1.0)
        return np.rint(np.where(before > 0, cut * ratio, after * PARTS)).astype(np.int64)

    def _by_period(self) -> Floats:
        """[C, H] units."""
        cells = self._level * self._grown
        return np.asarray(cells.reshape(len(cells), -1, self._days).sum(axis=2))
