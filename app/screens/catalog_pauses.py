"""Sale pauses on screen: list, state, end, take back. Draws; the commands decide."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import day, md, plain, t
from app.screens.catalog_list import draw_list
from app.screens.catalog_record import record_form
from app.widgets import day_field
from app.widgets_acts import confirm, run_act
from app.widgets_tables import Day, Name, Text
from inventory_core.catalog.promotion_records import account_names
from inventory_core.catalog.sale_pauses import (
    NewPause,
    change_pause,
    drop_pause,
    read_pause,
    state_pauses,
)
from inventory_core.catalog.skus import read_sku, sku_named
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.trade.catalog_lists import select_pauses
from inventory_core.vocabulary import PauseReason

EVERYWHERE = 0


def draw(today: date) -> None:
    """The list, the newest first, and the ticked pause's form."""
    columns = {
        "sku": Text(t("catalog.sku")),
        "name": Name(t("catalog.name")),
        "account": Text(t("promotions.channel")),
        "first_on": Day(t("pauses.first_on")),
        "last_on": Day(t("pauses.last_on")),
        "reason": Text(t("pauses.reason")),
        "note": Text(t("pauses.note")),
    }
    draw_list(
        "pauses",
        columns,
        select_pauses,
        icon=":material/pause_circle:",
        open_new=lambda: _new_dialog(today),
        draw_one=_draw_one,
        words=_words,
    )


def _words(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(
        account=rows["account"].fillna(t("promotions.everywhere")),
        reason=[t(f"pauses.reason_{one}") for one in rows["reason"]],
    )


def _draw_one(pause_id: int) -> None:
    found = session.read(lambda conn: read_pause(conn, pause_id))
    code = session.read(lambda conn: read_sku(conn, found.sku_id).code)
    allowed = session.may(Permission.CATALOG_EDIT)
    with st.container(border=True):
        st.subheader(plain(code), anchor=False)
        stated = (found.first_on, found.last_on, found.reason, found.note)
        record_form(
            f"pause_{found.id}",
            found.version,
            lambda disabled: _fields(f"pause_{found.id}", stated, disabled=disabled),
            lambda tx, actor, wanted: change_pause(
                tx, actor, found.id, wanted, version=found.version
            ),
            saved=code,
        )
        if allowed and st.button(md("pauses.drop"), icon=":material/delete:"):
            confirm(
                f"pause_drop_{found.id}",
                t("pauses.drop"),
                md("pauses.drop_warning", sku=code, first=day(found.first_on)),
                t("pauses.drop"),
                lambda tx, actor, _now, _key: drop_pause(
                    tx, actor, found.id, version=found.version
                ),
                done=lambda _: md("pauses.dropped", name=code),
            )


def _new_dialog(today: date) -> None:
    names = session.cached("promotion_accounts", account_names)
    accounts = {EVERYWHERE: t("promotions.everywhere"), **names}

    @st.dialog(t("catalog.new_pause"), width="large")
    def ask() -> None:
        st.caption(md("pauses.about"))
        with st.form("pause_new", border=False):
            one, two = st.columns(2)
            code = one.text_input(md("catalog.sku"), value=st.query_params.get("sku", ""))
            account = two.selectbox(
                md("promotions.channel"), list(accounts), format_func=lambda one: accounts[one]
            )
            usual = (today, None, PauseReason.SUSPENDED, "")
            wanted = _fields("pause_new", usual, disabled=False)
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent:
            run_act(
                lambda tx, actor, _now, _key: _state(tx, actor, code, account, wanted),
                name="pause_new",
                done=lambda _: md("catalog.created", name=code),
            )

    ask()


def _state(tx: Writing, actor: Actor, code: str, account: int, wanted: dict[str, Any]) -> int:
    new = NewPause(sku_named(tx, code), account_id=account or None, **wanted)
    return state_pauses(tx, actor, [new])


def _fields(
    prefix: str, known: tuple[date, date | None, PauseReason, str], *, disabled: bool
) -> dict[str, Any]:
    first, last, reason, note = known
    options: dict[str, Any] = {"disabled": disabled}
    one, two = st.columns(2)
    with one:
        first_on = day_field(md("pauses.first_on"), first, key=f"{prefix}_from", **options)
    with two:
        last_on = day_field(
            md("pauses.last_on"),
            last,
            help=md("pauses.last_on_help"),
            key=f"{prefix}_to",
            **options,
        )
    return {
        "first_on": first_on,
        "last_on": last_on,
        "reason": one.selectbox(
            md("pauses.reason"),
            list(PauseReason),
            index=list(PauseReason).index(reason),
            format_func=lambda one: t(f"pauses.reason_{one.value}"),
            key=f"{prefix}_reason",
            **options,
        ),
        "note": two.text_input(md("pauses.note"), note, key=f"{prefix}_note", **options),
    }
