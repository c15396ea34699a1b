"""A row of a table in words: what a phone shows must say as much as the table."""

from datetime import date

import pandas as pd
from streamlit.testing.v1 import AppTest

from app.widgets_cells import Told, side_by_side, told_row
from app.widgets_tables import Day, Flag, Money, Percent, Text, Units

COLUMNS = {
    "sku": Text("SKU", beside="name", beside_label="Name"),
    "site": Text("Site"),
    "quantity": Units("Quantity"),
    "by": Day("Order by"),
    "late": Text("Late since", named=True),
    "cost": Money("Cost, CNY"),
    "share": Percent("Share"),
    "assumed": Flag("Assumed"),
}
ROW = {
    "sku": "LMP-01",
    "name": "Reading lamp",
    "site": "FBA-US",
    "quantity": 1440,
    "by": date(2026, 12, 2),
    "late": "",
    "cost": 10411.2,
    "share": 0.037,
    "assumed": True,
}


def test_a_row_says_what_it_is_about_then_each_value_with_its_heading() -> None:
    told = told_row(ROW, COLUMNS)
    assert (told.about, told.more) == ("LMP-01", "Reading lamp")
    assert told.lines == (
        (
            ("", "FBA-US"),
            ("Quantity", "1,440"),
            ("Order by", "2 Dec 2026"),
            ("Cost, CNY", "10,411.20"),
            ("Share", "3.7%"),
            ("", "Assumed"),
        ),
    )


def test_what_is_missing_is_left_out() -> None:
    bare = dict.fromkeys(ROW, None) | {"sku": "LMP-01", "assumed": False, "quantity": 0}
    assert told_row(bare, COLUMNS) == Told("LMP-01", "", ((("Quantity", "0"),),))


def test_figures_that_are_compared_stand_under_one_another() -> None:
    columns = {"figure": Text("Figure")} | {
        plan: Text(plan, right=True) for plan in ("Ours", "Old")
    }
    row = {"figure": "Fill rate", "Ours": "92.2%", "Old": "89.9%"}
    assert told_row(row, columns).lines == ((("Ours", "92.2%"),), (("Old", "89.9%"),))


def test_two_values_share_a_cell_and_one_stands_alone() -> None:
    frame = pd.DataFrame({"sku": ["A", "B"], "name": ["Lamp", None]})
    assert side_by_side(frame["sku"], frame["name"]) == ["A · Lamp", "B"]


def _screen() -> None:
    import pandas as pd  # noqa: PLC0415 a script of its own
    import streamlit as st  # noqa: PLC0415

    from app.widgets_phone import cards  # noqa: PLC0415
    from app.widgets_tables import Text  # noqa: PLC0415

    gone = int(st.session_state.get("gone", 0))
    frame = pd.DataFrame({"id": range(20), "sku": [f"SKU-{i}" for i in range(20)]}).iloc[gone:]
    st.session_state["one"] = cards(frame, {"sku": Text("SKU")}, key="one", select="one")
    st.session_state["many"] = cards(frame, {"sku": Text("SKU")}, key="many", select="many")


def test_a_tick_belongs_to_its_row_and_not_to_the_place_that_another_takes() -> None:
    test = AppTest.from_function(_screen).run()
    test.checkbox(key="many_card_0").check()
    test.checkbox(key="many_card_2").check().run()
    assert test.session_state["many"] == [0, 2]
    test.session_state["gone"] = 1
    test.run()
    assert test.session_state["many"] == [1]


def test_where_one_row_may_be_open_the_one_before_closes() -> None:
    test = AppTest.from_function(_screen).run()
    test.checkbox(key="one_card_0").check().run()
    test.checkbox(key="one_card_3").check().run()
    assert test.session_state["one"] == [3]
