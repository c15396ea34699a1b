"""From suggestion to decision: lock it, read the revision shown, close it or open it again.

Decides which states a suggestion may leave and that only its newest revision can be decided on;
never creates an order (see `desk/decisions`) and never proposes one (see `suggestions`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, select, update

from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import location, sku
from inventory_core.db.schema.planning import suggestion, suggestion_revision
from inventory_core.db.schema.supply import supplier
from inventory_core.errors import Conflict, NotFound
from inventory_core.vocabulary import SuggestionKind, SuggestionState

_OPEN = (SuggestionState.OPEN, SuggestionState.NEEDS_SUPPLIER)


@dataclass(frozen=True, slots=True)
class Shown:
    """A suggestion as a person saw it: its newest revision, with the names of things."""

    id: int
    kind: SuggestionKind
    state: SuggestionState
    revision: int
    sku_id: int
    sku_code: str
    sku_name: str
    warehouse_id: int
    warehouse_code: str
    supplier_id: int | None
    supplier_name: str | None
    offer_id: int | None
    from_warehouse_id: int | None
    from_code: str | None
    ship_method: str
    quantity: int
    unit_price: Decimal | None
    currency: str | None
    amount_base: Decimal | None
    order_by_on: date | None
    days_late: int
    arrives_on: date | None
    content_hash: str
    trace: dict[str, Any]

    def arrival_of_order(self, today: date) -> date | None:
        """When the goods come if they are ordered today: the way takes as long as it was planned
        to take, also where the plan stands on the last day of an old history.
        """
        planned_on = self.trace.get("as_of")
        if self.arrives_on is None or planned_on is None:
            return self.arrives_on
        return self.arrives_on + max(timedelta(0), today - date.fromisoformat(planned_on))


def lock_suggestions(tx: Writing, suggestion_ids: Sequence[int]) -> None:
    """Hold these suggestions until the transaction ends, in the order of their ids."""
    tx.execute(
        select(suggestion.c.id)
        .where(suggestion.c.id.in_(list(suggestion_ids)))
        .order_by(suggestion.c.id)
        .with_for_update()
    )


def shown_suggestions(conn: Reading, suggestion_ids: Sequence[int]) -> dict[int, Shown]:
    """The newest revision of each, by id; NotFound names the first that does not exist."""
    revision, origin = suggestion_revision, location.alias("origin")
    statement = (
        select(
            suggestion.c.id,
            suggestion.c.kind,
            suggestion.c.state,
            suggestion.c.revision,
            suggestion.c.sku_id,
            sku.c.code.label("sku_code"),
            sku.c.name.label("sku_name"),
            suggestion.c.warehouse_id,
            location.c.code.label("warehouse_code"),
            revision.c.supplier_id,
            supplier.c.name.label("supplier_name"),
            revision.c.offer_id,
            revision.c.from_warehouse_id,
            origin.c.code.label("from_code"),
            revision.c.ship_method,
            revision.c.quantity,
            revision.c.unit_price,
            revision.c.currency,
            revision.c.amount_base,
            revision.c.order_by_on,
            revision.c.days_late,
            revision.c.arrives_on,
            revision.c.content_hash,
            revision.c.trace,
        )
        .join(
            revision,
            and_(
                revision.c.suggestion_id == suggestion.c.id,
                revision.c.revision == suggestion.c.revision,
            ),
        )
        .join(sku, sku.c.id == suggestion.c.sku_id)
        .join(location, location.c.id == suggestion.c.warehouse_id)
        .outerjoin(supplier, supplier.c.id == revision.c.supplier_id)
        .outerjoin(origin, origin.c.id == revision.c.from_warehouse_id)
        .where(suggestion.c.id.in_(list(suggestion_ids)))
    )
    found: dict[int, Shown] = {}
    for row in conn.rows(statement):
        values = dict(row._mapping)
        values["kind"] = SuggestionKind(row.kind)
        values["state"] = SuggestionState(row.state)
        found[row.id] = Shown(**values)
    for suggestion_id in suggestion_ids:
        if suggestion_id not in found:
            raise NotFound("suggestion_unknown", suggestion_id=suggestion_id)
    return found


def open_suggestions(conn: Reading, sku_ids: Sequence[int]) -> dict[int, Shown]:
    """What the list holds of these SKUs now, by id."""
    statement = (
        select(suggestion.c.id)
        .where(
            suggestion.c.sku_id.in_(list(sku_ids)),
            suggestion.c.state.in_([state.value for state in _OPEN]),
        )
        .order_by(suggestion.c.id)
    )
    return shown_suggestions(conn, [row.id for row in conn.rows(statement)])


def require_open(shown: Shown, revision: int) -> None:
    """Conflict unless the suggestion is open and `revision` is the newest one."""
    if shown.state not in _OPEN:
        raise Conflict("suggestion_closed", sku=shown.sku_code, state=shown.state.value)
    if shown.revision != revision:
        raise Conflict(
            "suggestion_outdated", sku=shown.sku_code, quantity=shown.quantity, what="revision"
        )


def close_suggestion(
    tx: Writing, suggestion_id: int, state: SuggestionState, *, now: datetime
) -> None:
    """Leave the list of open suggestions: approved, rejected or withdrawn."""
    assert state not in _OPEN
    tx.execute(
        update(suggestion)
        .where(suggestion.c.id == suggestion_id)
        .values(state=state.value, closed_at=now)
    )


def reopen_suggestion(tx: Writing, suggestion_id: int) -> None:
    """Back on the list after an undo; withdrawn where a newer one has taken its place."""
    this = suggestion.alias("this")
    newer = (
        select(suggestion.c.id)
        .join(
            this,
            and_(
                this.c.id == suggestion_id,
                this.c.kind == suggestion.c.kind,
                this.c.sku_id == suggestion.c.sku_id,
                this.c.warehouse_id == suggestion.c.warehouse_id,
                this.c.from_warehouse_id.is_not_distinct_from(suggestion.c.from_warehouse_id),
            ),
        )
        .where(suggestion.c.state.in_([state.value for state in _OPEN]))
    )
    taken = tx.scalar(newer) is not None
    values = (
        {"state": SuggestionState.WITHDRAWN.value}
        if taken
        else {"state": SuggestionState.OPEN.value, "closed_at": None}
    )
    tx.execute(update(suggestion).where(suggestion.c.id == suggestion_id).values(**values))
