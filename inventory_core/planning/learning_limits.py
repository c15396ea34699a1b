"""The limits by which forecasts and releases are judged. Decides their defaults and their bounds.

One row holds what the company chose; without it the defaults hold. Judges nothing itself.
"""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.learning import learning_limits
from inventory_core.errors import Conflict, Invalid
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit


@dataclass(frozen=True, slots=True)
class LearningLimits:
    """Shares are 0 to 1. `weeks`: how many judged weeks an alarm looks back on.

    release_margin: a new configuration must lower the backtest loss by this share.
    tracking_signal: cumulative error in mean absolute deviations, either side.
    bias_share: error of the sum in shares of demand. least_coverage: of the 90 % interval.
    """

    release_margin: Decimal = Decimal("0.03")
    tracking_signal: Decimal = Decimal("9")
    bias_share: Decimal = Decimal("0.25")
    least_coverage: Decimal = Decimal("0.60")
    weeks: int = 12
    version: int = 0


_BOUNDS = {
    "release_margin": (Decimal(0), Decimal("0.5")),
    "tracking_signal": (Decimal(2), Decimal(50)),
    "bias_share": (Decimal("0.02"), Decimal(5)),
    "least_coverage": (Decimal("0.1"), Decimal("0.9")),
    "weeks": (4, 52),
}


def learning_limits_of(conn: Reading) -> LearningLimits:
    """What the company chose, else the defaults."""
    names = LearningLimits.__dataclass_fields__
    rows = conn.rows(select(*(learning_limits.c[name] for name in names)))
    return LearningLimits(**rows[0]._mapping) if rows else LearningLimits()


def set_learning_limits(tx: Writing, actor: Actor, wanted: LearningLimits) -> LearningLimits:
    """Set all limits; `wanted.version` is the one that the writer saw."""
    require(actor, Permission.SETTINGS_EDIT)
    for name, (least, most) in _BOUNDS.items():
        if not least <= getattr(wanted, name) <= most:
            raise Invalid("limit_out_of_range", field=name, least=str(least), most=str(most))
    if wanted.tracking_signal > wanted.weeks:
        raise Invalid("tracking_beyond_weeks", field="tracking_signal", weeks=wanted.weeks)
    before = learning_limits_of(tx)
    if before.version != wanted.version:
        raise Conflict("settings_changed_meanwhile")
    values = {name: getattr(wanted, name) for name in _BOUNDS} | {"version": before.version + 1}
    insert_rows(
        tx, learning_limits, [{"id": 1, **values}], replace_on=("id",), replace=list(values)
    )
    record_audit(tx, actor, "learning_limits_set", ("company", 1), values)
    return learning_limits_of(tx)
