"""Promotions on screen: list, plan one, change it, call it off. Draws; the commands decide."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, plain, t
from app.screens.catalog_list import draw_list
from app.screens.catalog_promotions_effects import draw_effects, expectation
from app.widgets import day_field, field_grid
from app.widgets_acts import confirm, run_act
from app.widgets_tables import Day, Text, Units
from app.widgets_tables import Decimal as DecimalColumn
from inventory_core.catalog.promotion_records import (
    Promotion,
    PromotionState,
    account_names,
    cancel_promotion,
    categories_in_use,
    change_promotion,
    promotion_scope,
    read_promotion,
    select_promotions,
)
from inventory_core.catalog.promotions import NewPromotion, create_promotions
from inventory_core.catalog.skus import skus_named
from inventory_core.db.engine import Reading, Writing
from inventory_core.errors import Invalid
from inventory_core.office.actors import Actor, Permission
from inventory_core.vocabulary import SkuId

EVERYWHERE = 0
WHICH = ("codes", "category", "all")
_SEPARATORS = re.compile(r"[,，;；\n]")
USUAL_DAYS = 7
USUAL_PERCENT = 20.0
MOST_CODES = 2000


def draw(today: date) -> None:
    """The list, the ticked one's form, and what promotions did so far."""
    columns = {
        "name": Text(t("promotions.name"), width="medium"),
        "state": Text(t("promotions.state"), width="small"),
        "starts_on": Day(t("promotions.starts_on")),
        "ends_on": Day(t("promotions.ends_on")),
        "discount_percent": DecimalColumn(t("promotions.discount"), digits=0),
        "skus": Units(t("promotions.skus")),
        "account": Text(t("promotions.channel")),
    }
    draw_list(
        "promotions",
        columns,
        select_promotions,
        icon=":material/sell:",
        open_new=lambda: _new_dialog(today),
        draw_one=lambda promotion_id: _draw_one(promotion_id, today),
        words=lambda rows: _in_words(rows, today),
    )
    with session.part():
        draw_effects()


def _in_words(rows: pd.DataFrame, today: date) -> pd.DataFrame:
    shown = rows.copy()
    shown["state"] = [
        t(f"promotions.state_{_state(row, today).value}") for row in rows.to_dict("records")
    ]
    shown["account"] = rows["account"].fillna(t("promotions.everywhere"))
    return shown


def _state(row: dict[Any, Any], today: date) -> PromotionState:
    if not pd.isna(row["cancelled_at"]):
        return PromotionState.CANCELLED
    if today < row["starts_on"]:
        return PromotionState.PLANNED
    return PromotionState.RUNNING if today <= row["ends_on"] else PromotionState.OVER


def _draw_one(promotion_id: int, today: date) -> None:
    found = session.read(lambda conn: read_promotion(conn, promotion_id))
    state = found.state(today)
    allowed = session.may(Permission.CATALOG_EDIT) and state is not PromotionState.CANCELLED
    with st.container(border=True):
        st.subheader(plain(found.name), anchor=False)
        st.markdown(f":gray-badge[{md(f'promotions.state_{state.value}')}]")
        with st.form(f"promotion_{found.id}_{found.version}", border=False):
            wanted, codes = _fields(found, f"promotion_{found.id}", today, disabled=not allowed)
            sent = st.form_submit_button(md("shell.save"), type="primary", disabled=not allowed)
        expectation(float(found.discount_percent))
        if sent:
            run_act(
                lambda tx, actor, _now, _key: _change(tx, actor, found, wanted, codes),
                name=f"promotion_{found.id}",
                done=lambda _: md("catalog.saved", name=found.name),
            )
        if allowed and state in (PromotionState.PLANNED, PromotionState.RUNNING):
            _cancel_button(found, state, today)


def _cancel_button(found: Promotion, state: PromotionState, today: date) -> None:
    running = state is PromotionState.RUNNING
    label = t("promotions.end_today") if running else t("promotions.cancel")
    if st.button(label, key=f"promotion_cancel_{found.id}", icon=":material/event_busy:"):
        confirm(
            f"promotion_cancel_{found.id}",
            label,
            md(
                "promotions.end_warning" if running else "promotions.cancel_warning",
                name=found.name,
                count=len(found.sku_ids),
            ),
            label,
            lambda tx, actor, now, _key: cancel_promotion(
                tx, actor, found.id, version=found.version, today=today, now=now
            ),
            done=lambda _: md("promotions.cancelled_done", name=found.name),
        )


