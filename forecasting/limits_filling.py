"""Orders with more than is wanted: up to a supplier's minimum, and to fill a container that goes.

Decides which orders share the room of a container that they begin; which units come next is
decided in `limits_topping`, and whether they are ordered by the whole of the limits.
"""

from collections.abc import Mapping, Sequence
from math import ceil

from forecasting.limits import Cap, Floor
from forecasting.limits_ladder import Ladder
from forecasting.limits_room import ROUNDING
from forecasting.limits_topping import raised
from inventory_core.planning.plan_limits import PlanLimit
from inventory_core.vocabulary import PlanLimitKind


def filled(
    ladders: Sequence[Ladder],
    limits: Sequence[PlanLimit],
    caps: Sequence[Cap],
    floors: Sequence[Floor],
) -> list[Ladder]:
    """Orders topped up to their supplier's minimum, and containers filled where that is wanted."""
    again = list(ladders)
    for floor in (one for one in floors if one.resource == "cost"):
        short = floor.least - sum(again[place].item.levels[-1].cost for place in floor.members)
        if short > ROUNDING:
            members = {place: again[place] for place in floor.members}
            for place, ladder in raised(members, name=floor.name, cost=short).items():
                again[place] = ladder
    for limit in limits:
        if limit.kind is not PlanLimitKind.CONTAINER or not limit.fill:
            continue
        volume = next(cap for cap in caps if (cap.name, cap.resource) == (limit.name, "volume"))
        weight = next(cap for cap in caps if (cap.name, cap.resource) == (limit.name, "weight"))
        loaded = {place: again[place] for place in volume.members}
        if loaded:
            again = _loaded_full(again, loaded, limit, volume, weight)
    return again


def _loaded_full(
    ladders: list[Ladder],
    members: Mapping[int, Ladder],
    limit: PlanLimit,
    volume: Cap,
    weight: Cap,
) -> list[Ladder]:
    """The last container that the orders begin is filled with the units that bring most."""
    one_volume, one_weight = float(limit.volume_m3 or 0), float(limit.weight_kg or 0)
    count = limit.containers or 1
    lasts = [ladder.item.levels[-1] for ladder in members.values()]
    wanted = (sum(last.volume for last in lasts), sum(last.weight for last in lasts))
    before = (one_volume * count - volume.most, one_weight * count - weight.most)
    begun = max((before[0] + wanted[0]) / one_volume, (before[1] + wanted[1]) / one_weight)
    # What fills a container to the last litre begins no other, whatever the floats say.
    containers = min(count, max(1, ceil(round(begun, 9))))
    room = (
        one_volume * containers - before[0] - wanted[0],
        one_weight * containers - before[1] - wanted[1],
    )
    if min(room) <= 0:
        return ladders
    fuller = raised(members, name=limit.name, volume=room[0], weight=room[1])
    return [fuller.get(place, ladder) for place, ladder in enumerate(ladders)]
