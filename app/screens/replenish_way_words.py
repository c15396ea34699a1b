"""The way of an order in sentences: what its days were learned from, and what they must bridge.

Every number shown stands in the suggestion's trace; this module only chooses words.
"""

from math import sqrt
from typing import Any

from app.charts_legs import leg_notes
from app.i18n import md, number, percent, reader_language, t


def lead_time_words(trace: dict[str, Any]) -> list[str]:
    """Stated against learned, and a closure that an order of today must bridge."""
    lead, policy, notes = trace["lead_time"], trace["policy"], []
    found = lead.get("learned")
    if found and found["last_days"]:
        days = found["last_days"]
        mean = sum(days) / len(days)
        spread = sqrt(sum((one - mean) ** 2 for one in days) / len(days))
        notes.append(
            md(
                "replenish.note_learned" if found["orders"] else "replenish.note_learned_near",
                stated=number(found["stated_days"]),
                orders=number(len(days)),
                mean=number(mean, 0),
                spread=number(spread, 0),
                planned=number(lead["days_with_closures"]),
                weight=percent(found["weight"], 0),
            )
        )
    elif "learned" in lead:
        notes.append(_never_gone(lead))
    if stated_for := {leg["stated_for"] for leg in lead.get("legs", ()) if leg.get("stated_for")}:
        notes.append(md("replenish.note_stated_for", country=", ".join(sorted(stated_for))))
    if found and found.get("open_ratios"):
        notes.append(md("replenish.note_overdue", orders=number(len(found["open_ratios"]))))
    seen = [leg for leg in (found or {}).get("legs", ()) if not leg.get("elsewhere")]
    notes += [*leg_notes(seen), *_factory_words(found)]
    bridged = policy.get("protection_days", 0) - policy["lead_time_days"]
    if bridged > policy["review_days"]:
        notes.append(
            md(
                "replenish.note_bridge",
                days=number(bridged),
                review=number(policy["review_days"]),
            )
        )
    return notes


def _never_gone(lead: dict[str, Any]) -> str:
    """Nothing has come this way yet: what its days rest on."""
    found, planned = lead.get("learned"), lead["days_with_closures"]
    stated = found["stated_days"] if found else planned
    return md(
        "replenish.note_never" if planned == stated else "replenish.note_never_made",
        method=t(f"ship.{lead['ship_method']}"),
        stated=number(stated),
        planned=number(planned),
    )


def _factory_words(found: dict[str, Any] | None) -> list[str]:
    """What other ways of the supplier showed of production, where that is what is planned with."""
    factory = (found or {}).get("factory")
    if not found or not factory:
        return []
    own = [leg for leg in found["legs"] if leg["kind"] == "production" and not leg["elsewhere"]]
    if own and own[0]["orders"]:
        return []
    names = "、" if reader_language() == "zh" else ", "
    return [
        md(
            "replenish.note_factory",
            orders=number(factory["orders"]),
            methods=names.join(t(f"ship.{method}") for method in factory["ship_methods"]),
            days=number(factory["mean_days"]),
            stated=number(factory["mean_stated"]),
        )
    ]
