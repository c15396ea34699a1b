"""Whether an override helped is said only when its days are over and the SKU could be bought."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from forecasting.history import ChannelDemand, DemandGrid
from forecasting.override_record import Came, judge_overrides, records
from inventory_core.catalog.markets import Markets
from inventory_core.planning.overrides import Override
from inventory_core.vocabulary import ForecastGrain, OverrideReason
from tests.forecasting.test_overriding import DAY, an_override


def grid(units: float = 12.0, *, days: int = 28, out: float = 0.0) -> DemandGrid:
    """The overridden series: so many units a day from a fortnight before `DAY` on."""
    shape = (1, days + 14)
    full = np.full(shape, units)
    nothing = np.zeros(shape)
    return DemandGrid(
        sku_id=np.array([1]),
        warehouse_id=np.array([2]),
        part=("",),
        first_on=DAY - timedelta(days=14),
        y=full,
        short=nothing,
        bulk=nothing,
        price=nothing,
        out_share=np.full(shape, out),
        promotion=nothing,
        live=np.ones(shape, dtype=bool),
        closed=np.zeros(shape, dtype=bool),
    )


def made(**changes: object) -> Override:
    """A week of 70 units that somebody raised to 98."""
    usual = {"model_units": 70.0, "planned_units": 98.0, "naive_units": 63.0}
    return replace(an_override(0, 6, percent="40"), **usual | changes)


def test_an_override_is_held_against_model_and_naive_by_what_came() -> None:
    [one] = judge_overrides([made()], Came(grid(), {}))
    assert (one.state, one.actual, one.helped) == ("judged", 84.0, None)
    [nearer] = judge_overrides([made(planned_units=90.0)], Came(grid(), {}))
    assert nearer.helped is True
    [record] = records([nearer], by="reason")
    assert (record.name, record.judged, record.helped) == ("campaign", 1, 1)
    assert record.model_error == pytest.approx(14 / 84)
    assert record.planned_error == pytest.approx(6 / 84)
    assert record.naive_error == pytest.approx(21 / 84)
    assert record.value_added == pytest.approx(1 - 6 / 14)


def test_what_is_not_over_taken_back_or_out_of_stock_is_not_judged() -> None:
    assert judge_overrides([made()], Came(grid(days=5), {}))[0].state == "running"
    taken = made(withdrawn_at=made().recorded_at)
    assert judge_overrides([taken], Came(grid(), {}))[0].state == "withdrawn"
    assert judge_overrides([made()], Came(grid(out=0.6), {}))[0].state == "out_of_stock"
    assert (
        judge_overrides([made(first_on=date(2020, 1, 1))], Came(grid(), {}))[0].state == "unknown"
    )
    assert records(judge_overrides([taken], Came(grid(), {})), by="person") == []


def test_what_was_said_of_a_category_is_judged_by_all_of_it() -> None:
    both = replace(
        grid(),
        sku_id=np.array([1, 1, 5]),
        warehouse_id=np.array([2, 3, 2]),
        y=np.repeat(grid().y, 3, axis=0) * [[1.0], [2.0], [9.0]],
        out_share=np.repeat(grid().out_share, 3, axis=0),
    )
    wide = made(sku_id=None, warehouse_id=None, grain=ForecastGrain.CATEGORY, part="Light")
    [one] = judge_overrides([wide], Came(both, {1: "Light", 5: "Garden"}))
    assert (one.state, one.actual) == ("judged", 7 * 12.0 * 3)
    [nobody] = judge_overrides([wide], Came(both, {}))
    assert nobody.state == "running"


def test_what_was_said_of_a_market_is_judged_by_what_was_sold_there() -> None:
    """12 a day, of which channel 5 sells 2 in Germany; channel 6 may sell and never did."""
    days = np.arange(42)
    sold = ChannelDemand(
        row=np.zeros(84, dtype=np.int64),
        account_id=np.repeat([4, 5], 42),
        day=np.concatenate([days, days]),
        units=np.repeat([10, 2], 42),
        bulk=np.zeros(84, dtype=np.int64),
        listed_row=np.array([0]),
        listed_account_id=np.array([6]),
    )
    came = Came(grid(), {}, Markets({4: "US", 5: "DE", 6: "FR"}, {2: "US"}), sold)
    wide = made(sku_id=None, warehouse_id=None, grain=ForecastGrain.MARKET, part="DE")
    said = [
        wide,
        replace(wide, grain=ForecastGrain.CHANNEL, part="4"),
        replace(wide, part="FR"),
        replace(wide, part="JP"),
    ]
    judged = judge_overrides(said, came)
    assert [(one.state, one.actual) for one in judged] == [
        ("judged", 14.0),
        ("judged", 70.0),
        ("judged", 0.0),
        ("running", None),
    ]


def test_people_and_reasons_that_helped_most_come_first() -> None:
    helped = made(planned_units=84.0, made_by="Ana", reason=OverrideReason.EVENT)
    harmed = made(planned_units=140.0, made_by="Bo")
    judged = judge_overrides([harmed, helped], Came(grid(), {}))
    assert [one.name for one in records(judged, by="person")] == ["Ana", "Bo"]
    assert [one.name for one in records(judged, by="reason")] == ["event", "campaign"]
    assert records(judged, by="person")[1].value_added < 0
