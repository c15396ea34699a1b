"""Complete your data, written: suppliers, offers and opening stock from one workbook or one click.

Decides what each row becomes. A row without supplier makes no offer; a row without stock makes no
posting; where a currency has no rate the offer stands and the stock waits, because a posting needs
its value.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from inventory_core.catalog.codes import code_key
from inventory_core.catalog.locations import warehouse_ids
from inventory_core.catalog.rates import rates_on
from inventory_core.catalog.skus import sku_ids
from inventory_core.db.engine import Writing
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.desk.complete_data import (
    COMPLETE,
    LEAD_TIME_DAYS,
    MOQ,
    Prefilled,
    assumed_figures,
    incomplete_skus,
    prefilled_values,
)
from inventory_core.desk.imports_columns import Matched
from inventory_core.desk.imports_loading import Load, Outcome, Stopped, known_ids, naming
from inventory_core.desk.imports_rows import Problems, Row, read_rows
from inventory_core.desk.imports_runs import (
    ImportReport,
    Note,
    close_run,
    founding_note,
    known_run,
    open_run,
    same_file_run,
)
from inventory_core.desk.imports_stock import opened_pairs, post_opening
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.office.company import read_company
from inventory_core.office.workbooks import file_hash, read_table
from inventory_core.stock.ledger import Line
from inventory_core.stock.postings import exact_value
from inventory_core.trade.offers import NewOffer, create_offers
from inventory_core.trade.suppliers import NewSupplier, create_suppliers, supplier_ids
from inventory_core.vocabulary import LocationKind

_SUPPLIER_PLACE = VIRTUAL_LOCATIONS[LocationKind.SUPPLIER]


def complete_from_file(
    tx: Writing,
    actor: Actor,
    path: Path,
    *,
    key: str,
    now: datetime,
    file_name: str = "",
    dry_run: bool = False,
) -> ImportReport:
    """Read the completed workbook back, whole or not at all; untouched figures stay assumed."""
    require(actor, Permission.DATA_IMPORT)
    name = file_name or path.name
    content_hash = file_hash(path)
    done = known_run(tx, key=key, template=COMPLETE.key, file_hash=content_hash)
    done = done or same_file_run(tx, template=COMPLETE.key, file_hash=content_hash)
    if done is not None:
        return done
    table = read_table(path, file_name=name)
    read = read_rows(COMPLETE, table)
    problems = Problems(read.matched, read.problems, read.problem_count)
    report = _complete(tx, actor, read.rows, problems, (key, name, content_hash), now, dry_run)
    return replace(report, sheet=table.sheet, rows=read.row_count)


def accept_assumptions(
    tx: Writing, actor: Actor, *, key: str, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Take every assumption as it is, in one step."""
    require(actor, Permission.DATA_IMPORT)
    items = incomplete_skus(tx)
    rows = [Row(number, prefilled_values(item)) for number, item in enumerate(items, 2)]
    content_hash = hashlib.sha256(repr(rows).encode()).hexdigest()
    positions = {column.key: at for at, column in enumerate(COMPLETE.columns)}
    headers = tuple(column.en for column in COMPLETE.columns)
    problems = Problems(Matched(positions, headers, (), {}))
    return _complete(tx, actor, rows, problems, (key, "", content_hash), now, dry_run)


def _complete(
    tx: Writing,
    actor: Actor,
    rows: Sequence[Row],
    problems: Problems,
    run: tuple[str, str, str],
    now: datetime,
    dry_run: bool,
) -> ImportReport:
    attempt = tx.connection.begin_nested()
    founded = founding_note(tx)
    key, name, content_hash = run
    import_id = open_run(
        tx, actor, key=key, template=COMPLETE.key, file_name=name, file_hash=content_hash
    )
    load = Load(tx, actor, import_id, now, frozenset(), problems)
    outcome, notes = Outcome(), list[Note]()
    with suppress(Stopped):  # the problem is noted, and everything is taken back below
        outcome, notes = _load(load, rows)
    counts = {"created": outcome.created, "unchanged": outcome.unchanged}
    report = ImportReport(
        template=COMPLETE.key,
        file_name=name,
        sheet="",
        rows=len(rows),
        counts={"held_back": len(rows)} if problems.count else counts,
        facts={fact: count for fact, count in outcome.facts.items() if count},
        problems=tuple(problems.in_file_order()),
        problem_count=problems.count,
        notes=(*founded, *notes),
        import_id=import_id,
        unknown=tuple(load.unknown),
    )
    if dry_run or problems.count or not outcome.created:
        attempt.rollback()
        return replace(report, import_id=None, dry_run=dry_run)
    close_run(tx, import_id, report)
    attempt.commit()
    record_audit(tx, actor, "data_completed", ("import", import_id), dict(report.counts))
    return report


