"""Sums of groups of series as a panel of their own, for a model that costs too much per series.

Decides how members become one row: as if all that live today had always lived and been seen, with
their announced facts as means weighted by size. A period that too few of them saw stays unseen.
Forecasts nothing and shares nothing out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecasting.common_course import common_course, lives_of
from forecasting.panel import Bools, Floats, Ints, Panel

SEEN_SHARE = 0.5  # of the size of living members, for a period of their sum to count as seen


@dataclass(frozen=True, slots=True)
class Sums:
    """`panel`: one row for each of `groups` (rows of the panel that was summed); `size` [S] of
    their members in units a period, 0 of those that ended or belong nowhere.
    """

    panel: Panel
    groups: tuple[Ints, ...]
    size: Floats

    def totals(self) -> Floats:
        """[G] size of all members."""
        return np.array([self.size[rows].sum() for rows in self.groups])


def sums_of(panel: Panel, groups: Sequence[Ints]) -> Sums:
    """The sums of `groups` at the end of the panel; facts reach as far as those of the panel."""
    lives = lives_of(panel)
    seen = ~np.isnan(panel.y)
    size = np.zeros(panel.count)
    shape = (len(groups), len(panel.days))
    y = np.full((len(groups), panel.length), np.nan)
    known = {name: np.zeros(shape) for name in panel.known}
    for place, rows in enumerate(groups):
        alive, used = lives[rows], lives[rows] & seen[rows]
        course, own = common_course(panel.y[rows], used)
        enough = own @ used >= SEEN_SHARE * (own @ alive)
        still = np.where(alive[:, -1], own, 0.0)
        y[place] = np.where(enough, course * still.sum(), np.nan)
        size[rows] = still
        weight = _weights(panel, rows, own, used, still)
        for name, mean in _means(panel.known, rows, weight).items():
            known[name][place] = mean
    return Sums(_panel_of(panel, groups, y, known), tuple(groups), size)


def _weights(panel: Panel, rows: Ints, own: Floats, used: Bools, still: Floats) -> Floats:
    """[members, T + F] who stands for a period: those seen in it, ahead those not closed."""
    ahead = len(panel.days) - panel.length
    opened = ~panel.closed_ahead(panel.length, ahead)[rows]
    return np.hstack([own[:, None] * used, still[:, None] * opened])


def _means(known: Mapping[str, Floats], rows: Ints, weight: Floats) -> dict[str, Floats]:
    """Name → [T + F] mean of the members; the plain one where nobody stands for a period."""
    found = {}
    for name, values in known.items():
        told = ~np.isnan(values[rows])
        facts, weighed = np.nan_to_num(values[rows]), weight * told
        plain = facts.sum(axis=0) / np.maximum(told.sum(axis=0), 1)
        total = weighed.sum(axis=0)
        mean = (weighed * facts).sum(axis=0) / np.where(total > 0, total, 1.0)
        found[name] = np.where(total > 0, mean, plain)
    return found


def _panel_of(
    panel: Panel, groups: Sequence[Ints], y: Floats, known: Mapping[str, Floats]
) -> Panel:
    """A group of several countries answers to what holds everywhere."""
    country: list[str] = []
    for rows in groups if panel.country else ():
        names = {panel.country[int(row)] for row in rows}
        country.append(names.pop() if len(names) == 1 else "")
    return replace(
        panel,
        ids=tuple(str(place) for place in range(len(groups))),
        y=y,
        known=known,
        past={},
        on_trial={},
        static={},
        categorical=frozenset(),
        offered_from=np.zeros(len(groups), dtype=np.int64),
        closed=None,
        country=tuple(country),
        whole=False,
    )
