"""What it means that a quantity breaks a rule, and the nearest one that fits. Pure.

Decides how rules are weighed against each other: hard ones first, what is only told last. Which
rules a line has is decided in `order_fit`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Told = Mapping[str, Any]
# A quantity against one rule: None where it keeps it, else what the sentence names.
Test = Callable[[int], Told | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule by its name; it begins or ceases to be broken at its `edges`. `only_told`: worth a
    word, and no reason to offer another quantity for any other rule.
    """

    name: str
    test: Test
    hard: bool = False
    only_told: bool = False
    edges: Sequence[Decimal | int] = ()


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a quantity breaks; `nearest` keeps it and every hard one, and all that are not
    only told if any does.
    """

    rule: str
    hard: bool
    told: Told
    nearest: int | None
    only_told: bool = False

    @property
    def soft(self) -> bool:
        """Whether somebody must say yes to it."""
        return not self.hard and not self.only_told


@dataclass(frozen=True, slots=True)
class Fit:
    """The rules of one order line. What is offered instead is whole in one of `steps`, so that the
    nearest lies beside the quantity itself or beside an edge.
    """

    rules: Sequence[Rule]
    steps: Sequence[int] = (1,)

    def breaches(self, quantity: int) -> list[Breach]:
        """What this quantity breaks, hard rules first."""
        found = [(rule, told) for rule in self.rules if (told := rule.test(quantity)) is not None]
        binding = [rule for rule in self.rules if not rule.only_told]
        hard = [rule for rule in self.rules if rule.hard]
        whole = self._nearest(quantity, binding) if found else None

        def nearest(rule: Rule) -> int | None:
            if rule.only_told:
                return self._nearest(quantity, [*binding, rule]) if rule.edges else None
            return self._nearest(quantity, [*hard, rule]) if whole is None else whole

        return sorted(
            (
                Breach(rule.name, rule.hard, told, nearest(rule), rule.only_told)
                for rule, told in found
            ),
            key=lambda breach: (breach.only_told, not breach.hard),
        )

    def _nearest(self, quantity: int, rules: Sequence[Rule]) -> int | None:
        return next(
            (
                units
                for units in self._around(quantity)
                if all(rule.test(units) is None for rule in rules)
            ),
            None,
        )

    def _around(self, quantity: int) -> list[int]:
        """Quantities that may be offered, the nearest first, of two as near the smaller."""
        places = {quantity, *(edge for rule in self.rules for edge in rule.edges)}
        offered = {
            int(place // step + more) * step
            for place in places
            for step in self.steps
            for more in (-1, 0, 1)
        }
        offered |= {int(edge) for rule in self.rules for edge in rule.edges}
        return sorted((n for n in offered if n > 0), key=lambda n: (abs(n - quantity), n))


def at_most(name: str, told: int, most: int, *, hard: bool = False) -> Rule:
    def test(units: int) -> Told | None:
        return {name: told} if units > most else None

    return Rule(name, test, hard, edges=(most,))


def at_least(name: str, told: int, least: int, *, hard: bool = False) -> Rule:
    def test(units: int) -> Told | None:
        return {name: told} if units < least else None

    return Rule(name, test, hard, edges=(least,))


def whole(step: int, name: str) -> Test:
    return lambda units: {name: step} if units % step else None
