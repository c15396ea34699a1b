"""Tables in and out of files: Excel, OpenDocument, CSV, Parquet. Decides one form for all of them.

`read_table` gives the header and numbered batches of cells of any of these files; what a column
means is decided by whoever reads it. `write_*` make files that open cleanly anywhere and run
nothing. Only the `workbooks*` modules know openpyxl, calamine and pyarrow's file formats.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pa_parquet

from inventory_core.errors import Invalid
from inventory_core.office.workbooks_child import read_sheet
from inventory_core.office.workbooks_guard import FileKind, check_file
from inventory_core.office.workbooks_text import MOST_COLUMNS, numbered_batch, read_text

PARQUET_BATCH_ROWS = 65_536
FIRST_DATA_ROW = 2


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header and its rows.

    Batches have columns `row_no` (as a spreadsheet numbers it, header = 1), `problem` (a code where
    the row's shape is wrong, else null) and "0", "1", ... in header order, of whatever type the
    file gives; an empty cell is null. Read once: the iterator is used up.
    """

    file_name: str
    kind: FileKind
    sheet: str
    header: tuple[str, ...]
    batches: Iterator[pa.RecordBatch]


def read_table(path: Path, *, file_name: str = "", sheet: str = "") -> Table:
    """Open a file of any kind; Invalid names the file, the sheet and what is wrong with it."""
    name = file_name or path.name
    kind = check_file(path, file_name=name)
    if kind is FileKind.CSV:
        header, batches = read_text(path, name)
        return Table(name, kind, "", header, batches)
    if kind is FileKind.PARQUET:
        header, batches = _read_parquet(path, name)
        return Table(name, kind, "", header, batches)
    found, header, batches = read_sheet(path, name, sheet)
    return Table(name, kind, found, header, batches)


def file_hash(path: Path) -> str:
    """SHA-256 of the content, in hex; Invalid where there is no such file."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise Invalid("file_not_readable", file=str(path), reason=error.strerror or "") from error


def _read_parquet(path: Path, name: str) -> tuple[tuple[str, ...], Iterator[pa.RecordBatch]]:
    try:
        source = pa_parquet.ParquetFile(path)
        schema = source.schema_arrow
        names = tuple(schema.names)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Invalid("file_damaged", file=name) from error
    if len(schema) > MOST_COLUMNS:
        raise Invalid("file_too_wide", file=name, most=MOST_COLUMNS)
    return names, _parquet_batches(source, name)


def _parquet_batches(source: pa_parquet.ParquetFile, name: str) -> Iterator[pa.RecordBatch]:
    next_no = FIRST_DATA_ROW
    try:
        for batch in source.iter_batches(batch_size=PARQUET_BATCH_ROWS):
            batch.validate(full=True)
            numbers = list(range(next_no, next_no + batch.num_rows))
            next_no += batch.num_rows
            yield numbered_batch(numbers, [_plain(column) for column in batch.columns])
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Invalid("file_damaged", file=name) from error
    finally:
        source.close()


def _plain(column: pa.Array) -> pa.Array:
    """Codes of a dictionary as their values; a zoned time as UTC; times to the microsecond."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        return column.cast(pa.timestamp("us", tz="UTC"), safe=False)
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        return column.cast(pa.timestamp("us"), safe=False)
    return column
