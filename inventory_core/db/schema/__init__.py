"""All tables of one company's database. Importing this package fills METADATA; decides nothing."""

from inventory_core.db.schema import (
    catalog,
    channels,
    costs,
    mailbox,
    office,
    planning,
    stock,
    supply,
    trade,
)
from inventory_core.db.schema.registry import METADATA

__all__ = [
    "METADATA",
    "catalog",
    "channels",
    "costs",
    "mailbox",
    "office",
    "planning",
    "stock",
    "supply",
    "trade",
]
