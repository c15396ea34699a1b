"""What other ways taught of the factory, worked out again with a pocket calculator."""

from math import sqrt
from typing import Any

import pytest

from tests.forecasting.pocket import NORMAL_SLICES, learned_numbers


def check_factory(found: dict[str, Any], legs: list[dict[str, Any]]) -> None:
    """The ratios that a way starts from: as stated, with production as other orders took it."""
    factory = found["factory"]
    spread = found["stated_spread_days"] / found["stated_days"]
    if factory is None:
        _close(found["stated_ratios"], _around(spread))
        return
    days = found["stated_leg_days"]
    made = sum(n for leg, n in zip(legs, days, strict=True) if leg["kind"] == "production")
    share = made / sum(days)
    numbers = learned_numbers(
        {
            "ratios": [],
            "ratios_of_supplier": factory["ratios"],
            "stated_ratios": _around(spread / sqrt(share)),
            "open_ratios": [],
            "open_ratios_of_supplier": [],
            "prior_orders": found["prior_orders"],
        }
    )
    assert factory["ratio"] == pytest.approx(numbers["ratio"], abs=0.001)
    _close(factory["slices"], numbers["slices"])
    road = _around(spread / sqrt(1 - share)) if share < 1 else [1.0]
    _close(
        found["stated_ratios"],
        [share * one + (1 - share) * other for one in factory["slices"] for other in road],
    )


def _around(spread: float) -> list[float]:
    return [max(0.0, 1 + spread * point) for point in NORMAL_SLICES]


def _close(found: list[float], expected: list[float]) -> None:
    assert sorted(found) == pytest.approx(sorted(expected), abs=0.002)
