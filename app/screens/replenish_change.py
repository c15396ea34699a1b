"""A suggestion changed by hand before it is approved: what that breaks is said before the click.

Draws the dialog, one sentence for each rule with the nearest quantity that fits as a button. The
rules stand in `planning/order_fit`; the command checks them again.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app import session
from app.i18n import md, money, number, plain, t
from app.screens.replenish_acts import approve_now, said
from app.sites import site_words
from app.widgets import Told
from app.widgets_acts import form_key, run_act
from inventory_core.clock import business_day, utc_now
from inventory_core.db.engine import Reading
from inventory_core.desk.decisions import Choice, Decision
from inventory_core.errors import Conflict
from inventory_core.planning.joint_units import JointUnits
from inventory_core.planning.order_room import purchase_fit, sending_fit
from inventory_core.planning.order_rules import Breach, Fit
from inventory_core.planning.release import Shown
from inventory_core.trade.offer_terms import Offer, offers
from inventory_core.trade.price_breaks import unit_price_at

Said = Callable[[Sequence[Decision] | Conflict], Told]


def change_order(shown: Shown) -> None:
    """Ask for another quantity or supplier, and say what it breaks."""

    @st.dialog(t("replenish.change_title"))
    def ask() -> None:
        st.markdown(f"**{plain(shown.sku_code)}** · {plain(site_words(shown.warehouse_code))}")
        found = session.read(lambda conn: _offers(conn, shown.sku_id))
        by_id = {offer.id: offer for offer in found}
        picked = st.selectbox(
            md("replenish.supplier"),
            list(by_id),
            index=next((i for i, o in enumerate(found) if o.id == shown.offer_id), 0),
            format_func=lambda offer_id: offer_words(by_id[offer_id], shown),
            key=f"change_offer_{shown.id}",
        )
        offer = by_id[picked]
        beside = session.read(lambda conn: _beside(conn, shown, offer))
        fit = session.read(lambda conn: _purchase_fit(conn, shown, offer, beside))
        step = offer.pallet_quantity or offer.order_multiple
        terms = md("replenish.terms", moq=number(offer.moq), multiple=number(step))
        if beside:
            st.caption(md("replenish.beside", units=number(beside)))
        _asked(shown, fit, offer, step=step, help=terms, done=said, beside=beside)

    ask()


def change_transfer(shown: Shown, done: Said) -> None:
    """Ask for another quantity to send, and say what it breaks."""

    @st.dialog(t("sending.change_title"))
    def ask() -> None:
        route = f"{plain(site_words(shown.from_code))} → {plain(site_words(shown.warehouse_code))}"
        st.markdown(f"**{plain(shown.sku_code)}** · {route}")
        fit = session.read(lambda conn: sending_fit(conn, shown))
        _asked(shown, fit, None, step=fit.steps[0], help=None, done=done)

    ask()


def _asked(
    shown: Shown,
    fit: Fit,
    offer: Offer | None,
    *,
    step: int,
    help: str | None,
    done: Said,
    beside: int = 0,
) -> None:
    """The quantity, its breaches, and the button: quiet where a hard rule is broken."""
    offer_id = int(offer.id) if offer else None
    key = f"change_quantity_{shown.id}"
    st.session_state.setdefault(key, shown.quantity)
    quantity = int(st.number_input(md("replenish.quantity"), 1, step=step, key=key, help=help))
    changed = (quantity, offer_id) != (shown.quantity, shown.offer_id)
    breaches = fit.breaches(quantity) if changed else []
    offered: set[int | None] = {None}
    for breach in breaches:
        _draw_breach(breach, key, button=breach.nearest not in offered)
        offered.add(breach.nearest)
    soft = tuple(breach.rule for breach in breaches if breach.soft)
    blocked = any(breach.hard for breach in breaches)
    if soft and not blocked:
        mark = f"despite_{key}_{quantity}_{offer_id}"
        blocked = not st.checkbox(md("limits.despite"), key=mark)
    name = f"change_{shown.id}_{shown.revision}"
    label = _button_words(offer, quantity, beside) if offer else md("sending.approve_changed")
    if st.button(label, type="primary", key=f"go_{form_key(name)}", disabled=blocked):
        run_act(
            lambda tx, actor, now, made: approve_now(
                tx,
                actor,
                now,
                [Choice(shown.id, shown.revision, made, quantity, offer_id, despite=soft)],
            ),
            name=name,
            done=done,
        )


def _button_words(offer: Offer, quantity: int, beside: int) -> str:
    """What the click orders, at the price of this quantity and of what goes along."""
    price = unit_price_at(offer.prices, quantity + beside)
    amount = None if price is None else price * quantity
    return md("replenish.approve", quantity=number(quantity), amount=money(amount, offer.currency))


def _draw_breach(breach: Breach, key: str, *, button: bool) -> None:
    """One sentence, and the nearest quantity that fits as a button where it is a new one."""
    words, place = st.columns([3, 1], vertical_alignment="center", wrap=False)
    icon = ":orange[:material/warning:]" if breach.soft else ":gray[:material/info:]"
    if breach.hard:
        icon = ":red[:material/block:]"
    words.markdown(f"{icon} {breach_words(breach)}")
    if button and breach.nearest is not None:
        place.button(
            md("limits.take", quantity=number(breach.nearest)),
            key=f"take_{breach.rule}_{key}",
            on_click=_take,
            args=(key, breach.nearest),
            width="stretch",
        )


def _take(key: str, quantity: int) -> None:
    st.session_state[key] = quantity


def breach_words(breach: Breach) -> str:
    """What a quantity breaks, in a sentence."""
    base = session.current().company.base_currency
    told: dict[str, Any] = dict(breach.told)
    currency = told.pop("currency", base)
    shown = {name: _figure(name, value, base, currency) for name, value in told.items()}
    return md(f"limits.break_{breach.rule}", **shown)


def _figure(name: str, value: Any, base: str, currency: str) -> str:
    if isinstance(value, str):
        return value
    if name in ("price", "now"):
        return money(value, currency)
    if name in ("over", "left", "lacks"):
        return money(value, base, digits=0)
    return number(value, 1 if name in ("volume", "weight") else 0)


def _purchase_fit(conn: Reading, shown: Shown, offer: Offer, beside: int) -> Fit:
    company = session.current().company
    today = business_day(utc_now(), company.time_zone)
    base = company.base_currency
    return purchase_fit(conn, shown, offer, today=today, base_currency=base, beside=beside)


def _beside(conn: Reading, shown: Shown, offer: Offer) -> int:
    return JointUnits(conn, [shown.sku_id]).beside(shown.id, offer.id)


def _offers(conn: Reading, sku_id: int) -> list[Offer]:
    today = business_day(utc_now(), session.current().company.time_zone)
    return offers(conn, [sku_id], today)


def offer_words(offer: Offer, shown: Shown) -> str:
    """Supplier and prices, from few to many; the days of the plan where it is the offer planned
    with, else those that the supplier states.
    """
    prices = [money(price, offer.currency) for _, price in offer.prices]
    price = " – ".join(dict.fromkeys([prices[0], prices[-1]])) if prices else "—"
    planned = (shown.trace.get("lead_time") or {}).get("days_with_closures")
    if offer.id != shown.offer_id or planned is None:
        return t(
            "replenish.offer_words",
            supplier=offer.supplier_name,
            price=price,
            days=number(offer.lead_time_days),
        )
    return t(
        "replenish.offer_words_planned",
        supplier=offer.supplier_name,
        price=price,
        days=number(planned),
    )
