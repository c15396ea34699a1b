"""Shared limits on the buyer's list: how full they are, what they changed, and the form for them.

Shows budget left, container fill and supplier minimums before the click. Decides no quantity.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import day, md, money, number, reader_language, t
from app.screens.replenish_limit_form import manage_limits
from app.widgets_tables import Name, Text, Units, table
from inventory_core.db.engine import Reading
from inventory_core.office.actors import Permission
from inventory_core.planning.limit_use import LimitUse, limit_uses, order_minimums
from inventory_core.planning.plan_limits import newest_report
from inventory_core.vocabulary import PlanLimitKind

# Below this return per unit, more of a limit would bring nothing worth a sentence.
LEAST_SHADOW = 0.005
MOST_NAMED = 5
_LEFT_OUT = ("minimum", "minimum_far")


def draw_limits(run: Mapping[str, Any]) -> None:
    """A bar for each limit, and what the plan did about them."""
    uses, report = session.cached("plan_limits", _read, run["as_of_on"], int(run["id"]))
    for use in uses:
        st.progress(use.share, text=_bar_words(use))
    if report is not None and report["changed"]:
        for line in _waiting(report["changed"]):
            st.warning(line, icon=":material/shopping_cart_off:")
        with st.expander(changed_title(report), icon=":material/balance:"):
            _changed(report)


def limits_button(run: Mapping[str, Any]) -> None:
    """The button to state a limit."""
    may = session.may(Permission.SETTINGS_EDIT)
    if st.button(
        md("limits.manage"),
        icon=":material/balance:",
        type="tertiary",
        disabled=not may,
        help=None if may else md("limits.no_right"),
    ):
        manage_limits(run["as_of_on"], run["as_of_on"] + timedelta(days=30))


def ticked_words(run: Mapping[str, Any], rows: pd.DataFrame) -> list[str]:
    """What approving these lines would leave of each limit, and which order stays too small."""
    uses, _ = session.cached("plan_limits", _read, run["as_of_on"], int(run["id"]))
    base = session.current().company.base_currency
    words = []
    for use in uses:
        if use.limit.kind is not PlanLimitKind.BUDGET:
            continue
        mine = [
            amount or 0
            for supplier_id, place, method, amount in zip(
                rows["supplier_id"],
                rows["warehouse_id"],
                rows["ship_method"],
                rows["amount_base"].fillna(0),
                strict=True,
            )
            if use.limit.covers(_whole(supplier_id), int(place), method)
        ]
        left = use.whole - use.ordered - Decimal(str(float(sum(mine))))
        words.append(md("limits.left_after", name=use.limit.name, left=money(left, base, digits=0)))
    return words + _too_small(rows)


def limit_note(trace: Mapping[str, Any]) -> str | None:
    """How a limit changed this suggestion, and whose minimum was out of reach before; None where
    neither is so.
    """
    told, passed = trace.get("limits"), trace.get("passed_over")
    words = [] if told is None else [_why(told)]
    if passed is not None:
        words.append(
            t("limits.passed_over", name=passed["supplier"], lacks=_cash(passed.get("lacks")))
        )
    return " ".join(words) or None


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _read(conn: Reading, as_of: date, run_id: int) -> tuple[list[LimitUse], Any]:
    base = session.current().company.base_currency
    return limit_uses(conn, on=as_of, base_currency=base), newest_report(conn, run_id)


def _bar_words(use: LimitUse) -> str:
    base = session.current().company.base_currency
    if use.limit.kind is PlanLimitKind.BUDGET:
        return md(
            "limits.budget_bar",
            name=use.limit.name,
            ordered=money(use.ordered, base, digits=0),
            listed=money(use.listed, base, digits=0),
            whole=money(use.whole, base, digits=0),
            left=money(use.left, base, digits=0),
            until=day(use.limit.ends_on, year=False),
        )
    return md(
        "limits.container_bar",
        name=use.limit.name,
        used=number(use.ordered + use.listed, 1),
        whole=number(use.whole, 1),
        weight=number(use.weight, 0),
        weight_whole=number(use.weight_whole, 0),
        left=number(use.left, 1),
    )


def _waiting(changed: Sequence[Mapping[str, Any]]) -> list[str]:
    """Orders that are not placed because they stay under their minimum: what is missing, what to
    do.
    """
    orders: dict[tuple[str, str, float], list[str]] = {}
    for one in changed:
        if one["code"] in _LEFT_OUT and one.get("lacks"):
            key = one["supplier"], one["warehouse"], one["lacks"]
            orders.setdefault(key, []).append(f"{one['sku']} ({number(one['wanted'])})")
    return [
        md(
            "limits.waits",
            supplier=supplier,
            site=site,
            skus=", ".join(skus[:MOST_NAMED]) + (" …" if len(skus) > MOST_NAMED else ""),
            lacks=_cash(lacks),
        )
        for (supplier, site, lacks), skus in orders.items()
    ]


def _cash(amount: float | None) -> str:
    base = session.current().company.base_currency
    return money(None if amount is None else Decimal(str(amount)), base, digits=0)


def changed_title(report: Mapping[str, Any]) -> str:
    """How many orders became smaller, larger or another supplier's."""
    moved = [one for one in report["changed"] if one["code"] == "minimum_elsewhere"]
    units = [one["units"] for one in report["changed"] if one not in moved]
    counts = {
        "limits.changed_less": sum(each < 0 for each in units),
        "limits.changed_more": sum(each > 0 for each in units),
        "limits.changed_elsewhere": len(moved),
    }
    parts = [md(key, count=number(count)) for key, count in counts.items() if count]
    between = "，" if reader_language() == "zh" else ", "
    return md("limits.changed", parts=between.join(parts))


