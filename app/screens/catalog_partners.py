"""Suppliers and warehouses on screen: list, create, change. Draws; the commands decide."""

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, plain, t
from app.screens.catalog_list import draw_list
from app.screens.catalog_record import new_record, record_form
from app.screens.settings import CURRENCIES, ZONES
from app.widgets import field_grid
from app.widgets_tables import Name, Text, Units
from inventory_core.catalog.calendar_presets import PRESET_CODES
from inventory_core.catalog.locations import (
    NewWarehouse,
    change_warehouse,
    create_warehouses,
    select_warehouses,
    warehouses,
)
from inventory_core.trade.suppliers import (
    NewSupplier,
    Supplier,
    change_supplier,
    create_suppliers,
    select_suppliers,
    suppliers,
)
from inventory_core.vocabulary import WarehouseKind


def draw_suppliers(_today: date) -> None:
    """The list, and the ticked supplier's form."""
    columns = {
        "code": Text(t("catalog.code")),
        "name": Name(t("catalog.name")),
        "country": Text(t("catalog.country"), width="small"),
        "currency": Text(t("catalog.currency"), width="small"),
        "payment_days": Units(t("catalog.payment_days"), width="small"),
        "calendar_code": Text(t("catalog.calendar")),
    }
    draw_list(
        "suppliers",
        columns,
        select_suppliers,
        icon=":material/factory:",
        open_new=_new_supplier,
        draw_one=_one_supplier,
        words=lambda rows: rows.assign(
            calendar_code=[_calendar_words(code) for code in rows["calendar_code"]]
        ),
    )


def draw_warehouses(_today: date) -> None:
    """The list, and the ticked warehouse's form."""
    columns = {
        "code": Text(t("catalog.code"), width="small"),
        "name": Name(t("catalog.name")),
        "kind": Text(t("catalog.kind"), width="small"),
        "country": Text(t("catalog.country"), width="small"),
        "time_zone": Text(t("catalog.time_zone")),
        "priority": Units(t("catalog.priority"), width="small"),
    }
    draw_list(
        "warehouses",
        columns,
        select_warehouses,
        icon=":material/warehouse:",
        open_new=_new_warehouse,
        draw_one=_one_warehouse,
        words=lambda rows: rows.assign(kind=[t(f"catalog.kind_{kind}") for kind in rows["kind"]]),
    )


def _calendar_words(code: str | None) -> str:
    if code is None or pd.isna(code):
        return t("catalog.calendar_none")
    return t(f"catalog.calendar_{code}") if code in PRESET_CODES else code


def _one_supplier(supplier_id: int) -> None:
    known = session.read(lambda conn: suppliers(conn, [supplier_id]))[0]
    with st.container(border=True):
        st.subheader(plain(known.name), anchor=False)
        record_form(
            f"supplier_{supplier_id}",
            known.version,
            lambda disabled: {
                **_supplier_fields(known, f"supplier_{supplier_id}", disabled=disabled),
                "active": st.checkbox(md("catalog.active"), known.active, disabled=disabled),
            },
            lambda tx, actor, wanted: change_supplier(
                tx, actor, supplier_id, wanted, version=known.version
            ),
            saved=known.name,
        )


def _new_supplier() -> None:
    new_record(
        t("catalog.new_supplier"),
        "supplier_new",
        lambda: NewSupplier(
            st.text_input(md("catalog.code")),
            **_supplier_fields(None, "supplier_new", disabled=False),
        ),
        lambda tx, actor, new: create_suppliers(tx, actor, [new]),
        called=lambda new: new.name,
    )


def _name_and_country(known: Any, prefix: str, *, disabled: bool) -> dict[str, Any]:
    """The fields that suppliers and warehouses have in common."""
    return {
        "name": st.text_input(
            md("catalog.name"),
            known.name if known else "",
            key=f"{prefix}_name",
            disabled=disabled,
        ),
        "country": st.text_input(
            md("catalog.country"),
            (known.country if known else None) or "",
            max_chars=2,
            placeholder="CN",
            key=f"{prefix}_country",
            disabled=disabled,
        ),
    }


