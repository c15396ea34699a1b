"""Rates, customers, successors and days off sale by file: stated once, and taken back."""

from pathlib import Path

from inventory_core.db.engine import Database
from tests.desk.importing import csv_file, load, undo, values


def test_rates_and_customers_come_in(seller: Database, tmp_path: Path) -> None:
    rates = ["From currency,To currency,Day,Rate", "USD,CNY,2026-01-31,7.1", "GBP,CNY,2026-01-31,9"]
    assert load(seller, "rates", csv_file(tmp_path, "r.csv", rates)).counts["created"] == 2
    better = [rates[0], "USD,CNY,2026-01-31,7.2", "GBP,CNY,2026-01-31,9"]
    report = load(seller, "rates", csv_file(tmp_path, "r2.csv", better))
    assert report.counts == {"created": 0, "changed": 1, "unchanged": 1}
    undo(seller, report.import_id)
    kept = "SELECT rate::float FROM exchange_rate ORDER BY 1"
    assert values(seller, kept) == [(7.1,), (9.0,)]
    people = ["Customer code,Customer name,Country", "17850,Ann,GB"]
    assert load(seller, "customers", csv_file(tmp_path, "c.csv", people)).counts["created"] == 1


def test_a_successor_is_stated_in_the_file_and_taken_back_with_it(
    seller: Database, tmp_path: Path
) -> None:
    told = "SELECT s.code, h.code FROM sku s JOIN sku h ON h.id = s.successor_id ORDER BY 1"
    lines = ("SKU,Name,Successor SKU", "1E5,Lamp,LAMP2", "LAMP2,Lamp two,LAMP3", "LAMP3,Three,")
    done = load(seller, "skus", csv_file(tmp_path, "heirs.csv", lines))
    assert values(seller, told) == [("1E5", "LAMP2"), ("LAMP2", "LAMP3")]
    circle = load(
        seller, "skus", csv_file(tmp_path, "c.csv", ("SKU,Name,Successor SKU", "LAMP3,Three,1E5"))
    )
    assert [p.code for p in circle.problems] == ["successor_in_circle"]
    unknown = load(
        seller, "skus", csv_file(tmp_path, "u.csv", ("SKU,Name,Successor SKU", "12,Full,NONE"))
    )
    assert [p.code for p in unknown.problems] == ["sku_unknown"]
    assert values(seller, told) == [("1E5", "LAMP2"), ("LAMP2", "LAMP3")]
    undo(seller, done.import_id)
    assert values(seller, told) == []
    assert values(seller, "SELECT count(*) FROM sku WHERE code LIKE 'LAMP_'") == [(0,)]


def test_days_off_sale_are_stated_once_and_taken_back(seller: Database, tmp_path: Path) -> None:
    lines = (
        "SKU,Channel,First day off sale,Last day off sale,Reason",
        "1E5,,2026-03-02,2026-03-15,suspended",
        "1E5,,2026-04-01,,",
        "12,,2026-03-02,2026-03-09,buy_box_lost",
    )
    done = load(seller, "sale_pauses", csv_file(tmp_path, "pauses.csv", lines))
    assert done.counts["created"] == 3
    told = "SELECT reason, first_on::text, last_on::text FROM sale_pause ORDER BY id"
    stated = values(seller, told)
    assert stated[1] == ("other", "2026-04-01", None)
    more = (*lines, "1E5,,2026-03-10,2026-03-20,other")
    refused = load(seller, "sale_pauses", csv_file(tmp_path, "more.csv", more))
    assert [p.code for p in refused.problems] == ["pauses_overlap"]
    nowhere = (lines[0], "1E5,NOWHERE,2026-05-02,,")
    refused = load(seller, "sale_pauses", csv_file(tmp_path, "nowhere.csv", nowhere))
    assert [p.code for p in refused.problems] == ["channel_unknown"]
    again = load(seller, "sale_pauses", csv_file(tmp_path, "again.csv", lines[:3]))
    assert (again.counts["created"], again.counts["unchanged"]) == (0, 2)
    assert values(seller, told) == stated
    undo(seller, done.import_id)
    assert values(seller, told) == []
