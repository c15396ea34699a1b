"""What a location is to the book: whose level it counts in and whose cost pool. Reads only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import text

from inventory_core.db.engine import Reading
from inventory_core.errors import Invalid
from inventory_core.vocabulary import LocationKind


@dataclass(frozen=True, slots=True)
class Place:
    """A location; `warehouse_id` None for virtual ones, `pool_id` None where goods have no cost."""

    id: int
    kind: LocationKind
    warehouse_id: int | None
    pool_id: int | None
    active: bool


_PLACES = text("""
    SELECT l.id, l.kind, l.warehouse_id, coalesce(l.cost_pool_id, w.cost_pool_id), l.active
    FROM location l LEFT JOIN location w ON w.id = l.warehouse_id
    WHERE l.id = ANY(CAST(:ids AS bigint[]))
""")


def read_places(conn: Reading, location_ids: Collection[int]) -> Mapping[int, Place]:
    """The named locations; Invalid where one does not exist or cannot hold goods."""
    ids = sorted(set(location_ids))
    places = {
        row[0]: Place(row[0], LocationKind(row[1]), row[2], row[3], row[4])
        for row in conn.rows(_PLACES, {"ids": ids})
    }
    for location_id in ids:
        place = places.get(location_id)
        if place is None:
            raise Invalid("unknown_location", location_id=location_id)
        if place.kind is LocationKind.COMPANY:
            raise Invalid("location_holds_nothing", location_id=location_id)
    return places
