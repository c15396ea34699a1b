"""Channels of a SKU at a warehouse: learned from days that teach, leaning on their like."""

import numpy as np
import pytest
from sqlalchemy import text

from forecasting.channel_shares import PRIOR_UNITS, WHOLE, ChannelCuts, learn_cuts
from forecasting.hierarchy_reading import channels_of
from forecasting.history import DemandGrid, channel_demand, demand_grid, demand_history
from inventory_core.db.engine import Database
from tests.planning.fulfilment import LAST, Fulfilment

DAYS = 120
OUT = range(60, 81)


class Scene(Fulfilment):
    """The seller, and what is learned of its channels."""

    def learned(self) -> tuple[DemandGrid, ChannelCuts]:
        with self.seller.database.reading() as conn:
            grid = demand_grid(conn, through=LAST)
            channels = channels_of(conn, grid)
        return grid, learn_cuts(grid, channels.demand, [""] * len(grid.sku_id), channels.markets)

    def share(self, sku: str, warehouse: int, account: int) -> float:
        grid, cut = self.learned()
        mine = (grid.sku_id == self.seller.skus[sku]) & (grid.warehouse_id == warehouse)
        row = int(np.flatnonzero(mine)[0])
        shares = np.diff(cut.cuts[row], prepend=0) / WHOLE
        return dict(zip(cut.channels[row], shares.tolist(), strict=True)).get(account, 0.0)


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database, DAYS)


def test_trap_37_an_empty_fba_moves_demand_to_own_shipping_and_teaches_nothing(
    scene: Scene,
) -> None:
    own = scene.own
    scene.edge("LAMP", 0, scene.fba, in_stock=True)
    scene.edge("LAMP", 0, own, in_stock=True)
    scene.edge("LAMP", OUT.start, scene.fba, in_stock=False)
    scene.edge("LAMP", OUT.stop, scene.fba, in_stock=True)
    for day in range(DAYS):
        scene.sold("LAMP", day, scene.amazon, own if day in OUT else scene.fba, 10)
        scene.sold("LAMP", day, scene.shop, own, 4)
    assert scene.share("LAMP", scene.fba, scene.amazon) == 1.0
    # Of what the own warehouse sold in this time, three units of ten went to Amazon's customers.
    with scene.seller.database.reading() as conn:
        grid = demand_grid(conn, through=LAST)
        sold = channel_demand(conn, grid)
    mine = grid.warehouse_id[sold.row] == own
    moved = sold.units[mine & (sold.account_id == scene.amazon)].sum()
    assert moved / sold.units[mine].sum() > 0.3
    # None of it was learned.
    assert scene.share("LAMP", own, scene.shop) > 0.99


def test_trap_37_warehouses_and_channels_sum_to_the_same_demand_while_fba_is_empty(
    scene: Scene,
) -> None:
    scene.edge("LAMP", 0, scene.fba, in_stock=True)
    scene.edge("LAMP", OUT.start, scene.fba, in_stock=False)
    scene.edge("LAMP", OUT.stop, scene.fba, in_stock=True)
    for day in range(DAYS):
        place = scene.own if day in OUT else scene.fba
        scene.sold("LAMP", day, scene.amazon, place, 3 + day % 5)
        scene.sold("LAMP", day, scene.shop, scene.own, 1 + day % 3)
    with scene.seller.database.reading() as conn:
        by_day = [
            demand_history(conn, as_of=LAST, grain=grain).groupby("ds")["y"].sum()
            for grain in ("sku_warehouse", "sku_warehouse_channel", "channel", "sku")
        ]
        grid = demand_grid(conn, through=LAST)
        sold = channel_demand(conn, grid)
    for other in by_day[1:]:
        assert other.equals(by_day[0])
    found = np.zeros(grid.y.shape)
    np.add.at(found, (sold.row, sold.day), sold.units)
    np.testing.assert_array_equal(found, grid.y)


def test_an_outage_in_another_market_takes_no_day_away(scene: Scene) -> None:
    uk = scene.seller.uk
    scene.edge("LAMP", 0, uk, in_stock=True)
    scene.edge("LAMP", 1, uk, in_stock=False)
    for day in range(DAYS):
        scene.sold("LAMP", day, scene.shop, scene.own, 3)
        scene.sold("LAMP", day, scene.amazon, scene.own, 1)
    scene.sold("LAMP", 0, scene.shop, uk, 1)
    units = DAYS * 4
    prior = 0.75  # that of the whole warehouse, which sells nothing else
    expected = (DAYS * 3 + PRIOR_UNITS * prior) / (units + PRIOR_UNITS)
    assert scene.share("LAMP", scene.own, scene.shop) == pytest.approx(expected, abs=1e-6)


def test_a_thin_record_leans_on_its_like_and_a_long_one_does_not(scene: Scene) -> None:
    own = scene.own
    for day in range(DAYS):
        scene.sold("CABLE", day, scene.amazon, own, 9)
        scene.sold("CABLE", day, scene.shop, own, 1)
        scene.sold("LAMP", day, scene.shop, own, 8)
    scene.sold("CREAM", 100, scene.shop, own, 1)
    scene.sold("CREAM", 101, scene.amazon, own, 1)
    assert scene.share("LAMP", own, scene.shop) == 1.0
    assert scene.share("CABLE", own, scene.amazon) == pytest.approx(0.9, abs=0.01)
    # One unit through each says little: it leans on what the warehouse sells, half and half.
    assert scene.share("CREAM", own, scene.amazon) == pytest.approx(0.5, abs=0.01)


def test_a_channel_that_only_lists_a_sku_has_a_share_and_shares_are_the_whole(
    scene: Scene,
) -> None:
    own = scene.own
    for day in range(DAYS):
        scene.sold("CABLE", day, scene.amazon, own, 5)
        scene.sold("CABLE", day, scene.shop, own, 5)
    scene.sold("LAMP", 110, scene.shop, own, 4)
    assert scene.share("LAMP", own, scene.amazon) == 0.0
    scene.seller.run(
        "INSERT INTO listing (account_id, seller_sku, sku_id) VALUES (:account, 'x', :sku)",
        account=scene.amazon, sku=scene.seller.skus["LAMP"],
    )  # fmt: skip
    assert 0.3 < scene.share("LAMP", own, scene.amazon) < 0.5
    _, cut = scene.learned()
    assert all(cuts[-1] == WHOLE for cuts in cut.cuts)
    assert all(tuple(sorted(cuts)) == cuts for cuts in cut.cuts)


def test_the_database_refuses_shares_that_are_not_the_whole(scene: Scene) -> None:
    with pytest.raises(Exception, match="channels_are_the_whole"):
        scene.seller.run(
            "INSERT INTO forecast (run_id, sku_id, warehouse_id, champion, starts_on, mean,"
            " quantiles, totals, scores, channel_ids, channel_cuts) VALUES (1, 1, 1, 'x',"
            " '2026-03-02', '{1}', '{}', '{}', '{}', '{1,2}', '{400000,900000}')"
        )
    with scene.seller.database.reading() as conn:
        assert conn.scalar(text("SELECT count(*) FROM forecast")) == 0
