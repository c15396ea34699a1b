"""The register of trained models: which is in use, why, and one click back. Judges nothing."""

from datetime import datetime

import pandas as pd
import streamlit as st

from app import session
from app.i18n import day, md, number, percent, plain, t
from app.screens.forecasts_words import reason_words, segment_name
from app.widgets import Figure, empty_state, figure_row
from app.widgets_acts import act_button
from app.widgets_tables import (
    Column,
    Day,
    Decimal,
    Moment,
    Percent,
    Text,
    Units,
    export_button,
    table,
)
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.office.job_runs import JobName, request_job
from inventory_core.planning.registry import Release, releases, roll_back, rollback_target
from inventory_core.vocabulary import ReleaseState

MOST_SHOWN = 30


def draw_models() -> None:
    """The view."""
    found, usual = session.cached("model_releases", _read, ttl=60)
    champion = next((one for one in found if one.state is ReleaseState.CHAMPION), None)
    if champion is None:
        empty_state(":material/deployed_code:", md("learning.models_empty"))
        return
    _champion(champion)
    with st.container(border=True), session.part():
        st.subheader(md("learning.releases"), anchor=False)
        st.caption(md("learning.releases_note"))
        ticked = _table(found)
        chosen = found[ticked[0]] if ticked else None
        _back(champion, chosen, usual)
    with st.container(border=True), session.part():
        _segments(chosen or champion)


def _read(conn: Reading) -> tuple[list[Release], Release | None]:
    return releases(conn, limit=MOST_SHOWN), rollback_target(conn)


def _champion(one: Release) -> None:
    skill = None if one.skill is None else 1.0 - one.skill
    figure_row(
        [
            Figure(
                t("learning.in_use"),
                f"#{one.id}",
                help=md("learning.in_use_help"),
                small=plain(reason_words(one)),
            ),
            Figure(
                t("learning.trained_on"), day(one.as_of_on), help=md("learning.trained_on_help")
            ),
            Figure(t("learning.skill"), percent(skill, 0), help=md("learning.skill_help")),
            Figure(
                t("learning.cpu"),
                t("learning.seconds", seconds=number(one.cpu_seconds, 1)),
                help=md("learning.cpu_help"),
            ),
        ]
    )


def _table(found: list[Release]) -> list[int]:
    rows = pd.DataFrame([_row(one) for one in found])
    columns: dict[str, Column] = {
        "number": Units(t("learning.number"), width="small", pinned=True),
        "state": Text(t("learning.state")),
        "why": Text(t("learning.why")),
        "as_of": Day(t("learning.trained_on")),
        "skill": Percent(t("learning.skill"), help=t("learning.skill_help"), digits=0),
        "gain": Percent(t("learning.gain"), help=t("learning.gain_help"), digits=1),
        "cpu": Decimal(t("learning.cpu"), digits=1),
        "made": Moment(t("learning.made")),
        "by": Text(t("learning.by")),
        "code": Text(t("learning.code"), help=t("learning.code_help")),
        "data": Text(t("learning.data"), help=t("learning.data_help")),
    }
    ticked = table(rows, columns, key="model_releases", select="one", height="auto")
    export_button(rows, columns, name="model_releases")
    return ticked


def _row(one: Release) -> dict[str, object]:
    return {
        "number": one.id,
        "state": t(f"learning.state_{one.state.value}"),
        "why": reason_words(one),
        "as_of": one.as_of_on,
        "skill": None if one.skill is None else 1.0 - one.skill,
        "gain": one.gain,
        "cpu": one.cpu_seconds,
        "made": one.recorded_at,
        "by": one.decided_by,
        "code": one.code_version,
        "data": one.history_hash[:16],
    }


def _back(champion: Release, chosen: Release | None, usual: Release | None) -> None:
    """One click: the ticked release, or else the champion before this one."""
    target = chosen if chosen is not None and chosen.id != champion.id else usual
    if target is None:
        st.caption(md("learning.nothing_before"))
        return
    number_of = target.id
    act_button(
        md("learning.roll_back", release=number_of, day=day(target.as_of_on)),
        lambda tx, actor, now, key: _roll_back(tx, actor, now, key, number_of),
        name=f"roll_back_{champion.id}_{number_of}",
        done=lambda held: md("learning.rolled_back", release=held.id),
        permission=Permission.PLAN_RUN,
        icon=":material/undo:",
        help=t("learning.roll_back_help"),
    )


def _roll_back(tx: Writing, actor: Actor, now: datetime, key: str, to_id: int) -> Release:
    _, held = roll_back(tx, actor, to_id=to_id, now=now)
    request_job(tx, actor, JobName.PLAN, key=f"rollback:{key}")
    return held


def _segments(one: Release) -> None:
    st.subheader(md("learning.segments", release=one.id), anchor=False)
    parts = one.scores.get("segments") or {}
    if not parts:
        st.caption(md("learning.segments_none"))
        return
    rows = pd.DataFrame(
        [
            {
                "segment": segment_name(name),
                "series": part["series"],
                "skill": 1.0 - part["loss"] / part["baseline_loss"]
                if part["baseline_loss"]
                else None,
                "loss": part["loss"],
                "baseline": part["baseline_loss"],
            }
            for name, part in sorted(parts.items())
        ]
    )
    columns: dict[str, Column] = {
        "segment": Text(t("learning.segment"), pinned=True),
        "series": Units(t("learning.series")),
        "skill": Percent(t("learning.skill"), help=t("learning.skill_help"), digits=0),
        "loss": Decimal(t("learning.loss"), digits=1, help=t("learning.loss_help")),
        "baseline": Decimal(t("learning.baseline_loss"), digits=1),
    }
    table(rows, columns, key="release_segments", height="content")
