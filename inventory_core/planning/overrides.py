"""What people know better than a model: changes to a forecast, with a reason. Decides their bounds.

An override holds for some days: of one SKU at one warehouse, as a percentage or as units a day, or
of a whole category, market, channel or the company, as a percentage, for whoever belongs to it on
the day it is planned with. It keeps what the model and the naive baseline said when it was made,
so that it can be judged later. The published forecast itself is never edited; planning lays the
overrides over it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from re import fullmatch
from typing import Any

from sqlalchemy import Text, cast, func, or_, select, update

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.channels import channel_account
from inventory_core.db.schema.learning import forecast_override
from inventory_core.db.schema.office import person
from inventory_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.planning.override_figures import Subject, units_said
from inventory_core.planning.published import PublishedRun, current_run
from inventory_core.vocabulary import ForecastGrain, OverrideReason

MOST_DAYS = 366
MOST_NOTE = 500
_LEAST_PERCENT, _MOST_PERCENT = Decimal(-100), Decimal(1000)
_MOST_UNITS = Decimal(10_000_000)


@dataclass(frozen=True, slots=True)
class NewOverride:
    """Exactly one of `change_percent` (20 is a fifth more) and `units_per_day` is given; for a
    SKU at a warehouse, or for the `part` of a `grain` (account id, country, category; company: "").
    """

    key: str
    sku_id: int | None
    warehouse_id: int | None
    first_on: date
    last_on: date
    reason: OverrideReason
    change_percent: Decimal | None = None
    units_per_day: Decimal | None = None
    note: str = ""
    grain: ForecastGrain | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """An override as it is read back; the three figures are units over its days.

    `part_name`: the part for a reader: of a channel its name, else the part itself.
    """

    id: int
    sku_id: int | None
    warehouse_id: int | None
    grain: ForecastGrain | None
    part: str
    part_name: str
    first_on: date
    last_on: date
    change_percent: Decimal | None
    units_per_day: Decimal | None
    reason: OverrideReason
    note: str
    run_id: int
    model_units: float
    naive_units: float | None
    planned_units: float
    made_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None

    @property
    def subject(self) -> Subject:
        """What it changes."""
        return Subject(self.sku_id, self.warehouse_id, self.grain, self.part)


def set_override(tx: Writing, actor: Actor, new: NewOverride, *, now: datetime) -> Override:
    """Change the forecast of some days; it holds from the next planning on.

    Refused where the current run has no forecast of what is to be changed or does not reach those
    days, and for a whole part by whoever is responsible for some warehouses only.
    """
    _require(actor, new.warehouse_id)
    known = _one(tx, forecast_override.c.key == new.key)
    if known is not None:
        return known
    run = current_run(tx)
    if run is None:
        raise Refused("override_without_forecast")
    _check(new, run)
    subject = Subject(new.sku_id, new.warehouse_id, new.grain, new.part)
    model, naive = units_said(tx, run, subject, new.first_on, new.last_on)
    days = (new.last_on - new.first_on).days + 1
    values = {
        "key": new.key,
        "sku_id": new.sku_id,
        "warehouse_id": new.warehouse_id,
        "grain": None if new.grain is None else new.grain.value,
        "part": new.part,
        "first_on": new.first_on,
        "last_on": new.last_on,
        "change_percent": new.change_percent,
        "units_per_day": new.units_per_day,
        "reason": new.reason.value,
        "note": new.note.strip(),
        "run_id": run.id,
        "model_units": model,
        "naive_units": naive,
        "planned_units": _applied(new, model, days),
        "made_by_id": actor.person_id,
    }
    if not insert_rows(tx, forecast_override, [values], returning=("id",), skip_existing=True):
        # The same click a second time, from another window at the same moment.
        found = _one(tx, forecast_override.c.key == new.key)
        assert found is not None, "whoever was first has committed"
        return found
    found = _one(tx, forecast_override.c.key == new.key)
    assert found is not None, "the override was written a moment ago"
    named = ("warehouse_id", "grain", "part", "first_on", "last_on", "reason", "note")
    told = {name: values[name] for name in named if values[name] not in (None, "")}
    if found.part_name:
        told["part"] = found.part_name
    told |= {"percent": new.change_percent, "units_per_day": new.units_per_day}
    record_audit(tx, actor, "forecast_override_set", _subject(found), told)
    return found


def withdraw_override(tx: Writing, actor: Actor, override_id: int, *, now: datetime) -> Override:
    """Take an override back; it stays on record and is no longer planned with."""
    found = _one(tx, forecast_override.c.id == override_id)
    if found is None:
        raise NotFound("override_unknown", override=override_id)
    _require(actor, found.warehouse_id)
    changed = tx.execute(
        update(forecast_override)
        .where(forecast_override.c.id == override_id, forecast_override.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now, withdrawn_by_id=actor.person_id)
    )
    if changed.rowcount != 1:
        raise Conflict("override_withdrawn_before")
    told = {"override": override_id}
    record_audit(tx, actor, "forecast_override_withdrawn", _subject(found), told)
    again = _one(tx, forecast_override.c.id == override_id)
    assert again is not None
    return again


def live_overrides(
    conn: Reading, *, from_on: date, sku_ids: Sequence[int] | None = None
) -> list[Override]:
    """Overrides that touch a day from `from_on` on and were not withdrawn, oldest first.

    Of some SKUs: their own, and all of whole parts.
    """
    statement = _OVERRIDES.where(
        forecast_override.c.withdrawn_at.is_(None), forecast_override.c.last_on >= from_on
    )
    if sku_ids is not None:
        mine = forecast_override.c.sku_id.in_(list(sku_ids))
        statement = statement.where(or_(mine, forecast_override.c.sku_id.is_(None)))
    return _read(conn.rows(statement.order_by(forecast_override.c.id)))


def all_overrides(conn: Reading, *, limit: int = 500) -> list[Override]:
    """The newest overrides first, those taken back included."""
    return _read(conn.rows(_OVERRIDES.order_by(forecast_override.c.id.desc()).limit(limit)))


def _require(actor: Actor, warehouse_id: int | None) -> None:
    require(actor, Permission.PLAN_RUN, warehouse_id=warehouse_id)
    if warehouse_id is None and actor.warehouses:
        raise Forbidden("override_of_every_warehouse")


def _subject(one: Override) -> tuple[str, int]:
    return ("forecast_override", one.id) if one.sku_id is None else ("sku", one.sku_id)


def _check(new: NewOverride, run: PublishedRun) -> None:
    if not _names_its_part(new):
        raise Invalid("override_of_no_such_part", field="part")
    if new.grain is not None and new.change_percent is None:
        raise Invalid("override_part_by_percent", field="change_percent")
    if new.last_on < new.first_on:
        raise Invalid("override_days_reversed", field="last_on")
    if (new.last_on - new.first_on).days >= MOST_DAYS:
        raise Invalid("override_too_long", field="last_on", most=MOST_DAYS)
    if new.first_on < run.plan_day:
        raise Invalid("override_in_the_past", field="first_on", first=run.plan_day.isoformat())
    if (new.change_percent is None) == (new.units_per_day is None):
        raise Invalid("override_one_change", field="change_percent")
    percent, units = new.change_percent, new.units_per_day
    if percent is not None and not _LEAST_PERCENT <= percent <= _MOST_PERCENT:
        raise Invalid("override_percent_out_of_range", field="change_percent")
    if percent == 0:
        raise Invalid("override_changes_nothing", field="change_percent")
    if units is not None and not 0 <= units <= _MOST_UNITS:
        raise Invalid("quantity_negative", field="units_per_day")
    if len(new.note) > MOST_NOTE:
        raise Invalid("name_too_long", field="note", most=MOST_NOTE)
    if new.reason is OverrideReason.JUDGEMENT and not new.note.strip():
        raise Invalid("override_needs_a_note", field="note")


def _names_its_part(new: NewOverride) -> bool:
    """Whether the part is one that its grain may have."""
    if new.grain is ForecastGrain.CHANNEL:
        return fullmatch("[0-9]{1,18}", new.part) is not None
    return new.grain in (ForecastGrain.MARKET, ForecastGrain.CATEGORY) or not new.part


def _applied(new: NewOverride, units: float, days: int) -> float:
    if new.units_per_day is not None:
        return float(new.units_per_day) * days
    return units * (1.0 + float(new.change_percent or 0) / 100.0)


def _one(conn: Reading, condition: Any) -> Override | None:
    found = _read(conn.rows(_OVERRIDES.where(condition)))
    return found[0] if found else None


def _read(rows: Sequence[Any]) -> list[Override]:
    return [Override(**_facts(row._mapping)) for row in rows]


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    grain = row["grain"] and ForecastGrain(row["grain"])
    return {**row, "reason": OverrideReason(row["reason"]), "grain": grain}


_CHANNEL = (forecast_override.c.grain == ForecastGrain.CHANNEL.value) & (
    forecast_override.c.part == cast(channel_account.c.id, Text)
)
_NAMED = ("made_by", "part_name")
_OVERRIDES = (
    select(
        *(
            forecast_override.c[name]
            for name in Override.__dataclass_fields__
            if name not in _NAMED
        ),
        person.c.name.label("made_by"),
        func.coalesce(
            func.nullif(channel_account.c.name, ""),
            channel_account.c.code,
            forecast_override.c.part,
        ).label("part_name"),
    )
    .join_from(forecast_override, person, person.c.id == forecast_override.c.made_by_id)
    .outerjoin(channel_account, _CHANNEL)
)
