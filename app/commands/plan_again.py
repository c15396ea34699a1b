"""`yiben plan --snapshot ID`: a past plan again, from its snapshot alone. Decides the words only.

Nothing is written. Exit code 0 where every suggestion came out as it was published, else 1.
"""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.i18n import t
from forecasting.plan_again import Difference, PlannedAgain, plan_again
from forecasting.plan_document import planner
from inventory_core.db.engine import Database
from inventory_core.planning.plan_snapshots import (
    PlanSnapshot,
    find_snapshot,
    published_by,
    short_id,
)

MOST_SHOWN = 200


def compute_again(database: Database, typed: str, language: str, screen: Console) -> bool:
    """Compute, compare and say it; answers whether the plan is the same."""
    with database.reading() as conn:
        snapshot = find_snapshot(conn, typed)
        published = published_by(conn, snapshot.id)
    found = plan_again(snapshot, published)
    for line in _lines(snapshot, found, language):
        screen.print(line, soft_wrap=True, markup=False, highlight=False)
    if found.differences:
        screen.print(_table(found.differences, language))
    return found.same


def _lines(snapshot: PlanSnapshot, found: PlannedAgain, language: str) -> list[str]:
    title = "snapshot.title" if snapshot.whole else "snapshot.title_after_act"
    lines = [
        t(
            title,
            language=language,
            snapshot=short_id(snapshot.id),
            as_of=snapshot.as_of_on,
            made=snapshot.recorded_at,
        )
    ]
    if found.document.other_code:
        then, here = (
            ", ".join(f"{name} {value}" for name, value in sorted(one.items()))
            for one in (found.document.made_with, planner())
        )
        lines.append(t("snapshot.other_code", language=language, then=then, here=here))
    count = found.suggestions
    if found.same:
        lines.append("✓ " + t("snapshot.same", language=language, count=count))
        if found.left_alone:
            lines.append(t("snapshot.left_alone", language=language, count=found.left_alone))
    elif found.differences:
        touched = len({(one.kind, one.sku, one.warehouse) for one in found.differences})
        number = len(found.differences)
        words = t("snapshot.differs", language=language, count=number, suggestions=touched)
        lines.append("✗ " + words)
    else:
        lines.append("✗ " + t("snapshot.differs_beside", language=language, count=count))
    return lines


def _table(differences: tuple[Difference, ...], language: str) -> Table:
    table = Table(title=t("snapshot.table_title", language=language, count=len(differences)))
    for key in (
        *("snapshot.column.kind", "planning.column.sku", "planning.column.warehouse"),
        *("snapshot.column.what", "snapshot.column.published", "snapshot.column.computed"),
    ):
        table.add_column(t(key, language=language), overflow="fold")
    for one in differences[:MOST_SHOWN]:
        table.add_row(
            t(f"snapshot.kind.{one.kind}", language=language),
            escape(one.sku),
            escape(one.warehouse),
            t(f"snapshot.what.{one.what}", language=language),
            *(
                "—" if value is None else escape(str(value))
                for value in (one.published, one.computed)
            ),
        )
    return table
