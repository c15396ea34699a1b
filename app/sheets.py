"""Frames as files. Decides that no cell of a download can be a formula; knows no screen.

A text that a spreadsheet would run (it begins with = + - @, a tab or a line end) gets an apostrophe
in front. Numbers are written as numbers.
"""

from collections.abc import Sequence

import pandas as pd

_LEADERS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> object:
    """The value, or its text with an apostrophe where a spreadsheet would compute it."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_LEADERS):
        return "'" + value
    return value


def as_csv(frame: pd.DataFrame, labels: Sequence[str]) -> bytes:
    """UTF-8 with a mark at the start, which is how Excel knows Chinese."""
    return _safe(frame, labels).to_csv(index=False).encode("utf-8-sig")


def _safe(frame: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    safe = frame.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = safe[name].map(safe_cell)
    safe.columns = pd.Index([str(safe_cell(label)) for label in labels])
    return safe
