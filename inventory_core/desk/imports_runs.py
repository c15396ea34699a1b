"""What an import did: its record, its rows that were not taken as they were, the list of imports.

Decides the form of the report that the terminal and the screen show; imports nothing itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, text

from inventory_core.catalog.company import found_by_first_file
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.mailbox import import_row, import_run
from inventory_core.db.schema.office import person
from inventory_core.desk.imports_headings import Heading
from inventory_core.errors import Conflict, NotFound
from inventory_core.office.actors import Actor
from inventory_core.office.company import read_company

MOST_SHOWN_PROBLEMS = 500
MOST_LISTED = 200
MOST_ROWS_SHOWN = 5_000


@dataclass(frozen=True, slots=True)
class CellProblemAt:
    """What is wrong where: row and column as a spreadsheet shows them, the cell, what to write.

    Where the same cell is wrong for the same reason in many rows it is said once: `row_no` is the
    first of `row_count`, `rows` the first few.
    """

    row_no: int
    column: str
    code: str
    shown: str = ""
    hint: str = ""
    rows: tuple[int, ...] = ()
    row_count: int = 1


class UnknownKind(StrEnum):
    """What a file may name before it exists, and can be made for it."""

    WAREHOUSE = "warehouse"
    SUPPLIER = "supplier"


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """A code that names nothing yet; `currency` is that of its rows, where the file has one."""

    kind: UnknownKind
    code: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader should know, by code: a warehouse was made, columns were not read."""

    code: str
    params: Mapping[str, Any]


def founding_note(tx: Writing, *, base_currency: str = "", time_zone: str = "") -> tuple[Note, ...]:
    """Found the company where this is its first file, and say so."""
    if not found_by_first_file(tx, base_currency=base_currency, time_zone=time_zone):
        return ()
    return (Note("company_founded", {"currency": read_company(tx).base_currency}),)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was done with each row of a file; `counts` add up to `rows`.

    `facts` count something else about the same rows (one-off orders, records made). Where
    `import_id` is None nothing was written: a dry run, a file with problems, or nothing new.
    `headings` are those of the file just read, `stated` the values that hold for all of its rows;
    `unknown` are codes among the problems that can be made.
    """

    template: str
    file_name: str
    sheet: str
    rows: int
    counts: Mapping[str, int]
    facts: Mapping[str, int]
    problems: Sequence[CellProblemAt] = ()
    problem_count: int = 0
    notes: Sequence[Note] = ()
    import_id: int | None = None
    dry_run: bool = False
    replayed: bool = False
    headings: Sequence[Heading] = ()
    stated: Mapping[str, str] = field(default_factory=dict)
    unknown: Sequence[UnknownCode] = ()

    @property
    def written(self) -> bool:
        """Whether anything was added to the book."""
        return self.import_id is not None and not self.replayed


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import of the past."""

    id: int
    template: str
    file_name: str
    state: str
    counts: Mapping[str, Any]
    person_name: str
    recorded_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class TreatedRow:
    """A row that was not taken as it was, with what was done and why."""

    row_no: int
    treatment: str
    code: str
    content: Mapping[str, Any]


def open_run(
    tx: Writing, actor: Actor, *, key: str, template: str, file_name: str, file_hash: str
) -> int:
    """Record that an import takes place; its counts follow in `close_run`."""
    row = tx.execute(
        insert(import_run)
        .values(
            key=key,
            template=template,
            file_name=file_name[:255],
            file_hash=file_hash,
            state="done",
            person_id=actor.person_id,
        )
        .returning(import_run.c.id)
    ).one()
    return int(row.id)


def close_run(tx: Writing, import_id: int, report: ImportReport) -> None:
    """Keep what the report says with the record."""
    kept = {
        "rows": report.rows,
        "counts": dict(report.counts),
        "facts": dict(report.facts),
        "sheet": report.sheet,
        "notes": [{"code": note.code, "params": dict(note.params)} for note in report.notes],
    }
    tx.execute(import_run.update().where(import_run.c.id == import_id).values(counts=kept))


