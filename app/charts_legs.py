"""The legs of a way, stated against learned: the picture with their spread, and the sentences."""

from collections.abc import Iterable, Mapping
from typing import Any

import plotly.graph_objects as go

from app.charts import FORECAST, INK, blank
from app.i18n import md, number, t
from forecasting.lead_time import LearnedLeg

ROW_HEIGHT = 46
LEAST_DIFFERENCE_DAYS = 1.0


def legs_picture(legs: tuple[LearnedLeg, ...], *, title: str) -> go.Figure:
    """One bar for each leg as learned, its spread across it, and a mark where it was stated."""
    shown = [leg for leg in legs if leg.stated_days]
    figure = blank(title=title, height=110 + ROW_HEIGHT * len(shown))
    names = [t(f"legs.{leg.kind}") for leg in shown]
    learned = [leg.ratio * leg.stated_days for leg in shown]
    low = [min(leg.slices) * leg.stated_days for leg in shown]
    high = [max(leg.slices) * leg.stated_days for leg in shown]
    unit = t("legs.days")
    figure.add_trace(
        go.Bar(
            y=names,
            x=learned,
            orientation="h",
            name=t("legs.learned"),
            marker={"color": FORECAST},
            width=0.5,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [top - middle for top, middle in zip(high, learned, strict=True)],
                "arrayminus": [middle - foot for foot, middle in zip(low, learned, strict=True)],
                "color": INK,
                "thickness": 1.2,
                "width": 4,
            },
            customdata=[[number(a), number(b)] for a, b in zip(low, high, strict=True)],
            hovertemplate=f"%{{x:.0f}} {unit} (%{{customdata[0]}}–%{{customdata[1]}})"
            "<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(
            y=names,
            x=[leg.stated_days for leg in shown],
            mode="markers",
            name=t("legs.stated"),
            marker={"symbol": "line-ns-open", "size": 26, "color": INK, "line": {"width": 3}},
            hovertemplate=f"%{{x:.0f}} {unit}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", gridcolor="rgba(0,0,0,0)", zeroline=False)
    figure.update_xaxes(rangemode="tozero", showgrid=True, gridcolor="#E7E9E4", ticksuffix="")
    figure.update_layout(hovermode="closest")
    return figure


def leg_notes(legs: Iterable[Mapping[str, Any]]) -> list[str]:
    """“Customs took 9 days instead of 5 on the last 6 orders”, for each leg that differs."""
    return [
        md(
            "legs.note_elsewhere" if leg.get("elsewhere") else "legs.note",
            leg=t(f"legs.{leg['kind']}"),
            days=number(leg["mean_days"]),
            stated=number(leg["mean_stated"]),
            orders=number(leg["orders"]),
        )
        for leg in legs
        if leg["orders"] and abs(leg["mean_days"] - leg["mean_stated"]) >= LEAST_DIFFERENCE_DAYS
    ]
