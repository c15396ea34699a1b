"""From a trained run to the run that is planned with. Decides what is known in that contest.

Registers the training, lets `forecasting/contest` rule on it against the champion, and answers the
run that holds: the new one, or the old one where the new did not earn its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from json import dumps
from typing import Any

from forecasting.contest import Standing, losses_of, rule
from forecasting.training import Trained
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor
from inventory_core.office.company import read_company
from inventory_core.planning.learning_limits import learning_limits_of
from inventory_core.planning.published import (
    PublishedRun,
    adopt_new_series,
    forecast_digest,
    run_by_id,
    step_days,
)
from inventory_core.planning.published_sums import adopt_sums
from inventory_core.planning.registry import (
    NewRelease,
    Release,
    champion_release,
    register_release,
    release_of_run,
    releases,
    rule_on,
)
from inventory_core.vocabulary import ReleaseState

# Settings that follow from the data of the day and are no other model.
_OF_THE_DAY = frozenset({"as_of", "why", "horizon", "frequency", "newcomers"})
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Settled:
    """The run that holds, and what became of the one that was trained."""

    run: PublishedRun
    release_id: int
    crowned: bool
    reason: str
    gain: float | None


def incumbents_of(conn: Reading, as_of: date) -> dict[tuple[int, int], str]:
    """Which candidate has which series in the champion's run; nobody's where it is of a later day.

    A plan of an earlier day must not choose by what only later days showed.
    """
    champion = champion_release(conn)
    if champion is None or champion.as_of_on > as_of:
        return {}
    rows = forecast_digest(conn, champion.run_id)
    return {(row.sku_id, row.warehouse_id): row.champion for row in rows}


def settle(
    tx: Writing,
    actor: Actor,
    run: PublishedRun,
    trained: Trained,
    *,
    as_of: date,
    spare_days: int,
    now: datetime,
) -> Settled:
    """Register the run's training, rule on it, and answer the run to plan with."""
    champion = champion_release(tx)
    own = losses_of(forecast_digest(tx, run.id))
    release = release_of_run(tx, run.id)
    if release is None:
        new = _release(run, trained, own)
        release = register_release(tx, actor, new, now=now)
    reach = run.horizon * step_days(run.frequency)
    ruling = rule(
        _standing(tx, release, own, champion),
        None if champion is None else _champion_standing(tx, champion),
        as_of=as_of,
        margin=float(learning_limits_of(tx).release_margin),
        patience_days=read_company(tx).review_days,
        needed_until=as_of + timedelta(days=reach - spare_days - _WEEK),
    )
    rule_on(tx, actor, release, ruling, now=now)
    if ruling.crowned or champion is None:
        return Settled(run, release.id, True, ruling.reason, ruling.gain)
    held = run_by_id(tx, champion.run_id)
    assert held is not None, "the champion's run stays"
    if held.frequency[0] == run.frequency[0]:
        adopt_new_series(tx, held.id, run.id)
        adopt_sums(tx, held.id, run.id)
    return Settled(held, champion.id, False, ruling.reason, ruling.gain)


def configuration_of(code_version: str, settings: Mapping[str, Any]) -> str:
    """Name of a way to train: the code and every setting that does not follow from the data."""
    facts = {name: value for name, value in settings.items() if name not in _OF_THE_DAY}
    text = dumps([code_version, facts], sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:16]


def _release(
    run: PublishedRun,
    trained: Trained,
    losses: Mapping[tuple[int, int], tuple[float, float]],
) -> NewRelease:
    own = sum(loss for loss, _ in losses.values())
    base = sum(loss for _, loss in losses.values())
    return NewRelease(
        key=f"release:{run.id}",
        run_id=run.id,
        configuration=configuration_of(run.code_version, run.settings),
        settings=run.settings,
        scores={"candidates": run.scores, "segments": trained.segments},
        loss=round(own, 4) if losses else None,
        baseline_loss=round(base, 4) if losses else None,
        cpu_seconds=trained.cpu_seconds,
    )


def _champion_standing(conn: Reading, champion: Release) -> Standing:
    losses = losses_of(forecast_digest(conn, champion.run_id))
    return _standing(conn, champion, losses, champion)


def _standing(
    conn: Reading,
    release: Release,
    losses: Mapping[tuple[int, int], tuple[float, float]],
    champion: Release | None,
) -> Standing:
    return Standing(
        release_id=release.id,
        configuration=release.configuration,
        as_of_on=release.as_of_on,
        ends_on=release.ends_on,
        losses=losses,
        turned_back=_turned_back(conn, release, champion),
        chosen_on=release.decided_at.date() if release.reason == "chosen_by_hand" else None,
    )


def _turned_back(conn: Reading, release: Release, champion: Release | None) -> bool:
    """Whether a person went back from this release, or from its configuration to another one."""
    if release.state is ReleaseState.ROLLED_BACK or release.reason == "turned_back":
        return True
    if champion is None or champion.configuration == release.configuration:
        return False
    like = (
        one
        for one in releases(conn, limit=60)
        if one.configuration == release.configuration and one.id != release.id
    )
    before = next(like, None)
    return before is not None and (
        before.state is ReleaseState.ROLLED_BACK or before.reason == "turned_back"
    )