def _load(load: Load, rows: Sequence[Row]) -> tuple[Outcome, list[Note]]:
    skus = known_ids(load, rows, "sku", sku_ids(load.tx, [r["sku"] for r in rows]), "sku_unknown")
    _refuse_halves(load, rows)
    if load.problems.count:
        return Outcome(), []
    items = {item.sku_id: item for item in incomplete_skus(load.tx)}
    fresh = [row for row in rows if skus[row.row_no] in items]
    outcome = Outcome(created=len(fresh), unchanged=len(rows) - len(fresh))
    outcome.facts["suppliers_created"] = _suppliers(load, fresh)
    offered = [row for row in fresh if row["supplier_code"]]
    suppliers = supplier_ids(load.tx, [row["supplier_code"] for row in offered])
    new = [
        _offer(row, items[skus[row.row_no]], suppliers[code_key(row["supplier_code"])])
        for row in offered
    ]
    with naming(load, offered, "sku"):
        create_offers(load.tx, load.actor, new, import_id=load.import_id)
    outcome.facts["offers_created"] = len(new)
    outcome.facts["offers_assumed"] = sum(1 for each in new if each.assumed)
    outcome.facts["without_supplier"] = len(fresh) - len(offered)
    notes = _open_stock(load, fresh, skus, outcome)
    return outcome, notes


def _refuse_halves(load: Load, rows: Sequence[Row]) -> None:
    """A supplier without terms, or stock without a place and a cost, is no statement."""
    for row in rows:
        wanted = []
        if row["supplier_code"]:
            wanted += ["currency", "unit_cost", "lead_time_days"]
        if row["opening_stock"]:
            wanted += ["warehouse", "currency", "unit_cost"]
        for key in dict.fromkeys(wanted):
            if row[key] is None:
                load.problems.add(row.row_no, key, "cell_missing")


def _suppliers(load: Load, rows: Sequence[Row]) -> int:
    known = supplier_ids(load.tx, [row["supplier_code"] for row in rows if row["supplier_code"]])
    new: dict[str, NewSupplier] = {}
    named = []
    for row in rows:
        code = row["supplier_code"]
        if code and code_key(code) not in known and code_key(code) not in new:
            name = row["supplier_name"] or code
            new[code_key(code)] = NewSupplier(code=code, name=name, currency=row["currency"])
            named.append(row)
    with naming(load, named, "supplier_code"):
        create_suppliers(load.tx, load.actor, list(new.values()), import_id=load.import_id)
    return len(new)


def _offer(row: Row, item: Prefilled, supplier_id: int) -> NewOffer:
    return NewOffer(
        supplier_id=supplier_id,
        sku_id=item.sku_id,
        currency=row["currency"],
        lead_time_days=row["lead_time_days"]
        if row["lead_time_days"] is not None
        else LEAD_TIME_DAYS,
        lead_time_spread_days=row["lead_time_spread_days"] or Decimal(0),
        moq=row["moq"] or MOQ,
        order_multiple=row["order_multiple"] or 1,
        prices=((1, row["unit_cost"]),),
        preferred=True,
        assumed=assumed_figures(dict(row.values), item),
    )


def _open_stock(
    load: Load,
    rows: Sequence[Row],
    skus: Mapping[int, int],
    outcome: Outcome,
) -> list[Note]:
    stocked = [row for row in rows if row["opening_stock"]]
    homes = known_ids(
        load,
        stocked,
        "warehouse",
        warehouse_ids(load.tx, [row["warehouse"] for row in stocked]),
        "warehouse_unknown_code",
    )
    base = read_company(load.tx).base_currency
    day = load.now.date()
    rates = rates_on(load.tx, {row["currency"] for row in stocked}, base, day)
    opened = opened_pairs(load.tx, [skus[row.row_no] for row in stocked])
    lines: dict[tuple[int, datetime], list[Line]] = {}
    without: set[str] = set()
    for row in stocked:
        rate = rates.get(row["currency"])
        if rate is None:
            without.add(row["currency"])
            continue
        if row.row_no not in homes:
            continue
        pair = (skus[row.row_no], homes[row.row_no])
        if pair in opened:
            if opened[pair][0] != row["opening_stock"]:
                stated, known = row["opening_stock"], str(opened[pair][0])
                load.problems.add(row.row_no, "opening_stock", "opening_exists", stated, known)
            continue
        source = exact_value(row["unit_cost"] * row["opening_stock"])
        line = Line(
            skus[row.row_no],
            _SUPPLIER_PLACE,
            homes[row.row_no],
            row["opening_stock"],
            value=exact_value(source * rate.rate),
            source_value=source,
            currency=row["currency"],
            rate=rate.rate,
            rate_on=rate.on_day,
        )
        lines.setdefault((homes[row.row_no], load.now), []).append(line)
    if lines and load.problems.count == 0:
        with naming(load, stocked, "sku"):
            post_opening(load, lines)
    outcome.facts["units_opened"] = sum(line.quantity for each in lines.values() for line in each)
    return [
        Note("opening_without_rate", {"currency": currency, "base": base})
        for currency in sorted(without)
    ]
