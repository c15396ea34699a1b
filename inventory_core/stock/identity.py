"""Whether lot and serial of a line fit the goods. Decides refusals; makes no lot, no serial."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import text

from inventory_core.db.engine import Reading, Writing
from inventory_core.errors import Invalid, Refused
from inventory_core.stock.places import Place
from inventory_core.stock.postings import Line
from inventory_core.vocabulary import NO_LOT, Condition

_LOTS = text("SELECT id, sku_id, on_hold FROM lot WHERE id = ANY(CAST(:lots AS bigint[]))")
_MOVE = text("""
    UPDATE serial s SET location_id = g.to_place
    FROM unnest(CAST(:serials AS bigint[]), CAST(:skus AS bigint[]), CAST(:froms AS bigint[]),
        CAST(:tos AS bigint[])) AS g(serial, sku, from_place, to_place)
    WHERE s.id = g.serial AND s.sku_id = g.sku AND s.location_id = g.from_place
    RETURNING s.id
""")


def check_lots(conn: Reading, lines: Sequence[Line], places: Mapping[int, Place]) -> None:
    """Refuse a lot of another SKU, and sellable goods of a lot that is on hold."""
    numbered = [line for line in lines if line.lot_id != NO_LOT]
    if not numbered:
        return
    rows = conn.rows(_LOTS, {"lots": sorted({line.lot_id for line in numbered})})
    lots = {row[0]: (row[1], row[2]) for row in rows}
    for line in numbered:
        sku_id, on_hold = lots.get(line.lot_id, (None, False))
        if sku_id != line.sku_id:
            raise Invalid("lot_of_other_sku", sku_id=line.sku_id, lot_id=line.lot_id)
        becomes_good = line.to_condition == Condition.GOOD
        arrives = places[line.to_location_id].warehouse_id is not None
        if on_hold and becomes_good and arrives:
            raise Refused("lot_on_hold", sku_id=line.sku_id, lot_id=line.lot_id)


def move_serials(tx: Writing, lines: Sequence[Line]) -> None:
    """Move each serial with its line; a unit that is somewhere else is an alarm (trap 50)."""
    numbered = [line for line in lines if line.serial_id is not None]
    if not numbered:
        return
    twice = [serial for serial, n in Counter(line.serial_id for line in numbered).items() if n > 1]
    if twice:
        raise Invalid("serial_twice", serial_id=twice[0])
    moved = tx.execute(
        _MOVE,
        {
            "serials": [line.serial_id for line in numbered],
            "skus": [line.sku_id for line in numbered],
            "froms": [line.from_location_id for line in numbered],
            "tos": [line.to_location_id for line in numbered],
        },
    ).scalars()
    elsewhere = {line.serial_id for line in numbered} - set(moved)
    if elsewhere:
        raise Refused("serial_elsewhere", serial_id=min(elsewhere, key=lambda s: s or 0))
