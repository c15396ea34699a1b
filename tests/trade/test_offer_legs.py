"""Legs that hold for one country: which way they make, what is refused, what an order expects."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from inventory_core.db.engine import Database
from inventory_core.db.schema.supply import offer_leg
from inventory_core.errors import Invalid
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.offer_legs import (
    EVERYWHERE,
    OfferLeg,
    destinations_of,
    legs_into,
    stated_for,
)
from inventory_core.trade.offer_terms import Offer, offer_arrival_on, offers_by_id
from inventory_core.trade.offers import change_offer
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    create_purchase_orders,
)
from tests.trade.world import NOW, TODAY, World

SEA = [
    OfferLeg("sea", 1, "production", 20),
    OfferLeg("sea", 2, "transport", 28, unit_freight=Decimal("0.5")),
    OfferLeg("sea", 3, "customs", 3),
]
TO_GERMANY = OfferLeg("sea", 1, "transport", 38, unit_freight=Decimal("0.7"), destination="DE")
AIR_TO_US = OfferLeg("air", 1, "transport", 6, destination="US")


def days(legs: list[OfferLeg], country: str) -> list[tuple[str, str, int]]:
    return [(leg.ship_method, leg.kind, leg.days) for leg in legs_into(legs, country)]


def state(database: Database, offer_id: int, legs: list[OfferLeg]) -> Offer:
    with database.writing() as tx:
        found = offers_by_id(tx, [offer_id], TODAY)[offer_id]  # type: ignore[index]
        change_offer(tx, SYSTEM, offer_id, {"legs": legs}, version=found.version)
        return offers_by_id(tx, [offer_id], TODAY)[offer_id]  # type: ignore[index]


def test_a_leg_of_a_country_takes_the_place_of_its_kind_there_and_nowhere_else() -> None:
    usual = [("sea", "production", 20), ("sea", "transport", 28), ("sea", "customs", 3)]
    legs = [*SEA, TO_GERMANY]
    assert days(legs, EVERYWHERE) == days(legs, "US") == usual
    assert days(legs, "DE") == [("sea", "production", 20), ("sea", "transport", 38), usual[2]]
    assert destinations_of(legs) == ("DE",)


def test_a_kind_that_holds_only_there_stands_where_goods_pass_it() -> None:
    checked = OfferLeg("sea", 9, "quality", 2, destination="DE")
    last = OfferLeg("sea", 1, "check_in", 7, destination="DE")
    found = [kind for _, kind, _ in days([*SEA, last, checked], "DE")]
    assert found == ["production", "quality", "transport", "customs", "check_in"]


def test_two_legs_of_a_kind_give_way_to_the_one_of_the_country() -> None:
    trucked = [*SEA, OfferLeg("sea", 4, "transport", 2)]
    assert days(trucked, "US")[-1] == ("sea", "transport", 2)
    assert [kind for _, kind, _ in days([*trucked, TO_GERMANY], "DE")] == [
        "production", "transport", "customs"]  # fmt: skip


def test_a_method_that_goes_to_one_country_is_no_way_to_others() -> None:
    legs = [*SEA, AIR_TO_US]
    assert ("air", "transport", 6) in days(legs, "US")
    assert {method for method, _, _ in days(legs, "DE")} == {"sea"}


def test_what_is_stated_for_a_country_is_only_what_differs() -> None:
    longer = replace(SEA[1], days=38)
    wanted = [SEA[0], longer]
    told = stated_for(wanted, SEA, "DE")
    assert [(leg.kind, leg.days, leg.destination) for leg in told] == [
        ("transport", 38, "DE"), ("customs", 0, "DE")]  # fmt: skip
    # The way there is then what was wanted, and production keeps following what holds everywhere.
    assert days([*SEA, *told], "DE") == [*days(wanted, EVERYWHERE), ("sea", "customs", 0)]
    assert stated_for(SEA, SEA, "DE") == stated_for([], SEA, "DE") == []


def test_an_offer_knows_its_way_and_what_it_assumes_by_country(
    database: Database, world: World
) -> None:
    found = state(database, world.offers["LAMP"], [*SEA, TO_GERMANY, AIR_TO_US])
    assert found.ship_methods("DE") == ("sea",)
    assert found.ship_methods("US") == ("sea", "air")
    on = date(2026, 6, 1)
    to_us, to_germany = (
        offer_arrival_on(found, on, "sea", country=country) for country in ("US", "DE")
    )
    assert (to_germany - to_us).days == 10
    assert found.assumed_into("DE") == ()
    # Legs of one country say nothing of another one: there the lead time is split as before.
    only_us = state(database, world.offers["LAMP"], [AIR_TO_US])
    assert (only_us.assumed_into("US"), only_us.assumed_into("DE")) == ((), ("legs",))
    assert (offer_arrival_on(only_us, on, country="DE") - on).days == only_us.lead_time_days


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ([*SEA, TO_GERMANY, replace(TO_GERMANY, leg_no=2)], "leg_repeated", "kind"),
        ([*SEA, replace(SEA[0], kind="quality")], "leg_repeated", "kind"),
        ([*SEA, replace(TO_GERMANY, destination="Germany")], "unknown_country", "destination"),
    ],
)
def test_bad_legs_are_refused_by_name_and_change_nothing(
    database: Database, world: World, wrong: list[OfferLeg], code: str, field: str
) -> None:
    before = state(database, world.offers["LAMP"], [*SEA, TO_GERMANY])
    with pytest.raises(Invalid) as refused:
        state(database, world.offers["LAMP"], wrong)
    assert (refused.value.code, refused.value.params["field"]) == (code, field)
    with database.reading() as conn:
        assert offers_by_id(conn, [before.id], TODAY)[before.id].legs == before.legs


@pytest.mark.parametrize(
    "more",
    [
        {"destination": "DE", "leg_no": 7},
        {"destination": "DE", "kind": "customs"},
        {"destination": "", "kind": "customs"},
        {"destination": "de", "leg_no": 7},
    ],
    ids=["kind twice", "place twice", "place twice everywhere", "no country"],
)
def test_the_database_itself_refuses_a_second_leg_of_a_kind_and_a_wrong_country(
    database: Database, world: World, more: dict[str, object]
) -> None:
    state(database, world.offers["LAMP"], [*SEA, TO_GERMANY])
    row = {"offer_id": world.offers["LAMP"], "ship_method": "sea", "leg_no": 1, "days": 9}
    with pytest.raises(IntegrityError), database.writing() as tx:
        tx.execute(insert(offer_leg).values({**row, "kind": "transport", **more}))


def test_an_order_expects_its_goods_by_the_way_to_its_own_warehouse(
    database: Database, world: World
) -> None:
    longer = replace(SEA[1], leg_no=1, days=35, destination="US")
    state(database, world.offers["LAMP"], [*SEA, longer])
    on = date(2026, 6, 1)

    def order(key: str, warehouse_id: int) -> NewPurchaseOrder:
        line = NewPurchaseLine(1, world.skus["LAMP"], 10, Decimal(2), world.offers["LAMP"])
        return NewPurchaseOrder(key, world.supplier, warehouse_id, "USD", on, [line])

    with database.writing() as tx:
        home, abroad = create_purchase_orders(
            tx, SYSTEM, [order("home", world.hub), order("abroad", world.us)], now=NOW
        )
    assert home.expected_on is not None
    assert abroad.expected_on == home.expected_on + timedelta(days=7)
