"""Workbooks to be filled in: one per template, and the prefilled one of *complete your data*.

Decides what they contain: header with notes, a sample row, drop-downs, text columns for codes.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from inventory_core.db.engine import Reading
from inventory_core.desk.complete_data import COMPLETE, incomplete_skus, prefilled_values
from inventory_core.desk.imports_cells import CellKind, read_cell
from inventory_core.desk.imports_columns import Column, Template
from inventory_core.desk.imports_templates import template as find_template
from inventory_core.office.workbooks_writing import (
    ColumnKind,
    Sheet,
    SheetColumn,
    write_csv,
    write_workbook,
)
from inventory_core.vocabulary import Language

_KINDS = {
    CellKind.CODE: ColumnKind.TEXT,
    CellKind.TEXT: ColumnKind.TEXT,
    CellKind.CURRENCY: ColumnKind.TEXT,
    CellKind.WHOLE: ColumnKind.WHOLE,
    CellKind.DECIMAL: ColumnKind.DECIMAL,
    CellKind.PERCENT: ColumnKind.DECIMAL,
    CellKind.DAY: ColumnKind.DAY,
    CellKind.MOMENT: ColumnKind.MOMENT,
    CellKind.FLAG: ColumnKind.TEXT,
}
_REQUIRED = {Language.ZH: "必填。", Language.EN: "Required. "}
_ALLOWED = {Language.ZH: "可选：", Language.EN: "One of: "}
_TEXT_WIDTH, _NUMBER_WIDTH = 22, 14


def template_workbook(key: str, language: Language) -> bytes:
    """The empty workbook of a template, with one sample row to be replaced."""
    form = find_template(key)
    sample = [_sample(column) for column in form.columns if column.handed_out]
    return write_workbook([Sheet(key, _sheet_columns(form, language), [sample])])


def template_csv(key: str, language: Language) -> bytes:
    """The same as CSV."""
    form = find_template(key)
    sample = [_sample(column) for column in form.columns if column.handed_out]
    return write_csv(_sheet_columns(form, language), [sample])


def complete_workbook(conn: Reading, language: Language) -> tuple[bytes, int]:
    """The workbook of *complete your data* and how many SKUs it holds."""
    items = incomplete_skus(conn)
    rows: Iterable[Sequence[Any]] = (
        [values[column.key] for column in COMPLETE.columns]
        for values in map(prefilled_values, items)
    )
    sheet = Sheet(COMPLETE.key, _sheet_columns(COMPLETE, language), rows)
    return write_workbook([sheet]), len(items)


def _sheet_columns(form: Template, language: Language) -> list[SheetColumn]:
    return [
        SheetColumn(
            header=_name(column, language) + (" *" if column.required else ""),
            kind=_KINDS[column.kind],
            required=column.required,
            allowed=tuple(str(each) for each in column.allowed),
            note=_note(column, language),
            width=_TEXT_WIDTH if _KINDS[column.kind] is ColumnKind.TEXT else _NUMBER_WIDTH,
        )
        for column in form.columns
        if column.handed_out
    ]


def _name(column: Column, language: Language) -> str:
    return column.zh if language is Language.ZH else column.en


def _note(column: Column, language: Language) -> str:
    parts = [_REQUIRED[language]] if column.required else []
    parts.append(column.note_zh if language is Language.ZH else column.note_en)
    if column.allowed:
        parts.append(_ALLOWED[language] + ", ".join(map(str, column.allowed)))
    return " ".join(part for part in parts if part)


def _sample(column: Column) -> Any:
    """The example as a typed cell."""
    if column.kind in (CellKind.FLAG, CellKind.CODE, CellKind.TEXT, CellKind.CURRENCY):
        return column.example or None
    if column.kind is CellKind.PERCENT:
        return float(column.example)  # as it is typed, not the share it means
    return read_cell(column.kind, column.example)
