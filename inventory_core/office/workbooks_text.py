"""Delimited text in: encodings, delimiters, quotes, ragged rows. Decides how bytes become cells.

Everything stays text here; what a cell means is decided by its column, later. Rows of the wrong
width are handed on as they are, numbered, so that none is lost.
"""

import codecs
import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from inventory_core.errors import Invalid

BLOCK_BYTES = 8 * 1024 * 1024
SAMPLE_BYTES = 256 * 1024
MOST_COLUMNS = 200
MOST_HEADER_ROWS = 20
DELIMITERS = ";\t|,"  # on a tie the earlier: a comma is also found inside numbers
# Every blank there is: what `\s` means differs between Python and the reader of CSV files.
_BLANKS = "\\s\x0b\x1c-\x1f\x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
# What a spreadsheet would run as a formula, behind invisible characters or quotes too.
FORMULA_START = f"['\"{_BLANKS}]*[=+\\-@|\uff1d\uff0b\uff0d\uff20\\t\\r]"
_ESCAPED = f"^'({FORMULA_START})"
_COMMON_CHINESE_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a file is cut into cells; `header_no` numbers records, a line may be less than one."""

    delimiter: str
    lines_skipped: int
    header_no: int
    header: tuple[str, ...]


def read_text(path: Path, name: str) -> tuple[tuple[str, ...], Iterator[pa.RecordBatch]]:
    """Header and batches of text columns "0", "1", ... with `row_no`.

    Blank lines below the header are not counted.
    """
    encoding = _encoding_of(path, name)
    shape = _shape_of(path, encoding, name)
    return shape.header, _batches(path, name, encoding, shape)


def header_at(rows: Sequence[Sequence[str | None]]) -> int | None:
    """Which of a file's first rows is its header; None where all of them are empty.

    A title above a table, or a line "sep=;", fills a cell or two; a header fills more than half
    of the fullest row.
    """
    filled = [sum(1 for cell in row if cell and cell.strip()) for row in rows]
    most = max(filled, default=0)
    return next((at for at, count in enumerate(filled) if 2 * count > most), None)


def _encoding_of(path: Path, name: str) -> str:
    """UTF-8 (with or without mark), UTF-16, GB18030, or Windows-1252, decided on the whole file."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in start:
        even, odd = start[0::2].count(0), start[1::2].count(0)
        if min(even, odd) * 4 > max(even, odd):
            raise Invalid("file_kind_unknown", file=name)
        return "utf-16-le" if odd > even else "utf-16-be"
    if _decodes(path, "utf-8-sig"):
        return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    if _decodes(path, "gb18030") and _looks_chinese(start + path.read_bytes()[: SAMPLE_BYTES * 8]):
        return "gb18030"
    return "cp1252"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _looks_chinese(sample: bytes) -> bool:
    """European text also decodes as GB18030, but into characters that nobody writes."""
    beyond = [c for c in sample.decode("gb18030", errors="ignore") if ord(c) > 127]
    common = sum(1 for c in beyond if _is_common_chinese(c))
    return bool(beyond) and common >= len(beyond) * _COMMON_CHINESE_SHARE


def _is_common_chinese(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _shape_of(path: Path, encoding: str, name: str) -> _Shape:
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE_BYTES)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    text = decoder.decode(sample).lstrip("\ufeff")
    if any(ord(c) < 32 and c not in "\t\r\n\x0c" for c in text[:4096]):
        raise Invalid("file_kind_unknown", file=name)
    lines = [line for line in text.splitlines() if line.strip()][:MOST_HEADER_ROWS]
    first = lines[0] if lines else ""
    stated = first[4:5] if first.lower().startswith("sep=") else ""
    delimiter = stated or max(DELIMITERS, key=lambda mark: _regular_cells(lines, mark))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in itertools.islice(reader, MOST_HEADER_ROWS)]
    except csv.Error as error:
        raise Invalid("file_damaged", file=name) from error
    at = header_at([row for _, row in rows])
    if at is None:
        raise Invalid("file_empty", file=name)
    lines_skipped, header = rows[at]
    if len(header) > MOST_COLUMNS:
        raise Invalid("file_too_wide", file=name, most=MOST_COLUMNS)
    return _Shape(delimiter, lines_skipped, at + 1, tuple(cell.strip() for cell in header))


