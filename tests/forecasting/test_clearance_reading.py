"""The list of slow stock from the book: what lies there, when it last sold, what it cost."""

from datetime import date
from decimal import Decimal

import pytest

from forecasting.clearance_reading import slow_stock
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from jobs.planning import run_planning
from tests.planning.seller import NOW, make_seller

YESTERDAY = date(2026, 3, 1)


@pytest.mark.slow
def test_only_what_will_not_sell_is_on_the_list_and_dead_stock_is_cleared(
    database: Database,
) -> None:
    seller = make_seller(database)
    seller.sold("LAMP", [9, 10, 11, 10, 12, 8, 10] * 20, last_on=YESTERDAY)
    seller.sold("CABLE", [3, 2, 2, 1, 0, 4, 1] * 4 + [0] * 112, last_on=YESTERDAY)
    seller.stock("LAMP", 6000)
    seller.stock("CABLE", 300)
    seller.stock("CREAM", 50)  # never sold: no forecast, so nothing is said of it
    with database.reading() as conn:
        assert slow_stock(conn) == []
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    with database.reading() as conn:
        found = {one.lying.sku: one for one in slow_stock(conn)}
    assert set(found) == {"LAMP", "CABLE"}
    lamp, cable = found["LAMP"], found["CABLE"]
    assert lamp.lying.unit_cost == Decimal(2)
    assert lamp.advice.action == "promote"
    assert 3000 < lamp.advice.surplus < 4500
    assert lamp.advice.locked == 2 * lamp.advice.surplus
    assert lamp.last_sold_on == YESTERDAY
    assert (cable.advice.action, cable.advice.reason) == ("clear", "dead")
    assert cable.last_sold_on is not None
    assert cable.last_sold_on < date(2025, 12, 1)
    assert cable.advice.surplus > 200
