"""Which warehouse serves, and from which bin. Pure decisions over figures handed in.

Warehouses: in the order of the account's stock pool, at most three, those that have something.
Bins: the lot that expires first, then the older lot, then the location's order.
"""

from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import date

MOST_WAREHOUSES = 3


@dataclass(frozen=True, slots=True)
class Option:
    """A warehouse that may serve, with what seemed available; read unlocked."""

    warehouse_id: int
    available: int


@dataclass(frozen=True, slots=True)
class BinContent:
    """Sellable units in one bin, of one lot."""

    location_id: int
    lot_id: int
    quantity: int
    expires_on: date | None = None

    def less(self, units: int) -> "BinContent":
        """The same bin after `units` have gone."""
        return BinContent(self.location_id, self.lot_id, self.quantity - units, self.expires_on)


def candidates(options: Iterable[Option]) -> tuple[int, ...]:
    """Warehouses worth locking, best first; `options` come in the pool's order."""
    return tuple(option.warehouse_id for option in options if option.available > 0)[
        :MOST_WAREHOUSES
    ]


def share(
    wanted: int, warehouses: Sequence[int], free: MutableMapping[int, int]
) -> list[tuple[int, int]]:
    """Serve up to `wanted` units: from one warehouse that has it all, else from several in order.

    Lowers `free` by what is taken; answers (warehouse, units), less than wanted where stock ends.
    """
    whole = [warehouse for warehouse in warehouses if free.get(warehouse, 0) >= wanted]
    taken = []
    for warehouse in whole[:1] or warehouses:
        units = min(wanted, free.get(warehouse, 0))
        if units > 0:
            free[warehouse] -= units
            wanted -= units
            taken.append((warehouse, units))
        if wanted == 0:
            break
    return taken


def pick(quantity: int, contents: Sequence[BinContent]) -> list[tuple[BinContent, int]]:
    """Units per bin for `quantity`, first expired first out; fewer where the bins hold less."""
    picked = []
    for content in sorted(contents, key=_fefo):
        units = min(quantity, content.quantity)
        if units > 0:
            picked.append((content, units))
            quantity -= units
        if quantity == 0:
            break
    return picked


def _fefo(content: BinContent) -> tuple[date, int, int]:
    return (content.expires_on or date.max, content.lot_id, content.location_id)
