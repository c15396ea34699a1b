"""A change of demand is said in the same words wherever it is told."""

from decimal import Decimal

import pytest

from app.screens.forecasts_words import said_change


@pytest.mark.parametrize(
    ("change", "units", "said"),
    [
        (Decimal(20), None, "+20%"),
        (-12.5, None, "-12.5%"),
        (None, Decimal("40.0"), "40 a day"),
        (None, 2.5, "2.5 a day"),
    ],
)
def test_whole_numbers_have_no_point_and_others_one_digit(
    change: Decimal | float | None, units: Decimal | float | None, said: str
) -> None:
    assert said_change(change, units) == said
