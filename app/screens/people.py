"""People: who may come in, as what, and what was done. Draws; every right is judged by the command.

A link that was just made is shown once, to whoever made it, and is kept nowhere in readable form.
"""

import pandas as pd
import streamlit as st

from app import session
from app.companies import companies
from app.i18n import md, moment, plain, prose, t
from app.screens.people_audit import draw_audit
from app.sites import site_label
from app.widgets import page_head
from app.widgets_acts import confirm, run_act
from app.widgets_tables import Moment, Text, table
from inventory_core.catalog.locations import warehouses
from inventory_core.db.engine import Reading
from inventory_core.office.people import (
    Invited,
    Person,
    change_rights,
    deactivate_person,
    invite_person,
    list_people,
    reactivate_person,
    reset_password,
)
from inventory_core.vocabulary import Role, WarehouseId

LINK = "people_link"


def draw() -> None:
    """The list, the chosen person beside it, the audit below it."""
    people = session.read(lambda conn: list_people(conn, session.current().actor))
    places = session.read(_warehouses)
    active = [one for one in people if one.active and one.joined]
    owners = sum(Role.OWNER in one.roles for one in active)
    waiting = sum(one.active and not one.joined for one in people)
    words = md("people.sentence", active=len(active), owners=owners)
    page_head(
        md("people.title"), prose(words, md("people.waiting", count=waiting) if waiting else "")
    )
    _fresh_link()
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chosen = _list(people, places)
        if st.button(md("people.invite"), type="primary", icon=":material/person_add:"):
            _invite(places)
    with right:
        if chosen is None:
            st.markdown(f":gray[{md('people.choose')}]")
        else:
            _one(chosen, places)
    with session.part():
        draw_audit({str(one.id): one.name for one in people})


def _list(people: list[Person], places: dict[WarehouseId, str]) -> Person | None:
    rows = pd.DataFrame(
        {
            "name": [one.name for one in people],
            "roles": [", ".join(t(f"role.{role}") for role in sorted(one.roles)) for one in people],
            "warehouses": [_scope_words(one, places) for one in people],
            "state": [_state_words(one) for one in people],
            "seen": pd.Series([one.seen_at for one in people], dtype="datetime64[us, UTC]"),
        }
    )
    columns = {
        "name": Text(t("people.name")),
        "roles": Text(t("people.roles")),
        "warehouses": Text(t("people.warehouses")),
        "state": Text(t("people.state"), width="small"),
        "seen": Moment(t("people.seen")),
    }
    ticked = table(rows, columns, key="people_table", select="one")
    return people[ticked[0]] if ticked else None


def _one(one: Person, places: dict[WarehouseId, str]) -> None:
    with st.container(border=True):
        st.subheader(plain(one.name), anchor=False)
        if one.id == session.current().actor.person_id:
            st.caption(md("people.signs_in_as"))
        if not one.active:
            if st.button(md("people.reactivate"), icon=":material/person_add:"):
                run_act(
                    lambda tx, actor, now, _key: reactivate_person(tx, actor, one.id, now=now),
                    name=f"reactivate_{one.id}",
                    done=lambda made: _keep_link(one.name, made),
                )
            return
        with st.form(f"people_rights_{one.id}", border=False):
            roles, scope = _rights_fields(one.roles, one.warehouses, places, f"person_{one.id}")
            saved = st.form_submit_button(md("people.save_rights"), type="primary")
        if saved:
            run_act(
                lambda tx, actor, now, _key: change_rights(
                    tx, actor, one.id, now=now, roles=roles, warehouses=scope
                ),
                name=f"rights_{one.id}",
                done=lambda _id: md("people.rights_saved", name=one.name),
            )
        with st.container(horizontal=True):
            if st.button(md("people.reset"), icon=":material/key:"):
                _ask_reset(one)
            if st.button(md("people.deactivate"), icon=":material/person_off:"):
                confirm(
                    f"deactivate_{one.id}",
                    md("people.deactivate_title", name=one.name),
                    md("people.deactivate_warning", name=one.name),
                    md("people.deactivate"),
                    lambda tx, actor, now, _key: deactivate_person(tx, actor, one.id, now=now),
                    done=lambda _id: md("people.deactivated", name=one.name),
                )


def _rights_fields(
    roles: frozenset[Role],
    scope: frozenset[WarehouseId],
    places: dict[WarehouseId, str],
    prefix: str,
) -> tuple[list[Role], list[WarehouseId]]:
    picked = st.pills(
        md("people.roles"),
        list(Role),
        selection_mode="multi",
        default=sorted(roles),
        format_func=lambda role: md(f"role.{role}"),
        key=f"{prefix}_roles",
    )
    chosen = st.multiselect(
        md("people.warehouses"),
        list(places),
        default=[one for one in sorted(scope) if one in places],
        format_func=lambda one: places[one],
        help=md("people.scope_help"),
        placeholder=t("people.all_warehouses"),
        key=f"{prefix}_scope",
    )
    return list(picked or []), list(chosen)


def _invite(places: dict[WarehouseId, str]) -> None:
    @st.dialog(t("people.invite"))
    def ask() -> None:
        with st.form("people_invite", border=False):
            name = st.text_input(md("people.name"))
            email = st.text_input(md("people.email"))
            roles, scope = _rights_fields(
                frozenset({Role.READER}), frozenset(), places, "people_invite"
            )
            sent = st.form_submit_button(md("people.send"), type="primary")
        if sent:
            run_act(
                lambda tx, actor, now, _key: invite_person(
                    tx, actor, name, now=now, roles=roles, warehouses=scope, email=email
                ),
                name="people_invite",
                done=lambda made: _keep_link(name, made),
            )

    ask()


def _ask_reset(one: Person) -> None:
    confirm(
        f"reset_{one.id}",
        md("people.reset_title", name=one.name),
        md("people.reset_warning", name=one.name),
        md("people.reset"),
        lambda tx, actor, now, _key: reset_password(tx, actor, one.id, now=now),
    )


def _keep_link(name: str, made: Invited) -> str:
    """Keep the link for the next drawing of this screen; no sentence beside it."""
    address = f"{_origin()}/link/{session.current().slug}/{made.token}"
    st.session_state[LINK] = (name, address, made.expires_at)
    return ""


def _fresh_link() -> None:
    if LINK not in st.session_state:
        return
    name, address, until = st.session_state[LINK]
    with st.container(border=True):
        st.markdown(md("people.link_ready", name=name, until=moment(until)))
        st.code(address, language=None)
        if st.button(md("people.link_hide"), key="people_link_hide"):
            del st.session_state[LINK]
            st.rerun()


def _origin() -> str:
    """The address under which this person reached us, so that the link works for others too."""
    host = st.context.headers.get("Host", "")
    scheme = "https" if companies().settings.secure_cookies else "http"
    return f"{scheme}://{host}"


def _warehouses(conn: Reading) -> dict[WarehouseId, str]:
    return {one.id: site_label(one) for one in warehouses(conn)}


def _scope_words(one: Person, places: dict[WarehouseId, str]) -> str:
    if not one.warehouses:
        return t("people.all_warehouses")
    return ", ".join(places.get(place, str(place)) for place in sorted(one.warehouses))


def _state_words(one: Person) -> str:
    if not one.active:
        return t("people.state_gone")
    return t("people.state_active" if one.joined else "people.state_invited")
