"""How the candidates did out of sample, as frames for people who look. Decides no champion.

Segments are named by what they are: sparse or steady, small or large, young or old. Value added is
the share of the naive baseline's error that a model takes away; below zero it adds error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.backtest import Trial, horizon_loss, run_trial
from forecasting.candidates import BASELINE, candidate_models
from forecasting.demand_panel import Period, codes_of, is_sellable, panel_of_grid
from forecasting.engine import forecast_panel
from forecasting.frequency import frequency_of
from forecasting.history import DemandGrid, channel_demand, demand_grid
from forecasting.losses import bias, rmsse, step_scale, total_wape, wape
from forecasting.models.contract import Model
from forecasting.panel import Panel
from forecasting.stacking import segments_of
from forecasting.stand_ins import with_stand_ins
from inventory_core.db.engine import Reading
from inventory_core.insight.demand import sku_facts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EVERYTHING = "all series"
FINAL = "champions"
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
SEED = 20260101


@dataclass(frozen=True, slots=True)
class Contest:
    """A panel of the company's demand by week, its segments, and how the candidates did on it."""

    panel: Panel
    segment: tuple[str, ...]
    trial: Trial

    @property
    def baseline(self) -> Floats:
        """[S] what the naive baseline lost a period, in units."""
        return horizon_loss(self.trial, self.trial.forecasts[BASELINE])


def weekly_panel(conn: Reading, *, through: date, horizon: int) -> tuple[Panel, DemandGrid]:
    """Every SKU and warehouse that ever sold, by week, with category and warehouse."""
    grid = demand_grid(conn, through=through, ahead_days=7 * horizon + 7)
    grid = grid.select(is_sellable(grid).nonzero()[0])
    grid = with_stand_ins(grid, channel_demand(conn, grid))
    category = {row.id: row.category for row in conn.rows(sku_facts())}
    frequency = frequency_of(f"W-{WEEKDAYS[grid.last_on.weekday()]}")
    static = {
        "category": codes_of([category.get(int(sku), "") for sku in grid.sku_id]),
        "warehouse": grid.warehouse_id.astype(np.float64),
    }
    return panel_of_grid(grid, Period(frequency, 7, horizon, "asked"), static), grid


def run_contest(panel: Panel, horizon: int, *, more: Sequence[Model] = ()) -> Contest:
    """The rolling backtest of the house's candidates and of `more` on one panel."""
    now = panel.reaching(horizon)
    models = [*candidate_models(horizon, SEED, priced=bool(panel.on_trial)), *more]
    return Contest(now, segment_names(now), run_trial(now, horizon, models))


def segment_names(panel: Panel) -> tuple[str, ...]:
    """[S] the segments of the engine in words."""
    return tuple(
        f"{'sparse' if code & 1 else 'steady'}, {'large' if code & 4 else 'small'}"
        f"{', young' if code & 2 else ''}"
        for code in segments_of(panel).tolist()
    )


def scores_by_segment(contest: Contest) -> pd.DataFrame:
    """One row per segment and model: errors, bias, and value added against the baseline."""
    trial = contest.trial
    scale = step_scale(contest.panel.y[:, : trial.origins[0]], squared=True)
    scale = np.where(scale > 0, scale, np.nan)
    names = np.asarray(contest.segment)
    rows = []
    for segment in (EVERYTHING, *sorted(set(contest.segment))):
        of = np.ones(len(names), dtype=bool) if segment == EVERYTHING else names == segment
        actual = trial.actual[:, of]
        naive = wape(actual, trial.forecasts[BASELINE][:, of])
        for model, said in trial.forecasts.items():
            mean = said[:, of]
            error = wape(actual, mean)
            flat = (len(trial.origins) * int(of.sum()), actual.shape[2])
            rows.append(
                {
                    "segment": segment,
                    "series": int(of.sum()),
                    "model": model,
                    "wape": error,
                    "total_wape": total_wape(actual, mean),
                    "rmsse": rmsse(
                        actual.reshape(flat),
                        mean.reshape(flat),
                        np.tile(scale[of], len(trial.origins)),
                    ),
                    "bias": bias(actual, mean),
                    "value_added": 1.0 - error / naive if naive > 0 else np.nan,
                }
            )
    return pd.DataFrame(rows)


def best_by_segment(scores: pd.DataFrame) -> pd.DataFrame:
    """The model with the least error of each segment, and how far the second is behind."""
    rows = []
    for segment, part in scores.groupby("segment", sort=False):
        ranked = part.sort_values("wape")
        first, second = ranked.iloc[0], ranked.iloc[min(1, len(ranked) - 1)]
        rows.append(
            {
                "segment": segment,
                "series": first["series"],
                "best": first["model"],
                "wape": first["wape"],
                "value_added": first["value_added"],
                "second": second["model"],
                "second_behind": second["wape"] / first["wape"] - 1.0,
                "worse_than_naive": int((part["value_added"] < 0).sum()),
            }
        )
    return pd.DataFrame(rows)


