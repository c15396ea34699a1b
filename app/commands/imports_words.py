"""The tables that `yiben import` prints. Decides their look on a terminal, nothing else."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.i18n import moment, number, t
from app.import_words import count_lines, fact_lines, headline, note_line, problem_line
from inventory_core.desk.imports_runs import ImportReport, ImportRun
from inventory_core.desk.imports_undo import UndoneImport

MOST_PRINTED_PROBLEMS = 20
LEAST_ROWS_TIMED = 1_000


def print_report(screen: Console, report: ImportReport, language: str, *, seconds: float) -> None:
    """What became of the rows, then notes, then the first problems."""
    screen.print(escape(headline(report, language)), soft_wrap=True)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    for name, count, why in count_lines(report, language):
        table.add_row(name, number(count, language=language), why)
    total = t("imports.total", language=language)
    table.add_row(f"[bold]{total}", f"[bold]{number(report.rows, language=language)}", "")
    screen.print(table)
    for line in fact_lines(report.facts, language):
        screen.print(f"· {escape(line)}", soft_wrap=True)
    for note in report.notes:
        screen.print(f"[yellow]![/yellow] {escape(note_line(note, language))}", soft_wrap=True)
    for problem in report.problems[:MOST_PRINTED_PROBLEMS]:
        screen.print(
            f"[red]✗[/red] {escape(problem_line(report, problem, language))}", soft_wrap=True
        )
    left = report.problem_count - MOST_PRINTED_PROBLEMS
    if left > 0:
        screen.print(t("imports.more_problems", language=language, count=left))
    if not report.replayed and report.rows >= LEAST_ROWS_TIMED:
        speed = round(report.rows / max(seconds, 0.001))
        words = t("imports.speed", language=language, seconds=round(seconds, 1), speed=speed)
        screen.print(f"[dim]{escape(words)}[/dim]")


def print_imports(screen: Console, runs: Sequence[ImportRun], language: str) -> None:
    """One line per import."""
    if not runs:
        screen.print(t("imports.none_yet", language=language))
        return
    names = ("number", "when", "what", "file", "rows", "who", "state")
    table = Table(box=None, pad_edge=False)
    for name in names:
        right = name in ("number", "rows")
        table.add_column(
            t(f"imports.column.{name}", language=language), justify="right" if right else "left"
        )
    for run in runs:
        table.add_row(
            str(run.id),
            moment(run.recorded_at, language=language),
            t(f"imports.template.{run.template}", language=language),
            escape(run.file_name),
            number(run.counts.get("rows", 0), language=language),
            escape(run.person_name),
            t(f"imports.state.{run.state}", language=language),
        )
    screen.print(table)


def print_undone(screen: Console, undone: UndoneImport, language: str) -> None:
    """What was taken back, and what stayed."""
    number_text = str(undone.import_id)
    if undone.replayed:
        screen.print(t("imports.undone_before", language=language, import_id=number_text))
        return
    screen.print(t("imports.undone", language=language, import_id=number_text))
    for kind, count in undone.removed.items():
        screen.print(f"· {t(f'imports.removed.{kind}', language=language, count=count)}")
    for kind, count in undone.stayed.items():
        screen.print(f"· {t(f'imports.stayed.{kind}', language=language, count=count)}")
