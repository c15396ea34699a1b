"""Offers, stock and orders on their way by file: in with their value, and taken back."""

from pathlib import Path

import pytest
from sqlalchemy import text

from inventory_core.db.engine import Database
from inventory_core.errors import Refused
from inventory_core.stock.verify import verify_book
from tests.desk.importing import OFFER_LINES, STOCK_LINES, csv_file, load, undo, values


def test_pallets_come_by_file_and_must_be_whole_order_multiples(
    seller: Database, tmp_path: Path
) -> None:
    def loaded(name: str, pallet: str) -> object:
        lines = (
            "Supplier code,SKU,Currency,Unit price,Lead time (days),Order multiple,每托数量",
            f"S1,00123,CNY,12.5,45,24,{pallet}",
        )
        return load(seller, "suppliers_offers", csv_file(tmp_path, name, lines))

    report = loaded("wrong.csv", "100")
    assert [(one.row_no, one.code) for one in report.problems] == [(2, "pallet_not_of_multiples")]
    assert values(seller, "SELECT count(*) FROM offer") == [(0,)]
    loaded("right.csv", "480")
    assert values(seller, "SELECT order_multiple, pallet_quantity FROM offer") == [(24, 480)]


def test_offers_with_price_breaks_come_in_and_are_changed(seller: Database, tmp_path: Path) -> None:
    report = load(seller, "suppliers_offers", csv_file(tmp_path, "offers.csv", OFFER_LINES))
    assert report.counts == {"created": 3, "changed": 0, "unchanged": 0}
    assert report.facts == {"offers_created": 2, "suppliers_created": 1}
    prices = (
        "SELECT s.code, p.from_quantity, p.unit_price::float FROM offer o JOIN sku s ON"
        " s.id = o.sku_id JOIN offer_price p ON p.offer_id = o.id ORDER BY 1, 2, p.valid_from"
    )
    assert values(seller, prices) == [("00123", 1, 12.5), ("00123", 500, 11.0), ("1E5", 1, 30.0)]
    dearer = [line.replace("30,1,20", "33,1,25") for line in OFFER_LINES]
    change = load(seller, "suppliers_offers", csv_file(tmp_path, "b.csv", dearer))
    assert change.counts == {"created": 0, "changed": 1, "unchanged": 2}
    lead = "SELECT lead_time_days FROM offer ORDER BY lead_time_days"
    assert values(seller, lead) == [(25,), (45,)]
    undo(seller, change.import_id)
    assert values(seller, lead) == [(20,), (45,)]


def test_opening_stock_is_in_the_book_with_its_value_and_comes_out_again(
    seller: Database, tmp_path: Path
) -> None:
    report = load(seller, "opening_stock", csv_file(tmp_path, "stock.csv", STOCK_LINES))
    assert report.facts["units_opened"] == 125
    held = "SELECT s.code, l.on_hand FROM stock_level l JOIN sku s ON s.id = l.sku_id ORDER BY 1"
    assert values(seller, held) == [("00123", 120), ("1E5", 5)]
    assert values(seller, "SELECT sum(value)::float FROM cost_pool_total") == [(1650.5,)]
    more = csv_file(tmp_path, "b.csv", [STOCK_LINES[0], "00123,SZ,7,12.5"])
    assert [p.code for p in load(seller, "opening_stock", more).problems] == ["opening_exists"]
    undo(seller, report.import_id)
    assert values(seller, "SELECT sum(on_hand) FROM stock_level") == [(0,)]
    with seller.reading() as conn:
        assert verify_book(conn) == []
    assert load(seller, "opening_stock", more, key="now it may").written


def test_stock_that_was_sold_since_stands_in_the_way_of_an_undo(
    seller: Database, tmp_path: Path
) -> None:
    report = load(seller, "opening_stock", csv_file(tmp_path, "stock.csv", STOCK_LINES))
    with seller.writing() as tx:
        tx.execute(text("UPDATE stock_level SET reserved = 100 WHERE on_hand = 120"))
    with pytest.raises(Refused):
        undo(seller, report.import_id)
    assert values(seller, "SELECT sum(on_hand) FROM stock_level") == [(125,)]


def test_orders_on_their_way_count_as_on_order_once(seller: Database, tmp_path: Path) -> None:
    load(seller, "suppliers_offers", csv_file(tmp_path, "offers.csv", OFFER_LINES))
    lines = [
        "PO,Supplier,Warehouse,SKU,Quantity,Unit price,Currency,Ordered on,Expected on",
        "PO-1,S1,SZ,00123,500,11,CNY,2026-11-01,2026-12-20",
        "PO-1,S1,SZ,1E5,20,30,CNY,2026-11-01,2026-12-24",
    ]
    report = load(seller, "purchase_orders", csv_file(tmp_path, "po.csv", lines))
    assert report.facts == {"orders_created": 1}
    ordered = "SELECT state, expected_on::text, note FROM purchase_order"
    assert values(seller, ordered) == [("sent", "2026-12-20", "PO-1")]
    longer = csv_file(tmp_path, "b.csv", [*lines, lines[1].replace("PO-1", "PO-2")])
    assert load(seller, "purchase_orders", longer).counts["unchanged"] == 2
    assert undo(seller, report.import_id) == {"purchase_order": 1}


def test_a_forwarder_s_list_records_what_is_new_and_is_taken_back_whole(
    seller: Database, tmp_path: Path
) -> None:
    load(seller, "suppliers_offers", csv_file(tmp_path, "offers.csv", OFFER_LINES))
    orders = [
        "PO,Supplier,Warehouse,SKU,Quantity,Unit price,Currency,Ordered on",
        "PO-1,S1,SZ,00123,500,11,CNY,2026-09-01",
        "PO-2,S1,SZ,00123,500,11,CNY,2026-09-01",
    ]
    load(seller, "purchase_orders", csv_file(tmp_path, "po.csv", orders))
    head = "PO,Left the factory,Departed,Arrived at port"
    first = [head, "po-1,2026-10-01,2026-10-06,"]
    report = load(seller, "milestones", csv_file(tmp_path, "one.csv", first))
    assert report.facts == {"milestones_recorded": 2}
    second = [head, "PO-1,2026-10-02,2026-10-06,", "PO-2,2026-10-01,,"]
    again = load(seller, "milestones", csv_file(tmp_path, "two.csv", second))
    assert again.counts["changed"] == 1
    assert again.facts == {"milestones_recorded": 2}
    standing = (
        "SELECT p.note, m.kind, m.occurred_on::text FROM milestone m JOIN purchase_order p"
        " ON p.id = m.purchase_order_id WHERE m.occurred_on IS NOT NULL AND NOT EXISTS (SELECT"
        " FROM milestone n WHERE n.purchase_order_id = p.id AND n.kind = m.kind AND n.id > m.id)"
        " ORDER BY 1, 2"
    )
    assert undo(seller, again.import_id) == {"milestone": 2}
    assert values(seller, standing) == [
        ("PO-1", "departed", "2026-10-06"),
        ("PO-1", "left_factory", "2026-10-01"),
    ]


def test_a_milestone_of_an_unknown_order_refuses_the_whole_file(
    seller: Database, tmp_path: Path
) -> None:
    lines = ["PO,Left the factory", "NOBODY,2026-10-01"]
    report = load(seller, "milestones", csv_file(tmp_path, "one.csv", lines))
    assert report.problems[0].code == "order_unknown"
    assert values(seller, "SELECT count(*) FROM milestone") == [(0,)]
