"""How a site is called, the same on every screen. Decides the words; draws nothing.

Where there is no room (cells of a table, pills of a scope, axes) a site is its code, as in files
and on labels. Where there is room (heads, sentences, boxes to choose from) it is its name, and the
code in brackets. A name that only spells the code with other marks is not said twice.
"""

from collections.abc import Iterable

from app import session
from app.i18n import t
from app.widgets_scope import Choice
from inventory_core.catalog.locations import Warehouse, warehouses


def site_label(house: Warehouse) -> str:
    """A site where there is room, for plain places."""
    if _letters(house.name) in {"", _letters(house.code)}:
        return house.code
    return t("scope.site_label", name=house.name, code=house.code)


def site_words(code: str | None) -> str:
    """The same of a site that is known by its code; a code that no site has stays as it is."""
    houses = {house.code: house for house in known_sites()}
    return site_label(houses[code]) if code in houses else code or "—"


def known_sites() -> list[Warehouse]:
    """Every site, the first to be served from first."""
    found: list[Warehouse] = session.cached("warehouses", warehouses)
    return found


def site_pills(houses: Iterable[Warehouse]) -> dict[str, str | Choice]:
    """The choices of a scope by id, as the address holds them: all first, then each by its code,
    and by its name where the scope is a box.
    """
    listed = {str(house.id): Choice(house.code, site_label(house)) for house in houses}
    return {"": t("scope.all_sites"), **listed}


def _letters(words: str) -> str:
    return "".join(filter(str.isalnum, words)).casefold()
