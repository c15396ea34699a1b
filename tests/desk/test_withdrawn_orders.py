"""Cancelled, voided and refunded orders in the exports of channels: what is demand, what is not.

The files have the columns and the words of the channels' own exports; the orders are made up.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from inventory_core.db.engine import Database
from inventory_core.desk.imports_columns import ColumnsSaid
from inventory_core.desk.imports_runs import ImportReport
from inventory_core.desk.sales_places import SalesOptions
from inventory_core.desk.sales_states import Said, said_by
from inventory_core.errors import Refused
from inventory_core.insight.slow_stock import last_sold
from tests.desk.importing import OPTIONS, csv_file, sell, undo, values

_DEMAND = """
    SELECT invoice, sku_text, sum(quantity)::int FROM sales_line WHERE treatment = 'accepted'
    GROUP BY 1, 2 ORDER BY 1, 2
"""
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,"
    "Lineitem fulfillment status,Shipping Country,Cancelled at,Refunded Amount,Id"
)


def shop(
    name: str,
    paid: str,
    sent: str,
    lines: Sequence[tuple[str, int, str]],
    *,
    cancelled: str = "",
    refunded: str = "0.00",
) -> list[str]:
    """An order as Shopify exports it: what is said of the order stands on its first line only."""
    at = f"2026-09-0{name[-1]} 10:1{name[-1]}:00 +0100"
    rows = []
    for number, (sku, units, line) in enumerate(lines):
        first = number == 0
        order = f"{paid},{at},{sent},,EUR,50.00" if first else ",,,,,"
        end = f"DE,{cancelled},{refunded},77{name[-1]}" if first else ",,,"
        rows.append(f"{name},a@example.com,{order},{at},{units},Thing,12.50,{sku},{line},{end}")
    return rows


def amazon(folder: Path, name: str, *rows: str) -> Path:
    """Amazon's report of all orders; an order that was cancelled has quantity 0 and no price."""
    header = (
        "amazon-order-id,merchant-order-id,purchase-date,last-updated-date,order-status,"
        "fulfillment-channel,sales-channel,product-name,sku,asin,item-status,quantity,currency,"
        "item-price,ship-country"
    )
    tail = ",2026-09-09T00:00:00+00:00"
    lines = []
    for row in rows:
        order, at, status, sku, item, units, price = row.split("|")
        lines.append(
            f"{order},,2026-09-0{at}T08:00:00+00:00{tail},{status},Merchant,Amazon.de,Lamp,{sku},"
            f"B00X,{item},{units},EUR,{price},DE"
        )
    return csv_file(folder, name, (header, *lines))


PENDING, CANCELLED = "111-1|1|Pending|L1|Unshipped|2|18", "111-1|1|Cancelled|L1|Cancelled|0|"
AMAZON = SalesOptions(said=ColumnsSaid({"unit_price": "item-price"}))


def notes(report: ImportReport) -> dict[str, object]:
    return {note.code: dict(note.params) for note in report.notes}


def test_trap_27_an_order_taken_back_before_it_was_shipped_is_no_demand(
    database: Database, tmp_path: Path
) -> None:
    lines = (
        SHOPIFY,
        *shop("#1001", "paid", "fulfilled", [("A1", 1, "fulfilled")]),
        *shop("#1002", "refunded", "unfulfilled", [("A1", 2, "pending"), ("B1", 3, "pending")],
              cancelled="2026-09-02 12:00:00 +0100", refunded="62.50"),
        *shop("#1003", "voided", "unfulfilled", [("A1", 4, "pending")]),
        *shop("#1004", "refunded", "unfulfilled", [("A1", 5, "pending")], refunded="62.50"),
        *shop("#1005", "refunded", "fulfilled", [("A1", 6, "fulfilled")], refunded="75.00"),
        *shop("#1006", "partially_refunded", "unfulfilled", [("A1", 7, "pending")]),
        *shop("#1007", "pending", "unfulfilled", [("A1", 8, "pending")]),
        *shop("#1008", "refunded", "partial", [("A1", 9, "fulfilled"), ("B1", 9, "pending")],
              cancelled="2026-09-08 12:00:00 +0100"),
    )  # fmt: skip
    report = sell(database, csv_file(tmp_path, "orders_export.csv", lines), SalesOptions())
    assert values(database, _DEMAND) == [
        ("#1001", "A1", 1), ("#1005", "A1", 6), ("#1006", "A1", 7), ("#1007", "A1", 8),
        ("#1008", "A1", 9),
    ]  # fmt: skip
    assert report.counts == {
        "accepted": 5, "order_cancelled": 3, "order_voided": 1, "order_refunded": 1,
        "repeated": 0, "refused": 0,
    }  # fmt: skip
    assert report.facts["came_back_lines"] == 2, "shipped and refunded, shipped and cancelled"
    assert "cancel_reason_lacking" in notes(report)
    kept = "SELECT row_no, code, content->>'invoice', content->>'sku' FROM import_row ORDER BY 1"
    assert values(database, kept) == [
        (3, "order_cancelled", "#1002", "A1"),
        (4, "order_cancelled", "#1002", "B1"),
        (5, "order_voided", "#1003", "A1"),
        (6, "order_refunded", "#1004", "A1"),
        (11, "order_cancelled", "#1008", "B1"),
    ]
    countries = "SELECT DISTINCT country, currency FROM sales_line"
    assert values(database, countries) == [("DE", "EUR")], "said once per order, true of its lines"


