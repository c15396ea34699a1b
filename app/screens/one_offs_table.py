"""Large orders in a table: what each was, whether it counts as demand, and why. Draws only.

The same on Forecasts, for one series and for the company, and at an order.
"""

from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

import pandas as pd
import streamlit as st

from app.i18n import day, in_language, md, number, t
from app.screens.one_offs_acts import act_on
from app.widgets_tables import Column, Day, Text, Units, export_button, goods_column, table
from inventory_core.planning.demand_words import MOST_LINES

TABLE_PIXELS = 430


def draw_lines(
    lines: pd.DataFrame,
    *,
    name: str,
    with_goods: bool = True,
    instead: Callable[[date], str] | None = None,
) -> None:
    """Lines as `reviewed_lines` gives them, to tick and to act on. `instead`: what the period of a
    day sold and what was counted of it.
    """
    shown = _in_words(lines, instead)
    columns = _columns(with_goods=with_goods, with_instead=instead is not None)
    # What was ticked before an act is not what stands in those rows after it.
    seen = sha256(repr(list(zip(lines["line_id"], lines["word_id"], strict=True))).encode())
    key = f"{name}_lines_{seen.hexdigest()[:12]}"
    ticked = table(shown, columns, key=key, select="many", height=TABLE_PIXELS)
    left, right = st.columns([3, 1], vertical_alignment="top")
    with left:
        if len(ticked) > MOST_LINES:
            st.caption(md("one_off.too_many", most=MOST_LINES))
        act_on(lines.iloc[ticked[:MOST_LINES]], name=name)
    with right:
        export_button(shown, columns, name=name)


def _columns(*, with_goods: bool, with_instead: bool) -> dict[str, Column]:
    why = in_language(en=190, zh=240) if with_goods else None
    goods = (
        {"sku": goods_column(pinned=True, width=in_language(en=248, zh=206))} if with_goods else {}
    )
    counted = {"instead": Text(t("one_off.instead"), named=True, help=t("one_off.instead_help"))}
    return {
        **goods,
        "order_number": Text(t("one_off.order"), pinned=not with_goods, width=126),
        "on_day": Day(t("one_off.day"), width=84),
        "units": Units(t("one_off.units"), width=46),
        **(counted if with_instead else {}),
        "state": Text(t("one_off.state"), width=62),
        "why": Text(t("one_off.why"), help=t("one_off.why_help"), width=why),
        "channel": Text(t("one_off.channel"), width=98),
        "warehouses": Text(t("one_off.warehouse"), width=66),
    }


def _in_words(lines: pd.DataFrame, instead: Callable[[date], str] | None) -> pd.DataFrame:
    rows = lines.to_dict("records")
    return lines.assign(
        order_number=[one["order_number"] or t("one_off.no_number") for one in rows],
        state=[_state(one) for one in rows],
        why=[_why(one) for one in rows],
        channel=[_channel(one) for one in rows],
        instead=[instead(one["on_day"]) if instead else "" for one in rows],
    )


def _state(one: Mapping[Any, Any]) -> str:
    side = "left_out" if one["left_out"] else "counted"
    return t(f"one_off.{side}") if one["word"] == "rule" else t(f"one_off.{side}_by_word")


def _why(one: Mapping[Any, Any]) -> str:
    """What a person said, else what the rule held it against."""
    if one["word"] != "rule":
        told = t(
            "one_off.said",
            by=str(one["said_by"]),
            day=day(one["said_at"]),
            reason=t(f"one_off.reason_{one['reason']}"),
        )
        return f"{told} · {one['note']}" if one["note"] else told
    if not one["found"]:
        return t("one_off.not_found")
    key = "one_off.found_by_like" if one["alone"] else "one_off.found"
    return t(key, middle=number(one["middle"]), most=number(one["nearly_all"]))


def _channel(one: Mapping[Any, Any]) -> str:
    return " · ".join(str(one[name]) for name in ("channel", "country") if one[name])
