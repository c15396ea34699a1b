"""Orders with more units than are needed, to reach a supplier's minimum or to fill a container.

Decides which units come next, the best for their cash first, and how far ahead of its need a SKU
may be bought; never whether an order so topped up is placed (`limits_minimum`, `limits`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from forecasting.limits import Item, Level
from forecasting.limits_ladder import Ladder
from forecasting.order_cost import LOST_AFTER_DAYS
from forecasting.supplier_choice import MOST_COVER_DAYS

STEPS_AT_ONCE = 4  # and twice as many each further time
# Nothing is topped up with what would be needed only later than this.
MOST_AHEAD_DAYS = 60
ROUNDING = 1e-9


def raised(
    ladders: Mapping[int, Ladder],
    *,
    name: str,
    cost: float | None = None,
    volume: float | None = None,
    weight: float | None = None,
) -> dict[int, Ladder]:
    """Orders with more units, the next best unit of cash first; `name` is the limit they meet.

    `cost`: until they cost so much more. `volume`, `weight`: while there is room in a container
    that goes anyway. Neither goes more than MOST_AHEAD_DAYS ahead of the need of a SKU, nor beyond
    a maximum set by hand.
    """
    forced = cost is not None
    room = {"volume": volume, "weight": weight}
    now = {place: ladder.item.levels[-1] for place, ladder in ladders.items()}
    done = {"cost": 0.0, "volume": 0.0, "weight": 0.0}
    open_places = set(ladders)
    steps = {place: _steps(ladder) for place, ladder in ladders.items()}
    following = {place: next(more, None) for place, more in steps.items()}
    while open_places and not (forced and done["cost"] >= (cost or 0) - ROUNDING):
        best, best_return = None, 0.0
        for place in sorted(open_places):
            level = following[place]
            if level is None:
                continue
            paid = max(ROUNDING, level.cost - now[place].cost)
            brings = (level.value - now[place].value) / paid
            if not _near_enough(ladders[place], level):
                continue
            if not forced and not _finds_room(now[place], level, done, room):
                continue
            if best is None or brings > best_return:
                best, best_return = place, brings
        if best is None:
            break
        level = following[best]
        assert level is not None, "a best step exists"
        for one in ("cost", "volume", "weight"):
            done[one] += getattr(level, one) - getattr(now[best], one)
        now[best] = level
        following[best] = next(steps[best], None)
    code = "minimum_reached" if forced else "container_filled"
    return {place: _topped(ladder, now[place], code, name) for place, ladder in ladders.items()}


def _steps(ladder: Ladder) -> Iterator[Level]:
    """One step after another beyond what is asked for, while it would be sold before it ages.

    Some are weighed at once, because the courses of a whole supplier would fill the memory.
    """
    here, per_day = ladder.planned.situation, ladder.planned.policy.per_day
    limit = min(MOST_COVER_DAYS, here.shelf_life_days or MOST_COVER_DAYS)
    quantity, count = ladder.item.levels[-1].quantity, STEPS_AT_ONCE
    while per_day > 0:
        some = (quantity + ladder.step * (place + 1) for place in range(count))
        asked = [units for units in some if units / per_day <= limit]
        if not asked:
            return
        yield from ladder.beyond(asked, ladder.courses(LOST_AFTER_DAYS))
        quantity, count = asked[-1], count * 2


def _near_enough(ladder: Ladder, then: Level) -> bool:
    """Whether these units are needed soon enough and sell before they expire, and nobody has set a
    maximum by hand.
    """
    ahead = (then.quantity - ladder.wanted.quantity) / ladder.planned.policy.per_day
    in_time = ladder.draft.trace["in_time"]
    keeps = in_time is None or then.quantity <= in_time["units"]
    free = ladder.planned.situation.rule.maximum is None
    return free and keeps and ahead <= MOST_AHEAD_DAYS


def _finds_room(
    now: Level, then: Level, done: Mapping[str, float], room: Mapping[str, float | None]
) -> bool:
    """Whether the next units are measured and find room in the container."""
    measured = then.volume > now.volume or then.weight > now.weight
    volume = done["volume"] + then.volume - now.volume
    weight = done["weight"] + then.weight - now.weight
    return measured and all(
        most is None or more <= most + ROUNDING
        for most, more in ((room["volume"], volume), (room["weight"], weight))
    )


def _topped(ladder: Ladder, level: Level, code: str, name: str) -> Ladder:
    if level.quantity <= ladder.item.levels[-1].quantity:
        return ladder
    before = ladder.item
    forced = before.forced + (code == "minimum_reached")
    item = Item((*before.levels, level), before.topped + 1, forced)
    return replace(ladder, item=item, why_more=code, why_name=name)
