"""Days on which a channel did not sell a SKU that was there are missing demand, not zeros."""

from datetime import date, timedelta

import numpy as np
import pytest

from forecasting.demand_panel import choose_period, panel_of_grid
from forecasting.history import demand_grid
from inventory_core.catalog.listings import NewAccount, create_accounts
from inventory_core.catalog.sale_pauses import (
    NewPause,
    change_pause,
    drop_pause,
    read_pause,
    state_pauses,
)
from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.vocabulary import PauseReason, PersonId, Role
from tests.planning.seller import YESTERDAY, Seller, make_seller

FIRST, LAST = YESTERDAY - timedelta(days=34), YESTERDAY - timedelta(days=14)


@pytest.fixture
def seller(database: Database) -> Seller:
    """LAMP sold ten a day, and nothing for the three weeks of a suspended listing."""
    made = make_seller(database)
    made.sold("LAMP", [10] * 105 + [0] * 21 + [10] * 14, last_on=YESTERDAY)
    made.sold("CABLE", [5] * 140, last_on=YESTERDAY)
    return made


def pause(seller: Seller, **changes: object) -> None:
    facts = {
        "sku_id": seller.skus["LAMP"],
        "first_on": FIRST,
        "last_on": LAST,
        "reason": PauseReason.SUSPENDED,
    }
    with seller.database.writing() as tx:
        state_pauses(tx, SYSTEM, [NewPause(**facts | changes)])  # type: ignore[arg-type]


def out_share(seller: Seller, sku: str = "LAMP") -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    with seller.database.reading() as conn:
        grid = demand_grid(conn, through=YESTERDAY)
    [row] = np.flatnonzero(grid.sku_id == seller.skus[sku])
    return grid.out_share[row]


def test_trap_34_a_suspended_listing_is_missing_demand_and_no_zero(seller: Seller) -> None:
    pause(seller)
    share = out_share(seller)
    assert (share[105:126] == 1.0).all()
    assert np.isnan(np.delete(share, np.arange(105, 126))).all()
    assert np.isnan(out_share(seller, "CABLE")).all()
    with seller.database.reading() as conn:
        grid = demand_grid(conn, through=YESTERDAY)
    panel = panel_of_grid(grid, choose_period(grid, 60))
    lamp = panel.y[[name.startswith(f"{seller.skus['LAMP']}|") for name in panel.ids]][0]
    assert np.isnan(lamp[15:18]).all()
    assert (np.delete(lamp, [15, 16, 17]) == 70).all()


def test_trap_34_of_several_channels_the_paused_one_takes_its_share_away(seller: Seller) -> None:
    with seller.database.writing() as tx:
        new = NewAccount("WEB", "Web", "shopify", "USD", "UTC", warehouses=[seller.us])
        web = create_accounts(tx, SYSTEM, [new])["WEB"]
    seller.run("UPDATE sales_line SET account_id = :one WHERE extract(isodow FROM sold_on) <> 1",
               one=seller.account)  # fmt: skip
    seller.run("UPDATE sales_line SET account_id = :web WHERE account_id IS NULL", web=web)
    pause(seller, account_id=web)
    share = out_share(seller)[105:126]
    assert share == pytest.approx(np.full(21, 1 / 7))
    pause(seller, account_id=seller.account)
    assert out_share(seller)[105:126] == pytest.approx(np.ones(21))


def test_an_open_pause_lasts_to_the_end_of_the_history(seller: Seller) -> None:
    pause(seller, first_on=YESTERDAY, last_on=None)
    assert out_share(seller)[-2:].tolist()[1] == 1.0


def test_pauses_of_one_sku_and_channel_do_not_overlap(seller: Seller) -> None:
    pause(seller)
    pause(seller)  # the same again says nothing new
    pause(seller, account_id=seller.account)  # another channel is another pause
    later = LAST + timedelta(days=5)
    pause(seller, first_on=later, last_on=None)
    before = seller.books("sale_pause")
    assert len(before["sale_pause"]) == 3
    with pytest.raises(Conflict, match="pauses_overlap"):
        pause(seller, first_on=LAST, last_on=later - timedelta(days=1))
    with pytest.raises(Invalid, match="days_out_of_order"):
        pause(seller, first_on=LAST, last_on=FIRST)
    first = min(row[0] for row in before["sale_pause"])
    with seller.database.writing() as tx, pytest.raises(Conflict, match="pauses_overlap"):
        change_pause(tx, SYSTEM, first, {"last_on": later}, version=1)
    assert seller.books("sale_pause") == before


def test_a_pause_is_changed_and_taken_back_by_who_may(seller: Seller) -> None:
    pause(seller)
    [(number,)] = seller.rows("SELECT id FROM sale_pause")
    day: date = LAST - timedelta(days=7)
    with seller.database.writing() as tx:
        assert change_pause(tx, SYSTEM, number, {"last_on": day}, version=1) == 2
        assert read_pause(tx, number).last_on == day
    assert np.isnan(out_share(seller)[119:126]).all()
    reader = Actor(PersonId(0), "reader", frozenset({Role.READER}))
    with seller.database.writing() as tx, pytest.raises(Forbidden):
        drop_pause(tx, reader, number, version=2)
    with seller.database.writing() as tx, pytest.raises(Conflict, match="version_changed"):
        drop_pause(tx, SYSTEM, number, version=1)
    assert len(seller.rows("SELECT id FROM sale_pause")) == 1
    with seller.database.writing() as tx:
        drop_pause(tx, SYSTEM, number, version=2)
    assert np.isnan(out_share(seller)).all()
