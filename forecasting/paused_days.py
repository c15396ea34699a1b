"""Days on which a channel did not sell a SKU that was there, as part of a warehouse's demand.

Decides how much of a day is missing: the share of the paused channels in what the SKU sold there on
all other days, everything where every channel was paused. Such days are read like stock-outs.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from inventory_core.db.engine import Reading
from inventory_core.insight.demand import daily_demand
from inventory_core.insight.sale_pauses import sale_pauses

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Units = dict[int, Floats]  # by channel account, a number for each day

_EPOCH = date(1970, 1, 1)


def paused_share(
    conn: Reading, sku_id: Ints, warehouse_id: Ints, *, first: int, length: int
) -> Floats | None:
    """[series, day] share of a day's demand that pauses took away; NaN on every other day.

    Days count from 1970-01-01. None where nobody stated a pause of these SKUs.
    """
    mine = set(sku_id.tolist())
    pauses = [row for row in conn.rows(sale_pauses()) if row.sku_id in mine]
    if not pauses:
        return None
    of_sku: dict[int, list[Any]] = defaultdict(list)
    for pause in pauses:
        of_sku[pause.sku_id].append(pause)
    sold = _sold(conn, sorted(of_sku), first, length)
    share = np.full((len(sku_id), length), np.nan)
    for row, pair in enumerate(zip(sku_id.tolist(), warehouse_id.tolist(), strict=True)):
        if pair[0] in of_sku:
            share[row] = _of_series(of_sku[pair[0]], sold[pair], first, length)
    return share


def _of_series(pauses: Sequence[Any], sold: Units, first: int, length: int) -> Floats:
    """[day] missing share; NaN where no channel that sells here was paused."""
    paused = {account: np.zeros(length, dtype=bool) for account in (0, *sold)}
    for row in pauses:
        last = length if row.last_day is None else row.last_day - first + 1
        if row.account_id in paused:
            paused[row.account_id][max(0, row.first_day - first) : max(0, last)] = True
    anywhere = np.logical_or.reduce(list(paused.values()))
    usual = {account: float(units[~anywhere].sum()) for account, units in sold.items()}
    whole = sum(usual.values())
    missing = np.zeros(length)
    for account, units in usual.items():
        missing += paused[account] * (units / whole if whole else 1.0 / len(usual))
    missing = np.where(paused[0], 1.0, np.minimum(missing, 1.0))
    return np.where(missing > 0, missing, np.nan)


def _sold(
    conn: Reading, sku_ids: Sequence[int], first: int, length: int
) -> dict[tuple[int, int], Units]:
    """Units of each SKU and warehouse by channel and day."""
    days = {
        "first_on": _EPOCH + timedelta(days=first),
        "last_on": _EPOCH + timedelta(days=first + length - 1),
        "skus": list(sku_ids),
    }
    found: dict[tuple[int, int], Units] = defaultdict(dict)
    for row in conn.rows(daily_demand("sku_warehouse_channel"), days):
        channels = found[row.sku_id, row.warehouse_id]
        channels.setdefault(int(row.part), np.zeros(length))[row.day - first] = row.units
    return found
