"""What the company chose by class: the borders, and a service level or review period of a class.

Chosen whole and by version; nothing is overwritten. Decides which choices are possible and which
cell holds for a class: a part (AX) before its class (A). Never which class a SKU has.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from inventory_core.catalog.fields import check_decimal, check_whole
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.classes import class_choice, class_policy
from inventory_core.db.schema.office import person
from inventory_core.errors import Conflict, Invalid
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.planning.rules import LARGEST_LEVEL, LEAST_LEVEL, MOST_DAYS

ABC, XYZ = ("A", "B", "C"), ("X", "Y", "Z")
CELLS = tuple(abc + part for abc in ABC for part in ("", *XYZ))
PARTS = ("service_level", "review_days")


@dataclass(frozen=True, slots=True)
class ClassPolicy:
    """What holds for a class; None is left to the wider class, then to the company."""

    service_level: Decimal | None = None
    review_days: int | None = None


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """Borders and policies. `a_share`, `b_share`: of what all SKUs earn. `x_most`, `y_most`:
    largest variation of weekly demand. `band`: how far beyond a border a SKU has to be before it
    moves. `new_days`: so long after its first sale a SKU is new. `policies`: by cell, A or AX.
    """

    a_share: Decimal = Decimal("0.8")
    b_share: Decimal = Decimal("0.95")
    x_most: Decimal = Decimal("0.5")
    y_most: Decimal = Decimal(1)
    band: Decimal = Decimal("0.1")
    new_days: int = 90
    policies: Mapping[str, ClassPolicy] = field(default_factory=dict)
    version: int = 0

    def held(self, part: str, abc: str, xyz: str) -> tuple[str, Any]:
        """The cell that sets a part for a class, and what it sets; "" and None where none does."""
        for cell in (abc + xyz, abc):
            value = getattr(self.policies.get(cell), part, None)
            if value is not None:
                return cell, value
        return "", None


DEFAULT_CHOICE = ClassChoice()


@dataclass(frozen=True, slots=True)
class ChosenBy:
    """One version as it was chosen, by whom and when."""

    choice: ClassChoice
    person: str
    recorded_at: datetime


_BORDERS: dict[str, Any] = {
    "a_share": partial(check_decimal, field="a_share", least=Decimal("0.01"), most=Decimal("0.99"),
                       places=4),
    "b_share": partial(check_decimal, field="b_share", least=Decimal("0.01"), most=Decimal("0.999"),
                       places=4),
    "x_most": partial(check_decimal, field="x_most", least=Decimal("0.01"), most=50, places=4),
    "y_most": partial(check_decimal, field="y_most", least=Decimal("0.01"), most=50, places=4),
    "band": partial(check_decimal, field="band", most=Decimal("0.5"), places=4),
    "new_days": partial(check_whole, field="new_days", least=14, most=365),
}  # fmt: skip


def class_choice_of(conn: Reading) -> ClassChoice:
    """What is chosen now; the defaults where nobody has chosen."""
    chosen = class_choices(conn, most=1)
    return chosen[0].choice if chosen else DEFAULT_CHOICE


def class_choices(conn: Reading, *, most: int = 50) -> list[ChosenBy]:
    """The newest versions, the newest first."""
    columns = class_choice.c
    statement = (
        select(*(columns[name] for name in (*_BORDERS, "version", "recorded_at")), person.c.name)
        .join(person, person.c.id == columns.person_id)
        .order_by(columns.version.desc())
        .limit(most)
    )
    rows = conn.rows(statement)
    policies: dict[int, dict[str, ClassPolicy]] = {row.version: {} for row in rows}
    wanted = class_policy.c.version.in_(policies)
    for row in conn.rows(select(class_policy).where(wanted).order_by(class_policy.c.cell)):
        policies[row.version][row.cell] = ClassPolicy(row.service_level, row.review_days)
    return [
        ChosenBy(
            ClassChoice(
                **{name: getattr(row, name) for name in (*_BORDERS, "version")},
                policies=policies[row.version],
            ),
            row.name,
            row.recorded_at,
        )
        for row in rows
    ]


def choose_classes(tx: Writing, actor: Actor, wanted: ClassChoice) -> ClassChoice:
    """Choose everything anew; `wanted.version` is the one that the writer saw, Conflict where
    somebody was faster. What is chosen so already changes nothing.
    """
    require(actor, Permission.SETTINGS_EDIT)
    chosen = _checked(wanted)
    newest = tx.scalar(select(func.coalesce(func.max(class_choice.c.version), 0)))
    before = class_choice_of(tx)
    if newest == wanted.version and replace(chosen, version=before.version) == before:
        return before
    version = wanted.version + 1
    row = {name: getattr(chosen, name) for name in _BORDERS}
    row |= {"version": version, "person_id": actor.person_id}
    once = insert(class_choice).values(row).on_conflict_do_nothing()
    if newest != wanted.version or not tx.rows(once.returning(class_choice.c.version)):
        raise Conflict("settings_changed_meanwhile")
    cells = [
        {"version": version, "cell": cell, **asdict(one)} for cell, one in chosen.policies.items()
    ]
    insert_rows(tx, class_policy, cells)
    after = replace(chosen, version=version)
    record_audit(tx, actor, "classes_chosen", ("class_choice", version), _told(before, after))
    return after


def _checked(wanted: ClassChoice) -> ClassChoice:
    """The choice as it is kept: a cell that sets nothing is none."""
    facts = {name: check(getattr(wanted, name)) for name, check in _BORDERS.items()}
    if facts["a_share"] >= facts["b_share"]:
        raise Invalid("class_shares_out_of_order", field="b_share")
    if facts["x_most"] >= facts["y_most"]:
        raise Invalid("class_variations_out_of_order", field="y_most")
    policies: dict[str, ClassPolicy] = {}
    for cell, one in sorted(wanted.policies.items()):
        if cell not in CELLS:
            raise Invalid("not_in_list", field="cell", value=cell)
        level, days = one.service_level, one.review_days
        if level is not None and not LEAST_LEVEL <= level <= LARGEST_LEVEL:
            raise Invalid("class_level_out_of_range", field=f"service_level_{cell}", cell=cell)
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise Invalid("class_review_out_of_range", field=f"review_days_{cell}", cell=cell,
                          most=MOST_DAYS)  # fmt: skip
        if level is not None or days is not None:
            policies[cell] = ClassPolicy(None if level is None else round(level, 4), days)
    return ClassChoice(**facts, policies=policies, version=wanted.version)


def _told(before: ClassChoice, after: ClassChoice) -> dict[str, Any]:
    """What is another than it was, from and to; of a policy by its cell."""
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in _BORDERS}
    for cell in CELLS:
        old, new = (one.policies.get(cell, ClassPolicy()) for one in (before, after))
        pairs |= {f"{part}_{cell}": (getattr(old, part), getattr(new, part)) for part in PARTS}
    return {name: {"from": old, "to": new} for name, (old, new) in pairs.items() if old != new}
