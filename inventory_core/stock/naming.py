"""Refusals speak of codes that people know, not of our numbers. Adds names; judges nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from inventory_core.db.engine import Reading
from inventory_core.errors import Refused

_SKU = text("SELECT code FROM sku WHERE id = :id")
_LOCATION = text("SELECT code FROM location WHERE id = :id")
# Parameter of a refusal: what it is called for people, and where the name is kept.
_NAMES = {
    "sku_id": ("sku", _SKU),
    "warehouse_id": ("warehouse", _LOCATION),
    "location_id": ("location", _LOCATION),
}


@contextmanager
def naming(conn: Reading) -> Iterator[None]:
    """Give a Refused that leaves this block the codes of the SKU and the places it names.

    Open it outside a savepoint, so that the codes are read after the savepoint is rolled back.
    """
    try:
        yield
    except Refused as refusal:
        names = {
            name: conn.scalar(statement, {"id": refusal.params[param]})
            for param, (name, statement) in _NAMES.items()
            if param in refusal.params and name not in refusal.params
        }
        if not names:
            raise
        raise Refused(refusal.code, **{**refusal.params, **names}) from refusal
