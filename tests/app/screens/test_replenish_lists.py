"""The two lists of Replenish: heads sum the lines of their supplier; transfers stand apart."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.i18n import catalogue
from app.screens.replenish_orders import cartons_words
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.suppliers import NewSupplier, create_suppliers
from inventory_core.vocabulary import Role
from tests.app.screens.test_forecasts_learning import drawn
from tests.browser import Served
from tests.desk.deciding import a_proposal, propose
from tests.desk.test_sending import a_transfer
from tests.trade.world import make_world

EN = catalogue("en")
MAY_BE_LATE = {
    "reason": {
        "code": "may_run_out_before_arrival",
        "runs_out_on": "2026-03-30",
        "arrives_on": "2026-04-02",
        "order_by_on": None,
        "days_late": 0,
        "days_late_if_high": 3,
    }
}


@pytest.fixture
def planned(desk: Served) -> int:
    """Three purchases of two suppliers and one transfer wait; the transfer's id."""
    world = make_world(desk.database)
    mug, lamp, *_ = world.skus
    [other] = desk.database.write(
        lambda tx: create_suppliers(tx, SYSTEM, [NewSupplier("YW", "Yiwu", "USD", "CN")])
    ).values()
    elsewhere = {"supplier_id": other, "offer_id": None, "value_at_risk_base": Decimal(5000)}
    propose(
        desk.database,
        world,
        a_proposal(world, mug),
        a_proposal(world, mug, warehouse_id=world.hub, days_late=4, amount_base=Decimal(7)),
        a_proposal(world, lamp, order_by_on=None, trace=MAY_BE_LATE, **elsewhere),
        a_transfer(world, lamp),
    )
    desk.database.write(lambda tx: tx.execute(text("UPDATE forecast_run SET current = true")))
    with desk.database.reading() as conn:
        return int(conn.scalar(text("SELECT id FROM suggestion WHERE kind = 'transfer'")))


def test_heads_of_suppliers_sum_what_stands_below(desk: Served, planned: int) -> None:
    test = drawn(desk, "", Role.BUYER, screen="replenish")
    heads, lines = (one.value for one in test.dataframe[:2])
    assert heads["name"].tolist() == ["Yiwu", "宁波光明"]
    by_supplier = lines.groupby("supplier")
    assert heads["lines"].tolist() == by_supplier.size()[heads["name"]].tolist() == [1, 2]
    assert heads["sites"].tolist() == [1, 2]
    assert heads["late"].tolist() == [0, 1]
    for column in ("amount_base", "value_at_risk_base"):
        assert heads[column].tolist() == by_supplier[column].sum()[heads["name"]].tolist()


def test_late_only_if_demand_is_high_is_said_but_not_counted_as_late(
    desk: Served, planned: int
) -> None:
    test = drawn(desk, "", Role.BUYER, screen="replenish")
    heads, lines = (one.value for one in test.dataframe[:2])
    assert heads["order_by"].tolist() == [EN["replenish.may_be_late"], "⚠ 4 days late"]
    may = lines[lines["supplier"] == "Yiwu"]
    assert may["order_by"].tolist() == [EN["replenish.may_be_late"]]
    assert may["why"].tolist() == ["May end 30 Mar, arrives 2 Apr"]
    [late] = [one.value for one in test.metric if one.label == EN["replenish.late"]]
    assert late == "1"


def test_one_supplier_s_lines_say_how_they_are_packed(desk: Served, planned: int) -> None:
    with desk.database.reading() as conn:
        chosen = conn.scalar(text("SELECT id FROM supplier WHERE name = 'Yiwu'"))
    test = drawn(desk, "", Role.BUYER, screen="replenish", supplier=str(chosen))
    [lines] = [one.value for one in test.dataframe if "why" in one.value]
    assert len(lines) == 1
    assert "cartons" in lines
    assert "supplier" not in lines


def test_what_to_send_has_a_list_of_its_own(desk: Served, planned: int) -> None:
    """The usual list is what to order; an address that names a transfer opens the other."""

    def sends(**query: str) -> bool:
        test = drawn(desk, "", Role.BUYER, screen="replenish", **query)
        told = {
            hint: any(EN[hint] in one.value for one in test.markdown)
            for hint in ("sending.hint", "replenish.list_hint")
        }
        assert told["sending.hint"] != told["replenish.list_hint"]
        return told["sending.hint"]

    assert not sends()
    assert sends(list="send")
    assert sends(suggestion=str(planned))
    assert not sends(suggestion=str(planned), list="order")


@pytest.mark.parametrize(
    ("units", "carton", "words"),
    [(144, 12, "12"), (30, 12, "2 + 6"), (5, 12, "0 + 5"), (5, None, "—"), (24_000, 2, "12,000")],
)
def test_cartons_are_whole_and_what_fills_none(units: int, carton: int | None, words: str) -> None:
    assert cartons_words(units, carton) == words
