"""The planning run: history, forecasts, policies, suggestions. Decides the order of these steps.

Nothing is fitted inside a transaction, and everything is written in one: killed at any moment, the
last good plan stands. A run that would come out the same as one published is not made again.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from forecasting.arrivals import arrivals_of_plan
from forecasting.fanout import LOCAL, checked_engine, engine_for
from forecasting.plan_document import snapshot_of
from forecasting.replenish import Plan, plan_of, policies_of, proposals_of, read_plan_facts
from forecasting.sku_classing import class_skus
from forecasting.training import Trained, code_version, train
from inventory_core.clock import business_day, new_id
from inventory_core.db.engine import Database, Writing
from inventory_core.db.leases import Lease
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.company import read_company
from inventory_core.planning.plan_limits import keep_report
from inventory_core.planning.plan_snapshots import forget_snapshots, keep_snapshot
from inventory_core.planning.promotion_effects import keep_promotion_effects
from inventory_core.planning.published import (
    NewRun,
    PublishedRun,
    lock_planning,
    note_plan_day,
    publish_policies,
    publish_run,
    run_by_id,
    run_like,
)
from inventory_core.planning.published_sums import publish_sums
from inventory_core.planning.suggestions import Proposed, propose_suggestions
from inventory_core.trade.arrival_outlooks import keep_outlooks
from jobs.learning import learn
from jobs.plan_material import SPARE_DAYS, Material, read_material
from jobs.plan_result import PlanResult
from jobs.releasing import Settled, incumbents_of, settle

# Step code and the share of the whole that is done when it begins.
Progress = Callable[[str, float], None]

PROPHET_SECONDS = 20.0
# One planning at a time, from its reading to its end: of two at once the one that read first
# might write last, and publish what is older than what already stands.
TURN = "planning run"


def run_planning(
    database: Database,
    actor: Actor,
    *,
    as_of: date | None = None,
    now: datetime,
    progress: Progress | None = None,
    prophet_seconds: float = PROPHET_SECONDS,
    proposing: bool = True,
    data_folder: Path | None = None,
    engine: str = "",
) -> PlanResult:
    """Retrain where something changed, publish, and bring the suggestions in line.

    A planning that is asked for while another works waits for it, and reads what is known then.
    Without `proposing` only the forecasts are published, as a day in the past would have had them.
    Models of one's own take part where their files lie in `data_folder`. `engine`: where a large
    panel is worked (see `forecasting.fanout`), "" by its size; it changes no number.
    """
    require(actor, Permission.PLAN_RUN)
    if engine:
        checked_engine(engine)
    tell = progress or _silent
    with Lease(database, TURN) as turn:
        turn.wait(lambda: tell("waiting_for_plan", 0.0))
        clock = {"start": time.monotonic()}
        tell("reading_history", 0.0)
        with database.reading() as conn:
            material = read_material(conn, as_of=as_of, now=now, data_folder=data_folder)
        settings = _settings(material, prophet_seconds)
        version, history_hash = code_version(), material.newcomers.hash(material.grid.hash())
        with database.reading() as conn:
            known = run_like(
                conn, history_hash=history_hash, code_version=version, settings=settings
            )
            incumbents = incumbents_of(conn, material.day.as_of)
        clock["read"] = time.monotonic()
        trained = Trained((), {})
        if known is None:
            tell("training", 0.1)
            trained = _train(material, incumbents, prophet_seconds, engine)
        clock["trained"] = time.monotonic()
        tell("planning", 0.85)
        run = _new_run(material, history_hash, version, settings, trained)

        settled, planned, proposed = database.write(
            lambda tx: _written(tx, actor, material, run, trained, known, proposing, now)
        )
        clock["planned"] = time.monotonic()
        tell("done", 1.0)
    result = _result(material, settled, known is not None, planned, proposed, clock)
    return replace(
        result,
        left_out=(*material.own.left_out, *trained.left_out),
        kept_here=bool(material.own.models) and engine not in ("", LOCAL),
    )


def _train(
    material: Material,
    incumbents: Mapping[tuple[int, int], str],
    prophet_seconds: float,
    engine: str,
) -> Trained:
    return train(
        material.grid,
        material.period,
        categories=material.categories,
        prophet_seconds=prophet_seconds,
        incumbents=incumbents,
        own=material.own.models,
        channels=material.channels,
        newcomers=material.newcomers,
        engine=engine or engine_for(len(material.grid.sku_id)),
    )


def _settings(material: Material, prophet_seconds: float) -> dict[str, Any]:
    told = {"own_models": dict(material.own.hashes), "newcomers": material.newcomers.count}
    return {name: value for name, value in told.items() if value} | {
        "frequency": material.period.frequency.code,
        "horizon": material.period.horizon,
        "why": material.period.why,
        "as_of": material.day.as_of.isoformat(),
        "prophet_seconds": prophet_seconds,
    }


def _new_run(
    material: Material,
    history_hash: str,
    version: str,
    settings: Mapping[str, Any],
    trained: Trained,
) -> NewRun:
    return NewRun(
        key=str(new_id()),
        as_of_on=material.day.as_of,
        data_watermark_at=material.watermark,
        history_hash=history_hash,
        frequency=material.period.frequency.code,
        horizon=material.period.horizon,
        code_version=version,
        settings=settings,
        scores=trained.scores,
    )


def _written(
    tx: Writing,
    actor: Actor,
    material: Material,
    run: NewRun,
    trained: Trained,
    known: PublishedRun | None,
    proposing: bool,
    now: datetime,
) -> tuple[Settled, Plan, Proposed]:
    day = material.day.as_of
    settled = _publish(tx, actor, run, trained, known, as_of=day, now=now)
    sold = material.channels.demand
    learn(tx, actor, material.grid, sold, categories=material.categories, now=now)
    class_skus(tx, actor, material.grid, as_of=day)
    if not proposing:
        return settled, Plan(()), Proposed((), (), (), 0, 0)
    if known is None:
        keep_promotion_effects(tx, trained.promotions)
    return settled, *_propose(tx, actor, settled.run, key=run.key, as_of=day, now=now)


def _publish(
    tx: Writing,
    actor: Actor,
    run: NewRun,
    trained: Trained,
    known: PublishedRun | None,
    *,
    as_of: date,
    now: datetime,
) -> Settled:
    lock_planning(tx)
    made = known
    if made is None:
        run_id = publish_run(tx, actor, run, trained.forecasts)
        publish_sums(tx, actor, run_id, trained.sums)
        made = run_by_id(tx, run_id)
    assert made is not None, "the run was written a moment ago"
    return settle(tx, actor, made, trained, as_of=as_of, spare_days=SPARE_DAYS, now=now)


def _propose(
    tx: Writing, actor: Actor, published: PublishedRun, *, key: str, as_of: date, now: datetime
) -> tuple[Plan, Proposed]:
    note_plan_day(tx, published.id, as_of)
    today = business_day(now, read_company(tx).time_zone)
    keep_outlooks(tx, arrivals_of_plan(tx, as_of=as_of, today=today))
    facts = read_plan_facts(tx, published, as_of=as_of)
    planned = plan_of(facts)
    proposals = proposals_of(planned)
    publish_policies(tx, published.id, policies_of(planned))
    proposed = propose_suggestions(
        tx,
        actor,
        proposals,
        run_id=published.id,
        sku_ids=None,
        key=key,
        quiet_days=read_company(tx).review_days,
        now=now,
    )
    keep_report(tx, published.id, planned.report or {})
    stood_on = snapshot_of(facts, planned, run_id=published.id, whole=True)
    keep_snapshot(tx, stood_on, proposals, proposed)
    forget_snapshots(tx)
    return planned, proposed


def _result(
    material: Material,
    settled: Settled,
    reused: bool,
    planned: Plan,
    proposed: Proposed,
    clock: Mapping[str, float],
) -> PlanResult:
    drafts = planned.drafts()
    return PlanResult(
        run_id=settled.run.id,
        reused=reused,
        as_of=material.day.as_of,
        stale=material.day.stale,
        frequency=settled.run.frequency,
        horizon=settled.run.horizon,
        why=material.period.why,
        series=len(planned.pairs),
        suggested=len(drafts),
        opened=len(proposed.opened),
        revised=len(proposed.revised),
        withdrawn=len(proposed.withdrawn),
        unchanged=proposed.unchanged,
        left_alone=proposed.left_alone,
        needs_supplier=sum(draft.state == "needs_supplier" for draft in drafts),
        seconds={
            "reading": round(clock["read"] - clock["start"], 2),
            "training": round(clock["trained"] - clock["read"], 2),
            "planning": round(clock["planned"] - clock["trained"], 2),
        },
        crowned=settled.crowned,
        release=settled.release_id,
        release_reason=settled.reason,
        release_gain=None if settled.gain is None else round(settled.gain, 4),
    )


def _silent(step: str, share: float) -> None:
    """Nobody listens."""
