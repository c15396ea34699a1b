"""From the book to the past that is played again: demand, stock and terms of supply by week.

Decides what was asked for in weeks that were partly out of stock (the pace of the latest weeks
with stock), for whom a site sold that stood in for an empty one, what a unit costs (what it cost on
arrival, else its first price) and, where only one of cost and price is known, the other by the
company's own margin. Judges nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

import numpy as np

from forecasting.book import Book, Pair, read_book
from forecasting.demand_panel import (
    DAYS_PER_WEEK,
    WEEKDAYS,
    Period,
    is_sellable,
    panel_of_grid,
)
from forecasting.frequency import frequency_of
from forecasting.history import EPOCH, DemandGrid, channel_demand, demand_grid, planning_day
from forecasting.lead_time import LEADS, arrives_on, lead_times, sliced
from forecasting.offers_here import OffersHere
from forecasting.past import KEEPS_ALWAYS, Chosen, Past
from forecasting.policy import lead_time_points
from forecasting.simulate import Floats, Ints
from forecasting.situation_reading import rule_of
from forecasting.stand_ins import with_stand_ins
from forecasting.succession import with_pasts
from forecasting.supplier_terms import step_of
from inventory_core.db.engine import Reading
from inventory_core.insight.stock_days import daily_changes
from inventory_core.office.company import Company

PACE_WEEKS = 13
HORIZON_WEEKS = 8
ASSUMED_LEAD_DAYS, ASSUMED_SPREAD_DAYS = 30, 7.0


@dataclass(frozen=True, slots=True)
class PastOfCompany:
    """The past with the company's own settings; `ends_on` the last day of each week."""

    past: Past
    company: Company
    ends_on: tuple[date, ...]


def read_past(conn: Reading, *, today: date, now: datetime | None = None) -> PastOfCompany:
    """All SKUs and warehouses that ever sold, in whole weeks up to the last complete day."""
    day = planning_day(conn, today=today, now=now)
    grid = demand_grid(conn, through=day.through)
    keep = is_sellable(grid) & (grid.warehouse_id > 0)
    grid = grid.select(np.flatnonzero(keep).astype(np.int64))
    demand = channel_demand(conn, grid)
    heirs = with_pasts(conn, grid)
    grid = with_stand_ins(grid, demand)
    weekday = WEEKDAYS[grid.last_on.weekday()]
    period = Period(frequency_of(f"W-{weekday}"), DAYS_PER_WEEK, HORIZON_WEEKS, "replay")
    panel = panel_of_grid(grid, period)
    book = read_book(conn, as_of=day.as_of)
    stock, arrived, cost = _stock(conn, grid)
    price = _last_price(grid)
    terms, leads, ship, production = _terms(book, grid, day.as_of)
    cost = np.where(np.isnan(cost), terms[:, 3], cost)
    marked_up = 1.0 + float(book.costs.margin_share)
    cost = np.where(np.isnan(cost), np.nan_to_num(price) / marked_up, cost)
    price = np.where(np.isnan(price), cost * marked_up, price)
    asked = unconstrained(panel.y)
    past = Past(
        panel=panel,
        inherited=None if heirs is None else panel_of_grid(with_stand_ins(heirs, demand), period),
        asked=asked,
        served=_served(grid, asked),
        stock=stock,
        arrived=arrived,
        lead=terms[:, 0].astype(np.int64),
        leads=leads,
        ship=ship,
        moq=terms[:, 1],
        pack=terms[:, 2],
        cost=cost,
        price=price,
        production=production,
        keeps=_keeps(book, grid),
        chosen=_chosen(book, grid),
    )
    ends = [grid.last_on - timedelta(days=7 * back) for back in range(panel.length - 1, -1, -1)]
    return PastOfCompany(past, book.company, tuple(ends))


def unconstrained(y: Floats) -> Floats:
    """[S, T] units asked for: as seen, and where nothing could be seen the mean of the latest
    weeks that could; 0 before the first sale.
    """
    seen = ~np.isnan(y)
    out = np.nan_to_num(y)
    for week in range(y.shape[1]):
        recent = slice(max(0, week - PACE_WEEKS), week)
        count = seen[:, recent].sum(axis=1)
        pace = np.where(seen[:, recent], y[:, recent], 0.0)
        mean = np.nan_to_num(pace).sum(axis=1) / np.maximum(count, 1)
        out[:, week] = np.where(seen[:, week], out[:, week], mean)
    return np.asarray(np.round(out))


def _served(grid: DemandGrid, asked: Floats) -> Floats:
    """[S, T] units served of what was asked for; who was served from another site in place of an
    empty one was served all the same, and counts where the site was empty.
    """
    sold = grid.y - grid.bulk - grid.short
    moved = np.zeros_like(sold) if grid.stood_in is None else np.minimum(grid.stood_in, sold)
    served, moved = (_weeks(grid, each).sum(axis=2) for each in (sold - moved, moved))
    missed = np.maximum(asked - served, 0.0)
    sku = np.unique(grid.sku_id, return_inverse=True)[1]
    of_sku = np.zeros((2, int(sku.max(initial=-1)) + 1, served.shape[1]))
    np.add.at(of_sku[0], sku, moved)
    np.add.at(of_sku[1], sku, missed)
    share = np.minimum(1.0, of_sku[0] / np.maximum(of_sku[1], 1e-9))
    return np.asarray(served + missed * share[sku])


def _weeks(grid: DemandGrid, values: Floats) -> Floats:
    """[S, weeks, 7] days of whole weeks; the first days that fill none are left out."""
    skipped, weeks = grid.length % DAYS_PER_WEEK, grid.length // DAYS_PER_WEEK
    return np.asarray(values[:, skipped:].reshape(len(values), weeks, DAYS_PER_WEEK))


