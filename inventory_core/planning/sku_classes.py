"""The classes that SKUs have, kept: where each stands now, and every move with its day.

Decides that a classing of an earlier day than the newest one changes nothing, that the same
classing twice writes nothing, and which class held on a day. Which class a SKU gets is decided in
`classing`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.classes import sku_class, sku_class_move
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.planning.class_choices import PARTS, class_choice_of
from inventory_core.vocabulary_planning import AbcClass, XyzClass


@dataclass(frozen=True, slots=True)
class SkuClass:
    """The class of a SKU and the day since which it has it."""

    abc: AbcClass
    xyz: XyzClass
    since_on: date

    @property
    def name(self) -> str:
        """The two letters, of whichever is known; "" where none is."""
        return class_name(self.abc, self.xyz)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a SKU stands at one classing: its class, and what it was judged by.

    `place`, `share`, `reached`: among the `ranked`, None where it is not one of them.
    """

    sku_id: int
    abc: AbcClass
    xyz: XyzClass
    measure: str
    amount: Decimal
    ranked: int
    weeks: int
    place: int | None = None
    share: float | None = None
    reached: float | None = None
    border_a: Decimal | None = None
    border_b: Decimal | None = None
    variation: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A standing as it is kept, with its days."""

    standing: Standing
    as_of_on: date
    since_on: date


_FIELDS = tuple(Standing.__dataclass_fields__)
_ALL = (*_FIELDS, "as_of_on", "since_on")


def class_name(abc: str, xyz: str) -> str:
    """“AX”, or “A” where nobody knows how regular it is; a new SKU has no letters."""
    if abc not in ("A", "B", "C"):
        return ""
    return f"{abc}{xyz}" if xyz in ("X", "Y", "Z") else str(abc)


def standing_of(conn: Reading, sku_id: int) -> Judged | None:
    """Where a SKU stands at the newest classing; None where none has seen it."""
    return next(iter(_judged(conn, sku_id)), None)


def newest_classes(conn: Reading) -> dict[int, SkuClass]:
    """The class of every SKU at the newest classing."""
    return {
        row.sku_id: SkuClass(AbcClass(row.abc), XyzClass(row.xyz), row.since_on)
        for row in conn.rows(
            select(sku_class.c.sku_id, sku_class.c.abc, sku_class.c.xyz, sku_class.c.since_on)
        )
    }


def classes_on(conn: Reading, on: date) -> dict[int, SkuClass]:
    """The class that every SKU had on a day."""
    moves = sku_class_move.c
    rows = conn.rows(
        select(moves.sku_id, moves.abc, moves.xyz, moves.since_on)
        .ext(distinct_on(moves.sku_id))
        .where(moves.since_on <= on)
        .order_by(moves.sku_id, moves.since_on.desc(), moves.id.desc())
    )
    return {
        row.sku_id: SkuClass(AbcClass(row.abc), XyzClass(row.xyz), row.since_on) for row in rows
    }


def class_parts_of(conn: Reading, sku_id: int) -> dict[str, tuple[str, Any]]:
    """What the class of a SKU sets now, by part: the class that sets it, and the value."""
    found = standing_of(conn, sku_id)
    if found is None:
        return {}
    choice, one = class_choice_of(conn), found.standing
    held = {part: choice.held(part, one.abc, one.xyz) for part in PARTS}
    return {part: (cell, value) for part, (cell, value) in held.items() if cell}


def classed_on(conn: Reading) -> date | None:
    """The day of the newest classing."""
    found: date | None = conn.scalar(select(func.max(sku_class.c.as_of_on)))
    return found


def keep_classes(
    tx: Writing,
    actor: Actor,
    standings: Sequence[Standing],
    before: Mapping[int, SkuClass],
    *,
    as_of: date,
) -> int:
    """Keep where every SKU stands, and those that moved; answers how many moved."""
    require(actor, Permission.PLAN_RUN)
    newest = classed_on(tx)
    if newest is not None and as_of < newest:
        return 0
    moved = [one for one in standings if _moved(one, before.get(one.sku_id))]
    insert_rows(
        tx,
        sku_class_move,
        [{"sku_id": m.sku_id, "since_on": as_of, "abc": m.abc, "xyz": m.xyz} for m in moved],
    )
    since = {sku_id: one.since_on for sku_id, one in before.items()}
    since |= {one.sku_id: as_of for one in moved}
    known = {one.standing.sku_id: one for one in _judged(tx)}
    wanted = [Judged(one, as_of, since[one.sku_id]) for one in standings]
    rows = [_row(one) for one in wanted if known.get(one.standing.sku_id) != one]
    replaced = [name for name in _ALL if name != "sku_id"]
    insert_rows(tx, sku_class, rows, replace_on=("sku_id",), replace=replaced)
    return len(moved)


def _moved(one: Standing, before: SkuClass | None) -> bool:
    return before is None or (one.abc, one.xyz) != (before.abc, before.xyz)


def _judged(conn: Reading, sku_id: int | None = None) -> list[Judged]:
    statement = select(*(sku_class.c[name] for name in _ALL))
    if sku_id is not None:
        statement = statement.where(sku_class.c.sku_id == sku_id)
    return [_read(row) for row in conn.rows(statement)]


def _read(row: Any) -> Judged:
    facts = {name: getattr(row, name) for name in _FIELDS}
    facts |= {"abc": AbcClass(row.abc), "xyz": XyzClass(row.xyz)}
    return Judged(Standing(**facts), row.as_of_on, row.since_on)


def _row(one: Judged) -> dict[str, Any]:
    facts = {name: getattr(one.standing, name) for name in _FIELDS}
    return facts | {"as_of_on": one.as_of_on, "since_on": one.since_on}
