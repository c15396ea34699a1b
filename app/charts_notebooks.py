"""The pictures of the notebooks. Pure: frames in, figures out, in the look of the screens."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from app.charts import ACTUAL, FORECAST, PLACES, RISK, SOLD, STOCK, blank, plain_name


def stacked_value(days: pd.DataFrame) -> go.Figure:
    """Stock value per place over time; columns on_day, warehouse, stock."""
    figure = blank(title="Money in stock by place, thousand")
    wide = days.pivot_table(index="on_day", columns="warehouse", values="stock", aggfunc="sum")
    for number, place in enumerate(wide.columns):
        figure.add_trace(
            go.Scatter(
                x=wide.index,
                y=wide[place] / 1000,
                name=plain_name(str(place)),
                stackgroup="value",
                line={"width": 0.5, "color": PLACES[number % len(PLACES)]},
            )
        )
    return figure


def lines(frame: pd.DataFrame, columns: Sequence[str], *, title: str, x: str) -> go.Figure:
    """Columns of a frame as lines over `x`."""
    figure = blank(title=title)
    for column, colour in zip(columns, (STOCK, FORECAST, RISK, ACTUAL), strict=False):
        figure.add_trace(
            go.Scatter(x=frame[x], y=frame[column], name=plain_name(column), line={"color": colour})
        )
    return figure


def bars(frame: pd.DataFrame, *, x: str, y: str, title: str) -> go.Figure:
    """One bar per row, in the order given."""
    figure = blank(title=title, legend=False)
    figure.add_trace(go.Bar(x=frame[x], y=frame[y], marker={"color": RISK}))
    return figure


def demand_with_censoring(series: pd.DataFrame, *, title: str) -> go.Figure:
    """Demand a day of one series; days without stock stand out: their demand is only a bound."""
    figure = blank(title=title)
    out = series["censored"].fillna(0).astype(int) == 1
    for name, part, colour in (
        ("in stock", series[~out], SOLD),
        ("out of stock", series[out], RISK),
    ):
        figure.add_trace(go.Bar(x=part["ds"], y=part["y"], name=name, marker={"color": colour}))
    for day in series.loc[out, "ds"]:
        figure.add_vrect(
            x0=day, x1=day + pd.Timedelta(days=1), fillcolor="rgba(194,65,45,0.12)", line_width=0
        )
    return figure