def _stock(conn: Reading, grid: DemandGrid) -> tuple[Floats, Floats, Floats]:
    """Units at the end of each week, units that arrived in it, and the mean cost on arrival."""
    place = {pair: row for row, pair in enumerate(_pairs(grid))}
    first = (grid.first_on - EPOCH).days
    change, came = np.zeros(grid.y.shape), np.zeros(grid.y.shape)
    value, units = np.zeros(len(grid.y)), np.zeros(len(grid.y))
    for row in conn.rows(daily_changes(), {"last_on": grid.last_on}):
        series = place.get((row.sku_id, row.warehouse_id))
        if series is None:
            continue
        day = max(0, row.day - first)
        change[series, day] += row.quantity
        came[series, day] += row.arrived if row.day >= first else 0
        value[series] += float(row.value)
        units[series] += row.arrived
    ends = _weeks(grid, np.cumsum(change, axis=1))[:, :, -1]
    cost = np.where(units > 0, value / np.maximum(units, 1), np.nan)
    return ends, _weeks(grid, came).sum(axis=2), cost


def _last_price(grid: DemandGrid) -> Floats:
    """[S] the last selling price known, base currency; NaN where there is none."""
    return np.asarray(grid.price[:, -1], dtype=np.float64)


def _terms(book: Book, grid: DemandGrid, as_of: date) -> tuple[Floats, Ints, Ints, Ints]:
    """[S, 4] lead time in weeks, MOQ, step and price of the preferred offer, else the first; [S, J]
    equally likely lead times; [S] whose orders travel together: one supplier's to one warehouse by
    one way; [S] whose are made together: those of one offer. Without an offer nobody's.
    """
    out, leads = np.zeros((len(grid.y), 4)), np.zeros((len(grid.y), LEADS), dtype=np.int64)
    rates = {rate.currency: float(rate.rate) for rate in book.rates}
    assumed = lead_time_points(ASSUMED_LEAD_DAYS, ASSUMED_SPREAD_DAYS)
    known: dict[Pair, tuple[float, float, float, float]] = defaultdict(
        lambda: (_in_weeks(ASSUMED_LEAD_DAYS), 0.0, 1.0, float("nan"))
    )
    ways: dict[Pair, Sequence[int]] = defaultdict(lambda: assumed)
    ships: dict[Pair, tuple[object, ...]] = {}
    made: dict[Pair, tuple[object, ...]] = {}
    pairs = _pairs(grid)
    here = OffersHere(book, as_of)
    for sku_id, warehouse_id in pairs:
        offers = here.offers(sku_id, warehouse_id)
        for offer in sorted(offers, key=lambda one: not one.preferred)[:1]:
            route = offer.routes[0].route
            days = (arrives_on(route, as_of) - as_of).days
            reached = offer.price_at(offer.moq)
            rate = rates.get(offer.currency)
            price = float(reached[1]) * rate if reached and rate else float("nan")
            carton = book.skus[sku_id]["carton_quantity"]
            pack = step_of(offer, carton if isinstance(carton, int) else None)
            known[sku_id, warehouse_id] = (_in_weeks(days), offer.moq, pack, price)
            ways[sku_id, warehouse_id] = lead_times(route, days)
            ships[sku_id, warehouse_id] = (offer.supplier_id, route.ship_method, warehouse_id)
            made[sku_id, warehouse_id] = ("offer", sku_id, offer.offer_id)
    for row, pair in enumerate(pairs):
        out[row] = known[pair]
        leads[row] = [_in_weeks(days) for days in sliced(ways[pair])]
    return out, leads, _numbered(ships, pairs), _numbered(made, pairs)


def _numbered(keys: Mapping[Pair, tuple[object, ...]], pairs: Sequence[Pair]) -> Ints:
    """[S] the same number for what has the same key, and one of its own for what has none."""
    numbers: dict[tuple[object, ...], int] = {}
    found = [numbers.setdefault(keys.get(pair, pair), len(numbers)) for pair in pairs]
    return np.array(found, dtype=np.int64)


def _pairs(grid: DemandGrid) -> list[Pair]:
    return list(zip(grid.sku_id.tolist(), grid.warehouse_id.tolist(), strict=True))


def _keeps(book: Book, grid: DemandGrid) -> Ints:
    """[S] whole weeks after an arrival in which goods can be sold."""
    days = [book.skus[sku]["shelf_life_days"] for sku in grid.sku_id.tolist()]
    found = [
        max(1, each // DAYS_PER_WEEK) if isinstance(each, int) else KEEPS_ALWAYS for each in days
    ]
    return np.array(found, dtype=np.int64)


def _chosen(book: Book, grid: DemandGrid) -> Chosen:
    """The rules of today: what a person set for a SKU at a site, then what its class sets."""
    rules = [
        rule_of(book.rules.get(pair), book.classes.get(pair[0]), book.class_choice)
        for pair in _pairs(grid)
    ]

    def each(name: str) -> Floats:
        return np.array([getattr(rule, name) for rule in rules], dtype=np.float64)

    review = [rule.review_days or book.company.review_days for rule in rules]
    return Chosen(
        level=each("service_level"),
        review=np.array([max(1, round(days / DAYS_PER_WEEK)) for days in review], dtype=np.int64),
        minimum=each("minimum"),
        maximum=each("maximum"),
        buying=np.array([rule.buying for rule in rules], dtype=bool),
    )


def _in_weeks(days: int) -> int:
    return max(1, ceil(days / DAYS_PER_WEEK))
