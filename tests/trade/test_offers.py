"""Offers: price breaks, minimums, ways, and what held on a day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from inventory_core.catalog.calendars import ALWAYS, latest_order_on
from inventory_core.db.engine import Database
from inventory_core.db.schema.supply import offer
from inventory_core.errors import Conflict, Invalid
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.offer_terms import offer_arrival_on, offers_by_id, price_history, way
from inventory_core.trade.offers import (
    NewOffer,
    OfferLeg,
    change_offer,
    create_offers,
    offers,
    set_prices,
)
from inventory_core.trade.price_breaks import (
    check_price_breaks,
    next_break,
    orderable_quantity,
    unit_price_at,
)
from inventory_core.trade.suppliers import NewSupplier, create_suppliers
from tests.trade.world import TODAY, World

D = Decimal
BREAKS = [(1, D("2.00")), (100, D("1.80")), (500, D("1.55")), (1000, D("1.60"))]


@pytest.mark.parametrize(
    ("quantity", "price"),
    [
        (1, "2.00"),
        (99, "2.00"),
        (100, "1.80"),
        (101, "1.80"),
        (499, "1.80"),
        (500, "1.55"),
        (999, "1.55"),
        (1000, "1.60"),
        (10**6, "1.60"),
    ],
)
def test_the_highest_break_reached_is_the_price(quantity: int, price: str) -> None:
    assert unit_price_at(BREAKS, quantity) == D(price)
    assert unit_price_at(list(reversed(BREAKS)), quantity) == D(price)


def test_below_the_lowest_break_there_is_no_price() -> None:
    assert unit_price_at([(10, D(1))], 9) is None
    assert unit_price_at([(10, D(1))], 10) == 1


def test_trap_43_only_a_cheaper_break_is_offered_as_a_jump() -> None:
    assert next_break(BREAKS, 120) == (500, D("1.55"))
    assert next_break(BREAKS, 600) is None
    assert next_break([(10, D(1))], 3) == (10, D(1))


@pytest.mark.parametrize(
    ("needed", "moq", "order_multiple", "ordered"),
    [
        (0, 100, 24, 0),
        (-5, 1, 1, 0),
        (1, 100, 24, 120),
        (100, 100, 1, 100),
        (121, 100, 24, 144),
        (1, 1, 48, 48),
        (96, 50, 48, 96),
    ],
)
def test_trap_42_minimum_and_multiple_apply_in_one_step(
    needed: int, moq: int, order_multiple: int, ordered: int
) -> None:
    assert orderable_quantity(needed, moq=moq, order_multiple=order_multiple) == ordered


@given(needed=st.integers(1, 10**6), moq=st.integers(1, 5000), multiple=st.integers(1, 500))
def test_trap_03_the_orderable_quantity_is_the_smallest_that_fits(
    needed: int, moq: int, multiple: int
) -> None:
    quantity = orderable_quantity(needed, moq=moq, order_multiple=multiple)
    assert quantity >= needed
    assert quantity >= moq
    assert quantity % multiple == 0
    assert quantity - multiple < max(needed, moq)


@pytest.mark.parametrize(
    "prices", [[], [(0, D(1))], [(1, D(-1))], [(1, D("NaN"))], [(5, D(1)), (5, D(2))]]
)
def test_price_breaks_that_cannot_be_are_refused(prices: list[tuple[int, Decimal]]) -> None:
    with pytest.raises(Invalid):
        check_price_breaks(prices)


def test_an_offer_reads_back_with_prices_way_and_supplier(database: Database, world: World) -> None:
    with database.reading() as conn:
        found = {offer.sku_id: offer for offer in offers(conn, None, TODAY)}
        assert offers(conn, [world.skus["LAMP"]], TODAY) == [found[world.skus["LAMP"]]]
        assert offers(conn, [], TODAY) == []
    lamp = found[world.skus["LAMP"]]
    assert lamp.prices == ((1, D(2)), (100, D("1.8")))
    assert lamp.supplier_name == "宁波光明"
    assert lamp.calendar is not None
    assert "legs" in lamp.assumed


def test_the_price_of_a_past_day_can_be_read_again(database: Database, world: World) -> None:
    lamp = world.offers["LAMP"]
    with database.writing() as tx:
        first = [(1, D("2.2")), (50, D("2.1"))]
        assert set_prices(tx, SYSTEM, lamp, first, valid_from=date(2026, 3, 1), version=1) == 2
        later = [(1, D(3))]
        set_prices(tx, SYSTEM, lamp, later, valid_from=date(2026, 4, 1), version=2)
        with pytest.raises(Conflict, match="version_changed"):
            set_prices(tx, SYSTEM, lamp, later, valid_from=date(2026, 4, 1), version=2)
        days = {
            date(2026, 2, 28): ((1, D(2)), (100, D("1.8"))),
            date(2026, 3, 31): ((1, D("2.2")), (50, D("2.1"))),
            date(2026, 4, 1): ((1, D(3)),),
        }
        for day, prices in days.items():
            assert offers_by_id(tx, [lamp], day)[lamp].prices == prices
        assert len(price_history(tx, lamp)) == 3


def test_an_offer_holds_only_in_its_days_and_while_active(database: Database, world: World) -> None:
    lamp, sku_id = world.offers["LAMP"], world.skus["LAMP"]
    with database.writing() as tx:
        last = TODAY + timedelta(days=10)
        change_offer(tx, SYSTEM, lamp, {"valid_from": TODAY, "valid_to": last}, version=1)
        assert offers(tx, [sku_id], TODAY - timedelta(days=1)) == []
        assert len(offers(tx, [sku_id], last)) == 1
        assert offers(tx, [sku_id], last + timedelta(days=1)) == []
        change_offer(tx, SYSTEM, lamp, {"active": False}, version=2)
        assert offers(tx, [sku_id], TODAY) == []
        assert lamp in offers_by_id(tx, [lamp], TODAY)


def test_a_stated_figure_is_no_longer_assumed(database: Database, world: World) -> None:
    with database.writing() as tx:
        second = create_suppliers(tx, SYSTEM, [NewSupplier("YW", "Yiwu", "CNY")])["YW"]
        new = NewOffer(
            second,
            world.skus["LAMP"],
            "CNY",
            30,
            prices=[(1, D(10))],
            assumed=("lead_time_days", "moq", "unit_price"),
        )
        [offer_id] = create_offers(tx, SYSTEM, [new])
        change_offer(tx, SYSTEM, offer_id, {"lead_time_days": 25}, version=1)
        assert offers_by_id(tx, [offer_id], TODAY)[offer_id].assumed == (
            "moq",
            "unit_price",
            "legs",
        )
        set_prices(tx, SYSTEM, offer_id, [(1, D(9))], valid_from=TODAY, version=2)
        assert offers_by_id(tx, [offer_id], TODAY)[offer_id].assumed == ("moq", "legs")
        with pytest.raises(Conflict, match="offers_taken"):
            create_offers(tx, SYSTEM, [replace(new, moq=5)])


def test_a_pallet_is_whole_order_multiples_and_may_be_taken_back(
    database: Database, world: World
) -> None:
    lamp = world.offers["LAMP"]

    def change(version: int, **changes: object) -> int:
        with database.writing() as tx:
            return change_offer(tx, SYSTEM, lamp, changes, version=version)

    def pallet() -> tuple[int | None, int]:
        with database.reading() as conn:
            found = offers_by_id(conn, [lamp], TODAY)[lamp]
        return found.pallet_quantity, found.order_multiple

    version = change(1, pallet_quantity=480, order_multiple=12)
    assert pallet() == (480, 12)
    for wrong in ({"pallet_quantity": 470}, {"order_multiple": 7}, {"pallet_quantity": 0}):
        with pytest.raises(Invalid):
            change(version, **wrong)
    with pytest.raises(IntegrityError), database.writing() as tx:
        tx.execute(update(offer).where(offer.c.id == lamp).values(pallet_quantity=470))
    assert pallet() == (480, 12)
    change(version, pallet_quantity=None)
    assert pallet() == (None, 12)


def test_trap_39_a_lead_time_is_a_chain_of_legs(database: Database, world: World) -> None:
    lamp = world.offers["LAMP"]
    legs = [
        OfferLeg("sea", 1, "production", 12),
        OfferLeg("sea", 2, "transport", 28),
        OfferLeg("sea", 3, "check_in", 2, calendar_code="office_us"),
        OfferLeg("air", 1, "production", 12),
        OfferLeg("air", 2, "transport", 6, unit_freight=D("0.8"), currency="USD"),
    ]
    with database.writing() as tx:
        change_offer(tx, SYSTEM, lamp, {"legs": legs}, version=1)
        found = offers_by_id(tx, [lamp], TODAY)[lamp]
    assert found.ship_methods("US") == ("sea", "air")
    assert found.assumed == ()
    ordered = date(2026, 6, 1)
    assert offer_arrival_on(found, ordered, "sea", country="US") == date(2026, 7, 15)
    assert offer_arrival_on(found, ordered, "air", country="US") == date(2026, 6, 21)
    latest = latest_order_on(
        date(2026, 7, 15), way(found, "sea", country="US"), order_calendar=ALWAYS
    )
    assert offer_arrival_on(found, latest, "sea", country="US") <= date(2026, 7, 15)
    assert latest >= ordered


def test_a_lead_time_without_legs_stops_at_chinese_new_year(
    database: Database, world: World
) -> None:
    lamp = world.offers["LAMP"]
    with database.reading() as conn:
        found = offers_by_id(conn, [lamp], TODAY)[lamp]
    assert offer_arrival_on(found, date(2026, 6, 1), country="US") == date(2026, 6, 21)
    assert offer_arrival_on(found, date(2027, 1, 25), country="US") > date(2027, 3, 1)


def test_two_thousand_offers_are_one_batch(database: Database, world: World) -> None:
    with database.writing() as tx:
        made = create_suppliers(
            tx, SYSTEM, [NewSupplier(f"S{n}", f"S{n}", "USD") for n in range(667)]
        )
        new = [
            NewOffer(supplier_id, sku_id, "USD", 30, prices=BREAKS)
            for supplier_id in made.values()
            for sku_id in world.skus.values()
        ]
        assert len(set(create_offers(tx, SYSTEM, new))) == 2001
        assert len(offers(tx, None, TODAY)) == 2004
