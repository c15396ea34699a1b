"""What a screen looks at: a row of choices kept in the address, and the stamp beside it.

    scope_bar({"site": {"": "All", …}})    pills, or a box; returns {"site": "3"}

Decides where a choice is pills and where a box, and that the address always says what is shown.
A phone has boxes of equal width, two in a row: pills of five fields would run over its edge.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from app.i18n import md, plain
from app.widgets import field_grid
from app.widgets_phone import on_phone

MOST_PILLS = 9
BOX_PIXELS = 240


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: how a pill says it, and how a box, where there is room for more."""

    pill: str
    box: str


Options = Mapping[str, str | Choice]


def scope_bar(
    fields: Mapping[str, Options], *, stamp: str = "", stale: bool = False
) -> dict[str, str]:
    """What is looked at: one choice per field, kept in the address, and the stamp.

    `fields` is name → {value: label}; the first value is the usual one and leaves the address
    clean. A value that the address invents is ignored.
    """
    # Of one value there is nothing to choose: an empty company would see a lone "All".
    chosen = {name: next(iter(options)) for name, options in fields.items()}
    asked = {name: options for name, options in fields.items() if len(options) > 1}
    # One field alone is the tabs of a screen, on a phone too.
    if on_phone() and len(asked) > 1:
        with field_grid():
            chosen |= {name: _field(name, options, wide=True) for name, options in asked.items()}
        if stamp:
            _stamp(stamp, stale=stale)
        return chosen
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        chosen |= {name: _field(name, options) for name, options in asked.items()}
        if stamp:
            st.space("stretch")
            _stamp(stamp, stale=stale)
    return chosen


def _stamp(words: str, *, stale: bool) -> None:
    colour = "orange" if stale else "gray"
    icon = ":material/schedule: " if stale else ""
    st.markdown(f":{colour}[:small[{icon}{words}]]", width="content")


def _field(name: str, options: Options, *, wide: bool = False) -> str:
    """One field of the scope. The address holds the value itself, the same in every language."""
    values = list(options)
    usual, key = values[0], f"scope_{name}"
    asked = st.query_params.get(name, usual)
    asked = asked if asked in options else usual
    # Somebody came with another address than the one written here: the address wins.
    if st.session_state.get(f"{key}_written") != asked or key not in st.session_state:
        st.session_state[key] = asked
    picked = _choice(md(f"scope.{name}"), options, key, wide=wide) or usual
    if picked != usual:
        st.query_params[name] = picked
    elif name in st.query_params:
        del st.query_params[name]
    st.session_state[f"{key}_written"] = picked
    return picked


def _choice(label: str, options: Options, key: str, *, wide: bool) -> str | None:
    if len(options) <= MOST_PILLS and not wide:
        return st.pills(
            label,
            list(options),
            required=True,
            format_func=lambda value: plain(_said(options[value], in_box=False)),
            key=key,
            label_visibility="collapsed",
        )
    return st.selectbox(
        label,
        list(options),
        format_func=lambda value: _said(options[value], in_box=True),
        key=key,
        label_visibility="collapsed",
        width="stretch" if wide else BOX_PIXELS,
    )


def _said(one: str | Choice, *, in_box: bool) -> str:
    if isinstance(one, str):
        return one
    return one.box if in_box else one.pill
