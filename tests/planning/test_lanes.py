"""What is believed of a way between warehouses: stated, travelled, or assumed within one region."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from forecasting.book import read_book, ways_of
from forecasting.lane_freight import freight_parts
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.db.engine import Database
from inventory_core.errors import Forbidden, Invalid
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.planning.lanes import Lane, NewLane, lanes, set_transfer_lane
from inventory_core.trade.transfers import (
    NewArrival,
    NewTransfer,
    arrive_transfers,
    create_transfers,
    ship_transfers,
)
from inventory_core.vocabulary import PersonId, Role, WarehouseKind
from tests.planning.seller import NOW, TODAY, Seller, make_seller


@pytest.fixture
def places(database: Database) -> tuple[Seller, dict[str, int]]:
    seller = make_seller(database)
    with database.writing() as tx:
        made = create_warehouses(
            tx,
            SYSTEM,
            [
                NewWarehouse("FBA-DE", "FBA DE", WarehouseKind.FBA, "DE", "Europe/Berlin"),
                NewWarehouse("FR", "Lyon", WarehouseKind.THIRD_PARTY, "FR", "Europe/Paris"),
            ],
        )
    return seller, {"US": seller.us, "UK": seller.uk, **{c: int(i) for c, i in made.items()}}


def between(database: Database, origin: int, target: int) -> list[Lane]:
    with database.reading() as conn:
        pair = (origin, target)
        return [o for o in lanes(conn) if (o.from_warehouse_id, o.to_warehouse_id) == pair]


def test_trap_47_the_eu_is_one_pool_and_the_uk_another(
    database: Database, places: tuple[Seller, dict[str, int]]
) -> None:
    _, ids = places
    [inside] = between(database, ids["FBA-DE"], ids["FR"])
    assert (inside.same_region, inside.from_fba, inside.source) == (True, True, "assumed")
    assert inside.unit_freight is None
    [outside] = between(database, ids["UK"], ids["FR"])
    assert (outside.same_region, outside.source, outside.days) == (False, "assumed", 35)


def test_what_was_stated_wins_and_a_way_may_be_closed(
    database: Database, places: tuple[Seller, dict[str, int]]
) -> None:
    _, ids = places
    way = NewLane(ids["UK"], ids["FR"], "truck", 6, "EUR", Decimal("1.50"), 0, 90)
    with database.writing() as tx:
        set_transfer_lane(tx, SYSTEM, way)
    [stated] = between(database, ids["UK"], ids["FR"])
    assert (stated.source, stated.days, stated.unit_freight) == ("stated", 6, Decimal("1.5"))
    closed = NewLane(ids["UK"], ids["FR"], "truck", 6, "EUR", active=False)
    with database.writing() as tx:
        set_transfer_lane(tx, SYSTEM, closed)
    [assumed] = between(database, ids["UK"], ids["FR"])
    assert assumed.source == "assumed"


def test_a_way_that_goods_travelled_says_days_and_freight_a_kilogram(
    database: Database, places: tuple[Seller, dict[str, int]]
) -> None:
    seller, ids = places
    seller.run("UPDATE sku SET weight_grams = 500 WHERE code = 'LAMP'")
    seller.stock("LAMP", 100)
    left = NOW - timedelta(days=12)
    with database.writing() as tx:
        new = NewTransfer(
            "t", ids["US"], ids["UK"], [(seller.skus["LAMP"], 40)],
            freight=Decimal(30), freight_currency="USD",
        )  # fmt: skip
        [made] = create_transfers(tx, SYSTEM, [new], now=left)
        ship_transfers(tx, SYSTEM, [(made.id, "ship", left)])
        arrive_transfers(tx, SYSTEM, [NewArrival("came", made.id, NOW)])
    [past] = between(database, ids["US"], ids["UK"])
    assert (past.source, past.days, past.currency) == ("history", 12, "USD")
    assert past.kg_freight == Decimal("1.5")  # 30 for 20 kg


def test_a_way_is_paid_by_unit_weight_and_space_and_pays_duty_where_it_crosses_a_border(
    database: Database, places: tuple[Seller, dict[str, int]]
) -> None:
    """LAMP of 0.5 kg and 6,000 cm³; a euro is worth so much of the base currency."""
    seller, ids = places
    seller.run("UPDATE sku SET weight_grams = 500, volume_cm3 = 6000 WHERE code = 'LAMP'")
    rates = {"kg_freight": Decimal(4), "m3_freight": Decimal(100)}
    way = NewLane(ids["US"], ids["FR"], "sea", 30, "USD", Decimal("0.10"), **rates)
    home = NewLane(ids["FBA-DE"], ids["FR"], "truck", 4, "USD", **rates)
    with database.writing() as tx:
        set_transfer_lane(tx, SYSTEM, way)
        set_transfer_lane(tx, SYSTEM, home)
    with database.reading() as conn:
        book = read_book(conn, as_of=TODAY)
    lamp, cable = seller.skus["LAMP"], seller.skus["CABLE"]
    found = ways_of(book, [lamp, cable])
    abroad = found[ids["US"], ids["FR"]]
    [sea] = abroad[lamp]
    # 0.10 a unit, half a kilogram at 4, 0.006 m³ at 100; 20 CNY are 2.80 USD, duty 5 % of them.
    assert sea.unit_freight == Decimal("2.70")
    assert [(one.per, one.amount) for one in sea.freight] == [
        ("unit", Decimal(1)),
        ("kilogram", Decimal("0.5")),
        ("m3", Decimal("0.006")),
    ]
    assert sea.duty == Decimal("0.14")
    assert sea.cost(10) == Decimal("28.40")
    [unknown] = abroad[cable]
    assert not unknown.known, "nobody said what a cable weighs"
    [inside] = found[ids["FBA-DE"], ids["FR"]][lamp]
    assert (inside.duty, inside.duty_share) == (0, None)


@pytest.mark.parametrize(
    ("method", "volume", "kilograms"),
    [("air", 6000, "1"), ("air", 1200, "0.5"), ("air", None, "0.5"), ("sea", 6000, "0.5")],
)
def test_an_aircraft_charges_weight_or_space_whichever_is_more(
    method: str, volume: int | None, kilograms: str
) -> None:
    lane = Lane(1, 2, method, 5, unit_freight=Decimal(0), kg_freight=Decimal(3))
    [part] = freight_parts(lane, {"weight_grams": 500, "volume_cm3": volume}, Decimal(1)) or ()
    assert part.amount == Decimal(kilograms)
    travelled = replace(lane, source="history", unit_freight=None)
    sku = {"weight_grams": 500, "volume_cm3": volume}
    [part] = freight_parts(travelled, sku, Decimal(1)) or ()
    assert part.amount == Decimal("0.5"), "past freight was divided by what was weighed"


def test_a_way_must_lead_somewhere_and_be_stated_by_who_may(
    database: Database, places: tuple[Seller, dict[str, int]]
) -> None:
    _, ids = places
    reader = Actor(PersonId(0), "reader", frozenset({Role.READER}))
    with pytest.raises(Forbidden), database.writing() as tx:
        set_transfer_lane(tx, reader, NewLane(ids["US"], ids["UK"], "sea", 30, "USD"))
    for broken in (
        NewLane(ids["US"], ids["US"], "sea", 30, "USD"),
        NewLane(ids["US"], ids["UK"], "sea", 400, "USD"),
        NewLane(ids["US"], ids["UK"], "swim", 30, "USD"),
        NewLane(ids["US"], ids["UK"], "sea", 30, "USD", Decimal(-1)),
        NewLane(ids["US"], ids["UK"], "sea", 30, "USD", m3_freight=Decimal(-1)),
    ):
        with pytest.raises(Invalid), database.writing() as tx:
            set_transfer_lane(tx, SYSTEM, broken)
