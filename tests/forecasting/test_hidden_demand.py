"""What stock-outs hid: a rate over the days with stock, and nothing claimed without evidence."""

import pandas as pd
import pytest

from forecasting.hidden_demand import demand_by_week, hidden_demand


def frame(y: list[float], censored: list[int | None], name: str = "1|2") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unique_id": name,
            "sku_id": 1,
            "warehouse_id": 2,
            "ds": pd.date_range("2026-03-02", periods=len(y)),
            "y": y,
            "censored": pd.array(censored, dtype="Int8"),
        }
    )


def test_empty_days_are_left_out_of_the_rate_and_priced_at_it() -> None:
    found = hidden_demand(frame([4, 4, 0, 1], [0, 0, 1, 1])).iloc[0]
    assert (found["live_days"], found["out_days"], found["units"]) == (4, 2, 9)
    assert found["naive_rate"] == 2.25
    assert found["uncensored_rate"] == 4
    assert found["hidden_units"] == 7


def test_days_without_evidence_count_as_days_with_stock() -> None:
    found = hidden_demand(frame([2, 0, 4], [None, None, None])).iloc[0]
    assert found["uncensored_rate"] == found["naive_rate"] == 2
    assert found["hidden_units"] == 0


def test_a_series_that_was_never_in_stock_has_no_rate() -> None:
    found = hidden_demand(frame([1, 0], [1, 1])).iloc[0]
    assert pd.isna(found["uncensored_rate"])
    assert pd.isna(found["hidden_units"])


def test_series_with_most_hidden_units_come_first() -> None:
    both = pd.concat([frame([1, 0], [0, 1], "a"), frame([9, 0], [0, 1], "b")])
    assert hidden_demand(both)["unique_id"].tolist() == ["b", "a"]


def test_weeks_sum_units_and_average_the_days_without_stock() -> None:
    weekly = demand_by_week(frame([1.0] * 14, [0] * 7 + [1] * 7))
    assert weekly["units"].tolist() == [7, 7]
    assert weekly["out"].tolist() == pytest.approx([0, 1])
