"""Codes that a file names and nobody has made yet: the way on from a check that stopped at them."""

from collections.abc import Callable

import streamlit as st

from app import session
from app.i18n import md, t
from app.widgets_acts import act_button
from inventory_core.desk.imports_runs import ImportReport, UnknownKind
from inventory_core.desk.imports_unknown import MOST_MADE, make_unknown
from inventory_core.office.actors import Permission

_MOST_NAMED = 8
_MADE = "import_unknown_made"


def offer_unknown(report: ImportReport, *, name: str, again: Callable[[], None]) -> None:
    """Say which codes are unknown and offer to make them; `again` lets the file be checked anew."""
    codes = report.unknown
    if not codes or len(codes) > MOST_MADE:
        return
    with st.container(border=True):
        zone = session.current().company.time_zone
        st.markdown(md("imports.unknown_sentence", codes=_told(report), zone=zone))
        act_button(
            md("imports.unknown_make"),
            lambda tx, actor, now, key: make_unknown(tx, actor, codes, key=key, now=now),
            name=f"make_unknown_{name}",
            done=lambda made: _said(made, again),
            permission=Permission.CATALOG_EDIT,
            icon=":material/add:",
            type="primary",
        )


def _told(report: ImportReport) -> str:
    """2 warehouses LA-1, SZ-2; 1 supplier S9"""
    parts = []
    for kind in UnknownKind:
        codes = [each.code for each in report.unknown if each.kind is kind]
        if codes:
            named = ", ".join(codes[:_MOST_NAMED]) + (" …" if len(codes) > _MOST_NAMED else "")
            key = f"imports.unknown_sentence.{kind.value}"
            parts.append(t(key, count=len(codes), codes=named))
    return t("imports.and_also").join(parts)


def _said(made: ImportReport, again: Callable[[], None]) -> str:
    """A notice is worked out whenever it is drawn; the file is checked anew only once for it."""
    if st.session_state.get(_MADE) is not made:
        st.session_state[_MADE] = made
        again()
    return md("imports.unknown_made", codes=made.file_name)
