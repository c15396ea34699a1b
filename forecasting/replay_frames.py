"""Between long frames and a replay: the demand it is judged by, and the policy file it writes.

Decides what a period without a seen demand counts in the judgement (nothing was asked for); the
policy carries, per review, the demand expected until the order arrives and the stock wanted then.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from forecasting.panel import Panel
from forecasting.replay import History, Replay


def history_of(frame: pd.DataFrame, panel: Panel, mask: str | None) -> History:
    """The history behind `panel`, which was made of the same frame."""
    place = {name: row for row, name in enumerate(panel.ids)}
    rows = frame["unique_id"].astype(str).map(place).to_numpy()
    stamps = pd.to_datetime(frame["ds"]).to_numpy().astype("datetime64[D]")
    at = np.searchsorted(panel.days, stamps)
    values = pd.to_numeric(frame["y"]).to_numpy(dtype=np.float64, na_value=np.nan)
    asked = np.full((panel.count, len(panel.days)), np.nan)
    asked[rows, at] = values
    seen = asked.copy()
    if mask:
        unseen = pd.to_numeric(frame[mask]).to_numpy(dtype=np.float64, na_value=0.0) <= 0
        seen[rows[unseen], at[unseen]] = np.nan
    return History(panel, np.nan_to_num(asked)[:, : panel.length], seen[:, : panel.length])


def policy_frame(done: Replay, panel: Panel, start: int, ids: Sequence[Any]) -> pd.DataFrame:
    """`unique_id, ds, m1 … mL, target`; `ds` is the last period seen before the review, `ids`
    the identities as the file has them, in the panel's order.
    """
    parts = []
    for place, review in enumerate(done.reviews):
        part = pd.DataFrame({"unique_id": list(ids)})
        part["ds"] = pd.Timestamp(panel.days[start + review - 1])
        for step in range(done.expected.shape[2]):
            part[f"m{step + 1}"] = done.expected[place, :, step]
        part["target"] = done.target[place]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
