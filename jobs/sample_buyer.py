"""The human buyer of the sample seller: a minimum and a maximum, six weeks of memory, and mistakes.

Decides what to buy and what to send overseas from what a person would see: stock, goods on the
way, recent sales. Knows nothing of true demand or of the season ahead, so it runs out in November,
buys too much in January and forgets things. Pure; the playing is in `sample_supply`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jobs.sample_network import (
    AIR_DAYS,
    CODES,
    HUB,
    TRANSIT_DAYS,
    Terms,
    homes,
    is_direct,
    market_of,
)
from jobs.sample_world import MARKETS, Good, World

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

MEMORY_DAYS = 42
# A good that sold well before its stock ran out is not forgotten at once.
LONG_MEMORY_DAYS = 130
TRUST_IN_ONCE = 0.85
PLANNED_DAYS = 45  # a launch is trusted to its plan for so long
REVIEW_DAYS = 16
COVER_DAYS = 32
MOST_COVER_DAYS = 400  # a smallest order that lasts longer is not placed
BRANCH_REVIEW_DAYS = 17
BRANCH_COVER_DAYS = 24
LAUNCH_LEAD_DAYS = 90
SPARE = 1.6  # a few pieces more, which matters for what sells by the piece


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the buyer sees, per (good, warehouse in the order of CODES)."""

    available: Numbers
    inbound: Numbers  # transfers on the way
    on_order: Numbers
    backordered: Numbers


@dataclass(frozen=True, slots=True)
class Purchase:
    """Lines for one maker, delivered to one warehouse."""

    maker: str
    warehouse: str
    lines: tuple[tuple[int, int], ...]  # (good, quantity)


@dataclass(frozen=True, slots=True)
class Move:
    """Goods to send from the hub."""

    warehouse: str
    method: str
    lines: tuple[tuple[int, int], ...]


