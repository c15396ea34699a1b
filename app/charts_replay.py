"""The pictures of replays and scenarios: money, week by week and plan by plan. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

import plotly.graph_objects as go

from app.charts import ACTUAL, FORECAST, SOLD, STOCK, blank, day_axis, line

COLOURS: Mapping[str, str] = {
    "ours": FORECAST,
    "paying": STOCK,
    "minmax": SOLD,
    "actual": ACTUAL,
    "current": ACTUAL,
    "changed": FORECAST,
}
HEIGHT = 300


def weekly_lines(
    days: Sequence[date],
    plans: Mapping[str, tuple[str, Sequence[float]]],
    *,
    title: str,
    unit: str,
    language: str,
) -> go.Figure:
    """One line per plan: `plans` is name → (label, amount a week)."""
    figure = blank(title=title, height=HEIGHT)
    for name, (label, amounts) in plans.items():
        dash = "dot" if name == "actual" else "solid"
        figure.add_trace(
            line(days, amounts, name=label, colour=COLOURS[name], dash=dash, unit=unit)
        )
    figure.update_yaxes(rangemode="tozero")
    if days:
        day_axis(figure, days[0], days[-1], language)
    return figure
