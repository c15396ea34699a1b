"""Rules by hand as a file: what comes in, what is wrong by row and cell, and the way back."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import text

from app.i18n import catalogue
from app.screens.catalog_rules import in_words, list_columns
from app.sheets import FileColumn, as_csv
from inventory_core.db.engine import Database
from inventory_core.errors import Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.rule_lists import select_rules
from inventory_core.planning.rules import ReplenishRule, replenish_rules, set_replenish_rules
from tests.desk.importing import csv_file, load, sheet_file, undo, values

HEAD = "SKU,Warehouse,Minimum,Maximum,Service level (%),Review period (days),Replenish,Reason"
TOLD = (
    "SELECT s.code, r.minimum, r.maximum, r.service_level::text, r.review_days, r.buying, r.reason"
    " FROM replenish_rule r JOIN sku s ON s.id = r.sku_id ORDER BY s.code"
)


def rule_of(database: Database, code: str) -> ReplenishRule:
    [(sku_id,)] = values(database, f"SELECT id FROM sku WHERE code = '{code}'")
    [(place,)] = values(database, "SELECT id FROM location WHERE code = 'SZ'")
    with database.reading() as conn:
        found = replenish_rules(conn).get((sku_id, place))
    return found or ReplenishRule(sku_id, place)


def test_rules_come_in_change_and_are_taken_back(seller: Database, tmp_path: Path) -> None:
    lines = (HEAD, "00123,SZ,40,120,97.5,14,yes,fair", "1E5,sz,,,,,no,", "12,SZ,1,,95%,,,")
    first = load(seller, "rules", csv_file(tmp_path, "rules.csv", lines))
    assert first.counts == {"created": 3, "changed": 0, "unchanged": 0}
    came = [
        ("00123", 40, 120, "0.9750", 14, True, "fair"),
        ("12", 1, None, "0.9500", None, True, ""),
        ("1E5", None, None, None, None, False, ""),
    ]
    assert values(seller, TOLD) == came
    # The same again is nothing new; an empty cell leaves a part to the company, a column that the
    # file lacks leaves it as it is, and what says nothing any more is no rule.
    again = load(seller, "rules", csv_file(tmp_path, "again.csv", (*lines, "")))
    assert again.replayed or again.counts["unchanged"] == 3
    less = ("SKU,Warehouse,Minimum,Replenish", "00123,SZ,,yes", "1E5,SZ,,yes")
    second = load(seller, "rules", csv_file(tmp_path, "less.csv", less))
    assert second.counts == {"created": 0, "changed": 2, "unchanged": 0}
    assert values(seller, TOLD) == [
        ("00123", None, 120, "0.9750", 14, True, "fair"),
        ("12", 1, None, "0.9500", None, True, ""),
    ]
    with pytest.raises(Refused, match="import_in_use"):
        undo(seller, first.import_id)
    undo(seller, second.import_id)
    assert values(seller, TOLD) == came
    undo(seller, first.import_id)
    assert values(seller, TOLD) == []


def test_whoever_changed_a_rule_since_stands_in_the_way_by_name(
    seller: Database, tmp_path: Path
) -> None:
    done = load(
        seller, "rules", csv_file(tmp_path, "r.csv", (HEAD, "00123,SZ,40,,,,,", "12,SZ,5,,,,,"))
    )
    now = rule_of(seller, "00123")
    with seller.writing() as tx:
        set_replenish_rules(tx, SYSTEM, [ReplenishRule(*now.pair, minimum=60)])
    with pytest.raises(Refused) as refused:
        undo(seller, done.import_id)
    assert refused.value.params["records"] == ["00123 · SZ"]
    assert [row[1] for row in values(seller, TOLD)] == [60, 5]


def test_every_wrong_cell_is_named_by_row_and_column(seller: Database, tmp_path: Path) -> None:
    lines = (
        HEAD,
        "00123,SZ,-1,,,,,",
        "1E5,SZ,50,40,,,,",
        "12,SZ,,,49,,,",
        "00124,SZ,1,,,,,",
        "00123,NOWHERE,1,,,0,,",
        "12,nowhere,1,,,,maybe,",
    )
    told = load(seller, "rules", csv_file(tmp_path, "bad.csv", lines))
    found = {(one.row_no, one.column, one.code) for one in told.problems}
    assert found == {
        (2, "Minimum", "rule_minimum_out_of_range"),
        (3, "Maximum", "rule_maximum_below_minimum"),
        (4, "Service level (%)", "rule_level_out_of_range"),
        (5, "SKU", "sku_unknown"),
        (6, "Warehouse", "warehouse_unknown_code"),
        (7, "Replenish", "cell_not_yes_or_no"),
    }
    assert not told.written
    assert values(seller, TOLD) == []
    for language in ("en", "zh"):
        assert {f"imports.problem.{one.code}" for one in told.problems} <= set(catalogue(language))
    # The minimum of this row against the maximum that stands already.
    assert load(seller, "rules", csv_file(tmp_path, "m.csv", ("SKU,Site,Max", "12,SZ,30"))).written
    told = load(seller, "rules", csv_file(tmp_path, "n.csv", ("SKU,Site,Min", "12,SZ,31")))
    assert [one.code for one in told.problems] == ["rule_maximum_below_minimum"]


@pytest.mark.parametrize("cell", [97.5, 0.975, "97.5 %", "97.5%", "97,5 %", "９７.５％"])
def test_a_level_is_read_as_a_spreadsheet_keeps_it(
    seller: Database, tmp_path: Path, cell: float | str
) -> None:
    rows = [["SKU", "Warehouse", "Service level"], ["00123", "SZ", cell]]
    assert load(seller, "rules", sheet_file(tmp_path, "r.xlsx", rows)).written
    assert rule_of(seller, "00123").service_level == Decimal("0.975")


def test_the_file_of_the_list_comes_in_again_and_changes_nothing(
    seller: Database, tmp_path: Path
) -> None:
    lines = (HEAD, "00123,SZ,40,120,97.5,14,yes,fair", "1E5,SZ,,,,,no,")
    done = load(seller, "rules", csv_file(tmp_path, "rules.csv", lines))
    with seller.reading() as conn:
        rows = in_words(pd.read_sql_query(select_rules(), conn.connection))
    columns = {name: FileColumn(one.label, one.kind) for name, one in list_columns().items()}
    (tmp_path / "list.csv").write_bytes(as_csv(rows[list(columns)], list(columns.values())))
    again = load(seller, "rules", tmp_path / "list.csv")
    assert again.counts == {"created": 0, "changed": 0, "unchanged": 2}
    undo(seller, done.import_id)
    assert load(seller, "rules", tmp_path / "list.csv", key="anew").counts["created"] == 2
    assert [row[3] for row in values(seller, TOLD)] == ["0.9750", None]


def test_an_import_asks_for_one_plan_where_there_was_one(seller: Database, tmp_path: Path) -> None:
    asked = "SELECT job, count(*) FROM job_request GROUP BY 1"
    file = csv_file(tmp_path, "r.csv", (HEAD, "00123,SZ,40,,,,,"))
    done = load(seller, "rules", file)
    assert values(seller, asked) == [], "nothing was ever planned here"
    undo(seller, done.import_id)
    with seller.writing() as tx:
        tx.execute(
            text(
                "INSERT INTO forecast_run (key, as_of_on, data_watermark_at, history_hash,"
                " frequency, horizon, code_version, settings, scores, current)"
                " VALUES ('r', '2026-01-01', now(), '', 'D', 1, '', '{}', '{}', true)"
            )
        )
    assert load(seller, "rules", file, key="dry", dry_run=True).import_id is None
    assert values(seller, asked) == []
    load(seller, "rules", file, key="wet")
    assert values(seller, asked) == [("plan", 1)]
