"""Joins the forecasts of the shards of a panel into one, every series back at its own place.

Decides how scores and donors of shards become those of the panel; changes no forecast.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from forecasting.backtest import Score
from forecasting.engine import PanelForecast
from forecasting.paths import MAX_DONORS, Donors

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Kind = TypeVar("Kind", bound=np.generic)


def joined(
    parts: Sequence[PanelForecast], cuts: Sequence[Ints], ids: tuple[str, ...]
) -> PanelForecast:
    """One forecast of series `ids`; `cuts` are the rows that each of `parts` speaks of."""
    count = len(ids)

    def spread(pick: Callable[[PanelForecast], npt.NDArray[Kind]]) -> npt.NDArray[Kind]:
        first = pick(parts[0])
        out = np.empty((count, *first.shape[1:]), dtype=first.dtype)
        for part, rows in zip(parts, cuts, strict=True):
            out[rows] = pick(part)
        return out

    return PanelForecast(
        ids=ids,
        days=parts[0].days,
        mean=spread(lambda part: part.mean),
        quantiles=spread(lambda part: part.quantiles),
        champions=_champions(parts, cuts, count),
        scores=_scores(parts, cuts),
        losses=_losses(parts, cuts, count),
        weights=None,
        segment=spread(lambda part: part.segment),
        total_steps=parts[0].total_steps,
        total_table=spread(lambda part: part.total_table),
        spread_table=spread(lambda part: part.spread_table),
        donors=_donors(parts, cuts),
    )


def _champions(parts: Sequence[PanelForecast], cuts: Sequence[Ints], count: int) -> tuple[str, ...]:
    out = [""] * count
    for part, rows in zip(parts, cuts, strict=True):
        for row, name in zip(rows.tolist(), part.champions, strict=True):
            out[row] = name
    return tuple(out)


def _losses(parts: Sequence[PanelForecast], cuts: Sequence[Ints], count: int) -> dict[str, Floats]:
    """NaN for the series of shards in which a candidate did not take part."""
    names = dict.fromkeys(name for part in parts for name in part.losses)
    out = {name: np.full(count, np.nan) for name in names}
    for part, rows in zip(parts, cuts, strict=True):
        for name, loss in part.losses.items():
            out[name][rows] = loss
    return out


def _scores(parts: Sequence[PanelForecast], cuts: Sequence[Ints]) -> tuple[Score, ...]:
    """Means over the shards that could measure it, weighted by their number of series."""
    found: dict[str, list[tuple[Score, int]]] = {}
    for part, rows in zip(parts, cuts, strict=True):
        for score in part.scores:
            found.setdefault(score.name, []).append((score, len(rows)))
    measures = [field.name for field in fields(Score) if field.name != "name"]
    scores = [
        Score(name, **{measure: _mean(some, measure) for measure in measures})
        for name, some in found.items()
    ]
    return tuple(sorted(scores, key=lambda score: np.nan_to_num(score.total_wape, nan=9e9)))


def _mean(scores: Sequence[tuple[Score, int]], measure: str) -> float:
    values = np.array([getattr(score, measure) for score, _ in scores], dtype=np.float64)
    weights = np.array([weight for _, weight in scores], dtype=np.float64)
    finite = np.isfinite(values)
    return float(np.average(values[finite], weights=weights[finite])) if finite.any() else np.nan


def _donors(parts: Sequence[PanelForecast], cuts: Sequence[Ints]) -> Donors:
    """As many as one panel would keep, from all shards alike, their series by its own place."""
    found = [part.donors for part in parts]
    series = [rows[some.series] for some, rows in zip(found, cuts, strict=True)]
    whole = Donors(
        ranks=np.concatenate([some.ranks for some in found]),
        segment=np.concatenate([some.segment for some in found]),
        origin=np.concatenate([some.origin for some in found]),
        series=np.concatenate(series),
    )
    if len(whole.segment) <= MAX_DONORS:
        return whole
    kept = np.linspace(0, len(whole.segment) - 1, MAX_DONORS).astype(np.int64)
    return Donors(whole.ranks[kept], whole.segment[kept], whole.origin[kept], whole.series[kept])
