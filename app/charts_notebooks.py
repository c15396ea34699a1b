"""The pictures of the notebooks. Pure: frames in, figures out, in the look of the screens."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from app.charts import (
    ACTUAL,
    FORECAST,
    PLACES,
    RISK,
    SOLD,
    STOCK,
    blank,
    plain_name,
)


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


def added_value(scores: pd.DataFrame, *, title: str) -> go.Figure:
    """Value added against the baseline, models by segments; red adds error, green takes it away."""
    rivals = scores[scores["model"] != "seasonal_naive"]
    wide = rivals.pivot_table(
        index="segment", columns="model", values="value_added", sort=False, observed=True
    )
    return _heatmap(wide, title=title, low=-0.5, high=0.5, shape="%{z:+.0%}")


def share_heatmap(shares: pd.DataFrame, *, title: str) -> go.Figure:
    """Models by segments: the share of series on which a model beats the baseline."""
    wide = shares.set_index("segment")
    return _heatmap(wide, title=title, low=0.0, high=1.0, shape="%{z:.0%}")


def _heatmap(wide: pd.DataFrame, *, title: str, low: float, high: float, shape: str) -> go.Figure:
    figure = blank(title=title, height=150 + 34 * len(wide), legend=False)
    figure.add_trace(
        go.Heatmap(
            x=list(wide.columns),
            y=list(wide.index),
            z=wide.to_numpy(),
            zmin=low,
            zmax=high,
            colorscale=[[0.0, RISK], [0.5, "#F4F5F1"], [1.0, STOCK]],
            texttemplate=shape,
            hovertemplate=f"%{{y}}, %{{x}}: {shape}<extra></extra>",
            showscale=False,
        )
    )
    figure.update_yaxes(autorange="reversed", rangemode="normal")
    figure.update_layout(hovermode="closest")
    return figure


def against_naive(losses: pd.DataFrame, model: str, *, title: str) -> go.Figure:
    """One point per series: its error with a model over the baseline's; above the line, worse."""
    figure = blank(title=title, height=380)
    for number, (segment, part) in enumerate(losses.groupby("segment")):
        figure.add_trace(
            go.Scatter(
                x=part["seasonal_naive"],
                y=part[model],
                mode="markers",
                name=str(segment),
                marker={"color": PLACES[(2 * number) % len(PLACES)], "size": 7, "opacity": 0.75},
                text=part["unique_id"],
                hovertemplate="%{text}: %{y:.2f} against %{x:.2f}",
            )
        )
    top = float(losses[["seasonal_naive", model]].max().max())
    figure.add_trace(
        go.Scatter(x=[0.01, top], y=[0.01, top], mode="lines", line={"color": RISK, "width": 1},
                   showlegend=False, hoverinfo="skip")
    )  # fmt: skip
    figure.update_xaxes(type="log", title="error of the naive baseline, units a week")
    figure.update_yaxes(type="log", title="its own error")
    figure.update_layout(hovermode="closest")
    return figure


def paired_bars(frame: pd.DataFrame, *, x: str, columns: Sequence[str], title: str) -> go.Figure:
    """Two or three figures side by side for each row."""
    figure = blank(title=title, height=320)
    for column, colour in zip(columns, (FORECAST, SOLD, STOCK), strict=False):
        figure.add_trace(
            go.Bar(x=frame[x], y=frame[column], name=plain_name(column), marker={"color": colour})
        )
    return figure
