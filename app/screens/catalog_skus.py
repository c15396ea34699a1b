"""SKUs on screen: list, create, change. Draws; the commands decide."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, plain, t
from app.screens.catalog_list import draw_list
from app.screens.catalog_record import new_record, record_form
from app.screens.class_words import draw_class, with_letters
from app.screens.rules_form import open_rules
from app.widgets import day_field, field_grid
from app.widgets_tables import Name, Text, Units
from inventory_core.catalog.skus import (
    STATES,
    NewSku,
    Sku,
    change_sku,
    create_skus,
    read_sku,
    successor_named,
)
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor
from inventory_core.trade.catalog_lists import select_skus


def draw(_today: date) -> None:
    """The list, and the ticked SKU's form."""
    columns = {
        "code": Text(t("catalog.code"), width=92),
        "name": Name(t("catalog.name"), width=206),
        "category": Text(t("catalog.category"), width=86),
        "class_name": Text(t("classes.column"), help=t("classes.column_help"), width=48),
        "state": Text(t("catalog.state"), width=70),
        "offers": Units(t("catalog.offers_count"), width=58),
    }
    draw_list(
        "skus",
        columns,
        select_skus,
        icon=":material/category:",
        open_new=_new_dialog,
        draw_one=_draw_one,
        words=_words,
    )


def _words(rows: pd.DataFrame) -> pd.DataFrame:
    return with_letters(rows).assign(state=[t(f"catalog.state_{state}") for state in rows["state"]])


def _draw_one(sku_id: int) -> None:
    known, heir = session.read(lambda conn: _with_successor(conn, sku_id))
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(plain(known.code), anchor=False)
            if st.button(md("rules.open"), icon=":material/rule:", help=t("rules.open_help")):
                open_rules(sku_id)
            draw_class(sku_id, key=f"class_{sku_id}")
        record_form(
            f"sku_{sku_id}",
            known.version,
            lambda disabled: _known_fields(known, heir, disabled=disabled),
            lambda tx, actor, wanted: _change(tx, actor, known, *wanted),
            saved=known.code,
        )


def _known_fields(known: Sku, heir: str, *, disabled: bool) -> tuple[dict[str, Any], str]:
    """What a new SKU has too, its state, and the code of the one that continues it."""
    prefix = f"sku_{known.id}"
    wanted = _fields(known, prefix, disabled=disabled)
    wanted["state"] = st.selectbox(
        md("catalog.state"),
        STATES,
        index=STATES.index(known.state),
        format_func=lambda state: t(f"catalog.state_{state}"),
        key=f"{prefix}_state",
        disabled=disabled,
    )
    successor = st.text_input(
        md("catalog.successor"),
        heir,
        help=md("catalog.successor_help"),
        key=f"{prefix}_successor",
        disabled=disabled,
    )
    return wanted, successor


def _change(tx: Writing, actor: Actor, known: Sku, wanted: dict[str, Any], successor: str) -> int:
    changes = wanted | {"successor_id": successor_named(tx, successor)}
    return change_sku(tx, actor, known.id, changes, version=known.version)


def _with_successor(conn: Reading, sku_id: int) -> tuple[Sku, str]:
    """A SKU and the code of the one that continues it, "" without."""
    found = read_sku(conn, sku_id)
    heir = found.successor_id
    return found, "" if heir is None else read_sku(conn, heir).code


def _new_dialog() -> None:
    new_record(
        t("catalog.new_sku"),
        "sku_new",
        _new_fields,
        lambda tx, actor, new: create_skus(tx, actor, [new]),
        called=lambda new: new.code,
    )


def _new_fields() -> NewSku:
    code = st.text_input(md("catalog.code"), key="sku_new_code")
    wanted = _fields(None, "sku_new", disabled=False)
    codes = st.text_input(
        md("catalog.barcodes"), help=md("catalog.barcodes_help"), key="sku_new_barcodes"
    )
    listed = tuple(part.strip() for part in codes.split(",") if part.strip())
    return NewSku(code, barcodes=listed, **wanted)


def _fields(known: Sku | None, prefix: str, *, disabled: bool) -> dict[str, Any]:
    """Name, category, measures; what a person leaves empty is not known."""
    options: dict[str, Any] = {"disabled": disabled}
    numbers = (
        ("carton_quantity", "catalog.carton"),
        ("weight_grams", "catalog.weight"),
        ("volume_cm3", "catalog.volume"),
        ("shelf_life_days", "catalog.shelf_life"),
    )
    values: dict[str, Any] = {
        "name": st.text_input(
            md("catalog.name"), known.name if known else "", key=f"{prefix}_name", **options
        )
    }
    with field_grid():
        values["category"] = st.text_input(
            md("catalog.category"), known.category if known else "", key=f"{prefix}_cat", **options
        )
        for name, label in numbers:
            number = st.number_input(
                md(label),
                min_value=1,
                value=getattr(known, name) if known else None,
                step=1,
                key=f"{prefix}_{name}",
                **options,
            )
            values[name] = None if number is None else int(number)
        values["launched_on"] = day_field(
            md("catalog.launched"),
            known.launched_on if known else None,
            key=f"{prefix}_on",
            **options,
        )
    values["lot_tracked"] = st.checkbox(
        md("catalog.lot_tracked"),
        known.lot_tracked if known else False,
        key=f"{prefix}_lots",
        **options,
    )
    return values
