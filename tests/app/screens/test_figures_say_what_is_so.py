"""Figures and heads that compare or count: like with like, and each kind by its own name."""

from typing import Any

import numpy as np
import pytest

from app.screens.forecasts_reading import Series, sold_for_sale
from app.screens.forecasts_words import against_before
from app.screens.replenish_limits import changed_title
from app.screens.replenish_service import service_words

WEEKS = 4


def series(demand: list[float], out: list[float]) -> Series:
    sold, away = np.array(demand), np.array(out)
    none = np.zeros(len(sold))
    return Series(None, None, 7, (), sold, away, none, sold, (), ())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("demand", "out", "before"),
    [
        ([90, 10, 10, 10, 10], [0, 0, 0, 0, 0], 40.0),
        ([90, 10, 10, 0, 0], [0, 0, 0, 1, 1], 40.0),  # at the pace of the two weeks for sale
        ([90, 10, 2, 0, 0], [0, 0, 0.8, 1, 1], None),
        ([90, 10, 10, 10, 10], [np.nan] * 5, 40.0),
        ([], [], 0.0),
    ],
)
def test_a_forecast_is_held_against_the_days_on_which_it_was_for_sale(
    demand: list[float], out: list[float], before: float | None
) -> None:
    found = sold_for_sale(series(demand, out), WEEKS)
    assert found == (None if before is None else pytest.approx(before))


def test_a_change_of_nothing_has_no_sign() -> None:
    assert against_before(50, 40) == ("25%", "vs last 4 weeks")
    assert against_before(30, 40) == ("-25%", "vs last 4 weeks")
    assert against_before(39.9, 40) == ("", "as in the last 4 weeks")
    assert against_before(50, None) == against_before(50, 0) == ("", "")


def test_what_is_bought_elsewhere_is_not_called_larger() -> None:
    changed = [{"code": "container_filled", "units": units} for units in (3, 5, 1, 2)]
    elsewhere = {"code": "minimum_elsewhere", "units": 0}
    assert changed_title({"changed": changed}).endswith("changed: 4 orders larger")
    assert changed_title({"changed": [*changed, elsewhere]}).endswith(
        "4 orders larger, 1 bought elsewhere"
    )


def of_service(cycle: float, chance: float, *, level: float = 0.95) -> str:
    taken = {"quantity": 60, "cycle_service": cycle, "fill_rate": 0.97}
    trace: dict[str, Any] = {
        "order_cost": {"candidates": [taken], "confidence": chance},
        "policy": {"service_level": level},
        "quantity": {"ordered": 60},
    }
    return service_words(trace)


def test_service_says_what_the_order_changes_and_the_promise_only_where_it_is_not_kept() -> None:
    kept = of_service(1.0, 0.34)
    assert "**34%** without this order, **0%** with it" in kept
    assert "Promised" not in kept
    assert "**under 1%** with it" in of_service(0.996, 0.34)
    assert "Promised" not in of_service(0.95, 0.34)
    missed = of_service(0.88, 0.34)
    assert "**12%** with it" in missed
    assert "Promised are at most 5%; this order serves 97.0% of demand" in missed
