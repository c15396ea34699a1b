"""Stock that will not sell in good time: clear it or promote it, with the reasons. Draws only.

Advice, not an act: nothing is ordered or repriced here; the list can be taken along as a file.
"""

import pandas as pd
import streamlit as st

from app import session
from app.i18n import day, in_language, md, money, number, percent, plain, t
from app.sites import site_words
from app.two_languages import own_first
from app.widgets_tables import Column, Percent, Text, Units, export_button, goods_column, table
from app.widgets_tables import Decimal as Money
from forecasting.clearance import HORIZON_DAYS, MOST_WAIT_DAYS
from forecasting.clearance_reading import SlowStock, slow_stock

KEPT_SECONDS = 300.0
ANY_PRICE = 0.995


def slow_table(warehouse_ids: tuple[int, ...], category: str | None) -> None:
    """Most money locked first; a sentence where everything sells in good time."""
    st.subheader(md("slow.title"), anchor=False)
    found = session.cached("slow_stock", slow_stock, ttl=KEPT_SECONDS)
    if warehouse_ids:
        found = [one for one in found if one.lying.warehouse_id in warehouse_ids]
    if category:
        found = [one for one in found if one.category == category]
    if not found:
        st.caption(md("slow.none", days=number(HORIZON_DAYS)))
        return
    base = session.current().company.base_currency
    st.markdown(
        md(
            "slow.sentence",
            count=number(len(found)),
            locked=money(sum(one.advice.locked for one in found), base, digits=0),
            month=money(sum(one.advice.holding_month for one in found), base, digits=0),
            days=number(HORIZON_DAYS),
        )
    )
    frame = pd.DataFrame([_row(one) for one in found])
    columns = _columns(base)
    st.markdown(f":small[:gray[{md('slow.hint')}]]")
    ticked = table(frame, columns, key="slow_stock", select="one", height=360)
    # Below the list: on a phone the list's own tools would lie over it.
    export_button(frame, columns | _more(base), name="slow_stock")
    st.markdown(_reasons(found[ticked[0] if ticked else 0], base))
    st.caption(md("slow.note", most=number(MOST_WAIT_DAYS)))


def _columns(base: str) -> dict[str, Column]:
    return {
        "sku": goods_column(pinned=True, width=248),
        "warehouse": Text(t("slow.site"), width=62),
        "action": Text(t("slow.action"), width=62),
        "why": Text(t("slow.why"), width=in_language(en=142, zh=138)),
        "surplus": Units(t("slow.surplus"), width=70),
        "cover": Units(t("slow.cover"), width=84),
        "locked": Money(t("slow.locked", currency=base), digits=0, width=82),
        "month": Money(
            t("slow.month", currency=base), help=t("slow.month_help"), digits=0, width=84
        ),
        "break_even": Percent(
            t("slow.break_even_column"), help=t("slow.break_even_help"), digits=1, width=80
        ),
    }


def _more(base: str) -> dict[str, Column]:
    """What the file says beyond the list on the screen."""
    return {
        "available": Units(t("slow.available")),
        "sells": Units(t("slow.sells", days=number(HORIZON_DAYS))),
        "coming": Units(t("slow.coming")),
        "unit_cost": Money(t("slow.unit_cost", currency=base), digits=4),
    }


def _row(one: SlowStock) -> dict[str, object]:
    advice, lying = one.advice, one.lying
    return {
        "sku": lying.sku,
        "warehouse": lying.warehouse,
        "action": t(f"slow.action_{advice.action}"),
        "why": _why(one),
        "surplus": advice.surplus,
        "cover": None if advice.cover_days is None else round(advice.cover_days),
        "locked": advice.locked,
        "month": advice.holding_month,
        "break_even": advice.break_even,
        "name": lying.name,
        "available": lying.available,
        "sells": advice.sells_at_most,
        "coming": advice.coming,
        "unit_cost": lying.unit_cost,
    }


def _why(one: SlowStock) -> str:
    sold = one.last_sold_on
    if one.advice.reason == "dead":
        return t("slow.why_never") if sold is None else t("slow.why_dead", day=day(sold))
    return t(f"slow.why_{one.advice.reason}")


def _reasons(one: SlowStock, base: str) -> str:
    """One row in sentences: the sum, what keeping it costs, the discount that is worth it."""
    advice, lying = one.advice, one.lying
    notes = [
        md(
            "slow.sum",
            available=number(lying.available),
            sells=number(advice.sells_at_most),
            days=number(advice.horizon_days),
            surplus=number(advice.surplus),
            cost=money(lying.unit_cost, base),
            locked=money(advice.locked, base),
        ),
        md(
            "slow.wait",
            pace=number(advice.per_day * 30, 1),
            wait=number(round(advice.wait_days)),
            share=percent(advice.unsold_share, 0),
        ),
    ]
    if advice.break_even is None or one.selling_price is None:
        notes.append(md("slow.no_price"))
    elif advice.break_even >= ANY_PRICE:
        notes.append(md("slow.any_price"))
    else:
        price = money(one.selling_price, base)
        notes.append(md("slow.break_even", share=percent(advice.break_even, 1), price=price))
    if lying.leaving:
        notes.append(md("slow.leaving", units=number(lying.leaving)))
    if advice.coming:
        notes.append(md("slow.stop_buying", units=number(advice.coming)))
    name, site = plain(own_first(lying.name)), plain(site_words(lying.warehouse))
    head = f"**{plain(lying.sku)}** {name} · {site}"
    return f"{head}\n\n" + "\n".join(f"- {note}" for note in notes)
