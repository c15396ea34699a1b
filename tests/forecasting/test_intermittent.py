"""Rare demand: what died is forgotten, what comes in lumps is waited for."""

import numpy as np
import pytest

from forecasting.models.intermittent import CrostonSba, Tsb
from tests.forecasting.panels import plain_panel

DAYS = 250


def said(model: CrostonSba | Tsb, sold: np.ndarray) -> float:
    panel = plain_panel(sold[None])
    return float(model.fit(panel).predict(panel, 1, [panel.length])[0, 0, 0])


@pytest.mark.parametrize("model", [CrostonSba(), Tsb()], ids=lambda model: model.name)
def test_an_item_that_died_is_not_forecast_as_it_lived(model: CrostonSba | Tsb) -> None:
    sold = np.zeros(DAYS)
    sold[:100] = 3.0
    assert said(model, sold[:100]) == pytest.approx(3.0, rel=0.06)
    assert said(model, sold) < 0.1


@pytest.mark.parametrize("days", [1, 30, 60])
def test_an_item_that_sells_in_lumps_is_waited_for(days: int) -> None:
    sold = np.zeros(DAYS)
    sold[DAYS - 1 :: -40] = 40.0
    then = said(CrostonSba(), sold)
    assert 1.0 < then < 1.5
    assert said(CrostonSba(), np.concatenate([sold, np.zeros(days)])) == then
