"""What is asked of the book and what it answers. Decides the shape of a posting; writes nothing.

An operation is one act with a key; its lines each move one SKU from one location to another. The
request hash tells a retry (same key, same request) from a mistake (same key, another request).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from functools import cache
from typing import Any

from inventory_core.clock import as_utc
from inventory_core.errors import Invalid
from inventory_core.vocabulary import NO_LOT, Condition, OperationKind

LONGEST_KEY = 200
MOST_OPERATIONS = 20_000
_SMALLEST_VALUE = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Line:
    """One SKU from one location to another.

    `value` is the total in base currency: needed where goods enter (from supplier, customer,
    count), None where they leave or move at ledger cost. `from_operation_id` names the operation
    whose cost layers are issued first (a transfer's own goods).
    """

    sku_id: int
    from_location_id: int
    to_location_id: int
    quantity: int
    lot_id: int = NO_LOT
    serial_id: int | None = None
    from_condition: str = Condition.GOOD
    to_condition: str = Condition.GOOD
    value: Decimal | None = None
    source_value: Decimal | None = None
    currency: str | None = None
    rate: Decimal | None = None
    rate_on: date | None = None
    from_operation_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewOperation:
    """One act to be posted once. `occurred_at` is their world's time."""

    key: str
    kind: OperationKind | str
    occurred_at: datetime
    lines: Sequence[Line]
    source_kind: str = ""
    source_id: int | None = None
    reason: str = ""
    reverses_id: int | None = None
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """The operation in the book; `values` at ledger cost in base currency, one per line."""

    operation_id: int
    key: str
    values: tuple[Decimal, ...]
    replayed: bool


def exact_value(value: Decimal) -> Decimal:
    """`value` in the book's smallest unit, six places."""
    return value.quantize(_SMALLEST_VALUE, ROUND_HALF_UP)


def check_key(key: str) -> str:
    """The caller's idempotency key, or Invalid where it is empty or too long."""
    if not key or len(key) > LONGEST_KEY:
        raise Invalid("key_length", most=LONGEST_KEY)
    return key


def derived_key(purpose: str, key: str) -> str:
    """A key of our own for a step of the act `key`; always the same, never too long."""
    whole = f"{purpose}:{key}"
    if len(whole) <= LONGEST_KEY:
        return whole
    return f"{purpose}:{hashlib.sha256(key.encode()).hexdigest()}"


def request_hash(request: object) -> str:
    """A fingerprint of a request record: equal for equal requests, however numbers are spelled."""
    parts: list[str] = []
    _write_parts(request, parts)
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def check_operations(operations: Sequence[NewOperation]) -> None:
    """Refuse what is malformed before anything is touched."""
    if len(operations) > MOST_OPERATIONS:
        raise Invalid("too_many_at_once", most=MOST_OPERATIONS)
    seen: set[str] = set()
    for operation in operations:
        check_key(operation.key)
        if operation.key in seen:
            raise Invalid("key_twice", key=operation.key)
        seen.add(operation.key)
        as_utc(operation.occurred_at)
        if operation.kind not in set(OperationKind):
            raise Invalid("unknown_operation_kind", value=operation.kind)
        if not operation.lines:
            raise Invalid("operation_without_lines", key=operation.key)
        for line in operation.lines:
            _check_line(line)


def _check_line(line: Line) -> None:
    if isinstance(line.quantity, bool) or not isinstance(line.quantity, int) or line.quantity <= 0:
        raise Invalid("quantity_not_positive", sku_id=line.sku_id, value=str(line.quantity))
    if line.quantity >= 2**62:
        raise Invalid("quantity_too_large", sku_id=line.sku_id, value=str(line.quantity))
    if line.serial_id is not None and line.quantity != 1:
        raise Invalid("serial_is_one_unit", sku_id=line.sku_id)
    if line.value is not None and (not line.value.is_finite() or line.value < 0):
        raise Invalid("value_negative", sku_id=line.sku_id, value=str(line.value))
    same_place = line.from_location_id == line.to_location_id
    if same_place and line.from_condition == line.to_condition:
        raise Invalid("goes_nowhere", sku_id=line.sku_id)
    for condition in (line.from_condition, line.to_condition):
        if condition not in set(Condition):
            raise Invalid("unknown_condition", value=condition)


def _write_parts(value: object, parts: list[str]) -> None:
    """`value` as unambiguous text: each leaf with its kind and length, each group in brackets."""
    kind: Any = type(value)
    if kind is str:
        parts.append(f"s{len(value)}:{value}")  # type: ignore[arg-type]
    elif kind is int:
        parts.append(f"i{value};")
    elif value is None:
        parts.append("n4:None")
    elif kind is Decimal:
        parts.append(f"d{value.normalize()};")  # type: ignore[attr-defined]
    elif isinstance(value, datetime):
        parts.append(f"t{as_utc(value).isoformat()};")
    elif isinstance(value, (list, tuple)):
        _write_group(value, parts)
    elif (names := _field_names(kind)) is not None:
        _write_group([getattr(value, name) for name in names], parts)
    else:
        text = f"{value.value}" if isinstance(value, Enum) else f"{value}"
        mark = "s" if isinstance(value, Enum) else "o"
        parts.append(f"{mark}{len(text)}:{text}")


def _write_group(values: Sequence[object], parts: list[str]) -> None:
    parts.append("[")
    for value in values:
        _write_parts(value, parts)
    parts.append("]")


@cache
def _field_names(kind: Any) -> tuple[str, ...] | None:
    """Of a record, in the order of its fields; None for what is no record."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
