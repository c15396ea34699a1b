"""Which heading of a file is which column, asked where the names are not known. Draws and remembers
the answers; what they mean is decided by the core.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.i18n import md, reader_language, t
from app.widgets import field_grid
from inventory_core.desk.imports_columns import NOTHING_SAID, ColumnsSaid
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
    headings, typed = list(facts["found"]), template != "sales"
    st.warning(
        md("imports.match_sentence" if typed else "imports.match_sentence_sales"),
        icon=":material/help:",
    )
    answers: dict[str, str | None] = {}
    with st.form(f"match_{mark[:12]}", border=True):
        with field_grid():
            for key in facts["keys"]:
                column = TEMPLATES[template].column(key)
                label = column.zh if reader_language() == "zh" else column.en
                answers[key] = st.selectbox(
                    md("imports.match_field", column=label, example=column.example),
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
    before = said_of(mark)
    named = {key: answer for key, answer in given.items() if answer in headings}
    stated = {key: answer for key, answer in given.items() if answer not in headings}
    said = ColumnsSaid({**before.named, **named}, {**before.stated, **stated})
    st.session_state[_KEPT] = (mark, said)
    return True
