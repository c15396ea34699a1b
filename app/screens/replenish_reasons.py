"""The reasons of one suggestion: picture, sum in numbers, from whom, what would change it, acts.

Every number shown stands in the suggestion's trace; this module only chooses words and places.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.charts_forecasts import demand_picture
from app.charts_replenish import stock_outlook
from app.i18n import day, md, money, number, percent, plain, prose, t
from app.screens.forecasts_reading import Series, read_series
from app.screens.replenish_acts import draw_acts
from app.screens.replenish_change import change_order
from app.screens.replenish_costs import (
    draw_costs,
    expiry_words,
    landed_words,
    order_notes,
)
from app.screens.replenish_days import (
    closure_words,
    inbound_words,
    late_words,
    picture_words,
)
from app.screens.replenish_overrides import draw_override_notes
from app.screens.replenish_sends import sends_words
from app.screens.replenish_service import draw_service
from app.screens.replenish_snapshot import draw_numbers
from app.screens.replenish_sum import draw_sum
from app.screens.replenish_way_words import lead_time_words
from app.sites import site_words
from app.two_languages import own_first
from app.widgets import chart, link
from forecasting.outlook import outlook_of, seen_in
from inventory_core.db.engine import Reading
from inventory_core.money import currency_digits
from inventory_core.planning.published import current_run
from inventory_core.planning.release import Shown, shown_suggestions


def draw_reasons(row: pd.Series) -> None:
    """The open suggestion: on top what can be done, left the pictures, right sum and supplier."""
    shown = session.cached("suggestion", _shown, int(row["id"]))
    trace = shown.trace
    with st.container(border=True):
        head, acts = st.columns([1.9, 1], gap="medium")
        with head:
            st.markdown(f"#### {plain(shown.sku_code)} · {plain(own_first(shown.sku_name))}")
            st.markdown(f":gray[{plain(site_words(shown.warehouse_code))} · {_run_words(trace)}]")
        with acts:
            draw_acts(shown, change_order)
        left, right = st.columns([1.9, 1], gap="medium")
        with left:
            _picture(shown)
            with session.part():
                _demand(shown)
            draw_override_notes(trace)
            draw_costs(trace)
            _what_would_change(shown)
        with right:
            draw_sum(shown)
            _from_whom(shown)
            if "order_cost" in trace:
                draw_service(trace)
            else:
                _service(trace)


def _shown(conn: Reading, suggestion_id: int) -> Shown:
    return shown_suggestions(conn, [suggestion_id])[suggestion_id]


def _run_words(trace: dict[str, Any]) -> str:
    """The day of the book and the day to which the forecast learned: they may differ."""
    planned, learned = (date.fromisoformat(one) for one in (trace["as_of"], trace["run"]["as_of"]))
    return md("replenish.run_words", day=day(planned), learned=day(learned))


def _picture(shown: Shown) -> None:
    outlook = outlook_of(shown.trace)
    title = picture_words(seen_in(outlook, shown.trace))
    figure = stock_outlook(outlook, shown.trace, title=title, language=session.current().language)
    chart(figure, key=f"outlook_{shown.id}_{shown.revision}")


def _demand(shown: Shown) -> None:
    """What sold, days without stock apart, and what is expected."""
    series = session.cached("suggestion_demand", _series, shown.sku_id, shown.warehouse_id)
    if series is not None:
        title = t("replenish.picture_demand", period=t(f"forecasts.per_{series.step_days}"))
        figure = demand_picture(series, title=title, language=session.current().language)
        chart(figure, key=f"demand_{shown.id}_{shown.revision}")


def _series(conn: Reading, sku_id: int, warehouse_id: int) -> Series | None:
    run = current_run(conn)
    return read_series(conn, run, sku_id, warehouse_id) if run is not None else None


def _from_whom(shown: Shown) -> None:
    trace = shown.trace
    st.markdown(f"##### {md('replenish.from_whom')}")
    if shown.supplier_id is None:
        st.warning(md("replenish.needs_supplier"), icon=":material/person_search:")
        link("catalog", t("replenish.add_offer"), icon=":material/add:", sku=shown.sku_code)
        return
    base = trace["cost"]["base_currency"]
    taken = {
        "supplier": trace["offer"]["supplier"],
        "ship_method": trace["lead_time"]["ship_method"],
        "unit_price": trace["cost"]["unit_price"],
        "currency": trace["cost"]["currency"],
        "unit_landed": trace["cost"]["unit_landed"],
        "lead_time_days": trace["policy"]["lead_time_days"],
    }
    rivals = [taken] + ([trace["choice"]["runner_up"]] if trace["choice"]["runner_up"] else [])
    body = "\n".join(
        f"| {plain(one['supplier'])} | {_price(one)} | {_landed(one, base)}"
        f" | {number(one['lead_time_days'])} |"
        for one in rivals
    )
    heads = [
        md("replenish.supplier"),
        md("replenish.purchase_price"),
        md("replenish.landed_cost", currency=base),
        md("replenish.days"),
    ]
    st.markdown(f"| {' | '.join(heads)} |\n|:--|--:|--:|--:|\n{body}")
    st.caption(prose(_why_supplier(trace), landed_words(trace)))
    if trace["assumed"]:
        names = "、" if session.current().language == "zh" else ", "
        fields = names.join(t(f"assumed.{name}") for name in trace["assumed"])
        st.markdown(f":orange[:material/edit_note: {md('replenish.assumed', fields=fields)}]")


def _price(one: dict[str, Any]) -> str:
    price = one["unit_price"]
    return "—" if price is None else plain(money(Decimal(price), one["currency"]))


def _landed(one: dict[str, Any], base: str) -> str:
    landed = one["unit_landed"]
    return "—" if landed is None else number(Decimal(landed), currency_digits(base))


def _why_supplier(trace: dict[str, Any]) -> str:
    choice = trace["choice"]
    saving = choice["saving_percent"]
    return md(
        f"replenish.choice_{choice['why']}",
        saving="—" if saving is None else percent(abs(float(saving)) / 100, 1),
    )


def _service(trace: dict[str, Any]) -> None:
    fill = trace["policy"]["fill_rate"]
    st.markdown(
        md(
            "replenish.service",
            cycle=percent(trace["policy"]["service_level"], 0),
            fill="—" if fill is None else percent(fill, 1),
        )
    )


def _what_would_change(shown: Shown) -> None:
    """What a buyer should know before saying yes, in sentences."""
    trace = shown.trace
    notes = order_notes(trace)
    notes += late_words(trace)
    notes += lead_time_words(trace)
    notes += closure_words(trace)
    notes += [inbound_words(item, trace["as_of"]) for item in trace["inbound"]]
    notes += sends_words(trace, shown.arrives_on)
    notes += expiry_words(trace)
    if continued := trace.get("continues"):
        notes.append(md("replenish.note_continues", codes=", ".join(continued)))
    notes += [md(f"replenish.warning_{code}") for code in trace["warnings"]]
    if notes:
        st.markdown("\n".join(f"- {note}" for note in notes))
    draw_numbers(shown)
