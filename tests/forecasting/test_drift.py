"""Forecasts that lean are named; forecasts that only scatter are not."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from forecasting.drift import find_alarms, measure
from inventory_core.planning.alarms import Outcome
from inventory_core.planning.learning_limits import LearningLimits
from inventory_core.vocabulary import AlarmKind

MONDAY = date(2025, 12, 1)
LIMITS = LearningLimits()


def weeks(
    actual: list[float], model: list[float] | float = 100.0, *, sku: int = 1, width: float = 30.0
) -> list[Outcome]:
    told = model if isinstance(model, list) else [model] * len(actual)
    return [
        Outcome(
            sku_id=sku,
            warehouse_id=1,
            week_on=MONDAY + timedelta(days=7 * place),
            run_id=1,
            actual=came,
            model=said,
            planned=said,
            naive=came + 20.0,
            low=said - width,
            high=said + width,
            seen=True,
        )
        for place, (came, said) in enumerate(zip(actual, told, strict=True))
    ]


def kinds(outcomes: list[Outcome], limits: LearningLimits = LIMITS) -> set[tuple[str, str]]:
    found = find_alarms(outcomes, {1: "lamps", 2: "lamps", 3: ""}, limits)
    return {(one.kind.value, one.category or f"sku {one.sku_id}") for one in found}


def test_the_measures_are_those_of_the_textbook() -> None:
    found = measure(weeks([90, 110, 80, 100], 100.0))
    # errors 10, -10, 20, 0: sum 20, mean deviation 10
    assert found.tracking == pytest.approx(2.0)
    assert found.bias == pytest.approx(20 / 380)
    assert found.error == pytest.approx(40 / 380)
    assert found.naive_error == pytest.approx(80 / 380)
    assert found.value_added == pytest.approx(0.5)
    assert found.coverage == 1.0


def test_errors_without_a_direction_raise_no_alarm() -> None:
    rng = np.random.default_rng(7)
    for sku in range(40):
        noisy = [float(value) for value in 100 + rng.normal(0, 12, 12)]
        found = kinds(weeks(noisy, sku=3, width=25.0))
        assert not {kind for kind, _ in found} & {"bias", "coverage"}, (sku, found)


def test_a_bias_that_sets_in_is_said_for_the_series_and_its_category() -> None:
    late = [100.0, 95.0, 104.0, 99.0, 150.0, 160.0, 155.0, 149.0, 158.0, 152.0, 160.0, 151.0]
    found = kinds(weeks(late))
    assert ("bias", "sku 1") in found
    assert ("tracking", "sku 1") in found
    assert ("bias", "lamps") in found


def test_too_much_and_too_little_are_told_apart_by_their_sign() -> None:
    [high] = [a for a in find_alarms(weeks([60.0] * 12), {}, LIMITS) if a.kind is AlarmKind.BIAS]
    [low] = [a for a in find_alarms(weeks([140.0] * 12), {}, LIMITS) if a.kind is AlarmKind.BIAS]
    assert high.measure == pytest.approx(0.6667, abs=1e-3)
    assert low.measure == pytest.approx(-0.2857, abs=1e-3)


def test_one_extraordinary_week_is_no_leaning() -> None:
    assert kinds(weeks([100.0, 99.0, 101.0, 100.0, 700.0, 98.0, 103.0, 99.0])) == set()


def test_an_interval_that_misses_too_often_is_said() -> None:
    swinging = [50.0, 150.0] * 6
    assert ("coverage", "sku 1") in kinds(weeks(swinging))


def test_weeks_out_of_stock_do_not_count() -> None:
    out = [replace(one, actual=0.0, seen=False) for one in weeks([100.0] * 12)]
    assert kinds(out) == set()
    assert measure(out).weeks == 0


def test_two_that_lean_against_each_other_are_no_leaning_of_their_category() -> None:
    found = kinds([*weeks([60.0] * 12), *weeks([140.0] * 12, sku=2)])
    assert ("bias", "sku 1") in found
    assert ("bias", "lamps") not in found


def test_too_few_weeks_and_too_few_units_say_nothing() -> None:
    assert kinds(weeks([160.0] * 5)) == set()
    assert ("bias", "sku 3") not in kinds(weeks([0.5] * 12, 1.0, sku=3))


def test_the_limits_are_the_companys() -> None:
    leaning = weeks([85.0, 86.0, 88.0, 84.0, 85.0, 87.0, 90.0, 80.0, 85.0, 86.0, 88.0, 84.0], sku=3)
    assert ("bias", "sku 3") not in kinds(leaning)
    assert ("bias", "sku 3") in kinds(leaning, replace(LIMITS, bias_share=Decimal("0.1")))
