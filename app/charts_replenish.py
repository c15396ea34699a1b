"""The picture of a suggestion: projected stock with the order and without it. Pure figures."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go

from app.charts import INK, QUIET, RISK, STOCK, band, blank, day_axis, level, line, shade
from app.i18n import number, t
from forecasting.outlook import Outlook


def stock_outlook(
    outlook: Outlook, trace: Mapping[str, Any], *, title: str, language: str
) -> go.Figure:
    """Stock by day: dotted red without the order, green with it and its band, arrivals as marks."""
    units = t("replenish.units")
    figure = blank(title=title, height=330, unit=units)
    days = outlook.days
    _shade_empty(figure, outlook)
    band(figure, days, outlook.low, outlook.high, colour=STOCK, name=t("replenish.chart_band"))
    figure.add_trace(
        line(
            days,
            outlook.without,
            name=t("replenish.chart_without"),
            colour=RISK,
            dash="dot",
            unit=units,
        )
    )
    figure.add_trace(
        line(days, outlook.with_order, name=t("replenish.chart_with"), colour=STOCK, unit=units)
    )
    _mark_arrivals(figure, outlook)
    policy = trace["policy"]
    level(
        figure,
        policy["safety_stock"],
        label=f"{t('replenish.safety_stock')} {number(policy['safety_stock'])}",
    )
    day_axis(figure, days[0], days[-1], language)
    return figure


def _shade_empty(figure: go.Figure, outlook: Outlook) -> None:
    """Every run of days without stock; the longest is named."""
    gaps = outlook.gaps
    longest = max(gaps, key=lambda gap: gap[1] - gap[0], default=None)
    for gap in gaps:
        label = t("replenish.chart_empty") if gap is longest else ""
        shade(figure, gap[0], gap[1] + timedelta(days=1), label=label)


def _mark_arrivals(figure: go.Figure, outlook: Outlook) -> None:
    marks = [
        (item, INK, item.document)
        if item.send_from is None
        else (item, QUIET, t("replenish.chart_unsent", document=item.document))
        for item in outlook.arrivals
    ]
    if outlook.order is not None:
        marks.append((outlook.order, STOCK, t("replenish.chart_order")))
    for item, colour, words in marks:
        if not outlook.days[0] <= item.on_day <= outlook.days[-1]:
            continue
        height = outlook.with_order[(item.on_day - outlook.days[0]).days]
        figure.add_trace(
            go.Scatter(
                x=[item.on_day],
                y=[height],
                mode="markers+text",
                marker={"symbol": "triangle-up", "size": 11, "color": colour},
                text=[f"+{number(item.quantity)}"],
                textposition="middle right",
                textfont={"color": colour, "size": 12},
                hovertemplate=f"{words} +{number(item.quantity)}<extra></extra>",
                showlegend=False,
                cliponaxis=False,
            )
        )
