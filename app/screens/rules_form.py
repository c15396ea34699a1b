"""The dialog of rules by hand: what holds for a SKU at a site and where it comes from, and the form
that sets or clears each part. Draws and asks; the command decides, against what was seen here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, percent, plain, t
from app.screens.rules_force import draw_in_force
from app.screens.rules_saving import said_saved, save_rules
from app.screens.rules_words import rule_words
from app.sites import known_sites, site_label, site_words
from app.two_languages import own_first
from app.widgets import field_grid
from app.widgets_acts import run_act
from inventory_core.catalog.skus import Sku, read_sku, sku_named
from inventory_core.db.engine import Reading
from inventory_core.desk.imports_cells import CellKind, CellProblem, read_cell
from inventory_core.errors import Invalid
from inventory_core.office.actors import Permission
from inventory_core.planning.rule_lists import select_rule_sites
from inventory_core.planning.rules import (
    MOST_DAYS,
    MOST_REASON,
    MOST_UNITS,
    KnownRule,
    ReplenishRule,
    rules_of,
)
from inventory_core.planning.sku_classes import class_parts_of

ALL_SITES = 0
# Each part that is typed: what it is, and what is said where it is not.
_TYPED: dict[str, tuple[CellKind, str, int]] = {
    "minimum": (CellKind.WHOLE, "rule_minimum_out_of_range", MOST_UNITS),
    "maximum": (CellKind.WHOLE, "rule_maximum_out_of_range", MOST_UNITS),
    "service_level": (CellKind.PERCENT, "rule_level_out_of_range", 0),
    "review_days": (CellKind.WHOLE, "rule_review_out_of_range", MOST_DAYS),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What this dialog shows of one SKU; a change is a change of this."""

    sku: Sku
    sites: pd.DataFrame
    known: dict[int, KnownRule]
    by_class: Mapping[str, tuple[str, Any]]


def open_rules(sku_id: int | None = None, warehouse_id: int | None = None) -> None:
    """The rules of a SKU, at first those of one site; without a SKU it is asked for."""
    # What was seen is read once, however often the dialog is drawn anew.
    seen: dict[int, Seen] = {}

    @st.dialog(t("rules.title"), width="large")
    def ask() -> None:
        found = sku_id or _asked_sku()
        if found is not None:
            one = seen.get(found) or session.read(lambda conn: _seen(conn, found))
            seen[found] = one
            _draw(one, warehouse_id)

    ask()


def _asked_sku() -> int | None:
    code = st.text_input(md("catalog.sku"), key="rules_sku").strip()
    if not code:
        st.caption(md("rules.sku_hint"))
        return None
    with session.part():
        return session.read(lambda conn: sku_named(conn, code))
    return None


def _seen(conn: Reading, sku_id: int) -> Seen:
    sites = session.frame(conn, select_rule_sites(sku_id))
    by_class = class_parts_of(conn, sku_id)
    return Seen(read_sku(conn, sku_id), sites, rules_of(conn, sku_id), by_class)


def _draw(seen: Seen, warehouse_id: int | None) -> None:
    st.markdown(f"**{plain(seen.sku.code)}** · {plain(own_first(seen.sku.name))}")
    if seen.sites.empty:
        st.info(md("rules.no_site"))
        return
    labels = {int(house.id): site_label(house) for house in known_sites()}
    ids = [int(one) for one in seen.sites["id"]]
    ids += [ALL_SITES] if len(ids) > 1 else []
    first = warehouse_id if warehouse_id in ids else next(iter(seen.known), ids[0])
    site = st.selectbox(
        md("replenish.site"),
        ids,
        index=ids.index(first),
        format_func=lambda one: labels.get(one) or t("rules.all_sites", count=len(ids) - 1),
        key=f"rules_site_{seen.sku.id}",
    )
    if site == ALL_SITES:
        _draw_all(seen, [one for one in ids if one != ALL_SITES])
        return
    known = seen.known.get(site)
    row = next(one for one in seen.sites.itertuples() if one.id == site)
    draw_in_force(row, known, seen.sku.state, seen.by_class)
    _form(seen, [site], known.rule if known else None)


