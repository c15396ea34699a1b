"""Sales history in: a file of order lines becomes facts about demand. Decides nothing by itself.

Read in batches and copied, judged and inserted by set-based statements, so that a million lines
fit into bounded memory. Every row is accounted for: kept with a treatment, left out because it is
known already, or refused with its cell. It never moves stock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from inventory_core.catalog.codes import clean_code
from inventory_core.catalog.skus import NewSku, create_skus
from inventory_core.clock import business_day
from inventory_core.db.engine import Writing, advisory_lock
from inventory_core.desk.imports_columns import Matched
from inventory_core.desk.imports_runs import (
    MOST_SHOWN_PROBLEMS,
    CellProblemAt,
    ImportReport,
    Note,
    close_run,
    founding_note,
    keep_rows,
    known_run,
    open_run,
)
from inventory_core.desk.sales_cancellations import settle_cancellations
from inventory_core.desk.sales_places import (
    Places,
    SalesOptions,
    clock_zone,
    find_places,
)
from inventory_core.desk.sales_reading import RefusedRow
from inventory_core.desk.sales_staging import Progress, Staged, stage_sales
from inventory_core.desk.sales_statements import (
    ANALYZE_JUDGED,
    COUNT_LINES,
    COUNT_ROWS,
    DIGITS_SHARE,
    FEE_CODES,
    INSERT_LINES,
    JUDGE,
    LAST_KNOWN_DAY,
    NAME_WAREHOUSES,
    NOTE_BULK_ORDERS,
    TAKE_DOWN,
    UNKNOWN_SKUS,
    USUAL_CURRENCY,
)
from inventory_core.desk.sales_sums import RowSpan, replace_sums, settle_spans
from inventory_core.desk.sales_treatments import SalesTreatment
from inventory_core.desk.sales_withdrawn import (
    complete_orders,
    note_withdrawn,
    reason_lacking,
    says_states,
    settle_withdrawn,
)
from inventory_core.errors import Conflict
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.office.workbooks import file_hash


def import_sales(
    tx: Writing,
    actor: Actor,
    path: Path,
    options: SalesOptions,
    *,
    key: str,
    now: datetime,
    file_name: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import one file of sales; rows that are known already add nothing.

    A dry run does the same and takes it back. `progress` is told how many rows have been read.
    """
    require(actor, Permission.DATA_IMPORT)
    name = file_name or path.name
    content_hash = file_hash(path)
    done = known_run(tx, key=key, template="sales", file_hash=content_hash)
    if done is not None:
        return done
    if not advisory_lock(tx, "import sales"):
        raise Conflict("import_running")
    attempt = tx.connection.begin_nested()
    import_id = open_run(
        tx, actor, key=key, template="sales", file_name=name, file_hash=content_hash
    )
    staged = stage_sales(tx, path, name, options, progress)
    notes = _ready(tx, staged, now=now, dry_run=dry_run)
    report = _import(tx, actor, staged, notes, import_id)
    if dry_run or not any(report.counts.get(each.value) for each in SalesTreatment):
        attempt.rollback()
        return replace(report, import_id=None, dry_run=dry_run)
    attempt.commit()
    details = {"file": name, "rows": report.rows, "at": now, **report.counts}
    record_audit(tx, actor, "sales_imported", ("import", import_id), details)
    return report


def _ready(tx: Writing, staged: Staged, *, now: datetime, dry_run: bool) -> tuple[Note, ...]:
    """Found the company where nobody has, spread what is stated to be a sum, judge every line."""
    options = staged.options
    founded = founding_note(
        tx,
        base_currency=options.currency or tx.scalar(USUAL_CURRENCY) or "",
        time_zone=options.time_zone,
    )
    clock = clock_zone(tx, options)
    if says_states(staged.matched):
        complete_orders(tx)
    spans = settle_spans(
        tx,
        options.each_row,
        last_on=business_day(now, clock) - timedelta(days=1),
        file_name=staged.file_name,
        dry_run=dry_run,
    )
    _judge(tx, options, clock)
    return (*spans, *founded)


