"""What people changed about the demand that a suggestion counts on. Draws what its trace says."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from app.i18n import day, md, number, percent, plain, t
from app.screens.forecasts_words import part_words, said_change
from inventory_core.vocabulary import ForecastGrain


def draw_override_notes(trace: Mapping[str, Any]) -> None:
    """One line for each change that this plan was made with; nothing without any."""
    notes = trace.get("run", {}).get("overrides") or ()
    if not notes:
        return
    st.markdown(md("learning.in_this_plan"))
    for one in notes:
        mine, before = one.get("part_units"), one["units_before"]
        whole = mine is None or mine == before
        words = md(
            "learning.in_this_plan_row" if whole else "learning.in_this_plan_part",
            change=said_change(one["change_percent"], one["units_per_day"]),
            first=day(date.fromisoformat(one["first_on"])),
            last=day(date.fromisoformat(one["last_on"])),
            reason=t(f"learning.reason_{one['reason']}"),
            before=number(before),
            after=number(one["units_after"]),
            by=one["by"],
            mine=number(mine),
            share=percent(None if whole else mine / before, 0),
        )
        if one.get("grain"):
            whole = part_words(ForecastGrain(one["grain"]), one.get("part_name", one["part"]))
            words = f"{plain(whole)}: {words}"
        st.caption(words + (f" · {plain(one['note'])}" if one["note"] else ""))
