"""The pictures of the overview: where the money lies. Pure: rows in, figure out."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from app.charts import IN_TRANSIT, INK, PLACES, blank, day_axis, faded, plain_name
from app.i18n import t

HEIGHT = 440
THOUSAND = 1000.0


def value_by_place(
    days: Sequence[date],
    places: Sequence[tuple[str, Sequence[float]]],
    in_transit: Sequence[float],
    year_ago: Sequence[float | None] = (),
    *,
    language: str,
) -> go.Figure:
    """Stock value as stacked areas, bottom to top in the order given, what is on the way on top;
    all of it a year before as a line, where it is known.
    """
    figure = blank(height=HEIGHT)
    layers = [
        (name, values, PLACES[number % len(PLACES)]) for number, (name, values) in enumerate(places)
    ]
    layers.append((t("overview.in_transit", language=language), in_transit, IN_TRANSIT))
    for name, values, colour in layers:
        figure.add_trace(
            go.Scatter(
                x=list(days),
                y=[value / THOUSAND for value in values],
                name=plain_name(name),
                mode="lines",
                stackgroup="value",
                line={"width": 0.6, "color": colour},
                fillcolor=faded(colour, 0.92),
                hovertemplate="%{y:,.1f}",
            )
        )
    if any(value is not None for value in year_ago):
        figure.add_trace(
            go.Scatter(
                x=list(days),
                y=[None if value is None else value / THOUSAND for value in year_ago],
                name=t("overview.year_ago", language=language),
                mode="lines",
                line={"width": 1.6, "color": INK, "dash": "dot"},
                hovertemplate="%{y:,.1f}",
            )
        )
    figure.update_layout(
        legend={"traceorder": "reversed", "y": -0.1},
        margin={"l": 8, "r": 12, "t": 8, "b": 8},
    )
    if days:
        day_axis(figure, days[0], days[-1], language)
    return figure