def _new_dialog(today: date) -> None:
    @st.dialog(t("catalog.new_promotion"), width="medium")
    def ask() -> None:
        which = str(
            st.segmented_control(
                md("promotions.which"),
                WHICH,
                default=WHICH[0],
                required=True,
                format_func=lambda one: t(f"promotions.which_{one}"),
                key="promotion_which",
            )
        )
        category = None
        if which == "category":
            category = st.selectbox(
                md("promotions.category_of"),
                session.cached("promotion_categories", categories_in_use),
                key="promotion_category",
            )
        with st.form("promotion_new", border=False):
            wanted, codes = _fields(
                None, "promotion_new", today, disabled=False, listed_skus=which == "codes"
            )
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if which != "codes":
            st.caption(md("promotions.scope_hint"))
        expectation(float(wanted["discount_percent"]))
        if sent:
            run_act(
                lambda tx, actor, _now, key: _create(
                    tx, actor, wanted, _chosen(tx, which, codes, category, wanted), key
                ),
                name="promotion_new",
                done=lambda count: md(
                    "promotions.planned_for", name=str(wanted["name"]), count=count
                ),
            )

    ask()


def _fields(
    found: Promotion | None,
    prefix: str,
    today: date,
    *,
    disabled: bool,
    listed_skus: bool = True,
) -> tuple[dict[str, Any], str]:
    names = session.cached("promotion_accounts", account_names)
    accounts = {EVERYWHERE: t("promotions.everywhere"), **names}
    options: dict[str, Any] = {"disabled": disabled}
    with field_grid():
        name = st.text_input(
            md("promotions.name"), found.name if found else "", key=f"{prefix}_name", **options
        )
        listed = list(accounts)
        account = st.selectbox(
            md("promotions.channel"),
            listed,
            index=listed.index(found.account_id or EVERYWHERE) if found else 0,
            format_func=lambda value: accounts[value],
            key=f"{prefix}_account",
            **options,
        )
        first = found.starts_on if found else today + timedelta(days=USUAL_DAYS)
        last = found.ends_on if found else first + timedelta(days=USUAL_DAYS - 1)
        starts_on = day_field(md("promotions.starts_on"), first, key=f"{prefix}_from", **options)
        ends_on = day_field(md("promotions.ends_on"), last, key=f"{prefix}_to", **options)
    percent = st.number_input(
        md("promotions.discount"),
        0.0,
        100.0,
        float(found.discount_percent) if found else USUAL_PERCENT,
        step=5.0,
        key=f"{prefix}_percent",
        **options,
    )
    codes = (
        ""
        if not listed_skus
        else st.text_area(
            md("promotions.skus_help"),
            "\n".join(found.sku_codes) if found else st.query_params.get("sku", ""),
            key=f"{prefix}_skus",
            height=120,
            **options,
        )
    )
    return {
        "name": name,
        "account_id": account or None,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "discount_percent": Decimal(str(round(percent, 2))),
    }, codes


def _change(tx: Writing, actor: Actor, found: Promotion, wanted: dict[str, Any], codes: str) -> int:
    ids = _typed(tx, codes)
    return change_promotion(tx, actor, found.id, wanted, version=found.version, sku_ids=ids)


def _create(tx: Writing, actor: Actor, wanted: dict[str, Any], ids: Sequence[int], key: str) -> int:
    """How many SKUs the new promotion has."""
    new = NewPromotion(key=f"screen:{key}", sku_ids=ids, **wanted)
    create_promotions(tx, actor, [new])
    return len(ids)


def _chosen(
    conn: Reading, which: str, codes: str, category: str | None, wanted: dict[str, Any]
) -> Sequence[int]:
    """The listed SKUs, or those of a category or of everything that the channel sells."""
    if which == "codes":
        return _typed(conn, codes)
    found = promotion_scope(
        conn,
        account_id=wanted["account_id"],
        category=category if which == "category" else None,
    )
    if not found:
        raise Invalid("promotion_scope_empty", field="sku")
    return found


def _typed(conn: Reading, codes: str) -> list[SkuId]:
    """The SKUs of a typed list."""
    typed = _SEPARATORS.split(codes)
    listed = list(dict.fromkeys(code.strip() for code in typed if code.strip()))
    if not listed:
        raise Invalid("promotion_without_skus", field="sku")
    if len(listed) > MOST_CODES:
        raise Invalid("out_of_range", field="sku", value=len(listed), least=1, most=MOST_CODES)
    return skus_named(conn, listed)
