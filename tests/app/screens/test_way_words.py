"""The card says what the days of a way were learned from, and where nothing ever went that way."""

from typing import Any

from app.screens.replenish_way_words import lead_time_words
from forecasting.evidence_way import learned_facts
from forecasting.lead_time import Route, arrives_on
from forecasting.lead_time_learning import LeadTimes, lead_times_of
from tests.forecasting.test_factory_learning import MONDAY, SEA, by_sea, learned


def said(route: Route) -> str:
    days = (arrives_on(route, MONDAY) - MONDAY).days
    policy: dict[str, Any] = {"lead_time_days": days, "protection_days": days + 7, "review_days": 7}
    lead = {
        "ship_method": route.ship_method,
        "days_with_closures": days,
        "learned": learned_facts(route),
    }
    return " ".join(lead_time_words({"lead_time": lead, "policy": policy})).replace("\\", "")


def nothing() -> LeadTimes:
    return lead_times_of([], {1: "US"})


def test_where_nothing_is_known_the_card_says_that_nothing_came_this_way() -> None:
    words = said(learned(nothing()))
    assert "come here this way (Air) yet: the stated 30 days are planned with" in words


def test_what_the_sea_taught_of_the_factory_is_said_on_the_card_of_the_air_order() -> None:
    words = said(learned(by_sea(12)))
    assert "this way (Air) yet: its 30 stated days became 38" in words
    assert "on its last 12 orders of other ways (Sea) it took 30 days instead of 20" in words
    assert words.count("instead of 20") == 1


def test_a_way_with_orders_of_its_own_says_nothing_of_others() -> None:
    words = said(learned(by_sea(12), SEA))
    assert "the last 12 orders took 70 ± 0" in words
    assert "other ways" not in words
    assert "yet" not in words


def test_a_way_that_is_stated_for_one_country_says_so() -> None:
    leg = {"kind": "sea", "days": 38, "stated_for": "DE"}
    lead = {"ship_method": "sea", "days_with_closures": 50, "legs": [leg]}
    policy = {"lead_time_days": 50, "protection_days": 57, "review_days": 7}
    words = lead_time_words({"lead_time": lead, "policy": policy})
    assert words == ["The supplier states days of its own for the way to DE."]
