"""Of plans that are worth the same, always the same one: drafts that are alike in everything get
the larger quantity in the order of the list. Decides nothing else; a solver may answer with any.
"""

from collections import defaultdict
from collections.abc import Sequence

from forecasting.limits import Cap, Floor, Item


def in_order(
    items: Sequence[Item], levels: Sequence[int], caps: Sequence[Cap], floors: Sequence[Floor]
) -> tuple[int, ...]:
    """The chosen levels (-1: none), handed out anew among items with the same quantities under the
    same caps and floors.
    """
    members = [cap.members for cap in caps] + [floor.members for floor in floors]
    limits = [frozenset(places) for places in members]
    alike: defaultdict[object, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        alike[item, tuple(place in places for places in limits)].append(place)
    out = list(levels)
    for places in alike.values():
        given = sorted((levels[place] for place in places), reverse=True)
        for place, level in zip(places, given, strict=True):
            out[place] = level
    return tuple(out)
