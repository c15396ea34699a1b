"""Loader of milestones as a supplier's or forwarder's workbook states them, and their undo.

One row is one order with a day in each column that has happened. Only days that differ from what
stands become entries, so the same list sent every week adds what is new. Decides no day.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from inventory_core.catalog.codes import code_key
from inventory_core.db.engine import Writing
from inventory_core.desk.imports_loading import Load, Outcome, naming
from inventory_core.desk.imports_rows import Row
from inventory_core.office.actors import Actor
from inventory_core.stock.postings import derived_key
from inventory_core.trade.milestones import (
    NewMilestone,
    Subject,
    milestones_of,
    record_milestones,
)
from inventory_core.vocabulary import Milestone


def load_milestones(load: Load, rows: Sequence[Row]) -> Outcome:
    """Record every day that the book does not hold yet; an empty cell states nothing."""
    orders = _orders(load, rows)
    outcome = Outcome()
    if load.problems.count:
        return outcome
    known = milestones_of(load.tx, Subject.PURCHASE_ORDER, list(orders.values()))
    entries: list[NewMilestone] = []
    asked: list[Row] = []
    for row in rows:
        order_id = orders[row.row_no]
        standing = known.get(order_id, {})
        stated = {kind: row[kind.value] for kind in Milestone if row[kind.value] is not None}
        fresh = {kind: on for kind, on in stated.items() if standing.get(kind) != on}
        for kind, on in fresh.items():
            key = derived_key("imported milestone", f"{load.import_id}:{row.row_no}:{kind}")
            note = row["note"] or ""
            entries.append(NewMilestone(key, Subject.PURCHASE_ORDER, order_id, kind, on, note))
            asked.append(row)
        known[order_id] = {**standing, **stated}
        if not fresh:
            outcome.unchanged += 1
        elif any(kind in standing for kind in fresh):
            outcome.changed += 1
        else:
            outcome.created += 1
    with naming(load, asked, "number"):
        made = record_milestones(
            load.tx, load.actor, entries, now=load.now, import_id=load.import_id
        )
    outcome.facts["milestones_recorded"] = made
    return outcome


def take_back_milestones(
    tx: Writing, actor: Actor, import_id: int, *, key: str, now: datetime
) -> int:
    """Let the days that stood before the import stand again, where nobody has corrected since."""
    entries = [
        NewMilestone(
            derived_key("undo milestone", f"{key}:{row.id}"),
            Subject.PURCHASE_ORDER,
            row.purchase_order_id,
            Milestone(row.kind),
            row.former_on,
        )
        for row in tx.rows(_IMPORTED, {"import_id": import_id})
        if row.former_on != row.occurred_on
    ]
    return record_milestones(tx, actor, entries, now=now) if entries else 0


def _orders(load: Load, rows: Sequence[Row]) -> dict[int, int]:
    """Order id by row number: by our number, else by the one under which it was imported."""
    wanted = sorted({code_key(row["number"]) for row in rows})
    by_number: dict[str, list[int]] = defaultdict(list)
    by_note: dict[str, list[int]] = defaultdict(list)
    for order in load.tx.rows(_ORDERS, {"codes": wanted}):
        by_number[order.number].append(order.id)
        by_note[order.note].append(order.id)
    found: dict[int, int] = {}
    for row in rows:
        code = code_key(row["number"])
        ids = by_number.get(code) or by_note.get(code) or []
        if len(ids) == 1:
            found[row.row_no] = ids[0]
        else:
            problem = "order_ambiguous" if ids else "order_unknown"
            load.problems.add(row.row_no, "number", problem, row["number"])
    return found


_ORDERS = text("""
    SELECT id, lower(number) AS number, CASE WHEN import_id > 0 THEN lower(note) ELSE '' END AS note
      FROM purchase_order
     WHERE lower(number) = ANY(CAST(:codes AS text[]))
        OR import_id > 0 AND lower(note) = ANY(CAST(:codes AS text[]))
     ORDER BY id
""")
# Entries of the import that still stand, with the day that stood before it.
_IMPORTED = text("""
    SELECT m.id, m.purchase_order_id, m.kind, m.occurred_on,
           (SELECT f.occurred_on FROM milestone f
             WHERE f.purchase_order_id = m.purchase_order_id AND f.kind = m.kind
               AND f.id < m.id AND f.import_id IS DISTINCT FROM :import_id
             ORDER BY f.id DESC LIMIT 1) AS former_on
      FROM milestone m
      JOIN purchase_order p ON p.id = m.purchase_order_id AND p.state <> 'cancelled'
     WHERE m.import_id = :import_id
       AND NOT EXISTS (SELECT FROM milestone n WHERE n.purchase_order_id = m.purchase_order_id
                          AND n.kind = m.kind AND n.id > m.id)
     ORDER BY m.id
""")
