"""The past again: the company's last year under Yiben's orders, a min/max rule, and as it was.

Draws a finished run and asks for another; the playing itself happens in the background.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import session
from app.charts_replay import weekly_lines
from app.i18n import md, moment, money, percent, prose, reader_language, t
from app.screens.first_step import first_step
from app.screens.replay_state import draw_state
from app.widgets import Figure, chart, empty_state, figure_row, page_head
from app.widgets_acts import act_button
from app.widgets_tables import Text, table
from inventory_core.db.engine import Reading, Writing
from inventory_core.insight.kpis_snapshot import first_fact_on
from inventory_core.office.actors import Actor, Permission
from inventory_core.office.company import Company, read_company
from inventory_core.office.job_runs import (
    JobName,
    JobRequest,
    JobRun,
    RunState,
    job_runs,
    request_job,
    waiting_requests,
)

RUNS_KEPT = 20
PLANS = ("ours", "paying", "minmax", "actual")
# Figure of a plan: how it is written.
ROWS = (
    ("fill_rate", "percent"),
    ("stock_value", "money"),
    ("dead_value", "money"),
    ("turnover_year", "times"),
    ("lost_sales", "money"),
    ("holding_cost", "money"),
    ("stockout_cost", "money"),
    ("expired_cost", "money"),
    ("total_cost", "money"),
)
_Now = tuple[list[JobRun], list[JobRequest], Company, date | None]


def draw_past(head: DeltaGenerator) -> None:
    """The view; its title and sentence go into `head`."""
    runs, waiting, company, first_on = session.read(_now)
    done = [run for run in runs if run.state is RunState.DONE]
    shown = done[0] if done else None
    with head:
        page_head(t("nav.replay"), _sentence(shown))
    if first_on is None:
        first_step(":material/replay:", md("replay.empty"))
        return
    with st.expander(md("replay.what_if"), expanded=shown is None, icon=":material/tune:"):
        _form(company, busy=bool(waiting) or any(r.state is RunState.RUNNING for r in runs))
    draw_state(JobName.REPLAY)
    if shown is None:
        empty_state(":material/replay:", md("replay.empty"))
        return
    with session.part():
        _result(done)


def _now(conn: Reading) -> _Now:
    waiting = [one for one in waiting_requests(conn) if one.job is JobName.REPLAY]
    runs = job_runs(conn, job=JobName.REPLAY.value, limit=RUNS_KEPT)
    return runs, waiting, read_company(conn), first_fact_on(conn)


def _sentence(shown: JobRun | None) -> str:
    if shown is None:
        return md("replay.sentence_none")
    plans = shown.result["plans"]
    ours, minmax = (_total(plans[name]) for name in ("ours", "minmax"))
    currency = shown.result["currency"]
    key = "replay.sentence_less" if ours <= minmax else "replay.sentence_more"
    cost = md(
        key,
        amount=money(abs(minmax - ours), currency, digits=0),
        weeks=shown.result["weeks"],
        level=percent(shown.result["what_if"]["service_level"], 0),
        fill=percent(plans["ours"]["fill_rate"]),
        fill_minmax=percent(plans["minmax"]["fill_rate"]),
    )
    # What it was bought with belongs to it: better service with more stock is no miracle.
    held = {
        f"{name}_{plan}": money(plans[plan][f"{name}_value"], currency, digits=0)
        for name in ("stock", "dead")
        for plan in ("ours", "minmax")
    }
    return prose(cost, md("replay.sentence_stock", **held))


def _form(company: Company, *, busy: bool) -> None:
    st.caption(md("replay.about"))
    with st.grid(5, min_column_width=150, gap="small"):
        settings = _asked(company)

    def ask(tx: Writing, actor: Actor, _now: object, key: str) -> JobRequest:
        return request_job(tx, actor, JobName.REPLAY, key=f"replay:{key}", settings=settings)

    act_button(
        t("replay.run"),
        ask,
        name="replay_run",
        done=lambda _: md("replay.asked"),
        permission=Permission.JOB_RUN,
        icon=":material/replay:",
        type="primary",
        disabled=busy,
    )


def _asked(company: Company) -> dict[str, float]:
    """Five assumptions; no budget is none."""
    usual = float(company.service_level) * 100
    level = st.number_input(
        md("replay.service_level"), 50.0, 99.9, usual, step=0.5, key="replay_service_level"
    )
    lead = st.number_input(md("replay.lead_days"), 0, 90, 0, step=7, key="replay_lead_days")
    demand = st.number_input(md("replay.demand"), -50, 100, 0, step=5, key="replay_demand")
    port = st.number_input(md("replay.port_days"), 0, 60, 0, step=7, key="replay_port_days")
    budget = st.number_input(
        md("replay.budget", currency=company.base_currency), 0, None, 0, step=1000,
        key="replay_budget", help=md("replay.budget_help"),
    )  # fmt: skip
    asked = {
        "service_level": round(float(level) / 100, 4),
        "lead_days": int(lead),
        "demand": int(demand) / 100,
        "port_days": int(port),
    }
    return asked | ({"budget": int(budget)} if budget else {})


def _result(done: Sequence[JobRun]) -> None:
    labels = {run.id: _label(run) for run in done}
    chosen = done[0]
    if len(done) > 1:
        picked = st.selectbox(
            md("replay.which"), list(labels), format_func=labels.__getitem__, key="replay_which"
        )
        chosen = next(run for run in done if run.id == picked)
    result = chosen.result
    plans = {name: result["plans"][name] for name in PLANS if name in result["plans"]}
    _cards(plans, result["currency"])
    _table(plans, result["currency"])
    if "paying" in plans:
        st.caption(
            paying_words(plans, result["currency"], level=result["what_if"]["service_level"])
        )
    st.caption(prose(md("replay.rules"), md("replay.luck")))
    weeks = [date.fromisoformat(text) for text in result["ends_on"]]
    left, right = st.columns(2, gap="medium")
    for place, path in ((left, "value_by_week"), (right, "cost_by_week")):
        with place, st.container(border=True):
            figure = weekly_lines(
                weeks,
                {name: (t(f"replay.plan.{name}"), plan[path]) for name, plan in plans.items()},
                title=t(f"replay.picture.{path}", currency=result["currency"]),
                unit=result["currency"],
                language=reader_language(),
            )
            chart(figure, f"replay_{path}")
    if "actual" not in plans:
        st.caption(md("replay.no_actual"))
    st.info(md("replay.honest_own"), icon=":material/info:")


def paying_words(plans: Mapping[str, Mapping[str, Any]], currency: str, *, level: float) -> str:
    """What the other rule of Settings would have cost, bound in stock, left unsold and served."""
    ours, paying = plans["ours"], plans["paying"]
    less = _total(ours) - _total(paying)
    cost = md(
        "replay.paying_less" if less >= 0 else "replay.paying_more",
        amount=money(abs(less), currency, digits=0),
        level=percent(level, 0),
    )
    stock = md(
        "replay.paying_stock",
        cash=_difference(ours, paying, "stock_value", currency),
        dead=_difference(ours, paying, "dead_value", currency),
        fill=percent(paying["fill_rate"]),
        before=percent(ours["fill_rate"]),
    )
    return prose(cost, stock)


def _difference(
    ours: Mapping[str, Any], paying: Mapping[str, Any], name: str, currency: str
) -> str:
    """CNY 5,000 more, CNY 200 less."""
    more = paying[name] - ours[name]
    return t(
        "replay.more" if more >= 0 else "replay.less",
        amount=money(abs(more), currency, digits=0),
    )


def _label(run: JobRun) -> str:
    what = run.result["what_if"]
    parts = [t("replay.label_level", level=percent(what["service_level"]))]
    for name in ("lead_days", "port_days"):
        if what[name]:
            parts.append(t(f"replay.label_{name}", days=what[name]))
    if what["demand"]:
        parts.append(t("replay.label_demand", share=f"{what['demand']:+.0%}"))
    if what.get("budget"):
        amount = money(what["budget"], run.result["currency"], digits=0)
        parts.append(t("replay.label_budget", amount=amount))
    return f"{moment(run.started_at)} · " + ", ".join(parts)


def _cards(plans: Mapping[str, Mapping[str, Any]], currency: str) -> None:
    ours, other = plans["ours"], plans["minmax"]
    small = t("replay.against_minmax")
    figure_row(
        [
            _card("fill_rate", percent(ours["fill_rate"]), ours, other, small, good=True),
            _card(
                "stock_value",
                money(ours["stock_value"], currency, compact=True),
                ours,
                other,
                small,
            ),
            _card(
                "dead_value", money(ours["dead_value"], currency, compact=True), ours, other, small
            ),
            _card("total_cost", money(_total(ours), currency, compact=True), ours, other, small),
        ]
    )


def _card(
    name: str,
    value: str,
    ours: Mapping[str, Any],
    other: Mapping[str, Any],
    small: str,
    *,
    good: bool = False,
) -> Figure:
    mine, theirs = _of(ours, name), _of(other, name)
    delta = ""
    if mine is not None and theirs:
        delta = f"{mine / theirs - 1:+.1%}"
    help = md(f"replay.help.{name}")
    return Figure(md(f"replay.row.{name}"), value, help, delta, good=good, small=small)


def _table(plans: Mapping[str, Mapping[str, Any]], currency: str) -> None:
    rows = pd.DataFrame(
        [
            {"figure": t(f"replay.row.{name}")}
            | {
                plan: _written(_of(figures, name), kind, currency)
                for plan, figures in plans.items()
            }
            for name, kind in ROWS
        ]
    )
    columns: dict[str, Any] = {"figure": Text(t("replay.column.figure"), pinned=True)}
    columns |= {plan: Text(t(f"replay.plan.{plan}"), right=True) for plan in plans}
    table(rows, columns, key="replay_figures", height="content")


def _of(plan: Mapping[str, Any], name: str) -> float | None:
    if name == "total_cost":
        return _total(plan)
    value = plan.get(name)  # what expires is in no replay that was kept before it was counted
    return None if value is None else float(value)


def _total(plan: Mapping[str, Any]) -> float:
    parts = (plan["holding_cost"], plan["stockout_cost"], plan.get("expired_cost", 0.0))
    return sum(float(part) for part in parts)


def _written(value: float | None, kind: str, currency: str) -> str:
    if value is None:
        return "—"
    if kind == "percent":
        return percent(value)
    return f"{value:,.1f} ×" if kind == "times" else money(value, currency, digits=0)
