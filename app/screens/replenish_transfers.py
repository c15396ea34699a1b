"""What to send between warehouses instead of buying it: the list, its reasons, its buttons.

Every number shown stands in the suggestion's trace; this module only chooses words and places.
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from app import session
from app.i18n import day, md, number, plain, t
from app.screens.replenish_acts import (
    approve_bar,
    approve_now,
    ask_rejection,
    opened,
    outdated,
    to_purchases,
)
from app.screens.replenish_change import change_transfer
from app.screens.replenish_lane_form import state_lane
from app.screens.replenish_snapshot import draw_numbers
from app.screens.replenish_transfer_sum import draw_need, draw_worth
from app.sites import site_words
from app.two_languages import own_first
from app.widgets import Told
from app.widgets_acts import act_button
from app.widgets_tables import Column, Day, Text, Units, export_button, goods_column, table
from app.widgets_tables import Decimal as Money
from inventory_core.db.engine import Reading
from inventory_core.desk.decisions import Choice, Decision
from inventory_core.errors import Conflict
from inventory_core.office.actors import Permission
from inventory_core.planning.release import Shown, shown_suggestions


def draw_transfers(rows: pd.DataFrame, bought: pd.DataFrame) -> None:
    """The group of transfers; `bought` are the open purchases, for the rest that is bought."""
    beside = {
        (sku, place): quantity
        for sku, place, quantity in zip(
            bought["sku_id"], bought["warehouse_id"], bought["quantity"], strict=True
        )
    }
    shown = rows.assign(
        ship=[t(f"ship.{method}") for method in rows["ship_method"]],
        beside=pd.Series(
            [beside.get(pair) for pair in zip(rows["sku_id"], rows["warehouse_id"], strict=True)],
            dtype="Int64",
            index=rows.index,
        ),
    )
    columns = _columns()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":small[:gray[{md('sending.hint')}]]", width="content")
        may = session.may(Permission.TRANSFER_EDIT)
        if st.button(
            md("sending.lanes"), type="tertiary", icon=":material/route:", disabled=not may
        ):
            state_lane()
    ticked = table(shown, columns, key="sending_table", select="many", height=420)
    export_button(shown, columns, name="transfers")
    if len(ticked) > 1:
        _approve_ticked(rows.iloc[ticked])
    chosen = rows.iloc[ticked[0]] if ticked else opened(rows)
    _reasons(chosen, beside.get((chosen["sku_id"], chosen["warehouse_id"])))


def _columns() -> dict[str, Column]:
    base = session.current().company.base_currency
    return {
        "sku": goods_column(pinned=True, width=248),
        "quantity": Units(t("sending.quantity"), width=56),
        "from_warehouse": Text(t("sending.from"), named=True, width=70),
        "warehouse": Text(t("sending.to"), named=True, width=70),
        "ship": Text(t("replenish.ship"), width=50),
        "arrives_on": Day(t("replenish.arrives"), width=94),
        "runs_out_on": Day(t("sending.runs_out"), width=96),
        "amount_base": Money(t("sending.freight", currency=base), digits=0, width=78),
        "net_base": Money(
            t("sending.net_column", currency=base),
            help=t("sending.net_help"),
            digits=0,
            width=104,
        ),
        "beside": Units(t("sending.beside"), width=64),
    }


def _approve_ticked(rows: pd.DataFrame) -> None:
    count = number(len(rows))
    ways = rows.groupby(["from_warehouse", "warehouse", "ship_method"]).ngroups
    words = md("sending.ticked", count=count, transfers=number(int(ways)))
    label = md("sending.approve_ticked", count=count)
    approve_bar(rows, words, label=label, name="send", done=_said)


def _said(decisions: Sequence[Decision] | Conflict) -> Told:
    if isinstance(decisions, Conflict):
        return outdated(decisions)
    numbers = ", ".join(dict.fromkeys(decision.number for decision in decisions))
    if all(decision.replayed for decision in decisions):
        words = md("sending.already", number=numbers, person=decisions[0].decided_by)
    else:
        words = md("sending.planned", number=numbers, count=number(len(decisions)))
    return to_purchases(words, decisions, "transfer")


def _reasons(row: pd.Series, beside: int | None) -> None:
    """The open transfer: on top what can be done, left why it pays, right why so many."""
    shown = session.cached("suggestion", _shown, int(row["id"]))
    trace = shown.trace
    with st.container(border=True):
        head, acts = st.columns([1.5, 1], gap="medium")
        with head:
            st.markdown(f"#### {plain(shown.sku_code)} · {plain(own_first(shown.sku_name))}")
            st.markdown(_sentence(shown))
        with acts:
            _acts(shown)
        left, right = st.columns([1.5, 1], gap="medium")
        with left:
            draw_worth(trace)
            draw_numbers(shown)
        with right:
            draw_need(trace, beside)


def _shown(conn: Reading, suggestion_id: int) -> Shown:
    return shown_suggestions(conn, [suggestion_id])[suggestion_id]


def _sentence(shown: Shown) -> str:
    return md(
        "sending.sentence",
        quantity=number(shown.quantity),
        origin=site_words(shown.from_code),
        to=site_words(shown.warehouse_code),
        method=t(f"ship.{shown.ship_method}"),
        leaves=day(date.fromisoformat(shown.trace["leaves_on"]), year=False),
        arrives=day(shown.arrives_on),
    )


def _acts(shown: Shown) -> None:
    act_button(
        md("sending.approve", quantity=number(shown.quantity)),
        lambda tx, actor, now, key: approve_now(
            tx, actor, now, [Choice(shown.id, shown.revision, key)]
        ),
        name=f"send_{shown.id}_{shown.revision}",
        done=_said,
        permission=Permission.PURCHASE_APPROVE,
        icon=":material/check:",
        type="primary",
        width="stretch",
        moves_on=True,
    )
    allowed = session.may(Permission.PURCHASE_APPROVE)
    beside = st.container(horizontal=True)
    if beside.button(
        md("replenish.change"), key=f"change_{shown.id}", width="stretch", disabled=not allowed
    ):
        change_transfer(shown, _said)
    if beside.button(
        md("replenish.reject"), key=f"reject_{shown.id}", width="stretch", disabled=not allowed
    ):
        ask_rejection(shown)
    st.caption(md("sending.undo_hint"))
