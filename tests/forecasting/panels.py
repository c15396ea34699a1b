"""Small made-up demand for tests: seeded, seasonal, with promotions, gaps and sparse items."""

import numpy as np
import pandas as pd

from forecasting.frames import Columns, panel_of
from forecasting.frequency import frequency_of
from forecasting.panel import Panel

COLUMNS = Columns(mask="open", known=("open", "promo", "price"), static=("kind",))


def demand_frame(
    series: int = 12, periods: int = 140, *, freq: str = "D", seed: int = 3
) -> pd.DataFrame:
    """A long frame with every kind of trouble: closed days, promotions, sparse and dying items."""
    random = np.random.default_rng(seed)
    days = pd.date_range("2024-01-01", periods=periods, freq=freq)
    parts = []
    for number in range(series):
        level = float(np.exp(random.normal(2.0, 1.0)))
        phase = 1.0 + 0.4 * np.sin(2 * np.pi * (np.arange(periods) % 7) / 7)
        promo = (random.random(periods) < 0.2) * 1
        closed = (random.random(periods) < 0.05) | (np.arange(periods) % 50 == 45)
        mean = level * phase * (1 + promo) * (0.1 if number % 4 == 3 else 1.0)
        y = random.poisson(mean).astype(float)
        y[closed] = 0.0
        start = int(random.integers(0, periods // 4))
        part = pd.DataFrame(
            {
                "unique_id": f"S{number:03d}",
                "ds": days,
                "y": y,
                "open": 1 - closed * 1,
                "promo": promo,
                "price": np.where(promo == 1, 8.0, 10.0),
                "kind": "ab"[number % 2],
            }
        )
        parts.append(part.iloc[start:])
    return pd.concat(parts, ignore_index=True)


def demand_panel(series: int = 12, periods: int = 140, *, freq: str = "D", seed: int = 3) -> Panel:
    season = {"D": 7, "W": 52, "M": 12}[freq[0]]
    frame = demand_frame(series, periods, freq=freq, seed=seed)
    return panel_of(frame, frequency_of(freq, season), COLUMNS)


def plain_panel(values: np.ndarray, *, freq: str = "D") -> Panel:
    """A panel of an array [S, T] without extras; NaN rows are left out of the frame."""
    days = pd.date_range("2024-01-01", periods=values.shape[1], freq=freq)
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat([f"S{row}" for row in range(len(values))], values.shape[1]),
            "ds": np.tile(days, len(values)),
            "y": values.reshape(-1),
        }
    )
    return panel_of(frame, frequency_of(freq), Columns())