def _import(
    tx: Writing, actor: Actor, staged: Staged, notes: Sequence[Note], import_id: int
) -> ImportReport:
    options = staged.options
    places = find_places(tx, actor, options, import_id=import_id)
    named = {**places.warehouse_ids, "": places.warehouse_id}
    tx.execute(NAME_WAREHOUSES, {"codes": list(named), "ids": list(named.values())})
    notes = (*notes, *settle_withdrawn(tx, import_id, staged.matched))
    known_on = tx.scalar(LAST_KNOWN_DAY, {"sources": list(places.account_ids)})
    new_skus = _create_skus(tx, actor, import_id) if options.create_skus else 0
    summed = options.each_row not in (None, RowSpan.SALE)
    if summed:
        notes = (*notes, *replace_sums(tx, import_id))
    _insert(tx, places, import_id, summed=summed)
    settle_cancellations(tx, list(places.account_ids))
    bulk = tx.execute(NOTE_BULK_ORDERS, {"import_id": import_id}).rowcount
    tx.execute(TAKE_DOWN)
    counted = COUNT_ROWS if summed else COUNT_LINES
    lines = tx.rows(counted, {"import_id": import_id, "known_on": known_on})
    accepted = [row for row in lines if row.treatment == SalesTreatment.ACCEPTED]
    stayed = note_withdrawn(tx, import_id) if says_states(staged.matched) else {}
    counts = _counts(staged, {row.treatment: row.lines for row in lines})
    notes = (*notes, *reason_lacking(staged.matched, counts))
    report = ImportReport(
        template="sales",
        file_name=staged.file_name,
        sheet=staged.sheet,
        rows=staged.rows,
        counts=counts,
        facts={
            "skus_created": new_skus,
            "cancelled_lines": sum(row.cancelled for row in accepted),
            "bulk_orders": bulk,
            "late_lines": sum(row.late for row in accepted),
            "lines_without_sku": sum(row.without_sku for row in accepted),
            **stayed,
        },
        problems=_problems(staged.refused),
        problem_count=len(staged.refused),
        notes=(*notes, *places.notes, *_of_the_header(staged.matched)),
        import_id=import_id,
        headings=staged.headings,
        stated=staged.matched.stated,
    )
    keep_rows(
        tx, import_id, [(row.row_no, "refused", row.code, row.content) for row in staged.refused]
    )
    close_run(tx, import_id, report)
    return report


def _judge(tx: Writing, options: SalesOptions, clock: str) -> None:
    """Give every staged line its treatment."""
    tx.execute(
        JUDGE,
        {
            "time_zone": clock,
            "channel": clean_code(options.channel, field="channel"),
            "digits_share": DIGITS_SHARE,
            "fee_codes": list(FEE_CODES),
        },
    )
    tx.execute(ANALYZE_JUDGED)


def _create_skus(tx: Writing, actor: Actor, import_id: int) -> int:
    rows = tx.rows(UNKNOWN_SKUS)
    made = [NewSku(row.code, row.name) for row in rows]
    create_skus(tx, actor, made, import_id=import_id)
    return len(made)


def _insert(tx: Writing, places: Places, import_id: int, *, summed: bool) -> None:
    sources = list(places.account_ids)
    tx.execute(
        INSERT_LINES,
        {
            "import_id": import_id,
            "summed": summed,
            "sources": sources,
            "account_ids": list(places.account_ids.values()),
            "currencies": [places.currencies[source] for source in sources],
        },
    )


def _counts(staged: Staged, lines: Mapping[str, int]) -> dict[str, int]:
    """What became of the rows: the treatments in their order, then repeated and refused."""
    counts = {each.value: lines[each] for each in SalesTreatment if lines.get(each)}
    repeated = staged.rows - len(staged.refused) - sum(counts.values())
    return counts | {"repeated": repeated, "refused": len(staged.refused)}


def _problems(refused: Sequence[RefusedRow]) -> tuple[CellProblemAt, ...]:
    return tuple(
        CellProblemAt(row.row_no, row.column, row.code, row.shown, row.hint)
        for row in refused[:MOST_SHOWN_PROBLEMS]
    )


def _of_the_header(matched: Matched) -> tuple[Note, ...]:
    """What the header lacks, and what of it is not read."""
    notes = []
    if "invoice" not in matched.positions:
        notes.append(Note("invoice_lacking", {}))
    if matched.unknown:
        notes.append(Note("columns_not_read", {"columns": ", ".join(matched.unknown)}))
    return tuple(notes)
