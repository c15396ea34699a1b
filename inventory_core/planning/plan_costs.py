"""What planning counts beside price and freight: an order line's handling, fees, shares of price.

Decides which figures hold on a day and that one nobody has stated is named in `assumed`. They are
stated whole, by version and from a day on; nothing is overwritten. Never what an order costs.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from inventory_core.catalog.fields import check_decimal, check_whole
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.limits import plan_cost
from inventory_core.db.schema.office import person
from inventory_core.errors import Conflict, Invalid
from inventory_core.money import check_currency
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit

# The first figures that somebody states hold since ever: they are better known than our guess.
SINCE_EVER = date(2000, 1, 1)
HANDLING = ("order_line_cost",)
AGE_FEES = ("fee_currency", "aged_after_days", "aged_fee", "low_cover_days", "low_fee",
            "storage_fee")  # fmt: skip
SENDING = ("freight_share", "removal_share", "removal_days")
MARGIN = ("margin_share",)
BUYING = ("import_freight_share", "import_air_share", "duty_share")
FIGURES = (*HANDLING, *AGE_FEES, *SENDING, *MARGIN, *BUYING)


@dataclass(frozen=True, slots=True)
class PlanCosts:
    """The figures with our assumptions where nobody has stated any.

    `order_line_cost`: writing, receiving and checking one line of an order, base currency. Fees of
    an operator's warehouse (FBA) in `fee_currency`: `aged_fee` per unit and month beyond
    `aged_after_days`, `low_fee` per unit sold below `low_cover_days`, `storage_fee` per m³ and
    month. Shares of the purchase price where a way's freight or removal is not known;
    `margin_share` of the landed cost where no selling price is. Goods that cross a customs border
    pay `import_freight_share` (`import_air_share` by air and express) and `duty_share` of their
    price where neither the way nor a receipt says more. `assumed`: those nobody stated.
    """

    order_line_cost: Decimal = Decimal(20)
    fee_currency: str = "USD"
    aged_after_days: int = 181
    aged_fee: Decimal = Decimal("0.20")
    low_cover_days: int = 28
    low_fee: Decimal = Decimal("0.60")
    storage_fee: Decimal = Decimal(0)
    freight_share: Decimal = Decimal("0.06")
    removal_share: Decimal = Decimal("0.10")
    removal_days: int = 14
    margin_share: Decimal = Decimal("0.3")
    import_freight_share: Decimal = Decimal("0.10")
    import_air_share: Decimal = Decimal("0.35")
    duty_share: Decimal = Decimal("0.05")
    assumed: tuple[str, ...] = FIGURES
    valid_from: date = SINCE_EVER
    version: int = 0

    def assumed_of(self, names: Collection[str]) -> tuple[str, ...]:
        """Those of some figures that nobody has stated."""
        return tuple(name for name in names if name in self.assumed)


ASSUMED_COSTS = PlanCosts()


@dataclass(frozen=True, slots=True)
class Stated:
    """One version as it was stated, by whom."""

    costs: PlanCosts
    person: str


def plan_costs_on(conn: Reading, on: date) -> PlanCosts:
    """The figures that hold on a day; our assumptions where nobody has stated any."""
    columns = plan_cost.c
    rows = conn.rows(
        select(*(columns[name] for name in PlanCosts.__dataclass_fields__))
        .where(columns.valid_from <= on)
        .order_by(columns.valid_from.desc(), columns.version.desc())
        .limit(1)
    )
    return _read(rows[0]) if rows else ASSUMED_COSTS


def stated_plan_costs(conn: Reading) -> list[Stated]:
    """Every version, the newest first."""
    columns = plan_cost.c
    statement = (
        select(*(columns[name] for name in PlanCosts.__dataclass_fields__), person.c.name)
        .join(person, person.c.id == columns.person_id)
        .order_by(columns.version.desc())
    )
    return [Stated(_read(row), row.name) for row in conn.rows(statement)]


def state_plan_costs(
    tx: Writing, actor: Actor, wanted: PlanCosts, *, valid_from: date, seen_version: int
) -> PlanCosts:
    """State all figures from a day on; the first time they hold since ever, whatever the day.

    `seen_version`: the newest one that the writer saw; Conflict where somebody was faster.
    """
    require(actor, Permission.SETTINGS_EDIT)
    facts = _checked(wanted)
    newest = tx.scalar(select(func.coalesce(func.max(plan_cost.c.version), 0)))
    begins = max(SINCE_EVER, valid_from) if newest else SINCE_EVER
    before = plan_costs_on(tx, begins)
    facts = _checked(wanted) | {"valid_from": begins, "version": seen_version + 1}
    row = facts | {"assumed": list(facts["assumed"]), "person_id": actor.person_id}
    once = insert(plan_cost).values(row).on_conflict_do_nothing()
    if newest != seen_version or not tx.rows(once.returning(plan_cost.c.version)):
        raise Conflict("settings_changed_meanwhile")
    after = PlanCosts(**facts)
    subject = ("plan_cost", after.version)
    record_audit(tx, actor, "plan_costs_stated", subject, _told(before, after))
    return after


def confirmed(before: PlanCosts, wanted: PlanCosts, ticked: Collection[str]) -> PlanCosts:
    """`wanted` with only those still assumed that are neither changed nor ticked."""
    left = (
        name
        for name in before.assumed
        if name not in ticked and getattr(wanted, name) == getattr(before, name)
    )
    return replace(wanted, assumed=tuple(left))


def _read(row: Any) -> PlanCosts:
    facts = {name: getattr(row, name) for name in PlanCosts.__dataclass_fields__}
    facts |= {n: _short(v) for n, v in facts.items() if isinstance(v, Decimal)}
    return PlanCosts(**{**facts, "assumed": tuple(facts["assumed"])})


def _short(value: Decimal) -> Decimal:
    """Without the zeros that the column adds, so that a trace reads as it was typed."""
    return Decimal(format(value.normalize(), "f"))


def _checked(wanted: PlanCosts) -> dict[str, Any]:
    facts = {name: check(getattr(wanted, name)) for name, check in _CHECKS.items()}
    unknown: Sequence[str] = sorted(set(wanted.assumed) - set(FIGURES))
    if unknown:
        raise Invalid("not_in_list", field="assumed", value=", ".join(unknown))
    facts |= {name: _short(value) for name, value in facts.items() if isinstance(value, Decimal)}
    return facts | {"assumed": tuple(name for name in FIGURES if name in wanted.assumed)}


def _told(before: PlanCosts, after: PlanCosts) -> dict[str, str]:
    """What is another figure than it was, and the day from which."""
    names = ("valid_from", "assumed", *FIGURES)
    changed = (name for name in names if getattr(after, name) != getattr(before, name))
    facts = {name: getattr(after, name) for name in ("valid_from", *changed)}
    return {n: ", ".join(v) if isinstance(v, tuple) else str(v) for n, v in facts.items()}


_CHECKS: dict[str, Any] = {
    "fee_currency": check_currency,
    **{
        name: partial(check_decimal, field=name)
        for name in ("order_line_cost", "aged_fee", "low_fee", "storage_fee")
    },
    **{
        name: partial(check_decimal, field=name, most=5, places=4)
        for name in ("freight_share", "removal_share", *MARGIN, *BUYING)
    },
    "aged_after_days": partial(check_whole, field="aged_after_days", least=1, most=3650),
    "low_cover_days": partial(check_whole, field="low_cover_days", most=365),
    "removal_days": partial(check_whole, field="removal_days", most=365),
}
