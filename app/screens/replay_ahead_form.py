"""The form of a scenario: what is changed beside today's plan. Decides no limit of a number."""

from decimal import Decimal
from typing import Any

import streamlit as st

from app.i18n import md, t
from app.widgets_acts import act_button
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.office.company import Company
from inventory_core.office.job_runs import JobRequest
from inventory_core.planning.scenarios import LIMITS, MOST_DELAY_DAYS, Scenario, ask_scenario


def draw_form(company: Company, *, busy: bool) -> None:
    """Five changes, each of which may be left alone, and the button."""
    st.caption(md("scenario.about"))
    with st.grid(5, min_column_width=150, gap="small"):
        level = st.number_input(
            md("replay.service_level"), *_percents("service_level"),
            float(company.service_level) * 100, step=0.5, key="scenario_level",
            help=md("scenario.level_help"),
        )  # fmt: skip
        lead = _change("lead_factor", md("scenario.lead"))
        demand = _change("demand_factor", md("scenario.demand"))
        delay = st.number_input(
            md("replay.port_days"), 0, MOST_DELAY_DAYS, 0, step=7, key="scenario_delay",
            help=md("scenario.delay_help"),
        )  # fmt: skip
        budget = st.number_input(
            md("scenario.budget", currency=company.base_currency), 0, None, 0, step=1000,
            key="scenario_budget", help=md("scenario.budget_help", days=company.review_days),
        )  # fmt: skip
    changed = abs(level - float(company.service_level) * 100) > 1e-9
    scenario = Scenario(
        service_level=Decimal(str(round(level / 100, 4))) if changed else None,
        lead_factor=1 + Decimal(lead) / 100,
        demand_factor=1 + Decimal(demand) / 100,
        delay_days=int(delay),
        budget=Decimal(budget) if budget else None,
    )

    def ask(tx: Writing, actor: Actor, _now: object, key: str) -> JobRequest:
        return ask_scenario(tx, actor, scenario, key=key)

    act_button(
        t("scenario.run"),
        ask,
        name="scenario_run",
        done=lambda _: md("scenario.asked"),
        permission=Permission.PLAN_RUN,
        icon=":material/alt_route:",
        type="primary",
        disabled=busy,
    )


def _percents(name: str) -> tuple[float, float]:
    least, most = LIMITS[name]
    return float(least) * 100, float(most) * 100


def _change(name: str, label: str) -> int:
    """A factor as people say it: so many percent more or less than now."""
    least, most = (round(each) - 100 for each in _percents(name))
    found: Any = st.number_input(label, least, most, 0, step=5, key=f"scenario_{name}")
    return int(found)
