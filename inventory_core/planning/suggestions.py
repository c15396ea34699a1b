"""Suggestions: propose, revise, withdraw. Decides that a plan made twice changes nothing.

One open suggestion per kind, SKU, warehouse and origin. Other numbers make a new revision of the
same suggestion; the same numbers make nothing. A suggestion that somebody was asked to approve is
left alone until the answer is there; what was rejected is not proposed again for a while.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, and_, exists, select, update

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.office import approval
from inventory_core.db.schema.planning import suggestion, suggestion_revision
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.planning.published import lock_planning
from inventory_core.vocabulary import ApprovalState, SuggestionState

OPEN_STATES = (SuggestionState.OPEN.value, SuggestionState.NEEDS_SUPPLIER.value)
SUBJECT_KIND = "suggestion"
# kind, SKU, warehouse, and for a transfer the warehouse it comes from (0: from a supplier)
Place = tuple[str, int, int, int]
_PLACE = ("kind", "sku_id", "warehouse_id", "from_warehouse_id")


@dataclass(frozen=True, slots=True)
class Proposal:
    """The numbers of one suggestion; all but the trace make up what a person decides on."""

    kind: str
    state: str
    sku_id: int
    warehouse_id: int
    quantity: int
    supplier_id: int | None
    offer_id: int | None
    from_warehouse_id: int | None
    ship_method: str
    unit_price: Decimal | None
    currency: str | None
    amount_base: Decimal | None
    value_at_risk_base: Decimal | None
    order_by_on: date | None
    days_late: int
    arrives_on: date | None
    runs_out_on: date | None
    days_of_cover: float | None
    assumed: Sequence[str]
    trace: Mapping[str, Any]

    @property
    def place(self) -> Place:
        """Of one place at most one suggestion is open."""
        return self.kind, self.sku_id, self.warehouse_id, self.from_warehouse_id or 0

    def content_hash(self) -> str:
        """Fingerprint of the numbers; the trace explains them and is not part of it.

        Other planning costs than before make other reasons, even where no number moves; so does a
        rule set by hand, or one of its class.
        """
        names = (name for name in self.__dataclass_fields__ if name != "trace")
        facts = {name: getattr(self, name) for name in names}
        facts["assumed"] = list(self.assumed)
        version = self.trace.get("order_cost", {}).get("costs_version")
        if version:
            facts["costs_version"] = version
        if rule := self.trace.get("rule"):
            facts["rule"] = dict(rule)
        if by_class := self.trace.get("class", {}).get("sets"):
            facts["class"] = dict(by_class)
        return sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a planning changed: ids of suggestions opened, revised and withdrawn.

    `left_alone`: waiting for an approval, or rejected a short while ago.
    """

    opened: tuple[int, ...]
    revised: tuple[int, ...]
    withdrawn: tuple[int, ...]
    unchanged: int
    left_alone: int


def propose_suggestions(
    tx: Writing,
    actor: Actor,
    proposals: Sequence[Proposal],
    *,
    run_id: int,
    sku_ids: Collection[int] | None,
    key: str,
    quiet_days: int,
    now: datetime,
) -> Proposed:
    """Bring the open suggestions of these SKUs (None: of all) in line with a plan.

    What is open and not proposed any more is withdrawn, also where a SKU has no forecast there any
    more. `quiet_days`: how long a rejection holds. `key` names the planning; suggestions that it
    opens carry it.
    """
    require(actor, Permission.PLAN_RUN)
    lock_planning(tx)
    known = {_place(row): row for row in _open_suggestions(tx)}
    resting = _rejected_since(tx, now - timedelta(days=quiet_days))
    wanted = {item.place: item for item in proposals}
    assert len(wanted) == len(proposals), "one proposal per place"
    free = {place: row for place, row in known.items() if not row.waiting}
    places = sorted(wanted)
    fresh = [wanted[place] for place in places if place not in known and place not in resting]
    same = {p for p in places if p in free and free[p].content_hash == wanted[p].content_hash()}
    changed = [(free[p], wanted[p]) for p in places if p in free and p not in same]
    gone = [
        row.id
        for place, row in sorted(free.items())
        if place not in wanted and (sku_ids is None or row.sku_id in sku_ids)
    ]
    opened = _open(tx, fresh, run_id=run_id, key=key, now=now)
    revised = _revise(tx, changed, run_id=run_id)
    _withdraw(tx, gone, now=now)
    return Proposed(
        opened=tuple(opened),
        revised=tuple(revised),
        withdrawn=tuple(gone),
        unchanged=len(same),
        left_alone=len(places) - len(fresh) - len(same) - len(changed),
    )


