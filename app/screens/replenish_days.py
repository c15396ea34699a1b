"""The days of one suggestion in words: when stock ends, how late the order is, what comes when.

Every day stands in the suggestion's trace or follows from the picture; chooses words only. Stock as
it is expected and stock under high demand are never named without saying which.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.i18n import day, md, money, number, percent, t
from forecasting.outlook import Seen

WITHIN_THE_YEAR = timedelta(days=330)


def picture_words(seen: Seen) -> str:
    """The title of the picture: stock as expected without the order, then what the order does."""
    named = (seen.arrives_on, seen.first, seen.last, seen.above_until)
    # A day within the year needs no year; of a way that takes longer there would be two of it.
    far = any(on is not None and on - seen.begins_on > WITHIN_THE_YEAR for on in named)
    arrives = day(seen.arrives_on, year=far)
    one_day = seen.without == "gap" and seen.first == seen.last
    without = t(
        "replenish.picture_gap_day" if one_day else f"replenish.picture_{seen.without}",
        first=day(seen.first, year=far),
        last=day(seen.last, year=far),
    )
    if seen.days_late:
        order = t("replenish.picture_late", arrives=arrives, days=number(seen.days_late))
    elif seen.above_until is None:
        order = t("replenish.picture_below", arrives=arrives)
    else:
        until = day(seen.above_until, year=far)
        order = t("replenish.picture_above", arrives=arrives, until=until)
    return t("replenish.picture", without=without, order=order)


def late_words(trace: dict[str, Any]) -> list[str]:
    """How late the order is, or by when it must go out, and the way that is faster."""
    reason, projection = trace["reason"], trace["projection"]
    level = percent(trace["policy"]["service_level"], 0)
    ends = _day(projection.get("ends_on") or projection["expected_empty_on"])
    short = _day(projection.get("short_on") or projection["cautious_empty_on"])
    # Before there were two grades, late meant: if demand is high.
    if_high = reason.get("days_late_if_high", reason["days_late"])
    late = reason["days_late"] if "days_late_if_high" in reason else 0
    notes = []
    if late:
        notes.append(md("replenish.note_late", empty=ends, days=number(late)))
    elif if_high:
        notes.append(
            md("replenish.note_may_be_late", empty=short, days=number(if_high), level=level)
        )
    elif reason["order_by_on"]:
        by = _day(reason["order_by_on"])
        notes.append(md("replenish.note_order_by", day=by, empty=short, level=level))
    if (late or if_high) and trace["faster"]:
        notes.append(_faster_words(trace))
    return notes


def closure_words(trace: dict[str, Any]) -> list[str]:
    """The closures that an order of today waits for; then those that one of the last day would."""
    lead = trace["lead_time"]
    notes = [
        md("replenish.note_closed", first=_day(first), last=_day(last))
        for first, last in lead["closures"]
    ]
    by = _day(trace["reason"]["order_by_on"])
    return notes + [
        md("replenish.note_closed_later", day=by, first=_day(first), last=_day(last))
        for first, last in lead.get("closures_if_later", ())
    ]


def inbound_words(item: dict[str, Any], as_of: str) -> str:
    """Goods that are counted as coming. Ordered after the day of an old plan they come sooner in
    its days than their papers say; overdue they come later; of another warehouse they come only if
    somebody sends them.
    """
    on, said = item["on"], item.get("said_on")
    key = "replenish.note_inbound"
    if item.get("send_from"):
        key = "replenish.note_suggested" if item["suggested"] else "replenish.note_send_later"
    elif said is not None:
        key += "_moved" if said > on else "_overdue"
    return md(
        key,
        quantity=number(item["quantity"]),
        document=item["document"],
        place=item.get("send_from", ""),
        today=_day(as_of),
        day=_day(on),
        said=_day(said or on),
    )


def _faster_words(trace: dict[str, Any]) -> str:
    faster = trace["faster"]
    extra = faster["extra_base"]
    return md(
        "replenish.note_faster",
        method=t(f"ship.{faster['ship_method']}"),
        supplier=faster["supplier"],
        arrives=_day(faster["arrives_on"]),
        days=number(faster["days_won"]),
        extra="—"
        if extra is None
        else money(Decimal(extra), trace["cost"]["base_currency"], digits=0),
    )


def _day(value: str | None) -> str:
    return day(date.fromisoformat(value)) if value else "—"
