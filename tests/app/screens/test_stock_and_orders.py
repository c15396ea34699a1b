"""Stock and orders on screen: what is shown is the book, what is pressed happens once."""

import pytest
from streamlit.testing.v1 import AppTest

from app.i18n import catalogue, t
from inventory_core.stock.verify import verify_book
from inventory_core.vocabulary import Role
from tests.app.screens.shop import make_shop
from tests.app.test_rights import PATIENCE_SECONDS, one_screen, words_of
from tests.browser import Served
from tests.stock.scene import Scene


@pytest.fixture
def shop(desk: Served) -> Scene:
    return make_shop(desk.database)


def opened(desk: Served, key: str, *roles: Role, **query: str) -> AppTest:
    test = AppTest.from_function(one_screen, default_timeout=PATIENCE_SECONDS, kwargs={"key": key})
    test.session_state["ticket"] = str(desk.ticket(*roles))
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def pressed(test: AppTest, label: str) -> AppTest:
    button = next(one for one in test.button if one.label == label)
    return button.click().run()


def book_is_right(desk: Served) -> bool:
    with desk.database.reading() as conn:
        return verify_book(conn) == []


def test_stock_shows_the_book_and_hides_cost_from_who_may_not_see_it(
    desk: Served, shop: Scene
) -> None:
    test = opened(desk, "stock", Role.OWNER, sku="MUG-12")
    rows = test.dataframe[0].value
    assert list(rows["warehouse"]) == ["w1", "w2"]
    assert list(rows["on_hand"]) == [46, 15]
    assert list(rows["held"]) == [6, 0]
    assert "value" in rows.columns
    ledger = test.dataframe[1].value
    assert list(ledger["change"]) == [0, -3, -1, 50]
    plain = opened(desk, "stock", Role.WAREHOUSE, sku="MUG-12")
    assert "value" not in plain.dataframe[0].value.columns
    assert len(plain.metric) == 4


def test_an_adjustment_by_hand_is_posted_and_a_refusal_is_a_sentence(
    desk: Served, shop: Scene
) -> None:
    test = opened(desk, "stock", Role.WAREHOUSE, sku="MUG-12")
    by = catalogue("en")["stock.adjust_by"]
    next(one for one in test.number_input if one.label == by).set_value(-2)
    pressed(test, catalogue("en")["stock.adjust_do"])
    assert t("error.reason_missing", language="en")[:10] in words_of(test)
    next(one for one in test.text_input if one.key and one.key.startswith("adjust_why")).set_value(
        "broken"
    )
    pressed(test, catalogue("en")["stock.adjust_do"])
    assert [one.value for one in test.success] != []
    assert shop.level(shop.skus[1], shop.warehouses[0])[0] == 44
    assert book_is_right(desk)


def test_an_order_is_found_shipped_and_its_parcel_shown(desk: Served, shop: Scene) -> None:
    test = opened(desk, "orders", Role.MANAGER, find="1004")
    assert list(test.dataframe[0].value["external_id"]) == ["1004"]
    pressed(test, t("orders.ship", language="en", units=7))
    assert not test.exception
    assert [one.value for one in test.success] != []
    assert shop.rows(
        "SELECT sum(shipped) FROM sales_order_line l JOIN sales_order o"
        " ON o.id = l.order_id WHERE o.external_id = '1004'"
    ) == [(7,)]
    assert book_is_right(desk)


def test_who_may_not_ship_sees_a_quiet_button_and_no_way_to_cancel(
    desk: Served, shop: Scene
) -> None:
    test = opened(desk, "orders", Role.READER, find="1004")
    labels = {one.label: one.disabled for one in test.button}
    assert labels[t("orders.ship", language="en", units=7)] is True
    assert t("orders.cancel", language="en") not in labels
    assert t("orders.new", language="en") not in labels
