"""One look for every picture. Decides colours, fonts and axes; draws no screen, reads no data.

The same thing has the same colour everywhere, chosen to stay apart for colour-blind eyes:
actual in ink, forecast in blue with bands, stock in green, in transit lighter, risk in red,
promotions in amber. Each screen keeps its figures in `charts_<screen>.py`:

    figure = blank(title="Demand is rising into Black Friday")
    figure.add_trace(line(days, values, name=…, colour=FORECAST))
    band(figure, days, low, high, colour=FORECAST, name=…)
    day_axis(figure, first, last, language)      ticks in the reader's language
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go

from app.i18n import day

INK = "#1C2226"
QUIET = "#6B747A"
GRID = "#E7E9E4"
ACTUAL = INK
SOLD = "#AEB6BB"
FORECAST = "#2F6FB3"
STOCK = "#2F7D4F"
IN_TRANSIT = "#C9D6E2"
RISK = "#C2412D"
PROMOTION = "#C77700"
OTHER = "#7A5AA6"
# For parts of one whole, bottom to top: places where stock lies.
PLACES = ("#235C53", "#2F7D4F", "#6BA583", "#2F6FB3", "#7FA6D6", "#C9D6E2", "#7A5AA6", "#B9A7D3")

FONT = (
    '"Source Sans", "Source Sans 3", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC",'
    ' "Microsoft YaHei", system-ui, sans-serif'
)
MOST_TICKS = 7
UNIT_PIXELS = 12
# Days are written out, and in Chinese five of them fill a phone.
MOST_DAY_TICKS = 5


def blank(*, title: str = "", height: int = 300, legend: bool = True, unit: str = "") -> go.Figure:
    """An empty figure in our look; the title says what is seen, `unit` what its height counts."""
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": (44 if title else 12) + (UNIT_PIXELS if unit else 0), "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 13, "color": INK},
        title={
            "text": title,
            "font": {"size": 15, "weight": 600, "color": INK},
            "x": 0.015,
            "xref": "container",
            "xanchor": "left",
            "y": 0.98,
            "yanchor": "top",
        },
        showlegend=legend,
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": -0.18,
            "yanchor": "top",
            "font": {"size": 12},
            "bgcolor": "rgba(0,0,0,0)",
        },
        hovermode="x unified",
        hoverlabel={"font": {"family": FONT, "size": 12}, "bgcolor": "#FFFFFF"},
        colorway=[FORECAST, STOCK, PROMOTION, OTHER, "#5B6770", RISK],
        bargap=0.18,
    )
    figure.update_xaxes(
        showgrid=False,
        zeroline=False,
        linecolor="#BFC5BF",
        ticks="outside",
        ticklen=4,
        tickcolor="#BFC5BF",
        tickfont={"size": 12, "color": QUIET},
        automargin=True,
        fixedrange=True,
    )
    figure.update_yaxes(
        gridcolor=GRID,
        zeroline=True,
        zerolinecolor="#BFC5BF",
        tickfont={"size": 12, "color": QUIET},
        rangemode="tozero",
        separatethousands=True,
        automargin=True,
        fixedrange=True,
    )
    if unit:
        _mark_unit(figure, unit)
    return figure


def _mark_unit(figure: go.Figure, unit: str) -> None:
    """The unit over the value axis, where a phone shows it without hovering."""
    figure.add_annotation(
        text=plain_name(unit),
        x=0,
        xref="paper",
        xanchor="left",
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=4,
        showarrow=False,
        font={"size": 12, "color": QUIET},
    )


def line(
    days: Iterable[date],
    values: Iterable[float],
    *,
    name: str,
    colour: str,
    dash: str = "solid",
    width: float = 2.0,
    unit: str = "",
    **options: Any,
) -> go.Scatter:
    """One line; the hover gives the exact number with its unit."""
    return go.Scatter(
        x=list(days),
        y=list(values),
        name=plain_name(name),
        mode="lines",
        line={"color": colour, "width": width, "dash": dash},
        hovertemplate=f"%{{y:,.0f}} {plain_name(unit)}".rstrip(),
        **options,
    )


def band(
    figure: go.Figure,
    days: Iterable[date],
    low: Iterable[float],
    high: Iterable[float],
    *,
    colour: str,
    name: str = "",
    opacity: float = 0.18,
) -> None:
    """The range in which it will be; drawn under the lines, named once."""
    along = list(days)
    figure.add_trace(
        go.Scatter(
            x=[*along, *reversed(along)],
            y=[*high, *reversed(list(low))],
            fill="toself",
            fillcolor=faded(colour, opacity),
            line={"width": 0},
            name=plain_name(name),
            showlegend=bool(name),
            hoverinfo="skip",
        )
    )


def shade(
    figure: go.Figure, first: date, last: date, *, label: str = "", colour: str = RISK
) -> None:
    """A stretch of days that differs: out of stock, closed."""
    figure.add_vrect(
        x0=first,
        x1=last,
        fillcolor=faded(colour, 0.12),
        line_width=0,
        layer="below",
        annotation_text=plain_name(label),
        annotation_position="top left",
        annotation_font={"size": 11, "color": colour},
    )


def level(figure: go.Figure, value: float, *, label: str, colour: str = QUIET) -> None:
    """A horizontal mark such as safety stock, named at its right end."""
    figure.add_hline(
        y=value,
        line={"color": colour, "width": 1, "dash": "dash"},
        annotation_text=plain_name(label),
        annotation_position="top right",
        annotation_font={"size": 11, "color": colour},
    )


def day_axis(figure: go.Figure, first: date, last: date, language: str) -> None:
    """Ticks at round dates, written as the reader's language writes them."""
    ticks = round_days(first, last)
    years_differ = first.year != last.year
    words = []
    for place, one in enumerate(ticks):
        new_year = place == 0 or one.year != ticks[place - 1].year
        text = day(one, language=language, year=False)
        words.append(f"{text}<br>{one.year}" if years_differ and new_year else text)
    figure.update_xaxes(
        tickmode="array",
        tickvals=ticks,
        ticktext=words,
        range=[first, last],
        hoverformat="%Y-%m-%d" if language == "zh" else "%-d %b %Y",
    )


def round_days(first: date, last: date) -> list[date]:
    """A few dates between the two: firsts of months on long axes, even steps on short."""
    span = (last - first).days
    if span <= 0:
        return [first]
    if span > 75:
        step = max(1, -(-span // (30 * MOST_TICKS)))
        months = first.year * 12 + first.month - (1 if first.day == 1 else 0)
        days = [date(m // 12, m % 12 + 1, 1) for m in range(months, months + span // 28 + 2, step)]
        return [one for one in days if first <= one <= last]
    step_days = max(1, -(-span // MOST_DAY_TICKS))
    return [first + timedelta(days=n) for n in range(0, span + 1, step_days)]


def faded(colour: str, opacity: float) -> str:
    """A hex colour as rgba."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def plain_name(text: str) -> str:
    """Data in a figure: Plotly reads a little HTML, so its signs are written out."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
