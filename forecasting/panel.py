"""Decides how demand history looks to a model: one dense [series x period] array and its facts.

A missing value is missing (closed, out of stock, no row, before the first sale), never a zero.
A panel never holds an actual after its own end, so whoever gets `until(cutoff)` cannot look ahead;
covariates known in advance may reach further, to the end of `days`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from forecasting.frequency import Days, Frequency, periods_after
from inventory_core.catalog.sale_events import Feasts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Panel:
    """Series in rows, periods in columns.

    `y` [S, T]: demand, NaN where unseen. `days` [T + F]: stamps, F periods beyond the history.
    `known` name → [S, T + F]; `past` name → [S, T]; `on_trial` name → [S, T]: past columns that
    must first show that they help; `static` name → codes or numbers [S];
    `offered_from` [S]: first column on offer, sold or not (a large number for never);
    `closed` [S, T + F]: announced closed periods, where demand is 0 by nature (or None).
    `events`: sale events that the company entered. `country` [S]: where a series sells, "" unknown;
    () where nobody asked. `whole`: demand was counted in whole
    units, whatever a week was scaled up to since.
    """

    ids: tuple[str, ...]
    frequency: Frequency
    days: Days
    y: Floats
    known: Mapping[str, Floats]
    past: Mapping[str, Floats]
    static: Mapping[str, Floats]
    categorical: frozenset[str]
    offered_from: Ints
    closed: Bools | None
    events: Feasts = ()
    country: tuple[str, ...] = ()
    whole: bool = False
    on_trial: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """Periods of history T."""
        return int(self.y.shape[1])

    @property
    def count(self) -> int:
        """Number of series S."""
        return int(self.y.shape[0])

    def until(self, cutoff: int) -> "Panel":
        """The same panel as it stood after its first `cutoff` periods."""
        assert 0 < cutoff <= self.length, "a cutoff lies within the history"
        return replace(
            self,
            y=self.y[:, :cutoff],
            past={name: values[:, :cutoff] for name, values in self.past.items()},
            on_trial={name: values[:, :cutoff] for name, values in self.on_trial.items()},
        )

    def with_trial(self) -> "Panel":
        """The panel whose columns on trial are heard like any other of its past."""
        return replace(self, past={**self.past, **self.on_trial}, on_trial={})

    def select(self, rows: Ints) -> "Panel":
        """The panel of some of its series, in the order given."""
        return replace(
            self,
            ids=tuple(self.ids[int(row)] for row in rows),
            y=self.y[rows],
            known={name: values[rows] for name, values in self.known.items()},
            past={name: values[rows] for name, values in self.past.items()},
            on_trial={name: values[rows] for name, values in self.on_trial.items()},
            static={name: values[rows] for name, values in self.static.items()},
            offered_from=self.offered_from[rows],
            closed=None if self.closed is None else self.closed[rows],
            country=tuple(self.country[int(row)] for row in rows) if self.country else (),
        )

    def reaching(self, horizon: int) -> "Panel":
        """The panel with exactly `horizon` periods of calendar and covariates after its end.

        Covariates that nobody announced take the series' usual value (its median so far).
        """
        lack = self.length + horizon - len(self.days)
        days, known, closed = self.days, dict(self.known), self.closed
        if lack > 0:
            days = np.concatenate([days, periods_after(self.frequency, days[-1], lack)])
            tail = np.full((self.count, lack), np.nan)
            known = {name: np.hstack([values, tail]) for name, values in known.items()}
            if closed is not None:
                closed = np.hstack([closed, np.zeros((self.count, lack), dtype=bool)])
        end = self.length + horizon
        days, closed = days[:end], None if closed is None else closed[:, :end]
        known = {name: values[:, :end] for name, values in known.items()}
        known = {name: _announced(values, self.length) for name, values in known.items()}
        return replace(self, days=days, known=known, closed=closed)

    @property
    def offered(self) -> Bools:
        """[S]: whether the series was on offer in any period of the history."""
        return self.offered_from < self.length

    def closed_ahead(self, cutoff: int, horizon: int) -> Bools:
        """[S, H]: which of the periods after `cutoff` are announced closed."""
        if self.closed is None:
            return np.zeros((self.count, horizon), dtype=bool)
        ahead = self.closed[:, cutoff : cutoff + horizon]
        if ahead.shape[1] == horizon:
            return ahead
        lack = np.zeros((self.count, horizon - ahead.shape[1]), dtype=bool)
        return np.hstack([ahead, lack])


def _announced(values: Floats, length: int) -> Floats:
    holes = np.isnan(values[:, length:])
    if not holes.any():
        return values
    history = values[:, :length]
    usual = np.zeros(len(values))
    seen = ~np.isnan(history).all(axis=1)
    if seen.any():
        usual[seen] = np.nanmedian(history[seen], axis=1)
    filled = values.copy()
    filled[:, length:] = np.where(holes, usual[:, None], values[:, length:])
    return filled
