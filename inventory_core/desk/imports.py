"""Files in: which template feeds which command. Decides all or nothing, once, and dry runs.

A file of a template is read whole; with one problem nothing is written and every problem is named.
The same file again adds nothing. Sales history has its own way in (`sales_history`), because its
dirt is judged row by row instead.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from inventory_core.db.engine import Writing
from inventory_core.desk.imports_catalog import (
    load_customers,
    load_rates,
    load_skus,
    load_warehouses,
)
from inventory_core.desk.imports_columns import NOTHING_SAID, ColumnsSaid
from inventory_core.desk.imports_headings import first_rows, headings_of
from inventory_core.desk.imports_legs import load_offer_legs
from inventory_core.desk.imports_loading import Load, Loader, Outcome, Stopped
from inventory_core.desk.imports_milestones import load_milestones
from inventory_core.desk.imports_pauses import load_sale_pauses
from inventory_core.desk.imports_rows import Problems, RowsRead, read_rows
from inventory_core.desk.imports_rules import load_rules
from inventory_core.desk.imports_runs import (
    ImportReport,
    Note,
    close_run,
    founding_note,
    keep_rows,
    known_run,
    open_run,
    same_file_run,
)
from inventory_core.desk.imports_stock import load_opening_stock, load_purchase_orders
from inventory_core.desk.imports_supply import load_suppliers_offers
from inventory_core.desk.imports_templates import template as find_template
from inventory_core.errors import Invalid
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.office.workbooks import file_hash, read_table

LOADERS: Mapping[str, Loader] = {
    "skus": load_skus,
    "warehouses": load_warehouses,
    "suppliers_offers": load_suppliers_offers,
    "offer_legs": load_offer_legs,
    "rates": load_rates,
    "opening_stock": load_opening_stock,
    "purchase_orders": load_purchase_orders,
    "milestones": load_milestones,
    "customers": load_customers,
    "sale_pauses": load_sale_pauses,
    "rules": load_rules,
}


def import_file(
    tx: Writing,
    actor: Actor,
    template: str,
    path: Path,
    *,
    key: str,
    now: datetime,
    file_name: str = "",
    sheet: str = "",
    day_first: bool | None = None,
    said: ColumnsSaid = NOTHING_SAID,
    dry_run: bool = False,
) -> ImportReport:
    """Import one file of a template, whole or not at all; a dry run takes everything back.

    Where the report names problems nothing was written.
    """
    require(actor, Permission.DATA_IMPORT)
    form = find_template(template)
    loader = LOADERS.get(form.key)
    if loader is None:
        raise Invalid("template_has_own_way", template=template)
    name = file_name or path.name
    content_hash = file_hash(path)
    done = known_run(tx, key=key, template=form.key, file_hash=content_hash)
    done = done or same_file_run(tx, template=form.key, file_hash=content_hash)
    if done is not None:
        return done
    table, first = first_rows(read_table(path, file_name=name, sheet=sheet))
    read = read_rows(form, table, day_first=day_first, said=said)
    attempt = tx.connection.begin_nested()
    founded = founding_note(tx)
    import_id = open_run(
        tx, actor, key=key, template=form.key, file_name=name, file_hash=content_hash
    )
    report = _load(tx, actor, loader, read, import_id, now)
    notes = (*founded, *report.notes)
    report = replace(
        report,
        template=form.key,
        file_name=name,
        sheet=table.sheet,
        notes=notes,
        headings=headings_of(read.matched, first),
        stated=read.matched.stated,
    )
    changed = report.counts.get("created", 0) + report.counts.get("changed", 0)
    if report.problem_count or dry_run or not changed:
        attempt.rollback()
        return replace(report, import_id=None, dry_run=dry_run)
    close_run(tx, import_id, report)
    attempt.commit()
    details = {"template": form.key, "file": name, **report.counts}
    record_audit(tx, actor, "file_imported", ("import", import_id), details)
    return report


def _load(
    tx: Writing, actor: Actor, loader: Loader, read: RowsRead, import_id: int, now: datetime
) -> ImportReport:
    problems = Problems(read.matched, read.problems, read.problem_count)
    load = Load(tx, actor, import_id, now, read.given, problems)
    outcome = Outcome()
    with suppress(Stopped):  # the problem is noted, and the caller takes everything back
        if read.rows:
            outcome = loader(load, read.rows)
    counts = {
        "created": outcome.created,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
    }
    if problems.count:
        counts = {"held_back": read.row_count}
    if read.samples:
        counts["sample"] = read.samples
    keep_rows(
        tx, import_id, [(row_no, "changed", kind, text) for row_no, kind, text in load.before]
    )
    return ImportReport(
        template="",
        file_name="",
        sheet="",
        rows=read.row_count + read.samples,
        counts=counts,
        facts={name: count for name, count in outcome.facts.items() if count},
        problems=tuple(problems.in_file_order()),
        problem_count=problems.count,
        notes=_notes(read),
        import_id=import_id,
        unknown=tuple(load.unknown),
    )


def _notes(read: RowsRead) -> tuple[Note, ...]:
    if not read.matched.unknown:
        return ()
    return (Note("columns_not_read", {"columns": ", ".join(read.matched.unknown)}),)
