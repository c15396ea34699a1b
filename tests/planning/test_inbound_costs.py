"""What the way from a supplier costs: by its receipts, others into the country, or assumed."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import text

from forecasting.book import read_book
from forecasting.offers_here import OffersHere
from forecasting.supplier_terms import landed_unit_cost
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.inbound_costs import InboundCosts, Share, inbound_costs
from inventory_core.planning.plan_costs import ASSUMED_COSTS, state_plan_costs
from inventory_core.trade.late_charges import LateCharge, add_charge
from inventory_core.trade.offer_legs import OfferLeg
from inventory_core.trade.offer_terms import offers_by_id
from inventory_core.trade.offers import change_offer
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    create_purchase_orders,
)
from inventory_core.trade.receipt_undo import undo_receipt
from inventory_core.trade.receipts import NewCharge, NewReceipt, NewReceiptLine, receive_goods
from inventory_core.trade.suppliers import NewSupplier, create_suppliers
from tests.planning.seller import NOW, TODAY, Seller, make_seller

D = Decimal
SEA = [NewCharge("freight", D(9), "USD"), NewCharge("duty", D("3.5"), "USD")]


def received(
    seller: Seller,
    key: str,
    charges: list[NewCharge],
    *,
    days_ago: int = 10,
    price: str = "50",
    supplier: int = 0,
    warehouse: int = 0,
    ship_method: str = "sea",
) -> int:
    """One order over a hundred units of `price`, received so many days ago."""
    on = TODAY - timedelta(days=days_ago)
    at = datetime.combine(on, time(12), NOW.tzinfo)
    line = NewPurchaseLine(1, seller.skus["LAMP"], 10, D(price))
    order = NewPurchaseOrder(
        key, supplier or seller.supplier, warehouse or seller.us, "CNY", on, [line],
        ship_method=ship_method,
    )  # fmt: skip
    with seller.database.writing() as tx:
        [made] = create_purchase_orders(tx, SYSTEM, [order], now=at)
        lines = [NewReceiptLine(made.lines[0].id, 10)]
        [got] = receive_goods(
            tx, SYSTEM, [NewReceipt(f"r {key}", made.id, at, lines, charges)], now=at
        )
    return got.receipt_id


def read(seller: Seller, on: date = TODAY) -> InboundCosts:
    with seller.database.reading() as conn:
        return inbound_costs(conn, ASSUMED_COSTS, as_of=on)


def test_without_receipts_goods_from_abroad_pay_what_is_assumed(database: Database) -> None:
    seller = make_seller(database)
    found = read(seller)
    assert found.freight(seller.supplier, seller.us, "sea") == Share(
        D("0.10"), "figure", figure="import_freight_share"
    )
    flown = found.freight(seller.supplier, seller.us, "air")
    assert flown is not None
    assert flown.rate == D("0.35")
    duty = found.duty(seller.supplier, seller.us)
    assert duty is not None
    assert (duty.rate, duty.figure) == (D("0.05"), "duty_share")


def test_receipts_of_the_way_say_what_it_costs_and_others_do_not(database: Database) -> None:
    seller = make_seller(database)
    received(seller, "a", SEA)
    received(seller, "b", [NewCharge("freight", D(5), "USD"), NewCharge("credit", D(-3), "USD")])
    received(seller, "nobody entered what it cost", [])
    received(seller, "uk", [NewCharge("freight", D(30), "USD")], warehouse=seller.uk)
    found = read(seller)
    # Each worth 500 CNY = 70 USD.
    assert found.freight(seller.supplier, seller.us, "sea") == Share(
        D("0.1000"), "receipts", 2, D("14.00"), D("140.00")
    )
    assert found.duty(seller.supplier, seller.us) == Share(
        D("0.0250"), "receipts", 2, D("3.50"), D("140.00")
    )
    uk = found.freight(seller.supplier, seller.uk, "sea")
    assert uk is not None
    assert (uk.rate, uk.receipts) == (D("0.4286"), 1)
    # Nobody has flown: freight by sea says nothing about it, duty is the same.
    flown = found.freight(seller.supplier, seller.us, "air")
    assert flown is not None
    assert flown.source == "figure"


def test_a_new_supplier_pays_what_others_paid_into_that_country(database: Database) -> None:
    seller = make_seller(database)
    with database.writing() as tx:
        made = create_suppliers(
            tx,
            SYSTEM,
            [NewSupplier("VN", "Saigon", "USD", "VN"), NewSupplier("TX", "Texas", "USD", "US")],
        )
    received(seller, "a", SEA)
    found = read(seller)
    near = found.freight(made["VN"], seller.us, "sea")
    assert near is not None
    assert (near.source, near.rate, near.receipts) == ("country", D("0.1286"), 1)
    # At home goods from abroad say nothing, and nothing is assumed.
    assert found.freight(made["TX"], seller.us, "truck") is None
    assert found.duty(made["TX"], seller.us) is None


def test_at_home_a_receipt_without_charges_was_delivered_at_its_price(database: Database) -> None:
    seller = make_seller(database)
    with database.writing() as tx:
        home = create_suppliers(tx, SYSTEM, [NewSupplier("TX", "Texas", "CNY", "US")])["TX"]
    received(seller, "free", [], supplier=home, ship_method="truck")
    assert read(seller).freight(home, seller.us, "truck") == Share(
        D("0.0000"), "receipts", 1, D("0.00"), D("70.00")
    )


def test_only_the_latest_receipts_teach_and_neither_today_nor_undone_ones(
    database: Database,
) -> None:
    seller = make_seller(database)
    dear = [NewCharge("freight", D(70), "USD")]
    received(seller, "old", dear, days_ago=45)
    for number in range(12):
        received(seller, f"new {number}", SEA, days_ago=20)
    received(seller, "today", dear, days_ago=0)
    undone = received(seller, "undone", dear, days_ago=5)
    with database.writing() as tx:
        undo_receipt(tx, SYSTEM, undone, key="undo", reason="wrong", now=NOW)
    share = read(seller).freight(seller.supplier, seller.us, "sea")
    assert share is not None
    assert (share.rate, share.receipts) == (D("0.1286"), 12)


def test_a_bill_that_comes_later_counts_from_the_next_day(database: Database) -> None:
    seller = make_seller(database)
    receipt_id = received(seller, "a", [NewCharge("freight", D(7), "USD")])
    late = LateCharge("bill", receipt_id, NewCharge("duty", D(14), "USD"), NOW)
    with database.writing() as tx:
        add_charge(tx, SYSTEM, late, now=NOW)
    for on, rate in ((TODAY, "0.0000"), (TODAY + timedelta(days=1), "0.2000")):
        duty = read(seller, on).duty(seller.supplier, seller.us)
        assert duty is not None
        assert duty.rate == D(rate)


def test_a_stated_freight_stands_and_the_landed_cost_holds_all_three(database: Database) -> None:
    seller = make_seller(database)
    received(seller, "a", SEA)
    sku_id = seller.skus["LAMP"]
    with database.reading() as conn:
        book = read_book(conn, as_of=TODAY)
    [offer] = OffersHere(book, TODAY).offers(sku_id, seller.us)
    price = offer.prices[0][1]
    landed = landed_unit_cost(offer, offer.routes[0], price, book.rates)
    # 20 CNY are 2.80 USD; 12.86 % freight and 5 % duty.
    assert landed == D("2.80") * D("1.1786")
    legs = [
        OfferLeg("sea", 1, "production", 20),
        OfferLeg("sea", 2, "transport", 20, unit_freight=D("0.5"), currency="USD"),
    ]
    with database.writing() as tx:
        known = offers_by_id(tx, [offer.offer_id], TODAY)[offer.offer_id]  # type: ignore[index]
        change_offer(tx, SYSTEM, offer.offer_id, {"legs": legs}, version=known.version)
    with database.reading() as conn:
        book = read_book(conn, as_of=TODAY)
    [offer] = OffersHere(book, TODAY).offers(sku_id, seller.us)
    assert offer.routes[0].freight_share is None
    landed = landed_unit_cost(offer, offer.routes[0], price, book.rates)
    assert landed == D("2.80") * D("1.05") + D("0.5")


def test_stated_shares_take_the_place_of_the_assumed_ones(database: Database) -> None:
    seller = make_seller(database)
    wanted = replace(ASSUMED_COSTS, import_freight_share=D("0.2"), duty_share=D("0.08"))
    with database.writing() as tx:
        state_plan_costs(tx, SYSTEM, wanted, valid_from=TODAY, seen_version=0)
    with database.reading() as conn:
        book = read_book(conn, as_of=TODAY)
        kept = conn.rows(text("SELECT import_freight_share, duty_share FROM plan_cost"))
    assert kept == [(D("0.2"), D("0.08"))]
    [offer] = OffersHere(book, TODAY).offers(seller.skus["LAMP"], seller.us)
    assert offer.routes[0].share == D("0.28")
