"""A SKU that continues another one. Decides which part of a history goes over to a successor.

Before the successor's own first sale at a warehouse, what the predecessor sold there is its past;
while both sell, each has its own. One that has not sold yet takes over where the predecessor is not
bought any more. The predecessor keeps its row: what is left of it still sells.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime

import numpy as np

from forecasting.grid_rows import stacked, unsold_rows
from forecasting.history import DemandGrid, demand_grid
from inventory_core.db.engine import Reading
from inventory_core.insight.newcomers import successions


def continued_grid(
    conn: Reading,
    *,
    through: date,
    ahead_days: int = 0,
    sku_ids: Sequence[int] | None = None,
    known_at: datetime | None = None,
) -> DemandGrid:
    """Daily demand by SKU and warehouse, successors with the past that they continue."""
    links = conn.rows(successions())
    before: dict[int, list[int]] = defaultdict(list)
    for link in links:
        before[link.successor_id].append(link.sku_id)
    asked = None if sku_ids is None else _oldest_first(sku_ids, before)
    grid = demand_grid(
        conn, through=through, ahead_days=ahead_days, sku_ids=asked, known_at=known_at
    )
    if before:
        heirs = {link.successor_id for link in links if link.takes_over}
        ended = {link.sku_id for link in links if link.ended}
        grid = _with_heirs(conn, grid, before, heirs, ended)
        _give_past(grid, before)
    if sku_ids is None or asked == list(sku_ids):
        return grid
    return grid.select(np.flatnonzero(np.isin(grid.sku_id, list(sku_ids))))


def with_pasts(conn: Reading, grid: DemandGrid) -> DemandGrid | None:
    """A copy of a grid in which successors have the past they continue; None where there is none.

    No row is added: who has sold nothing yet has none.
    """
    before: dict[int, list[int]] = defaultdict(list)
    for link in conn.rows(successions()):
        before[link.successor_id].append(link.sku_id)
    if not before:
        return None
    found = deepcopy(grid)
    _give_past(found, before)
    return found


def _with_heirs(
    conn: Reading,
    grid: DemandGrid,
    before: Mapping[int, Sequence[int]],
    heirs: set[int],
    ended: set[int],
) -> DemandGrid:
    """The grid with a row for each successor that has sold nothing where its predecessor ended."""
    known = set(zip(grid.sku_id.tolist(), grid.warehouse_id.tolist(), strict=True))
    new = sorted(
        {
            (heir, place)
            for heir in heirs
            for sku, place in known
            if sku in before[heir] and sku in ended and (heir, place) not in known
        }
    )
    if not new:
        return grid
    begins, price = np.full(len(new), grid.length), np.full(len(new), np.nan)
    return stacked(grid, unsold_rows(conn, grid, new, begins=begins, price=price))


def _give_past(grid: DemandGrid, before: Mapping[int, Sequence[int]]) -> None:
    """Write into the days before a successor's first sale what its predecessors did on them."""
    own = grid.y > 0
    first = np.where(own.any(axis=1), own.argmax(axis=1), grid.length)
    row_of: dict[int, dict[int, int]] = defaultdict(dict)
    pairs = zip(grid.sku_id.tolist(), grid.warehouse_id.tolist(), strict=True)
    for row, (sku, place) in enumerate(pairs):
        row_of[sku][place] = row
    for sku in _oldest_first(before, before):
        for place, row in row_of.get(sku, {}).items():
            told = [row_of[one][place] for one in before.get(sku, ()) if place in row_of[one]]
            if not told:
                continue
            days = slice(0, int(first[row]))
            for values in (grid.y, grid.short, grid.bulk):
                values[row, days] = values[told, days].sum(axis=0)
            grid.price[row, days] = grid.price[told[0], days]
            grid.out_share[row, days] = np.fmin.reduce(grid.out_share[told, days])
            grid.promotion[row, days] = grid.promotion[told, days].max(axis=0)
            grid.live[row, days] = grid.live[told, days].any(axis=0)
            grid.closed[row, days] = grid.closed[told, days].all(axis=0)


def _oldest_first(skus: Iterable[int], before: Mapping[int, Sequence[int]]) -> list[int]:
    """These SKUs and all they continue, each after its predecessors; a circle ends."""
    order: dict[int, None] = {}
    waiting: set[int] = set()

    def visit(sku: int) -> None:
        if sku in order or sku in waiting:
            return
        waiting.add(sku)
        for one in before.get(sku, ()):
            visit(one)
        order[sku] = None

    for sku in sorted(skus):
        visit(sku)
    return list(order)
