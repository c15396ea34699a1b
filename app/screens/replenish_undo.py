"""Undo of an approval: the button beside the message that it is done, and what the list holds now.

Chooses only words; `app/undoing` takes back and plans again. The button's key is made with the
message, so that a double click takes back once.
"""

from collections.abc import Callable, Sequence

from app.i18n import md, number, prose, t
from app.sites import site_words
from app.undoing import AfterUndo, Reopened, undo_now
from app.widgets import Told, Warned
from app.widgets_acts import act_button
from inventory_core.desk.decisions import Decision
from inventory_core.office.actors import Permission
from inventory_core.planning.release import Shown
from inventory_core.vocabulary import SuggestionKind

MOST_SAID = 5


def undo_beside(decisions: Sequence[Decision]) -> Callable[[], None] | None:
    """The act that stands beside the message; None where something has left the house already."""
    if not all(decision.draft for decision in decisions):
        return None
    ids = [decision.approval_id for decision in decisions]
    numbers = ", ".join(dict.fromkeys(decision.number for decision in decisions))
    return lambda: draw_undo(ids, md("undo.button", number=numbers), t("undo.reason_list"))


def draw_undo(approval_ids: Sequence[int], label: str, reason: str) -> None:
    """The button that takes these approvals back, quiet where the right is missing."""
    act_button(
        label,
        lambda tx, actor, now, key: undo_now(tx, actor, now, approval_ids, key=key, reason=reason),
        name="undo_" + "_".join(str(one) for one in approval_ids[:20]),
        done=undone_words,
        permission=Permission.PURCHASE_APPROVE,
        icon=":material/undo:",
    )


def undone_words(after: AfterUndo) -> Told:
    """What was taken back, what is suggested now in its place and why, and what else moved."""
    taken = [one for one in after.found if not one.undone.replayed]
    numbers = ", ".join(dict.fromkeys(one.undone.number for one in taken))
    head = (
        md("undo.done", number=numbers)
        if taken
        else md("undo.already", person=after.found[0].undone.undone_by)
    )
    lines = [_line(one, planned=after.planned) for one in after.found[:MOST_SAID]]
    if len(after.found) > MOST_SAID:
        lines.append(md("undo.more", count=number(len(after.found) - MOST_SAID)))
    lines += [
        md(f"undo.{what}", list=_listed(shown))
        for what, shown in (
            ("opened", after.opened),
            ("revised", after.revised),
            ("withdrawn", after.withdrawn),
        )
        if shown
    ]
    words = "\n\n".join([head, "\n".join(f"- {line}" for line in lines)])
    return words if taken else Warned(words)


def _line(one: Reopened, *, planned: bool) -> str:
    was, now = one.undone.shown, one.now
    names = {"sku": was.sku_code, "site": site_words(was.warehouse_code)}
    if now is None:
        return prose(md("undo.none", **names), _why_none(one))
    if one.undone.replayed:
        return md("undo.open_now", **names, now=_what(now))
    if not planned:
        return md("undo.unplanned", **names, now=_what(now))
    if one.same:
        return md("undo.same", **names, now=_what(now))
    other = md("undo.other", **names, now=_what(now), was=_what(was))
    return prose(other, _why_other(was, now))


def _why_other(was: Shown, now: Shown) -> str:
    """The figures of its position that moved since the approval, or that the plan is another."""
    before, after = was.trace.get("position", {}), now.trace.get("position", {})
    moved = [name for name in before if name in after and before[name] != after[name]]
    if not moved:
        return md("undo.plan_moved")
    changes = "; ".join(
        f"{t(f'position.{name}')} {number(before[name])} → {number(after[name])}" for name in moved
    )
    return md("undo.stock_moved", changes=changes)


def _why_none(one: Reopened) -> str:
    if one.beside:
        return md("undo.instead", list=_listed(one.beside))
    if one.stand is None:
        return md("undo.not_planned")
    key = "undo.no_gain" if one.stand.wanting else "undo.enough"
    return md(
        key, position=number(one.stand.position), reorder_point=number(one.stand.reorder_point)
    )


def _listed(shown: Sequence[Shown]) -> str:
    """A few suggestions in words, and how many more there are."""
    words = [f"{one.sku_code} → {one.warehouse_code}: {_what(one)}" for one in shown[:MOST_SAID]]
    if len(shown) > MOST_SAID:
        words.append(t("undo.more", count=number(len(shown) - MOST_SAID)))
    return "; ".join(words)


def _what(one: Shown) -> str:
    """So many units, from whom or where, by which ship method."""
    source = one.from_code if one.kind is SuggestionKind.TRANSFER else one.supplier_name
    return t(
        "undo.what",
        quantity=number(one.quantity),
        source=source or "—",
        method=t(f"ship.{one.ship_method}"),
    )