def known_run(conn: Reading, *, key: str, template: str, file_hash: str) -> ImportReport | None:
    """The report of the import with this key; Conflict where the key brought another file."""
    rows = conn.rows(select(import_run).where(import_run.c.key == key))
    if not rows:
        return None
    if rows[0].template != template or rows[0].file_hash != file_hash:
        raise Conflict("key_reused", key=key)
    return kept_report(rows[0], replayed=True)


def same_file_run(conn: Reading, *, template: str, file_hash: str) -> ImportReport | None:
    """The report of an earlier import of the very same file that still stands."""
    rows = conn.rows(
        select(import_run)
        .where(
            import_run.c.template == template,
            import_run.c.file_hash == file_hash,
            import_run.c.state == "done",
        )
        .order_by(import_run.c.id.desc())
        .limit(1)
    )
    return kept_report(rows[0], replayed=True) if rows else None


def kept_report(run: ImportRun | Row[Any], *, replayed: bool = False) -> ImportReport:
    """The report of an import of the past, as its record keeps it."""
    kept = run.counts
    return ImportReport(
        template=run.template,
        file_name=run.file_name,
        sheet=kept.get("sheet", ""),
        rows=kept.get("rows", 0),
        counts=kept.get("counts", {}),
        facts=kept.get("facts", {}),
        notes=tuple(Note(note["code"], note["params"]) for note in kept.get("notes", [])),
        import_id=run.id,
        replayed=replayed,
    )


def list_imports(conn: Reading, *, limit: int = MOST_LISTED) -> list[ImportRun]:
    """The latest imports, newest first."""
    rows = conn.rows(_select_runs().order_by(import_run.c.id.desc()).limit(limit))
    return [ImportRun(**row._mapping) for row in rows]


def read_import(conn: Reading, import_id: int) -> ImportRun:
    """One import."""
    rows = conn.rows(_select_runs().where(import_run.c.id == import_id))
    if not rows:
        raise NotFound("import_unknown", import_id=import_id)
    return ImportRun(**rows[0]._mapping)


def treated_rows(conn: Reading, import_id: int) -> list[TreatedRow]:
    """Rows of one import that were refused or noted, in the order of the file."""
    columns = (import_row.c.row_no, import_row.c.treatment, import_row.c.code, import_row.c.content)
    statement = (
        select(*columns)
        .where(import_row.c.import_id == import_id)
        .order_by(import_row.c.row_no)
        .limit(MOST_ROWS_SHOWN)
    )
    return [TreatedRow(**row._mapping) for row in conn.rows(statement)]


def keep_rows(tx: Writing, import_id: int, rows: Sequence[tuple[int, str, str, str]]) -> None:
    """Keep rows as (row number, treatment, code, content as JSON)."""
    if not rows:
        return
    numbers, treatments, codes, contents = (list(part) for part in zip(*rows, strict=True))
    tx.execute(
        text("""
            INSERT INTO import_row (import_id, row_no, treatment, code, content)
            SELECT :import_id, r.row_no, r.treatment, r.code, CAST(r.content AS jsonb)
            FROM unnest(CAST(:numbers AS bigint[]), CAST(:treatments AS text[]),
                CAST(:codes AS text[]), CAST(:contents AS text[]))
                AS r(row_no, treatment, code, content)
        """),
        {
            "import_id": import_id,
            "numbers": numbers,
            "treatments": treatments,
            "codes": codes,
            "contents": contents,
        },
    )


def _select_runs() -> Any:
    return select(
        import_run.c.id,
        import_run.c.template,
        import_run.c.file_name,
        import_run.c.state,
        import_run.c.counts,
        person.c.name.label("person_name"),
        import_run.c.recorded_at,
        import_run.c.undone_at,
    ).join_from(import_run, person)