class Buyer:
    """One person with habits. `seed` fixes the habits; what is seen decides the rest."""

    def __init__(self, world: World, terms: Mapping[int, Terms], *, seed: int) -> None:
        self._rng = np.random.default_rng([seed, 5])
        self._world = world
        self._terms = terms
        count = len(world.goods)
        self._homes = [homes(good) for good in world.goods]
        self._plan = _planned_rates(self._rng, world)
        self._optimism = self._rng.lognormal(0.0, 0.22, count)
        self._forgets_from = np.where(
            self._rng.random(count) < 0.12,
            self._rng.uniform(0.1, 0.85, count) * len(world.days),
            10**6,
        )
        self._overbuys = self._rng.random(count) < 0.07

    def plan(self, day: int) -> Floats:
        """What the buyer believed about each (good, market) before anything was sold."""
        return self._plan

    def rates(self, day: int, sold: Numbers) -> Floats:
        """Units a day per (good, market), as believed on the morning of `day`."""
        start = max(0, day - MEMORY_DAYS)
        seen = sold[start:day].sum(axis=0).T / max(day - start, 1)
        born = np.array([good.launched or 0 for good in self._world.goods])[:, None]
        age = day - born
        longer = max(0, day - LONG_MEMORY_DAYS)
        once = sold[longer:day].sum(axis=0).T / max(day - longer, 1)
        seen = np.maximum(seen, TRUST_IN_ONCE * once)
        known = np.where(age < MEMORY_DAYS, seen * MEMORY_DAYS / np.maximum(age, 7), seen)
        trusted = age < PLANNED_DAYS
        near = age > -LAUNCH_LEAD_DAYS
        return np.where(trusted, self._plan * near, known)

    def purchases(self, day: int, shelf: Shelf, sold: Numbers) -> list[Purchase]:
        """What is ordered today: everything at or under its minimum, up to its maximum."""
        rates = self.rates(day, sold) * self._optimism[:, None]
        position = shelf.available + shelf.inbound + shelf.on_order - shelf.backordered
        wanted: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for number, good in enumerate(self._world.goods):
            if self._forgets(number, day):
                continue
            terms = self._terms[number]
            for place, rate, held in _needs(
                good, self._homes[number], rates[number], position[number]
            ):
                minimum = rate * (terms.lead_days + REVIEW_DAYS)
                minimum += SPARE * sqrt(max(rate, 0.0) * terms.lead_days)
                if rate <= 0 or held > minimum:
                    continue
                if terms.moq > max(rate * MOST_COVER_DAYS, -held) and not self._is_new(good, day):
                    continue
                maximum = minimum + rate * COVER_DAYS
                if self._overbuys[number] and self._rng.random() < 0.12:
                    maximum *= 2.8
                quantity = _round_up(maximum - held, terms)
                wanted.setdefault((terms.maker, place), []).append((number, quantity))
        return [
            Purchase(maker, place, tuple(lines)) for (maker, place), lines in sorted(wanted.items())
        ]

    def moves(self, day: int, shelf: Shelf, sold: Numbers) -> list[Move]:
        """What leaves the hub this week; what is too little for all is shared by need."""
        rates = self.rates(day, sold)
        hub = CODES.index(HUB)
        wanted: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for number, good in enumerate(self._world.goods):
            left = int(shelf.available[number, hub])
            if left <= 0 or is_direct(good):
                continue
            needs = self._branch_needs(number, rates[number], shelf)
            scale = min(1.0, left / max(sum(need for _, need, _ in needs), 1))
            for place, need, urgent in needs:
                quantity = min(ceil(need * scale), left)
                left -= quantity
                if quantity > 0:
                    method = "air" if urgent and self._rng.random() < 0.35 else "sea"
                    wanted.setdefault((place, method), []).append((number, quantity))
        return [
            Move(place, method, tuple(lines)) for (place, method), lines in sorted(wanted.items())
        ]

    def _branch_needs(
        self, number: int, rates: Floats, shelf: Shelf
    ) -> list[tuple[str, int, bool]]:
        """(warehouse, units, urgent) for every branch at or under its minimum."""
        found = []
        for place, kept in self._homes[number].items():
            column, days = CODES.index(place), TRANSIT_DAYS[place]
            rate = float(rates[market_of(place)]) * kept
            held = int(
                shelf.available[number, column]
                + shelf.inbound[number, column]
                - shelf.backordered[number, column]
            )
            if rate <= 0 or held > rate * (days + BRANCH_REVIEW_DAYS):
                continue
            target = rate * (days + BRANCH_REVIEW_DAYS + BRANCH_COVER_DAYS)
            found.append((place, max(ceil(target - held), 2), held < rate * AIR_DAYS))
        return found

    def opening(self) -> list[tuple[int, str, int]]:
        """First stock: (good, warehouse, quantity), by plan and with a human hand."""
        found = []
        for number, good in enumerate(self._world.goods):
            if good.launched is not None:
                continue
            total = 0.0
            for place, kept in self._homes[number].items():
                rate = self._plan[number, market_of(place)] * kept
                total += rate
                days = self._rng.uniform(40, 85)
                quantity = ceil(rate * days)
                if quantity:
                    found.append((number, place, quantity))
            hub = ceil(total * self._rng.uniform(15, 55))
            if hub and not is_direct(good):
                found.append((number, HUB, hub))
        return found

    def _is_new(self, good: Good, day: int) -> bool:
        """A launch gets its first stock, however long it may last."""
        return good.launched is not None and day < good.launched + PLANNED_DAYS

    def _forgets(self, number: int, day: int) -> bool:
        since = self._forgets_from[number]
        return bool(since <= day < since + 75)


def _needs(
    good: Good, kept: Mapping[str, float], rates: Floats, position: Numbers
) -> Sequence[tuple[str, float, int]]:
    """(warehouse to deliver to, units a day, position) for each way in which a good is bought."""
    if not is_direct(good):
        sold = sum(float(rates[m]) for m in range(len(MARKETS)) if good.markets[m])
        return [(HUB, sold, int(position.sum()))]
    return [
        (place, float(rates[market_of(place)]) * share, int(position[CODES.index(place)]))
        for place, share in kept.items()
    ]


def _round_up(needed: float, terms: Terms) -> int:
    whole = max(ceil(needed), terms.moq)
    return -(-whole // terms.multiple) * terms.multiple


def _planned_rates(rng: Generator, world: World) -> Floats:
    """True mean demand of a good's first ninety days, seen through a person's guess."""
    demand = world.demand
    count = len(world.goods)
    born = np.array([good.launched or 0 for good in world.goods])[demand.good]
    early = (demand.day >= born) & (demand.day < born + 90)
    units = np.zeros((count, len(MARKETS)))
    np.add.at(units, (demand.good[early], demand.market[early]), demand.quantity[early])
    return units / 90 * rng.lognormal(0.0, 0.3, units.shape)
