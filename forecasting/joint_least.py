"""The MOQ of one production, reached by all that order from it at once; for many at once.

A replay and a what-if split it as `joint_agreement` does for a plan: what all lack is added step by
step where it is then least ahead of its need, last where a step does not belong. Decides no need.
"""

import numpy as np
import numpy.typing as npt

from forecasting.simulate import EXACT, Floats

Ints = npt.NDArray[np.int64]


def reach_together(
    needed: Floats, step: Floats, least: Floats, production: Ints, pace: Floats, most: Floats
) -> Floats:
    """[N] units in whole steps of what is `needed`, 0 where nothing is; all of one `production`
    are together no fewer than its `least`.

    `pace`: units of a period; `most`: units beyond which a step does not belong there.
    """
    units = np.ceil(np.round(needed / step, EXACT)) * step
    units = np.where(needed > 0, units, 0.0)
    rows = np.flatnonzero(units > 0)
    if not len(rows):
        return units
    group = np.unique(production[rows], return_inverse=True)[1].ravel()
    members = np.bincount(group)[group]
    missing = least[rows] - np.bincount(group, units[rows])[group]
    lacking = missing > 0
    alone = rows[lacking & (members == 1)]
    units[alone] = np.ceil(np.round(least[alone] / step[alone], EXACT)) * step[alone]
    shared = np.flatnonzero(lacking & (members > 1))
    if len(shared):
        some = rows[shared]
        added = _split(missing[shared], group[shared], units[some], needed[some], step[some],
                       pace[some], most[some])  # fmt: skip
        units[some] += added
    return units


def _split(
    missing: Floats, group: Ints, units: Floats, needed: Floats, step: Floats, pace: Floats,
    most: Floats,
) -> Floats:  # fmt: skip
    """[N] whole steps until nothing is missing, those that come soonest to their need first.

    Of one member each further step is further ahead, so that taking the best one at a time is
    taking all in their order.
    """
    count = np.ceil(missing / step).astype(np.int64)
    of = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + 1
    after = units[of] + number * step[of]
    selling = pace[of] > 0
    ahead = np.where(selling, (after - needed[of]) / np.where(selling, pace[of], 1.0), np.inf)
    order = np.lexsort((number, of, ahead, after > most[of], group[of]))
    of, size = of[order], step[of][order]
    home = group[of]
    first = np.concatenate([[True], home[1:] != home[:-1]])
    before = np.cumsum(size) - size
    before -= np.repeat(before[first], np.diff([*np.flatnonzero(first), len(of)]))
    taken = before < missing[of]
    return np.asarray(np.bincount(of[taken], size[taken], minlength=len(count)), dtype=np.float64)