def _open_suggestions(tx: Writing) -> Sequence[Row[Any]]:
    """Open suggestions, locked, with the fingerprint of the newest revision."""
    waiting = exists().where(
        approval.c.subject_kind == SUBJECT_KIND,
        approval.c.subject_id == suggestion.c.id,
        approval.c.state == ApprovalState.WAITING.value,
    )
    revision = suggestion_revision
    newest = and_(
        revision.c.suggestion_id == suggestion.c.id, revision.c.revision == suggestion.c.revision
    )
    statement = (
        select(
            suggestion.c.id,
            suggestion.c.kind,
            suggestion.c.sku_id,
            suggestion.c.warehouse_id,
            suggestion.c.from_warehouse_id,
            suggestion.c.revision,
            revision.c.content_hash,
            waiting.label("waiting"),
        )
        .join(revision, newest)
        .where(suggestion.c.state.in_(OPEN_STATES))
        .order_by(suggestion.c.id)
        .with_for_update(of=suggestion)
    )
    return tx.rows(statement)


def _rejected_since(conn: Reading, moment: datetime) -> set[Place]:
    statement = select(*(suggestion.c[name] for name in _PLACE)).where(
        suggestion.c.state == SuggestionState.REJECTED.value, suggestion.c.closed_at > moment
    )
    return {_place(row) for row in conn.rows(statement)}


def _place(row: Row[Any]) -> Place:
    return row.kind, row.sku_id, row.warehouse_id, row.from_warehouse_id or 0


def _open(
    tx: Writing, proposals: Sequence[Proposal], *, run_id: int, key: str, now: datetime
) -> list[int]:
    rows = [
        {
            "key": ":".join(map(str, (key, *item.place))),
            "kind": item.kind,
            "sku_id": item.sku_id,
            "warehouse_id": item.warehouse_id,
            "from_warehouse_id": item.from_warehouse_id,
            "state": item.state,
            "revision": 1,
            "opened_at": now,
        }
        for item in proposals
    ]
    made = insert_rows(tx, suggestion, rows, returning=("id", *_PLACE))
    ids = {_place(row): int(row.id) for row in made}
    insert_rows(
        tx,
        suggestion_revision,
        [_revision_row(ids[item.place], 1, run_id, item) for item in proposals],
    )
    return [ids[item.place] for item in proposals]


def _revise(tx: Writing, changed: Sequence[tuple[Row[Any], Proposal]], *, run_id: int) -> list[int]:
    if not changed:
        return []
    insert_rows(
        tx,
        suggestion_revision,
        [_revision_row(row.id, row.revision + 1, run_id, item) for row, item in changed],
    )
    for state in OPEN_STATES:
        ids = [row.id for row, item in changed if item.state == state]
        tx.execute(
            update(suggestion)
            .where(suggestion.c.id.in_(ids))
            .values(revision=suggestion.c.revision + 1, state=state)
        )
    return [row.id for row, _ in changed]


def _withdraw(tx: Writing, ids: Sequence[int], *, now: datetime) -> None:
    if ids:
        tx.execute(
            update(suggestion)
            .where(suggestion.c.id.in_(ids))
            .values(state=SuggestionState.WITHDRAWN.value, closed_at=now)
        )


def _revision_row(suggestion_id: int, revision: int, run_id: int, item: Proposal) -> dict[str, Any]:
    of_suggestion = ("kind", "state", "sku_id", "warehouse_id")
    names = (name for name in item.__dataclass_fields__ if name not in of_suggestion)
    return {
        "suggestion_id": suggestion_id,
        "revision": revision,
        "run_id": run_id,
        **{name: getattr(item, name) for name in names},
        "content_hash": item.content_hash(),
    }
