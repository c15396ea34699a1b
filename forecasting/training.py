"""From the grid of demand to forecasts ready to publish. Decides what a run is made of.

Chooses period and horizon, lets the engine forecast, and turns arrays into records whose totals
are counted in days. Rounded once, here, so that everything later is computed from what is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from math import isfinite
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from forecasting.candidates import BASELINE, candidate_models
from forecasting.channel_shares import Channels
from forecasting.demand_panel import Period, codes_of, panel_of_grid
from forecasting.engine import PanelForecast
from forecasting.fanout import LOCAL, forecast_by_shards
from forecasting.history import DemandGrid, Floats
from forecasting.joint_sums import with_channels
from forecasting.likes import with_likes
from forecasting.losses import LEVELS
from forecasting.models.contract import Model
from forecasting.models.statistical import SeasonalNaive
from forecasting.newcomers import NOBODY, Newcomers
from forecasting.own_models import LeftOut, without_failing
from forecasting.panel import Panel
from forecasting.promotion_record import effects_of_grid
from forecasting.quantiles import mean_of
from inventory_core.planning.promotion_effects import PromotionEffect
from inventory_core.planning.published import PublishedForecast
from inventory_core.planning.published_sums import PublishedSum

UNIT_PLACES = 3
PATH_LEVELS_KEPT = (0.05, 0.1, 0.5, 0.9, 0.95)
PRICE_DAYS = 90
SEED = 20260101


@dataclass(frozen=True, slots=True)
class Trained:
    """Forecasts of every series, and how the candidates did out of sample.

    `segments`: segment -> series, and the losses of champions and baseline there.
    """

    forecasts: tuple[PublishedForecast, ...]
    scores: dict[str, Any]
    segments: dict[str, dict[str, float]] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    promotions: tuple[PromotionEffect, ...] = ()
    cpu_seconds: float | None = None
    sums: tuple[PublishedSum, ...] = ()


def code_version() -> str:
    """Fingerprint of the forecasting code itself: other code may forecast otherwise."""
    found = sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def train(
    grid: DemandGrid,
    period: Period,
    *,
    categories: Mapping[int, str],
    prophet_seconds: float,
    incumbents: Mapping[tuple[int, int], str] | None = None,
    own: Sequence[Model] = (),
    channels: Channels | None = None,
    newcomers: Newcomers = NOBODY,
    engine: str = LOCAL,
) -> Trained:
    """Forecast every series of the grid; `categories` by SKU id. The last rows may be `newcomers`:
    no model sees them, they are judged by their likes.

    `incumbents`: which candidate had a series (SKU, warehouse) so far; it yields only to a margin.
    `own` models join the candidates; one that fails is left out. With `channels` the forecasts
    are cut by channel and added up by channel, market, category and for the company. `engine`:
    where shards are worked; code of an analyst runs in this process only, so `own` models too.
    """
    began = process_time()
    if not len(grid.sku_id):
        return Trained((), {})
    named = [categories.get(int(sku), "") for sku in grid.sku_id]
    known = grid.select(np.arange(len(grid.sku_id) - newcomers.count))
    panel = _panel(known, period, named)
    steps = _steps(period)
    value = _recent_value(known)
    house = candidate_models(period.horizon, SEED, priced=bool(panel.on_trial))

    def work(models: Sequence[Model]) -> PanelForecast:
        return forecast_by_shards(
            panel,
            period.horizon,
            engine=LOCAL if models else engine,
            seed=SEED,
            prophet_seconds=prophet_seconds,
            total_steps=steps,
            value=value,
            models=[*house, *models] if models else None,
            incumbents=_in_order(known, incumbents),
        )

    made, left_out = without_failing(own, work)
    made = with_likes(made, panel, grid, named, _recent_price(grid), newcomers, seed=SEED)
    forecasts = _all_published(made, panel, grid, period, steps)
    sums: tuple[PublishedSum, ...] = ()
    if channels is not None:
        forecasts, sums = with_channels(
            made, forecasts, grid, channels, named, period.days, seed=SEED
        )
    return Trained(
        forecasts,
        _scores(made),
        _segments(made),
        left_out=tuple(left_out),
        cpu_seconds=round(process_time() - began, 2),
        promotions=tuple(effects_of_grid(known, categories)),
        sums=sums,
    )


def _panel(known: DemandGrid, period: Period, named: Sequence[str]) -> Panel:
    static = {
        "category": codes_of(list(named[: len(known.sku_id)])),
        "warehouse": known.warehouse_id.astype(np.float64),
    }
    return panel_of_grid(known, period, static)


def _steps(period: Period) -> list[int]:
    """Every week of a weekly run; for days the first fortnight, then every seventh."""
    if period.days > 1:
        return list(range(1, period.horizon + 1))
    every = {*range(1, min(14, period.horizon) + 1), *range(14, period.horizon + 1, 7)}
    return sorted(every | {period.horizon})


def _all_published(
    made: PanelForecast, panel: Panel, grid: DemandGrid, period: Period, steps: Sequence[int]
) -> tuple[PublishedForecast, ...]:
    """Every series beside the baseline, in the order of the grid."""
    naive = SeasonalNaive().fit(panel)
    ahead = panel.reaching(period.horizon)
    baseline = naive.predict(ahead, period.horizon, [panel.length])[0]
    baseline = np.pad(baseline, ((0, len(made.ids) - panel.count), (0, 0)))
    prices = _recent_price(grid)
    return tuple(
        _published(made, row, grid, period, steps, prices, baseline) for row in range(len(made.ids))
    )


def _published(
    made: PanelForecast,
    row: int,
    grid: DemandGrid,
    period: Period,
    steps: Sequence[int],
    prices: Floats,
    baseline: Floats,
) -> PublishedForecast:
    # Plans go by the mean of what may come: the forecast shown is the least wrong, not the mean.
    totals, running = {}, 0.0
    for step in steps:
        quantiles = made.totals(step)[row]
        running = max(running, mean_of(np.asarray(LEVELS), quantiles))
        by_level = {str(level): _units(q) for level, q in zip(LEVELS, quantiles, strict=True)}
        totals[str(step * period.days)] = {"mean": _units(running), **by_level}
    price = prices[row]
    return PublishedForecast(
        sku_id=int(grid.sku_id[row]),
        warehouse_id=int(grid.warehouse_id[row]),
        champion=made.champions[row],
        starts_on=grid.last_on + timedelta(days=1),
        mean=[_units(value) for value in made.mean[row]],
        quantiles={
            str(level): [_units(v) for v in made.quantiles[row, :, LEVELS.index(level)]]
            for level in PATH_LEVELS_KEPT
        },
        totals=totals,
        scores={
            name: round(float(loss[row]), 4)
            for name, loss in made.losses.items()
            if isfinite(loss[row])
        },
        selling_price=None if np.isnan(price) else Decimal(str(round(float(price), 4))),
        naive=[_units(value) for value in np.nan_to_num(baseline[row])],
    )


def _scores(made: PanelForecast) -> dict[str, Any]:
    """Candidate -> measure -> value over all series, and how many series each is champion of."""
    found: dict[str, Any] = {}
    for score in made.scores:
        facts = asdict(score)
        name = facts.pop("name")
        found[name] = {k: round(v, 5) if isfinite(v) else None for k, v in facts.items()}
        found[name]["champion_of"] = made.champions.count(name)
    return found


def _segments(made: PanelForecast) -> dict[str, dict[str, float]]:
    """Losses of champions and baseline per period, in units, by segment of similar series."""
    if BASELINE not in made.losses:
        return {}
    base = made.losses[BASELINE]
    own = np.array([made.losses[name][row] for row, name in enumerate(made.champions)])
    judged = np.isfinite(own) & np.isfinite(base)
    found = {}
    for code in np.unique(made.segment):
        rows = (made.segment == code) & judged
        found[_segment_name(int(code))] = {
            "series": int((made.segment == code).sum()),
            "loss": round(float(own[rows].sum()), 4),
            "baseline_loss": round(float(base[rows].sum()), 4),
        }
    return found


def _segment_name(code: int) -> str:
    """The words behind the bits of `segments_of`."""
    kind, age, size = code & 1, code & 2, code & 4
    return "_".join(
        ("sparse" if kind else "steady", "young" if age else "grown", "large" if size else "small")
    )


def _in_order(
    grid: DemandGrid, incumbents: Mapping[tuple[int, int], str] | None
) -> list[str] | None:
    if not incumbents:
        return None
    pairs = zip(grid.sku_id.tolist(), grid.warehouse_id.tolist(), strict=True)
    return [incumbents.get(pair, "") for pair in pairs]


def _recent_price(grid: DemandGrid) -> Floats:
    """[S] mean price of what was sold lately, else the last price known."""
    window = slice(max(0, grid.length - PRICE_DAYS), grid.length)
    units = np.where(np.isnan(grid.price[:, window]), 0.0, grid.y[:, window])
    value = (np.nan_to_num(grid.price[:, window]) * units).sum(axis=1)
    total = units.sum(axis=1)
    return np.where(total > 0, value / np.maximum(total, 1e-9), grid.price[:, -1])


def _recent_value(grid: DemandGrid) -> Floats:
    """[S] money sold lately: where a budget of time is best spent."""
    window = slice(max(0, grid.length - PRICE_DAYS), grid.length)
    price = np.nan_to_num(_recent_price(grid), nan=1.0)
    return np.asarray(grid.y[:, window].sum(axis=1) * price)


def _units(value: float) -> float:
    return round(float(value), UNIT_PLACES)
