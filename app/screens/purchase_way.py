"""The way of an order or a transfer on screen: its steps, when it is expected, its legs.

Draws and lets people record steps; commands decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

import streamlit as st

from app import session
from app.charts_legs import leg_notes, legs_picture
from app.i18n import day, md, number, percent, prose, t
from app.widgets import chart, day_field
from app.widgets_acts import act_button, run_act
from forecasting.arrivals import expected_arrivals, learned_way
from forecasting.lead_time import Learned
from inventory_core.clock import business_day
from inventory_core.db.engine import Reading, Writing
from inventory_core.office.actors import Actor, Permission
from inventory_core.trade.arrival_outlooks import (
    ArrivalOutlook,
    keep_outlooks,
    outlook_of_order,
)
from inventory_core.trade.milestones import (
    NewMilestone,
    Subject,
    milestones_of,
    record_milestones,
)
from inventory_core.trade.purchase_records import PurchaseOrder
from inventory_core.trade.transfer_records import Transfer
from inventory_core.vocabulary import Milestone, TransferState

# A transfer leaves a warehouse: it has neither a maker nor a factory gate.
_STEPS = {
    Subject.PURCHASE_ORDER: list(Milestone),
    Subject.TRANSFER: [Milestone.DEPARTED, Milestone.AT_PORT, Milestone.CLEARED],
}
_RIGHTS = {
    Subject.PURCHASE_ORDER: Permission.PURCHASE_EDIT,
    Subject.TRANSFER: Permission.TRANSFER_EDIT,
}


def draw_order_way(order: PurchaseOrder, today: date) -> None:
    """Steps of an order that went out, its expected day, and what its legs usually take."""
    if order.sent_at is None:
        return
    waiting = order.progress in ("sent", "confirmed", "partly_received")
    seen, outlook, learned = session.cached("order_way", _read, order.id, today)
    _steps(t("milestones.ordered"), order.ordered_on, _STEPS[Subject.PURCHASE_ORDER], seen)
    if waiting and outlook is not None:
        st.markdown(_expected(outlook, order.expected_on))
    elif waiting and not seen:
        st.caption(md("milestones.none"))
    if waiting:
        _acts(Subject.PURCHASE_ORDER, order.id, order.number, seen, today)
    if learned is not None and (learned.legs or learned.last_days):
        with st.expander(md("legs.picture"), icon=":material/timeline:"):
            draw_legs(learned, key=f"legs_{order.id}")


def draw_transfer_way(item: Transfer, today: date) -> None:
    """Steps of a transfer under way."""
    if item.shipped_at is None:
        return
    found = session.read(lambda conn: milestones_of(conn, Subject.TRANSFER, [item.id]))
    seen = found.get(item.id, {})
    left_on = business_day(item.shipped_at, session.current().company.time_zone)
    _steps(t("milestones.left"), left_on, _STEPS[Subject.TRANSFER], seen)
    if item.state is TransferState.SHIPPED:
        _acts(Subject.TRANSFER, item.id, item.number, seen, today)


def draw_legs(learned: Learned, *, key: str) -> None:
    """The legs of a way in a picture, and in sentences what differs."""
    if not learned.legs:
        st.caption(
            md(
                "legs.none",
                ratio=percent(learned.ratio, 0),
                orders=number(len(learned.last_days)),
            )
        )
        return
    chart(legs_picture(learned.legs, title=""), key=key)
    told = leg_notes([asdict(leg) for leg in learned.legs])
    unseen = [leg.kind for leg in learned.legs if leg.stated_days and not leg.orders]
    key = "legs.unseen" if learned.factory is None else "legs.unseen_stated"
    told += [md(key, leg=t(f"legs.{kind}")) for kind in unseen]
    st.markdown("\n".join(f"- {words}" for words in told) if told else md("legs.as_stated"))


def _read(
    conn: Reading, order_id: int, today: date
) -> tuple[dict[Milestone, date], ArrivalOutlook | None, Learned | None]:
    seen = milestones_of(conn, Subject.PURCHASE_ORDER, [order_id]).get(order_id, {})
    route = learned_way(conn, order_id, as_of=today)
    return seen, outlook_of_order(conn, order_id), route.learned if route else None


def _steps(
    begun: str, begun_on: date, steps: Sequence[Milestone], seen: Mapping[Milestone, date]
) -> None:
    """One line of steps: what happened in green with its day, what is to come in grey."""
    words = [
        f":green-badge[:material/check: {md('milestones.step', step=begun, day=_short(begun_on))}]"
    ]
    for kind in Milestone:
        if kind not in steps and kind not in seen:
            continue
        step = t(f"milestone.{kind}")
        if kind in seen:
            told = md("milestones.step", step=step, day=_short(seen[kind]))
            words.append(f":green-badge[:material/check: {told}]")
        else:
            words.append(f":gray-badge[{md(f'milestone.{kind}')}]")
    st.markdown(" ".join(words))


def _short(on: date) -> str:
    return day(on, year=False)


def _expected(outlook: ArrivalOutlook, papers: date | None) -> str:
    days = {
        "day": day(outlook.expected_on),
        "low": _short(outlook.earliest_on),
        "high": _short(outlook.latest_on),
    }
    if outlook.milestone is None or outlook.milestone_on is None:
        words = md("milestones.overdue", **days)
    else:
        on = _short(outlook.milestone_on)
        step = t(f"milestone.{outlook.milestone}")
        words = md("milestones.expected", step=step, milestone_day=on, **days)
    moved = (outlook.expected_on - papers).days if papers else 0
    if papers and moved:
        way = "later" if moved > 0 else "earlier"
        told = md(f"milestones.moved_{way}", days=number(abs(moved)), papers=_short(papers))
        words = prose(words, told)
    return words


def _acts(
    subject: Subject, subject_id: int, number_: str, seen: Mapping[Milestone, date], today: date
) -> None:
    """The next step with one click, any other one in a dialog."""
    last = max((list(Milestone).index(kind) for kind in seen), default=-1)
    # Most sellers hear of the goods when they leave the factory, not when they are made.
    following = [one for one in list(Milestone)[max(last + 1, 1) :] if one in _STEPS[subject]]
    with st.container(horizontal=True, gap="small"):
        if following:
            step = following[0]
            name = f"milestone_{subject}_{subject_id}_{step}"
            act_button(
                md("milestones.today", step=t(f"milestone.{step}")),
                lambda tx, actor, now, key: _record(
                    tx, actor, now, NewMilestone(f"screen:{key}", subject, subject_id, step, today)
                ),
                name=name,
                done=lambda _: _done(number_, step, today),
                permission=_RIGHTS[subject],
                icon=":material/flag:",
            )
        if st.button(
            md("milestones.other"),
            key=f"milestones_{subject}_{subject_id}",
            type="tertiary",
            disabled=not session.may(_RIGHTS[subject]),
        ):
            _dialog(subject, subject_id, number_, seen, today)


def _dialog(
    subject: Subject, subject_id: int, number_: str, seen: Mapping[Milestone, date], today: date
) -> None:
    steps = [one for one in Milestone if one in _STEPS[subject] or one in seen]
    first = 0 if subject is Subject.PURCHASE_ORDER else -1
    last = max((steps.index(kind) for kind in seen), default=first)
    usual = min(last + 1, len(steps) - 1)

    @st.dialog(t("milestones.dialog", number=number_))
    def ask() -> None:
        kind = st.selectbox(
            md("milestones.which"),
            steps,
            index=usual,
            format_func=lambda one: t(f"milestone.{one}"),
            key=f"milestone_kind_{subject_id}",
        )
        step = Milestone(kind or steps[0])
        with st.form(f"milestone_{subject}_{subject_id}", border=False):
            wanted = day_field(
                md("milestones.day"), seen.get(step, today), max_value=today, key=f"on_{step}"
            )
            note = st.text_input(md("milestones.note"), key=f"milestone_note_{subject_id}")
            back = step in seen and st.checkbox(
                md("milestones.undo"), help=md("milestones.undo_help"), key=f"back_{step}"
            )
            sent = st.form_submit_button(md("shell.save"), type="primary")
        if sent and wanted:
            on = None if back else wanted
            run_act(
                lambda tx, actor, now, key: _record(
                    tx,
                    actor,
                    now,
                    NewMilestone(f"screen:{key}", subject, subject_id, step, on, note),
                ),
                name=f"milestone_{subject}_{subject_id}",
                done=lambda _: _done(number_, step, on),
            )

    ask()


def _record(tx: Writing, actor: Actor, now: datetime, entry: NewMilestone) -> int:
    """The step, and at once the day on which the order is expected now."""
    made = record_milestones(tx, actor, [entry], now=now)
    if entry.subject is Subject.PURCHASE_ORDER:
        ids = [entry.subject_id]
        today = business_day(now, session.current().company.time_zone)
        keep_outlooks(tx, expected_arrivals(tx, as_of=today, order_ids=ids), order_ids=ids)
    return made + 1


def _done(number_: str, step: Milestone, on: date | None) -> str:
    name = t(f"milestone.{step}")
    if on is None:
        return md("milestones.taken_back", number=number_, step=name)
    return md("milestones.recorded", number=number_, step=name, day=day(on))