def _supplier_fields(known: Supplier | None, prefix: str, *, disabled: bool) -> dict[str, Any]:
    currency = known.currency if known else session.current().company.base_currency
    listed = list(dict.fromkeys((currency, *CURRENCIES)))
    calendars = [None, *PRESET_CODES[:-1]]
    chosen = known.calendar_code if known else None
    if chosen not in calendars:
        calendars.append(chosen)
    minimum = known.order_minimum if known else None
    with field_grid():
        values: dict[str, Any] = {
            **_name_and_country(known, prefix, disabled=disabled),
            "currency": st.selectbox(
                md("catalog.currency"), listed, key=f"{prefix}_currency", disabled=disabled
            ),
            "email": st.text_input(
                md("catalog.email"),
                known.email if known else "",
                key=f"{prefix}_email",
                disabled=disabled,
            ),
            "payment_days": st.number_input(
                md("catalog.payment_days"),
                0,
                730,
                known.payment_days if known else 30,
                key=f"{prefix}_payment",
                disabled=disabled,
            ),
        }
        amount = st.number_input(
            md("catalog.order_minimum"),
            min_value=0.0,
            value=None if minimum is None else float(minimum),
            format="%.2f",
            key=f"{prefix}_minimum",
            disabled=disabled,
        )
    values["order_minimum"] = None if amount is None else Decimal(str(round(amount, 2)))
    values["calendar_code"] = st.selectbox(
        md("catalog.calendar"),
        calendars,
        index=calendars.index(chosen),
        format_func=_calendar_words,
        key=f"{prefix}_calendar",
        disabled=disabled,
    )
    return values


def _one_warehouse(warehouse_id: int) -> None:
    known = next(w for w in session.read(warehouses) if w.id == warehouse_id)
    with st.container(border=True):
        st.subheader(plain(known.name or known.code), anchor=False)
        st.caption(
            f"{md(f'catalog.kind_{known.kind}')} · {md(f'catalog.authority_{known.authority}')}"
        )
        record_form(
            f"warehouse_{warehouse_id}",
            known.version,
            lambda disabled: {
                **_warehouse_fields(known, f"warehouse_{warehouse_id}", disabled=disabled),
                "active": st.checkbox(md("catalog.active"), known.active, disabled=disabled),
            },
            lambda tx, actor, wanted: change_warehouse(
                tx, actor, warehouse_id, wanted, version=known.version
            ),
            saved=known.name or known.code,
        )


def _new_warehouse() -> None:
    new_record(
        t("catalog.new_warehouse"),
        "warehouse_new",
        _new_warehouse_fields,
        lambda tx, actor, new: create_warehouses(tx, actor, [new]),
        called=lambda new: new.name or new.code,
    )


def _new_warehouse_fields() -> NewWarehouse:
    with field_grid():
        code = st.text_input(md("catalog.code"))
        kind = st.selectbox(
            md("catalog.kind"),
            list(WarehouseKind),
            format_func=lambda one: t(f"catalog.kind_{one}"),
        )
    wanted = _warehouse_fields(None, "warehouse_new", disabled=False)
    return NewWarehouse(code, kind=WarehouseKind(kind or WarehouseKind.OWN), **wanted)


def _warehouse_fields(known: Any, prefix: str, *, disabled: bool) -> dict[str, Any]:
    zone = known.time_zone if known else session.current().company.time_zone
    zones = list(dict.fromkeys((zone, *ZONES)))
    with field_grid():
        return {
            **_name_and_country(known, prefix, disabled=disabled),
            "time_zone": st.selectbox(
                md("catalog.time_zone"), zones, key=f"{prefix}_zone", disabled=disabled
            ),
            "priority": st.number_input(
                md("catalog.priority"),
                0,
                10_000,
                known.priority if known else 100,
                help=md("catalog.priority_help"),
                key=f"{prefix}_priority",
                disabled=disabled,
            ),
        }
