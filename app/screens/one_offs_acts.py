"""What a person says of ticked orders: they are demand, they are none, or the rule shall decide.

Asks for a reason; the command judges. The message carries the undo and the way to train at once.
"""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from app import session
from app.i18n import md, number, t
from app.widgets import Linked, Told
from app.widgets_acts import act_button
from inventory_core.office.actors import Permission
from inventory_core.office.job_runs import JobName, request_job
from inventory_core.planning.demand_words import (
    MOST_NOTE,
    REASONS,
    NewWord,
    Word,
    say_words,
    take_back_words,
)
from inventory_core.vocabulary_planning import DemandWord, DemandWordReason

ICONS = {DemandWord.ORDINARY: ":material/add_chart:", DemandWord.ONE_OFF: ":material/filter_alt:"}


def act_on(lines: pd.DataFrame, *, name: str) -> None:
    """The acts for these lines; without any, a hint."""
    if lines.empty:
        st.caption(md("one_off.tick" if session.may(Permission.PLAN_RUN) else "one_off.who_may"))
        return
    units = number(int(lines["units"].sum()))
    st.markdown(md("one_off.ticked", count=len(lines), units=units))
    with st.container(horizontal=True):
        for word, icon in ICONS.items():
            label = md(f"one_off.do_{word.value}")
            with st.popover(label, icon=icon, disabled=not session.may(Permission.PLAN_RUN)):
                _ask(lines, word, name)
        if (lines["word"] != DemandWord.RULE.value).any():
            _act(lines, DemandWord.RULE, None, "", name)


def _ask(lines: pd.DataFrame, word: DemandWord, name: str) -> None:
    """Why, and the button that says it."""
    reason = st.radio(
        md("one_off.reason"),
        REASONS[word],
        format_func=lambda one: t(f"one_off.reason_{one.value}"),
        key=f"{name}_{word.value}_reason",
    )
    note = st.text_input(md("one_off.note"), max_chars=MOST_NOTE, key=f"{name}_{word.value}_note")
    _act(lines, word, reason, note, name)


def _act(
    lines: pd.DataFrame, word: DemandWord, reason: DemandWordReason | None, note: str, name: str
) -> None:
    words = [
        NewWord(int(line_id), word, reason, note, None if pd.isna(seen) else int(seen))
        for line_id, seen in zip(lines["line_id"], lines["word_id"], strict=True)
    ]
    act_button(
        md(f"one_off.do_{word.value}"),
        lambda tx, actor, _now, key: say_words(tx, actor, words, key=key),
        name=f"{name}_{word.value}",
        done=_told(word, number(int(lines["units"].sum()))),
        permission=Permission.PLAN_RUN,
        type="tertiary" if word is DemandWord.RULE else "primary",
        icon=":material/rule:" if word is DemandWord.RULE else None,
    )


def _told(word: DemandWord, units: str) -> Callable[[Sequence[Word]], Told]:
    """The message: what was said of how many, when it is learned, and how to take it back."""

    def words(said: Sequence[Word]) -> Told:
        told = md(f"one_off.done_{word.value}", count=len(said), units=units)
        return _linked(told, [one.id for one in said])

    return words


def _linked(told: str, word_ids: Sequence[int]) -> Linked:
    """The words, with the undo (where there is something to undo) and the training beside them."""

    def beside() -> None:
        act_button(
            md("one_off.train_now"),
            lambda tx, actor, _now, key: request_job(tx, actor, JobName.PLAN, key=f"words:{key}"),
            name="train_after_" + "_".join(str(one) for one in word_ids[:20]),
            done=lambda _: Linked(md("one_off.asked"), "jobs", t("nav.jobs"), {}),
            permission=Permission.JOB_RUN,
            icon=":material/play_arrow:",
        )
        if word_ids:
            act_button(
                md("one_off.undo"),
                lambda tx, actor, _now, key: take_back_words(tx, actor, word_ids, key=key),
                name="undo_words_" + "_".join(str(one) for one in word_ids[:20]),
                done=lambda back: _linked(md("one_off.undone", count=len(back)), []),
                permission=Permission.PLAN_RUN,
                icon=":material/undo:",
            )

    return Linked(told, "jobs", t("nav.jobs"), {}, beside)
