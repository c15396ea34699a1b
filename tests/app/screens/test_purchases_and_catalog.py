"""Purchases and catalog on screen: what is pressed happens once; costs are for those who may."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from app.i18n import catalogue, says
from inventory_core.catalog.skus import skus_named
from inventory_core.errors import Invalid
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.adjusting import NewAdjustment, adjust_stock
from inventory_core.stock.verify import verify_book
from inventory_core.trade.late_charges import LateCharge, add_charge
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    PurchaseOrder,
    create_purchase_orders,
    purchase_order,
)
from inventory_core.trade.receipts import NewCharge, NewReceipt, NewReceiptLine, receive_goods
from inventory_core.trade.transfer_records import select_transfers
from inventory_core.trade.transfers import NewTransfer, create_transfers
from inventory_core.vocabulary import PurchaseOrderState, Role
from tests.app.test_rights import PATIENCE_SECONDS, one_screen, words_of
from tests.browser import Served
from tests.trade.world import NOW, TODAY, World, make_world

WORDS = catalogue("en")


@pytest.fixture
def world(desk: Served) -> World:
    return make_world(desk.database)


def opened(desk: Served, key: str, *roles: Role, **query: str) -> AppTest:
    test = AppTest.from_function(one_screen, default_timeout=PATIENCE_SECONDS, kwargs={"key": key})
    test.session_state["ticket"] = str(desk.ticket(*roles))
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def pressed(test: AppTest, key: str) -> AppTest:
    found = [one for one in test.button if one.label == WORDS[key]]
    assert found, f"no button {WORDS[key]} among {[one.label for one in test.button]}"
    after = found[0].click().run()
    assert not after.exception
    return after


def made_order(desk: Served, world: World, lines: Sequence[int] = (100, 50)) -> PurchaseOrder:
    skus = list(world.skus.values())
    wanted = [NewPurchaseLine(n + 1, skus[n], units, Decimal(2)) for n, units in enumerate(lines)]
    new = NewPurchaseOrder("po", world.supplier, world.hub, "USD", TODAY, wanted)
    with desk.database.writing() as tx:
        return create_purchase_orders(tx, SYSTEM, [new], now=NOW)[0]


def now_is(desk: Served, order: PurchaseOrder) -> PurchaseOrder:
    with desk.database.reading() as conn:
        assert verify_book(conn) == []
        return purchase_order(conn, order.id)


def test_a_draft_is_marked_as_sent_once(desk: Served, world: World) -> None:
    order = made_order(desk, world)
    test = opened(desk, "purchases", Role.BUYER, order=order.number)
    pressed(test, "purchases.send")
    assert now_is(desk, order).state is PurchaseOrderState.SENT
    assert WORDS["purchases.send"] not in [one.label for one in test.button]


def test_a_receipt_that_was_charged_later_says_why_it_stays_instead_of_offering_undo(
    desk: Served, world: World
) -> None:
    order = made_order(desk, world)
    came = NewReceiptLine(order.lines[0].id, 60)
    with desk.database.writing() as tx:
        [received] = receive_goods(tx, SYSTEM, [NewReceipt("came", order.id, NOW, [came])], now=NOW)
    test = opened(desk, "purchases", Role.BUYER, order=order.number)
    assert WORDS["purchases.undo"] in [one.label for one in test.button]
    freight = LateCharge("late", received.receipt_id, NewCharge("freight", Decimal(30), "USD"), NOW)
    with desk.database.writing() as tx:
        add_charge(tx, SYSTEM, freight, now=NOW)
    test = opened(desk, "purchases", Role.BUYER, order=order.number)
    assert WORDS["purchases.undo"] not in [one.label for one in test.button]
    assert WORDS["error.receipt_has_late_charges"] in [one.value for one in test.caption]


def test_a_receipt_whose_goods_have_left_says_who_took_them_instead_of_offering_undo(
    desk: Served, world: World
) -> None:
    order = made_order(desk, world)
    came = NewReceiptLine(order.lines[0].id, 60)
    with desk.database.writing() as tx:
        receive_goods(tx, SYSTEM, [NewReceipt("came", order.id, NOW, [came])], now=NOW)
    sku_id = order.lines[0].sku_id
    lost = NewAdjustment("lost", order.warehouse_id, sku_id, -4, "damaged")
    desk.database.write(lambda tx: adjust_stock(tx, SYSTEM, [lost], now=NOW))
    test = opened(desk, "purchases", Role.BUYER, order=order.number)
    assert WORDS["purchases.undo"] not in [one.label for one in test.button]
    assert any("4 × " in one.value and order.lines[0].sku_code in one.value for one in test.caption)


def test_who_may_not_see_costs_sees_none(desk: Served, world: World) -> None:
    order = made_order(desk, world)
    for role, sees in ((Role.BUYER, True), (Role.WAREHOUSE, False), (Role.READER, False)):
        test = opened(desk, "purchases", role, order=order.number)
        assert ("total" in test.dataframe[0].value.columns) is sees
        assert ("price" in test.dataframe[1].value.columns) is sees
        assert ("USD" in words_of(test)) is sees
    reader = opened(desk, "purchases", Role.READER, order=order.number)
    assert all(one.disabled for one in reader.button if one.label == WORDS["purchases.receive"])


def test_an_order_that_does_not_exist_leaves_the_list_standing(desk: Served, world: World) -> None:
    made_order(desk, world)
    test = opened(desk, "purchases", Role.BUYER, order="PO-999999")
    assert len(test.dataframe) == 1
    empty = opened(desk, "purchases", Role.BUYER, state="ended")
    assert len(empty.dataframe) == 0


def test_a_transfer_that_lacks_stock_says_so_and_stays_planned(desk: Served, world: World) -> None:
    new = NewTransfer("t", world.hub, world.us, [(world.skus["LAMP"], 5)])
    with desk.database.writing() as tx:
        [made] = create_transfers(tx, SYSTEM, [new], now=NOW)
    test = opened(desk, "purchases", Role.WAREHOUSE, transfer=made.number)
    pressed(test, "purchases.transfer_ship")
    assert len(test.error) == 1
    with desk.database.reading() as conn:
        assert conn.rows(select_transfers())[0].state == "planned"


@pytest.mark.parametrize("part", ["skus", "offers", "suppliers", "warehouses", "rates"])
def test_every_part_of_the_catalog_lists_what_there_is(
    desk: Served, world: World, part: str
) -> None:
    test = opened(desk, "catalog", Role.BUYER, part=part)
    assert len(test.dataframe[0].value) > 0
    assert len(test.error) == 0


def test_a_typed_line_without_a_sku_is_told_what_to_fill_in(desk: Served, world: World) -> None:
    with desk.database.reading() as conn, pytest.raises(Invalid) as refused:
        skus_named(conn, ["LAMP", ""])
    assert says(refused.value, language="en") == "Fill in the field “SKU”."
