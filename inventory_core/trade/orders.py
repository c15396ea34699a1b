"""The door to sales orders: accept, cancel, fill what waits. Names the acts; holds none of them."""

from inventory_core.trade.backorders import Filled, fill_backorders
from inventory_core.trade.cancellations import cancel_orders
from inventory_core.trade.order_intake import accept_orders
from inventory_core.trade.order_records import (
    AcceptedLine,
    AcceptedOrder,
    Cancelled,
    NewCancel,
    NewOrder,
    NewOrderLine,
)

__all__ = [
    "AcceptedLine",
    "AcceptedOrder",
    "Cancelled",
    "Filled",
    "NewCancel",
    "NewOrder",
    "NewOrderLine",
    "accept_orders",
    "cancel_orders",
    "fill_backorders",
]
