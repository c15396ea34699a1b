"""The picture of a sum of forecasts: what its series sold together, and what they probably will."""

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go

from app.charts import ACTUAL, FORECAST, band, blank, day_axis, faded, line, plain_name
from app.i18n import t
from forecasting.hierarchy_reading import Sum

MOST_PERIODS_SHOWN = {1: 120, 7: 78}
DAY_MILLISECONDS = 86_400_000


def sum_picture(one: Sum, step_days: int, *, title: str, language: str) -> go.Figure:
    """History in ink, forecast in blue with the band of the sum; days are the ends of periods."""
    units = t("forecasts.units")
    figure = blank(title=title, height=380, unit=units)
    past, demand = _in_periods(one, step_days)
    figure.add_trace(
        go.Bar(
            x=past,
            y=demand,
            name=plain_name(t("forecasts.chart_demand")),
            marker={"color": faded(ACTUAL, 0.82), "line": {"width": 0}},
            width=step_days * DAY_MILLISECONDS * 0.8,
            hovertemplate=f"%{{y:,.0f}} {plain_name(units)}",
        )
    )
    step = timedelta(days=step_days)
    ahead = [one.starts_on - timedelta(days=1) + step * (n + 1) for n in range(len(one.mean))]
    if one.low and one.high:
        band(
            figure,
            ahead,
            one.low,
            one.high,
            colour=FORECAST,
            name=t("forecasts.chart_band"),
        )
    figure.add_trace(
        line(ahead, one.mean, name=t("forecasts.chart_mean"), colour=FORECAST, unit=units)
    )
    top = max([1.0, *demand, *one.high, *one.mean])
    figure.update_yaxes(range=[0, top * 1.08])
    day_axis(figure, (past or ahead)[0] - step, ahead[-1] + step, language)
    return figure


def _in_periods(one: Sum, step: int) -> tuple[list[date], Sequence[int]]:
    """Whole periods, the newest last: their ends and what was sold in them."""
    count = min(len(one.past) // step, MOST_PERIODS_SHOWN[step])
    newest = one.past[len(one.past) - count * step :]
    demand = [sum(newest[n * step : (n + 1) * step]) for n in range(count)]
    ends = [one.past_through - timedelta(days=step * (count - 1 - n)) for n in range(count)]
    return ends, demand
