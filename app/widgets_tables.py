"""Tables and their files, the same everywhere. Decides how a column looks; never what is in it.

    table(frame, {"sku": Text("SKU"), "on_hand": Units("On hand"), …}, key="stock_table")
        → row numbers that are ticked (with `select="one"` or `"many"`)
    export_button(frame, columns, name="stock")      the same columns as a file, no formulas
    find_box(label, "stock", given)                  what to find in the list below

Numbers stay numbers, so that sorting sorts and the eye finds the point: right-aligned, tabular,
separators of the reader's language. Dates and money are formatted by the browser's language tag.
Cells are not Markdown: data goes in as it is. On a phone a table is a page of cards.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st

from app import i18n
from app.i18n import t
from app.sheets import FileColumn, as_csv, as_workbook
from app.widgets_cells import UNBOUND, names_in_cells, side_by_side
from app.widgets_cells import Column as Column  # screens take it from here, with the kinds
from app.widgets_phone import cards, on_phone

MOST_EXPORT_ROWS = 200_000
# Of one row, the heading too, in the theme's letters.
ROW_PIXELS = 33
FITS_A_PHONE = 2
YES = "✓"
_MIMES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


def Text(label: str, **options: Any) -> Column:  # noqa: N802 reads like a type at the call
    """Words, codes, names; figures that are written out already stand to the `right`."""
    return Column(label, "text", **options)


def Units(label: str, **options: Any) -> Column:  # noqa: N802
    """Whole units."""
    return Column(label, "units", **options)


def Decimal(label: str, digits: int = 2, **options: Any) -> Column:  # noqa: N802
    """A number with `digits` after the point."""
    return Column(label, "decimal", digits=digits, **options)


def Money(label: str, digits: int = 2, **options: Any) -> Column:  # noqa: N802
    """An amount; the currency stands in the heading or in a column of its own."""
    return Column(label, "money", digits=digits, **options)


def Percent(label: str, digits: int = 1, **options: Any) -> Column:  # noqa: N802
    """A share: 0.037 is shown as 3.7%."""
    return Column(label, "percent", digits=digits, **options)


def Day(label: str, **options: Any) -> Column:  # noqa: N802
    """A calendar day."""
    return Column(label, "day", **options)


def Moment(label: str, **options: Any) -> Column:  # noqa: N802
    """A moment, shown in the company's time zone."""
    return Column(label, "moment", **options)


def Bar(label: str, most: float, **options: Any) -> Column:  # noqa: N802
    """A number as a small bar from 0 to `most`."""
    return Column(label, "bar", most=most, **options)


def Flag(label: str, **options: Any) -> Column:  # noqa: N802
    """Yes or no."""
    return Column(label, "flag", **options)


def Name(label: str, **options: Any) -> Column:  # noqa: N802
    """What goods or a partner are called; of a name in two languages the reader's is shown."""
    return Column(label, "text", called=True, **options)


def goods_column(*, name: str = "name", **options: Any) -> Column:
    """Which goods a row is about: the SKU's code, and the name by which people know it."""
    return Text(t("replenish.sku"), beside=name, beside_label=t("replenish.name"), **options)


def find_box(label: str, name: str, given: str = "") -> str:
    """Where one types what to find in the list below; at first what the address asks for."""
    return st.text_input(
        label,
        given,
        key=f"{name}_find_{given}",
        placeholder=label,
        label_visibility="collapsed",
        width=340,
        icon=":material/search:",
    ).strip()


