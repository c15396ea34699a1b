"""From the demand of a planning to the classes of its SKUs, company-wide, over all sites.

Decides what a SKU is measured by. It earns the margin of what was asked for in the last 12 months:
at the prices of its days, less what a unit costs as far as the book knows it; where it knows no
cost, sales at the margin of all others. How regular it is says the deviation of weekly demand over
its mean, one-off lines and weeks without stock left out. Forecasts nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from forecasting.history import CENSORED_SHARE, DemandGrid
from inventory_core.db.engine import Writing
from inventory_core.insight.unit_costs import unit_costs
from inventory_core.office.actors import Actor
from inventory_core.planning.class_choices import ClassChoice, class_choice_of
from inventory_core.planning.classing import Ranking, abc_of, ranked, xyz_of
from inventory_core.planning.sku_classes import (
    SkuClass,
    Standing,
    classed_on,
    keep_classes,
    newest_classes,
)
from inventory_core.vocabulary_planning import AbcClass, XyzClass

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

YEAR_DAYS = 365
WEEK = 7
MOST_WEEKS, LEAST_WEEKS = 52, 13
CENTS = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Measured:
    """One SKU in the last 12 months. `amount` of `measure`; None where it sold nothing, or where
    neither price nor cost is known. `days`: since its first sale.
    """

    amount: Decimal | None
    measure: str
    days: int
    variation: float | None
    weeks: int


def class_skus(tx: Writing, actor: Actor, grid: DemandGrid, *, as_of: date) -> int:
    """Class every SKU of a planning; answers how many moved. An older day than that of the newest
    classing changes nothing.
    """
    on = min(as_of, grid.last_on + timedelta(days=1))
    newest = classed_on(tx)
    if newest is not None and on < newest:
        return 0
    span = {"first_on": on - timedelta(days=YEAR_DAYS), "last_on": on}
    costs = {row.sku_id: float(row.cost) for row in tx.rows(unit_costs(), span)}
    before = newest_classes(tx)
    standings = standings_of(measured(grid, costs), before, class_choice_of(tx))
    return keep_classes(tx, actor, standings, before, as_of=on)


def standings_of(
    found: Mapping[int, Measured], before: Mapping[int, SkuClass], choice: ClassChoice
) -> list[Standing]:
    """The class of every SKU that was measured or had a class; who is no longer measured has none.

    New SKUs are in no ranking: their 12 months are not over.
    """
    grown = {sku: one for sku, one in found.items() if one.days >= choice.new_days}
    amounts = {sku: one.amount for sku, one in grown.items() if one.amount is not None}
    ranking = ranked(amounts, choice)
    standings = []
    for sku_id in sorted({*found, *before}):
        one, had = found.get(sku_id, _GONE), before.get(sku_id)
        young = sku_id in found and sku_id not in grown
        standings.append(_standing(sku_id, one, had, young, ranking, choice))
    return standings


def _standing(
    sku_id: int,
    one: Measured,
    had: SkuClass | None,
    young: bool,
    ranking: Ranking,
    choice: ClassChoice,
) -> Standing:
    rank = ranking.ranks.get(sku_id)
    abc = AbcClass.NEW if young else AbcClass.NONE
    if rank is not None and one.amount is not None:
        abc = abc_of(one.amount, ranking, had.abc if had else None, choice)
    xyz = XyzClass.NONE
    if one.variation is not None and not young:
        xyz = xyz_of(one.variation, had.xyz if had else None, choice)
    return Standing(
        sku_id=sku_id,
        abc=abc,
        xyz=xyz,
        measure=one.measure,
        amount=one.amount or Decimal(0),
        ranked=len(ranking.ranks),
        weeks=one.weeks,
        place=rank.place if rank else None,
        share=rank.share if rank else None,
        reached=rank.reached if rank else None,
        border_a=ranking.border_a,
        border_b=ranking.border_b,
        variation=one.variation,
    )


def measured(grid: DemandGrid, costs: Mapping[int, float]) -> dict[int, Measured]:
    """Every SKU of a grid with what it is classed by."""
    skus, row_sku = np.unique(grid.sku_id, return_inverse=True)
    units, sales, priced = _year(grid, row_sku, len(skus))
    cost = np.array([costs.get(int(sku), np.nan) for sku in skus])
    known = priced & ~np.isnan(cost)
    margin = sales - units * cost
    usual = margin[known].sum() / sales[known].sum() if sales[known].sum() > 0 else None
    first = _first_days(grid, row_sku, len(skus))
    variation, weeks = _variation(grid, row_sku, first)
    found = {}
    for place, sku in enumerate(skus.tolist()):
        amount, measure = None, "margin"
        if units[place] > 0 and priced[place]:
            if known[place]:
                amount = margin[place]
            else:
                amount = sales[place] * (1.0 if usual is None else usual)
                measure = "sales" if usual is None else "usual_margin"
        found[sku] = Measured(
            amount=None if amount is None else Decimal(str(float(amount))).quantize(CENTS),
            measure=measure,
            days=grid.length - int(first[place]),
            variation=None if np.isnan(variation[place]) else round(float(variation[place]), 4),
            weeks=int(weeks[place]),
        )
    return found


def _year(grid: DemandGrid, row_sku: Ints, count: int) -> tuple[Floats, Floats, Bools]:
    """Units and sales of each SKU in the last 12 months, and whether any of them has a price; those
    without one are sold at the mean price of the others.
    """
    y, price = grid.y[:, -YEAR_DAYS:], grid.price[:, -YEAR_DAYS:]

    def summed(cells: Floats) -> Floats:
        return np.bincount(row_sku, cells.sum(axis=1), minlength=count).astype(np.float64)

    units, told = summed(y), summed(np.where(np.isnan(price), 0.0, y))
    sales = summed(y * np.nan_to_num(price))
    return units, sales * units / np.where(told > 0, told, 1.0), told > 0


def _first_days(grid: DemandGrid, row_sku: Ints, count: int) -> Ints:
    """The column of each SKU's first sale; the end of the grid where there was none."""
    sold = grid.y > 0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), grid.length)
    found = np.full(count, grid.length, dtype=np.int64)
    np.minimum.at(found, row_sku, first)
    return found