def _regular_cells(lines: Sequence[str], mark: str) -> int:
    """How well a mark divides the lines: it stands in many of them, equally often."""
    counts = Counter(_cells_outside_quotes(line, mark) for line in lines)
    return max((count * times for count, times in counts.items()), default=0)


def _cells_outside_quotes(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[0::2])


def _batches(path: Path, name: str, encoding: str, shape: _Shape) -> Iterator[pa.RecordBatch]:
    _refuse_open_quote(path, name, encoding, shape.delimiter)
    ragged: list[tuple[int, str]] = []

    def keep(row: pa_csv.InvalidRow) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    names = [str(position) for position in range(len(shape.header))]
    try:
        reader = pa_csv.open_csv(
            path,
            pa_csv.ReadOptions(
                use_threads=False,
                block_size=BLOCK_BYTES,
                column_names=names,
                skip_rows=shape.lines_skipped,
                encoding="utf8" if encoding.startswith("utf-8") else encoding,
            ),
            pa_csv.ParseOptions(
                delimiter=shape.delimiter, newlines_in_values=True, invalid_row_handler=keep
            ),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
        yield from _numbered(reader, ragged, names, shape)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        raise Invalid("file_damaged", file=name) from error
    except UnicodeDecodeError as error:
        raise Invalid("file_encoding_mixed", file=name) from error


def _numbered(
    reader: pa_csv.CSVStreamingReader,
    ragged: list[tuple[int, str]],
    names: list[str],
    shape: _Shape,
) -> Iterator[pa.RecordBatch]:
    """The reader skips ragged rows; their numbers are left out here, and they follow at the end."""
    next_no = shape.header_no + 1
    for batch in reader:
        passed = {no for no, _ in ragged if no >= next_no}
        free = (no for no in itertools.count(next_no) if no not in passed)
        numbers = list(itertools.islice(free, batch.num_rows)) if passed else None
        if numbers is None:
            numbers = list(range(next_no, next_no + batch.num_rows))
        next_no = numbers[-1] + 1 if numbers else next_no
        columns = [pc.replace_substring_regex(c, _ESCAPED, r"\1") for c in batch.columns]
        yield numbered_batch(numbers, columns)
    if ragged:
        yield _ragged_batch(ragged, len(names), shape.delimiter)


def numbered_batch(
    numbers: list[int], columns: list[pa.Array], problems: list[str | None] | None = None
) -> pa.RecordBatch:
    """The form in which every reader hands on rows: row_no, problem, then cells by position."""
    return pa.record_batch(
        [
            pa.array(numbers, pa.int64()),
            pa.array(problems or [None] * len(numbers), pa.string()),
            *columns,
        ],
        ["row_no", "problem", *(str(position) for position in range(len(columns)))],
    )


def _ragged_batch(ragged: list[tuple[int, str]], width: int, delimiter: str) -> pa.RecordBatch:
    """Rows of another width: missing cells at the end are empty, cells too many are a problem."""
    numbers, problems, rows = [], [], []
    for no, line in ragged:
        cells: list[str] = next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [])
        too_many = any(cell.strip() for cell in cells[width:])
        numbers.append(no)
        problems.append("row_too_wide" if too_many else None)
        rows.append([*cells[:width], *[""] * (width - len(cells))])
    columns = [
        pa.array([row[position] or None for row in rows], pa.string()) for position in range(width)
    ]
    return numbered_batch(numbers, columns, problems)


def _refuse_open_quote(path: Path, name: str, encoding: str, delimiter: str) -> None:
    """A quote that is never closed would swallow every row behind it without a word."""
    marks = 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            marks += block.count(b'"')
    if marks % 2 == 0:
        return
    with path.open(encoding=encoding, newline="", errors="replace") as stream:
        try:
            for _ in csv.reader(stream, delimiter=delimiter, strict=True):
                pass
        except csv.Error as error:
            raise Invalid("file_quote_open", file=name) from error
