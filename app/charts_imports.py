"""The picture of an import: one bar that is all rows of a file, cut by what became of them."""

from collections.abc import Sequence

import plotly.graph_objects as go

from app.charts import ACTUAL, FORECAST, IN_TRANSIT, PROMOTION, QUIET, RISK, SOLD, STOCK, blank

_COLOURS = {
    "accepted": STOCK,
    "created": STOCK,
    "changed": FORECAST,
    "cancellation": ACTUAL,
    "cancel_unmatched": QUIET,
    "order_cancelled": ACTUAL,
    "repeated": IN_TRANSIT,
    "unchanged": IN_TRANSIT,
    "refused": RISK,
    "held_back": RISK,
    "no_price": PROMOTION,
    "no_sku": QUIET,
}
# A part smaller than this share would be a hair; it is drawn this wide and told exactly on hover.
LEAST_SHARE = 0.006


def rows_bar(parts: Sequence[tuple[str, str, int]], *, title: str) -> go.Figure:
    """Parts are (treatment, name, rows) in order; widths are shares, figures stand in the hover."""
    figure = blank(title=title, height=140)
    total = sum(count for _, _, count in parts) or 1
    for treatment, name, count in parts:
        figure.add_bar(
            x=[max(count / total, LEAST_SHARE)],
            y=[""],
            orientation="h",
            name=name,
            marker={"color": _COLOURS.get(treatment, SOLD), "line": {"width": 1, "color": "white"}},
            hovertemplate=f"{name}: {count:,}<extra></extra>",
        )
    figure.update_layout(barmode="stack", hovermode="closest", bargap=0.35)
    figure.update_layout(legend={"traceorder": "normal", "y": -0.02})
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True)
    return figure
