"""The picture of what promotions did. Pure: effects in, a figure out."""

from collections.abc import Sequence

import plotly.graph_objects as go

from app.charts import GRID, PROMOTION, QUIET, blank
from app.i18n import t
from inventory_core.planning.promotion_effects import PromotionEffect

HOVER = (
    "%{y:.2f} × (%{customdata[0]:.2f}–%{customdata[1]:.2f}), n = %{customdata[2]}<extra></extra>"
)


def effects_picture(
    uplift: Sequence[PromotionEffect], days_after: Sequence[PromotionEffect], *, title: str
) -> go.Figure:
    """Demand as a multiple of the usual: by depth of discount, then the days after, one by one."""
    figure = blank(title=title, height=320, legend=False)
    _points(figure, uplift, [t(f"promotions.band_{one.band}") for one in uplift], PROMOTION)
    _points(
        figure,
        days_after,
        [t("promotions.day_after", day=one.band) for one in days_after],
        QUIET,
    )
    figure.add_hline(y=1.0, line={"color": GRID, "width": 2})
    figure.update_yaxes(tickformat=".1f", ticksuffix=" ×")
    figure.update_layout(hovermode="closest")
    return figure


def _points(
    figure: go.Figure, effects: Sequence[PromotionEffect], labels: list[str], colour: str
) -> None:
    figure.add_trace(
        go.Bar(
            x=labels,
            y=[one.factor for one in effects],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [one.high - one.factor for one in effects],
                "arrayminus": [one.factor - one.low for one in effects],
                "color": "#1C2226",
                "thickness": 1.2,
                "width": 4,
            },
            marker={"color": colour},
            customdata=[[one.low, one.high, one.events] for one in effects],
            hovertemplate=HOVER,
        )
    )
