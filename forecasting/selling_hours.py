"""The clock by which customers buy: which part of a day's demand has come by which hour.

Decides how much of a day a stock-out took away: a night without stock costs fewer sales than an
evening. Learned per warehouse from the hours of its orders; where hardly any are known, every hour
counts the same. Knows no series and no stock.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from inventory_core.db.engine import Reading
from inventory_core.insight.order_hours import orders_by_hour

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HOURS = 24
# So many orders of an even day are mixed with those that are known.
PRIOR_ORDERS = 240.0


def selling_clocks(conn: Reading) -> dict[int, Floats]:
    """[25] by warehouse: the share of a day's demand before each full hour, from 0 to 1."""
    found: dict[int, Floats] = {}
    for row in conn.rows(orders_by_hour()):
        clock = found.setdefault(row.warehouse_id, np.full(HOURS, PRIOR_ORDERS / HOURS))
        clock[row.hour] += row.orders
    return {
        place: np.concatenate([[0.0], np.cumsum(orders) / orders.sum()])
        for place, orders in found.items()
    }


def by_selling_clock(moment: Floats, warehouse_id: Ints, clocks: Mapping[int, Floats]) -> Floats:
    """The moments [N] (days, the hour as a fraction) with the share of the day's demand instead."""
    told = moment.copy()
    for place, clock in clocks.items():
        here = warehouse_id == place
        whole = np.floor(moment[here])
        hour = (moment[here] - whole) * HOURS
        told[here] = whole + np.interp(hour, np.arange(HOURS + 1), clock)
    return told
