"""The class of a SKU in words: its letters in a list, why it has them, what a plan took from it.

Draws nothing but the card that opens at a click; every number was kept by the newest classing.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.i18n import DASH, day, md, money, number, percent, prose, t
from app.screens.rules_words import parts_words
from inventory_core.db.engine import Reading
from inventory_core.office.actors import Permission
from inventory_core.planning.class_choices import PARTS, ClassChoice, class_choice_of
from inventory_core.planning.class_lists import SCOPES
from inventory_core.planning.sku_classes import Judged, class_name, standing_of
from inventory_core.vocabulary_planning import AbcClass, XyzClass


def class_scope() -> dict[str, str]:
    """What the scope bar offers."""
    return {"": t("classes.all")} | {one: scope_word(one) for one in SCOPES}


def scope_word(scope: str) -> str:
    """One of the scopes; letters are the same in every language."""
    return t("classes.new") if scope == AbcClass.NEW else t("classes.named", name=scope)


def letters(abc: Any, xyz: Any) -> str:
    """The class in a cell: its letters, “new”, or a dash."""
    if abc == AbcClass.NEW:
        return t("classes.new")
    return class_name(str(abc), str(xyz)) or DASH


def with_letters(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a list with the column `class_name`, of their columns abc and xyz."""
    found = [letters(*one) for one in zip(rows["abc"], rows["xyz"], strict=True)]
    return rows.assign(class_name=found)


def planned_class_words(trace: Mapping[str, Any]) -> str:
    """What a suggestion was made with by its SKU's class; "" where nothing was. Markdown."""
    has = trace.get("class")
    if not has or not has["sets"]:
        return ""
    policy = trace["policy"]
    said = []
    for name in dict.fromkeys(has["sets"].values()):
        parts = [part for part, cell in has["sets"].items() if cell == name]
        said.append(md("classes.in_plan", name=name, parts=parts_words(policy, parts)))
    least_cost = trace.get("order_cost", {}).get("rule") == "least_cost"
    if least_cost and "service_level" in has["sets"]:
        said.append(md("classes.promise"))
    return prose(*said)


def draw_class(sku_id: int, *, key: str) -> None:
    """The class of a SKU; a click says why it is that."""
    found, choice = session.cached("sku_class", _read, sku_id)
    if found is None:
        return
    one = found.standing
    label = md("classes.label", name=letters(one.abc, one.xyz))
    with st.popover(label, icon=":material/category:", type="tertiary", key=key):
        for words in why_words(found, choice):
            st.markdown(words)


def _read(conn: Reading, sku_id: int) -> tuple[Judged | None, ClassChoice]:
    return standing_of(conn, sku_id), class_choice_of(conn)


def why_words(found: Judged, choice: ClassChoice) -> list[str]:
    """Why a SKU has its class, and what the class sets; Markdown."""
    one = found.standing
    if one.abc is AbcClass.NEW:
        return [md("classes.why_new", days=choice.new_days)]
    if one.abc is AbcClass.NONE or one.place is None:
        return [md("classes.why_none")]
    said = [md("classes.since", name=letters(one.abc, one.xyz), day=day(found.since_on))]
    said.append(
        md(
            f"classes.earns_{one.measure}",
            amount=_amount(one.amount),
            place=number(one.place),
            ranked=number(one.ranked),
            share=percent(one.share, 1),
            reached=percent(one.reached, 1),
        )
    )
    said.append(_borders(found, choice))
    if one.xyz is XyzClass.NONE or one.variation is None:
        said.append(md("classes.why_no_xyz", weeks=one.weeks))
    else:
        said.append(
            md(
                "classes.varies",
                share=percent(one.variation, 0),
                weeks=one.weeks,
                x_most=percent(choice.x_most, 0),
                y_most=percent(choice.y_most, 0),
            )
        )
    sets = {part: choice.held(part, one.abc, one.xyz) for part in PARTS}
    sets = {part: value for part, (cell, value) in sets.items() if cell}
    said.append(
        md("classes.sets", parts=parts_words(sets, sets)) if sets else md("classes.sets_no")
    )
    return said


def _amount(amount: Any) -> str:
    """An amount of money for whoever may see costs."""
    if not session.may(Permission.COST_VIEW):
        return DASH
    return money(amount, session.current().company.base_currency, digits=0)


def _borders(found: Judged, choice: ClassChoice) -> str:
    one = found.standing
    shares = {"a_share": percent(choice.a_share, 0), "b_share": percent(choice.b_share, 0)}
    return md(
        "classes.borders",
        border_a=_amount(one.border_a),
        border_b=_amount(one.border_b),
        band=percent(choice.band, 0),
        **shares,
    )
