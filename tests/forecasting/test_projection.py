"""Stock carried forward under lost sales."""

from datetime import date

import numpy as np

from forecasting.projection import Arrival, project_stock

START = date(2026, 3, 2)


def test_what_cannot_be_served_is_lost_and_not_carried() -> None:
    found = project_stock(START, 25, np.full(6, 10.0), [Arrival(date(2026, 3, 6), 30, "PO-1")])
    assert found.stock.tolist() == [15, 5, 0, 0, 20, 10]
    assert found.lost.tolist() == [0, 0, 5, 10, 0, 0]
    assert found.empty_on() == date(2026, 3, 4)
    assert found.lost_before(date(2026, 3, 6)) == 15
    assert found.lost_before(START) == 0


def test_what_is_owed_is_served_first_and_is_not_lost() -> None:
    found = project_stock(START, -8, np.full(3, 10.0), [Arrival(date(2026, 3, 3), 30, "PO-1")])
    assert found.lost.tolist() == [10, 0, 0]
    assert found.stock.tolist() == [0, 12, 2]


def test_goods_overdue_come_on_the_first_day_and_once() -> None:
    found = project_stock(START, 0, np.full(2, 5.0), [Arrival(date(2026, 2, 1), 12, "PO-1")])
    assert found.stock.tolist() == [7, 2]


def test_stock_that_lasts_has_no_empty_day() -> None:
    assert project_stock(START, 100, np.full(5, 10.0), []).empty_on() is None
