"""Named SELECTs as frames for people who look. Decides types only; trains and changes nothing."""

from collections.abc import Iterable
from dataclasses import asdict, is_dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from inventory_core.db.engine import Reading


def table(conn: Reading, statement: Any, **parameters: Any) -> pd.DataFrame:
    """One SELECT as a frame; exact decimals become floats, days become timestamps."""
    result = conn.execute(statement, parameters)
    return _plain(pd.DataFrame(result.fetchall(), columns=list(result.keys())))


def records(rows: Iterable[Any]) -> pd.DataFrame:
    """Frozen records as a frame, one row each."""
    found = list(rows)
    assert all(is_dataclass(row) for row in found)
    return _plain(pd.DataFrame([asdict(row) for row in found]))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    for name in frame.columns:
        known = frame[name].dropna()
        if not known.empty and isinstance(known.iloc[0], Decimal):
            frame[name] = frame[name].astype(float)
        elif name.endswith("_on") or name == "on_day":
            frame[name] = pd.to_datetime(frame[name])
    return frame
