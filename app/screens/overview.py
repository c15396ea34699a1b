"""Overview: is the business healthy, what is wrong where, what was decided and did it help.

Draws what `insight/overview` says about the chosen scope and period; computes nothing.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import streamlit as st

from app import session
from app.charts_overview import value_by_place
from app.i18n import day, md, percent, reader_language, t
from app.screens.first_step import first_step
from app.screens.overview_figures import kpi_cards, place_table
from app.screens.overview_judged import judged_table
from app.screens.overview_lists import attention_list, decision_table, found_now
from app.screens.overview_slow import slow_table
from app.sites import site_pills, site_words
from app.widgets import chart, page_head, query
from app.widgets_scope import Options, scope_bar
from inventory_core.catalog.locations import warehouses
from inventory_core.clock import utc_now
from inventory_core.db.engine import Reading
from inventory_core.insight.facts import categories, channels
from inventory_core.insight.kpis import Scope, last_snapshot_on, read_days
from inventory_core.insight.overview import Overview, read_overview
from inventory_core.office.actors import Permission
from inventory_core.office.job_runs import JobName
from inventory_core.planning.worklist import current_run

PERIODS = ("90", "30", "180", "365")
STALE_AFTER_DAYS = 2
MOST_POINTS = 130
A_YEAR = timedelta(days=365)


def draw() -> None:
    """The screen."""
    known = session.cached("overview_known", _known)
    if known is None:
        page_head(t("nav.overview"), md("overview.empty_sentence"))
        first_step(":material/monitoring:", md("overview.empty"), JobName.KPI_SNAPSHOT)
        if found_now():  # else "all is well" would be said of what was never seen
            _attention()
        return
    last_on, stamp, fields = known
    head = st.container()
    chosen = scope_bar(
        fields, stamp=stamp, stale=(utc_now().date() - last_on).days > STALE_AFTER_DAYS
    )
    first_on, until = _period(chosen["period"], last_on)
    scope = Scope(
        (int(chosen["site"]),) if chosen["site"] else (),
        chosen["category"] or None,
        int(chosen["channel"]) if chosen["channel"] else None,
    )
    found = session.cached("overview", read_overview, scope, first_on, until)
    with head:
        page_head(t("nav.overview"), _sentence(found))
    kpi_cards(found)
    year_ago = session.cached("overview_year_ago", _year_ago, scope, first_on, until)
    _picture_and_attention(found, year_ago)
    if session.may(Permission.COST_VIEW) and not scope.warehouse_ids:
        with st.container(border=True), session.part():
            st.subheader(md("overview.places"), anchor=False)
            place_table(found)
    with st.container(border=True), session.part():
        st.subheader(md("overview.decisions"), anchor=False)
        decision_table()
    if session.may(Permission.COST_VIEW):
        with st.container(border=True), session.part():
            judged_table()
        with st.container(border=True), session.part():
            slow_table(scope.warehouse_ids, scope.category)


def _known(conn: Reading) -> tuple[date, str, dict[str, Options]] | None:
    """The last kept day, the stamp and what can be chosen; None where nothing is kept yet."""
    last_on = last_snapshot_on(conn)
    if last_on is None:
        return None
    runs = conn.rows(current_run())
    currency = session.current().company.base_currency
    run = str(runs[0].id) if runs else ""
    stamp = md(
        "overview.stamp" if run else "overview.stamp_no_run",
        day=day(last_on),
        planned=day(runs[0].planned_on) if run else "",
        run=run,
        currency=currency,
    )
    return (
        last_on,
        stamp,
        {
            "site": site_pills(warehouses(conn)),
            "period": {days: t("overview.days", days=int(days)) for days in PERIODS},
            "channel": {
                "": t("scope.all_channels"),
                **{str(number): name for number, name in channels(conn)},
            },
            "category": {
                "": t("scope.all_categories"),
                **{one: one for one in categories(conn)},
            },
        },
    )


def _period(chosen: str, last_on: date) -> tuple[date, date]:
    """The chosen period; any other by `from` and `to` in the address."""
    try:
        first_on, until = date.fromisoformat(query("from")), date.fromisoformat(query("to"))
    except ValueError:
        return last_on - timedelta(days=int(chosen) - 1), last_on
    return (
        (first_on, min(until, last_on))
        if first_on <= min(until, last_on)
        else (
            last_on - timedelta(days=int(chosen) - 1),
            last_on,
        )
    )


def _sentence(found: Overview) -> str:
    diagnosis = found.diagnosis
    pace = md(f"overview.pace_{diagnosis.pace}", days=found.now.days)
    if diagnosis.problem == "out" and diagnosis.worst is not None:
        worst = diagnosis.worst
        key = "overview.problem_out" if worst.category else "overview.problem_out_plain"
        problem = md(
            key,
            place=site_words(worst.warehouse),
            rate=percent(worst.rate),
            category=worst.category,
        )
    elif diagnosis.problem == "out_everywhere":
        problem = md("overview.problem_out_everywhere", rate=percent(diagnosis.rate))
    elif diagnosis.problem == "dead":
        problem = md("overview.problem_dead", share=percent(diagnosis.dead_share))
    else:
        problem = md(f"overview.problem_{diagnosis.problem}")
    return f"{pace}{problem}"


def _year_ago(conn: Reading, scope: Scope, first_on: date, until: date) -> dict[date, float]:
    """Value of all stock a year before each day of the period, where it is kept."""
    days = read_days(conn, scope, first_on - A_YEAR, until - A_YEAR)
    return {one.on_day + A_YEAR: float(one.inventory_value) for one in days}


def _picture_and_attention(found: Overview, year_ago: Mapping[date, float]) -> None:
    money = session.may(Permission.COST_VIEW)
    left, right = st.columns([3, 2], gap="medium") if money else (None, st.container())
    if left is not None:
        with left, st.container(border=True), session.part():
            _picture(found, year_ago)
    with right:
        _attention()


def _attention() -> None:
    with st.container(border=True), session.part():
        st.subheader(md("overview.attention"), anchor=False)
        attention_list()


def _picture(found: Overview, year_ago: Mapping[date, float]) -> None:
    currency = session.current().company.base_currency
    st.markdown(f"**{md('overview.picture', currency=currency)}**")
    if not found.places:
        st.caption(md("overview.no_value"))
        return
    length = max(len(place.days) for place in found.places)
    step = max(1, -(-length // MOST_POINTS))
    days = [one.on_day for one in found.places[0].days][::-step][::-1]
    shown = set(days)
    series = [
        (
            place.warehouse.code,
            [float(one.stock_value) for one in place.days if one.on_day in shown],
        )
        for place in found.places
    ]
    travelling = [
        sum(
            float(one.in_transit_value)
            for place in found.places
            for one in place.days
            if one.on_day == on
        )
        for on in days
    ]
    before = [year_ago.get(on) for on in days]
    figure = value_by_place(days, series, travelling, before, language=reader_language())
    chart(figure, "overview_value")
