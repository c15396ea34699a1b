"""The form for one way between two warehouses: days and costs. Decides only what is asked."""

from decimal import Decimal

import streamlit as st

from app import session
from app.i18n import md, t
from app.screens.settings import CURRENCIES
from app.sites import site_label
from app.widgets import field_grid
from app.widgets_acts import form_key, run_act
from inventory_core.catalog.locations import warehouses
from inventory_core.planning.lanes import NewLane, set_transfer_lane, stated_lanes
from inventory_core.vocabulary import ShipMethod


def state_lane() -> None:
    """Choose two warehouses and a ship method, say what the way takes and costs."""

    @st.dialog(t("sending.lanes_title"))
    def ask() -> None:
        places = {int(one.id): site_label(one) for one in session.read(warehouses)}
        if len(places) < 2:
            st.caption(md("sending.lane_hint"))
            return
        with field_grid():
            codes = list(places)
            origin = st.selectbox(
                md("sending.from"), codes, format_func=lambda i: places[i], key="lane_from"
            )
            others = [place for place in codes if place != origin]
            target = st.selectbox(
                md("sending.to"), others, format_func=lambda i: places[i], key="lane_to"
            )
            method = st.selectbox(
                md("replenish.ship"),
                [method.value for method in ShipMethod],
                format_func=lambda code: t(f"ship.{code}"),
                key="lane_method",
            )
        lane = _fields(origin, target, method)
        st.caption(md("sending.lane_hint"))
        name = f"lane_{origin}_{target}_{method}"
        if st.button(md("shell.save"), type="primary", key=f"go_{form_key(name)}"):
            run_act(
                lambda tx, actor, now, key: set_transfer_lane(tx, actor, lane),
                name=name,
                done=lambda _: md("sending.lane_saved"),
            )

    ask()


def _fields(origin: int, target: int, method: str) -> NewLane:
    known = next(
        (
            row
            for row in session.read(stated_lanes)
            if (row.from_warehouse_id, row.to_warehouse_id, row.ship_method)
            == (origin, target, method)
        ),
        None,
    )
    base = session.current().company.base_currency
    prefix = f"lane_{origin}_{target}_{method}"
    listed = list(dict.fromkeys((known.currency if known else base, base, *CURRENCIES)))
    costs = {
        "unit_freight": "sending.lane_freight",
        "kg_freight": "sending.lane_kg",
        "m3_freight": "sending.lane_m3",
        "removal_fee": "sending.lane_removal",
        "fixed_cost": "sending.lane_fixed",
    }
    with field_grid():
        days = st.number_input(
            md("sending.lane_days"), 0, 365, known.days if known else 30, key=f"{prefix}_days"
        )
        currency = st.selectbox(md("catalog.currency"), listed, key=f"{prefix}_currency")
        amounts = {
            name: st.number_input(
                md(label),
                min_value=0.0,
                value=float(getattr(known, name)) if known else 0.0,
                format="%.2f",
                key=f"{prefix}_{name}",
                help=md("sending.lane_kg_help") if name == "kg_freight" else None,
            )
            for name, label in costs.items()
        }
    active = st.checkbox(
        md("sending.lane_active"), known.active if known else True, key=f"{prefix}_active"
    )
    return NewLane(
        from_warehouse_id=origin,
        to_warehouse_id=target,
        ship_method=method,
        days=int(days),
        currency=currency,
        active=active,
        **{name: Decimal(str(round(value, 4))) for name, value in amounts.items()},
    )
