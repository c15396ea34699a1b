"""Snapshots of plans: keep, find, forget. Decides that one is written with the plan or not at all,
and how long it is kept; never what it holds (see `forecasting/plan_document.py`).

The newest are kept, and of older ones those that made what is still on the list or what somebody
decided on. The row of a forgotten one stays, so that its id still means something.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.office import approval
from inventory_core.db.schema.planning import suggestion, suggestion_revision
from inventory_core.db.schema.snapshots import plan_snapshot, plan_snapshot_suggestion
from inventory_core.errors import Invalid, NotFound, Refused
from inventory_core.planning.suggestions import OPEN_STATES, SUBJECT_KIND, Place, Proposal, Proposed
from inventory_core.vocabulary import SuggestionState

# So many plans are kept whatever came of them, as far as they fit, with what acts changed since.
PLANS_KEPT = 30
BYTES_KEPT = 256 * 1024 * 1024
# An id is shown so long: two snapshots of one company never begin with the same.
SHORT = 12
LEAST_TYPED = 6
HEXADECIMAL = frozenset("0123456789abcdef")
_LINK, _SAID = plan_snapshot_suggestion, suggestion_revision


@dataclass(frozen=True, slots=True)
class NewSnapshot:
    """What a plan stood on; `id` is the hash of `content`, `answer_hash` that of all it said."""

    id: str
    run_id: int
    as_of_on: date
    whole: bool
    answer_hash: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PlanSnapshot:
    """A snapshot as it is read back. `left_alone`: places that were proposed and not listed."""

    id: str
    run_id: int
    as_of_on: date
    whole: bool
    answer_hash: str
    left_alone: Sequence[str]
    content: bytes
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Maker:
    """The snapshot on which a revision was made; `whole`: of all SKUs."""

    id: str
    whole: bool
    forgotten: bool


def keep_snapshot(
    tx: Writing, new: NewSnapshot, proposals: Sequence[Proposal], proposed: Proposed
) -> None:
    """Keep it with what the list says after the plan, inside the transaction that published it."""
    wanted = {item.place: item.content_hash() for item in proposals}
    stands = {
        place: row
        for row in tx.rows(_open_revisions())
        if wanted.get(place := place_of(row)) == row.content_hash
    }
    left = sorted(place_name(place) for place in wanted if place not in stands)
    values = {name: getattr(new, name) for name in NewSnapshot.__dataclass_fields__}
    statement = insert(plan_snapshot).values(**values, left_alone=left)
    again = statement.excluded
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={"content": again.content, "left_alone": again.left_alone},
            where=or_(
                plan_snapshot.c.content.is_(None), plan_snapshot.c.left_alone != again.left_alone
            ),
        )
    )
    fresh = {*proposed.opened, *proposed.revised}
    rows = [
        {
            "snapshot_id": new.id,
            "suggestion_id": row.suggestion_id,
            "revision": row.revision,
            "made": row.suggestion_id in fresh,
        }
        for _, row in sorted(stands.items())
    ]
    insert_rows(tx, _LINK, rows, skip_existing=True)


def forget_snapshots(
    tx: Writing, *, plans_kept: int = PLANS_KEPT, bytes_kept: int = BYTES_KEPT
) -> int:
    """Drop the content of those that nobody will ask for again; answers how many."""
    kept = plan_snapshot.c
    newest_first = kept.recorded_at.desc(), kept.id
    ranked = (
        select(
            kept.recorded_at,
            func.row_number().over(order_by=newest_first).label("place"),
            func.sum(func.length(kept.content)).over(order_by=newest_first).label("bytes"),
        )
        .where(kept.whole, kept.content.is_not(None))
        .subquery()
    )
    fits = or_(
        ranked.c.place == 1, and_(ranked.c.place <= plans_kept, ranked.c.bytes <= bytes_kept)
    )
    oldest = select(func.min(ranked.c.recorded_at)).where(fits).scalar_subquery()
    gone = (
        update(plan_snapshot)
        .where(kept.content.is_not(None), kept.recorded_at < oldest, ~_matters())
        .values(content=None)
        .returning(kept.id)
    )
    ids = list(tx.execute(gone).scalars())
    tx.execute(delete(_LINK).where(_LINK.c.snapshot_id.in_(ids), ~_LINK.c.made))
    return len(ids)


def find_snapshot(conn: Reading, typed: str) -> PlanSnapshot:
    """The snapshot whose id begins so; errors say what is wrong with what was typed."""
    begins = typed.strip().lower()
    if len(begins) < LEAST_TYPED or not set(begins) <= HEXADECIMAL:
        raise Invalid("snapshot_id_unreadable", field="snapshot", value=typed, fewest=LEAST_TYPED)
    names = PlanSnapshot.__dataclass_fields__
    statement = select(*(plan_snapshot.c[name] for name in names))
    rows = conn.rows(statement.where(plan_snapshot.c.id.startswith(begins)).limit(2))
    if not rows:
        raise NotFound("snapshot_unknown", snapshot=typed)
    if len(rows) > 1:
        raise Invalid("snapshot_id_ambiguous", field="snapshot", value=typed)
    found = PlanSnapshot(**rows[0]._mapping)
    if found.content is None:
        day = found.recorded_at.date()
        raise Refused("snapshot_forgotten", snapshot=short_id(found.id), day=day, kept=PLANS_KEPT)
    return found


def published_by(conn: Reading, snapshot_id: str) -> dict[Place, Mapping[str, Any]]:
    """The revisions that stood on the list after a plan, by place; `made`: it brought them."""
    this = and_(
        _LINK.c.suggestion_id == _SAID.c.suggestion_id, _LINK.c.revision == _SAID.c.revision
    )
    statement = _revisions().add_columns(_LINK.c.made).join(_LINK, this)
    rows = conn.rows(statement.where(_LINK.c.snapshot_id == snapshot_id).order_by(_SAID.c.revision))
    return {place_of(row): dict(row._mapping) for row in rows}


def maker_of(conn: Reading, suggestion_id: int, revision: int) -> Maker | None:
    """The snapshot on which a revision was made; None for what is older than snapshots."""
    row = conn.execute(
        select(
            plan_snapshot.c.id,
            plan_snapshot.c.whole,
            plan_snapshot.c.content.is_(None).label("forgotten"),
        )
        .join(_LINK, _LINK.c.snapshot_id == plan_snapshot.c.id)
        .where(_LINK.c.suggestion_id == suggestion_id, _LINK.c.revision == revision, _LINK.c.made)
    ).one_or_none()
    return None if row is None else Maker(**row._mapping)


def short_id(snapshot_id: str) -> str:
    """An id as it is shown and typed."""
    return snapshot_id[:SHORT]


def place_name(place: Place) -> str:
    """A place as it is kept: kind, SKU, warehouse, origin."""
    return ":".join(map(str, place))


def place_of(row: Row[Any]) -> Place:
    """The place of a suggestion that was read."""
    return row.kind, row.sku_id, row.warehouse_id, row.from_warehouse_id or 0


def _matters() -> Any:
    """Condition: it made what is on the list now, what was decided, or what somebody asked for."""
    made = exists().where(_LINK.c.snapshot_id == plan_snapshot.c.id, _LINK.c.made)
    on_list = made.where(
        suggestion.c.id == _LINK.c.suggestion_id,
        suggestion.c.revision == _LINK.c.revision,
        suggestion.c.state != SuggestionState.WITHDRAWN.value,
    )
    asked = made.where(
        approval.c.subject_kind == SUBJECT_KIND,
        approval.c.subject_id == _LINK.c.suggestion_id,
        approval.c.subject_revision == _LINK.c.revision,
    )
    return or_(on_list, asked)


def _open_revisions() -> Select[Any]:
    newest = suggestion.c.revision == _SAID.c.revision
    return _revisions().where(newest, suggestion.c.state.in_(OPEN_STATES))


def _revisions() -> Select[Any]:
    """Every revision with the place it is about."""
    return select(_SAID, suggestion.c.kind, suggestion.c.sku_id, suggestion.c.warehouse_id).join(
        suggestion, suggestion.c.id == _SAID.c.suggestion_id
    )