def _changed(report: Mapping[str, Any]) -> None:
    shown = pd.DataFrame(report["changed"]).assign(why=[_why(o) for o in report["changed"]])
    columns = {
        "sku": Text(t("replenish.sku"), pinned=True, width=92),
        "warehouse": Text(t("replenish.site"), width=72),
        "supplier": Name(t("replenish.supplier"), width=120),
        "wanted": Units(t("limits.wanted"), width=72),
        "quantity": Units(t("limits.quantity"), width=72),
        "why": Text(t("replenish.why"), width=430),
    }
    table(shown, columns, key="limits_changed", height=320)
    base = session.current().company.base_currency
    for limit in report["limits"]:
        if limit["more_brings"] > LEAST_SHADOW:
            key = f"limits.more_{limit['resource']}"
            steps = 1 if limit["resource"] == "volume" else 100
            gain = money(Decimal(str(limit["more_brings"])) * steps, base, digits=0)
            st.caption(md(key, name=limit["name"], currency=base, gain=gain))
    st.caption(md(f"limits.how_{report['how']}"))


def _why(told: Mapping[str, Any]) -> str:
    base = session.current().company.base_currency
    return t(
        f"limits.why_{told['code']}",
        name=told["limit"],
        units=number(abs(told["units"])),
        rank=number(told["rank"]),
        of=number(told["of"]),
        value=number(Decimal(str(told["return_per_cash"])), 2),
        currency=base,
        lacks=_cash(told.get("lacks")),
        reached=_cash(told.get("reached")),
        ahead=number(told.get("ahead_days")),
        days=number(told.get("extra_days")),
        brings=_cash(told.get("extra_value", told.get("value_topped"))),
    )


def _too_small(rows: pd.DataFrame) -> list[str]:
    """Orders of the ticked lines that would stay under their supplier's minimum."""
    minimums = session.cached("order_minimums", order_minimums)
    if not minimums:
        return []
    order = ["supplier_id", "supplier", "warehouse", "currency", "ship_method"]
    priced = rows.assign(total=rows["unit_price"].astype(float) * rows["quantity"])
    words = []
    for one in priced.groupby(order)["total"].sum().reset_index().to_dict("records"):
        minimum = minimums.get(int(one["supplier_id"]))
        known = minimum is not None and minimum[1] == one["currency"]
        if minimum is not None and known and one["total"] < float(minimum[0]):
            words.append(
                md(
                    "limits.too_small",
                    supplier=str(one["supplier"]),
                    site=str(one["warehouse"]),
                    total=money(one["total"], one["currency"], digits=0),
                    minimum=money(minimum[0], one["currency"], digits=0),
                )
            )
    return words
