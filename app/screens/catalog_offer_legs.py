"""The way of an offer on screen: its legs by ship method, and a form to state them. Draws only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

import streamlit as st

from app import session
from app.i18n import country as country_name
from app.i18n import day, md, plain, t
from app.widgets import field_grid
from app.widgets_acts import run_act
from inventory_core.catalog.locations import countries_with_warehouses
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.trade.offer_legs import EVERYWHERE, OfferLeg, destinations_of, stated_for
from inventory_core.trade.offer_terms import Offer, offer_arrival_on, offers
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


@dataclass(frozen=True, slots=True)
class Way:
    """What a form states: the legs by one ship method, everywhere or into one country."""

    method: ShipMethod
    country: str = EVERYWHERE


def draw_way(found: Offer, today: date) -> None:
    """The legs in one line for each ship method and country, and when goods ordered today would
    come.
    """
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
    if not found.legs:
        st.markdown(f":gray[{md('catalog.legs_none')}]")
    for country in (EVERYWHERE, *destinations_of(found.legs)):
        own = [leg for leg in found.legs if leg.destination == country]
        for method in dict.fromkeys(leg.ship_method for leg in own):
            _draw_line(found, method, country)
        if own or country == EVERYWHERE:
            on = day(offer_arrival_on(found, today, country=country))
            words = "catalog.arrives_into" if country else "catalog.arrives"
            st.markdown(md(words, day=on, country=country_name(country)))


def _draw_line(found: Offer, method: str, country: str) -> None:
    """One way; into a country what was stated for it stands out."""
    legs = [leg for leg in found.legs_into(country) if leg.ship_method == method]
    told = [md("catalog.leg", kind=t(f"catalog.leg_{leg.kind}"), days=leg.days) for leg in legs]
    shown = [
        f"**{words}**" if leg.destination else words for leg, words in zip(legs, told, strict=True)
    ]
    way_words = plain(_way_words(method, country))
    st.markdown(t("catalog.leg_line", method=way_words, legs=" → ".join(shown)))


def _way_words(method: str, country: str) -> str:
    words = t(f"ship_method.{method}")
    if not country:
        return words
    return t("catalog.way_into", method=words, country=country_name(country))


def _destination_words(country: str) -> str:
    return country_name(country) if country else t("catalog.everywhere")


def _dialog(found: Offer, today: date) -> None:
    here = session.read(countries_with_warehouses)
    countries = sorted({*here, *destinations_of(found.legs)})

    @st.dialog(t("catalog.state_legs"))
    def ask() -> None:
        st.caption(md("catalog.state_legs_help"))
        st.caption(md("catalog.legs_in_all", days=found.lead_time_days))
        with field_grid():
            method = st.selectbox(
                md("purchases.ship_method"),
                list(ShipMethod),
                format_func=lambda one: t(f"ship_method.{one}"),
                key=f"legs_method_{found.id}",
            )
            country = st.selectbox(
                md("catalog.destination"),
                [EVERYWHERE, *countries],
                format_func=_destination_words,
                help=md("catalog.destination_help"),
                key=f"legs_country_{found.id}",
            )
        name = f"legs_{found.id}_{found.version}"
        chosen = Way(ShipMethod(method or ShipMethod.SEA), country or EVERYWHERE)
        known = legs_known(found, chosen)
        prefix = f"{name}_{chosen.method}_{chosen.country}"
        with st.form(prefix, border=False):
            days = _fields(known, found.lead_time_days, prefix)
            freight = _freight(list(known.values()), found.currency, f"{prefix}_freight")
            everywhere = st.checkbox(
                md("catalog.legs_everywhere", supplier=found.supplier_name), key=f"{name}_all"
            )
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent:
            run_act(
                lambda tx, actor, _now, _key: _write(
                    tx, actor, found, chosen, (days, freight), everywhere, today
                ),
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


def legs_known(found: Offer, way: Way) -> dict[str, OfferLeg]:
    """The legs of a way as they hold today, by kind."""
    return {leg.kind: leg for leg in found.legs_into(way.country) if leg.ship_method == way.method}


def _write(
    tx: Writing,
    actor: Actor,
    found: Offer,
    way: Way,
    said: tuple[Mapping[LegKind, int], Decimal | None],
    everywhere: bool,
    today: date,
) -> int:
    """This way for the offer, and its days for every offer of the supplier where that was asked.

    Answers how many offers have them now.
    """
    wanted = [found]
    if everywhere:
        wanted = [one for one in offers(tx, None, today) if one.supplier_id == found.supplier_id]
    days, freight = said
    usual = legs_known(found, way)
    for one in wanted:
        if one.id == found.id:
            legs = with_freight(_stated(way, days, usual), freight)
        else:
            unpaid = {kind: replace(leg, unit_freight=Decimal(0)) for kind, leg in usual.items()}
            legs = _stated(way, days, unpaid | legs_known(one, way))
        changes: dict[str, Any] = {"legs": beside_others(one, way, legs)}
        change_offer(tx, actor, one.id, changes, version=one.version)
    return len(wanted)


def _stated(way: Way, days: Mapping[LegKind, int], known: Mapping[str, OfferLeg]) -> list[OfferLeg]:
    """The legs that take a day or more; freight, spread and calendar of known ones stay."""
    return [
        replace(known[kind], leg_no=place, days=count)
        if kind in known
        else OfferLeg(way.method, place, kind, count)
        for place, (kind, count) in enumerate(days.items(), 1)
        if count
    ]


def beside_others(one: Offer, way: Way, legs: Sequence[OfferLeg]) -> list[OfferLeg]:
    """All legs of the offer where this way is to be `legs`; what it says of other ways stays."""
    of_method = [leg for leg in one.legs if leg.ship_method == way.method]
    kept = [
        leg for leg in one.legs if (leg.ship_method, leg.destination) != (way.method, way.country)
    ]
    if not way.country:
        return [*kept, *(replace(leg, destination=EVERYWHERE) for leg in legs)]
    general = [leg for leg in of_method if leg.destination == EVERYWHERE]
    return [*kept, *stated_for(legs, general, way.country)]
