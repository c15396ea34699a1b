"""The way of an offer on screen: its legs by ship method, and a form to state them. Draws only."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

import streamlit as st

from app import session
from app.i18n import day, md, t
from app.widgets import field_grid
from app.widgets_acts import run_act
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.trade.offer_terms import Offer, OfferLeg, offer_arrival_on, offers
from inventory_core.trade.offers import change_offer
from inventory_core.vocabulary import LegKind, ShipMethod

# What a way by sea usually takes, as a first draft of what somebody states.
USUAL_DAYS = {
    LegKind.PRODUCTION: 20,
    LegKind.QUALITY: 2,
    LegKind.BOOKING: 5,
    LegKind.TRANSPORT: 28,
    LegKind.CUSTOMS: 3,
    LegKind.CHECK_IN: 5,
}


def draw_way(found: Offer, today: date) -> None:
    """The legs in one line for each ship method, and when goods ordered today would come."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{md('catalog.legs')}**", width="content")
        st.space("stretch")
        if st.button(
            md("catalog.state_legs"),
            key=f"legs_{found.id}",
            icon=":material/timeline:",
            type="tertiary",
            disabled=not session.may(Permission.CATALOG_EDIT),
        ):
            _dialog(found, today)
    for method in found.ship_methods:
        legs = " → ".join(
            t("catalog.leg", kind=t(f"catalog.leg_{leg.kind}"), days=leg.days)
            for leg in found.legs
            if leg.ship_method == method
        )
        st.markdown(md("catalog.leg_line", method=t(f"ship_method.{method}"), legs=legs))
    if not found.legs:
        st.markdown(f":gray[{md('catalog.legs_none')}]")
    st.markdown(md("catalog.arrives", day=day(offer_arrival_on(found, today))))


def _dialog(found: Offer, today: date) -> None:
    @st.dialog(t("catalog.state_legs"))
    def ask() -> None:
        st.caption(md("catalog.state_legs_help"))
        st.caption(md("catalog.legs_in_all", days=found.lead_time_days))
        method = st.selectbox(
            md("purchases.ship_method"),
            list(ShipMethod),
            format_func=lambda one: t(f"ship_method.{one}"),
            key=f"legs_method_{found.id}",
        )
        name = f"legs_{found.id}_{found.version}"
        chosen = ShipMethod(method or ShipMethod.SEA)
        known = {leg.kind: leg for leg in found.legs if leg.ship_method == chosen}
        with st.form(f"{name}_{chosen}", border=False):
            days = _fields(known, found.lead_time_days, f"{name}_{chosen}")
            freight = _freight(list(known.values()), found.currency, f"{name}_{chosen}_freight")
            everywhere = st.checkbox(
                md("catalog.legs_everywhere", supplier=found.supplier_name), key=f"{name}_all"
            )
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent:
            legs = with_freight(_stated(chosen, days, known), freight)
            run_act(
                lambda tx, actor, _now, _key: _write(tx, actor, found, legs, everywhere, today),
                name=name,
                done=lambda count: md("catalog.legs_saved", count=count),
            )

    ask()


def _fields(known: dict[str, OfferLeg], in_all: int, prefix: str) -> dict[LegKind, int]:
    days: dict[LegKind, int] = {}
    draft = {kind: leg.days for kind, leg in known.items()} or drafted_days(in_all)
    with field_grid():
        for kind in LegKind:
            days[kind] = int(
                st.number_input(
                    md(f"legs.{kind}"), 0, 365, draft.get(kind, 0), step=1, key=f"{prefix}_{kind}"
                )
            )
    return days


def drafted_days(in_all: int) -> dict[str, int]:
    """The days that an offer states, split over the legs as a way by sea usually is."""
    usual = list(USUAL_DAYS.values())
    ends = [round(in_all * passed / sum(usual)) for passed in accumulate(usual)]
    return {
        kind: end - start for kind, start, end in zip(USUAL_DAYS, [0, *ends], ends, strict=False)
    }


def _freight(known: Sequence[OfferLeg], currency: str, key: str) -> Decimal | None:
    """Freight of one unit by this way; None where its legs are paid in several currencies."""
    paid_in = {leg.currency or currency for leg in known if leg.unit_freight} or {currency}
    if len(paid_in) > 1:
        return None
    typed = st.number_input(
        md("catalog.legs_freight", currency=paid_in.pop()),
        0.0,
        value=float(sum(leg.unit_freight for leg in known)),
        format="%.2f",
        help=md("catalog.legs_freight_help"),
        key=key,
    )
    return Decimal(str(round(typed, 6)))


def with_freight(legs: Sequence[OfferLeg], unit_freight: Decimal | None) -> list[OfferLeg]:
    """The legs with this freight in all; where it is another one it lies on the journey."""
    if not legs or unit_freight in (None, sum(leg.unit_freight for leg in legs)):
        return list(legs)
    assert unit_freight is not None, "the legs stay as they are without one"
    currency = next((leg.currency for leg in legs if leg.unit_freight), None)
    bare = [replace(leg, unit_freight=Decimal(0)) for leg in legs]
    longest = max(bare, key=lambda leg: (leg.kind == LegKind.TRANSPORT, leg.days))
    paid = replace(longest, unit_freight=unit_freight, currency=currency)
    return [paid if leg is longest else leg for leg in bare]


def _stated(
    method: ShipMethod, days: dict[LegKind, int], known: dict[str, OfferLeg]
) -> list[OfferLeg]:
    """The legs that take a day or more; freight, spread and calendar of known ones stay."""
    return [
        replace(known[kind], leg_no=place, days=count)
        if kind in known
        else OfferLeg(method, place, kind, count)
        for place, (kind, count) in enumerate(days.items(), 1)
        if count
    ]


def _write(
    tx: Writing,
    actor: Actor,
    found: Offer,
    legs: Sequence[OfferLeg],
    everywhere: bool,
    today: date,
) -> int:
    """This way for the offer, and its days for every offer of the supplier where that was asked.

    Answers how many offers have them now.
    """
    wanted = [found]
    if everywhere:
        wanted = [one for one in offers(tx, None, today) if one.supplier_id == found.supplier_id]
    for one in wanted:
        own = one.id == found.id
        changes: dict[str, Any] = {"legs": _beside_others(one, legs, own_freight=not own)}
        change_offer(tx, actor, one.id, changes, version=one.version)
    return len(wanted)


def _beside_others(one: Offer, legs: Sequence[OfferLeg], *, own_freight: bool) -> list[OfferLeg]:
    methods = {leg.ship_method for leg in legs}
    own = {(leg.ship_method, leg.kind): leg for leg in one.legs}
    kept = [leg for leg in one.legs if leg.ship_method not in methods]
    if not own_freight:
        return [*kept, *legs]
    return kept + [
        replace(own[leg.ship_method, leg.kind], leg_no=leg.leg_no, days=leg.days)
        if (leg.ship_method, leg.kind) in own
        else replace(leg, unit_freight=leg.unit_freight * 0)
        for leg in legs
    ]
