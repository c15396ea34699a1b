"""The calendar on screen: sale events and closures, known, guessed and entered. Draws only."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import catalogue, day, md, plain, t
from app.screens.catalog_closures import draw_closures
from app.widgets import day_field, field_grid
from app.widgets_acts import run_act
from app.widgets_tables import Column, Day, Text, export_button, table
from forecasting.feasts import USUAL_OCCURRENCES
from inventory_core.catalog.sale_events import (
    NewSaleEvent,
    SaleEvent,
    change_sale_event,
    create_sale_events,
    sale_events,
    times_seen,
)
from inventory_core.db.engine import Reading, Writing
from inventory_core.insight.demand_days import last_day_with_sales
from inventory_core.insight.kpis_snapshot import first_fact_on
from inventory_core.office.actors import Actor, Permission
from inventory_core.vocabulary import SaleEventKind

YEARS_AHEAD = 1
# Amazon announces Prime Day a few weeks ahead; a guess further away is no reason to ask.
ASKED_AHEAD_DAYS = 400


def draw(today: date) -> None:
    """Events with the guessed ones asked for, and below who rests when."""
    st.markdown(f":gray[{md('calendar.sentence')}]")
    seen = session.cached("sale_events", _events, today)
    events = [event for event, _ in seen]
    for event in events:
        ahead = (event.starts_on - today).days
        entered = any(_same_year(one, event) for one in events if one.id is not None)
        if event.guessed and not entered and 0 <= ahead <= ASKED_AHEAD_DAYS:
            _ask_for(event)
    _draw_events(events, [times for _, times in seen], today)
    draw_closures(today)


def _events(conn: Reading, today: date) -> list[tuple[SaleEvent, int]]:
    """The events of these years, each with how often models have seen it."""
    first, last = first_fact_on(conn) or today, last_day_with_sales(conn) or today
    shown = today.year - 1
    known = sale_events(conn, min(first.year, shown), today.year + YEARS_AHEAD)
    until = min(today, last + timedelta(days=1))
    return [
        (event, times_seen(known, event, first, until))
        for event in known
        if event.starts_on.year >= shown
    ]


def _same_year(one: SaleEvent, other: SaleEvent) -> bool:
    return (one.kind, one.starts_on.year) == (other.kind, other.starts_on.year)


def event_name(event: SaleEvent) -> str:
    """Its name in the reader's language; a known event has the program's name."""
    if event.kind is not SaleEventKind.OWN:
        return t(f"calendar.kind_{event.kind}")
    chinese = session.current().language == "zh"
    first, second = (event.name_zh, event.name_en) if chinese else (event.name_en, event.name_zh)
    return first or second


def _ask_for(event: SaleEvent) -> None:
    words = md(
        "calendar.guessed",
        event=event_name(event),
        year=str(event.starts_on.year),
        day=day(event.starts_on),
    )
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":orange[:material/help:] {words}", width="stretch")
        if st.button(
            md("calendar.enter"),
            key=f"guess_{event.kind}_{event.starts_on.year}",
            icon=":material/edit_calendar:",
            disabled=not session.may(Permission.CATALOG_EDIT),
        ):
            _dialog(event)


def _draw_events(events: list[SaleEvent], seen: list[int], today: date) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(md("calendar.events"), anchor=False, width="content")
        if st.button(
            md("calendar.new_event"),
            key="event_new",
            icon=":material/add:",
            disabled=not session.may(Permission.CATALOG_EDIT),
        ):
            first = today + timedelta(days=30)
            _dialog(SaleEvent(SaleEventKind.OWN, first, first))
    rows = pd.DataFrame(
        {
            "event": [event_name(event) for event in events],
            "from": [event.starts_on for event in events],
            "to": [event.ends_on for event in events],
            "where": [_where(event, events) for event in events],
            "source": [t(f"calendar.source_{_source(event)}") for event in events],
            "seen": [_seen(times) for times in seen],
        }
    )
    columns: dict[str, Column] = {
        "event": Text(t("calendar.event"), width="medium"),
        "from": Day(t("calendar.from")),
        "to": Day(t("calendar.to")),
        "where": Text(t("calendar.where"), width="small"),
        "source": Text(t("calendar.source"), width="small"),
        "seen": Text(t("calendar.seen"), help=t("calendar.seen_help"), width="medium"),
    }
    ticked = table(rows, columns, key="sale_events", select="one", height="content")
    with st.container(horizontal=True, vertical_alignment="center"):
        export_button(rows, columns, name="sale_events")
    if ticked:
        _draw_one(events[ticked[0]], seen[ticked[0]])
    else:
        st.markdown(f":gray[{md('calendar.choose')}]")


def _where(event: SaleEvent, events: list[SaleEvent]) -> str:
    if event.country:
        return event.country
    bound = any(_same_year(one, event) and one.country for one in events)
    known = event.kind is not SaleEventKind.OWN
    return t("calendar.elsewhere" if bound and known else "calendar.everywhere")


def _seen(times: int) -> str:
    if times == 0:
        return t("calendar.seen_never")
    if times < USUAL_OCCURRENCES:
        return t("calendar.seen_once")
    return t("calendar.seen_times", times=str(times))


def _source(event: SaleEvent) -> str:
    if event.id is not None:
        return "own"
    return "guess" if event.guessed else "program"


def _draw_one(event: SaleEvent, seen: int) -> None:
    allowed = session.may(Permission.CATALOG_EDIT)
    name = f"event_{event.id}_{event.kind}_{event.starts_on}"
    with st.container(border=True):
        st.markdown(f"##### {plain(event_name(event))} · {day(event.starts_on)}")
        st.caption(f"{md('calendar.seen')}: {_seen(seen)}", help=md("calendar.seen_help"))
        with st.form(name, border=False):
            wanted = _fields(event, name, disabled=not allowed)
            sent = st.form_submit_button(md("shell.save"), type="primary", disabled=not allowed)
        if event.id is not None and st.button(
            md("calendar.remove"),
            key=f"{name}_remove",
            icon=":material/delete:",
            type="tertiary",
            disabled=not allowed,
        ):
            _run(event, {"active": False}, name, "calendar.removed")
    if sent:
        _run(event, wanted, name, "calendar.saved")


def _dialog(event: SaleEvent) -> None:
    name = f"event_dialog_{event.kind}_{event.starts_on}"

    @st.dialog(t("calendar.new_event") if event.kind is SaleEventKind.OWN else event_name(event))
    def ask() -> None:
        with st.form(name, border=False):
            wanted = _fields(event, name, disabled=False)
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent:
            _run(event, wanted, name, "calendar.saved")

    ask()


def _fields(event: SaleEvent, prefix: str, *, disabled: bool) -> dict[str, Any]:
    options: dict[str, Any] = {"disabled": disabled}
    kinds = list(SaleEventKind)
    with field_grid():
        kind = st.selectbox(
            md("calendar.kind"),
            kinds,
            index=kinds.index(event.kind),
            format_func=lambda value: t(f"calendar.kind_{value}"),
            help=md("calendar.kind_help"),
            key=f"{prefix}_kind",
            **options,
        )
        country = st.text_input(
            md("calendar.country"),
            event.country or "",
            max_chars=2,
            help=md("calendar.country_help"),
            key=f"{prefix}_country",
            **options,
        )
        starts_on = day_field(md("calendar.from"), event.starts_on, key=f"{prefix}_from", **options)
        ends_on = day_field(md("calendar.to"), event.ends_on, key=f"{prefix}_to", **options)
        usual = SaleEventKind(kind) if kind else event.kind
        known = usual is not SaleEventKind.OWN
        names = [event.name_zh, event.name_en]
        if known and not any(names):
            names = [catalogue(language)[f"calendar.kind_{usual}"] for language in ("zh", "en")]
        name_zh = st.text_input(md("calendar.name_zh"), names[0], key=f"{prefix}_zh", **options)
        name_en = st.text_input(md("calendar.name_en"), names[1], key=f"{prefix}_en", **options)
    return {
        "kind": kind,
        "country": country or None,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "name_zh": name_zh,
        "name_en": name_en,
    }


def _run(event: SaleEvent, wanted: dict[str, Any], name: str, done: str) -> None:
    """Change the company's own entry, or make one over the program's date."""
    after = SaleEvent(**{**asdict(event), **{k: v for k, v in wanted.items() if k != "active"}})
    run_act(
        lambda tx, actor, _now, key: _write(tx, actor, event, wanted, key),
        name=name,
        done=lambda _: md(
            done, event=event_name(after), first=day(after.starts_on), last=day(after.ends_on)
        ),
    )


def _write(tx: Writing, actor: Actor, event: SaleEvent, wanted: dict[str, Any], key: str) -> Any:
    if event.id is not None:
        return change_sale_event(tx, actor, event.id, wanted, version=event.version)
    return create_sale_events(tx, actor, [NewSaleEvent(f"screen:{key}", **wanted)])
