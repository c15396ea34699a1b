"""A successor begins with the history of what it continues, and no SKU continues itself."""

from datetime import timedelta

import numpy as np
import pytest

from forecasting.succession import continued_grid
from inventory_core.catalog.skus import change_sku, read_sku
from inventory_core.db.engine import Database
from inventory_core.errors import Invalid, NotFound
from inventory_core.office.actors import SYSTEM
from jobs.planning import run_planning
from tests.planning.seller import NOW, TODAY, Seller, make_seller

pytestmark = pytest.mark.usefixtures("few_trees")

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def seller(database: Database) -> Seller:
    """LAMP sold for 140 days, two a day more at its end; LANTERN is to continue it."""
    made = make_seller(database, ("LAMP", "LANTERN", "CABLE"))
    made.sold("LAMP", [9, 11] * 70, last_on=YESTERDAY)
    made.sold("CABLE", [30, 32] * 70, last_on=YESTERDAY)
    return made


def continue_with(seller: Seller, sku: str, successor: str, *, state: str = "active") -> None:
    with seller.database.writing() as tx:
        known = read_sku(tx, seller.skus[sku])
        changes = {"successor_id": seller.skus[successor], "state": state}
        change_sku(tx, SYSTEM, known.id, changes, version=known.version)


def demand(seller: Seller) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Units a day at the first warehouse, by SKU."""
    with seller.database.reading() as conn:
        grid = continued_grid(conn, through=YESTERDAY)
    code = {number: name for name, number in seller.skus.items()}
    return {
        code[int(sku)]: grid.y[row]
        for row, sku in enumerate(grid.sku_id)
        if grid.warehouse_id[row] == seller.us
    }


def test_trap_32_a_successor_has_what_came_before_its_first_sale_and_then_its_own(
    seller: Seller,
) -> None:
    seller.sold("LANTERN", [3] * 20, last_on=YESTERDAY)
    alone = demand(seller)
    continue_with(seller, "LAMP", "LANTERN")
    found = demand(seller)
    assert found["LANTERN"].tolist() == [*alone["LAMP"][:120], *[3.0] * 20]
    assert (found["LAMP"] == alone["LAMP"]).all()
    assert (found["CABLE"] == alone["CABLE"]).all()


def test_trap_32_an_unsold_successor_takes_over_where_the_other_is_not_bought_any_more(
    seller: Seller,
) -> None:
    continue_with(seller, "LAMP", "LANTERN")
    assert "LANTERN" not in demand(seller)
    continue_with(seller, "LAMP", "LANTERN", state="discontinued")
    found = demand(seller)
    assert (found["LANTERN"] == found["LAMP"]).all()
    run_planning(seller.database, SYSTEM, now=NOW, prophet_seconds=0)
    rows = seller.rows(
        "SELECT sku.code, r.trace->'continues' FROM suggestion AS s JOIN sku ON sku.id = s.sku_id"
        " JOIN suggestion_revision AS r ON r.suggestion_id = s.id ORDER BY sku.code"
    )
    assert rows == [("CABLE", None), ("LANTERN", ["LAMP"])]


def test_trap_32_history_is_carried_along_a_chain(seller: Seller) -> None:
    seller.sold("LANTERN", [3] * 40, last_on=YESTERDAY)
    alone = demand(seller)
    continue_with(seller, "LAMP", "LANTERN")
    seller.run("DELETE FROM sales_line WHERE sku_id = :cable AND sold_on <= :day",
               cable=seller.skus["CABLE"], day=YESTERDAY - timedelta(days=10))  # fmt: skip
    continue_with(seller, "LANTERN", "CABLE")
    found = demand(seller)["CABLE"]
    assert (found[:100] == alone["LAMP"][:100]).all()
    assert found[100:130].tolist() == [3.0] * 30
    assert found[130:].tolist() == alone["CABLE"][130:].tolist()


def test_a_sku_that_would_continue_itself_is_refused_and_nothing_changes(seller: Seller) -> None:
    continue_with(seller, "LAMP", "LANTERN")
    continue_with(seller, "LANTERN", "CABLE")
    before = seller.books("sku")
    for sku, heir in (("CABLE", "LAMP"), ("CABLE", "CABLE"), ("LANTERN", "LAMP")):
        with pytest.raises(Invalid, match="successor_in_circle"):
            continue_with(seller, sku, heir)
    with seller.database.writing() as tx, pytest.raises(NotFound, match="record_missing"):
        change_sku(tx, SYSTEM, seller.skus["CABLE"], {"successor_id": 10**9}, version=1)
    assert seller.books("sku") == before