def test_trap_27_an_order_cancelled_for_lack_of_stock_is_demand(
    database: Database, tmp_path: Path
) -> None:
    lines = (
        "PO#,Order#,Order Date,Line#,Status,Item Description,Qty,SKU,Price,Cancellation reason",
        "1,W1,2026-09-01,1,Cancelled,Lamp,2,L1,9,SELLER_CANCEL_OUT_OF_STOCK",
        "2,W2,2026-09-02,1,Cancelled,Lamp,3,L1,9,CUSTOMER_REQUESTED_SELLER_TO_CANCEL",
        "3,W3,2026-09-03,1,Delivered,Lamp,4,L1,9,",
        "3,W3,2026-09-03,2,Cancelled,Mug,5,M1,9,SELLER_CANCEL_PRICING_ERROR",
        "4,W4,2026-09-04,1,Acknowledged,Lamp,6,L1,9,",
    )
    report = sell(database, csv_file(tmp_path, "walmart.csv", lines))
    demand = [("W1", "L1", 2), ("W3", "L1", 4), ("W4", "L1", 6)]
    assert values(database, _DEMAND) == demand
    assert report.facts["cancelled_for_stock"] == 1
    assert "came_back_lines" not in {name for name, count in report.facts.items() if count}
    assert "cancel_reason_lacking" not in notes(report)


def test_trap_27_a_later_export_in_which_an_order_was_cancelled_takes_effect_and_is_undone(
    database: Database, tmp_path: Path
) -> None:
    paid = (
        SHOPIFY,
        *shop("#1001", "paid", "unfulfilled", [("A1", 2, "pending"), ("B1", 1, "pending")]),
        *shop("#1002", "paid", "unfulfilled", [("A1", 3, "pending")]),
    )
    later = (
        SHOPIFY,
        *shop("#1001", "refunded", "unfulfilled", [("A1", 2, "pending"), ("B1", 1, "pending")],
              cancelled="2026-09-04 12:00:00 +0100"),
        *shop("#1002", "paid", "fulfilled", [("A1", 3, "fulfilled")]),
    )  # fmt: skip
    first = csv_file(tmp_path, "first.csv", paid)
    second = csv_file(tmp_path, "second.csv", later)
    one = sell(database, first, SalesOptions(), key="one")
    before = values(database, _DEMAND)
    checked = sell(database, second, SalesOptions(), key="check", dry_run=True)
    assert notes(checked)["orders_withdrawn"] == {"lines": 2}
    assert values(database, _DEMAND) == before, "a check changes nothing"
    two = sell(database, second, SalesOptions(), key="two")
    assert (two.counts["order_cancelled"], two.counts["repeated"]) == (2, 1)
    assert values(database, _DEMAND) == [("#1002", "A1", 3)]
    again = sell(database, second, SalesOptions(), key="three")
    assert again.counts == {"repeated": 3, "refused": 0}
    with pytest.raises(Refused) as refused:
        undo(database, one.import_id)
    assert refused.value.params["later"] == two.import_id
    undo(database, two.import_id)
    assert values(database, _DEMAND) == before


def test_trap_27_amazon_writes_a_cancelled_line_with_nothing_in_it(
    database: Database, tmp_path: Path
) -> None:
    early = amazon(
        tmp_path, "early.txt",
        PENDING, "111-2|2|Pending|L1|Unshipped|1|9",
        "111-2|2|Pending|L1|Unshipped|1|9", "111-3|3|Shipped|L1|Shipped|4|36",
    )  # fmt: skip
    late = amazon(
        tmp_path, "late.txt",
        CANCELLED, "111-2|2|Shipped|L1|Shipped|1|9",
        "111-2|2|Shipped|L1|Cancelled|0|", "111-3|3|Shipped - Returned to Seller|L1|Shipped|4|36",
    )  # fmt: skip
    sell(database, early, AMAZON, key="early")
    report = sell(database, late, AMAZON, key="late")
    assert report.counts["order_cancelled"] == 2
    assert notes(report)["orders_withdrawn"] == {"lines": 2}
    assert values(database, _DEMAND) == [("111-2", "L1", 1), ("111-3", "L1", 4)]


def test_trap_27_the_files_of_a_history_may_come_in_any_order(
    database: Database, tmp_path: Path
) -> None:
    late = amazon(tmp_path, "late.txt", CANCELLED)
    early = amazon(
        tmp_path,
        "early.txt",
        PENDING,
        "111-3|3|Shipped|L1|Shipped|4|36",
    )
    one = sell(database, late, AMAZON, key="late")
    two = sell(database, early, AMAZON, key="early")
    assert (two.counts["accepted"], two.counts["replaced"]) == (1, 1)
    assert values(database, _DEMAND) == [("111-3", "L1", 4)]
    more = amazon(tmp_path, "more.txt", PENDING, "111-4|4|Shipped|L1|Shipped|5|45")
    again = sell(database, more, AMAZON, key="more")
    assert (again.counts["accepted"], again.counts["repeated"]) == (1, 1)
    # What the cancelled order once was comes back with the undo of the file that cancelled it.
    undo(database, one.import_id)
    demand = [("111-1", "L1", 2), ("111-3", "L1", 4), ("111-4", "L1", 5)]
    assert values(database, _DEMAND) == demand
    undo(database, two.import_id, key="second undo")
    assert values(database, _DEMAND) == [("111-4", "L1", 5)]


