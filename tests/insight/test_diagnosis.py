"""What the overview says of the business in one sentence: no ill is not said where none can be."""

from datetime import date
from decimal import Decimal

import pytest

from inventory_core.insight.diagnosis import WorstPlace, diagnose
from inventory_core.insight.kpis import Figures

ZERO = Decimal(0)


def figures(stock_out_rate: Decimal | None, dead_share: Decimal | None) -> Figures:
    day = date(2026, 3, 1)
    return Figures(
        day, day, *[ZERO] * 8, 0, 0, 0, 0, None, None, None, stock_out_rate, dead_share, ZERO, None
    )


@pytest.mark.parametrize(
    ("rate", "dead", "problem"),
    [
        (ZERO, ZERO, "none"),
        (None, ZERO, "unknown"),
        (ZERO, None, "unknown"),
        (None, Decimal("0.9"), "dead"),
    ],
)
def test_nothing_is_called_well_that_was_never_seen(
    rate: Decimal | None, dead: Decimal | None, problem: str
) -> None:
    now = figures(rate, dead)
    assert diagnose(now, now, None).problem == problem


@pytest.mark.parametrize(
    ("rate", "alone", "problem"),
    [("0.044", False, "out_everywhere"), ("0.09", False, "out"), ("0.044", True, "out")],
)
def test_a_place_is_blamed_only_where_it_is_clearly_worse_than_all_together(
    rate: str, alone: bool, problem: str
) -> None:
    now = figures(Decimal("0.043"), ZERO)
    worst = WorstPlace("FBA-DE", Decimal(rate), "Home", alone=alone)
    assert diagnose(now, now, worst).problem == problem
