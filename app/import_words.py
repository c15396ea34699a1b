"""What an import did, in words: the same sentences on the terminal and on the screen."""

from collections.abc import Mapping

from app.i18n import catalogue, reader_language, t
from inventory_core.desk.imports_columns import Column
from inventory_core.desk.imports_runs import CellProblemAt, ImportReport, Note
from inventory_core.desk.imports_templates import TEMPLATES

# The database keeps counts without their order.
_ORDER = (
    "created", "changed", "unchanged", "sample", "held_back", "accepted", "cancellation",
    "cancel_unmatched", "order_cancelled", "order_voided", "order_refunded",
    "return", "write_off", "fee", "no_price", "no_sku", "zero_quantity",
    "repeated", "refused",
)  # fmt: skip
_FACT_ORDER = (
    "skus_created", "suppliers_created", "offers_created", "offers_assumed", "without_supplier",
    "units_opened", "orders_created", "cancelled_lines", "bulk_orders", "late_lines",
    "lines_without_sku", "cancelled_for_stock", "came_back_lines",
)  # fmt: skip


def headline(report: ImportReport, language: str = "") -> str:
    """One sentence: what happened to the file as a whole."""
    name = report.file_name or t("imports.template.complete_data", language=language)
    if report.replayed:
        key = "imports.head_replayed"
    elif report.dry_run and report.problem_count and report.template != "sales":
        key = "imports.head_dry_problems"
    elif report.dry_run:
        key = "imports.head_dry"
    elif report.written:
        key = "imports.head_done"
    elif report.problem_count and report.template != "sales":
        key = "imports.head_refused"
    else:
        key = "imports.head_nothing_new"
    return t(
        key,
        language=language,
        file=name,
        rows=report.rows,
        problems=report.problem_count,
        import_id=str(report.import_id or ""),
    )


def treatments(report: ImportReport) -> list[tuple[str, int]]:
    """(treatment, rows) in the order in which they are told."""
    return [(name, count) for name in _ORDER if (count := report.counts.get(name))]


def count_lines(report: ImportReport, language: str = "") -> list[tuple[str, int, str]]:
    """(name, rows, explanation) for every treatment, in order; together they are all rows."""
    return [
        (
            t(f"imports.count.{name}", language=language),
            count,
            t(f"imports.why.{name}", language=language),
        )
        for name, count in treatments(report)
    ]


def fact_lines(facts: Mapping[str, int], language: str = "") -> list[str]:
    """What else is to be said about the rows."""
    return [
        t(f"imports.fact.{name}", language=language, count=count)
        for name in _FACT_ORDER
        if (count := facts.get(name))
    ]


def note_line(note: Note, language: str = "") -> str:
    """One note as a sentence."""
    return t(f"imports.note.{note.code}", language=language, **note.params)


def problem_line(report: ImportReport, problem: CellProblemAt, language: str = "") -> str:
    """row 12, column Quantity: '15 pcs' is not a whole number; write 15"""
    place = t(
        "imports.at_cell" if problem.column else "imports.at_row",
        language=language,
        row=str(problem.row_no),
        column=problem_column(report, problem, language),
    )
    return f"{place} {problem_reason(problem, language)}"


def problem_column(report: ImportReport, problem: CellProblemAt, language: str = "") -> str:
    """The reader's own heading; our name of a column that their file does not have."""
    form = TEMPLATES.get(report.template)
    if form is None or problem.column in {heading.title for heading in report.headings}:
        return problem.column
    named = {column.key: column_name(column, language) for column in form.columns}
    return named.get(problem.column, problem.column)


def column_name(column: Column, language: str = "") -> str:
    """What a column is called in the reader's language."""
    return column.zh if (language or reader_language()) == "zh" else column.en


def problem_reason(problem: CellProblemAt, language: str = "") -> str:
    """What is wrong with the cell and what to write instead."""
    texts = catalogue(language) if language else catalogue("en")
    key = f"imports.problem.{problem.code}"
    if key not in texts:
        key = f"error.{problem.code}"
    said = t(key, language=language, value=problem.shown, hint=problem.hint, field=problem.column)
    if problem.hint and f"imports.hint.{problem.code}" in texts:
        said += t(f"imports.hint.{problem.code}", language=language, hint=problem.hint)
    if problem.row_count > 1:
        rows = ", ".join(str(row) for row in problem.rows)
        more = " …" if problem.row_count > len(problem.rows) else ""
        count = problem.row_count
        said += t("imports.in_rows", language=language, count=count, rows=rows + more)
    return said
