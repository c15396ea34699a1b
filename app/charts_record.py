"""The picture of how published forecasts turned out, week by week. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from math import nan

import plotly.graph_objects as go

from app.charts import FORECAST, SOLD, blank, day_axis, line
from app.i18n import t
from inventory_core.planning.alarms import Outcome

WEEK = timedelta(days=7)


def weeks_picture(outcomes: Sequence[Outcome], *, title: str, language: str) -> go.Figure:
    """Error of the model and of the naive baseline in percent of demand, by week."""
    figure = blank(title=title, height=260)
    by_week: dict[date, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        if one.seen:
            by_week[one.week_on].append(one)
    weeks = sorted(by_week)
    for name, colour, path in (
        (t("learning.naive_line"), SOLD, "naive"),
        (t("learning.model_line"), FORECAST, "model"),
    ):
        shares = [_error(by_week[week], path) for week in weeks]
        figure.add_trace(line(weeks, shares, name=name, colour=colour, unit=""))
    figure.update_traces(hovertemplate="%{y:.0%}", mode="lines+markers")
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    if weeks:
        day_axis(figure, weeks[0] - WEEK / 2, weeks[-1] + WEEK / 2, language)
    return figure


def _error(outcomes: Sequence[Outcome], path: str) -> float:
    """A gap in the line (NaN) where nothing sold or a forecast is missing."""
    came = sum(one.actual for one in outcomes)
    told = [(getattr(one, path), one.actual) for one in outcomes]
    if came <= 0 or any(said is None for said, _ in told):
        return nan
    return float(sum(abs(said - actual) for said, actual in told)) / came
