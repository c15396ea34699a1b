"""Lines of orders and transfers: those typed by hand (SKU code, units, perhaps a price), and what a
list says of all of them. Draws and reads.

Codes are looked up inside the command's transaction, never here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app.i18n import t
from app.two_languages import fitted
from app.widgets_cells import BETWEEN

_EMPTY_LINES = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One typed line; no price where none was typed."""

    code: str
    units: int
    price: Decimal | None = None


def lines_editor(key: str, *, priced: bool) -> list[Entry]:
    """A small grid that grows; what was typed into it, empty lines left out."""
    columns: dict[str, Any] = {
        "sku": pd.Series([""] * _EMPTY_LINES, dtype="str"),
        "quantity": pd.Series([None] * _EMPTY_LINES, dtype="Int64"),
    }
    config: dict[str, Any] = {
        "sku": st.column_config.TextColumn(t("purchases.sku"), width=130),
        "quantity": st.column_config.NumberColumn(t("purchases.units"), min_value=1, step=1),
    }
    if priced:
        columns["price"] = pd.Series([None] * _EMPTY_LINES, dtype="Float64")
        config["price"] = st.column_config.NumberColumn(
            t("purchases.price"), min_value=0.0, format="%.4f", help=t("purchases.price_help")
        )
    typed = st.data_editor(
        pd.DataFrame(columns),
        key=key,
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        placeholder="",
        column_config=config,
    )
    return [entry for entry in map(_entry, typed.to_dict("records")) if entry.code or entry.units]


def _entry(row: Mapping[Any, Any]) -> Entry:
    price = row.get("price")
    return Entry(
        "" if pd.isna(row["sku"]) else str(row["sku"]).strip(),
        0 if pd.isna(row["quantity"]) else int(row["quantity"]),
        None if price is None or pd.isna(price) else Decimal(str(round(float(price), 6))),
    )


def goods_words(rows: pd.DataFrame, pixels: int) -> list[str]:
    """What each order or transfer of a list holds, for a cell of so many pixels: its first SKU, and
    how many more.
    """
    return [
        _goods(str(first), int(lines), pixels)
        for first, lines in zip(rows["first_sku"], rows["line_count"], strict=True)
    ]


def _goods(first: str, lines: int, pixels: int) -> str:
    code, _, name = first.partition(BETWEEN)
    rest = "" if lines == 1 else t("purchases.and_more", first="", more=lines - 1)
    shown = BETWEEN.join((code, fitted(name, pixels, before=code + BETWEEN + rest)))
    return t("purchases.and_more", first=shown, more=lines - 1) if rest else shown
