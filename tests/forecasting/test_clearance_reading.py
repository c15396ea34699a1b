"""The list of slow stock from the book: what lies there, when it last sold, what it cost."""

from datetime import date
from decimal import Decimal

import pytest

from forecasting.clearance_reading import slow_stock
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.published import current_run
from inventory_core.planning.suggestions import Proposal, propose_suggestions
from inventory_core.vocabulary import WarehouseKind
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


@pytest.mark.slow
def test_what_the_list_sends_elsewhere_is_not_too_much_and_what_it_buys_is_never(
    database: Database,
) -> None:
    seller = make_seller(database)
    seller.sold("LAMP", [9, 10, 11, 10, 12, 8, 10] * 20, last_on=YESTERDAY)
    seller.sold("CABLE", [9, 10, 11, 10, 12, 8, 10] * 20, last_on=YESTERDAY)
    seller.stock("LAMP", 6000)
    seller.stock("CABLE", 6000)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    with database.reading() as conn:
        before = {one.lying.sku: one for one in slow_stock(conn)}
        run = current_run(conn)
    assert run is not None
    with database.writing() as tx:
        new = NewWarehouse("EU", "EU", WarehouseKind.OWN, "DE", "Europe/Berlin")
        other = int(create_warehouses(tx, SYSTEM, [new])["EU"])
    for sku, kind, place, origin in (
        ("LAMP", "transfer", other, before["LAMP"].lying.warehouse_id),
        ("CABLE", "buy", before["CABLE"].lying.warehouse_id, None),
    ):
        suggest(database, run.id, seller.skus[sku], kind, place, origin, 100)
    with database.reading() as conn:
        after = {one.lying.sku: one for one in slow_stock(conn)}
    assert set(after) == {"LAMP"}
    assert after["LAMP"].lying.leaving == 100
    assert after["LAMP"].advice.surplus == before["LAMP"].advice.surplus - 100


def suggest(
    database: Database,
    run_id: int,
    sku_id: int,
    kind: str,
    place: int,
    origin: int | None,
    units: int,
) -> None:
    proposal = Proposal(
        kind=kind, state="open", sku_id=sku_id, warehouse_id=place, quantity=units,
        supplier_id=None, offer_id=None, from_warehouse_id=origin, ship_method="sea",
        unit_price=None, currency=None, amount_base=None, value_at_risk_base=None,
        order_by_on=None, days_late=0, arrives_on=None, runs_out_on=None, days_of_cover=None,
        assumed=(), trace={},
    )  # fmt: skip
    with database.writing() as tx:
        propose_suggestions(
            tx, SYSTEM, [proposal], run_id=run_id, sku_ids=[sku_id], key=f"{kind}",
            quiet_days=7, now=NOW,
        )  # fmt: skip
