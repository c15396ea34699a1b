"""What the sample seller's buyer sees: the core's positions as arrays of goods and warehouses."""

import numpy as np

from inventory_core.db.engine import Reading
from inventory_core.stock.balances import positions
from jobs.sample_buyer import Shelf
from jobs.sample_network import CODES
from jobs.sample_stage import Stage


def read_shelf(conn: Reading, stage: Stage) -> Shelf:
    """Every position; pairs that hold nothing are zero."""
    shape = (len(stage.world.goods), len(CODES))
    available, inbound, on_order, backordered = (np.zeros(shape, dtype=np.int64) for _ in range(4))
    for found in positions(conn, None, None):
        pair = stage.good_of[found.sku_id], stage.place_of[found.warehouse_id]
        available[pair] = found.available
        inbound[pair] = found.in_transit
        on_order[pair] = found.on_order
        backordered[pair] = found.backordered
    return Shelf(available, inbound, on_order, backordered)
