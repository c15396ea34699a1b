"""Approvals: what waits for a yes, and what was decided, by whom, on which numbers.

Describes two lists and their acts: answer a question, take an approval back until its order is
sent. The numbers shown are those kept with the approval, not today's.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import day, md, money, number, plain, t
from app.screens.replenish_acts import approve_now, ask_rejection, asked_words, said
from app.screens.replenish_undo import draw_undo
from app.sites import site_words
from app.widgets import empty_state, link, page_head
from app.widgets_acts import act_button
from app.widgets_tables import Moment, Name, Text, Units, export_button, goods_column, table
from inventory_core.db.engine import Reading
from inventory_core.desk.decisions import Choice
from inventory_core.office.actors import Permission
from inventory_core.planning.release import shown_suggestions
from inventory_core.planning.worklist import decided_suggestions, waiting_approvals
from inventory_core.vocabulary import PurchaseOrderState, TransferState

# What has not left the house yet may be taken back.
_UNDOABLE = (PurchaseOrderState.DRAFT.value, TransferState.PLANNED.value)


def draw() -> None:
    """The screen."""
    waiting, decided = session.cached("approvals", _lists)
    page_head(
        t("nav.approvals"),
        md("approvals.sentence", count=number(len(waiting)))
        if len(waiting)
        else md("approvals.sentence_none"),
    )
    for _, row in waiting.iterrows():
        _question(row)
    st.subheader(md("approvals.decided"), anchor=False)
    if decided.empty:
        empty_state(
            ":material/task_alt:", md("approvals.empty"),
            to="replenish", label=t("approvals.empty_button"),
        )  # fmt: skip
        return
    _decided(decided)


def _lists(conn: Reading) -> tuple[pd.DataFrame, pd.DataFrame]:
    return (
        session.frame(conn, waiting_approvals()),
        session.frame(conn, decided_suggestions()),
    )


def _question(row: pd.Series) -> None:
    facts = row["facts"]
    asked = asked_words(row["asked_by"], facts, row["recorded_at"].to_pydatetime())
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{plain(facts['sku'])}** {plain(facts['sku_name'])}  \n"
            f"{plain(site_words(facts['warehouse']))} · "
            f"{md('approvals.units', units=facts['quantity'])} · {_source(facts)}  \n"
            f"{_terms(facts)}  \n:small[:gray[{asked}]]"
        )
        st.space("stretch")
        _answers(row)


def _source(facts: dict[str, Any]) -> str:
    """From whom it would be bought, or from which site it would be sent."""
    if facts.get("from_warehouse"):
        return plain(site_words(facts["from_warehouse"]))
    return plain(facts["supplier"] or "—")


def _terms(facts: dict[str, Any]) -> str:
    """What the yes would cost, and the days that hang on it."""
    price, currency = facts["unit_price"], facts["currency"] or ""
    amount = None if price is None else Decimal(price) * int(facts["quantity"])
    days = {"order_by": facts["order_by_on"], "arrives": facts["arrives_on"]}
    told = [md(f"approvals.{name}", day=_day_of(on)) for name, on in days.items() if on]
    return " · ".join([plain(money(amount, currency)), *told])


def _answers(row: pd.Series) -> None:
    choice_of = _choice_of(row)
    link(
        "replenish",
        t("approvals.open_reasons"),
        icon=":material/shopping_cart:",
        suggestion=str(int(row["suggestion_id"])),
    )
    act_button(
        md("approvals.approve"),
        lambda tx, actor, now, key: approve_now(tx, actor, now, [choice_of(key)]),
        name=f"answer_yes_{row['id']}",
        done=said,
        permission=Permission.PURCHASE_APPROVE,
        type="primary",
        moves_on=True,
    )
    # Whoever asked wants to know why not.
    if st.button(
        md("approvals.reject"),
        key=f"answer_no_{row['id']}",
        disabled=not session.may(Permission.PURCHASE_APPROVE),
    ):
        suggestion_id = int(row["suggestion_id"])
        found = session.read(lambda conn: shown_suggestions(conn, [suggestion_id]))
        ask_rejection(found[suggestion_id])


def _choice_of(row: pd.Series) -> Any:
    suggestion_id, revision = int(row["suggestion_id"]), int(row["subject_revision"])
    return lambda key: Choice(suggestion_id, revision, key)


def _decided(decided: pd.DataFrame) -> None:
    facts = decided["facts"]
    shown = decided.assign(
        sku=[fact["sku"] for fact in facts],
        name=[fact["sku_name"] for fact in facts],
        warehouse=[fact["warehouse"] for fact in facts],
        suggested=[fact["quantity"] for fact in facts],
        approved=pd.Series(
            [(details or {}).get("quantity") for details in decided["details"]], dtype="Int64"
        ),
        supplier=[fact["supplier"] or fact.get("from_warehouse") for fact in facts],
        answer=[t(f"state.{state}") for state in decided["state"]],
    )
    columns = {
        "sku": goods_column(pinned=True, width=248),
        "answer": Text(t("approvals.answer"), width=72),
        "approved": Units(t("approvals.approved"), width=72),
        "suggested": Units(t("approvals.suggested"), width=76),
        "warehouse": Text(t("replenish.site"), width=66),
        "decided_at": Moment(t("approvals.at"), width=126),
        "person": Text(t("approvals.person"), width=70),
        "supplier": Name(t("replenish.supplier"), width=106),
        "number": Text(t("approvals.order"), width=84),
        "reason": Text(t("approvals.reason")),
    }
    ticked = table(shown, columns, key="approvals_table", select="one")
    export_button(shown, columns, name="approvals")
    if ticked:
        _detail(shown.iloc[ticked[0]])
    else:
        st.caption(md("approvals.hint"))


def _detail(row: pd.Series) -> None:
    facts = row["facts"]
    with st.container(border=True):
        st.markdown(f"#### {plain(facts['sku'])} · {plain(facts['sku_name'])}")
        price, currency = facts["unit_price"], facts["currency"] or ""
        st.markdown(
            md(
                "approvals.bound",
                revision=number(facts["revision"]),
                quantity=number(facts["quantity"]),
                price="—" if price is None else money(float(price), currency),
                order_by=_day_of(facts["order_by_on"]),
                arrives=_day_of(facts["arrives_on"]),
            )
        )
        if row["state"] == "approved" and row["order_state"] in _UNDOABLE:
            label = md("approvals.undo", number=row["number"])
            draw_undo([int(row["id"])], label, t("approvals.undo_reason"))
        if pd.notna(row["purchase_order_id"]):
            link(
                "purchases",
                t("approvals.open_order", number=row["number"]),
                icon=":material/local_shipping:",
                order=str(int(row["purchase_order_id"])),
            )
        elif pd.notna(row["transfer_id"]):
            link(
                "purchases",
                t("approvals.open_order", number=row["number"]),
                icon=":material/swap_horiz:",
                transfer=str(int(row["transfer_id"])),
            )


def _day_of(kept: str | None) -> str:
    """A day as the revision keeps it, written as the reader writes days."""
    return day(None if kept is None else date.fromisoformat(kept))
