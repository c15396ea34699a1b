"""What every learned model needs of a panel, worked out once for all of them.

Decides nothing about demand: it learns which covariates matter, what is usual and which feasts are
felt, and reads the feature rows that a fit or a forecast asks for. Candidates of one run share one
`Studies`; it remembers the last panels it saw, by identity, because panels are never changed.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.covariates import CovariatePlan, covariates_of, plan_covariates
from forecasting.feasts import felt_feasts
from forecasting.features import Lookback, Rows, feature_matrix, lookback_of
from forecasting.filters import gather
from forecasting.one_offs import Usual, usual_of, without_one_offs
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]

REMEMBERED = 3  # panels in use at a time: the past fitted on, the one forecast from, the whole
CHUNK_ROWS = 400_000
MAX_KEPT_ROWS = 600_000  # feature rows kept for the next model; more are read again


@dataclass(frozen=True, slots=True)
class Study:
    """Learned at fit from one panel and kept for every later one."""

    plan: CovariatePlan
    usual: Usual
    feasts: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows of one chunk of forecasts: `rows`, `size` [N] at their origin, `matrix` of features."""

    rows: Rows
    size: Floats
    matrix: Matrix


def recency(panel: Panel, target: Ints, years: float) -> Floats:
    """Weight of each period `target`, halving every `years` back from the end of the panel."""
    return np.asarray(0.5 ** ((panel.length - target) / (panel.frequency.year * years)))


def with_origins(
    series: Ints, target: Ints, size: Floats, horizon: int, random: np.random.Generator
) -> Rows:
    """Rows to learn from: each target seen from an origin drawn within the horizon before it,
    those left out at whose origin nothing was known of the series; `size` [S, T].
    """
    last = target - random.integers(1, horizon + 1, len(target))
    good = last >= 0
    good[good] = ~np.isnan(size[series[good], last[good]])
    return Rows(series[good], last[good], target[good], horizon)


@dataclass
class Studies:
    """The last studies, lookbacks and feature rows; each answer is found by who asks for what."""

    studied_: deque[Any] = field(default_factory=lambda: deque(maxlen=REMEMBERED), compare=False)
    usual_: deque[Any] = field(default_factory=lambda: deque(maxlen=REMEMBERED), compare=False)
    steady_: deque[Any] = field(default_factory=lambda: deque(maxlen=REMEMBERED), compare=False)
    looked_: deque[Any] = field(default_factory=lambda: deque(maxlen=REMEMBERED), compare=False)
    asked_: deque[Any] = field(default_factory=lambda: deque(maxlen=1), compare=False)

    def study(self, panel: Panel) -> Study:
        """What the history of `panel` teaches, nothing later."""
        for seen, study in self.studied_:
            if seen is panel:
                return study  # type: ignore[no-any-return]
        study = Study(plan_covariates(panel.reaching(0)), self.usual(panel), felt_feasts(panel))
        self.studied_.append((panel, study))
        return study

    def usual(self, panel: Panel) -> Usual:
        """What its history shows as usual; learned once for all candidates."""
        for seen, usual in self.usual_:
            if seen is panel:
                return usual  # type: ignore[no-any-return]
        usual = usual_of(panel)
        self.usual_.append((panel, usual))
        return usual

    def steady(self, panel: Panel, usual: Usual) -> Panel:
        """The panel without its one-off peaks."""
        for seen, known, steady in self.steady_:
            if seen is panel and known is usual:
                return steady  # type: ignore[no-any-return]
        steady = without_one_offs(panel, usual)
        self.steady_.append((panel, usual, steady))
        return steady

    def lookback(self, study: Study, panel: Panel, reach: int) -> Lookback:
        """The panel without one-off peaks, with `reach` periods of announcements after its end."""
        for known, seen, far, lookback in self.looked_:
            if known is study and seen is panel and far == reach:
                return lookback  # type: ignore[no-any-return]
        steady = without_one_offs(panel.reaching(reach), study.usual)
        lookback = lookback_of(steady, covariates_of(study.plan, steady), study.feasts)
        self.looked_.append((study, panel, reach, lookback))
        return lookback

    def ahead(
        self, study: Study, panel: Panel, horizon: int, origins: Sequence[int]
    ) -> Iterator[Asked]:
        """Feature rows of forecasts [origins, series, horizon] in that order, chunk by chunk."""
        key = (horizon, tuple(origins))
        for known, seen, asked, parts in self.asked_:
            if known is study and seen is panel and asked == key:
                yield from parts
                return
        keep = len(origins) * panel.count * horizon <= MAX_KEPT_ROWS
        kept = []
        for part in self._read(study, panel, horizon, origins):
            kept += [part] if keep else []
            yield part
        if keep:
            self.asked_.append((study, panel, key, kept))

    def _read(
        self, study: Study, panel: Panel, horizon: int, origins: Sequence[int]
    ) -> Iterator[Asked]:
        reach = max(0, max(origins) + horizon - panel.length)
        lookback = self.lookback(study, panel, reach)
        shape = (len(origins), panel.count, horizon)
        last = np.asarray(origins, dtype=np.int64)[:, None, None] - 1
        step = np.arange(1, horizon + 1)[None, None, :]
        series, lasts, targets = (
            np.broadcast_to(values, shape).reshape(-1)
            for values in (np.arange(panel.count)[None, :, None], last, last + step)
        )
        for start in range(0, len(series), CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            rows = Rows(series[part], lasts[part], targets[part], horizon)
            size = np.nan_to_num(gather(lookback.size, rows.series, rows.last))
            yield Asked(rows, size, feature_matrix(lookback, rows))
