"""Records filled from their types alone, so that a field of tomorrow is tried without being named.

A field of a kind that nobody has taught this file makes the test fail: whoever adds one says here
what such a value looks like, and `forecasting/typed_records.py` how it is written.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

DAY = date(2026, 3, 2)
# Facts of a SKU and notes of a run are open: any of these may stand in them.
OPEN = {"whole": 7, "exact": Decimal("0.10"), "on": DAY, "none": None, "list": ["a", 1.5]}
SIMPLE: Mapping[Any, Any] = {
    bool: lambda n: bool(n % 2),
    int: lambda n: 10 + n,
    float: lambda n: 0.1 + n,
    str: lambda n: f"词 {n}",
    Decimal: lambda n: Decimal(f"{n}.10"),
    date: lambda n: DAY + timedelta(days=n),
    datetime: lambda n: datetime(2026, 3, 2, 1, 2, 3, n),  # noqa: DTZ001
    object: lambda n: OPEN["exact"] + n,
    Any: lambda n: OPEN["exact"] + n,
}


def any_value(kind: Any, n: int) -> Any:
    """A value of a kind; another `n` gives another one."""
    if kind in SIMPLE:
        return SIMPLE[kind](n)
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return any_value(next(part for part in parts if part is not NoneType), n)
    if origin is Literal:
        return parts[n % len(parts)]
    if origin is tuple:
        if parts[-1] is Ellipsis:
            return (any_value(parts[0], n), any_value(parts[0], n + 1))
        return tuple(any_value(part, n + place) for place, part in enumerate(parts))
    if origin in (list, Sequence):
        return [any_value(parts[0], n), any_value(parts[0], n + 1)]
    if origin in (set, frozenset, Set):
        return frozenset(any_value(parts[0], n + place) for place in range(3))
    if origin in (dict, Mapping):
        more = OPEN if parts == (str, object) else {}
        return {any_value(parts[0], n): any_value(parts[1], n)} | more
    if origin is np.ndarray:
        return np.array([[0.1 + n, 1e-17], [n / 3, 4e20]])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)[n % len(kind)]
    if isinstance(kind, type) and is_dataclass(kind):
        return any_record(kind, n)
    raise TypeError(f"tell this test what a {kind} looks like")


def any_record(kind: type, n: int = 1) -> Any:
    """A record of a kind, every field filled."""
    hints = get_type_hints(kind)
    return kind(**{one.name: any_value(hints[one.name], n) for one in fields(kind)})  # type: ignore[arg-type]


def alike(one: Any, other: Any) -> bool:
    """The same kind and the same value, all the way down; order counts, in a mapping too."""
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(alike(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.tobytes() == other.tobytes()
    if isinstance(one, dict):
        return alike(list(one.items()), list(other.items()))
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(alike, one, other))
    return str(one) == str(other) if isinstance(one, Decimal) else bool(one == other)
