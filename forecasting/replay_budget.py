"""So much cash for all orders of a review of a past played again: who gets what there is.

Steps of every order by return per unit of cash, as a plan shares a budget where no solver helps; a
production is cut as one, and never below its MOQ. Cash that is not spent is gone; late payment and
credit are left out.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.limits import Cap, Item, Level, fill_by_rank
from forecasting.replay_together import Group, Moment, Supply
from forecasting.simulate import EXACT, Floats

Ints = npt.NDArray[np.int64]

STEPS = 8  # quantities that an order may be cut to, its least and all that is wanted among them


@dataclass(frozen=True, slots=True)
class Purse:
    """Orders of a review cost at most `budget`; `cost` [S] of a unit."""

    budget: float
    cost: Floats
    groups: Sequence[Group]
    supply: Supply

    def share(self, moments: Sequence[Moment], asked: Floats) -> Floats:
        """[S] what is asked for where the cash is enough, else the steps that bring most."""
        if (
            sum(float((asked[g.rows] * self.cost[g.rows]).sum()) for g in self.groups)
            <= self.budget
        ):
            return asked
        members = self._members(asked)
        steps = self._steps(asked, members)
        worth = [np.zeros(len(asked)) for _ in steps]
        for group, moment in zip(self.groups, moments, strict=True):
            worth_of = group.value(moment)
            for step, found in zip(steps, worth, strict=True):
                found[group.rows] = worth_of(step[group.rows])
        items, choices = [], []
        for rows in members:
            levels = self._levels(rows, steps, worth)
            items.append(Item(tuple(level for level, _ in levels)))
            choices.append([number for _, number in levels])
        cap = Cap("budget", "cost", self.budget, tuple(range(len(items))))
        given = np.zeros_like(asked)
        chosen = fill_by_rank(items, [cap], [])
        for rows, numbers, level in zip(members, choices, chosen, strict=True):
            if level >= 0:
                given[rows] = steps[numbers[level]][rows]
        return given

    def _members(self, asked: Floats) -> list[list[int]]:
        """The rows of each order, in their groups; of one production together where none of its
        rows reaches the MOQ alone.
        """
        rows = [row for group in self.groups for row in group.rows[asked[group.rows] > 0].tolist()]
        sites: dict[int, list[int]] = defaultdict(list)
        for row in rows:
            sites[int(self.supply.production[row])].append(row)
        found: list[list[int]] = []
        for row in rows:
            mine = sites[int(self.supply.production[row])]
            joint = len(mine) > 1 and any(asked[one] < self.supply.moq[one] for one in mine)
            if not joint:
                found.append([row])
            elif row == mine[0]:
                found.append(mine)
        return found

    def _steps(self, asked: Floats, members: Sequence[Sequence[int]]) -> list[Floats]:
        """Rising quantities from the least order to all that is wanted, in whole steps."""
        moq, step = self.supply.moq.copy(), self.supply.step
        for rows in members:
            if len(rows) > 1:
                moq[rows] = 0.0

        def whole(units: Floats) -> Floats:
            wanted = np.where(units > 0, np.maximum(units, moq), 0.0)
            return np.asarray(np.ceil(np.round(wanted / step, EXACT)) * step)

        least = whole(np.minimum(asked, 1.0))
        parts = np.linspace(0.0, 1.0, STEPS)
        return [np.minimum(asked, whole(least + (asked - least) * part)) for part in parts]

    def _levels(
        self, rows: Sequence[int], steps: Sequence[Floats], worth: Sequence[Floats]
    ) -> list[tuple[Level, int]]:
        """The quantities an order may have, each with its step; those short of an MOQ are none."""
        found: dict[float, tuple[Level, int]] = {}
        for number, (step, value) in enumerate(zip(steps, worth, strict=True)):
            units = float(step[rows].sum())
            if len(rows) > 1 and units < self.supply.moq[rows[0]]:
                continue
            cost = float((step[rows] * self.cost[rows]).sum())
            found[units] = (Level(int(units), cost, float(value[rows].sum())), number)
        return list(found.values())
