"""The weeks ahead under other assumptions, beside today's plan: figures, pictures, what differs.

Draws answered scenarios and asks for another; planning happens in the background, and the
suggestions that buyers work with stay as they are.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import session
from app.charts_replay import weekly_lines
from app.i18n import day, md, money, number, percent, reader_language, t
from app.screens.first_step import first_step
from app.screens.replay_ahead_form import draw_form
from app.screens.replay_ahead_list import draw_differences
from app.screens.replay_state import draw_state, is_busy, state_of
from app.widgets import Figure, chart, empty_state, figure_row, page_head
from app.widgets_acts import confirm
from app.widgets_tables import Text, table
from inventory_core.db.engine import Reading
from inventory_core.office.actors import Permission
from inventory_core.office.company import Company, read_company
from inventory_core.office.job_runs import JobName
from inventory_core.planning.published import current_run
from inventory_core.planning.scenarios import (
    KeptScenario,
    Scenario,
    drop_scenario,
    kept_scenarios,
)

BESIDE = 3
# Figure of a plan: how it is written.
ROWS = (
    ("order_cash", "money"),
    ("follow_cash", "money"),
    ("orders", "number"),
    ("late", "number"),
    ("transfers", "number"),
    ("cash", "money"),
    ("at_risk", "number"),
    ("fill_rate", "percent"),
    ("margin", "money"),
    ("expired", "money"),
    ("stock_end", "money"),
)


def draw_ahead(head: DeltaGenerator) -> None:
    """The view; its title and sentence go into `head`."""
    kept, company, planned, busy = session.read(_read)
    with head:
        page_head(t("nav.replay"), _sentence(kept[0]) if kept else md("scenario.sentence_none"))
    if not planned:
        first_step(":material/alt_route:", md("scenario.empty_no_plan"))
        return
    with st.expander(md("replay.what_if"), expanded=not kept, icon=":material/tune:"):
        draw_form(company, busy=busy)
    draw_state(JobName.SCENARIO)
    if not kept:
        empty_state(":material/alt_route:", md("scenario.empty"))
        return
    with session.part():
        _answer(kept)


def _read(conn: Reading) -> tuple[list[KeptScenario], Company, bool, bool]:
    busy = is_busy(*state_of(conn, JobName.SCENARIO))
    return kept_scenarios(conn), read_company(conn), current_run(conn) is not None, busy


def _sentence(kept: KeptScenario) -> str:
    answer = kept.answer
    cash = answer.changed["order_cash"] - answer.current["order_cash"]
    margin = answer.changed["margin"] - answer.current["margin"]
    return md(
        f"scenario.sentence_{'more' if cash >= 0 else 'less'}"
        f"_{'worse' if margin > 0 else 'better'}",
        what=label_of(kept.scenario, answer.currency),
        cash=money(abs(cash), answer.currency, digits=0),
        margin=money(abs(margin), answer.currency, digits=0),
        weeks=answer.weeks,
    )


def label_of(scenario: Scenario, currency: str) -> str:
    """What is changed, in a few words."""
    parts = []
    if scenario.service_level is not None:
        parts.append(t("scenario.label_level", level=percent(float(scenario.service_level))))
    if scenario.lead_factor != 1:
        parts.append(t("scenario.label_lead", share=f"{float(scenario.lead_factor) - 1:+.0%}"))
    if scenario.demand_factor != 1:
        parts.append(t("scenario.label_demand", share=f"{float(scenario.demand_factor) - 1:+.0%}"))
    if scenario.delay_days:
        parts.append(t("scenario.label_delay", days=scenario.delay_days))
    if scenario.budget is not None:
        amount = money(scenario.budget, currency, digits=0)
        parts.append(t("scenario.label_budget", amount=amount))
    return t("scenario.label_and").join(parts)


def _answer(kept: Sequence[KeptScenario]) -> None:
    labels = {one.run_id: label_of(one.scenario, one.answer.currency) for one in kept}
    chosen, beside = kept[0], list(kept[1 : 1 + BESIDE])
    if len(kept) > 1:
        left, right = st.columns(2, vertical_alignment="bottom")
        picked = left.selectbox(
            md("scenario.which"), list(labels), format_func=labels.__getitem__, key="scenario_which"
        )
        chosen = next(one for one in kept if one.run_id == picked)
        others = [one for one in kept if one.run_id != picked]
        with right:
            asked = st.multiselect(
                md("scenario.beside"),
                [one.run_id for one in others],
                default=[one.run_id for one in others[:BESIDE]],
                format_func=labels.__getitem__,
                max_selections=BESIDE,
                key=f"scenario_beside_{picked}",
            )
        beside = [one for one in others if one.run_id in asked]
    answer = chosen.answer
    _cards(answer.current, answer.changed, answer.currency, answer.weeks)
    _side_by_side([chosen, *beside], labels)
    _pictures(chosen)
    draw_differences(answer)
    st.info(md("scenario.honest", weeks=answer.weeks), icon=":material/info:")
    _delete(chosen.run_id, labels[chosen.run_id])


def _delete(run_id: int, label: str) -> None:
    if not st.button(
        md("scenario.delete"),
        key=f"scenario_delete_{run_id}",
        icon=":material/delete:",
        type="tertiary",
        disabled=not session.may(Permission.PLAN_RUN),
    ):
        return
    confirm(
        f"delete_scenario_{run_id}",
        t("scenario.delete"),
        md("scenario.delete_warning", what=label),
        md("scenario.delete"),
        lambda tx, actor, now, _key: drop_scenario(tx, actor, run_id, now=now),
        done=lambda _: md("scenario.deleted", what=label),
    )


def _cards(
    current: Mapping[str, Any], changed: Mapping[str, Any], currency: str, weeks: int
) -> None:
    small = t("scenario.against_today")
    figures = []
    for name, kind, good in (
        ("order_cash", "money", None),
        ("cash", "money", None),
        ("at_risk", "number", False),
        ("margin", "money", False),
        ("stock_end", "money", None),
    ):
        mine, theirs = float(changed[name]), float(current[name])
        delta = f"{mine / theirs - 1:+.0%}" if theirs else ""
        figures.append(
            Figure(
                md(f"scenario.row.{name}", weeks=weeks),
                money(mine, currency, compact=True) if kind == "money" else number(round(mine)),
                help=md(f"scenario.help.{name}", weeks=weeks),
                delta=delta,
                good=good,
                small=small,
            )
        )
    figure_row(figures)


def _side_by_side(shown: Sequence[KeptScenario], labels: Mapping[int, str]) -> None:
    """Today's plan, the chosen scenario, and earlier ones; each plan as it was on its day."""
    first = shown[0].answer
    plans: dict[str, tuple[str, Mapping[str, Any]]] = {
        "current": (t("scenario.today", day=day(first.as_of_on, year=False)), first.current)
    }
    for one in shown:
        same = one.answer.current == first.current
        words = labels[one.run_id]
        if not same:
            words = t("scenario.of_day", label=words, day=day(one.answer.as_of_on, year=False))
        plans[f"run_{one.run_id}"] = (words, one.answer.changed)
    rows = pd.DataFrame(
        [
            {"figure": t(f"scenario.row.{name}", weeks=first.weeks)}
            | {
                key: _written(plan.get(name), kind, first.currency)
                for key, (_, plan) in plans.items()
            }
            for name, kind in ROWS
        ]
    )
    columns = {"figure": Text(t("replay.column.figure"), pinned=True)}
    columns |= {key: Text(words, right=True) for key, (words, _) in plans.items()}
    table(rows, columns, key="scenario_figures", height="content")
    if any(one.answer.current != first.current for one in shown):
        st.caption(md("scenario.other_day"))


