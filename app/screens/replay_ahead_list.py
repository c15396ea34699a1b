"""What a scenario would order or send otherwise, SKU by SKU, each with its reason.

The weightiest first. Puts kept codes and numbers into words; works nothing out.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from app.i18n import day, md, number, percent, t
from app.widgets_tables import Decimal, Text, export_button, table
from inventory_core.planning.scenarios import NewAnswer

MOST_HEIGHT = 420


def draw_differences(answer: NewAnswer) -> None:
    """The list, or the sentence that there is none."""
    if not answer.differences:
        st.success(md("scenario.no_difference"), icon=":material/check_circle:")
        return
    shown = pd.DataFrame([_row(one) for one in answer.differences])
    columns: dict[str, Any] = {
        "sku": Text(t("replenish.sku"), pinned=True, width=86),
        "warehouse": Text(t("replenish.site"), width=66),
        "before": Text(t("scenario.column.before"), width=170),
        "after": Text(t("scenario.column.after"), width=170),
        "why": Text(t("replenish.why"), width=270),
        "cash": Decimal(t("scenario.column.cash"), digits=0, width=64),
        "at_risk": Decimal(t("scenario.column.at_risk"), digits=0, width=64),
        "margin": Decimal(t("scenario.column.margin"), digits=0, width=84),
    }
    st.subheader(md("scenario.differences", count=number(len(answer.differences))), anchor=False)
    table(shown, columns, key="scenario_differences", height=MOST_HEIGHT)
    export_button(shown, columns, name="scenario")


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sku": one["sku"],
        "warehouse": one["warehouse"],
        "before": _what(one["before"], one.get("sent_before", ())),
        "after": _what(one["after"], one.get("sent_after", ())),
        "cash": one["cash"],
        "at_risk": one["at_risk"],
        "margin": one["margin"],
        "why": reason_of(one["why"]),
    }


def _what(order: Mapping[str, Any] | None, sent: Sequence[Mapping[str, Any]]) -> str:
    """Units bought and sent here, and how and when they come; a dash where there are none."""
    parts = [_words("scenario.order", order)] if order is not None else []
    parts += [_words("scenario.sent", each, place=each["from"]) for each in sent]
    return " + ".join(parts) or "—"


def _words(key: str, come: Mapping[str, Any], **more: Any) -> str:
    arrives = come["arrives_on"]
    return t(
        key,
        units=number(come["quantity"]),
        ship=t(f"ship.{come['ship_method']}"),
        day=day(date.fromisoformat(arrives), year=False) if arrives else "—",
        **more,
    )


def reason_of(why: Mapping[str, Any]) -> str:
    """The reason of a difference as a sentence."""
    told: dict[str, Any] = {}
    for name, value in why.items():
        signed = name in ("demand", "safety")
        if isinstance(value, int):
            told[name] = f"{value:+,d}" if signed else number(value)
        elif isinstance(value, float):
            told[name] = percent(value)
    if "ship_method" in why:
        told |= {"ship": t(f"ship.{why['ship_method']}"), "supplier": why["supplier"]}
    return t(f"scenario.why.{why['code']}", **told)
