"""Which class a SKU has: by what it earns beside the others, and by how regular its demand is.

Pure. Decides where the borders lie and that a SKU beside one keeps the class it has: it moves only
where it is beyond the border by the band, so that small changes move nobody back and forth. Reads
nothing and writes nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory_core.planning.class_choices import ABC, XYZ, ClassChoice
from inventory_core.vocabulary_planning import AbcClass, XyzClass

PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Rank:
    """A SKU among the ranked. `share` and `reached`: of the sum of all positive amounts, its own
    and that of everybody with as much or more.
    """

    place: int
    share: float
    reached: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every ranked SKU, and the borders as amounts: in the middle between the last one inside and
    the first one outside. None where nobody earns anything.
    """

    ranks: Mapping[int, Rank]
    border_a: Decimal | None
    border_b: Decimal | None


def ranked(amounts: Mapping[int, Decimal], choice: ClassChoice) -> Ranking:
    """Rank what SKUs earn: A while all with more have less than `a_share` together, B while they
    have less than `b_share`. Equal amounts are one place and one class, the largest is always A,
    and who earns nothing or loses is C.
    """
    total = sum((amount for amount in amounts.values() if amount > 0), Decimal(0))
    ranks: dict[Decimal, Rank] = {}
    earning: list[tuple[Decimal, Decimal]] = []
    place, before = 1, Decimal(0)
    for amount, count in sorted(Counter(amounts.values()).items(), reverse=True):
        earned = max(amount, Decimal(0))
        if earned:
            earning.append((amount, before))
        before += earned * count
        ranks[amount] = Rank(place, _part(earned, total), _part(before, total))
        place += count
    return Ranking(
        {sku_id: ranks[amount] for sku_id, amount in amounts.items()},
        _border(earning, choice.a_share * total),
        _border(earning, choice.b_share * total),
    )


def abc_of(
    amount: Decimal, ranking: Ranking, before: AbcClass | None, choice: ClassChoice
) -> AbcClass:
    """The class of an amount for a SKU that has the class `before`; None or unranked: no band."""
    has = ABC.index(before.value) if before is not None and before.value in ABC else None
    borders = (ranking.border_a, ranking.border_b)
    for place, border in enumerate(borders):
        if border is not None and amount > 0 and amount >= border * _factor(has, place, choice):
            return AbcClass(ABC[place])
    return AbcClass.C


def xyz_of(variation: float, before: XyzClass | None, choice: ClassChoice) -> XyzClass:
    """The class of a variation of weekly demand for a SKU that has the class `before`."""
    has = XYZ.index(before.value) if before is not None and before.value in XYZ else None
    for place, border in enumerate((choice.x_most, choice.y_most)):
        # The other way round than an amount: the smaller the better.
        if variation <= float(border * (2 - _factor(has, place, choice))):
            return XyzClass(XYZ[place])
    return XyzClass.Z


def _factor(has: int | None, place: int, choice: ClassChoice) -> Decimal:
    """What a border counts for: more for whoever is below it, less for whoever is above."""
    if has is None:
        return Decimal(1)
    return 1 - choice.band if has <= place else 1 + choice.band


def _border(earning: Sequence[tuple[Decimal, Decimal]], most: Decimal) -> Decimal | None:
    """Between those of whom all larger ones have less than `most`, and the rest."""
    inside = [amount for amount, before in earning if before < most]
    outside = [amount for amount, before in earning if before >= most]
    if not inside:
        return None
    return ((min(inside) + max(outside, default=Decimal(0))) / 2).quantize(PLACES)


def _part(amount: Decimal, total: Decimal) -> float:
    return round(float(amount / total), 6) if total else 0.0
