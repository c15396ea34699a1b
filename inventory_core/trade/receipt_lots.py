"""Lots that come with a receipt. Decides when two deliveries are one lot; holds no quantity.

The same number from two suppliers, or with two expiry dates, is two lots (trap 52).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text

from inventory_core.catalog.codes import clean_code, clean_text
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Writing
from inventory_core.db.schema.stock import lot as lot_table
from inventory_core.errors import Invalid
from inventory_core.vocabulary import LotId


@dataclass(frozen=True, slots=True)
class NewLot:
    """A lot as it is printed on the goods; no expiry: reckoned from the shelf life, if known."""

    code: str
    produced_on: date | None = None
    expires_on: date | None = None
    quality_report: str = ""


@dataclass(frozen=True, slots=True)
class LotOf:
    """A lot of one SKU from one supplier."""

    sku_id: int
    supplier_id: int
    code: str
    produced_on: date | None
    expires_on: date | None
    quality_report: str

    @property
    def identity(self) -> tuple[int, int, str, date | None]:
        """What makes it this lot and no other."""
        return self.sku_id, self.supplier_id, self.code, self.expires_on


def lot_of(new: NewLot, *, sku_id: int, supplier_id: int, shelf_life_days: int | None) -> LotOf:
    """The lot with its code cleaned and its expiry reckoned."""
    expires_on = new.expires_on
    if expires_on is None and new.produced_on is not None and shelf_life_days is not None:
        expires_on = new.produced_on + timedelta(days=shelf_life_days)
    if expires_on is not None and new.produced_on is not None and expires_on < new.produced_on:
        raise Invalid("days_out_of_order", field="expires_on")
    report = clean_text(new.quality_report, field="quality_report")
    code = clean_code(new.code, field="lot")
    return LotOf(sku_id, supplier_id, code, new.produced_on, expires_on, report)


def ensure_lots(
    tx: Writing, lots: Sequence[LotOf]
) -> Mapping[tuple[int, int, str, date | None], LotId]:
    """Ids of lots by identity; those that do not exist yet are made."""
    wanted = {lot.identity: lot for lot in lots}
    if not wanted:
        return {}
    order = sorted(wanted, key=lambda key: (key[0], key[1], key[2], key[3] or date.max))
    rows = [
        {
            "sku_id": wanted[key].sku_id,
            "supplier_id": wanted[key].supplier_id,
            "code": wanted[key].code,
            "produced_on": wanted[key].produced_on,
            "expires_on": wanted[key].expires_on,
            "quality_report": wanted[key].quality_report,
        }
        for key in order
    ]
    insert_rows(tx, lot_table, rows, skip_existing=True)
    known = tx.rows(_KNOWN, {"skus": sorted({key[0] for key in wanted})})
    found = {(r.sku_id, r.supplier_id, r.code, r.expires_on): LotId(r.id) for r in known}
    return {key: found[key] for key in order}


_KNOWN = text("""
SELECT id, sku_id, supplier_id, code, expires_on FROM lot
WHERE sku_id = ANY(CAST(:skus AS bigint[]))
""")
