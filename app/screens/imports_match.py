"""Which heading of a file is which column: asked where the names are not known, shown and corrected
where they are. Draws and remembers the answers; what they mean is decided by the core.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.i18n import md, t
from app.import_words import column_name
from app.widgets import field_grid
from app.widgets_cells import BETWEEN
from app.widgets_tables import Text, table
from inventory_core.desk.imports_columns import NOTHING_SAID, Column, ColumnsSaid
from inventory_core.desk.imports_headings import Heading
from inventory_core.desk.imports_templates import TEMPLATES
from inventory_core.errors import YibenError

MISSING = "columns_missing"
_KEPT = "import_columns_said"


def said_of(mark: str) -> ColumnsSaid:
    """What was said of this file; of another one nothing is known."""
    kept = st.session_state.get(_KEPT)
    return kept[1] if kept is not None and kept[0] == mark else NOTHING_SAID


def ask_columns(template: str, mark: str, missing: YibenError) -> bool:
    """One field for each column that is needed and not recognised; True once they are answered.

    A template of rows takes one value for all rows too, where the file has no such column.
    """
    facts: Mapping[str, Any] = missing.params
    headings, typed = list(facts["found"]), takes_values(template)
    st.warning(
        md("imports.match_sentence" if typed else "imports.match_sentence_sales"),
        icon=":material/help:",
    )
    answers: dict[str, str | None] = {}
    with st.form(f"match_{mark[:12]}", border=True):
        with field_grid():
            for key in facts["keys"]:
                column = TEMPLATES[template].column(key)
                answers[key] = st.selectbox(
                    md("imports.match_field", column=column_name(column), example=column.example),
                    headings,
                    index=None,
                    accept_new_options=typed,
                    placeholder=t("imports.match_pick" if typed else "imports.match_pick_sales"),
                    key=f"match_{mark[:12]}_{key}",
                )
        sent = st.form_submit_button(
            md("imports.match_check"), type="primary", icon=":material/fact_check:"
        )
    given = {key: answer for key, answer in answers.items() if answer}
    if not sent:
        return False
    if len(given) < len(answers):
        st.error(md("imports.match_open"), icon=":material/block:")
        return False
    if _taken_twice(template, given, headings):
        return False
    before = said_of(mark)
    named = {key: answer for key, answer in given.items() if answer in headings}
    stated = {key: answer for key, answer in given.items() if answer not in headings}
    said = ColumnsSaid(
        {**before.named, **named}, {**before.stated, **stated}, before.absent - given.keys()
    )
    st.session_state[_KEPT] = (mark, said)
    return True


def correct_columns(
    template: str, mark: str, headings: Sequence[Heading], stated: Mapping[str, str]
) -> bool:
    """What was taken for what, with the first values, and a form to say otherwise; True once
    somebody did.
    """
    if not headings:
        return False
    columns = TEMPLATES[template].columns
    read = {heading.key: heading for heading in headings if heading.key}
    _draw_read(columns, read, stated, mark)
    with (
        st.expander(md("imports.columns_wrong"), icon=":material/swap_horiz:"),
        st.form(f"columns_{template}_{mark[:12]}", border=False),
    ):
        st.caption(md("imports.columns_wrong_text"))
        with field_grid():
            answers = {
                column.key: _choice(template, column, headings, read, stated, mark)
                for column in columns
            }
        if not st.form_submit_button(md("imports.match_check"), icon=":material/fact_check:"):
            return False
        titles = [heading.title for heading in headings]
        given = {key: answer for key, answer in answers.items() if answer}
        if _taken_twice(template, given, titles):
            return False
    said = ColumnsSaid(
        {key: answer for key, answer in given.items() if answer in titles},
        {key: answer for key, answer in given.items() if answer not in titles},
        frozenset(answers) - frozenset(given),
    )
    if said == said_of(mark):
        return False
    st.session_state[_KEPT] = (mark, said)
    return True


def takes_values(template: str) -> bool:
    """Whether one value may be typed for all rows; for sales that is said beside the file."""
    return template != "sales"


def _draw_read(
    columns: Sequence[Column], read: Mapping[str, Heading], stated: Mapping[str, str], mark: str
) -> None:
    shown = [column for column in columns if column.key in read or column.key in stated]
    frame = pd.DataFrame(
        {
            "field": [column_name(column) for column in shown],
            "heading": [
                read[each.key].title if each.key in read else t("imports.columns_stated")
                for each in shown
            ],
            "values": [
                BETWEEN.join(read[each.key].values) if each.key in read else stated[each.key]
                for each in shown
            ],
        }
    )
    st.markdown(f"**{md('imports.columns_read')}**")
    drawn = {
        "field": Text(t("imports.column.field")),
        "heading": Text(t("imports.column.heading")),
        "values": Text(t("imports.column.values"), width="large"),
    }
    table(frame, drawn, key=f"columns_read_{mark[:12]}", height="content")


def _choice(
    template: str,
    column: Column,
    headings: Sequence[Heading],
    read: Mapping[str, Heading],
    stated: Mapping[str, str],
    mark: str,
) -> str | None:
    """Their heading for one of our columns; empty where an optional one is not in the file."""
    values = {heading.title: heading.values for heading in headings}
    options = ([] if column.required else [""]) + list(values)
    now = read[column.key].title if column.key in read else stated.get(column.key, "")
    if now and now not in options:
        options.append(now)

    def told(title: str) -> str:
        if not title:
            return t("imports.columns_absent")
        return BETWEEN.join((title, *values.get(title, ())[:1]))

    chosen: str | None = st.selectbox(
        md("imports.columns_field", column=column_name(column)),
        options,
        index=options.index(now) if now in options else None,
        format_func=told,
        accept_new_options=takes_values(template),
        key=f"column_{template}_{mark[:12]}_{column.key}",
    )
    return chosen


def _taken_twice(template: str, given: Mapping[str, str], titles: Sequence[str]) -> bool:
    """Say which heading was chosen for two columns, where one was."""
    first: dict[str, str] = {}
    for key, answer in given.items():
        if answer not in titles:
            continue
        other = first.setdefault(answer, key)
        if other != key:
            form = TEMPLATES[template]
            names = {
                "first": column_name(form.column(other)),
                "second": column_name(form.column(key)),
            }
            st.error(md("imports.columns_twice", heading=answer, **names), icon=":material/block:")
            return True
    return False
