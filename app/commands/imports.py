"""`yiben import`: files in, what became of each row, and taking an import back.

Decides options and words; the core decides everything else. Exit code 1 where a file was refused.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app.commands.imports_words import print_imports, print_report, print_undone
from app.i18n import t
from app.opening import Opened, opened_company, terminal_language
from inventory_core.clock import new_id, utc_now
from inventory_core.db.companies import OWN_COMPANY, SAMPLE_COMPANY, remember_company
from inventory_core.desk.complete_loading import accept_assumptions, complete_from_file
from inventory_core.desk.imports import LOADERS, import_file
from inventory_core.desk.imports_runs import ImportReport, list_imports
from inventory_core.desk.imports_undo import undo_import
from inventory_core.desk.imports_workbooks import (
    complete_workbook,
    template_csv,
    template_workbook,
)
from inventory_core.desk.sales_history import import_sales
from inventory_core.desk.sales_places import DEFAULT_CHANNEL, SalesOptions
from inventory_core.desk.sales_sums import RowSpan
from inventory_core.errors import Invalid, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.vocabulary import Language

screen = Console()
import_ = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Bring files in by template, see what became of each row, take an import back.",
)

File = Annotated[Path, typer.Argument(help="xlsx, xls, ods, csv or parquet")]
Company = Annotated[str, typer.Option(help="company; default: the one last opened")]
Sheet = Annotated[str, typer.Option(help="sheet of a workbook; default: the first with content")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would happen, write nothing")]
DateOrder = Annotated[str, typer.Option(help="how to read 03/04/2026: dmy or mdy")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="file to write")]
_DAY_ORDERS = {"": None, "dmy": True, "mdy": False}


@import_.command("sales")
def sales(
    file: File,
    warehouse: Annotated[str, typer.Option(help="code; default: the first warehouse")] = "",
    channel: Annotated[str, typer.Option(help="code of the channel account")] = DEFAULT_CHANNEL,
    currency: Annotated[str, typer.Option(help="of the prices; default: the company's")] = "",
    time_zone: Annotated[str, typer.Option(help="of the times; default: the company's")] = "",
    create_skus: Annotated[bool, typer.Option(help="make SKUs that are not known yet")] = True,
    each_row: Annotated[
        RowSpan | None, typer.Option(help="what a row is: one sale, or the sum of a week or month")
    ] = None,
    date_order: DateOrder = "",
    sheet: Sheet = "",
    dry_run: DryRun = False,
    company: Company = "",
) -> None:
    """Sales history: order lines as they are, dirt included; nothing of it moves stock."""
    options = SalesOptions(
        warehouse=warehouse,
        channel=channel,
        currency=currency,
        time_zone=time_zone,
        create_skus=create_skus,
        day_first=_day_first(date_order),
        each_row=each_row,
        sheet=sheet,
    )
    key = str(new_id())
    with _receiving(company) as opened, _progress() as bar:
        started = time.monotonic()
        language = terminal_language()
        task = bar.add_task(t("imports.reading", language=language, rows=0))

        def told(rows: int) -> None:
            bar.update(task, description=t("imports.reading", language=language, rows=rows))

        report = opened.database.write(
            lambda tx: import_sales(
                tx, SYSTEM, file, options, key=key, now=utc_now(), dry_run=dry_run, progress=told
            )
        )
        seconds = time.monotonic() - started
    _told(report, seconds)


@contextmanager
def _receiving(company: str) -> Iterator[Opened]:
    """The company that a file goes into: never by accident the one that is played, and where it
    is named, the one that later commands mean.
    """
    with opened_company(company) as opened:
        if opened.slug == SAMPLE_COMPANY and not (company or opened.settings.company):
            raise Refused("sample_not_named", own=OWN_COMPANY, sample=SAMPLE_COMPANY)
        if company:
            remember_company(opened.settings.data_folder, company)
        yield opened


def _loads(template: str) -> None:
    """One command per template; they differ in nothing but the name."""

    @import_.command(template.replace("_", "-"), help=t(f"imports.template.{template}"))
    def load(
        file: File,
        date_order: DateOrder = "",
        sheet: Sheet = "",
        dry_run: DryRun = False,
        company: Company = "",
    ) -> None:
        key = str(new_id())
        with _receiving(company) as opened, _progress() as bar:
            started = time.monotonic()
            bar.add_task(t("imports.working", language=terminal_language()))
            report = opened.database.write(
                lambda tx: import_file(
                    tx,
                    SYSTEM,
                    template,
                    file,
                    key=key,
                    now=utc_now(),
                    sheet=sheet,
                    day_first=_day_first(date_order),
                    dry_run=dry_run,
                )
            )
            seconds = time.monotonic() - started
        _told(report, seconds)


for _template in LOADERS:
    _loads(_template)


@import_.command("complete")
def complete(
    file: Annotated[Path | None, typer.Argument(help="the completed workbook")] = None,
    accept_defaults: Annotated[
        bool, typer.Option("--accept-defaults", help="take every assumption as it is")
    ] = False,
    dry_run: DryRun = False,
    company: Company = "",
) -> None:
    """Complete your data: suppliers, lead times, cost and stock of the SKUs that were sold."""
    if (file is None) == (not accept_defaults):
        raise Invalid("complete_needs_one")
    key = str(new_id())
    with _receiving(company) as opened, _progress() as bar:
        started = time.monotonic()
        bar.add_task(t("imports.working", language=terminal_language()))
        report = opened.database.write(
            lambda tx: (
                complete_from_file(tx, SYSTEM, file, key=key, now=utc_now(), dry_run=dry_run)
                if file is not None
                else accept_assumptions(tx, SYSTEM, key=key, now=utc_now(), dry_run=dry_run)
            )
        )
        seconds = time.monotonic() - started
    _told(report, seconds)


@import_.command("complete-template")
def complete_template(output: Output = None, company: Company = "") -> None:
    """Write the workbook of *complete your data*, prefilled with assumptions."""
    target = output or Path("complete-your-data.xlsx")
    language = terminal_language()
    with opened_company(company) as opened, opened.database.reading() as conn:
        content, count = complete_workbook(conn, Language(language))
    target.write_bytes(content)
    words = t("imports.complete_written", language=language, file=str(target), count=count)
    screen.print(words, soft_wrap=True)


@import_.command("template")
def template(
    kind: Annotated[str, typer.Argument(help="skus, sales, opening-stock, …")],
    output: Output = None,
) -> None:
    """Write the empty template of a kind, with a sample row; -o FILE.csv for CSV."""
    language = terminal_language()
    key = kind.replace("-", "_")
    target = output or Path(f"{key}.xlsx")
    make = template_csv if target.suffix.lower() == ".csv" else template_workbook
    target.write_bytes(make(key, Language(language)))
    words = t("imports.template_written", language=language, file=str(target))
    screen.print(words, soft_wrap=True)


@import_.command("list")
def list_(company: Company = "") -> None:
    """The imports of the past, newest first."""
    with opened_company(company) as opened, opened.database.reading() as conn:
        print_imports(screen, list_imports(conn), terminal_language())


@import_.command("undo")
def undo(
    import_id: Annotated[int, typer.Argument(help="number, as `yiben import list` shows it")],
    reason: Annotated[str, typer.Option(help="kept with the record")] = "",
    company: Company = "",
) -> None:
    """Take one import back as a whole; refused where something has used it since."""
    key = str(new_id())
    with opened_company(company) as opened:
        undone = opened.database.write(
            lambda tx: undo_import(tx, SYSTEM, import_id, key=key, reason=reason, now=utc_now())
        )
    print_undone(screen, undone, terminal_language())


def _day_first(date_order: str) -> bool | None:
    if date_order not in _DAY_ORDERS:
        raise Invalid("date_order_unknown", value=date_order)
    return _DAY_ORDERS[date_order]


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=screen,
        transient=True,
    )


def _told(report: ImportReport, seconds: float) -> None:
    print_report(screen, report, terminal_language(), seconds=seconds)
    if report.problem_count and not report.written and report.template != "sales":
        raise typer.Exit(1)
