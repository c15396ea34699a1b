"""What Prophet is told beside the dates: the days beside moving feasts that showed before."""

import numpy as np
import pandas as pd
import pytest
from dateutil.easter import easter

from forecasting.models.prophet_model import ProphetModel
from tests.forecasting.panels import plain_panel

pytestmark = pytest.mark.slow


def test_the_week_before_easter_sells_what_it_sold_before_other_easters() -> None:
    days = pd.date_range("2024-01-01", "2026-04-20")
    week_before = np.zeros(len(days), dtype=bool)
    for year in (2024, 2025, 2026):
        away = (days - pd.Timestamp(easter(year))).days
        week_before |= (away >= -7) & (away <= -1)
    demand = np.random.default_rng(2).poisson(40.0 * (1.0 + week_before), (2, len(days)))
    panel = plain_panel(demand.astype(float))
    origin = int(np.flatnonzero(days == "2026-03-20")[0])
    model = ProphetModel().fit(panel.until(origin))
    said = model.predict(panel, 30, [origin])[0]
    ahead = week_before[origin : origin + 30]
    assert model.feasts_[""] == ("feast_easter",)
    assert said[:, ahead].mean() == pytest.approx(80.0, rel=0.15)
    assert said[:, ~ahead].mean() == pytest.approx(40.0, rel=0.15)
