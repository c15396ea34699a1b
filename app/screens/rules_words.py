"""Rules by hand in words: parts of one, who set it, what a plan takes of it. Draws nothing."""

from collections.abc import Iterable, Mapping
from typing import Any

from app import session
from app.i18n import md, moment, number, percent, plain, t
from inventory_core.planning.rules import PARTS, KnownRule

_COMMA = {"zh": "，", "en": ", "}


def part_value(name: str, value: Any) -> str:
    """One part as it is shown in a cell; a dash where it is not set."""
    if name == "buying":
        return t("rules.buying_yes" if value else "rules.buying_no")
    if value is None:
        return "—"
    if name == "service_level":
        return percent(float(value), 1)
    if name == "review_days":
        return t("rules.days", days=value)
    return number(int(value))


def parts_words(parts: Mapping[str, Any], names: Iterable[str]) -> str:
    """“minimum 40, service level 98 %”; for plain places."""
    said = [
        t("rules.stopped")
        if name == "buying"
        else t(f"rules.is_{name}", value=part_value(name, parts[name]))
        for name in names
    ]
    return _COMMA[session.current().language].join(said)


def rule_words(known: KnownRule) -> str:
    """What is set, by whom and since when, and why; Markdown."""
    rule = known.rule
    facts = {name: getattr(rule, name) for name in PARTS}
    words = md(
        "rules.known",
        parts=parts_words(facts, rule.parts_set),
        by=known.set_by,
        at=moment(known.recorded_at),
    )
    return f"{words} {plain(_quoted(rule.reason))}" if rule.reason else words


def planned_words(trace: Mapping[str, Any]) -> str:
    """What a suggestion was made with, as a person set it; "" where nothing was. Markdown."""
    rule = trace.get("rule")
    return md("rules.in_plan", parts=parts_words(rule, rule)) if rule else ""


def _quoted(reason: str) -> str:
    return t("rules.quoted", reason=reason)
