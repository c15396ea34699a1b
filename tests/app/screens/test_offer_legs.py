"""Legs of an offer on screen: stated for a country without a code, read again, for whom allowed."""

from dataclasses import replace
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from app.i18n import catalogue, country, t
from app.screens.catalog_offer_legs import Way, beside_others, legs_known
from inventory_core.clock import utc_now
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.offer_legs import OfferLeg
from inventory_core.trade.offer_terms import Offer, offers_by_id
from inventory_core.trade.offers import change_offer
from inventory_core.vocabulary import LegKind, Role, ShipMethod
from tests.app.test_rights import PATIENCE_SECONDS
from tests.browser import Served
from tests.trade.world import World, make_world

WORDS = catalogue("en")
SEA = Way(ShipMethod.SEA)
TO_US = Way(ShipMethod.SEA, "US")
USUAL = [
    OfferLeg("sea", 1, "production", 20),
    OfferLeg("sea", 4, "transport", 28, unit_freight=Decimal("0.5"), currency="USD"),
    OfferLeg("sea", 5, "customs", 3),
]


@pytest.fixture
def world(desk: Served) -> World:
    return make_world(desk.database)


def the_way(offer_id: int, on: str) -> None:
    """A run of the app for the way of one offer."""
    from datetime import date  # noqa: PLC0415 AppTest runs this as a script of its own

    from app import session  # noqa: PLC0415
    from app.screens.catalog_offer_legs import draw_way  # noqa: PLC0415
    from inventory_core.trade.offer_terms import offers_by_id  # noqa: PLC0415

    session.enter()
    today = date.fromisoformat(on)
    found = session.read(lambda conn: offers_by_id(conn, [offer_id], today))
    draw_way(next(iter(found.values())), today)


def opened(desk: Served, offer_id: int, role: Role = Role.OWNER) -> AppTest:
    asked = {"offer_id": offer_id, "on": utc_now().date().isoformat()}
    test = AppTest.from_function(the_way, default_timeout=PATIENCE_SECONDS, kwargs=asked)
    test.session_state["ticket"] = str(desk.ticket(role))
    assert not test.run().exception
    return test


def of(database: Database, offer_id: int) -> Offer:
    with database.reading() as conn:
        [found] = offers_by_id(conn, [offer_id], utc_now().date()).values()
    return found


def with_legs(desk: Served, offer_id: int, legs: list[OfferLeg]) -> Offer:
    found = of(desk.database, offer_id)
    with desk.database.writing() as tx:
        change_offer(tx, SYSTEM, offer_id, {"legs": legs}, version=found.version)
    return of(desk.database, offer_id)


def test_a_longer_way_to_one_country_is_stated_in_the_form(desk: Served, world: World) -> None:
    offer_id = world.offers["LAMP"]
    with_legs(desk, offer_id, USUAL)
    test = opened(desk, offer_id)
    test.button(key=f"legs_{offer_id}").click().run()
    chosen = test.selectbox(key=f"legs_country_{offer_id}")
    assert chosen.options == [WORDS["catalog.everywhere"], country("CN", language="en"),
                              country("US", language="en")]  # fmt: skip
    # A run of the whole page closes the dialog here, so that each answer opens it again.
    chosen.select("US")
    test.button(key=f"legs_{offer_id}").click().run()
    transport = next(one for one in test.number_input if one.label == WORDS["legs.transport"])
    assert transport.value == 28
    transport.set_value(38)
    test.button(key=f"legs_{offer_id}").click()
    save = next(one for one in test.button if one.label == WORDS["shell.save"])
    assert not save.click().run().exception
    found = of(desk.database, offer_id)
    own = [leg for leg in found.legs if leg.destination]
    # The freight that stands everywhere stays on the journey; nothing else was stated anew.
    assert [(leg.kind, leg.days, leg.unit_freight) for leg in own] == [
        ("transport", 38, Decimal("0.5"))]  # fmt: skip
    assert [leg for leg in found.legs if not leg.destination] == USUAL
    told = " ".join(one.value for one in opened(desk, offer_id).markdown)
    way = t("catalog.way_into", language="en", method="sea", country="United States")
    assert way in told
    assert "**transport 38 d**" in told


def test_who_may_not_edit_the_catalog_states_nothing(desk: Served, world: World) -> None:
    offer_id = world.offers["LAMP"]
    test = opened(desk, offer_id, Role.READER)
    assert test.button(key=f"legs_{offer_id}").disabled


def test_legs_everywhere_leave_those_of_a_country_and_nothing_takes_them_away(
    desk: Served, world: World
) -> None:
    to_us = replace(USUAL[1], days=38, destination="US")
    found = with_legs(desk, world.offers["LAMP"], [*USUAL, to_us])
    longer = [replace(leg, days=leg.days + 1) for leg in legs_known(found, SEA).values()]
    assert to_us in beside_others(found, SEA, longer)
    assert to_us not in beside_others(found, TO_US, [])
    same_as_everywhere = list(legs_known(replace(found, legs=tuple(USUAL)), TO_US).values())
    assert set(beside_others(found, TO_US, same_as_everywhere)) == set(USUAL)


def test_what_the_form_shows_of_a_way_is_what_saving_it_unchanged_leaves(
    desk: Served, world: World
) -> None:
    checked = OfferLeg("sea", 2, "quality", 2, destination="US")
    no_customs = OfferLeg("sea", 5, "customs", 0, destination="US")
    found = with_legs(desk, world.offers["LAMP"], [*USUAL, checked, no_customs])
    shown = legs_known(found, TO_US)
    assert list(shown) == ["production", "quality", "transport", "customs"]
    places = {kind.value: place for place, kind in enumerate(LegKind, 1)}
    stated = [replace(leg, leg_no=places[leg.kind]) for leg in shown.values() if leg.days]
    again = replace(found, legs=tuple(beside_others(found, TO_US, stated)))
    assert [(leg.kind, leg.days) for leg in again.legs_into("US")] == [
        (leg.kind, leg.days) for leg in found.legs_into("US")]  # fmt: skip
