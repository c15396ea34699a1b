"""Runs of jobs in words: how long, how far, what came out, what went wrong. Reads nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.i18n import day, md, prose, t
from inventory_core.office.job_runs import JobName, JobRun, RunState


def took(seconds: float) -> str:
    """A duration."""
    if seconds < 60:
        return t("jobs.seconds", seconds=round(seconds))
    return t("jobs.minutes", minutes=int(seconds // 60), seconds=round(seconds % 60))


def step_words(progress: Mapping[str, Any]) -> str:
    """What a running job is doing."""
    return t(f"jobs.step.{progress['step']}") if progress.get("step") else ""


def outcome(run: JobRun, *, markdown: bool = True) -> str:
    """What a run did, or why it failed, as a sentence."""
    say = md if markdown else t
    if run.problem:
        return problem_words(run.problem, run.result, markdown=markdown)
    if run.state is not RunState.DONE:
        return step_words(run.progress)
    if run.job == JobName.PLAN:
        return plan_summary(run.result)
    return say(f"jobs.done.{run.job}", **run.result)


def problem_words(problem: str, result: Mapping[str, Any], *, markdown: bool = True) -> str:
    """Why a run failed, as a sentence."""
    say = md if markdown else t
    return say(f"error.{problem}", **result.get("params", {}))


def plan_summary(result: Mapping[str, Any], language: str = "") -> str:
    """What a planning run did."""
    as_of = date.fromisoformat(result["as_of"])
    parts = [
        t(
            "planning.as_of_old" if result["stale"] else "planning.as_of",
            language=language,
            as_of=day(as_of, language=language),
        ),
        t(
            "planning.reused" if result["reused"] else "planning.trained",
            language=language,
            series=result["series"],
            seconds=round(sum(result["seconds"].values()), 1),
        ),
        t(
            "planning.suggested",
            language=language,
            **{name: result[name] for name in ("suggested", "opened", "revised", "withdrawn")},
            unchanged=result["unchanged"] + result["left_alone"],
            needs_supplier=result["needs_supplier"],
        ),
    ]
    parts += [
        t(f"error.{one['problem']}", language=language, **{"name": one["name"]} | one["params"])
        for one in result.get("left_out", ())
    ]
    if result.get("kept_here"):
        parts.append(t("planning.kept_here", language=language))
    if not result.get("crowned", True):
        release = result.get("release", 0)
        parts.append(t("planning.kept_old", language=language, release=release))
    return prose(*parts, language=language)
