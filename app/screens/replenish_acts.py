"""The acts on suggestions: approve one, approve the ticked, reject. One command each.

The key of an act is made when its form is drawn, so a double click orders once. A refusal because
stock moved brings the new numbers; nothing is ordered on numbers that nobody has seen.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, moment, money, number, plain, prose, says, t
from app.replanning import refresh_suggestions, replan
from app.screens.replenish_undo import undo_beside
from app.sites import site_words
from app.widgets import Linked, Told, Warned, query
from app.widgets_acts import act_button, form_key, run_act
from inventory_core.db.engine import Reading, Writing
from inventory_core.desk.decisions import (
    SUBJECT_KIND,
    Choice,
    Decision,
    approve_suggestions,
    reject_suggestion,
)
from inventory_core.desk.requests import ask_again, close_questions, request_approval
from inventory_core.errors import Conflict
from inventory_core.office.actors import Actor, Permission
from inventory_core.office.approvals import Approval, live_approval
from inventory_core.planning.release import Shown, shown_suggestions
from inventory_core.vocabulary import ApprovalState

MOST_REASON = 200


def draw_acts(shown: Shown, open_change: Callable[[Shown], None]) -> None:
    """Approve, change, reject; quiet with the reason where the right is missing, and then a way to
    ask those who have it.

    `open_change` asks for another quantity or supplier.
    """
    if shown.supplier_id is None:
        return
    amount = shown.unit_price * shown.quantity if shown.unit_price is not None else None
    label = md(
        "replenish.approve",
        quantity=number(shown.quantity),
        amount=money(amount, shown.currency or ""),
    )
    act_button(
        label,
        lambda tx, actor, now, key: approve_now(tx, actor, now, [_choice(shown, key)]),
        name=f"approve_{shown.id}_{shown.revision}",
        done=said,
        permission=Permission.PURCHASE_APPROVE,
        icon=":material/check:",
        type="primary",
        width="stretch",
        moves_on=True,
    )
    beside = st.container(horizontal=True)
    allowed = session.may(Permission.PURCHASE_APPROVE)
    question = session.cached("suggestion_question", _question, shown.id)
    if question is not None:
        asked = asked_words(question.asked_by, question.facts, question.asked_at)
        st.caption(f":material/front_hand: {asked}")
    elif not allowed:
        act_button(
            md("replenish.ask"),
            lambda tx, actor, now, key: request_approval(tx, actor, _choice(shown, key), now=now),
            name=f"ask_{shown.id}_{shown.revision}",
            done=lambda _: md("replenish.asked", sku=shown.sku_code),
            permission=Permission.PLAN_RUN,
            icon=":material/front_hand:",
            width="stretch",
        )
    if beside.button(
        md("replenish.change"), key=f"change_{shown.id}", width="stretch", disabled=not allowed
    ):
        open_change(shown)
    if beside.button(
        md("replenish.reject"), key=f"reject_{shown.id}", width="stretch", disabled=not allowed
    ):
        ask_rejection(shown)
    st.caption(md("replenish.undo_hint"))


def _question(conn: Reading, suggestion_id: int) -> Approval | None:
    """Who asked for a decision on this one, and waits."""
    found = live_approval(conn, SUBJECT_KIND, suggestion_id)
    return found if found is not None and found.state is ApprovalState.WAITING else None


def asked_words(person: str, facts: Mapping[str, Any], recorded_at: datetime) -> str:
    """Who asked and when; where the plan moved since, what it was and when it was asked anew."""
    at = facts.get("asked_at")
    first = datetime.fromisoformat(at) if at else recorded_at
    words = md("approvals.asked", person=person, at=moment(first))
    if anew := facts.get("asked_anew_at"):
        moved = md(
            "approvals.asked_anew",
            before=number(facts["quantity_before"]),
            quantity=number(facts["quantity"]),
            at=moment(datetime.fromisoformat(anew)),
        )
        words = prose(words, f":orange[{moved}]")
    return words


def approve_together(rows: pd.DataFrame, *, ticked: bool) -> None:
    """Several suggestions in one go, those that are `ticked` or all of one supplier: the total
    first, then one order per supplier and site.
    """
    ready = rows[rows["supplier_id"].notna()]
    base = session.current().company.base_currency
    words = md(
        "replenish.ticked" if ticked else "replenish.of_supplier",
        count=number(len(ready)),
        suppliers=number(int(ready["supplier_id"].nunique())),
        supplier="" if ticked else rows["supplier"].iloc[0],
        sites=number(int(ready["warehouse_id"].nunique())),
        amount=money(float(ready["amount_base"].fillna(0).sum()), base, digits=0),
    )
    label = md("replenish.approve_together", count=number(len(ready)))
    approve_bar(ready, words, label=label, name="approve", done=said)


def approve_bar(
    rows: pd.DataFrame, words: str, *, label: str, name: str, done: Callable[[Any], Told]
) -> None:
    """What is ticked, in words, and the button that approves all of it: orders or transfers."""
    picked = [(int(i), int(r)) for i, r in zip(rows["id"], rows["revision"], strict=True)]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(words)
        st.space("stretch")
        act_button(
            label,
            lambda tx, actor, now, key: approve_now(
                tx, actor, now, [Choice(i, r, f"{key}:{i}") for i, r in picked]
            ),
            name=f"{name}_" + "_".join(str(i) for i, _ in picked[:20]),
            done=done,
            permission=Permission.PURCHASE_APPROVE,
            icon=":material/done_all:",
            type="primary",
            disabled=not picked,
        )


def said(decisions: Sequence[Decision] | Conflict) -> Told:
    """The result as a sentence: which order, and whether somebody had been here before."""
    if isinstance(decisions, Conflict):
        return outdated(decisions)
    numbers = ", ".join(dict.fromkeys(decision.number for decision in decisions))
    if all(decision.replayed for decision in decisions):
        words = md("replenish.already_ordered", number=numbers, person=decisions[0].decided_by)
        return to_purchases(words, decisions, "order")
    words = md("replenish.ordered", number=numbers, count=number(len(decisions)))
    moved = {name: pair for decision in decisions for name, pair in decision.moved.items()}
    if moved:
        changes = "; ".join(
            f"{t(f'position.{name}')} {number(before)} → {number(after)}"
            for name, (before, after) in moved.items()
        )
        words = prose(words, md("replenish.moved_since", changes=changes))
    return to_purchases(words, decisions, "order")


def outdated(conflict: Conflict) -> Warned:
    """What the plan says now; where nothing is left to approve, it is not asked for."""
    if conflict.params.get("what") == "no_need":
        return Warned(md("replenish.no_need", sku=str(conflict.params["sku"])))
    return Warned(says(conflict))


def to_purchases(words: str, decisions: Sequence[Decision], kind: str) -> Linked:
    """The sentence with the way to its document, or to the list of several, and the undo."""
    numbers = list(dict.fromkeys(decision.number for decision in decisions))
    label = t("approvals.open_order", number=", ".join(numbers))
    return Linked(words, "purchases", label, {kind: numbers[0]}, undo_beside(decisions))


def approve_now(
    tx: Writing, actor: Actor, now: datetime, choices: Sequence[Choice]
) -> list[Decision] | Conflict:
    """Approve; where the plan has moved since, the new numbers are put on the list instead, and a
    question that waits for an answer is asked on them.
    """
    shown = shown_suggestions(tx, [choice.suggestion_id for choice in choices])
    sku_ids = [one.sku_id for one in shown.values()]
    outdated = None
    decisions: list[Decision] = []
    try:
        decisions = approve_suggestions(tx, actor, choices, replan=replan, now=now)
    except Conflict as error:
        if error.code != "suggestion_outdated":
            raise
        outdated = error
    asked = close_questions(tx, actor, list(shown), key=choices[0].key) if outdated else {}
    refresh_suggestions(tx, actor, sku_ids, now=now)
    ask_again(tx, actor, asked, key=choices[0].key, now=now)
    return outdated or decisions


def reject_now(
    tx: Writing, actor: Actor, now: datetime, choice: Choice, sku_id: int, reason: str
) -> Approval:
    """Say no, and plan the SKU again: what counted on it counts on it no more."""
    answer = reject_suggestion(tx, actor, choice, reason=reason, now=now)
    refresh_suggestions(tx, actor, [sku_id], now=now)
    return answer


def opened(rows: pd.DataFrame) -> pd.Series:
    """The suggestion that the address names, else the first of the list."""
    wanted = query("suggestion")
    if wanted.isdigit():
        named = rows[rows["id"] == int(wanted)]
        if len(named):
            return named.iloc[0]
    return rows.iloc[0]


def _choice(shown: Shown, key: str) -> Choice:
    return Choice(shown.id, shown.revision, key)


def ask_rejection(shown: Shown) -> None:
    """Ask for the reason, then take the suggestion off the list."""

    @st.dialog(t("replenish.reject_title"))
    def ask() -> None:
        st.markdown(f"**{plain(shown.sku_code)}** · {plain(site_words(shown.warehouse_code))}")
        reason = st.text_input(
            md("replenish.reject_reason"), max_chars=MOST_REASON, key=f"reason_{shown.id}"
        )
        name = f"reject_{shown.id}_{shown.revision}"
        if st.button(md("replenish.reject"), type="primary", key=f"go_{form_key(name)}"):
            run_act(
                lambda tx, actor, now, key: reject_now(
                    tx, actor, now, _choice(shown, key), shown.sku_id, reason
                ),
                name=name,
                done=lambda approval: _rejected(approval, shown),
            )

    ask()


def _rejected(approval: Approval, shown: Shown) -> str:
    return md("replenish.rejected", sku=shown.sku_code, quantity=number(shown.quantity))
