"""The pictures of the Forecasts screen: demand with its forecast, and accuracy by class. Pure."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import plotly.graph_objects as go

from app.charts import (
    ACTUAL,
    FORECAST,
    OTHER,
    PROMOTION,
    RISK,
    SOLD,
    band,
    blank,
    day_axis,
    faded,
    line,
    plain_name,
    shade,
)
from app.i18n import percent, t
from app.screens.forecasts_reading import CENSORED_SHARE, ClassAccuracy, Series

# So many names of shaded days find room side by side; what has none is listed below the picture.
LABELS_ABREAST = 8


def demand_picture(series: Series, *, title: str, language: str) -> go.Figure:
    """History in ink with censored periods hatched, forecast in blue with its bands."""
    units = t("forecasts.units")
    figure = blank(title=title, height=380, unit=units)
    censored = np.nan_to_num(series.out) >= CENSORED_SHARE
    _bars(figure, series, ~censored, t("forecasts.chart_demand"), units, hatched=False)
    if censored.any():
        _bars(figure, series, censored, t("forecasts.chart_censored"), units, hatched=True)
    _mark_left_out(figure, series, units)
    _mark_estimates(figure, series, censored, units)
    told = series.forecast
    levels = told.quantiles
    band(
        figure,
        series.ahead,
        levels["0.1"],
        levels["0.9"],
        colour=FORECAST,
        name=t("forecasts.chart_band"),
    )
    figure.add_trace(
        line(series.ahead, told.mean, name=t("forecasts.chart_mean"), colour=FORECAST, unit=units)
    )
    figure.add_trace(
        line(
            series.ahead,
            levels["0.95"],
            name=t("forecasts.chart_high"),
            colour=FORECAST,
            dash="dot",
            width=1.2,
            unit=units,
        )
    )
    _mark_promotions(figure, series)
    _mark_overrides(figure, series)
    half = timedelta(days=series.step_days)
    day_axis(figure, (series.past or series.ahead)[0] - half, series.ahead[-1] + half, language)
    return figure


def accuracy_picture(classes: Sequence[ClassAccuracy], *, title: str, language: str) -> go.Figure:
    """Error of the champions beside that of the baseline, in percent of demand, by class."""
    figure = blank(title=title, height=250)
    names = [t(f"forecasts.class_{one.name}", series=one.series) for one in classes]
    for label, colour, values in (
        (t("forecasts.chart_baseline"), SOLD, [one.baseline for one in classes]),
        (t("forecasts.chart_champion"), FORECAST, [one.error for one in classes]),
    ):
        figure.add_trace(
            go.Bar(
                y=names,
                x=values,
                name=label,
                orientation="h",
                marker_color=colour,
                text=[percent(value, 0, language=language) for value in values],
                textposition="outside",
                cliponaxis=False,
                hovertemplate="%{x:.1%}",
            )
        )
    figure.update_layout(barmode="group", hovermode="closest", bargap=0.32)
    most = max((one.baseline or 0, one.error or 0) for one in classes) if classes else (1, 1)
    figure.update_xaxes(tickformat=".0%", rangemode="tozero", range=[0, max(*most, 0.1) * 1.2])
    figure.update_yaxes(autorange="reversed", rangemode="normal", showgrid=False)
    return figure


def _bars(
    figure: go.Figure,
    series: Series,
    which: np.ndarray[tuple[int], np.dtype[np.bool_]],
    name: str,
    units: str,
    *,
    hatched: bool,
) -> None:
    days = [day for day, shown in zip(series.past, which, strict=True) if shown]
    marker = {"color": faded(ACTUAL, 0.82), "line": {"width": 0}}
    if hatched:
        marker = {
            "color": faded(RISK, 0.25),
            "line": {"width": 0},
            "pattern": {"shape": "/", "fgcolor": RISK, "size": 6, "solidity": 0.35},
        }
    figure.add_trace(
        go.Bar(
            x=days,
            y=(series.demand - series.left_out)[which],
            name=plain_name(name),
            marker=marker,
            width=series.step_days * 86_400_000 * 0.8,
            hovertemplate=f"%{{y:,.0f}} {plain_name(units)}",
        )
    )


def _mark_left_out(figure: go.Figure, series: Series, units: str) -> None:
    """One-off orders on top of the demand that counts."""
    cut = series.left_out > 0
    if not cut.any():
        return
    figure.add_trace(
        go.Bar(
            x=[day for day, shown in zip(series.past, cut, strict=True) if shown],
            y=series.left_out[cut],
            name=plain_name(t("one_off.chart_left_out")),
            marker={
                "color": faded(OTHER, 0.2),
                "line": {"width": 0},
                "pattern": {"shape": ".", "fgcolor": OTHER, "size": 5, "solidity": 0.4},
            },
            width=series.step_days * 86_400_000 * 0.8,
            hovertemplate=f"%{{y:,.0f}} {plain_name(units)}",
        )
    )
    figure.update_layout(barmode="stack")


def _mark_estimates(
    figure: go.Figure,
    series: Series,
    censored: np.ndarray[tuple[int], np.dtype[np.bool_]],
    units: str,
) -> None:
    """What periods partly without stock were taken for."""
    counted = np.nan_to_num(series.counted)
    which = censored & (counted > series.demand - series.left_out)
    if not which.any():
        return
    figure.add_trace(
        go.Scatter(
            x=[day for day, shown in zip(series.past, which, strict=True) if shown],
            y=counted[which],
            mode="markers",
            name=plain_name(t("one_off.chart_estimated")),
            marker={"symbol": "line-ew-open", "size": 9, "color": RISK, "line": {"width": 2.5}},
            hovertemplate=f"%{{y:,.0f}} {plain_name(units)}",
        )
    )


def _mark_overrides(figure: go.Figure, series: Series) -> None:
    """The days that people changed, shaded, and what was published for them."""
    if not series.overrides:
        return
    units = t("forecasts.units")
    name = t("learning.chart_published")
    figure.add_trace(
        line(
            series.ahead,
            series.published,
            name=name,
            colour=OTHER,
            dash="dot",
            width=1.4,
            unit=units,
        )
    )
    room = (series.ahead[-1] - series.past[0]) / LABELS_ABREAST
    named_until = series.past[0]
    for one in sorted(series.overrides, key=lambda other: other.first_on):
        free = one.first_on >= named_until
        shade(
            figure,
            one.first_on,
            one.last_on + timedelta(days=1),
            label=t(f"learning.reason_{one.reason.value}") if free else "",
            colour=OTHER,
        )
        named_until = one.first_on + room if free else named_until


def _most_counted(series: Series) -> float:
    return float(np.nan_to_num(series.counted).max(initial=0.0))


def _mark_promotions(figure: go.Figure, series: Series) -> None:
    """Amber stretches at the foot of the picture, named once."""
    top = max(
        float(series.demand.max(initial=0.0)),
        _most_counted(series),
        max(series.forecast.quantiles["0.95"]),
        1.0,
    )
    for place, (first, last) in enumerate(series.promotion):
        figure.add_trace(
            go.Scatter(
                x=[first, last + timedelta(days=1)],
                y=[-top * 0.03] * 2,
                mode="lines",
                line={"color": PROMOTION, "width": 6},
                name=t("forecasts.chart_promotion"),
                legendgroup="promotion",
                showlegend=place == 0,
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
    figure.update_yaxes(range=[-top * 0.06 if series.promotion else 0, top * 1.08])
