"""The contract of models, executable: one rule each, callable on any class that claims to keep it.

Decides what counts as breaking it, on small made-up demand with gaps, dead and sparse series and a
promotion that is announced ahead. Says the first rule that is broken, never how good a model is.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.frequency import frequency_of, period_range
from forecasting.models.contract import Model
from forecasting.panel import Panel
from inventory_core.errors import Invalid, YibenError

Floats = npt.NDArray[np.float64]
Maker = Callable[[], Model]
Rule = Callable[[Maker], None]

HORIZON = 6
SHORT = (1, 2, 3)
MOST_SECONDS = 20.0
LONGEST_NAME = 40
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CLOSE = 1e-9


def check_contract(make: Maker) -> float:
    """Hold a model to every rule; answers the seconds it took, or Invalid for the first break."""
    began = time.monotonic()
    for rule in CONTRACT_RULES.values():
        try:
            rule(make)
        except YibenError:
            raise
        except Exception as error:
            words = f"{type(error).__name__}: {error}"[:300]
            raise Invalid("model_contract_error", words=words) from error
        if time.monotonic() - began > MOST_SECONDS:
            raise Invalid("model_contract_slow", seconds=int(MOST_SECONDS))
    return time.monotonic() - began


def has_a_plain_name(make: Maker) -> None:
    """Small letters, digits and underscores: the name is a key in tables and files."""
    name = make().name
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise Invalid("model_contract_name", value=str(name)[:60], most=LONGEST_NAME)


def covers_every_series_and_step(make: Maker) -> None:
    """[origins, series, horizon], finite and never negative."""
    panel = check_panel()
    model = make()
    if model.fit(panel) is not model:
        raise Invalid("model_contract_fit")
    require_shape(model.predict(panel, HORIZON, [50, panel.length]), (2, panel.count, HORIZON))


def sees_nothing_after_the_origin(make: Maker) -> None:
    """At origin `t` of a longer panel a model says what it says at the end of `until(t)`."""
    panel = check_panel()
    model = make().fit(panel.until(50))
    later = np.asarray(model.predict(panel, HORIZON, [55]), dtype=np.float64)
    then = np.asarray(model.predict(panel.until(55), HORIZON, [55]), dtype=np.float64)
    if later.shape != then.shape or not np.allclose(later, then, rtol=_CLOSE, atol=_CLOSE):
        raise Invalid("model_contract_future")


def says_the_same_twice(make: Maker) -> None:
    """The same panel and parameters give the same numbers."""
    panel = check_panel()
    first, second = (
        np.asarray(make().fit(panel).predict(panel, HORIZON, [panel.length])) for _ in range(2)
    )
    if not np.array_equal(first, second):
        raise Invalid("model_contract_repeat")


def keeps_its_parameters(make: Maker) -> None:
    """`fit` keeps what it learned in attributes ending in `_` and leaves the others alone."""
    model, fresh = make(), make()
    model.fit(check_panel())
    for name, value in vars(fresh).items():
        if not name.endswith("_") and not _same(vars(model).get(name), value):
            raise Invalid("model_contract_state", name=name)


def leaves_the_panel_alone(make: Maker) -> None:
    """Other candidates learn from the same arrays."""
    panel, untouched = check_panel(), check_panel()
    make().fit(panel).predict(panel, HORIZON, [panel.length])
    same = np.array_equal(panel.y, untouched.y, equal_nan=True) and all(
        np.array_equal(panel.known[name], values, equal_nan=True)
        for name, values in untouched.known.items()
    )
    if not same:
        raise Invalid("model_contract_panel")


def forecasts_the_shortest_histories(make: Maker) -> None:
    """One, two or three periods are a history too; what never sold is forecast at zero."""
    for periods in SHORT:
        panel = check_panel(np.array([[5.0] * periods, [0.0] * periods]))
        said = make().fit(panel).predict(panel, HORIZON, [panel.length])
        found = require_shape(said, (1, 2, HORIZON))
        if (found[0, 1] != 0).any():
            raise Invalid("model_contract_silent")


CONTRACT_RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        has_a_plain_name,
        covers_every_series_and_step,
        sees_nothing_after_the_origin,
        says_the_same_twice,
        keeps_its_parameters,
        leaves_the_panel_alone,
        forecasts_the_shortest_histories,
    )
}


def require_shape(said: Any, shape: tuple[int, ...]) -> Floats:
    """The forecast as an array; Invalid where its shape is wrong, a value a hole or negative."""
    found = np.asarray(said, dtype=np.float64)
    if found.shape != shape:
        raise Invalid("model_contract_shape", found=str(found.shape), wanted=str(shape))
    if not np.isfinite(found).all():
        raise Invalid("model_contract_holes")
    if (found < 0).any():
        raise Invalid("model_contract_negative")
    return found


def check_panel(y: Floats | None = None) -> Panel:
    """Weekly demand: steady, seasonal, sparse, dead and young series, gaps, one promotion ahead;
    prices rise now and then.
    """
    demand = _demand() if y is None else y
    count, length = demand.shape
    weekly = frequency_of("W-SUN")
    first = np.datetime64("2024-01-07")
    last = first + np.timedelta64(7 * (length + HORIZON - 1), "D")
    promotion = np.full((count, length + HORIZON), 0.0)
    promotion[::2, 3::13] = 0.2
    promotion[0, -2] = 0.2
    return Panel(
        ids=tuple(f"S{row}" for row in range(count)),
        frequency=weekly,
        days=period_range(weekly, first, last),
        y=demand,
        known={"promotion": promotion},
        past={},
        static={"category": np.arange(count, dtype=np.float64) % 2},
        categorical=frozenset({"category"}),
        offered_from=np.zeros(count, dtype=np.int64),
        closed=None,
        on_trial={
            "price": 10.0 + np.cumsum(np.arange(demand.size).reshape(demand.shape) % 9 == 4, 1)
        },
    )


def _demand() -> Floats:
    random = np.random.default_rng(11)
    week = np.arange(80)
    wave = 1.0 + 0.4 * np.sin(2 * np.pi * week / 52)
    steady, seasonal = random.poisson(20.0, 80), random.poisson(12.0 * wave)
    sparse = random.poisson(0.2, 80)
    dead = np.where(week < 30, random.poisson(8.0, 80), 0)
    demand = np.stack([steady, seasonal, sparse, dead, random.poisson(5.0, 80)]).astype(np.float64)
    demand[1, 20:23] = np.nan
    demand[2, 60] = np.nan
    demand[4, :45] = np.nan
    return demand


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return bool(np.array_equal(left, right))
    return bool(left == right)
