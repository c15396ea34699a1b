"""The hierarchy of forecasts: every total is a sum of the same cells (SKU, warehouse, channel).

Decides how a series is cut into its channels and how cells become whole units, both without a
remainder: channels, markets, categories and the company agree to the unit whichever way they are
added up. All sums are of integers. Learns and forecasts nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.channel_shares import WHOLE, ChannelCuts
from inventory_core.catalog.markets import Markets

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

GRAINS = ("channel", "market", "category", "company")
# Published forecasts have so many parts of a unit.
PARTS = 1000


@dataclass(frozen=True, slots=True)
class Cells:
    """The bottom: one entry per series and channel, ordered by market, channel, category, SKU.

    row: of the series; place: among the channels of its series. low, high: where the channel's
    share begins and ends, in millionths.
    part_of: grain -> the part (account id, country, category, "") of each cell.
    """

    row: Ints
    place: Ints
    sku_id: Ints
    warehouse_id: Ints
    low: Ints
    high: Ints
    part_of: Mapping[str, npt.NDArray[np.str_]]

    @property
    def share(self) -> Floats:
        """[N] what a cell is of its series."""
        return np.asarray((self.high - self.low) / WHOLE)

    def members(self, grain: str) -> tuple[list[str], Ints]:
        """The parts of a grain in order, and the place of each cell among them."""
        parts, place = np.unique(self.part_of[grain], return_inverse=True)
        return parts.tolist(), np.asarray(place, dtype=np.int64)


def cells_of(
    sku_ids: Sequence[int],
    warehouse_ids: Sequence[int],
    cut: ChannelCuts,
    categories: Sequence[str],
    markets: Markets,
) -> Cells:
    """The cells of series; a series that was never cut is one cell of channel 0."""
    found = []
    for row, (channels, cuts) in enumerate(zip(cut.channels, cut.cuts, strict=True)):
        where, low = warehouse_ids[row], 0
        for place, (account, high) in enumerate(
            zip(channels or (0,), cuts or (WHOLE,), strict=True)
        ):
            parts = (markets.market(account, where), account, categories[row])
            found.append((*parts, sku_ids[row], where, row, low, high, place))
            low = high
    columns = [np.asarray(column) for column in zip(*sorted(found), strict=True)]
    if not columns:
        columns = [np.empty(0, dtype=kind) for kind in (str, int, str, *[int] * 6)]
    market_of, account_of, category_of = columns[:3]
    return Cells(
        row=columns[5],
        place=columns[8],
        sku_id=columns[3],
        warehouse_id=columns[4],
        low=columns[6],
        high=columns[7],
        part_of={
            "channel": account_of.astype(str),
            "market": market_of,
            "category": category_of,
            "company": np.full(len(market_of), ""),
        },
    )


def in_thousandths(means: Sequence[Sequence[float] | Floats]) -> Ints:
    """[S, H] forecasts as published, as whole numbers."""
    return np.rint(np.asarray(means, dtype=np.float64) * PARTS).astype(np.int64)


def cut_into_cells(series: Ints, cells: Cells) -> Ints:
    """[N, …] values of series [S, …] by cell: the cells of a series sum to it exactly."""
    shape = (-1, *[1] * (series.ndim - 1))
    return cut_between(series[cells.row], cells.low.reshape(shape), cells.high.reshape(shape))


def cut_between(whole: Ints, low: Ints, high: Ints) -> Ints:
    """What lies between two cuts (in millionths) of a whole: neighbours share no unit."""
    return (whole * high + WHOLE // 2) // WHOLE - (whole * low + WHOLE // 2) // WHOLE


def whole_units(thousandths: Ints) -> Ints:
    """[N] cells in whole units. Rounded where they are summed up, in the order of the cells.

    So a hundred cells of a third of a unit are 33 units, not none; cells that follow each other
    never miss their sum by a unit, and every sum of cells is the sum of what is shown for them.
    """
    reached = (np.cumsum(thousandths) + PARTS // 2) // PARTS
    return np.diff(reached, prepend=0)


def summed(values: Ints, place: Ints, count: int) -> Ints:
    """[count, …] the values of cells [N, …] added up by place."""
    out = np.zeros((count, *values.shape[1:]), dtype=np.int64)
    np.add.at(out, place, values)
    return out
