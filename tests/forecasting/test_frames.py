"""Long frames become panels, or the error names the column and the row."""

import numpy as np
import pandas as pd
import pytest

from forecasting.frames import Columns, panel_of
from forecasting.frequency import frequency_of
from inventory_core.errors import Invalid
from tests.forecasting.panels import COLUMNS, demand_frame, plain_panel

DAILY = frequency_of("D")


def small(**changes: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "unique_id": ["A"] * 4 + ["B"] * 2,
            "ds": pd.to_datetime(
                ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-05", "2024-01-02", "2024-01-03"]
            ),
            "y": [0.0, 2.0, 0.0, 3.0, 1.0, 4.0],
            "stock": [1, 1, 0, 1, 1, 1],
        }
    )
    return frame.assign(**changes)


def test_rows_that_are_not_there_and_masked_rows_are_missing_not_zero() -> None:
    panel = panel_of(small(), DAILY, Columns(mask="stock"))
    assert panel.ids == ("A", "B")
    np.testing.assert_array_equal(
        panel.y,
        [[np.nan, 2.0, np.nan, np.nan, 3.0], [np.nan, 1.0, 4.0, np.nan, np.nan]],
    )


def test_trap_27_a_stock_out_is_not_seen_as_demand_of_zero() -> None:
    frame = small(y=[5.0, 5.0, 0.0, 5.0, 5.0, 5.0])
    seen = panel_of(frame, DAILY, Columns(mask="stock"))
    assert np.nanmean(seen.y[0]) == 5.0
    assert np.nanmean(panel_of(frame, DAILY).y[0]) < 5.0


def test_trap_28_a_missing_row_is_missing_and_a_zero_row_is_zero() -> None:
    panel = panel_of(small(), DAILY)
    assert panel.y[0, 2] == 0.0
    assert np.isnan(panel.y[0, 3])


def test_the_history_starts_at_the_first_sale() -> None:
    panel = plain_panel(np.array([[0.0, 0.0, 3.0, 0.0], [0.0, 0.0, 0.0, 0.0]]))
    np.testing.assert_array_equal(panel.y[0], [np.nan, np.nan, 3.0, 0.0])
    assert np.isnan(panel.y[1]).all()
    assert panel.offered.all()


def test_rows_after_the_last_demand_announce_covariates_only() -> None:
    frame = demand_frame(2, 30)
    frame.loc[frame["ds"] > "2024-01-25", "y"] = np.nan
    panel = panel_of(frame, DAILY, COLUMNS)
    assert panel.length == 25
    assert panel.known["promo"].shape[1] == 30
    assert panel.reaching(3).known["promo"].shape[1] == 28
    assert panel.reaching(9).known["promo"].shape[1] == 34
    assert not np.isnan(panel.reaching(9).known["promo"][:, 25:]).any()


def test_a_closed_period_that_is_announced_is_known_ahead() -> None:
    frame = demand_frame(2, 30)
    panel = panel_of(frame, DAILY, COLUMNS)
    shut = frame.loc[(frame["unique_id"] == "S000") & (frame["open"] == 0), "ds"]
    assert int(panel.until(10).closed_ahead(10, 20)[0].sum()) == int((shut >= "2024-01-11").sum())


@pytest.mark.parametrize(
    ("frame", "code", "params"),
    [
        (small().drop(columns="y"), "history_column_missing", {"column": "y"}),
        (small(ds=["x"] + ["2024-01-01"] * 5), "history_not_a_date", {"row": 1, "value": "x"}),
        (small(y=[1, 2, "many", 1, 1, 1]), "history_not_a_number", {"row": 3, "column": "y"}),
        (small(y=[1, 2, -1, 1, 1, 1]), "history_negative_demand", {"row": 3}),
        (small(y=[1, 2, np.inf, 1, 1, 1]), "history_not_a_number", {"row": 3}),
        (small(unique_id=["A"] * 6), "history_repeated_row", {"row": 5}),
        (small(unique_id=[None] + ["A"] * 5), "history_id_missing", {"row": 1}),
        (small(y=np.nan), "history_no_demand_at_all", {}),
        (small().iloc[:0], "history_no_rows", {}),
    ],
)
def test_what_is_wrong_is_named(frame: pd.DataFrame, code: str, params: dict[str, object]) -> None:
    with pytest.raises(Invalid) as caught:
        panel_of(frame, DAILY)
    assert caught.value.code == code
    for name, value in params.items():
        assert caught.value.params[name] == value


def test_a_stamp_off_the_calendar_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        panel_of(small(), frequency_of("W-THU"))
    assert caught.value.code == "history_stamp_off_calendar"


def test_only_known_frequencies_are_taken() -> None:
    assert frequency_of("w").code == "W-SUN"
    assert frequency_of("MS").season == 12
    for wrong in ("H", "W-XXX", "Q"):
        with pytest.raises(Invalid, match="history_unknown_frequency"):
            frequency_of(wrong)
