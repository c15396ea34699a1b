"""What promotions did, as the last training learned it: picture, table, one sentence. Draws."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.charts_promotions import effects_picture
from app.i18n import day, md, number, prose, t
from app.widgets import chart
from app.widgets_tables import Text, Units, export_button, table
from inventory_core.planning.promotion_effects import (
    AFTER,
    DAY_AFTER,
    SIBLINGS,
    UPLIFT,
    PromotionEffect,
    promotion_effects,
)

BANDS = (("under_10", 10.0), ("10_to_20", 20.0), ("20_to_30", 30.0), ("from_30", 101.0))
# What random days and rough levels can feign; a smaller effect is not claimed.
LEAST_EFFECT = 0.05
KINDS = (UPLIFT, AFTER, SIBLINGS, DAY_AFTER)


def draw_effects() -> None:
    """Uplift by depth, the dip after, what siblings lost; whole company, then by category."""
    found = session.cached("promotion_effects", promotion_effects, kinds=KINDS)
    st.subheader(md("promotions.effects"), anchor=False)
    if not found:
        st.markdown(f":gray[{md('promotions.effects_none')}]")
        return
    st.markdown(_sentence(found))
    whole = [one for one in found if one.kind == UPLIFT and not one.category]
    after = [one for one in found if one.kind == DAY_AFTER]
    figure = effects_picture(whole, after, title=t("promotions.picture"))
    chart(figure, "promotion_effects")
    rows = _rows(found)
    columns: dict[str, Any] = {"category": Text(t("promotions.category"), pinned=True)}
    columns |= {one.band: Text(t(f"promotions.band_{one.band}")) for one in whole}
    columns |= {
        "after": Text(t("promotions.after"), help=md("promotions.after_help")),
        "siblings": Text(t("promotions.siblings"), help=md("promotions.siblings_help")),
        "events": Units(t("promotions.events")),
    }
    table(rows, columns, key="promotion_effects_table", height="content")
    export_button(rows, columns, name="promotion_effects")
    st.caption(md("promotions.how", day=day(found[0].learned_on)))


def expectation(percent: float) -> None:
    """What promotions of this depth did, for whoever plans one."""
    found = session.cached("promotion_effects", promotion_effects, kinds=KINDS)
    band = next(name for name, top in BANDS if percent < top)
    like = _one(found, UPLIFT, band=band)
    after = _one(found, AFTER)
    if like is None or after is None:
        st.caption(md("promotions.expect_nothing"))
        return
    st.caption(
        md(
            "promotions.expect",
            factor=_times(like.factor),
            low=_times(like.low),
            high=_times(like.high),
            events=like.events,
            after=_times(after.factor),
        )
    )


def _sentence(found: Sequence[PromotionEffect]) -> str:
    after, siblings = _one(found, AFTER), _one(found, SIBLINGS)
    parts = [
        md("promotions.sentence_after", factor=_times(after.factor)) if after else "",
        _siblings_words(siblings) if siblings else "",
    ]
    return prose(*parts)


def _siblings_words(one: PromotionEffect) -> str:
    """Loss, gain, or honestly nothing where the range includes no effect or it is tiny."""
    unclear = one.low <= 1 <= one.high or abs(one.factor - 1) < LEAST_EFFECT
    key = "nothing" if unclear else ("lose" if one.factor < 1 else "gain")
    return md(f"promotions.siblings_{key}", factor=_times(one.factor))


def _one(found: Sequence[PromotionEffect], kind: str, band: str = "") -> PromotionEffect | None:
    return next(
        (one for one in found if one.kind == kind and not one.category and one.band == band), None
    )


def _rows(found: Sequence[PromotionEffect]) -> pd.DataFrame:
    rows: dict[str, dict[str, Any]] = {}
    for one in found:
        if one.kind == DAY_AFTER:
            continue
        row = rows.setdefault(
            one.category, {"category": one.category or t("promotions.all"), "events": 0}
        )
        row[one.band or one.kind] = _range(one)
        if one.kind == UPLIFT:
            row["events"] += one.events
    frame = pd.DataFrame(list(rows.values()))
    for name in (*(name for name, _ in BANDS), "after", "siblings"):
        if name not in frame:
            frame[name] = None
    return frame


def _range(one: PromotionEffect) -> str:
    return f"{_times(one.factor)} ({number(one.low, 2)}–{number(one.high, 2)})"


def _times(factor: float) -> str:
    return f"{number(factor, 2)} ×"
