"""Which quantity of each draft brings most under limits that they share. Pure: numbers in and out.

Each draft offers a few quantities (its least order first, then more by whole steps) with cost,
volume, weight and expected return. Caps are budgets and containers; a floor is what a supplier
wants at least in one order, or nothing. Solved as a mixed-integer program with HiGHS; where that
does not finish, drafts are filled in order of return per unit of cash, and the result says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]

# How near the best the sum must be proven, for plans of up to so many quantities and for larger.
FEW_LEVELS = 1_500
FINE_GAP = 1e-4
COARSE_GAP = 1e-3
MOST_NODES = 20_000
MOST_SECONDS = 10.0
ROUNDING = 1e-6
# What planning wants is worth a little even where the sum says nothing: no cut without a limit.
# What is added to fill up is worth less than that: it never takes the place of what is needed.
LEAST_WORTH = 1e-4
LEAST_WORTH_TOPPED = 1e-6

Resource = Literal["cost", "volume", "weight", "units"]


@dataclass(frozen=True, slots=True)
class Level:
    """One quantity that a draft may have. `cost` in base currency, `volume` m³, `weight` kg."""

    quantity: int
    cost: float
    value: float
    volume: float = 0.0
    weight: float = 0.0

    def use(self, resource: Resource) -> float:
        """How much of a resource it takes."""
        if resource == "units":
            return self.quantity
        return {"cost": self.cost, "volume": self.volume, "weight": self.weight}[resource]


@dataclass(frozen=True, slots=True)
class Item:
    """A draft with its quantities, rising; the last one is all that is wanted.

    `topped`: how many of the last were added to fill a container or reach a minimum; `forced`: how
    many of these, the first of them, for a minimum.
    """

    levels: tuple[Level, ...]
    topped: int = 0
    forced: int = 0

    @property
    def rank_value(self) -> float:
        """Expected return per unit of cash of all that is wanted."""
        last = self.levels[-1]
        return last.value / last.cost if last.cost > 0 else float("inf")


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so much of one resource for these items (positions in the list)."""

    name: str
    resource: Resource
    most: float
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Floor:
    """At least so much of one resource for these items together, or none of them: cost for an
    order, units for a production.
    """

    name: str
    least: float
    members: tuple[int, ...]
    resource: Resource = "cost"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Level of each item (-1: not ordered). `how`: unlimited, optimal, or ranked where HiGHS
    did not finish. `shadows`: what one more unit of each cap would bring.
    """

    levels: tuple[int, ...]
    how: Literal["unlimited", "optimal", "ranked"]
    shadows: tuple[float, ...]
    ranks: tuple[int, ...]


def choose_levels(
    items: Sequence[Item], caps: Sequence[Cap], floors: Sequence[Floor] = ()
) -> Chosen:
    """The levels that bring most in total and keep every cap and floor."""
    order = sorted(range(len(items)), key=lambda place: (-items[place].rank_value, place))
    ranks = [0] * len(items)
    for rank, place in enumerate(order, start=1):
        ranks[place] = rank
    wanted = [len(item.levels) - 1 for item in items]
    if keeps(items, wanted, caps, floors):
        return Chosen(tuple(wanted), "unlimited", (0.0,) * len(caps), tuple(ranks))
    solved = _solve(items, caps, floors)
    how: Literal["optimal", "ranked"] = "ranked" if solved is None else "optimal"
    levels = fill_by_rank(items, caps, floors) if solved is None else solved
    shadows = tuple(_shadow(items, levels, cap) for cap in caps)
    return Chosen(tuple(levels), how, shadows, tuple(ranks))


def keeps(
    items: Sequence[Item], levels: Sequence[int], caps: Sequence[Cap], floors: Sequence[Floor]
) -> bool:
    """Whether these levels stay under every cap and reach every floor that they touch."""
    if any(used(items, levels, cap) > cap.most + ROUNDING for cap in caps):
        return False
    return all(
        there == 0 or there >= floor.least - ROUNDING
        for floor in floors
        for there in [used(items, levels, floor)]
    )


def used(items: Sequence[Item], levels: Sequence[int], limit: Cap | Floor) -> float:
    """How much these levels take of a cap, or bring to a floor."""
    return sum(
        items[place].levels[levels[place]].use(limit.resource)
        for place in limit.members
        if levels[place] >= 0
    )


def worth(items: Sequence[Item], levels: Sequence[int]) -> float:
    """The sum that is made as great as possible."""
    return float(
        sum(_worths(item)[level] for item, level in zip(items, levels, strict=True) if level >= 0)
    )


def fill_by_rank(items: Sequence[Item], caps: Sequence[Cap], floors: Sequence[Floor]) -> list[int]:
    """Drafts in order of return per unit of cash, each as far as every cap allows.

    Groups that stay under their floor are taken out, and what that frees is given out again.
    """
    out: set[int] = set()
    while True:
        levels = _fill(items, caps, out)
        short = [
            floor for floor in floors if 0 < used(items, levels, floor) < floor.least - ROUNDING
        ]
        if not short:
            return levels
        out |= set(short[0].members)


def _fill(items: Sequence[Item], caps: Sequence[Cap], out: set[int]) -> list[int]:
    levels = [-1] * len(items)
    steps = sorted(
        (
            (-_step_return(item, level), place, level)
            for place, item in enumerate(items)
            if place not in out
            for level in range(len(item.levels))
        ),
    )
    of_item = {place: [cap for cap in caps if place in cap.members] for place in range(len(items))}
    left = {id(cap): cap.most for cap in caps}
    for _, place, level in sorted(steps, key=lambda step: (step[0], step[1], step[2])):
        if level <= levels[place]:
            continue
        now = items[place].levels[levels[place]] if levels[place] >= 0 else Level(0, 0, 0)
        then = items[place].levels[level]
        more = [(cap, then.use(cap.resource) - now.use(cap.resource)) for cap in of_item[place]]
        if all(left[id(cap)] + ROUNDING >= extra for cap, extra in more):
            levels[place] = level
            for cap, extra in more:
                left[id(cap)] -= extra
    return levels


def _step_return(item: Item, level: int) -> float:
    """Return per unit of cash of ordering up to this level at once."""
    reached = item.levels[level]
    return _worths(item)[level] / reached.cost if reached.cost > 0 else float("inf")


def _worths(item: Item) -> list[float]:
    """Value of each level, never falling below what was wanted less of.

    What a minimum forces is worth what it truly brings beside what is needed, mostly less.
    """
    found: list[float] = []
    best = before = 0.0
    needed = len(item.levels) - item.topped
    for number, level in enumerate(item.levels):
        if needed <= number < needed + item.forced:
            best = found[needed - 1] + level.value - item.levels[needed - 1].value
        else:
            least = LEAST_WORTH if number < needed else LEAST_WORTH_TOPPED
            best = max(level.value, best + least * max(0.0, level.cost - before))
        before = level.cost
        found.append(best)
    return found


def _solve(items: Sequence[Item], caps: Sequence[Cap], floors: Sequence[Floor]) -> list[int] | None:
    """One binary per item and level, one per floor; None where HiGHS did not finish."""
    first = np.cumsum([0, *(len(item.levels) for item in items)])
    count = int(first[-1]) + len(floors)
    gain = np.zeros(count)
    for place, item in enumerate(items):
        gain[first[place] : first[place + 1]] = _worths(item)
    rows: list[tuple[Floats, npt.NDArray[np.int64], float, float]] = []
    for place in range(len(items)):
        columns = np.arange(first[place], first[place + 1])
        rows.append((np.ones(len(columns)), columns, -np.inf, 1.0))
    for cap in caps:
        uses, columns = _row(items, first, cap.members, cap.resource)
        # Shares of the cap: what is left may be nothing, then nothing that uses it fits.
        whole = cap.most if cap.most > ROUNDING else ROUNDING
        rows.append((uses / whole, columns, -np.inf, 1.0))
    for number, floor in enumerate(floors):
        taken = int(first[-1]) + number
        uses, columns = _row(items, first, floor.members, floor.resource)
        least = np.append(uses / floor.least, -1.0), np.append(columns, taken)
        rows.append((*least, 0.0, np.inf))
        for place in floor.members:
            columns = np.append(np.arange(first[place], first[place + 1]), taken)
            signs = np.append(np.ones(len(columns) - 1), -1.0)
            rows.append((signs, columns, -np.inf, 0.0))
    found = milp(
        -gain / max(gain.max(), ROUNDING),
        constraints=_constraint(rows, count),
        integrality=np.ones(count),
        bounds=Bounds(0, 1),
        options={
            "mip_rel_gap": FINE_GAP if count <= FEW_LEVELS else COARSE_GAP,
            "node_limit": MOST_NODES,
            "time_limit": MOST_SECONDS,
        },
    )
    if found.status != 0 or found.x is None:
        return None
    return [
        int(np.argmax(part)) if (part := found.x[first[i] : first[i + 1]]).max() > 0.5 else -1
        for i in range(len(items))
    ]


def _row(
    items: Sequence[Item],
    first: npt.NDArray[np.int64],
    members: Sequence[int],
    resource: Resource,
) -> tuple[Floats, npt.NDArray[np.int64]]:
    uses = [level.use(resource) for place in members for level in items[place].levels]
    columns = [np.arange(first[place], first[place + 1]) for place in members]
    return np.array(uses, dtype=np.float64), np.concatenate([np.zeros(0, np.int64), *columns])


def _constraint(
    rows: Sequence[tuple[Floats, npt.NDArray[np.int64], float, float]], count: int
) -> LinearConstraint:
    values = np.concatenate([row[0] for row in rows])
    columns = np.concatenate([row[1] for row in rows])
    starts = np.cumsum([0, *(len(row[0]) for row in rows)])
    matrix = csr_array((values, columns, starts), shape=(len(rows), count))
    return LinearConstraint(matrix, [row[2] for row in rows], [row[3] for row in rows])


def _shadow(items: Sequence[Item], levels: Sequence[int], cap: Cap) -> float:
    """What one more unit of the cap would bring: the best next step that does not fit now."""
    left = cap.most - used(items, levels, cap)
    best = 0.0
    for place in cap.members:
        worths = _worths(items[place])
        now = levels[place]
        here = items[place].levels[now] if now >= 0 else Level(0, 0, 0)
        for level in range(now + 1, len(worths)):
            extra = items[place].levels[level].use(cap.resource) - here.use(cap.resource)
            gain = worths[level] - (worths[now] if now >= 0 else 0.0)
            if extra > left + ROUNDING and gain > 0:
                best = max(best, gain / extra)
    return best