def _variation(grid: DemandGrid, row_sku: Ints, first: Ints) -> tuple[Floats, Ints]:
    """Deviation of weekly demand over its mean, NaN over too few weeks, and how many they were.

    Whole weeks up to the last day, from the first sale on. A week counts where sites that make up
    nine tenths of the SKU's demand had stock.
    """
    weeks = min(MOST_WEEKS, grid.length // WEEK)
    count, start = len(first), grid.length - weeks * WEEK
    if not weeks:
        return np.full(count, np.nan), np.zeros(count, dtype=np.int64)
    usual = grid.usual()[:, start:]
    weekly, out = np.zeros((count, weeks)), np.zeros((count, weeks))
    shape = (len(usual), weeks, WEEK)
    np.add.at(weekly, row_sku, usual.reshape(shape).sum(axis=2))
    gone = np.nan_to_num(grid.out_share[:, start : grid.length]).reshape(shape).mean(axis=2)
    weight = usual.sum(axis=1)
    np.add.at(out, row_sku, gone * weight[:, None])
    whole = np.bincount(row_sku, weight, minlength=count)
    out /= np.where(whole > 0, whole, 1.0)[:, None]
    begins = start + WEEK * np.arange(weeks)
    seen = (out < CENSORED_SHARE) & (begins[None, :] >= first[:, None])
    number = seen.sum(axis=1)
    mean = np.divide((weekly * seen).sum(axis=1), number, out=np.zeros(count), where=number > 0)
    square = (((weekly - mean[:, None]) ** 2) * seen).sum(axis=1)
    deviation = np.sqrt(np.divide(square, number, out=np.zeros(count), where=number > 0))
    told = (number >= LEAST_WEEKS) & (mean > 0)
    return np.divide(deviation, mean, out=np.full(count, np.nan), where=told), number


_GONE = Measured(None, "margin", 0, None, 0)