def table(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    key: str,
    select: Literal["none", "one", "many"] = "none",
    height: int | Literal["auto", "content"] = "auto",
) -> list[int]:
    """Draw the named columns of the frame; returns the positions of the ticked rows.

    A height in pixels is the most: fewer rows make a lower table, without an empty strip.
    """
    if on_phone() and (len(columns) > FITS_A_PHONE or select != "none"):
        return cards(frame, columns, key=key, select=select)
    if isinstance(height, int) and ROW_PIXELS * (len(frame) + 1) <= height:
        height = "content"
    shown = frame[list(columns)].copy()
    for name, column in columns.items():
        pixels = column.width if isinstance(column.width, int) else UNBOUND
        if column.beside:
            shown[name] = side_by_side(frame[name], frame[column.beside], pixels)
        elif column.called:
            shown[name] = names_in_cells(frame[name], pixels)
    for name, column in columns.items():
        if column.kind == "moment":
            shown[name] = _in_zone(shown[name])
        elif column.kind == "flag":
            shown[name] = [YES if flag else "" for flag in shown[name]]
        elif column.kind == "percent":
            shown[name] = shown[name].astype(float) * 100
        elif column.kind in {"decimal", "money", "bar"}:
            shown[name] = shown[name].astype(float)
    settings = {name: _drawn(column) for name, column in columns.items()}
    if select == "none":
        st.dataframe(
            shown, column_config=settings, hide_index=True, key=key, height=height, placeholder="—"
        )
        return []
    state = st.dataframe(
        shown,
        column_config=settings,
        hide_index=True,
        key=key,
        height=height,
        placeholder="—",
        on_select="rerun",
        selection_mode="single-row" if select == "one" else "multi-row",
    )
    return [row for row in state["selection"]["rows"] if row < len(shown)]


def export_button(frame: pd.DataFrame, columns: Mapping[str, Column], *, name: str) -> None:
    """Give the same columns as XLSX or CSV; a file is made only when it is asked for."""
    told: dict[str, FileColumn] = {}
    for column_name, column in columns.items():
        told[column_name] = FileColumn(column.label, column.kind)
        if column.beside:
            told[column.beside] = FileColumn(column.beside_label, "text")
    listed = frame[list(told)].head(MOST_EXPORT_ROWS)
    files: dict[str, Callable[[], bytes]] = {
        "xlsx": lambda: as_workbook(listed, list(told.values()), name=name),
        "csv": lambda: as_csv(listed, list(told.values())),
    }
    with st.container(horizontal=True, gap="small", width="content"):
        for ending, make in files.items():
            st.download_button(
                ending.upper(),
                make,
                file_name=f"{name}.{ending}",
                mime=_MIMES[ending],
                key=f"{name}_{ending}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
                help=t("shell.export"),
            )


def _in_zone(moments: pd.Series) -> pd.Series:
    aware = pd.to_datetime(moments, utc=True)
    return aware.dt.tz_convert(i18n.reader_zone()).dt.tz_localize(None)


def _drawn(column: Column) -> Any:
    config = st.column_config
    common: dict[str, Any] = {
        "label": column.label,
        "help": column.help or None,
        "width": column.width,
        "pinned": column.pinned or None,
    }
    digits = column.digits
    chinese = i18n.reader_language() == "zh"
    if column.kind == "units":
        return config.NumberColumn(format="%,d", step=1, **common)
    if column.kind in {"decimal", "money"}:
        return config.NumberColumn(format=f"%,.{digits}f", **common)
    if column.kind == "percent":
        return config.NumberColumn(format=f"%.{digits}f%%", **common)
    if column.kind == "day":
        return config.DateColumn(format="YYYY-MM-DD" if chinese else "D MMM YYYY", **common)
    if column.kind == "moment":
        shape = "YYYY-MM-DD HH:mm" if chinese else "D MMM YYYY, HH:mm"
        return config.DatetimeColumn(format=shape, **common)
    if column.kind == "bar":
        most = column.most or 1.0
        common.pop("pinned")
        return config.ProgressColumn(format="%.0f", min_value=0, max_value=most, **common)
    if column.kind == "flag":
        # A box that cannot be ticked would stand beside the boxes that can.
        return config.TextColumn(alignment="center", **common)
    return config.TextColumn(alignment="right" if column.right else None, **common)
