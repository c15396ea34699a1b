"""Rules by hand as a list: which SKU has what where, by whom and since when. Draws; the dialog asks
and the command decides.
"""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, plain, t
from app.screens.catalog_list import draw_list
from app.screens.rules_form import open_rules
from app.screens.rules_saving import said_saved, save_rules
from app.screens.rules_words import rule_words
from app.sites import site_words
from app.widgets_acts import confirm
from app.widgets_tables import Column, Decimal, Flag, Moment, Name, Text, Units
from inventory_core.db.engine import Reading
from inventory_core.office.actors import Permission
from inventory_core.planning.rule_lists import select_rules
from inventory_core.planning.rules import KnownRule, ReplenishRule, rules_of


def draw(_today: date) -> None:
    """The list, and the ticked rule with what can be done about it."""
    draw_list(
        "rules",
        list_columns(),
        select_rules,
        icon=":material/rule:",
        open_new=open_rules,
        draw_one=_draw_one,
        words=in_words,
        permission=Permission.PURCHASE_EDIT,
    )


def list_columns() -> dict[str, Column]:
    """What the list says, on screen and as a file."""
    return {
        # Headings of the import's template: the file of this list can be brought in again.
        "sku": Text(t("catalog.sku"), width=110),
        "name": Name(t("catalog.name"), width=190),
        "warehouse": Text(t("replenish.site"), width=76),
        "minimum": Units(t("rules.minimum"), width=70),
        "maximum": Units(t("rules.maximum"), width=70),
        "service_level": Decimal(t("rules.service_level"), digits=1, width=112),
        "review_days": Units(t("rules.review_days"), width=136),
        "buying": Text(t("rules.buying"), width=72),
        "planned": Flag(t("rules.planned"), help=t("rules.planned_help"), width=80),
        "set_by": Text(t("rules.set_by"), width=76),
        "recorded_at": Moment(t("rules.since"), width=136),
        "reason": Text(t("rules.reason"), width=160),
    }


def in_words(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the list, as they are shown."""
    return rows.assign(
        buying=[t("rules.buying_yes" if one else "rules.buying_no") for one in rows["buying"]],
        service_level=rows["service_level"].astype(float) * 100,
    )


def _draw_one(rule_id: int) -> None:
    found = session.read(lambda conn: _known(conn, rule_id))
    if found is None:
        return
    row, known = found
    rule = known.rule
    allowed = session.may(Permission.PURCHASE_EDIT)
    with st.container(border=True):
        st.markdown(f"**{plain(row.sku)}** · {plain(site_words(row.warehouse))}")
        st.markdown(rule_words(known))
        with st.container(horizontal=True):
            if st.button(md("rules.change"), icon=":material/edit:"):
                open_rules(rule.sku_id, rule.warehouse_id)
            if st.button(md("rules.clear"), icon=":material/delete:", disabled=not allowed):
                confirm(
                    f"rule_clear_{rule_id}",
                    t("rules.clear"),
                    md("rules.clear_warning", sku=row.sku, site=site_words(row.warehouse)),
                    t("rules.clear"),
                    lambda tx, actor, now, key: save_rules(
                        tx, actor, now, key, [ReplenishRule(*rule.pair)], {rule.pair: rule}
                    ),
                    done=lambda saved: said_saved(saved, row.sku),
                )


def _known(conn: Reading, rule_id: int) -> tuple[Any, KnownRule] | None:
    """The rule, and the row of the list that names it; None where it was just taken back."""
    rows = conn.rows(select_rules(rule_id=rule_id))
    return (rows[0], rules_of(conn, rows[0].sku_id)[rows[0].warehouse_id]) if rows else None
