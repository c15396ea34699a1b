"""The side bar under the menu: search, company, language, who is here, the way out."""

import streamlit as st

from app import session
from app.companies import companies
from app.i18n import LANGUAGES, md, plain, reader_language, t
from app.screens.registry import SCREENS
from app.widgets import go
from app.widgets_acts import run_act
from inventory_core.insight.search import LONGEST_TEXT, Hit, find_anything
from inventory_core.office.passwords import FEWEST_BYTES
from inventory_core.office.people import change_password, choose_language
from inventory_core.vocabulary import Language

_NAMES = {"zh": "中文", "en": "English"}


def draw(visit: session.Visit) -> None:
    """Everything below the menu."""
    with st.sidebar:
        _search(visit)
        if visit.company.simulated:
            st.markdown(f":orange-badge[:material/science: {md('shell.simulated')}]")
        _company(visit)
        _person(visit)


def _search(visit: session.Visit) -> None:
    """Jump to anything by any of its codes; a single hit opens at once, several are listed."""
    given = st.text_input(
        t("shell.search_label"),
        placeholder=t("shell.search"),
        icon=":material/search:",
        label_visibility="collapsed",
        max_chars=LONGEST_TEXT,
        key="search_text",
    )
    if not given:
        return
    with session.part():
        hits = session.read(lambda conn: find_anything(conn, given))
        open_screens = {one.key for one in SCREENS if visit.actor.may(one.permission)}
        shown = [hit for hit in hits if hit.screen in open_screens]
        if not shown:
            st.caption(md("shell.search_nothing", text=given))
        fresh = st.session_state.get("search_done") != given
        st.session_state["search_done"] = given
        if len(shown) == 1 and fresh:
            go(shown[0].screen, **shown[0].query)
        for hit in shown:
            _hit(hit)


def _hit(hit: Hit) -> None:
    words = md("shell.search_hit", kind=t(f"kind.{hit.kind}"), code=hit.code)
    if st.button(words, key=f"hit_{hit.kind}_{hit.id}", help=plain(hit.name), type="tertiary"):
        go(hit.screen, **hit.query)


def _company(visit: session.Visit) -> None:
    slugs = companies().slugs()
    if len(slugs) < 2:
        return
    chosen = st.selectbox(
        t("shell.company"),
        slugs,
        index=slugs.index(visit.slug),
        format_func=lambda slug: _company_name(slug, visit),
        key="company_choice",
    )
    if chosen != visit.slug:
        session.go_to(f"/company/{chosen}")


def _company_name(slug: str, visit: session.Visit) -> str:
    if slug == visit.slug and visit.company.name:
        return visit.company.name
    key = f"shell.company_{slug}"
    found = t(key)
    return slug if found == key else found


def _person(visit: session.Visit) -> None:
    with st.popover(plain(visit.actor.name), icon=":material/account_circle:", width="stretch"):
        picked = st.segmented_control(
            t("shell.language"),
            LANGUAGES,
            default=reader_language(),
            required=True,
            format_func=lambda one: _NAMES[one],
            key="language_choice",
        )
        if picked and picked != reader_language():
            session.act(lambda tx, actor, _now: choose_language(tx, actor, Language(picked)))
            st.rerun()
        if st.button(t("shell.change_password"), icon=":material/key:", width="stretch"):
            _ask_password()
        if st.button(t("shell.sign_out"), icon=":material/logout:", width="stretch"):
            session.go_to("/signout")


def _ask_password() -> None:
    @st.dialog(t("shell.change_password"))
    def ask() -> None:
        with st.form("change_password", border=False):
            old = st.text_input(t("shell.password_old"), type="password")
            new = st.text_input(
                t("shell.password_new"),
                type="password",
                help=t("shell.password_rule", fewest=FEWEST_BYTES),
            )
            sent = st.form_submit_button(t("shell.save"), type="primary")
        if sent:
            token = session.current().token
            run_act(
                lambda tx, actor, now, _key: change_password(
                    tx, actor, now=now, old=old, new=new, token=token
                ),
                name="change_password",
                done=lambda _actor: md("shell.password_changed"),
            )

    ask()
