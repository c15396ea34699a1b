"""What the last training learned of promotions, kept whole for eyes. Decides nothing about it.

A new training replaces everything; a forecast does not read this, it learns from the same columns.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import delete, select

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.analysts import promotion_effect

UPLIFT, AFTER, SIBLINGS, DAY_AFTER, SERIES = "uplift", "after", "siblings", "day_after", "series"


@dataclass(frozen=True, slots=True)
class PromotionEffect:
    """Demand as a multiple of demand without promotion, with what it rests on.

    kind `uplift` by `band` of discount; `after` and `siblings`; `day_after` with the day in `band`;
    `series` multiplies the uplift of its category. `low` and `high` hold the factor with 90 %.
    """

    kind: str
    category: str
    band: str
    sku_id: int | None
    warehouse_id: int | None
    factor: float
    low: float
    high: float
    events: int
    units: float
    expected: float
    learned_on: date


def keep_promotion_effects(tx: Writing, effects: Sequence[PromotionEffect]) -> None:
    """Replace all effects by these."""
    tx.execute(delete(promotion_effect))
    insert_rows(tx, promotion_effect, [asdict(one) for one in effects])


def promotion_effects(conn: Reading, *, kinds: Sequence[str] = ()) -> list[PromotionEffect]:
    """The kept effects, of some kinds where they are named, in the order they were kept."""
    columns = [promotion_effect.c[name] for name in PromotionEffect.__dataclass_fields__]
    statement = select(*columns).order_by(promotion_effect.c.id)
    if kinds:
        statement = statement.where(promotion_effect.c.kind.in_(list(kinds)))
    return [PromotionEffect(**row._mapping) for row in conn.rows(statement)]
