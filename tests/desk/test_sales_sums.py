"""Sums of a week or a month in a sales file: asked about, spread to the unit, never guessed."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from inventory_core.db.engine import Database
from inventory_core.desk.sales_sums import RowSpan
from inventory_core.errors import Invalid, Refused
from tests.desk.importing import OPTIONS, csv_file, found, sell, undo, values

MONDAY = date(2026, 9, 7)
WEEKS = [MONDAY + timedelta(weeks=n) for n in range(5)]
MONTHS = [date(2026, month, 1) for month in (7, 8, 9)]
_SOLD = "SELECT sold_on, sum(quantity)::int FROM sales_line WHERE treatment = 'accepted'"
_SOLD += " GROUP BY sold_on ORDER BY sold_on"


def _file(folder: Path, days: list[date], units: int = 10, clock: str = "") -> Path:
    rows = [f"LAMP-1,{day}{clock},{units},9.90" for day in days]
    return csv_file(folder, "sums.csv", ["SKU,Date,Quantity,Price", *rows])


@pytest.mark.parametrize(("days", "asked"), [(WEEKS, "week"), (MONTHS, "month")])
def test_a_file_that_looks_like_sums_is_not_taken_until_somebody_says_what_a_row_is(
    database: Database, tmp_path: Path, days: list[date], asked: str
) -> None:
    found(database)
    path = _file(tmp_path, days)
    checked = sell(database, path, dry_run=True)
    assert f"looks_like_{asked}s" in [note.code for note in checked.notes]
    with pytest.raises(Invalid) as refused:
        sell(database, path)
    assert (refused.value.code, refused.value.params["span"]) == ("sales_look_like_sums", asked)
    assert values(database, _SOLD) == []
    taken = sell(database, path, replace(OPTIONS, each_row=RowSpan.SALE))
    assert taken.counts["accepted"] == len(days)
    assert values(database, _SOLD) == [(day, 10) for day in days]


@pytest.mark.parametrize(
    "days",
    [
        WEEKS[:3],
        [*WEEKS, MONDAY + timedelta(days=1)],
        MONTHS[:2],
        [*MONTHS, date(2026, 9, 15)],
    ],
)
def test_few_or_other_days_are_sales_as_they_stand(
    database: Database, tmp_path: Path, days: list[date]
) -> None:
    found(database)
    assert sell(database, _file(tmp_path, days)).counts["accepted"] == len(days)


def test_sales_with_a_time_of_day_are_no_sums(database: Database, tmp_path: Path) -> None:
    found(database)
    assert sell(database, _file(tmp_path, WEEKS, clock=" 10:15")).counts["accepted"] == 5


@pytest.mark.parametrize(("span", "first"), [(RowSpan.WEEK_FROM, 0), (RowSpan.WEEK_TO, -6)])
def test_a_week_is_spread_over_its_seven_days_to_the_unit(
    database: Database, tmp_path: Path, span: RowSpan, first: int
) -> None:
    found(database)
    report = sell(database, _file(tmp_path, WEEKS[:1]), replace(OPTIONS, each_row=span))
    begins = MONDAY + timedelta(days=first)
    sold = dict(values(database, _SOLD))
    assert set(sold) == {begins + timedelta(days=n) for n in range(7)}
    assert sum(sold.values()) == 10
    assert max(sold.values()) - min(sold.values()) == 1
    assert (report.rows, report.counts["accepted"], report.counts["repeated"]) == (1, 1, 0)
    [note] = [note for note in report.notes if note.code == "rows_spread"]
    assert note.params == {"rows": 1, "lines": 7}


def test_a_month_has_its_own_days_and_one_unit_lies_in_their_middle(
    database: Database, tmp_path: Path
) -> None:
    found(database)
    by_month = replace(OPTIONS, each_row=RowSpan.MONTH)
    sell(database, _file(tmp_path, [date(2026, 2, 1)], units=28), by_month)
    assert values(database, _SOLD) == [(date(2026, 2, day), 1) for day in range(1, 29)]
    sell(database, _file(tmp_path, [date(2026, 4, 30)], units=1), by_month, key="april")
    assert values(database, _SOLD)[-1] == (date(2026, 4, 15), 1)


def test_a_month_that_is_not_over_lies_in_the_days_that_are(
    database: Database, tmp_path: Path
) -> None:
    found(database)
    path = _file(tmp_path, [date(2026, 11, 1)], units=42)
    sell(database, path, replace(OPTIONS, each_row=RowSpan.MONTH))
    assert values(database, _SOLD) == [(date(2026, 11, day), 2) for day in range(1, 22)]


def test_the_same_sums_again_add_nothing(database: Database, tmp_path: Path) -> None:
    found(database)
    by_week = replace(OPTIONS, each_row=RowSpan.WEEK_FROM)
    sell(database, _file(tmp_path, WEEKS[:2]), by_week)
    before = values(database, _SOLD)
    again = sell(database, _file(tmp_path, WEEKS), by_week, key="longer")
    assert (again.counts["repeated"], again.counts["accepted"]) == (2, 3)
    assert values(database, _SOLD)[: len(before)] == before
    assert sum(units for _, units in values(database, _SOLD)) == 50


def _november(folder: Path, units: int, *more: str) -> Path:
    return csv_file(
        folder, "nov.csv", ["SKU,Date,Quantity,Price", f"lamp-1,2026-11-01,{units},9.90", *more]
    )


def test_a_month_that_was_running_and_is_stated_anew_counts_once_and_comes_back_by_undo(
    database: Database, tmp_path: Path
) -> None:
    found(database)
    by_month = replace(OPTIONS, each_row=RowSpan.MONTH)
    first = sell(database, _november(tmp_path, 42), by_month, key="first")
    before = values(database, _SOLD)
    checked = sell(database, _november(tmp_path, 84), by_month, key="look", dry_run=True)
    assert {note.code: note.params for note in checked.notes}["sums_replaced"] == {"lines": 21}
    assert values(database, _SOLD) == before, "a check changes nothing"
    second = sell(database, _november(tmp_path, 84), by_month, key="second")
    assert values(database, _SOLD) == [(date(2026, 11, day), 4) for day in range(1, 22)]
    # Back to what was said first: the same lines as those that were replaced.
    third = sell(database, _november(tmp_path, 42, "LAMP-2,2026-11-01,21,5"), by_month, key="third")
    assert sum(units for _, units in values(database, _SOLD)) == 42 + 21
    assert third.import_id is not None
    assert second.import_id is not None
    assert first.import_id is not None
    with pytest.raises(Refused) as refused:
        undo(database, second.import_id)
    assert refused.value.code == "import_replaced"
    assert refused.value.params["later"] == third.import_id
    undo(database, third.import_id)
    assert sum(units for _, units in values(database, _SOLD)) == 84
    undo(database, second.import_id)
    assert values(database, _SOLD) == before


def test_sums_of_another_warehouse_stay_and_single_sales_beside_sums_are_named(
    database: Database, tmp_path: Path
) -> None:
    found(database)
    by_month = replace(OPTIONS, each_row=RowSpan.MONTH)
    sale = csv_file(
        tmp_path, "sales.csv", ["SKU,Date,Quantity,Price", "LAMP-1,2026-11-05 10:00,3,9.90"]
    )
    sell(database, sale, key="sales")
    report = sell(database, _november(tmp_path, 42), by_month, key="sums")
    notes = {note.code: note.params for note in report.notes}
    assert notes["sums_beside_sales"] == {"lines": 1}
    assert "sums_replaced" not in notes
    header = "SKU,Date,Quantity,Price,Country"
    other = csv_file(tmp_path, "fr.csv", [header, "LAMP-1,2026-11-01,21,9.90,FR"])
    sell(database, other, by_month, key="france")
    assert sum(units for _, units in values(database, _SOLD)) == 3 + 42 + 21
