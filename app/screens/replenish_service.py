"""What an order changes, in words: the chance of missing sales without it and with it.

Every number stands in the suggestion's trace. The promised service is named only where it is not
kept.
"""

from decimal import Decimal
from typing import Any

import streamlit as st

from app.i18n import md, money, number, percent, prose, t
from app.screens.replenish_costs import cut_by_limits

ONE_PERCENT = 0.01
ROUNDING = 0.0005  # the trace keeps chances in thousandths


def draw_service(trace: dict[str, Any]) -> None:
    """What the order changes, and what waiting with it costs."""
    found = trace.get("order_cost")
    if not found:
        return
    st.markdown(service_words(trace))
    if found["cost_of_waiting"] is not None:
        base = trace["cost"]["base_currency"]
        cost = Decimal(found["cost_of_waiting"])
        key = "replenish.waiting_words" if cost >= 1 else "replenish.waiting_nothing"
        days = number(trace["policy"]["review_days"])
        st.caption(md(key, days=days, cost=money(cost, base, digits=0)))


def service_words(trace: dict[str, Any]) -> str:
    """A gap without the order against one with it; what was promised only where it is not kept."""
    found, level = trace["order_cost"], trace["policy"]["service_level"]
    taken = found["candidates"][0]
    missed = 1 - taken["cycle_service"]
    words = md(
        "replenish.service_weighed" if cut_by_limits(trace) else "replenish.service_order",
        quantity=number(taken["quantity"]),
        without=_chance(found["confidence"]),
        with_it=_chance(missed),
    )
    if missed <= 1 - level + ROUNDING:
        return words
    fill = taken["fill_rate"]
    short = md(
        "replenish.service_short",
        most=percent(1 - level, 0),
        fill="—" if fill is None else percent(fill, 1),
    )
    return prose(words, f":orange[{short}]")


def _chance(share: float) -> str:
    """Whole percent; what is rare is not called never."""
    return t("replenish.under_one_percent") if 0 < share < ONE_PERCENT else percent(share, 0)
