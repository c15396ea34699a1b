"""What was done by whom, in words. Draws the latest entries of the audit; changes nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, moment, t
from app.widgets import empty_state
from app.widgets_tables import Moment, Text, export_button, table
from inventory_core.office.audit import AuditEntry, list_audit


def draw_audit(names: Mapping[str, str]) -> None:
    """The list; `names` turns the ids of people into names."""
    st.subheader(md("people.audit"), anchor=False)
    entries = session.read(lambda conn: list_audit(conn, limit=200))
    if not entries:
        empty_state(":material/history:", md("people.audit_empty"))
        return
    rows = pd.DataFrame(
        {
            "when": pd.Series([one.recorded_at for one in entries], dtype="datetime64[us, UTC]"),
            "who": [one.person_name for one in entries],
            "act": [_act_words(one) for one in entries],
            "subject": [_subject_words(one, names) for one in entries],
            "details": [_detail_words(one.details) for one in entries],
        }
    )
    columns = {
        "when": Moment(t("people.audit_when")),
        "who": Text(t("people.audit_who")),
        "act": Text(t("people.audit_act")),
        "subject": Text(t("people.audit_subject")),
        "details": Text(t("people.audit_details"), width="large"),
    }
    table(rows, columns, key="people_audit")
    export_button(rows, columns, name="audit")


def _act_words(entry: AuditEntry) -> str:
    """`transfer_shipped` of a transfer is "shipped": the subject stands beside it."""
    act = entry.act.removeprefix(f"{entry.subject_kind}_")
    return _known_words("act", entry.act if _is_known("act", entry.act) else act)


def _subject_words(entry: AuditEntry, names: Mapping[str, str]) -> str:
    if entry.subject_kind == "person":
        return names.get(entry.subject_id, entry.subject_id)
    kind = _known_words("kind", entry.subject_kind)
    return kind if entry.subject_kind == "company" else f"{kind} {entry.subject_id}"


def _detail_words(details: Mapping[str, Any]) -> str:
    """The facts of an act in one line; what is empty is left out."""
    parts = []
    for name, value in details.items():
        if isinstance(value, Mapping):
            shown = f"{value['from']} → {value['to']}" if {"from", "to"} <= set(value) else value
        elif isinstance(value, list):
            shown = ", ".join(_known_words("role", str(one)) for one in value)
        else:
            shown = _plain_value(value)
        if shown not in ("", None):
            parts.append(f"{_known_words('field', name)}: {shown}")
    return " · ".join(parts)


def _plain_value(value: Any) -> Any:
    """A moment as everywhere else on the screens; everything else as it stands."""
    if not isinstance(value, str) or "T" not in value:
        return value
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return value
    return moment(found) if found.tzinfo is not None else value


def _is_known(group: str, word: str) -> bool:
    key = f"{group}.{word}"
    return t(key) != key


def _known_words(group: str, word: str) -> str:
    """A word of a closed list in the reader's language, or the word itself."""
    return t(f"{group}.{word}") if _is_known(group, word) else word.replace("_", " ")
