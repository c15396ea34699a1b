"""A seller's past as it is played again: what was asked for, what was there, and on which terms.

Periods are weeks. Decides only what models may have learned by then; `replay_past` reads it from
the book, `replay_history` plays it.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from forecasting.panel import Panel
from forecasting.simulate import Floats

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

KEEPS_ALWAYS = 1_000_000  # weeks, of goods that nothing but time on the shelf would limit


@dataclass(frozen=True, slots=True)
class Chosen:
    """What people set for each series [S], by hand or for its class: a service `level`, `minimum`
    and `maximum` units, each NaN where nobody did; `review` weeks from one order to the next;
    `buying` False: nothing is ordered.
    """

    level: Floats
    review: Ints
    minimum: Floats
    maximum: Floats
    buying: Bools

    @classmethod
    def nothing(cls, count: int) -> "Chosen":
        """Everything is left to planning, week by week."""
        level, minimum, maximum = np.full((3, count), np.nan)
        every = np.ones(count, dtype=np.int64)
        return cls(level, every, minimum, maximum, np.ones(count, dtype=bool))

    def select(self, rows: Ints) -> "Chosen":
        """Of some of the series."""
        return Chosen(*(getattr(self, one.name)[rows] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of the past of S series over T weeks.

    `asked`, `served` [S, T] units; `stock` [S, T] units at the end of a week, `arrived` [S, T].
    Per series: `lead` weeks planned and `leads` [S, J] equally likely ones, rising; `ship`, a
    number: orders of one week with the same one travel together; `moq`, `pack`, `cost` and `price`
    of a unit in base currency; `production`, a number: orders of one week with the same one reach
    the MOQ together; `keeps` weeks after an arrival, KEEPS_ALWAYS where nothing expires. `chosen`:
    the rules of today. `inherited`: the panel with what successors continue, which they
    learn from since their own first sale; None where nothing continues anything.
    """

    panel: Panel
    asked: Floats
    served: Floats
    stock: Floats
    arrived: Floats
    lead: Ints
    leads: Ints
    ship: Ints
    moq: Floats
    pack: Floats
    cost: Floats
    price: Floats
    production: Ints
    keeps: Ints
    chosen: Chosen
    inherited: Panel | None = None

    def best_sellers(self, count: int) -> "Past":
        """Only the series that sold for most, as many as `count`, in the order they had."""
        worth = np.nan_to_num((self.served * self.price[:, None]).sum(axis=1))
        return self.select(np.sort(np.argsort(-worth, kind="stable")[:count]))

    def select(self, rows: Ints) -> "Past":
        """Some of the series, in any order."""
        whole = ("panel", "inherited", "chosen")
        names = [one.name for one in fields(self) if one.name not in whole]
        some = {name: getattr(self, name)[rows] for name in names}
        some["chosen"] = self.chosen.select(rows)
        heirs = None if self.inherited is None else self.inherited.select(rows)
        return replace(self, panel=self.panel.select(rows), inherited=heirs, **some)

    def known(self, cutoff: int) -> Panel:
        """What models may learn from after the first `cutoff` weeks."""
        if self.inherited is None:
            return self.panel.until(cutoff)
        sold = (np.nan_to_num(self.panel.y[:, :cutoff]) > 0).any(axis=1, keepdims=True)
        y = np.where(sold, self.inherited.y, self.panel.y)
        return replace(self.inherited, y=y).until(cutoff)
