"""What a person changes carries over to every number that planning reads."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from forecasting.overriding import Laid, as_planned, demand_of
from inventory_core.planning.overrides import Override
from inventory_core.planning.published import PublishedForecast
from inventory_core.vocabulary import ForecastGrain, OverrideReason

DAY = date(2026, 3, 2)


def a_forecast(*, mean: float = 70.0, weeks: int = 8) -> PublishedForecast:
    """So many units a week; the 95 % total is a half more, the 5 % total a half less."""
    return PublishedForecast(
        sku_id=1,
        warehouse_id=2,
        champion="blend",
        starts_on=DAY,
        mean=[mean] * weeks,
        quantiles={"0.05": [mean / 2] * weeks, "0.95": [mean * 1.5] * weeks},
        totals={
            str(7 * week): {
                "mean": mean * week,
                "0.05": mean * week / 2,
                "0.95": mean * week * 1.5,
            }
            for week in range(1, weeks + 1)
        },
        scores={},
        naive=[60.0] * weeks,
    )


def an_override(
    first: int, last: int, *, percent: str | None = None, units: str | None = None, number: int = 1
) -> Override:
    """Of the days `first` to `last` after the first day of the forecast."""
    return Override(
        id=number,
        sku_id=1,
        warehouse_id=2,
        grain=None,
        part="",
        part_name="",
        first_on=DAY + timedelta(days=first),
        last_on=DAY + timedelta(days=last),
        change_percent=None if percent is None else Decimal(percent),
        units_per_day=None if units is None else Decimal(units),
        reason=OverrideReason.CAMPAIGN,
        note="Spring",
        run_id=1,
        model_units=0,
        naive_units=None,
        planned_units=0,
        made_by="Ana",
        recorded_at=datetime(2026, 3, 1, tzinfo=UTC),
        withdrawn_at=None,
    )


def planned(
    *overrides: Override, told: PublishedForecast | None = None, later: int = 0
) -> PublishedForecast:
    [found] = as_planned(
        [told or a_forecast()], Laid(overrides, {}), as_of=DAY + timedelta(days=later), days=7
    )
    return found


def test_without_overrides_on_its_first_day_a_forecast_is_what_was_published() -> None:
    told = a_forecast()
    assert planned(told=told) is told


def test_a_percentage_moves_mean_quantiles_and_totals_together() -> None:
    found = planned(an_override(7, 13, percent="50"))
    assert list(found.mean)[:3] == [70.0, 105.0, 70.0]
    assert list(found.quantiles["0.95"])[:3] == [105.0, 157.5, 105.0]
    assert found.totals["7"] == {"mean": 70.0, "0.05": 35.0, "0.95": 105.0}
    assert found.totals["14"] == {"mean": 175.0, "0.05": 87.5, "0.95": 262.5}
    assert found.totals["56"]["mean"] == 595.0
    [note] = found.overrides
    assert (note["units_before"], note["units_after"], note["by"]) == (70.0, 105.0, "Ana")


def test_units_a_day_replace_the_forecast_of_just_those_days() -> None:
    found = planned(an_override(2, 3, units="40"))
    assert list(found.mean)[:2] == [130.0, 70.0]


def test_a_later_override_is_laid_upon_an_earlier_one() -> None:
    found = planned(an_override(0, 6, percent="100"), an_override(0, 6, percent="-50", number=2))
    assert found.mean[0] == pytest.approx(70.0)


def a_part_override(grain: ForecastGrain, part: str, percent: str, *, number: int = 1) -> Override:
    """Of the first week."""
    one = an_override(0, 6, percent=percent, number=number)
    return replace(one, sku_id=None, warehouse_id=None, grain=grain, part=part, part_name=part)


def test_what_is_said_of_a_part_holds_for_who_belongs_to_it() -> None:
    categories = {1: "Garden", 3: "Light"}
    garden = a_part_override(ForecastGrain.CATEGORY, "Garden", "20")
    company = a_part_override(ForecastGrain.COMPANY, "", "-50", number=2)
    told = [a_forecast(), replace(a_forecast(), sku_id=3), replace(a_forecast(), sku_id=4)]
    for overrides, wanted in (
        ([garden], [84.0, 70.0, 70.0]),
        ([garden, company], [42.0, 35.0, 35.0]),
        ([garden, an_override(0, 6, units="10", number=3)], [70.0, 70.0, 70.0]),
    ):
        found = as_planned(told, Laid(overrides, categories), as_of=DAY, days=7)
        assert [one.mean[0] for one in found] == pytest.approx(wanted)
        assert all(one.mean[1] == 70.0 for one in found)
    [first, *_] = as_planned(told, Laid([garden], categories), as_of=DAY, days=7)
    assert [(one["grain"], one["part"]) for one in first.overrides] == [("category", "Garden")]


def test_nothing_sold_in_a_week_leaves_totals_that_never_fall() -> None:
    found = planned(an_override(7, 27, percent="-100"))
    highs = [found.totals[str(7 * week)]["0.95"] for week in range(1, 9)]
    assert highs == sorted(highs)
    assert found.quantiles["0.95"][2] == 0.0


def test_units_where_none_were_expected_come_with_the_spread_of_counts() -> None:
    found = planned(an_override(0, 6, units="1"), told=a_forecast(mean=0.0))
    assert found.mean[0] == 7.0
    assert found.quantiles["0.95"][0] == pytest.approx(11.35, abs=0.01)


def test_an_override_of_another_warehouse_or_beyond_the_horizon_changes_nothing() -> None:
    told = a_forecast()
    other = PublishedForecast(**{n: getattr(told, n) for n in told.__slots__} | {"sku_id": 9})
    assert planned(an_override(0, 6, percent="50"), told=other) is other
    assert planned(an_override(100, 106, percent="50"), told=told) is told


def test_a_forecast_of_last_week_begins_today_and_keeps_its_spread() -> None:
    told = a_forecast()
    found = planned(told=told, later=10)
    assert found.starts_on == DAY + timedelta(days=10)
    assert len(found.mean) == 6
    assert found.totals["14"] == {"mean": 140.0, "0.05": 70.0, "0.95": 210.0}
    assert "49" not in found.totals
    demand = demand_of(found)
    assert demand.at(30)[0] == pytest.approx(300.0)


def test_an_override_of_days_that_are_over_is_over() -> None:
    found = planned(an_override(0, 6, percent="100"), later=10)
    assert found.overrides == ()
    assert planned(an_override(0, 13, percent="100"), later=10).overrides[0]["units_after"] == 80.0


def a_rare_seller() -> PublishedForecast:
    """The forecast shown is the least wrong: 49 a week, where 70 come in the mean."""
    return replace(a_forecast(), mean=[49.0] * 8)


def test_an_override_of_one_day_leaves_the_totals_before_it_as_they_were() -> None:
    told = a_rare_seller()
    found = planned(an_override(50, 50, percent="1"), told=told)
    for length in ("7", "14", "49"):
        assert found.totals[length] == told.totals[length]
    half_more = planned(an_override(0, 55, percent="50"), told=told)
    assert half_more.totals["14"] == {"mean": 210.0, "0.05": 105.0, "0.95": 315.0}
    stated = planned(an_override(0, 6, units="12"), told=told)
    assert stated.totals["7"]["mean"] == sum(stated.mean[:1]) == 84.0


def test_a_forecast_that_gets_older_is_planned_with_by_the_same_mean() -> None:
    found = planned(told=a_rare_seller(), later=7)
    assert found.totals["14"] == {"mean": 140.0, "0.05": 70.0, "0.95": 210.0}
    assert list(found.mean) == [49.0] * 7
