"""Which of a file's columns is which: seen and corrected on screen before anything is loaded."""

from datetime import date

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from app.i18n import catalogue
from inventory_core.catalog.skus import NewSku, create_skus
from inventory_core.office.actors import SYSTEM
from tests.app.screens.test_forecasts_learning import drawn, words
from tests.browser import Served

ENGLISH = catalogue("en")
LINES = (
    "Order number,SKU,Units,Pieces,Order date,Ship date,Price,Paid each,Currency",
    "9,Q1,box,3,2026-03-02 09:00,2026-03-05 08:00,9.9,4.5,EUR",
    "10,Q1,box,5,2026-03-03 09:00,2026-03-06 08:00,9.9,4.5,EUR",
)


def press(test: AppTest, key: str, **words: object) -> AppTest:
    label = ENGLISH[key].format(**words)
    [button] = [one for one in test.button if one.label == label]
    test = button.click().run()
    assert not test.exception, test.exception
    return test


def say(test: AppTest, **headings: str) -> AppTest:
    """Choose the heading of these columns and check the file again."""
    for column, heading in headings.items():
        [field] = [one for one in test.selectbox if str(one.key).endswith(f"_{column}")]
        field.set_value(heading)
    return press(test, "imports.match_check")


def taken(test: AppTest) -> dict[str, str]:
    """The table of what was taken for what: our name → their heading."""
    [frame] = [one.value for one in test.dataframe if "heading" in one.value.columns]
    return dict(zip(frame["field"], frame["heading"], strict=True))


@pytest.fixture
def checked(desk: Served) -> AppTest:
    test = drawn(desk, "", screen="import")
    uploader = test.file_uploader[0]
    test = uploader.upload("odd.csv", "\n".join(LINES).encode(), "text/csv").run()
    return press(test, "imports.check")


def test_columns_taken_wrongly_are_corrected_and_the_choice_holds_for_the_import(
    desk: Served, checked: AppTest
) -> None:
    # A unit taken as quantity leaves nothing readable; what was taken is shown all the same.
    assert "Most of odd.csv cannot be read" in words(checked)
    assert taken(checked)["Quantity"] == "Units"
    test = say(checked, quantity="Pieces")
    assert taken(test) == {
        "Invoice": "Order number",
        "SKU": "SKU",
        "Quantity": "Pieces",
        "Time": "Order date",
        "Unit price": "Price",
        "Currency": "Currency",
    }
    test = say(test, sold_at="Ship date", unit_price="Ship date")
    assert "cannot be both Time and Unit price" in words(test)
    test = say(test, sold_at="Ship date", unit_price="Paid each", invoice="")
    assert taken(test)["Time"] == "Ship date"
    assert "Invoice" not in taken(test)
    [button] = [one for one in test.button if one.label == "Import 2 rows"]
    test = button.click().run()
    assert "taken as import" in words(test)
    with desk.database.reading() as conn:
        sold = text(
            "SELECT sold_on, quantity, unit_price::float, invoice FROM sales_line ORDER BY 1"
        )
        assert [tuple(row) for row in conn.rows(sold)] == [
            (date(2026, 3, 5), 3, 4.5, ""),
            (date(2026, 3, 6), 5, 4.5, ""),
        ]


def test_checking_again_without_another_choice_changes_nothing(checked: AppTest) -> None:
    test = say(checked, quantity="Pieces")
    before = taken(test)
    test = press(test, "imports.match_check")
    assert taken(test) == before
    assert "import_check_again" not in test.session_state, "the next file begins unchecked"


def test_warehouses_that_do_not_exist_are_made_on_the_spot_and_the_file_is_checked_again(
    desk: Served,
) -> None:
    test = drawn(desk, "", screen="import", template="opening_stock")
    uploader = test.file_uploader[0]
    lines = ("SKU,Warehouse,Quantity,Unit cost", "Q1,LA-1,3,4.5", "Q2,LA-1,5,4.5")
    with desk.database.writing() as tx:
        create_skus(tx, SYSTEM, [NewSku("Q1", "One"), NewSku("Q2", "Two")])
    test = uploader.upload("stock.csv", "\n".join(lines).encode(), "text/csv").run()
    test = press(test, "imports.check")
    assert "1 problem must be put right" in words(test)
    assert "1 warehouse LA-1" in words(test).replace("\\", "")
    test = press(test, "imports.unknown_make")
    assert "Nothing was written yet" in " ".join(str(one.value) for one in test.info)
    [button] = [one for one in test.button if one.label == "Import 2 rows"]
    assert not button.disabled
