"""What one order needs others for, in words, and all of them approved with one click.

Decides nothing: which orders go together stands in the plan, and each is checked at the click.
"""

from decimal import Decimal
from typing import Any

import streamlit as st

from app import session
from app.i18n import md, money, number, prose, t
from app.screens.replenish_acts import approve_now, said
from app.sites import site_words
from app.widgets_acts import act_button
from inventory_core.db.engine import Reading
from inventory_core.desk.decisions import Choice
from inventory_core.office.actors import Permission
from inventory_core.planning.release import Shown, open_suggestions
from inventory_core.vocabulary import SuggestionKind, SuggestionState


def draw_joint(shown: Shown) -> None:
    """What MOQ and price are reached with, and the button that orders all of it."""
    st.caption(f":material/group_work: {together_words(shown.trace)}")
    found = session.read(lambda conn: _along(conn, shown))
    if len(found) < 2:
        return
    amount = sum((one.unit_price or Decimal(0)) * one.quantity for one in found)
    act_button(
        md(
            "replenish.approve_joint",
            units=number(sum(one.quantity for one in found)),
            count=number(len(found)),
            amount=money(amount, shown.currency or ""),
        ),
        lambda tx, actor, now, key: approve_now(
            tx, actor, now, [Choice(one.id, one.revision, f"{key}:{one.id}") for one in found]
        ),
        name=f"joint_{shown.id}_" + "_".join(str(one.revision) for one in found),
        done=said,
        permission=Permission.PURCHASE_APPROVE,
        icon=":material/done_all:",
        width="stretch",
        moves_on=True,
    )


def _along(conn: Reading, shown: Shown) -> list[Shown]:
    """The open orders of the same offer, this one too."""
    return [
        one
        for one in open_suggestions(conn, [shown.sku_id]).values()
        if one.kind is SuggestionKind.BUY
        and one.state is SuggestionState.OPEN
        and one.offer_id == shown.offer_id
    ]


def needs_others(trace: dict[str, Any]) -> bool:
    """Whether this order alone stays under the MOQ or its price."""
    quantity, cost = trace["quantity"], trace["cost"]
    least = max(quantity["moq"], int(cost["price_from_quantity"] or 0))
    return "together" in trace and int(quantity["ordered"]) < least


def together_words(trace: dict[str, Any]) -> str:
    """What MOQ and price of this order are reached with, and why all go up to a lower price."""
    together, quantity, cost = trace["together"], trace["quantity"], trace["cost"]
    others = [
        t(
            "replenish.together_site",
            units=number(one["quantity"]),
            site=site_words(one["warehouse"]),
        )
        for one in together["sites"]
    ]
    if together["unsent"]:
        others.append(t("replenish.together_unsent", units=number(together["unsent"])))
    total = quantity["ordered"] + quantity["beside"]
    words = md("replenish.together", total=number(total), others=", ".join(others))
    jump = trace.get("joint_price")
    if jump and quantity["reach"] and cost["base_currency"]:
        gain = money(Decimal(jump["gain"]), cost["base_currency"], digits=0)
        start = number(quantity["reach"])
        words = prose(words, md("replenish.together_price", start=start, gain=gain))
    return words
