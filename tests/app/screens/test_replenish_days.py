"""What a card says about days: goods that nobody has sent, two grades of late, closures."""

from typing import Any

import pytest

from app.screens.replenish_days import closure_words, inbound_words, late_words

ITEM = {"on": "2026-12-11", "quantity": 36, "document": "HUB"}
TRACE: dict[str, Any] = {
    "reason": {"days_late": 0, "days_late_if_high": 0, "order_by_on": "2026-12-20"},
    "projection": {"ends_on": "2027-03-10", "short_on": "2027-01-30"},
    "policy": {"service_level": 0.95},
    "faster": None,
}


def test_units_that_lie_elsewhere_are_not_called_on_the_way() -> None:
    lying = inbound_words({**ITEM, "send_from": "HUB", "suggested": True}, "2026-11-30")
    assert lying.startswith("36 are not on the way yet: they lie at HUB. Approve the transfer")
    coming = {**ITEM, "document": "PO7 HUB", "send_from": "HUB", "suggested": False}
    later = inbound_words(coming, "2026-11-30")
    assert "come to HUB first (PO7 HUB)" in later
    assert "Approve" not in later
    assert inbound_words(ITEM, "2026-11-30").startswith("36 already on the way")


@pytest.mark.parametrize(
    ("reason", "words", "named"),
    [
        ({"days_late": 12}, "Stock is expected to end on", "10 Mar 2027"),
        ({"days_late_if_high": 5}, "Late only if demand is high (95% guards", "30 Jan 2027"),
        ({}, "Should demand be high", "30 Jan 2027"),
    ],
)
def test_a_card_says_which_stock_ends_on_the_day_it_names(
    reason: dict[str, int], words: str, named: str
) -> None:
    [note] = late_words({**TRACE, "reason": TRACE["reason"] | reason})
    assert note.startswith(words)
    assert named in note


def test_a_closure_is_named_with_the_order_that_waits_for_it() -> None:
    lead = {"closures": [], "closures_if_later": [["2027-01-30", "2027-02-21"]]}
    [note] = closure_words({**TRACE, "lead_time": lead})
    assert note.startswith("Ordered as late as 20 Dec 2026")
    lead = {"closures": [["2027-01-30", "2027-02-21"]], "closures_if_later": []}
    [note] = closure_words({**TRACE, "lead_time": lead})
    assert note.startswith("Closed on the way, 30 Jan 2027 to 21 Feb 2027")
