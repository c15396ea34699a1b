"""The column of a card adds up, line by line, whatever limits the order."""

import json

import pytest

from app.i18n import t
from app.screens.replenish_joint import together_words
from app.screens.replenish_sum import sum_lines
from forecasting.suggest import plan_pair
from tests.forecasting.test_joint_orders import FEW, MANY, a_site, planned
from tests.golden.sheets import cases, read_sheet, settings_of, situation_of


@pytest.mark.parametrize("case", cases())
def test_the_lines_of_the_sum_add_up_to_what_is_needed(case: str) -> None:
    sheet = read_sheet(case, "input")
    draft = plan_pair(situation_of(sheet), settings_of(sheet)).draft
    if draft is not None:
        trace = json.loads(json.dumps(draft.trace))
        assert sum(units for _, units in sum_lines(trace)) == trace["quantity"]["needed"]


def test_trap_44_the_card_names_what_would_expire_before_it_sells() -> None:
    sheet = read_sheet("30_uncertain_lead_time_of_short_lived_goods", "input")
    draft = plan_pair(situation_of(sheet), settings_of(sheet)).draft
    assert draft is not None
    assert (t("replenish.sum_would_expire"), -150) in sum_lines(dict(draft.trace))


def test_the_card_names_what_the_moq_and_the_price_are_reached_with() -> None:
    terms = {"moq": 150, "prices": ((1, FEW), (200, MANY)), "unsent": 40}
    [only] = planned(a_site(100, 360, **terms)).pairs
    assert only.draft is not None
    words = together_words(dict(only.draft.trace))
    assert "200 in all: with 40 on orders not sent yet." in words
    assert "All go up to 200 units for the lower price" in words
