"""Frozen records as text with their types, and back: the same values, to the last digit.

Decides how every kind of value is written: an amount as its decimal, a day as ISO, a record once
and then by its place. A value of a kind that is not known here is refused, never approximated, and
only records and words that the type of the whole names are ever made again: reading runs no code
of the text. What is written, and where it is kept, is decided elsewhere.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, get_args, get_type_hints

import numpy as np

from inventory_core.errors import Refused

# What stands for itself; everything else is a list whose first word names its kind.
PLAIN = (bool, int, str, type(None))
GROUPS: Mapping[str, type] = {"tuple": tuple, "list": list, "set": set, "frozenset": frozenset}
UNORDERED = (set, frozenset)
ARRAYS = ("float64", "int64", "bool")
PLACE = "#"


class Shapes:
    """The records and words (enumerations) that one type is made of, however deep they lie."""

    def __init__(self, whole: type) -> None:
        found: dict[str, type] = {}
        for kind in _kinds_in(whole, set()):
            assert found.setdefault(kind.__name__, kind) is kind, f"two kinds: {kind.__name__}"
        self.records = {name: kind for name, kind in found.items() if is_dataclass(kind)}
        self.words = {name: kind for name, kind in found.items() if issubclass(kind, Enum)}

    def fields(self) -> dict[str, list[str]]:
        """Record -> its fields, in their order."""
        return {name: [one.name for one in fields(kind)] for name, kind in self.records.items()}


def written(whole: object, shapes: Shapes) -> dict[str, Any]:
    """`whole` as JSON: the fields of each kind of record, the records, and the place of `whole`."""
    writer = _Writer(shapes)
    place = writer.value(whole)
    used = {name: names for name, names in shapes.fields().items() if name in writer.used}
    return {"fields": used, "records": writer.records, "whole": place}


def read(told: Mapping[str, Any], shapes: Shapes) -> Any:
    """The records again. Refused where they hold what this version does not know, or lack what it
    needs; a field that came later has its default.
    """
    reader = _Reader(told["fields"], shapes)
    for row in told["records"]:
        reader.made.append(reader.record(row))
    return reader.value(told["whole"])


class _Writer:
    def __init__(self, shapes: Shapes) -> None:
        self.records: list[list[Any]] = []
        self.used: set[str] = set()
        self._shapes = shapes
        self._by_identity: dict[int, list[Any]] = {}
        self._by_content: dict[str, list[Any]] = {}

    def value(self, value: Any) -> Any:
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind is float:
            return value if isfinite(value) else ["float", repr(value)]
        if kind is Decimal:
            return ["decimal", str(value)]
        if kind is date or kind is datetime:
            return [kind.__name__, value.isoformat()]
        if kind is dict:
            return ["map", *([self.value(key), self.value(one)] for key, one in value.items())]
        if kind is np.ndarray or isinstance(value, np.generic):
            return self._array(np.asarray(value))
        name = kind.__name__
        if GROUPS.get(name) is kind:
            items = [self.value(one) for one in value]
            return [name, *(sorted(items, key=json.dumps) if kind in UNORDERED else items)]
        if self._shapes.words.get(name) is kind:
            return [name, value.value]
        if self._shapes.records.get(name) is kind:
            return self._record(name, value)
        raise TypeError(f"no way to write a {kind.__module__}.{kind.__qualname__}")

    def _record(self, name: str, record: Any) -> list[Any]:
        known = self._by_identity.get(id(record))
        if known is None:
            row = [name, *(self.value(getattr(record, one.name)) for one in fields(record))]
            content = json.dumps(row)
            known = self._by_content.get(content)
            if known is None:
                known = self._by_content[content] = [PLACE, len(self.records)]
                self.records.append(row)
                self.used.add(name)
            # The record stays alive with the whole, so that its identity stays its own.
            self._by_identity[id(record)] = known
        return known

    def _array(self, value: Any) -> list[Any]:
        kind = value.dtype.name
        if kind not in ARRAYS or not np.isfinite(value).all():
            raise TypeError(f"no way to write an array of {kind} that is not finite")
        return [kind, list(value.shape), *value.ravel().tolist()]


class _Reader:
    def __init__(self, told: Mapping[str, list[str]], shapes: Shapes) -> None:
        self.made: list[Any] = []
        self._told, self._shapes = told, shapes
        for name, names in told.items():
            _check_fields(name, names, shapes)

    def record(self, row: list[Any]) -> Any:
        name, *values = row
        named = zip(self._told[name], map(self.value, values), strict=True)
        return self._shapes.records[name](**dict(named))

    def value(self, told: Any) -> Any:
        if not isinstance(told, list):
            return told
        kind, *rest = told
        if kind == PLACE:
            return self.made[rest[0]]
        if kind == "map":
            return {self.value(key): self.value(one) for key, one in rest}
        if kind in GROUPS:
            return GROUPS[kind](map(self.value, rest))
        if kind in ARRAYS:
            # Of no dimension: a number that a library made.
            return np.array(rest[1:], dtype=kind).reshape(rest[0])[()]
        if kind in _SIMPLE:
            return _SIMPLE[kind](rest[0])
        if kind in self._shapes.words:
            return self._shapes.words[kind](rest[0])
        raise Refused("snapshot_of_other_shape", what=str(kind))


_SIMPLE: Mapping[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "float": float,
}


def _check_fields(name: str, told: list[str], shapes: Shapes) -> None:
    kind = shapes.records.get(name)
    if kind is None:
        raise Refused("snapshot_of_other_shape", what=name)
    known = {one.name: one for one in fields(kind)}
    for field in set(told) - set(known):
        raise Refused("snapshot_of_other_shape", what=f"{name}.{field}")
    for field in set(known) - set(told):
        if known[field].default is MISSING and known[field].default_factory is MISSING:
            raise Refused("snapshot_of_other_shape", what=f"{name}.{field}")


def _kinds_in(kind: Any, seen: set[Any]) -> Iterator[type]:
    """Every record and enumeration that a type names, itself first."""
    if kind in seen:
        return
    seen.add(kind)
    for part in get_args(kind):
        if not isinstance(part, str | list):  # a Literal names words, a Callable its arguments
            yield from _kinds_in(part, seen)
    if isinstance(kind, type) and issubclass(kind, Enum):
        yield kind
    elif isinstance(kind, type) and is_dataclass(kind):
        yield kind
        for part in get_type_hints(kind).values():
            yield from _kinds_in(part, seen)
