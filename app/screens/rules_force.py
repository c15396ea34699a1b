"""What holds for a SKU at a site and where each part comes from: set by hand, its class's, the
company's, or computed by the plan. Draws; decides nothing.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app import session
from app.i18n import md, moment, number, percent, plain, t
from app.screens.rules_words import part_value
from inventory_core.planning.rules import PARTS, KnownRule, ReplenishRule
from inventory_core.vocabulary import OrderRule

_OTHER = {"minimum": "maximum", "maximum": "minimum"}


def draw_in_force(
    site: Any, known: KnownRule | None, state: str, by_class: Mapping[str, tuple[str, Any]]
) -> None:
    """One row a part: what holds, and whose it is. `site`: a row of `select_rule_sites`;
    `by_class`: what the SKU's class sets, by part.
    """
    lines = []
    for name in PARTS:
        value, source = _part(name, site, known, state, by_class)
        lines.append(f"| {md(f'rules.{name}')} | **{plain(value)}** | {source} |")
    heads = f"| {md('rules.part')} | {md('rules.in_force')} | {md('rules.where_from')} |"
    st.markdown(f"{heads}\n|:--|--:|:--|\n" + "\n".join(lines))
    if known is not None:
        st.caption(_by_words(known))
    if not site.planned:
        st.caption(f":orange[:material/info: {md('rules.not_planned')}]")


def _part(
    name: str,
    site: Any,
    known: KnownRule | None,
    state: str,
    by_class: Mapping[str, tuple[str, Any]],
) -> tuple[str, str]:
    rule = known.rule if known is not None else None
    if rule is not None and name in rule.parts_set:
        return part_value(name, getattr(rule, name)), f"**{md('rules.from_hand')}**"
    if name == "buying":
        if state != "active":
            return t("rules.buying_no"), md("rules.from_state", state=t(f"catalog.state_{state}"))
        return t("rules.buying_yes"), md("rules.from_company")
    if name in ("minimum", "maximum"):
        return _units(name, site, rule)
    if name in by_class:
        cell, value = by_class[name]
        return part_value(name, value), md("rules.from_class", name=cell)
    company = session.current().company
    if name == "review_days":
        return part_value(name, company.review_days), md("rules.from_company")
    if company.order_rule is OrderRule.LEAST_COST and site.planned:
        return percent(float(site.service_level), 1), md("rules.from_cost")
    return percent(float(company.service_level), 1), md("rules.from_company")


def _units(name: str, site: Any, rule: ReplenishRule | None) -> tuple[str, str]:
    """A level that nobody set, as it is computed or as the one that somebody set bounds it."""
    if name == "minimum":
        computed, other = site.reorder_point, rule.maximum if rule else None
        bound = other is not None and (not site.planned or other < computed)
    else:
        computed, other = site.order_up_to, rule.minimum if rule else None
        bound = other is not None and (not site.planned or other > computed)
    if bound:
        return number(other), md("rules.from_other", other=t(f"rules.{_OTHER[name]}"))
    return number(int(computed)) if site.planned else "—", md("rules.from_plan")


def _by_words(known: KnownRule) -> str:
    at = moment(known.recorded_at)
    if not known.rule.reason:
        return md("rules.by", by=known.set_by, at=at)
    return md("rules.by_why", by=known.set_by, at=at, reason=known.rule.reason)
