"""Decides when a candidate takes a series over from the one that had it: only by a margin.

Two candidates that are about as good swap places with every few new days of history, and each
swap would move the plan without a reason a buyer could see. Fits and scores nothing itself.
"""

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# The loss at the horizon must fall by this share before a series changes its candidate.
MARGIN = 0.03


def keep_incumbents(
    chosen: Sequence[str],
    incumbents: Sequence[str],
    losses: Mapping[str, Floats],
    *,
    margin: float = MARGIN,
) -> tuple[str, ...]:
    """The chosen candidate of each series where it beats the incumbent by `margin`, else that one.

    `losses`: candidate -> [S] loss of each series in the same trial. An incumbent that is no
    candidate any more, or "" for a new series, gives way; where nobody could be judged it stays.
    """
    return tuple(
        incumbent
        if incumbent in losses
        and not _wins(float(losses[name][row]), float(losses[incumbent][row]), margin)
        else name
        for row, (name, incumbent) in enumerate(zip(chosen, incumbents, strict=True))
    )


def _wins(new: float, old: float, margin: float) -> bool:
    return isfinite(new) and isfinite(old) and new < (1.0 - margin) * old
