"""The frame of every screen, drawn the same everywhere. Decides place and look; reads no data.

    page_head(title, sentence)             title, and one sentence that says what the data says
    figure_row([Figure(…), …])             at most five cards: value, change, formula on hover
    empty_state(icon, sentence, to=…)      what this screen is for, and the one button that fills it
    chart(figure, key)                     a Plotly figure in our template
    field_grid()                           fields of a form side by side, in the order of reading
    day_field(label, day)                  where a day is typed, written the same in every language
    go(screen_key, sku="LMP-01")           open a screen with something in its address
    notices().append(Notice(words))        a result that survives the rerun; page_head shows it

Everything that Streamlit draws except table cells and options of select boxes is Markdown: pass it
through `i18n.md` or `i18n.plain`. Tables are in `widgets_tables`, acts in `widgets_acts`, what a
screen looks at in `widgets_scope`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st
from plotly.graph_objects import Figure as PlotlyFigure
from streamlit.delta_generator import DeltaGenerator

from app.i18n import md, plain
from inventory_core.office.actors import Permission

MOST_FIGURES = 5
FIELD_PIXELS = 140  # a day and its icon; two of them stand side by side in a phone's dialog
TITLE_PIXELS = 32  # what `charts.blank` leaves for a title
DAY_FORMAT = "YYYY-MM-DD"  # of a field in which a day is typed
_COLOURS: dict[bool | None, Any] = {True: "normal", False: "inverse", None: "off"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One card. `good` says whether a rise is good (True), bad (False) or neither (None)."""

    label: str
    value: str
    help: str = ""
    delta: str = ""
    good: bool | None = None
    trend: Sequence[float] = ()
    small: str = ""


@dataclass(frozen=True, slots=True)
class Warned:
    """Words that say what did not happen; Markdown."""

    words: str


@dataclass(frozen=True, slots=True)
class Linked:
    """Words that say what was done (Markdown), and the way to what came of it; `beside` draws an
    act on it, for as long as the words stand there.
    """

    words: str
    screen: str
    label: str
    query: Mapping[str, str]
    beside: Callable[[], None] | None = None


Told = str | Warned | Linked


@dataclass(slots=True)
class Notice:
    """A sentence for the top of the screen; `words` are worked out when it is drawn."""

    words: Callable[[], Told]
    told: bool = False


def page_head(title: str, sentence: str = "") -> None:
    """The top of a screen; both are Markdown, so data in them comes through `md`."""
    st.title(title, anchor=False)
    if sentence:
        st.markdown(sentence)
    st.session_state["notice_place"] = st.container()
    with notice_place():
        for notice in list(notices()):
            _tell(notice)


def _tell(notice: Notice) -> None:
    """The sentence at the top and, once, a short word at the edge of the window: whoever clicked
    further down sees there that it is done. Other words, so that nothing is told twice.
    """
    words, fresh = notice.words(), not notice.told
    notice.told = True
    if isinstance(words, Warned):
        st.warning(words.words, icon=":material/warning:")
        if fresh:
            st.toast(md("shell.toast_refused"), icon=":material/warning:")
    elif words:
        said = words.words if isinstance(words, Linked) else words
        st.success(said, icon=":material/check_circle:")
        if isinstance(words, Linked):
            with st.container(horizontal=True, vertical_alignment="center"):
                icon = ":material/arrow_forward:"
                link(words.screen, words.label, icon=icon, **words.query)
                if words.beside is not None:
                    words.beside()
        if fresh:
            undoes = isinstance(words, Linked) and words.beside is not None
            toast = "shell.toast_done_undo" if undoes else "shell.toast_done"
            st.toast(md(toast), icon=":material/check_circle:")


def notice_place() -> DeltaGenerator:
    """Where this screen says what was done, for what is only known when the rest is drawn."""
    found: DeltaGenerator | None = st.session_state.get("notice_place")
    return found if found is not None else st.container()


