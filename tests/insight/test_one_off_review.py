"""The list to review: every line that is left out, what the rule held it against, who said what."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from inventory_core.db.engine import Database
from inventory_core.insight.one_off_lines import LEAST_POOLED
from inventory_core.insight.one_off_review import reviewed_lines
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.demand_words import NewWord, take_back_words
from inventory_core.trade.orders import NewOrder, NewOrderLine, accept_orders
from tests.planning.lamps import (
    AGAIN,
    LARGE,
    LARGE_ON,
    ONE_OFF,
    ORDINARY,
    PROJECT,
    SMALL,
    SMALL_ON,
    bulk,
    lamp_seller,
    line,
    say,
)
from tests.planning.seller import YESTERDAY, Seller, make_seller


@pytest.fixture
def seller(database: Database) -> Seller:
    return lamp_seller(database)


def reviewed(seller: Seller, *, largest: int = 0, **asked: Any) -> list[Mapping[str, Any]]:
    params = {"first_on": date(2020, 1, 1), "last_on": YESTERDAY, "largest": largest, **asked}
    with seller.database.reading() as conn:
        return [row._mapping for row in conn.rows(reviewed_lines(), params)]


def test_a_line_is_shown_with_what_the_rule_held_it_against(seller: Seller) -> None:
    [found] = reviewed(seller)
    told = ("sku", "order_id", "order_number", "on_day", "units", "warehouses", "channel")
    assert [found[name] for name in told] == [
        "LAMP", None, f"I{LARGE_ON}", LARGE_ON, LARGE, "US", "file",
    ]  # fmt: skip
    assert (found["left_out"], found["found"], found["alone"]) == (True, True, False)
    assert (found["middle"], found["nearly_all"], found["word"]) == (2, 3, "rule")


def test_whoever_said_something_stands_there_and_the_largest_first(seller: Seller) -> None:
    large, small = line(seller, LARGE), line(seller, SMALL)
    [kept, out] = say(seller, NewWord(large, ORDINARY, AGAIN), NewWord(small, ONE_OFF, PROJECT))
    rows = reviewed(seller)
    assert [(row["units"], row["left_out"], row["found"], row["word"]) for row in rows] == [
        (LARGE, False, True, "ordinary"),
        (SMALL, True, False, "one_off"),
    ]
    assert [(row["word_id"], row["reason"], row["said_by"]) for row in rows] == [
        (kept.id, "comes_again", "Yiben"),
        (out.id, "project", "Yiben"),
    ]
    assert sum(row["units"] for row in rows if row["left_out"]) == bulk(seller)


def test_the_largest_of_the_others_are_shown_where_asked_for(seller: Seller) -> None:
    lamps = reviewed(seller, largest=3, skus=[seller.skus["LAMP"]])
    assert [row["units"] for row in lamps] == [LARGE, SMALL, 3, 3]
    assert [row["left_out"] for row in lamps] == [True, False, False, False]
    assert lamps[1]["on_day"] == SMALL_ON
    assert reviewed(seller, largest=3, warehouse_id=seller.uk) == []
    before = {"last_on": LARGE_ON - timedelta(days=1)}
    assert [row["units"] for row in reviewed(seller, largest=1, **before)] == [SMALL, 1]


def test_a_word_that_was_taken_back_leaves_the_list(seller: Seller) -> None:
    [out] = say(seller, NewWord(line(seller, SMALL), ONE_OFF, PROJECT), key="a")
    assert [row["units"] for row in reviewed(seller)] == [LARGE, SMALL]
    seller.database.write(lambda tx: take_back_words(tx, SYSTEM, [out.id], key="b"))
    assert [row["units"] for row in reviewed(seller)] == [LARGE]
    lamps = reviewed(seller, largest=1, skus=[seller.skus["LAMP"]])
    assert [row["units"] for row in lamps] == [LARGE, SMALL]


def test_the_lines_of_one_order_are_shown_whatever_they_are(seller: Seller) -> None:
    at = datetime(2026, 3, 1, 20, tzinfo=UTC)
    goods = [
        NewOrderLine(number, seller.skus[sku], units, Decimal(10))
        for number, (sku, units) in enumerate((("LAMP", 2), ("CABLE", 40)), 1)
    ]
    new = NewOrder("a", seller.account, "A-17", at, "USD", goods, country="US")
    seller.database.write(lambda tx: accept_orders(tx, SYSTEM, [new], now=at))
    ids = [row[0] for row in seller.rows("SELECT id FROM sales_order_line ORDER BY id")]
    rows = reviewed(seller, line_ids=ids)
    assert [(row["line_id"], row["sku"], row["units"]) for row in rows] == [
        (ids[1], "CABLE", 40),
        (ids[0], "LAMP", 2),
    ]
    assert [row["left_out"] for row in rows] == [True, False]
    assert {row["order_number"] for row in rows} == {"A-17"}
    assert {(row["channel"], row["country"]) for row in rows} == {("Shop", "US")}


def test_the_only_line_of_a_sku_says_that_it_was_held_against_its_like(
    database: Database,
) -> None:
    seller = make_seller(database)
    seller.sold("CABLE", [2] * LEAST_POOLED, last_on=YESTERDAY)
    seller.sold("LAMP", [29], last_on=YESTERDAY)
    [found] = reviewed(seller)
    assert (found["sku"], found["alone"], found["middle"]) == ("LAMP", True, 2)


def test_the_sum_of_a_month_is_not_offered_to_be_left_out(seller: Seller) -> None:
    seller.run("UPDATE sales_line SET summed = true WHERE quantity = :units", units=SMALL)
    assert SMALL not in [row["units"] for row in reviewed(seller, largest=5)]