def losses_by_series(contest: Contest) -> pd.DataFrame:
    """[series x model] error a period in units, with segment and mean demand."""
    trial = contest.trial
    frame = pd.DataFrame(
        {name: horizon_loss(trial, said) for name, said in trial.forecasts.items()}
    )
    frame.insert(0, "unique_id", list(contest.panel.ids))
    frame.insert(1, "segment", list(contest.segment))
    frame.insert(2, "mean_demand", np.nanmean(np.nan_to_num(contest.panel.y), axis=1))
    return frame


def where_it_fails(losses: pd.DataFrame, model: str, *, most: int = 10) -> pd.DataFrame:
    """The series on which a model loses most units a period against the baseline."""
    found = losses[["unique_id", "segment", "mean_demand", BASELINE, model]].copy()
    found["lost_against_naive"] = found[model] - found[BASELINE]
    return found.sort_values("lost_against_naive", ascending=False).head(most)


def share_beaten(losses: pd.DataFrame) -> pd.DataFrame:
    """Per model and segment the share of series on which it beats the baseline."""
    models = [name for name in losses.columns[3:] if name != BASELINE]
    judged = losses[losses[BASELINE].notna()]
    parts = {name: judged[name] < judged[BASELINE] for name in models}
    beaten = pd.DataFrame(parts).groupby(judged["segment"]).mean()
    return beaten.rename_axis("segment").reset_index()


def untouched_weeks(panel: Panel, horizon: int, *, more: Sequence[Model] = ()) -> pd.DataFrame:
    """The last `horizon` weeks, which neither models nor their selection have seen.

    One row per segment: the error of the champions as the engine chose them, and of the baseline.
    """
    cutoff = panel.length - horizon
    past = panel.until(cutoff)
    models = [*candidate_models(horizon, SEED, priced=bool(panel.on_trial)), *more]
    made = forecast_panel(past, horizon, seed=SEED, models=models)
    actual = panel.y[:, cutoff : cutoff + horizon]
    naive = next(model for model in models if model.name == BASELINE)
    said = naive.fit(past).predict(past.reaching(horizon), horizon, [cutoff])[0]
    names = np.asarray(segment_names(past.reaching(horizon)))
    rows = []
    for segment in (EVERYTHING, *sorted(set(names.tolist()))):
        of = np.ones(len(names), dtype=bool) if segment == EVERYTHING else names == segment
        ours, theirs = wape(actual[of], made.mean[of]), wape(actual[of], said[of])
        rows.append(
            {
                "segment": segment,
                "series": int(of.sum()),
                FINAL: ours,
                BASELINE: theirs,
                "value_added": 1.0 - ours / theirs if theirs > 0 else np.nan,
                "bias": bias(actual[of], made.mean[of]),
            }
        )
    return pd.DataFrame(rows)


def findings(scores: pd.DataFrame, losses: pd.DataFrame, untouched: pd.DataFrame) -> list[str]:
    """What the tables say, in sentences, the unpleasant ones included."""
    best = best_by_segment(scores)
    whole = best[best["segment"] == EVERYTHING].iloc[0]
    last = untouched[untouched["segment"] == EVERYTHING].iloc[0]
    said = [
        f"Over all series {whole['best']} has the least error: WAPE {whole['wape']:.1%}, "
        f"{whole['value_added']:.1%} less than the naive baseline.",
        f"{whole['second']} is {whole['second_behind']:.1%} behind it.",
        "In the last weeks, which no model had seen, the engine's champions have a WAPE of "
        f"{last[FINAL]:.1%} against {last[BASELINE]:.1%}; their bias is {last['bias']:+.1%}.",
    ]
    for row in best[best["segment"] != EVERYTHING].to_dict("records"):
        said.append(
            f"{row['segment']} ({row['series']} series): {row['best']} wins with "
            f"{row['value_added']:.1%} of the naive error taken away; "
            f"{row['worse_than_naive']} candidates are worse than naive there."
        )
    judged = losses[losses[BASELINE].notna()]
    lost = float((judged[str(whole["best"])] > judged[BASELINE]).mean())
    said.append(f"On {lost:.0%} of the series even {whole['best']} is worse than naive.")
    worse = untouched[untouched["value_added"] < 0]["segment"].tolist()
    if worse:
        said.append(f"In the untouched weeks the engine lost against naive in: {'; '.join(worse)}.")
    return said
