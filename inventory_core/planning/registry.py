"""The registry of trained models: every retraining, and which of them the plan uses.

Decides that one release is champion, that its run is the current one, and what a rollback does to
the release that is left. Never compares two releases (see `forecasting/contest`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.learning import model_release
from inventory_core.db.schema.office import person
from inventory_core.db.schema.planning import forecast_run
from inventory_core.errors import NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.planning.published import (
    current_run,
    forecasts_kept,
    lock_planning,
    make_current,
    note_plan_day,
    step_days,
)
from inventory_core.vocabulary import ReleaseState

# Forecasts that end sooner cannot carry a plan.
LEAST_REACH_DAYS = 28
MOST_BACK = 30


@dataclass(frozen=True, slots=True)
class NewRelease:
    """One trained model: the run it made, what it was made of, and how it did out of sample.

    `loss` and `baseline_loss` are sums over its series; `scores` has `candidates` (overall) and
    `segments`.
    """

    key: str
    run_id: int
    configuration: str
    settings: Mapping[str, Any]
    scores: Mapping[str, Any]
    loss: float | None
    baseline_loss: float | None
    cpu_seconds: float | None


@dataclass(frozen=True, slots=True)
class Release:
    """A release as it is read back, with the facts of its run."""

    id: int
    run_id: int
    state: ReleaseState
    configuration: str
    settings: dict[str, Any]
    scores: dict[str, Any]
    loss: float | None
    baseline_loss: float | None
    cpu_seconds: float | None
    reason: str
    gain: float | None
    against_id: int | None
    decided_by: str
    decided_at: datetime
    recorded_at: datetime
    as_of_on: date
    data_watermark_at: datetime
    history_hash: str
    code_version: str
    frequency: str
    horizon: int

    @property
    def skill(self) -> float | None:
        """Share of the baseline's loss that is left; below 1 is better than the baseline."""
        if self.loss is None or not self.baseline_loss:
            return None
        return self.loss / self.baseline_loss

    @property
    def ends_on(self) -> date:
        """The last day that its forecasts reach."""
        return self.as_of_on + timedelta(days=self.horizon * step_days(self.frequency) - 1)


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a release becomes champion, and why; `gain` against the release named."""

    crowned: bool
    reason: str
    gain: float | None = None
    against_id: int | None = None


def champion_release(conn: Reading) -> Release | None:
    """The release that planning uses; None before the first plan."""
    return _one(conn, model_release.c.state == ReleaseState.CHAMPION.value)


def release_of_run(conn: Reading, run_id: int) -> Release | None:
    """The release whose training made this run."""
    return _one(conn, model_release.c.run_id == run_id)


def releases(conn: Reading, *, limit: int = 20) -> list[Release]:
    """The newest releases first."""
    return [_read(row) for row in conn.rows(_RELEASES.order_by(_NEWEST).limit(limit))]


def rollback_target(conn: Reading) -> Release | None:
    """The last champion before this one that can still be planned with."""
    champion, run = champion_release(conn), current_run(conn)
    if champion is None or run is None:
        return None
    statement = _RELEASES.where(
        model_release.c.state == ReleaseState.RETIRED.value,
        model_release.c.id < champion.id,
        forecasts_kept(model_release.c.run_id),
    )
    found = (_read(row) for row in conn.rows(statement.order_by(_NEWEST).limit(MOST_BACK)))
    return next((one for one in found if reaches(one, run.plan_day)), None)


def reaches(release: Release, day: date) -> bool:
    """Whether its forecasts go far enough beyond the planning day to plan with."""
    return (release.ends_on - day).days >= LEAST_REACH_DAYS


def register_release(tx: Writing, actor: Actor, new: NewRelease, *, now: datetime) -> Release:
    """Write a release as challenger; whether it wins is ruled next, in the same transaction."""
    require(actor, Permission.PLAN_RUN)
    tx.execute(
        insert(model_release).values(
            **{name: getattr(new, name) for name in NewRelease.__dataclass_fields__},
            state=ReleaseState.CHALLENGER.value,
            reason="trained",
            decided_by_id=actor.person_id,
            decided_at=now,
        )
    )
    found = release_of_run(tx, new.run_id)
    assert found is not None, "the release was written a moment ago"
    return found


def rule_on(tx: Writing, actor: Actor, release: Release, ruling: Ruling, *, now: datetime) -> None:
    """Make the release champion, or note why it stays behind; nothing where nothing changes."""
    require(actor, Permission.PLAN_RUN)
    lock_planning(tx)
    if not ruling.crowned:
        if (release.reason, release.against_id) != (ruling.reason, ruling.against_id):
            _set(tx, actor, release.id, release.state, ruling, now)
        return
    if release.state is not ReleaseState.CHAMPION:
        _retire_champion(tx, ReleaseState.RETIRED)
        _set(tx, actor, release.id, ReleaseState.CHAMPION, ruling, now)
    make_current(tx, actor, release.run_id)


def roll_back(
    tx: Writing, actor: Actor, *, to_id: int | None = None, now: datetime
) -> tuple[Release, Release]:
    """Back to an earlier champion (the last one by default); answers the one left and the one held.

    The configuration that is left stays out until it wins by the margin or a person calls it back;
    the forecasts of the other are current from here on.
    """
    require(actor, Permission.PLAN_RUN)
    lock_planning(tx)
    champion = champion_release(tx)
    target = rollback_target(tx) if to_id is None else _one(tx, model_release.c.id == to_id)
    if to_id is not None and target is None:
        raise NotFound("release_unknown", release=to_id)
    if champion is None or target is None:
        raise Refused("no_release_to_go_back_to")
    if target.id == champion.id:
        raise Refused("release_is_champion", release=target.id)
    if not tx.scalar(select(forecasts_kept(target.run_id))):
        raise Refused("release_forecasts_gone", release=target.id)
    run = current_run(tx)
    if run is not None and not reaches(target, run.plan_day):
        raise Refused("release_too_old", release=target.id, last=target.ends_on.isoformat())
    _retire_champion(tx, ReleaseState.ROLLED_BACK)
    ruling = Ruling(True, "chosen_by_hand", None, champion.id)
    _set(tx, actor, target.id, ReleaseState.CHAMPION, ruling, now)
    make_current(tx, actor, target.run_id)
    if run is not None:
        # The list is of that day: a click must not plan as of when the other was last in use.
        note_plan_day(tx, target.run_id, run.plan_day)
    subject = ("model_release", target.id)
    record_audit(tx, actor, "model_rolled_back", subject, {"from": champion.id, "to": target.id})
    return champion, target


def _retire_champion(tx: Writing, state: ReleaseState) -> None:
    tx.execute(
        update(model_release)
        .where(model_release.c.state == ReleaseState.CHAMPION.value)
        .values(state=state.value)
    )


def _set(
    tx: Writing, actor: Actor, release_id: int, state: ReleaseState, ruling: Ruling, now: datetime
) -> None:
    tx.execute(
        update(model_release)
        .where(model_release.c.id == release_id)
        .values(
            state=state.value,
            reason=ruling.reason,
            gain=ruling.gain,
            against_id=ruling.against_id,
            decided_by_id=actor.person_id,
            decided_at=now,
        )
    )


def _one(conn: Reading, condition: Any) -> Release | None:
    row = conn.execute(_RELEASES.where(condition).order_by(_NEWEST).limit(1)).one_or_none()
    return None if row is None else _read(row)


def _read(row: Any) -> Release:
    return Release(**{**row._mapping, "state": ReleaseState(row.state)})


_NEWEST = model_release.c.id.desc()
_OF_RUN = (
    "as_of_on",
    "data_watermark_at",
    "history_hash",
    "code_version",
    "frequency",
    "horizon",
)
_OWN = (
    name
    for name in Release.__dataclass_fields__
    if name not in _OF_RUN and name not in ("decided_by",)
)
_RELEASES = (
    select(
        *(model_release.c[name] for name in _OWN),
        *(forecast_run.c[name] for name in _OF_RUN),
        person.c.name.label("decided_by"),
    )
    .join_from(model_release, forecast_run)
    .join(person, person.c.id == model_release.c.decided_by_id)
)