def notices() -> list[Notice]:
    """What the next drawn screen says at its top, in a list that belongs to this session."""
    found: list[Notice] = st.session_state.setdefault("notices", [])
    return found


def notices_read() -> None:
    """The screen was drawn to its end: what it told is over, what came meanwhile is told now.

    A second click ends one run and begins another beside it, so an act may finish after the top of
    the next screen was drawn.
    """
    found = notices()
    found[:] = [one for one in found if not one.told]
    if found:
        st.rerun()


def figure_row(figures: Sequence[Figure]) -> None:
    """Cards of equal height; they wrap on a narrow screen."""
    shown = figures[:MOST_FIGURES]
    with st.grid(len(shown), min_column_width=150, gap="small"):
        for one in shown:
            st.metric(
                one.label,
                one.value,
                one.delta or None,
                delta_color=_COLOURS[one.good],
                delta_description=one.small or None,
                help=one.help or None,
                border=True,
                height="stretch",
                chart_data=list(one.trend) or None,
                chart_type="line",
            )


def empty_state(icon: str, sentence: str, *, to: str = "", label: str = "", **query: str) -> None:
    """A quiet box instead of an empty table: what this screen is for, and the button that fills it.

    `to` is the screen where that is done and `label` what the button says. Where the filling is an
    act of its own, draw `first_step` (`screens.first_step`) instead.
    """
    with empty_box(icon, sentence):
        if to in st.session_state.get("pages", {}) and st.button(
            label, key=f"fill_{to}", type="primary", icon=":material/arrow_forward:"
        ):
            go(to, **query)


@contextmanager
def empty_box(icon: str, sentence: str) -> Iterator[None]:
    """The box itself; what is drawn inside comes under the sentence."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown(f"## :gray[{icon}]", width="content")
        st.markdown(sentence, width=560, text_alignment="center")
        yield
        st.space("small")


def no_right(permission: Permission) -> None:
    """Instead of a screen that this person may not see: who can grant it."""
    empty_state(
        ":material/lock:", md("shell.no_right", permission=md(f"permission.{permission.value}"))
    )


def chart(figure: PlotlyFigure, key: str) -> None:
    """A figure with our template (`charts`), without the toolbar.

    Its title stands over it as words: inside it would be one line, cut off on a phone.
    """
    layout = figure.layout
    if layout.title.text and layout.height and (layout.margin.t or 0) >= TITLE_PIXELS:
        st.markdown(f"**{plain(layout.title.text)}**")
        layout.title.text = ""
        layout.height -= TITLE_PIXELS
        layout.margin.t -= TITLE_PIXELS
    st.plotly_chart(
        figure,
        theme=None,
        key=key,
        width="stretch",
        config={"displayModeBar": False, "scrollZoom": False, "responsive": True},
    )


def field_grid(columns: int = 2) -> DeltaGenerator:
    """`with field_grid():` short fields side by side, on a phone too, in the order of reading."""
    return st.grid(columns, min_column_width=FIELD_PIXELS, vertical_alignment="bottom")


def day_field(label: str, day: date | None = None, **options: Any) -> date | None:
    """A field for one day; None while it is empty."""
    typed = st.date_input(label, day, format=DAY_FORMAT, **options)
    return typed if isinstance(typed, date) else None


def go(screen_key: str, **query: str) -> None:
    """Open another screen; what it shows stands in its address."""
    page = st.session_state["pages"][screen_key]
    st.switch_page(page, query_params={name: value for name, value in query.items() if value})


def link(screen_key: str, label: str, *, icon: str = "", **query: str) -> None:
    """A link to another screen; nothing where this person may not open it."""
    page = st.session_state["pages"].get(screen_key)
    if page is not None:
        st.page_link(page, label=label, icon=icon or None, query_params=query or None)


def query(name: str) -> str:
    """One value of the address, as it was typed: data, never trusted."""
    return str(st.query_params.get(name, ""))
