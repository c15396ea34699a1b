"""Overrides whose days are over: who changed what, and whether it was nearer to what came.

Draws two tables; the verdicts are those of `forecasting/override_record`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, t
from app.screens.forecasts_words import change_words, part_words
from app.widgets_tables import Column, Day, Percent, Text, Units, export_button, table
from forecasting.history import channel_demand, demand_grid, planning_day
from forecasting.override_record import Came, JudgedOverride, judge_overrides, records
from inventory_core.catalog.markets import read_markets
from inventory_core.clock import business_day, utc_now
from inventory_core.db.engine import Reading
from inventory_core.insight.demand import sku_facts, warehouse_codes
from inventory_core.office.company import read_company
from inventory_core.planning.override_figures import CUT_GRAINS
from inventory_core.planning.overrides import Override, all_overrides
from inventory_core.vocabulary import ForecastGrain

# A grid begins with its first sale: some days before the first change are read too.
DAYS_BEFORE = timedelta(days=28)


def draw_override_record() -> None:
    """Sums by reason and by person, then each override."""
    st.subheader(md("learning.record_overrides"), anchor=False)
    judged = session.cached("judged_overrides", _judged, ttl=300)
    if not judged:
        st.caption(md("learning.record_overrides_none"))
        return
    _who_helped(judged)
    rows = pd.DataFrame([_override_row(one) for one in judged])
    columns: dict[str, Column] = {
        "series": Text(t("learning.changed_what"), pinned=True),
        "change": Text(t("learning.change")),
        "first": Day(t("learning.first")),
        "last": Day(t("learning.last")),
        "reason": Text(t("learning.reason")),
        "by": Text(t("learning.by")),
        "model": Units(t("learning.model_units")),
        "planned": Units(t("learning.planned_units")),
        "actual": Units(t("learning.actual_units")),
        "verdict": Text(t("learning.verdict")),
    }
    table(rows, columns, key="forecast_overrides", height="auto")
    export_button(rows, columns, name="forecast_overrides")


def _who_helped(judged: tuple[tuple[JudgedOverride, str], ...]) -> None:
    only = [one for one, _ in judged]
    rows = [
        {
            "name": t(f"learning.reason_{one.name}") if by == "reason" else one.name,
            "judged": one.judged,
            "helped": one.helped,
            "model": one.model_error,
            "planned": one.planned_error,
            "naive": one.naive_error,
            "added": one.value_added,
        }
        for by in ("reason", "person")
        for one in records(only, by=by)
    ]
    if not rows:
        st.caption(md("learning.none_judged_yet"))
        return
    columns: dict[str, Column] = {
        "name": Text(t("learning.who_or_why"), pinned=True),
        "judged": Units(t("learning.judged")),
        "helped": Units(t("learning.helped")),
        "model": Percent(t("learning.model_error"), digits=0),
        "planned": Percent(t("learning.planned_error"), digits=0),
        "naive": Percent(t("learning.naive_error"), digits=0),
        "added": Percent(t("learning.override_added"), digits=0),
    }
    table(pd.DataFrame(rows), columns, key="who_helped", height="content")


def _override_row(told: tuple[JudgedOverride, str]) -> dict[str, object]:
    one, series = told
    made = one.override
    verdict = one.state
    if one.state == "judged":
        verdict = {True: "helped", False: "harmed", None: "equal"}[one.helped]
    return {
        "series": series,
        "change": change_words(made),
        "first": made.first_on,
        "last": made.last_on,
        "reason": t(f"learning.reason_{made.reason.value}"),
        "by": made.made_by,
        "model": round(made.model_units),
        "planned": round(made.planned_units),
        "actual": None if one.actual is None else round(one.actual),
        "verdict": t(f"learning.verdict_{verdict}"),
    }


def _judged(conn: Reading) -> tuple[tuple[JudgedOverride, str], ...]:
    found = all_overrides(conn)
    if not found:
        return ()
    now = utc_now()
    today = business_day(now, read_company(conn).time_zone)
    through = planning_day(conn, today=today, now=now).through
    facts = {row.id: row for row in conn.rows(sku_facts())}
    wide = any(one.grain is not None for one in found)
    # Of a whole company only the days that are judged, not its history.
    since = min(one.first_on for one in found) - DAYS_BEFORE if wide else None
    grid = demand_grid(conn, through=through, first_on=since, sku_ids=_changed(found, facts))
    places = {row.id: row.code for row in conn.rows(warehouse_codes())}
    cut = any(one.grain in CUT_GRAINS for one in found)
    came = Came(
        grid,
        {one: row.category for one, row in facts.items()},
        read_markets(conn),
        channel_demand(conn, grid) if cut else None,
    )
    judged = judge_overrides(found, came)
    return tuple((one, _subject(one.override, facts, places)) for one in judged)


def _changed(found: Sequence[Override], skus: Mapping[int, Any]) -> list[int]:
    """The SKUs that any of them changes."""
    if any(one.grain not in (None, ForecastGrain.CATEGORY) for one in found):
        return sorted(skus)
    parts = {one.part for one in found if one.grain is not None}
    ids = {one.sku_id for one in found}
    return sorted(one for one, row in skus.items() if one in ids or row.category in parts)


def _subject(one: Override, skus: Mapping[int, Any], places: Mapping[int, str]) -> str:
    if one.sku_id is not None and one.warehouse_id is not None:
        return f"{skus[one.sku_id].code} · {places[one.warehouse_id]}"
    assert one.grain is not None, "what is of no series is of a whole part"
    return part_words(one.grain, one.part_name)
