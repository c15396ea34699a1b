"""Reads a spreadsheet in a process of its own. Decides its limits of memory and time.

A hostile or broken workbook can end the child but not the program. Batches come back through a
pipe, each as an Arrow stream, since a column may be numbers in one batch and text in the next; the
first stream carries sheet and header, the last one says that nothing is missing. The child is
`python -m inventory_core.office.workbooks_child FILE SHEET`.
"""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from inventory_core.errors import Invalid, YibenError
from inventory_core.office.workbooks_sheets import open_sheet

try:
    import resource
except ImportError:  # not a Unix: the limit of time remains
    resource = None  # type: ignore[assignment]

MODULE = "inventory_core.office.workbooks_child"
MOST_MEMORY_BYTES = 6 * 1024**3
MOST_SECONDS = 300

Child = subprocess.Popen[bytes]


def read_sheet(
    path: Path, name: str, sheet: str = "", *, seconds: float = MOST_SECONDS
) -> tuple[str, tuple[str, ...], Iterator[pa.RecordBatch]]:
    """Sheet name, header and batches; Invalid names the file and the sheet."""
    child = subprocess.Popen(  # noqa: S603 — our own module; the path is an argument, no shell
        [sys.executable, "-m", MODULE, str(path), sheet],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    assert child.stdout is not None
    clock = threading.Timer(seconds, child.kill)
    clock.daemon = True
    clock.start()
    try:
        facts, _ = _receive(child.stdout)
    except (pa.ArrowInvalid, OSError) as error:
        _end(child, clock)
        raise Invalid("sheet_not_readable", file=name, sheet=sheet) from error
    if "error" in facts:
        _end(child, clock)
        raise Invalid(facts["error"], file=name, sheet=sheet, most=facts.get("most", ""))
    header = tuple(facts[f"h{position}"] for position in range(int(facts["width"])))
    return facts["sheet"], header, _received(child, clock, name, facts["sheet"])


def _received(
    child: Child, clock: threading.Timer, name: str, sheet: str
) -> Iterator[pa.RecordBatch]:
    assert child.stdout is not None
    try:
        while True:
            facts, batches = _receive(child.stdout)
            if "end" in facts:
                return
            if "error" in facts:
                raise Invalid(facts["error"], file=name, sheet=sheet)
            yield from batches
    except (pa.ArrowInvalid, OSError) as error:
        raise Invalid("sheet_not_readable", file=name, sheet=sheet) from error
    finally:
        _end(child, clock)


def _receive(source: IO[bytes]) -> tuple[dict[str, str], list[pa.RecordBatch]]:
    reader = pa.ipc.open_stream(source)
    batches = list(reader)
    facts = reader.schema.metadata or {}
    return {key.decode(): value.decode() for key, value in facts.items()}, batches


def _end(child: Child, clock: threading.Timer) -> None:
    clock.cancel()
    child.kill()
    child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _serve(path: Path, sheet: str, sink: IO[bytes]) -> None:
    """What the child does."""
    try:
        found, header, batches = open_sheet(path, sheet)
        facts = {"sheet": found, "width": str(len(header))}
        facts |= {f"h{position}": cell for position, cell in enumerate(header)}
        _send(sink, pa.schema([], metadata=facts))
        for batch in batches:
            _send(sink, batch.schema, batch)
        _send(sink, pa.schema([], metadata={"end": "1"}))
    except YibenError as error:
        params = {key: str(value) for key, value in error.params.items()}
        _send(sink, pa.schema([], metadata={"error": error.code, **params}))


def _send(sink: IO[bytes], schema: Any, batch: pa.RecordBatch | None = None) -> None:
    with pa.ipc.new_stream(sink, schema) as writer:
        if batch is not None:
            writer.write_batch(batch)
    sink.flush()


def _limit_memory() -> None:
    if resource is not None:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))


if __name__ == "__main__":
    _limit_memory()
    _serve(Path(sys.argv[1]), sys.argv[2], sys.stdout.buffer)