def _written(value: Any, kind: str, currency: str) -> str:
    if value is None:
        return "—"
    if kind == "percent":
        return percent(value)
    if kind == "number":
        return number(round(value))
    return money(Decimal(str(value)), currency, digits=0)


def _pictures(kept: KeptScenario) -> None:
    answer = kept.answer
    weeks = [answer.as_of_on + timedelta(days=7 * n + 6) for n in range(answer.weeks)]
    plans = {"current": answer.current, "changed": answer.changed}
    left, right = st.columns(2, gap="medium")
    for place, path in ((left, "cash_by_week"), (right, "stock_by_week")):
        with place, st.container(border=True):
            lines = {
                name: (t(f"scenario.line_{name}"), _path(plan[path], running=path[0] == "c"))
                for name, plan in plans.items()
            }
            figure = weekly_lines(
                weeks,
                lines,
                title=t(f"scenario.picture.{path}", currency=answer.currency),
                unit=answer.currency,
                language=reader_language(),
            )
            chart(figure, f"scenario_{path}")


def _path(amounts: Sequence[float], *, running: bool) -> list[float]:
    """Cash adds up week by week; stock stands by itself."""
    if not running:
        return list(amounts)
    total, found = 0.0, []
    for amount in amounts:
        total += amount
        found.append(round(total, 2))
    return found
