"""Which SKUs a list shows of a class, and how many each class has. Decides conditions and sums;
executes nothing.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from inventory_core.db.schema.classes import sku_class
from inventory_core.planning.class_choices import ABC, CELLS, XYZ
from inventory_core.vocabulary_planning import AbcClass

# What a list can be narrowed to: a class, a part of one, a regularity, what is new.
SCOPES = (*CELLS, *XYZ, AbcClass.NEW.value)


def in_class(scope: str) -> list[ColumnElement[bool]]:
    """Conditions on `sku_class` for one of SCOPES; none for anything else."""
    if scope not in SCOPES:
        return []
    if scope == AbcClass.NEW:
        return [sku_class.c.abc == scope]
    abc, xyz = (scope[0], scope[1:]) if scope[0] in ABC else ("", scope)
    found = [sku_class.c.abc == abc] if abc else []
    return [*found, sku_class.c.xyz == xyz] if xyz else found


def is_in_class(scope: str, abc: str, xyz: str) -> bool:
    """The same of one SKU that was read."""
    return scope not in SCOPES or scope in (abc, abc + xyz, xyz)


def select_class_counts() -> Select[Any]:
    """abc, xyz, how many SKUs and what they earn together, in the base currency."""
    return (
        select(
            sku_class.c.abc,
            sku_class.c.xyz,
            func.count().label("skus"),
            func.sum(sku_class.c.amount).label("amount"),
        )
        .group_by(sku_class.c.abc, sku_class.c.xyz)
        .order_by(sku_class.c.abc, sku_class.c.xyz)
    )
