"""More rows for a grid of demand: pairs of SKU and warehouse that have sold nothing of their own.

Reads what the book knows of them all the same (days without stock, promotions). Decides nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.history import EPOCH, DemandGrid
from forecasting.history_spans import (
    SeriesDays,
    countries_of,
    out_share_by_day,
    promotion_by_day,
)
from inventory_core.db.engine import Reading

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def unsold_rows(
    conn: Reading,
    like: DemandGrid,
    pairs: Sequence[tuple[int, int]],
    *,
    begins: Ints,
    price: Floats,
) -> DemandGrid:
    """Rows over the days of a grid: (SKU, warehouse), on offer from column `begins` on at `price`,
    and nothing sold.
    """
    first = (like.first_on - EPOCH).days
    days = SeriesDays(
        grain="sku_warehouse",
        sku_id=np.array([sku for sku, _ in pairs], dtype=np.int64),
        warehouse_id=np.array([place for _, place in pairs], dtype=np.int64),
        first=first,
        last=first + like.length - 1,
        ahead=like.promotion.shape[1] - like.length,
    )
    part = ("",) * len(pairs)
    none = np.zeros((len(pairs), like.length))
    return DemandGrid(
        sku_id=days.sku_id,
        warehouse_id=days.warehouse_id,
        part=part,
        first_on=like.first_on,
        y=none,
        short=none,
        bulk=none,
        price=np.repeat(price[:, None], like.length, axis=1),
        out_share=out_share_by_day(conn, days),
        promotion=promotion_by_day(conn, days),
        live=np.arange(like.length)[None, :] >= begins[:, None],
        closed=none > 0,
        country=countries_of(conn, days, part),
    )


def stacked(grid: DemandGrid, more: DemandGrid) -> DemandGrid:
    """One grid of two over the same days, the rows of the second behind those of the first."""

    def both(name: str) -> Any:
        return np.concatenate([getattr(grid, name), getattr(more, name)])

    return replace(
        grid,
        sku_id=both("sku_id"),
        warehouse_id=both("warehouse_id"),
        part=grid.part + more.part,
        y=both("y"),
        short=both("short"),
        bulk=both("bulk"),
        price=both("price"),
        out_share=both("out_share"),
        promotion=both("promotion"),
        live=both("live"),
        closed=both("closed"),
        country=grid.country + more.country,
    )
