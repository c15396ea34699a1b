"""Settings: what the company has chosen, and what it runs on. Draws; the command decides."""

from dataclasses import replace
from decimal import Decimal
from importlib.metadata import version
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.companies import companies
from app.i18n import md, number, t
from app.screens.settings_classes import draw_classes
from app.screens.settings_costs import draw_planning_costs
from app.widgets import field_grid, page_head
from app.widgets_acts import run_act
from app.widgets_tables import Text, table
from inventory_core.db.facts import read_database_facts
from inventory_core.office.actors import Permission
from inventory_core.office.company import (
    MOST_DEAD_STOCK_DAYS,
    MOST_REVIEW_DAYS,
    Company,
    has_postings,
    read_company,
    save_company,
)
from inventory_core.vocabulary import CostMethod, Language, OrderRule

CURRENCIES = (
    "CNY", "USD", "EUR", "GBP", "JPY", "HKD", "CAD", "AUD", "SGD", "MXN", "BRL", "AED", "KRW",
    "THB", "MYR", "PHP", "IDR", "VND", "PLN", "SEK", "CHF", "NZD", "TWD", "INR", "SAR", "TRY",
)  # fmt: skip
ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Singapore", "Asia/Tokyo", "Asia/Dubai",
    "Europe/London", "Europe/Berlin", "Europe/Warsaw", "America/New_York", "America/Chicago",
    "America/Denver", "America/Los_Angeles", "America/Sao_Paulo", "Australia/Sydney", "UTC",
)  # fmt: skip


def draw() -> None:
    """The company's form on the left, the machine on the right."""
    company, fixed = session.read(lambda conn: (read_company(conn), has_postings(conn)))
    sentence = (
        md("settings.sentence", name=company.name, currency=company.base_currency,
           zone=company.time_zone)
        if company.name
        else md("settings.sentence_new")
    )  # fmt: skip
    page_head(md("settings.title"), sentence)
    left, right = st.columns([3, 2], gap="medium")
    with left, st.container(border=True):
        _company(company, fixed and bool(company.version))
    with right, st.container(border=True), session.part():
        _machine()
    with st.container(border=True), session.part():
        draw_classes()
    if session.may(Permission.COST_VIEW):
        with st.container(border=True), session.part():
            draw_planning_costs(CURRENCIES)


def _company(company: Company, fixed: bool) -> None:
    allowed = session.may(Permission.SETTINGS_EDIT)
    with st.form("settings_company", border=False):
        st.subheader(md("settings.company"), anchor=False)
        name = st.text_input(md("settings.name"), company.name, disabled=not allowed)
        with field_grid():
            currency = st.selectbox(
                md("settings.base_currency"),
                _with(CURRENCIES, company.base_currency),
                index=_with(CURRENCIES, company.base_currency).index(company.base_currency),
                help=md("settings.base_currency_help"),
                disabled=fixed or not allowed,
            )
            cost_method = st.selectbox(
                md("settings.cost_method"),
                list(CostMethod),
                index=list(CostMethod).index(company.cost_method),
                format_func=lambda method: t(f"cost_method.{method}"),
                help=md("settings.cost_method_help"),
                disabled=fixed or not allowed,
            )
            zone = st.selectbox(
                md("settings.time_zone"),
                _with(ZONES, company.time_zone),
                index=_with(ZONES, company.time_zone).index(company.time_zone),
                help=md("settings.time_zone_help"),
                accept_new_options=True,
                disabled=not allowed,
            )
            language = st.selectbox(
                md("settings.language"),
                list(Language),
                index=list(Language).index(company.language),
                format_func=lambda one: {"zh": "中文", "en": "English"}[one],
                help=md("settings.language_help"),
                disabled=not allowed,
            )
        st.subheader(md("settings.rules"), anchor=False)
        wanted = replace(
            company,
            name=name,
            base_currency=str(currency),
            cost_method=cost_method or company.cost_method,
            time_zone=str(zone),
            language=language or company.language,
            **_rules(company, allowed),
        )
        saved = st.form_submit_button(md("shell.save"), type="primary", disabled=not allowed)
    if saved:
        run_act(
            lambda tx, actor, now, _key: save_company(tx, actor, wanted, now=now),
            name="settings_company",
            done=lambda _company: md("settings.saved"),
        )


def _rules(company: Company, allowed: bool) -> dict[str, Any]:
    with field_grid():
        dead = st.number_input(
            md("settings.dead_stock_days"),
            1,
            MOST_DEAD_STOCK_DAYS,
            company.dead_stock_days,
            disabled=not allowed,
        )
        review = st.number_input(
            md("settings.review_days"),
            1,
            MOST_REVIEW_DAYS,
            company.review_days,
            disabled=not allowed,
        )
        service = st.number_input(
            md("settings.service_level"),
            50.0,
            99.9,
            float(company.service_level * 100),
            step=0.5,
            format="%.1f",
            disabled=not allowed,
        )
        holding = st.number_input(
            md("settings.holding_rate"),
            0.0,
            500.0,
            float(company.holding_rate_year * 100),
            step=1.0,
            format="%.1f",
            disabled=not allowed,
        )
    # Its words are long: in half a phone's width they lose their end.
    rule = st.selectbox(
        md("settings.order_rule"),
        list(OrderRule),
        index=list(OrderRule).index(company.order_rule),
        format_func=lambda one: t(f"order_rule.{one}"),
        help=md("settings.order_rule_help"),
        disabled=not allowed,
    )
    return {
        "order_rule": rule or company.order_rule,
        "dead_stock_days": int(dead),
        "review_days": int(review),
        "service_level": Decimal(str(round(service / 100, 4))),
        "holding_rate_year": Decimal(str(round(holding / 100, 4))),
    }


def _machine() -> None:
    st.subheader(md("settings.machine"), anchor=False)
    facts = session.read(read_database_facts)
    settings = companies().settings
    kind = "settings.outside" if settings.database_url is not None else "settings.embedded"
    rows = {
        "settings.state": t("settings.state_good"),
        "settings.version": version("yiben"),
        "settings.server": f"{facts.server} · {t(kind)}",
        "settings.database": facts.name,
        "settings.size": f"{number(facts.size_bytes / 1_048_576, 1)} MB",
        "settings.connections": number(facts.connections),
        "settings.revision": facts.revision,
        "settings.data_folder": str(settings.data_folder),
    }
    shown = pd.DataFrame({"part": [t(key) for key in rows], "value": list(rows.values())})
    columns = {"part": Text(t("settings.part")), "value": Text(t("settings.value"))}
    table(shown, columns, key="settings_machine", height="content")


def _with(listed: tuple[str, ...], chosen: str) -> list[str]:
    return [*listed, *([chosen] if chosen not in listed else [])]
