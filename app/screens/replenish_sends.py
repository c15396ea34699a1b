"""What a purchase says of goods that lie elsewhere: which come too late for it, which stay there.

Every number stands in the suggestion's trace; chooses words only.
"""

from datetime import date
from typing import Any

from app.i18n import day, md, number


def sends_words(trace: dict[str, Any], arrives_on: date | None) -> list[str]:
    """Why this is bought although another warehouse has some."""
    notes = []
    for send in trace.get("sends", ()):
        there_on = date.fromisoformat(send["arrives_on"])
        if arrives_on is not None and there_on > arrives_on:
            quantity = number(send["quantity"])
            notes.append(
                md(
                    "replenish.note_hub_later",
                    quantity=quantity,
                    place=send["from"],
                    day=day(there_on),
                )
            )
    notes += [
        md("replenish.note_left_at_hub", quantity=number(left["quantity"]), place=left["from"])
        for left in trace.get("left_at_hub", ())
    ]
    return notes
