"""Lots that will not be sold before they expire: how many units, on which day, on every course."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.book import expired_units, lots_of, read_book
from forecasting.courses import courses_of
from forecasting.expiry import DatedLot, free_lots, spoils_by_day
from forecasting.projection import Arrival, project_stock
from forecasting.suggest import plan_pair
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    create_purchase_orders,
)
from inventory_core.trade.receipts import NewLot, NewReceipt, NewReceiptLine, receive_goods
from tests.forecasting.pocket import stock_by_day
from tests.golden.sheets import read_sheet, settings_of, situation_of, steady_demand
from tests.planning.seller import NOW, TODAY, make_seller

STARTS = date(2026, 3, 2)


def on(day: int) -> date:
    return STARTS + timedelta(days=day)


def test_trap_44_lots_that_expire_before_their_sale_are_no_supply() -> None:
    sheet = read_sheet("28_lots_expire_before_they_sell", "input")
    settings = settings_of(sheet)
    draft = plan_pair(situation_of(sheet), settings).draft
    assert draft is not None
    assert draft.quantity == 90
    assert draft.trace["position"]["expired"] == 20
    assert draft.trace["quantity"]["expiring"] == 100
    assert draft.trace["lots"] == {"free": [["2026-03-16", 250]], "spoils": [["2026-03-17", 100]]}
    # With the same units on the shelf and no day on them nothing is needed yet.
    undated = plan_pair(situation_of({**sheet, "lot": []}), settings)
    assert undated.draft is None


def test_a_lot_that_will_be_sold_in_time_changes_nothing() -> None:
    sheet = read_sheet("01_reorder_point_reached", "input")
    settings = settings_of(sheet)
    late = {"expires_on": on(200), "quantity": 360}
    plain = plan_pair(situation_of(sheet), settings).draft
    dated = plan_pair(situation_of({**sheet, "lot": [late]}), settings).draft
    assert plain is not None
    assert dated is not None
    assert dated.trace["lots"]["spoils"] == []
    assert {**dated.trace, "lots": None} == plain.trace


def test_a_lot_can_be_sold_on_its_last_day_and_an_earlier_one_leaves_first() -> None:
    demand = np.full(20, 10.0)
    lots = [DatedLot(on(4), 80), DatedLot(on(1), 30)]
    # 20 of the first 30 are sold by its second day; then three days sell 30 of the 80.
    assert spoils_by_day(lots, demand, STARTS) == [(on(2), 10.0), (on(5), 50.0)]
    seen = project_stock(STARTS, 110, demand, [], lots)
    assert list(seen.stock[:7]) == [100, 90, 70, 60, 50, 0, 0]
    assert seen.lost_before(on(7)) == 20


def test_promised_units_leave_from_the_lot_that_expires_first() -> None:
    lots = [DatedLot(on(9), 5), DatedLot(on(3), 4)]
    assert free_lots(lots, 6) == (DatedLot(on(9), 3),)
    assert free_lots(lots, 20) == ()


@given(
    lots=st.lists(
        st.tuples(st.integers(0, 35), st.integers(1, 60)), max_size=5, unique_by=lambda lot: lot[0]
    ),
    undated=st.integers(0, 80),
    arrivals=st.lists(st.tuples(st.integers(0, 35), st.integers(1, 50)), max_size=3),
    demand=st.lists(st.integers(0, 12), min_size=40, max_size=40),
)
def test_the_closed_form_is_the_shelf_played_day_by_day(
    lots: list[tuple[int, int]],
    undated: int,
    arrivals: list[tuple[int, int]],
    demand: list[int],
) -> None:
    dated = [DatedLot(on(last), units) for last, units in lots]
    stock = undated + sum(units for _, units in lots)
    coming: dict[int, int] = {}
    for step, units in arrivals:
        coming[step] = coming.get(step, 0) + units
    totals = [0.0, *np.cumsum(demand, dtype=float)]
    left, gone = stock_by_day(stock, totals, coming, [(last, float(u)) for last, u in lots])
    inbound = [Arrival(on(step), units, "PO") for step, units in arrivals]
    seen = project_stock(STARTS, stock, np.asarray(demand, dtype=float), inbound, dated)
    assert seen.stock == pytest.approx(left)
    assert np.cumsum(seen.lost) == pytest.approx(gone[1:])


def test_every_course_loses_the_lots_that_it_does_not_sell() -> None:
    demand = steady_demand(10, high=200)
    lots = [DatedLot(on(9), 300)]
    courses = courses_of(
        demand, sellable=300, arrivals=[], starts_on=STARTS, horizon_days=30, lots=lots
    )
    for total, lost, stock in zip(courses.total, courses.lost, courses.stock, strict=True):
        left, gone = stock_by_day(300, list(total), {}, [(9, 300.0)])
        assert lost == pytest.approx(gone)
        assert stock[1:] == pytest.approx(left)
    assert (courses.stock[:, 10] > 0).any()
    assert not courses.stock[:, 11:].any()


def test_lots_are_read_from_the_shelf_without_what_is_held_or_promised(database: Database) -> None:
    seller = make_seller(database)
    pair = (seller.skus["CREAM"], seller.us)
    lots = ((NewLot("A", expires_on=TODAY - timedelta(days=1)), 7, 0),
            (NewLot("B", expires_on=TODAY), 20, 5), (NewLot("C", expires_on=on(90)), 30, 0),
            (NewLot("D"), 11, 0))  # fmt: skip
    wanted = [NewPurchaseLine(n, pair[0], lot[1], 1) for n, lot in enumerate(lots, 1)]  # type: ignore[arg-type]
    order = NewPurchaseOrder("po", seller.supplier, seller.us, "USD", TODAY, wanted)
    with database.writing() as tx:
        [made] = create_purchase_orders(tx, SYSTEM, [order], now=NOW)
        came = [
            NewReceiptLine(line.id, units, damaged, lot)
            for line, (lot, units, damaged) in zip(made.lines, lots, strict=True)
        ]
        receive_goods(tx, SYSTEM, [NewReceipt("r", made.id, NOW, came)], now=NOW)
    seller.run("UPDATE stock_level SET reserved = 18 WHERE sku_id = :sku", sku=pair[0])
    with database.reading() as conn:
        book = read_book(conn, as_of=TODAY, sku_ids=[pair[0]])
    assert book.positions[pair].available == 68 - 5 - 18
    assert expired_units(book, pair, TODAY) == 7
    # The 15 good ones of today's lot are promised, and 3 of the next; damaged ones are held.
    assert lots_of(book, pair, TODAY) == (DatedLot(on(90), 27),)
    leaving = {pair: replace(book.positions[pair], planned_out=20)}
    assert lots_of(replace(book, positions=leaving), pair, TODAY) == (DatedLot(on(90), 7),)
    assert expired_units(book, (seller.skus["LAMP"], seller.us), TODAY) == 0
    assert lots_of(book, (seller.skus["LAMP"], seller.us), TODAY) == ()
