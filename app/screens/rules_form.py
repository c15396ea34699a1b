"""The dialog of rules by hand: what holds for a SKU at a site and where it comes from, and the form
that sets or clears each part. Draws and asks; the command decides, against what was seen here.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, percent, plain, t
from app.screens.rules_force import draw_in_force
from app.screens.rules_saving import said_saved, save_rules
from app.screens.rules_words import rule_words
from app.sites import known_sites, site_label, site_words
from app.widgets import field_grid
from app.widgets_acts import run_act
from inventory_core.catalog.skus import Sku, read_sku, sku_named
from inventory_core.db.engine import Reading
from inventory_core.office.actors import Permission
from inventory_core.planning.rule_lists import select_rule_sites
from inventory_core.planning.rules import MOST_REASON, KnownRule, ReplenishRule, rules_of

ALL_SITES = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What this dialog shows of one SKU; a change is a change of this."""

    sku: Sku
    sites: pd.DataFrame
    known: dict[int, KnownRule]


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
        return None
    with session.part():
        return session.read(lambda conn: sku_named(conn, code))
    return None


def _seen(conn: Reading, sku_id: int) -> Seen:
    sites = session.frame(conn, select_rule_sites(sku_id))
    return Seen(read_sku(conn, sku_id), sites, rules_of(conn, sku_id))


def _draw(seen: Seen, warehouse_id: int | None) -> None:
    st.markdown(f"**{plain(seen.sku.code)}** · {plain(seen.sku.name)}")
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
    draw_in_force(row, known, seen.sku.state)
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
    mark = "_".join(map(str, _parts(known)))
    with st.form(name, border=False):
        wanted = _fields(f"{name}_{mark}", known, disabled=not allowed)
        with st.container(horizontal=True):
            saved = st.form_submit_button(md("shell.save"), type="primary", disabled=not allowed)
            ruled = any(site in seen.known for site in sites)
            cleared = st.form_submit_button(md("rules.clear"), disabled=not (allowed and ruled))
    if not allowed:
        right = md(f"permission.{Permission.PURCHASE_EDIT.value}")
        st.caption(md("shell.no_right_act", permission=right))
    if not saved and not cleared:
        return
    if cleared:
        wanted = {"reason": wanted["reason"]}
    rules = [ReplenishRule(seen.sku.id, site, **wanted) for site in sites]
    before = {one.rule.pair: one.rule for one in seen.known.values()}
    run_act(
        lambda tx, actor, now, key: save_rules(tx, actor, now, key, rules, before),
        name=name,
        done=lambda done: said_saved(done, seen.sku.code),
    )


def _fields(name: str, known: ReplenishRule | None, *, disabled: bool) -> dict[str, Any]:
    """Every part as it is set; an empty field is the company's own."""
    rule = known or ReplenishRule(0, 0)
    options: dict[str, Any] = {"disabled": disabled, "placeholder": t("rules.company_own")}
    st.caption(md("rules.about"))
    with field_grid():
        found: dict[str, Any] = {
            part: _number(part, getattr(rule, part), name, options)
            for part in ("minimum", "maximum")
        }
        set_level = rule.service_level
        level = st.number_input(
            md("rules.service_level"),
            value=None,
            step=0.5,
            format="%.1f",
            help=md("rules.service_level_help", company=percent(_company_level(), 1)),
            key=_filled(f"{name}_level", None if set_level is None else float(set_level * 100)),
            **options,
        )
        found["review_days"] = _number("review_days", rule.review_days, name, options)
    found["service_level"] = None if level is None else Decimal(str(round(level / 100, 4)))
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


def _filled(key: str, value: float | None) -> str:
    """The key of a field that begins with a value and can be emptied, as one can be that began
    empty: a default value would come back.
    """
    st.session_state.setdefault(key, value)
    return key


def _number(part: str, value: int | None, name: str, options: dict[str, Any]) -> int | None:
    typed = st.number_input(
        md(f"rules.{part}"),
        value=None,
        step=1,
        help=md(f"rules.{part}_help"),
        key=_filled(f"{name}_{part}", value),
        **options,
    )
    return None if typed is None else int(typed)


def _company_level() -> float:
    return float(session.current().company.service_level)
