"""Legs of the way by file: for all offers or one, everywhere or into a country, and taken back."""

from pathlib import Path
from typing import Any

import pytest

from inventory_core.db.engine import Database
from inventory_core.desk.exports import export_table
from inventory_core.office.actors import SYSTEM
from tests.desk.importing import OFFER_LINES, PLACE_LINES, csv_file, load, undo, values

HEAD = "Supplier code,SKU,Ship method,Destination,Leg,Days,Freight per unit,Currency"
USUAL = (
    "S1,,sea,,production,20,,",
    "S1,,sea,,transport,28,0.50,USD",
    "S1,,sea,,customs,3,0.10,EUR",
)
GERMAN = (
    "S1,,sea,de,transport,38,0.70,USD",
    "S1,00123,sea,DE,transport,41,,",
    "S1,,sea,DE,quality,2,,",
    "S1,,sea,DE,customs,6,,",
)
LEGS = """
    SELECT s.code, g.destination, g.kind, g.days, g.unit_freight::float, g.currency
      FROM offer_leg g JOIN offer o ON o.id = g.offer_id JOIN sku s ON s.id = o.sku_id
     ORDER BY s.code, g.ship_method, g.destination, g.leg_no
"""


@pytest.fixture
def offered(seller: Database, tmp_path: Path) -> Database:
    """The seller of the imports with two offers of S1 and a warehouse in Germany."""
    place = (PLACE_LINES[0], "FBA-DE,FBA DE,fba,DE,Europe/Berlin")
    load(seller, "warehouses", csv_file(tmp_path, "german places.csv", place))
    load(seller, "suppliers_offers", csv_file(tmp_path, "offers.csv", OFFER_LINES))
    return seller


def bring(database: Database, folder: Path, name: str, *lines: str) -> Any:
    return load(database, "offer_legs", csv_file(folder, f"{name}.csv", (HEAD, *lines)))


def german_customs(sku: str) -> tuple[Any, ...]:
    """The row gave days only: freight is that of the leg everywhere, stated in the file before."""
    return sku, "DE", "customs", 6, 0.1, "EUR"


def test_one_row_states_a_leg_of_every_offer_and_a_row_with_a_sku_says_more(
    offered: Database, tmp_path: Path
) -> None:
    assert bring(offered, tmp_path, "usual", *USUAL).counts["created"] == 3
    done = bring(offered, tmp_path, "german", *GERMAN)
    assert (done.counts["created"], done.problem_count) == (4, 0)
    usual = [("", "production", 20, 0.0, None), ("", "transport", 28, 0.5, "USD"),
             ("", "customs", 3, 0.1, "EUR")]  # fmt: skip
    assert values(offered, LEGS) == [
        *(("00123", *leg) for leg in usual),
        ("00123", "DE", "quality", 2, 0.0, None),
        ("00123", "DE", "transport", 41, 0.7, "USD"),
        german_customs("00123"),
        *(("1E5", *leg) for leg in usual),
        ("1E5", "DE", "quality", 2, 0.0, None),
        ("1E5", "DE", "transport", 38, 0.7, "USD"),
        german_customs("1E5"),
    ]


def test_the_same_file_changes_nothing_and_another_one_only_what_it_names(
    offered: Database, tmp_path: Path
) -> None:
    bring(offered, tmp_path, "usual", *USUAL, *GERMAN)
    versions = values(offered, "SELECT id, version FROM offer ORDER BY id")
    again = bring(offered, tmp_path, "again", *GERMAN, *USUAL)
    assert again.counts == {"created": 0, "changed": 0, "unchanged": 7}
    assert values(offered, "SELECT id, version FROM offer ORDER BY id") == versions
    before = values(offered, LEGS)
    # Days only: freight stays; a leg of no days is none.
    later = bring(
        offered, tmp_path, "later", "S1,1E5,sea,DE,transport,44,,", "S1,,sea,,customs,0,,"
    )
    assert later.counts["changed"] == 2
    assert values(offered, LEGS) == [
        (*leg[:3], 44, *leg[4:]) if leg[:3] == ("1E5", "DE", "transport") else leg
        for leg in before
        if leg[1:3] != ("", "customs")
    ]
    undo(offered, later.import_id)
    assert values(offered, LEGS) == before


def test_legs_that_came_by_file_go_with_it(offered: Database, tmp_path: Path) -> None:
    done = bring(offered, tmp_path, "usual", *USUAL, *GERMAN)
    undo(offered, done.import_id)
    assert values(offered, LEGS) == []


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("S1,,sea,UK,transport,38,,", "Destination", "no_warehouse_there"),
        ("S9,,sea,DE,transport,38,,", "Supplier code", "offer_unknown"),
        ("S1,12,sea,DE,transport,38,,", "Supplier code", "offer_unknown"),
        ("S1,NONE,sea,DE,transport,38,,", "SKU", "sku_unknown"),
        ("S1,,boat,DE,transport,38,,", "Ship method", "cell_not_in_list"),
        ("S1,,sea,DE,flight,38,,", "Leg", "cell_not_in_list"),
        ("S1,,sea,DE,transport,,,", "Days", "cell_missing"),
        ("S1,,sea,DE,transport,999,,", "Days", "out_of_range"),
    ],
)
def test_a_bad_row_is_named_and_nothing_of_the_file_stays(
    offered: Database, tmp_path: Path, line: str, column: str, code: str
) -> None:
    report = bring(offered, tmp_path, "bad", *USUAL, line)
    assert [(p.column, p.code) for p in report.problems] == [(column, code)]
    assert values(offered, LEGS) == []


def test_the_export_of_legs_is_a_file_that_changes_nothing(
    offered: Database, tmp_path: Path
) -> None:
    bring(offered, tmp_path, "usual", *USUAL, *GERMAN)
    with offered.reading() as conn:
        content, rows = export_table(conn, SYSTEM, "offer_legs", "csv")
    path = tmp_path / "out.csv"
    path.write_bytes(content)
    report = load(offered, "offer_legs", path)
    assert (rows, report.problem_count, report.counts["unchanged"]) == (12, 0, 12)