def _draw_all(seen: Seen, sites: list[int]) -> None:
    """For all sites at once: what each has is said first, because the form takes its place."""
    st.caption(md("rules.all_about"))
    codes = dict(zip(seen.sites["id"], seen.sites["code"], strict=True))
    said = [
        f"- **{plain(site_words(codes[site]))}**: {rule_words(seen.known[site])}"
        for site in sites
        if site in seen.known
    ]
    if said:
        st.markdown("\n".join(said))
    rules = {site: seen.known[site].rule if site in seen.known else None for site in sites}
    alike = len({_parts(rule) for rule in rules.values()}) == 1
    _form(seen, sites, next(iter(rules.values())) if alike else None)


def _parts(rule: ReplenishRule | None) -> tuple[Any, ...]:
    if rule is None:
        return None, None, None, None, True
    return rule.minimum, rule.maximum, rule.service_level, rule.review_days, rule.buying


def _form(seen: Seen, sites: list[int], known: ReplenishRule | None) -> None:
    """The fields of a rule, filled with what is set; saved for all of `sites`."""
    allowed = session.may(Permission.PURCHASE_EDIT)
    name = f"rules_{seen.sku.id}_{'_'.join(map(str, sites))}"
    with st.form(name, border=False):
        typed = _fields(name, known, disabled=not allowed)
        with st.container(horizontal=True):
            saved = st.form_submit_button(md("shell.save"), type="primary", disabled=not allowed)
            ruled = any(site in seen.known for site in sites)
            cleared = st.form_submit_button(md("rules.clear"), disabled=not (allowed and ruled))
    if not allowed:
        right = md(f"permission.{Permission.PURCHASE_EDIT.value}")
        st.caption(md("shell.no_right_act", permission=right))
    if not saved and not cleared:
        return
    with session.part():
        wanted = {"reason": typed["reason"]} if cleared else typed_rule(typed)
        rules = [ReplenishRule(seen.sku.id, site, **wanted) for site in sites]
        before = {one.rule.pair: one.rule for one in seen.known.values()}
        run_act(
            lambda tx, actor, now, key: save_rules(tx, actor, now, key, rules, before),
            name=name,
            done=lambda done: said_saved(done, seen.sku.code),
        )


def _fields(name: str, known: ReplenishRule | None, *, disabled: bool) -> dict[str, Any]:
    """Every part as it is typed; an empty field is the company's own. Fields of text, because one
    for numbers that begins with a value cannot be emptied.
    """
    rule = known or ReplenishRule(0, 0)
    company = percent(float(session.current().company.service_level), 1)
    st.caption(md("rules.about"))
    with field_grid():
        found: dict[str, Any] = {
            part: st.text_input(
                md(f"rules.{part}"),
                as_typed(part, getattr(rule, part)),
                help=md(f"rules.{part}_help", company=company),
                key=f"{name}_{part}",
                placeholder=t(_left_to(part)),
                disabled=disabled,
            )
            for part in _TYPED
        }
    stopped = st.checkbox(
        md("rules.stop"),
        not rule.buying,
        help=md("rules.stop_help"),
        key=f"{name}_stop",
        disabled=disabled,
    )
    found["reason"] = st.text_input(
        md("rules.reason"),
        rule.reason,
        max_chars=MOST_REASON,
        key=f"{name}_reason",
        disabled=disabled,
    ).strip()
    return {**found, "buying": not stopped}


def _left_to(part: str) -> str:
    """Who decides a part that stays empty."""
    return "rules.from_plan" if part in ("minimum", "maximum") else "rules.company_own"


def as_typed(part: str, value: Any) -> str:
    """A part that is set, as somebody would type it."""
    if value is None:
        return ""
    return f"{value * 100:f}".rstrip("0").rstrip(".") if part == "service_level" else str(value)


def typed_rule(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, read as the cell of a file is; Invalid names the field that is no number."""
    found = dict(typed)
    for part, (kind, code, most) in _TYPED.items():
        try:
            found[part] = read_cell(kind, typed[part])
        except CellProblem as problem:
            raise Invalid(code, field=part, most=most) from problem
    return found
