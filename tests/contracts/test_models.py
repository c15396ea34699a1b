"""Every forecasting model against the contract; a new model is added to one list."""

from collections.abc import Callable

import numpy as np
import pytest

from forecasting.candidates import candidate_models
from forecasting.models.boosted import Boosted
from forecasting.models.contract import Model
from forecasting.models.prophet_model import ProphetModel
from tests.forecasting.panels import demand_panel, plain_panel

HORIZON = 6


def every_model() -> list[Model]:
    small = Boosted(horizon=HORIZON, trees=8, max_rows=2_000)
    cheap = [model for model in candidate_models(HORIZON, 0) if model.name != "boosted"]
    return [*cheap, small, ProphetModel()]


MODELS = [pytest.param(place, id=model.name) for place, model in enumerate(every_model())]
Maker = Callable[[], Model]


@pytest.fixture
def make(request: pytest.FixtureRequest) -> Maker:
    return lambda: every_model()[request.param]


contract = pytest.mark.parametrize("make", MODELS, indirect=True)


@contract
def test_a_forecast_has_every_series_and_step_and_is_never_negative(make: Maker) -> None:
    panel = demand_panel(series=3, periods=80)
    said = make().fit(panel).predict(panel, HORIZON, [50, panel.length])
    assert said.shape == (2, 3, HORIZON)
    assert np.isfinite(said).all()
    assert (said >= 0).all()


@contract
def test_what_is_said_at_an_origin_depends_on_nothing_after_it(make: Maker) -> None:
    panel = demand_panel(series=3, periods=80)
    model = make().fit(panel.until(50))
    later = model.predict(panel, HORIZON, [55])
    then = model.predict(panel.until(55), HORIZON, [55])
    np.testing.assert_allclose(later, then, rtol=1e-9, atol=1e-9)


@contract
def test_a_second_fit_says_the_same_and_fit_returns_the_model(make: Maker) -> None:
    panel = demand_panel(series=2, periods=70)
    model = make()
    assert model.fit(panel) is model
    first = model.predict(panel, HORIZON, [panel.length])
    second = make().fit(panel).predict(panel, HORIZON, [panel.length])
    np.testing.assert_array_equal(first, second)


@contract
def test_learned_state_ends_in_an_underscore_and_parameters_stay(make: Maker) -> None:
    model, fresh = make(), make()
    model.fit(demand_panel(series=2, periods=60))
    for name, value in vars(fresh).items():
        if not name.endswith("_"):
            assert vars(model)[name] == value, name


@contract
@pytest.mark.parametrize("periods", [1, 2, 3])
def test_the_shortest_histories_are_forecast(make: Maker, periods: int) -> None:
    panel = plain_panel(np.array([[5.0] * periods, [0.0] * periods]))
    said = make().fit(panel).predict(panel, HORIZON, [panel.length])
    assert np.isfinite(said).all()
    assert (said[0, 1] == 0).all(), "what never sold is forecast at zero"


@contract
def test_a_constant_series_goes_on(make: Maker) -> None:
    panel = plain_panel(np.full((2, 60), 7.0))
    said = make().fit(panel).predict(panel, HORIZON, [60])
    np.testing.assert_allclose(said, 7.0, rtol=0.12)
