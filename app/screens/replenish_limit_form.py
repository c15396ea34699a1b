"""The form for budgets and containers: one at a time, new or known. Decides only what is asked."""

from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from app import session
from app.i18n import md, t
from app.screens.settings import CURRENCIES
from app.sites import site_label
from app.widgets import day_field, field_grid
from app.widgets_acts import form_key, run_act
from inventory_core.catalog.locations import warehouses
from inventory_core.db.engine import Reading
from inventory_core.planning.plan_limits import (
    CONTAINERS,
    NewPlanLimit,
    PlanLimit,
    change_plan_limit,
    create_plan_limit,
    plan_limits,
)
from inventory_core.trade.suppliers import suppliers
from inventory_core.vocabulary import PlanLimitKind, ShipMethod


def manage_limits(first_on: date, last_on: date) -> None:
    """Choose a limit or a new one, fill it in, save; it holds from the next planning on."""

    @st.dialog(t("limits.title"))
    def ask() -> None:
        known = {limit.id: limit for limit in session.read(plan_limits)}
        picked = st.selectbox(
            md("limits.which"),
            [0, *known],
            format_func=lambda i: known[i].name if i else t("limits.new"),
            key="limit_which",
        )
        limit = known.get(picked)
        kinds = list(PlanLimitKind)
        kind = limit.kind if limit else None
        if kind is None:
            kind = st.radio(
                md("limits.kind"),
                kinds,
                format_func=lambda one: t(f"limits.kind_{one.value}"),
                horizontal=True,
                key="limit_kind",
            )
        prefix = f"limit_{picked}_{kind.value}"
        new = _fields(limit, kind, prefix, first_on, last_on)
        st.caption(md("limits.holds_from"))
        if st.button(md("shell.save"), type="primary", key=f"go_{form_key(prefix)}"):
            run_act(
                lambda tx, actor, now, key: (
                    create_plan_limit(tx, actor, new)
                    if limit is None
                    else change_plan_limit(tx, actor, limit.id, new, version=limit.version)
                ),
                name=prefix,
                done=lambda _: md("limits.saved", name=new.name),
            )

    ask()


def _fields(
    limit: PlanLimit | None, kind: PlanLimitKind, prefix: str, first_on: date, last_on: date
) -> NewPlanLimit:
    name = st.text_input(
        md("limits.name"), limit.name if limit else t(f"limits.name_{kind.value}"), max_chars=80,
        key=f"{prefix}_name",
    )  # fmt: skip
    partners, places = session.read(_partners)
    partner_ids = [None, *partners] if kind is PlanLimitKind.BUDGET else list(partners)
    place_ids = [None, *places]
    with field_grid():
        supplier_id = st.selectbox(
            md("replenish.supplier"),
            partner_ids,
            index=_place(partner_ids, limit.supplier_id if limit else None),
            format_func=lambda i: partners[i] if i else t("scope.all_suppliers"),
            key=f"{prefix}_supplier",
        )
        warehouse_id = st.selectbox(
            md("replenish.site"),
            place_ids,
            index=_place(place_ids, limit.warehouse_id if limit else None),
            format_func=lambda i: places[i] if i else t("scope.all_sites"),
            key=f"{prefix}_site",
        )
    facts: dict[str, Any] = {"supplier_id": supplier_id, "warehouse_id": warehouse_id}
    if kind is PlanLimitKind.BUDGET:
        facts |= _budget(limit, prefix, first_on, last_on)
    else:
        facts |= _container(limit, prefix)
    active = st.checkbox(
        md("limits.active"), limit.active if limit else True, key=f"{prefix}_active"
    )
    return NewPlanLimit(kind=kind, name=name, active=active, **facts)


def _budget(limit: PlanLimit | None, prefix: str, first_on: date, last_on: date) -> dict[str, Any]:
    base = session.current().company.base_currency
    listed = list(dict.fromkeys(((limit and limit.currency) or base, base, *CURRENCIES)))
    with field_grid():
        amount = st.number_input(
            md("limits.amount"),
            min_value=0.0,
            value=float(limit.amount or 0) if limit else 100_000.0,
            step=1_000.0,
            format="%.0f",
            key=f"{prefix}_amount",
        )
        return {
            "amount": Decimal(str(round(amount, 2))),
            "currency": st.selectbox(md("catalog.currency"), listed, key=f"{prefix}_currency"),
            "starts_on": day_field(
                md("limits.from"), (limit and limit.starts_on) or first_on, key=f"{prefix}_from"
            ),
            "ends_on": day_field(
                md("limits.to"), (limit and limit.ends_on) or last_on, key=f"{prefix}_to"
            ),
        }


def _container(limit: PlanLimit | None, prefix: str) -> dict[str, Any]:
    sizes = [*CONTAINERS, "LCL"]
    methods = [method.value for method in ShipMethod]
    with field_grid():
        size = st.selectbox(
            md("limits.size"),
            sizes,
            index=_size_of(limit, sizes),
            format_func=lambda code: t("limits.lcl") if code == "LCL" else code,
            key=f"{prefix}_size",
        )
        method = st.selectbox(
            md("replenish.ship"),
            methods,
            index=_place(methods, limit.ship_method if limit else "sea"),
            format_func=lambda code: t(f"ship.{code}"),
            key=f"{prefix}_method",
        )
        volume, weight = CONTAINERS.get(size, (Decimal(10), Decimal(5000)))
        if size == "LCL":
            known = limit is not None and limit.volume_m3 is not None
            volume = limit.volume_m3 if known and limit and limit.volume_m3 else volume
            weight = limit.weight_kg if known and limit and limit.weight_kg else weight
            volume = Decimal(str(st.number_input(
                md("limits.volume"), 0.1, 1000.0, float(volume), key=f"{prefix}_volume"
            )))  # fmt: skip
            weight = Decimal(str(st.number_input(
                md("limits.weight"), 1.0, 100_000.0, float(weight), key=f"{prefix}_weight"
            )))  # fmt: skip
        count = st.number_input(
            md("limits.containers"),
            1,
            100,
            (limit.containers or 1) if limit else 1,
            key=f"{prefix}_count",
        )
    fill = st.checkbox(md("limits.fill"), limit.fill if limit else True, key=f"{prefix}_fill")
    return {
        "ship_method": method,
        "volume_m3": volume,
        "weight_kg": weight,
        "containers": int(count),
        "fill": fill,
    }


def _size_of(limit: PlanLimit | None, sizes: list[str]) -> int:
    if limit is None:
        return sizes.index("40HQ")
    known = [code for code, (volume, _) in CONTAINERS.items() if volume == limit.volume_m3]
    return sizes.index(known[0] if known else "LCL")


def _place(options: list[Any], value: Any) -> int:
    return options.index(value) if value in options else 0


def _partners(conn: Reading) -> tuple[dict[int, str], dict[int, str]]:
    partners = {int(one.id): one.name for one in suppliers(conn) if one.active}
    return partners, {int(place.id): site_label(place) for place in warehouses(conn)}
