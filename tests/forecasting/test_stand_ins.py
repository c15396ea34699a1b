"""Demand that moved from an empty site to another is learned once, where it belongs."""

import numpy as np
import pytest

from forecasting.demand_panel import choose_period, panel_of_grid
from forecasting.history import DemandGrid, channel_demand, demand_grid
from forecasting.stand_ins import LONGEST_DAYS, with_stand_ins
from inventory_core.db.engine import Database
from tests.planning.fulfilment import LAST, Fulfilment

DAYS = 120
OUT = range(60, 81)


@pytest.fixture
def scene(database: Database) -> Fulfilment:
    return Fulfilment(database, DAYS)


def _empty(scene: Fulfilment, first: int, end: int) -> None:
    scene.edge("LAMP", 0, scene.fba, in_stock=True)
    scene.edge("LAMP", first, scene.fba, in_stock=False)
    scene.edge("LAMP", end, scene.fba, in_stock=True)


def _grid(scene: Fulfilment) -> DemandGrid:
    with scene.seller.database.reading() as conn:
        grid = demand_grid(conn, through=LAST)
        return with_stand_ins(grid, channel_demand(conn, grid))


def _of(scene: Fulfilment, grid: DemandGrid, warehouse: int) -> int:
    return int(np.flatnonzero(grid.warehouse_id == warehouse)[0])


def test_trap_37_what_moved_to_own_shipping_is_not_learned_a_second_time(
    scene: Fulfilment,
) -> None:
    _empty(scene, OUT.start, OUT.stop)
    for day in range(DAYS):
        scene.sold("LAMP", day, scene.amazon, scene.own if day in OUT else scene.fba, 10)
        scene.sold("LAMP", day, scene.shop, scene.own, 4)
    grid = _grid(scene)
    own, fba = _of(scene, grid, scene.own), _of(scene, grid, scene.fba)
    assert grid.y[own, list(OUT)].tolist() == [14.0] * len(OUT), "what was sold stays"
    panel = panel_of_grid(grid, choose_period(grid, 14))
    assert panel.y[own].tolist() == [4.0] * DAYS
    days = np.arange(DAYS)
    assert np.isnan(panel.y[fba, list(OUT)]).all()
    assert (panel.y[fba, ~np.isin(days, OUT)] == 10.0).all()


def test_trap_37_a_site_that_always_ships_a_part_keeps_its_part(scene: Fulfilment) -> None:
    _empty(scene, OUT.start, OUT.stop)
    for day in range(DAYS):
        scene.sold("LAMP", day, scene.amazon, scene.own, 10 if day in OUT else 2)
        if day not in OUT:
            scene.sold("LAMP", day, scene.amazon, scene.fba, 8)
    grid = _grid(scene)
    usual = grid.usual()[_of(scene, grid, scene.own)]
    np.testing.assert_allclose(usual, 2.0)


def test_trap_37_who_sells_its_own_last_unit_in_place_of_an_empty_site_stood_in_that_day_too(
    scene: Fulfilment,
) -> None:
    _empty(scene, OUT.start, OUT.stop)
    scene.edge("LAMP", 0, scene.own, in_stock=True)
    for day in range(DAYS):
        scene.sold("LAMP", day, scene.amazon, scene.own if day == OUT.start else scene.fba, 10)
    scene.seller.run(
        "INSERT INTO availability_edge (sku_id, warehouse_id, in_stock, occurred_at)"
        " SELECT sku_id, warehouse_id, false, occurred_at + interval '60 days 15 hours'"
        " FROM availability_edge WHERE warehouse_id = :own",
        own=scene.own,
    )
    grid = _grid(scene)
    own = _of(scene, grid, scene.own)
    assert grid.ran_out[own, OUT.start]
    assert grid.y[own, OUT.start] == 10.0
    assert grid.usual()[own].sum() == 0.0


def test_trap_37_who_stands_in_for_good_has_taken_over(scene: Fulfilment) -> None:
    first = 30
    scene.edge("LAMP", 0, scene.fba, in_stock=True)
    scene.edge("LAMP", first, scene.fba, in_stock=False)
    for day in range(DAYS):
        scene.sold("LAMP", day, scene.amazon, scene.own if day >= first else scene.fba, 10)
    grid = _grid(scene)
    usual = grid.usual()[_of(scene, grid, scene.own)]
    assert (usual[first : first + LONGEST_DAYS] == 0).all()
    assert (usual[first + LONGEST_DAYS :] == 10).all()


def test_without_evidence_of_a_stock_out_nothing_moved(scene: Fulfilment) -> None:
    for day in range(DAYS):
        scene.sold("LAMP", day, scene.amazon, scene.own if day in OUT else scene.fba, 10)
    assert _grid(scene).stood_in is None


def test_a_channel_hardly_ever_sold_has_no_usual(scene: Fulfilment) -> None:
    _empty(scene, OUT.start, OUT.stop)
    for day in range(DAYS):
        scene.sold("LAMP", day, scene.shop, scene.own, 4)
    scene.sold("LAMP", 3, scene.amazon, scene.fba, 1)
    scene.sold("LAMP", OUT.start, scene.amazon, scene.own, 1)
    grid = _grid(scene)
    assert grid.stood_in is not None
    assert grid.stood_in.sum() == 0
