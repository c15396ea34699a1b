"""What a promotion means for the days around it and for its siblings, as columns known ahead.

Decides how long a dip is looked for and what presses on a sibling; how much either costs is
learned from history, here nothing is assumed about it.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Buying forward is looked for in so many days after the last day of a promotion.
AFTER_DAYS = 7


def days_after(promotion: Floats) -> Floats:
    """[S, D] the discount of the promotion that ended at most AFTER_DAYS ago, 0 while one runs."""
    after = np.zeros_like(promotion)
    for back in range(1, min(AFTER_DAYS, promotion.shape[1] - 1) + 1):
        after[:, back:] = np.maximum(after[:, back:], promotion[:, :-back])
    return np.where(promotion > 0, 0.0, after)


def sibling_pressure(promotion: Floats, y: Floats, groups: Ints) -> Floats:
    """[S, D] mean discount of the other series of the same group, each by its share of sales.

    0 where no sibling is on promotion. The share of a day is that of everything sold before it
    (`y` [S, T], T <= D), so that no day knows later sales.
    """
    codes = np.unique(groups, return_inverse=True)[1]
    count = int(codes.max(initial=-1)) + 1
    weight = _sold_before(y, promotion.shape[1])
    pushed = promotion * weight
    total, size = np.zeros((2, count, promotion.shape[1]))
    np.add.at(total, codes, pushed)
    np.add.at(size, codes, weight)
    rest = size[codes] - weight
    alone = np.bincount(codes, minlength=count)[codes] < 2
    pressure = np.maximum(total[codes] - pushed, 0.0) / np.maximum(rest, 1e-9)
    return np.where(alone[:, None], 0.0, pressure)


def _sold_before(y: Floats, length: int) -> Floats:
    """[S, length] units sold before each day, with one unit for everybody to begin with."""
    sold = np.ones((len(y), length))
    so_far = np.cumsum(np.nan_to_num(y), axis=1)
    known = min(y.shape[1], length - 1)
    sold[:, 1 : known + 1] += so_far[:, :known]
    sold[:, known + 1 :] += so_far[:, -1:]
    return sold


def groups_of(*codes: Floats | Ints) -> Ints:
    """One code per series for each distinct combination, such as category and warehouse."""
    if not codes:
        return np.zeros(0, dtype=np.int64)
    together = np.stack([np.asarray(code, dtype=np.float64) for code in codes], axis=1)
    return np.asarray(np.unique(together, axis=0, return_inverse=True)[1].reshape(-1), np.int64)
