"""A file of sales on its way to the server: read, copied and counted. Decides which file is none.

Read in batches and copied as it comes, so that a million lines fit into bounded memory; where most
rows cannot be read the file is another one, and nothing of it is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from inventory_core.db.engine import Writing
from inventory_core.desk.imports_columns import Matched, match_header
from inventory_core.desk.imports_headings import Heading, as_parameters, first_rows, headings_of
from inventory_core.desk.imports_templates_sales import SALES
from inventory_core.desk.sales_places import SalesOptions, habits_of, with_currency_of_header
from inventory_core.desk.sales_reading import RefusedRow, copy_lines, read_sales
from inventory_core.desk.sales_statements import COPY_STAGED, CREATE_STAGED, DROP_STAGED, SET_UP
from inventory_core.errors import Invalid
from inventory_core.office.workbooks import read_table

# More refused than this: not dirt but another format; nothing is taken then.
MOST_REFUSED_SHARE = 0.5
MOST_REFUSED_ROWS = 200_000

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Staged:
    """What was read: rows in all, those refused, how the header was understood."""

    rows: int
    refused: list[RefusedRow]
    matched: Matched
    headings: tuple[Heading, ...]
    options: SalesOptions
    sheet: str
    file_name: str


def stage_sales(
    tx: Writing, path: Path, name: str, options: SalesOptions, progress: Progress | None
) -> Staged:
    """Copy every readable row of the file to the server, batch by batch."""
    tx.execute(SET_UP)
    tx.execute(DROP_STAGED)
    tx.execute(CREATE_STAGED)
    table, first = first_rows(read_table(path, file_name=name, sheet=options.sheet))
    matched = match_header(SALES, table.header, file_name=name, said=options.said)
    headings = headings_of(matched, first)
    options = with_currency_of_header(options, matched)
    batches = read_sales(table, matched, habits_of(options))
    rows = 0
    refused: list[RefusedRow] = []
    with tx.psycopg.cursor() as cursor, cursor.copy(COPY_STAGED) as copy:
        for batch in batches:
            copy.write(copy_lines(batch.staged))
            refused.extend(batch.refused)
            rows += batch.staged.num_rows + len(batch.refused)
            if len(refused) > MOST_REFUSED_ROWS:
                break
            if progress is not None:
                progress(rows)
    refused.sort(key=lambda row: row.row_no)
    if rows == 0:
        raise Invalid("file_without_rows", file=name)
    if len(refused) > min(rows * MOST_REFUSED_SHARE, MOST_REFUSED_ROWS):
        worst = refused[0]
        raise Invalid(
            "file_mostly_unreadable",
            file=name,
            refused=len(refused),
            rows=rows,
            row=worst.row_no,
            column=worst.column,
            value=worst.shown,
            reason=worst.code,
            headings=as_parameters(headings),
        )
    return Staged(rows, refused, matched, headings, options, table.sheet, name)
