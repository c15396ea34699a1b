"""From the grid of demand to effects ready to keep. Decides which days may speak for a promotion.

Bulk orders are taken out, days without stock or sale are unseen; siblings share category and
warehouse. Rounded once, here.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from forecasting.demand_panel import codes_of
from forecasting.history import CENSORED_SHARE, DemandGrid
from forecasting.promotion_days import groups_of
from forecasting.promotions import Effect, learn_promotions
from inventory_core.planning.promotion_effects import (
    AFTER,
    DAY_AFTER,
    SERIES,
    SIBLINGS,
    UPLIFT,
    PromotionEffect,
)

PLACES = 4


def effects_of_grid(grid: DemandGrid, categories: Mapping[int, str]) -> list[PromotionEffect]:
    """All effects of a history; none where it saw no promotion. `categories` by SKU id."""
    if not len(grid.sku_id) or not (grid.promotion[:, : grid.length] > 0).any():
        return []
    unseen = ~grid.live | grid.closed | (np.nan_to_num(grid.out_share) > CENSORED_SHARE)
    y = np.where(unseen, np.nan, np.maximum(grid.y - grid.bulk, 0.0))
    names = [categories.get(int(sku), "") for sku in grid.sku_id]
    learned = learn_promotions(
        y,
        grid.promotion,
        category=names,
        groups=groups_of(codes_of(names), grid.warehouse_id),
        places=grid.warehouse_id,
    )

    def rows() -> Iterator[PromotionEffect]:
        for (category, band), one in learned.uplift.items():
            yield _kept(grid, UPLIFT, one, category=category, band=band)
        for kind, found in ((AFTER, learned.after), (SIBLINGS, learned.siblings)):
            for category, one in found.items():
                yield _kept(grid, kind, one, category=category)
        for day, one in enumerate(learned.after_profile, 1):
            yield _kept(grid, DAY_AFTER, one, band=str(day))
        for row, one in enumerate(learned.series_uplift):
            if one.events:
                yield _kept(grid, SERIES, one, category=names[row], row=row)

    return list(rows())


def _kept(
    grid: DemandGrid,
    kind: str,
    one: Effect,
    *,
    category: str = "",
    band: str = "",
    row: int | None = None,
) -> PromotionEffect:
    low, factor, high = (round(value, PLACES) for value in (one.low, one.factor, one.high))
    return PromotionEffect(
        kind=kind,
        category=category,
        band=band,
        sku_id=None if row is None else int(grid.sku_id[row]),
        warehouse_id=None if row is None else int(grid.warehouse_id[row]),
        factor=factor,
        low=min(low, factor),
        high=max(high, factor),
        events=one.events,
        units=round(one.units, 1),
        expected=round(one.expected, 1),
        learned_on=grid.last_on,
    )