def test_an_order_that_two_files_withdraw_stays_withdrawn_when_one_is_undone(
    database: Database, tmp_path: Path
) -> None:
    sell(database, amazon(tmp_path, "a", PENDING), AMAZON, key="a")
    two = sell(database, amazon(tmp_path, "b", CANCELLED), AMAZON, key="b")
    three = amazon(tmp_path, "c", "111-1|1|Cancelled|L1|Cancelled|2|18")
    last = sell(database, three, AMAZON, key="c")
    undo(database, two.import_id, key="u2")
    assert values(database, _DEMAND) == []
    undo(database, last.import_id, key="u3")
    assert values(database, _DEMAND) == [("111-1", "L1", 2)]


def test_without_order_numbers_only_the_very_same_line_is_taken_back(
    database: Database, tmp_path: Path
) -> None:
    header = "SKU,Qty,Date,Price,Order status"
    paid = (
        "A1,1,2026-09-01 10:00,5,Paid",
        "A1,2,2026-09-01 10:00,5,Paid",
        "A1,1,2026-09-02,5,Paid",
    )
    sell(database, csv_file(tmp_path, "a.csv", (header, *paid)), key="a")
    gone = csv_file(tmp_path, "b.csv", (header, "A1,1,2026-09-01 10:00,5,已取消"))
    assert notes(sell(database, gone, key="b"))["orders_withdrawn"] == {"lines": 1}
    assert values(database, _DEMAND) == [("", "A1", 3)]


def test_a_shop_of_its_own_is_not_touched_by_the_same_number_elsewhere(
    database: Database, tmp_path: Path
) -> None:
    paid = csv_file(tmp_path, "a.csv", (SHOPIFY, *shop("#1001", "paid", "", [("A1", 1, "")])))
    sell(database, paid, replace(OPTIONS, channel="north"), key="a")
    void = csv_file(tmp_path, "b.csv", (SHOPIFY, *shop("#1001", "voided", "", [("A1", 1, "")])))
    report = sell(database, void, replace(OPTIONS, channel="south"), key="b")
    assert "orders_withdrawn" not in notes(report)
    assert values(database, _DEMAND) == [("#1001", "A1", 1)]


@pytest.mark.parametrize(
    ("column", "words", "said"),
    [
        ("order_status", "Canceled", Said.CANCELLED),
        ("order_status", "wc-cancelled", Said.CANCELLED),
        ("order_status", "Completed", Said.SHIPPED),
        ("order_status", "Shipped - Returned to Seller", Said.SHIPPED),
        ("order_status", "CANCEL_REQUESTED", Said.OTHER),
        ("order_status", "Cancel pending", Said.OTHER),
        ("order_status", "Cancelled - out of stock", Said.STOCK),
        ("order_status", "Partially Refunded", Said.PARTLY),
        ("order_status", "交易取消", Said.CANCELLED),
        ("fulfilment_status", "unfulfilled", Said.UNSHIPPED),
        ("fulfilment_status", "restocked", Said.UNSHIPPED),
        ("fulfilment_status", "partial", Said.PARTLY),
        ("line_status", "已发货", Said.SHIPPED),
        ("payment_status", "refunded", Said.REFUNDED),
        ("payment_status", "partially_refunded", Said.OTHER),
        ("payment_status", "voided", Said.VOIDED),
        ("payment_status", "pending", Said.OTHER),
        ("cancelled_at", "2026-09-02 12:00:00 +0100", Said.CANCELLED),
        ("cancelled_at", "0000-00-00", Said.OTHER),
        ("cancel_reason", "inventory", Said.STOCK),
        ("cancel_reason", "缺货", Said.STOCK),
        ("cancel_reason", "customer", Said.OTHER),
    ],
)
def test_what_the_words_of_an_export_say(column: str, words: str, said: Said) -> None:
    assert said_by(column, words) is said


def test_a_cancelled_order_is_not_the_last_sale_of_what_lies_there(
    database: Database, tmp_path: Path
) -> None:
    lines = (
        SHOPIFY,
        *shop("#1001", "paid", "fulfilled", [("A1", 1, "fulfilled")]),
        *shop("#1005", "voided", "unfulfilled", [("A1", 4, "pending")]),
    )
    sell(database, csv_file(tmp_path, "orders_export.csv", lines), SalesOptions())
    [(sku_id, place)] = values(database, "SELECT DISTINCT sku_id, warehouse_id FROM sales_line")
    with database.reading() as conn:
        assert last_sold(conn, [(sku_id, place)]) == {(sku_id, place): date(2026, 9, 1)}
