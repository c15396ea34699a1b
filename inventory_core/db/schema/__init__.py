"""All tables of one company's database. Importing this package fills METADATA; decides nothing."""

from inventory_core.db.schema import (
    analysts,
    catalog,
    channels,
    classes,
    costs,
    demand_words,
    learning,
    limits,
    mailbox,
    office,
    planning,
    sales_lines,
    scenarios,
    snapshots,
    stock,
    supply,
    trade,
)
from inventory_core.db.schema.registry import METADATA

__all__ = [
    "METADATA",
    "analysts",
    "catalog",
    "channels",
    "classes",
    "costs",
    "demand_words",
    "learning",
    "limits",
    "mailbox",
    "office",
    "planning",
    "sales_lines",
    "scenarios",
    "snapshots",
    "stock",
    "supply",
    "trade",
]
