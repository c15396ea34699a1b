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


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of the past of S series over T weeks.

    `asked`, `served` [S, T] units; `stock` [S, T] units at the end of a week, `arrived` [S, T].
    Per series: `lead` weeks planned and `leads` [S, J] equally likely ones, rising; `ship`, a
    number: orders of one week with the same one travel together; `moq`, `pack`, `cost` and `price`
    of a unit in base currency. `inherited`: the panel with what successors continue, which they
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
    inherited: Panel | None = None

    def best_sellers(self, count: int) -> "Past":
        """Only the series that sold for most, as many as `count`, in the order they had."""
        worth = np.nan_to_num((self.served * self.price[:, None]).sum(axis=1))
        return self.select(np.sort(np.argsort(-worth, kind="stable")[:count]))

    def select(self, rows: Ints) -> "Past":
        """Some of the series, in any order."""
        panels = ("panel", "inherited")
        names = [one.name for one in fields(self) if one.name not in panels]
        some = {name: getattr(self, name)[rows] for name in names}
        heirs = None if self.inherited is None else self.inherited.select(rows)
        return replace(self, panel=self.panel.select(rows), inherited=heirs, **some)

    def known(self, cutoff: int) -> Panel:
        """What models may learn from after the first `cutoff` weeks."""
        if self.inherited is None:
            return self.panel.until(cutoff)
        sold = (np.nan_to_num(self.panel.y[:, :cutoff]) > 0).any(axis=1, keepdims=True)
        y = np.where(sold, self.inherited.y, self.panel.y)
        return replace(self.inherited, y=y).until(cutoff)
