"""Every forecasting model against the contract; a new model is added to one list."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from forecasting.candidates import candidate_models
from forecasting.models.boosted import Boosted
from forecasting.models.contract import Model
from forecasting.models.contract_check import CONTRACT_RULES
from forecasting.models.hearing import Hearing
from forecasting.models.prophet_model import ProphetModel
from tests.forecasting.panels import plain_panel

HORIZON = 6


def every_model() -> list[Model]:
    return [*map(small, candidate_models(HORIZON, 0, priced=True)), ProphetModel()]


def small(model: Model) -> Model:
    """The same candidate with few trees: what it is held to does not depend on their number."""
    if isinstance(model, Hearing):
        return replace(model, model=small(model.model))
    return replace(model, trees=8, max_rows=2_000) if isinstance(model, Boosted) else model


MODELS = [
    pytest.param(place, id=model.name, marks=[pytest.mark.slow] * (model.name == "prophet"))
    for place, model in enumerate(every_model())
]
Maker = Callable[[], Model]


@pytest.fixture
def make(request: pytest.FixtureRequest) -> Maker:
    return lambda: every_model()[request.param]


contract = pytest.mark.parametrize("make", MODELS, indirect=True)


@contract
@pytest.mark.parametrize("rule", CONTRACT_RULES)
def test_a_model_keeps_every_rule_that_own_models_are_held_to(make: Maker, rule: str) -> None:
    CONTRACT_RULES[rule](make)


@contract
def test_a_constant_series_goes_on(make: Maker) -> None:
    panel = plain_panel(np.full((2, 60), 7.0))
    said = make().fit(panel).predict(panel, HORIZON, [60])
    np.testing.assert_allclose(said, 7.0, rtol=0.12)
