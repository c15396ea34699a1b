"""The sum behind a suggested quantity, line by line, as a buyer would write it down.

Every number stands in the suggestion's trace; this module only chooses words and their order.
"""

from typing import Any

import streamlit as st

from app.i18n import md, number, percent, plain, t
from app.screens.class_words import draw_class, planned_class_words
from app.screens.replenish_joint import draw_joint, needs_others
from app.screens.replenish_limits import limit_note
from app.screens.rules_form import open_rules
from app.screens.rules_words import planned_words
from inventory_core.planning.release import Shown


def draw_sum(shown: Shown) -> None:
    """The sum in words and numbers, line by line, as a buyer would write it down."""
    trace = shown.trace
    quantity = trace["quantity"]
    st.markdown(f"##### {md('replenish.why_quantity', quantity=number(shown.quantity))}")
    body = "\n".join(
        f"| {plain(label)} | {_signed(value, first=place == 0)} |"
        for place, (label, value) in enumerate(sum_lines(trace))
    )
    together = needs_others(trace)
    rounded = md(
        "replenish.sum_together" if together else "replenish.sum_rounded",
        step=number(quantity["step"]),
        moq=number(quantity["moq"]),
    )
    st.markdown(
        f"| | {md('replenish.units')} |\n|:--|--:|\n{body}\n"
        f"| **{md('replenish.sum_needed')}** | **{number(quantity['needed'])}** |\n"
        f"| {rounded} | **{number(quantity['ordered'])}** |"
    )
    if together:
        draw_joint(shown)
    _draw_rules(shown)
    if wasted := round((trace.get("in_time") or {"expires": 0})["expires"]):
        days = number(trace["in_time"]["days"])
        st.warning(
            md("replenish.would_expire", units=number(wasted), days=days),
            icon=":material/hourglass_bottom:",
        )
    limited = limit_note(trace)
    if limited is not None:
        st.caption(limited)
    elif quantity["forced"] > 0 and quantity["forced_days"]:
        jump = trace.get("order_cost", {}).get("jump")
        for_price = "joint_price" in trace or (jump and jump["taken"])
        st.caption(
            md(
                "replenish.forced_price" if for_price else "replenish.forced",
                units=number(quantity["forced"]),
                days=number(quantity["forced_days"]),
            )
        )


def sum_lines(trace: dict[str, Any]) -> list[tuple[str, int]]:
    """Words and signed units of each line that is not nothing; they add up to what is needed."""
    policy, quantity, position = trace["policy"], trace["quantity"], trace["position"]
    lines = [
        *_cover(policy),
        (t("replenish.sum_available"), -(position["on_hand"] - position["held"])),
        (t("replenish.sum_expired"), position.get("expired", 0)),
        (t("replenish.sum_expiring"), quantity.get("expiring", 0)),
        (t("replenish.sum_reserved"), position["reserved"] + position["backordered"]),
        (t("replenish.sum_planned_out"), position.get("planned_out", 0)),
        (t("replenish.sum_inbound"), _inbound(position)),
        (t("replenish.sum_upstream"), -position.get("upstream", 0)),
        (t("replenish.sum_lost"), -quantity["lost_before_arrival"]),
        (t("replenish.sum_beyond"), _asked(quantity) - _to_level(quantity)),
        (t("replenish.sum_would_expire"), int(quantity["needed"]) - _asked(quantity)),
    ]
    return [(label, value) for label, value in lines if value]


def _draw_rules(shown: Shown) -> None:
    """What a person set for this SKU here and it was planned with, and the way to set it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if words := planned_words(shown.trace):
            st.markdown(f":small[{words}]", width="stretch")
        if words := planned_class_words(shown.trace):
            st.markdown(f":small[{words}]", width="stretch")
        draw_class(shown.sku_id, key=f"class_{shown.id}")
        if st.button(
            md("rules.open"),
            key=f"rules_{shown.id}",
            icon=":material/rule:",
            type="tertiary",
            help=t("rules.open_help"),
        ):
            open_rules(shown.sku_id, shown.warehouse_id)


def _cover(policy: dict[str, Any]) -> list[tuple[str, int]]:
    """What is filled up to, in its parts; in one where a person set it."""
    up_to = policy["order_up_to"]
    if "maximum" in policy["manual"]:
        return [(t("replenish.sum_by_hand"), up_to)]
    if "minimum" in policy["manual"] and up_to > policy["computed_order_up_to"]:
        return [(t("rules.sum_minimum"), up_to)]
    reorder = policy["computed_reorder_point"]
    days = policy.get("protection_days") or policy["lead_time_days"] + policy["review_days"]
    level = percent(policy["service_level"], 0)
    return [
        (
            t("replenish.sum_demand", days=number(days)),
            reorder - policy["safety_stock"],
        ),
        (t("replenish.sum_safety", level=level), policy["safety_stock"]),
        (
            t("replenish.sum_review", days=number(policy["review_days"])),
            up_to - reorder,
        ),
    ]


def _inbound(position: dict[str, Any]) -> int:
    """All confirmed inbound, once: what lies between the position and the stock on hand."""
    here = position["on_hand"] - position["held"] - position["reserved"] - position["backordered"]
    here -= position.get("expired", 0) + position.get("planned_out", 0)
    return int(here) + int(position.get("upstream", 0)) - int(position["inventory_position"])


def _signed(value: int, *, first: bool) -> str:
    if first:
        return number(value)
    return f"+ {number(value)}" if value > 0 else f"− {number(-value)}"


def _to_level(quantity: dict[str, Any]) -> int:
    """Up to the level; older evidence knows none."""
    return int(quantity.get("to_level", quantity["needed"]))


def _asked(quantity: dict[str, Any]) -> int:
    """The level, less where no more can be asked for; older evidence has one bound alone."""
    if "to_level" not in quantity:
        return int(quantity["needed"])
    most = quantity.get("most_asked")
    return _to_level(quantity) if most is None else min(_to_level(quantity), int(most))
