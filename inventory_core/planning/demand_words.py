"""What people say of single lines of demand: ordinary, or a one-off order that is no trend. Decides
who may say it, and that whoever says something has seen what was said before.

A person's word on a line holds whatever the rule says (`insight/one_off_lines`), until a newer one;
the word `rule` takes it back. Words are only ever added. Each keeps the moment at which it was
recorded, so that a plan as of an earlier day does not hear what was said later. Removes nothing
from demand itself: `insight/demand` does. A word goes with its line: where an import is undone, its
lines and what was said of them mean nothing any more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from inventory_core.db.bulk import insert_rows, lock_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import sku
from inventory_core.db.schema.demand_words import demand_word
from inventory_core.db.schema.office import person
from inventory_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.vocabulary_planning import DemandWord, DemandWordReason

MOST_NOTE = 200
MOST_LINES = 500
# Beyond this many, one audit entry tells of the whole batch.
MOST_SINGLE_ENTRIES = 20
REASONS: Mapping[DemandWord, tuple[DemandWordReason, ...]] = {
    DemandWord.ORDINARY: (
        DemandWordReason.COMES_AGAIN,
        DemandWordReason.USUAL_SIZE,
        DemandWordReason.OTHER,
    ),
    DemandWord.ONE_OFF: (
        DemandWordReason.PROJECT,
        DemandWordReason.BOUGHT_AHEAD,
        DemandWordReason.ENTRY_ERROR,
        DemandWordReason.OTHER,
    ),
    DemandWord.RULE: (),
}


@dataclass(frozen=True, slots=True)
class NewWord:
    """What somebody says of one line. `line_id`: of an order's line, below zero of imported history
    (as `daily_demand` counts); `seen_id`: the word that stood there when they decided, if any.
    """

    line_id: int
    word: DemandWord
    reason: DemandWordReason | None = None
    note: str = ""
    seen_id: int | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is read back; `after_id`: the one it followed."""

    id: int
    line_id: int
    after_id: int | None
    word: DemandWord
    reason: DemandWordReason | None
    note: str
    said_by: str
    recorded_at: datetime


def say_words(tx: Writing, actor: Actor, words: Sequence[NewWord], *, key: str) -> list[Word]:
    """Say something of lines, all or none; answers the words that hold for them now.

    What stands as wanted already is left. Where somebody said something else meanwhile: Conflict.
    """
    require(actor, Permission.PLAN_RUN)
    _check(words)
    keys = {f"{key}:{new.line_id}": new for new in words}
    again = _replayed(tx, keys)
    if again is not None:
        return again
    sku_of = _locked_lines(tx, actor, [new.line_id for new in words])
    # Whoever clicked the same a moment earlier has committed by now.
    again = _replayed(tx, keys)
    if again is not None:
        return again
    standing = words_of(tx, [new.line_id for new in words])
    changed = [new for new in words if _differs(new, standing.get(new.line_id))]
    for new in changed:
        before = standing.get(new.line_id)
        if (before.id if before else None) != new.seen_id:
            raise Conflict("demand_word_changed_meanwhile", person=before.said_by if before else "")
    insert_rows(tx, demand_word, [_facts(new, key, actor) for new in changed])
    _tell(tx, actor, changed, sku_of)
    now_held = words_of(tx, [new.line_id for new in words])
    return [now_held[new.line_id] for new in words if new.line_id in now_held]


def take_back_words(tx: Writing, actor: Actor, word_ids: Sequence[int], *, key: str) -> list[Word]:
    """Say again what held before these words, each by a newer one."""
    said = _read(tx, demand_word.c.id.in_(list(word_ids)))
    missing = set(word_ids) - {one.id for one in said}
    if missing:
        raise NotFound("record_missing", kind="demand_word", id=min(missing))
    before = {
        one.id: one
        for one in _read(tx, demand_word.c.id.in_([one.after_id for one in said if one.after_id]))
    }
    back = []
    for one in said:
        former = before.get(one.after_id or 0)
        word, reason = (former.word, former.reason) if former else (DemandWord.RULE, None)
        note = former.note if former else ""
        back.append(NewWord(one.line_id, word, reason, note, seen_id=one.id))
    return say_words(tx, actor, back, key=key)


def words_of(conn: Reading, line_ids: Collection[int]) -> dict[int, Word]:
    """The latest word on each of these lines that anybody said something of."""
    found = _read(conn, demand_word.c.line_id.in_(list(line_ids)))
    return {one.line_id: one for one in found}


def _check(words: Sequence[NewWord]) -> None:
    if not 0 < len(words) <= MOST_LINES:
        raise Invalid("demand_word_lines", field="lines", most=MOST_LINES)
    if len({new.line_id for new in words}) < len(words):
        raise Invalid("demand_word_line_twice", field="lines")
    for new in words:
        if new.word is DemandWord.RULE:
            if new.reason is not None:
                raise Invalid("demand_word_reason_unfit", field="reason")
        elif new.reason not in REASONS[new.word]:
            raise Invalid("demand_word_reason_unfit", field="reason")
        if new.reason is DemandWordReason.OTHER and not new.note.strip():
            raise Invalid("demand_word_needs_a_note", field="note")
        if len(new.note.strip()) > MOST_NOTE:
            raise Invalid("name_too_long", field="note", most=MOST_NOTE)


def _replayed(tx: Writing, keys: Mapping[str, NewWord]) -> list[Word] | None:
    """What the same request said before; None where it says something for the first time."""
    known = {
        row.key: _word(row._mapping)
        for row in tx.rows(_WORDS.where(demand_word.c.key.in_(list(keys))))
    }
    for one, word in known.items():
        new = keys[one]
        told = (new.word, new.reason, new.note.strip())
        if told != (word.word, word.reason, word.note):
            raise Conflict("key_reused", key=one)
    if not known:
        return None
    # What stood as wanted already was left at that time.
    standing = words_of(tx, [new.line_id for one, new in keys.items() if one not in known])
    return [*known.values(), *standing.values()]


_LINES = text("""
    SELECT line.id AS line_id, line.sku_id, false AS summed, coalesce(
            (SELECT array_agg(DISTINCT warehouse_id) FROM reservation
              WHERE order_line_id = line.id AND quantity > released), '{}') AS warehouses
      FROM sales_order_line AS line WHERE line.id = ANY(CAST(:line_ids AS bigint[]))
    UNION ALL
    SELECT -id, sku_id, summed, array_remove(ARRAY[warehouse_id], NULL) FROM sales_line
     WHERE -id = ANY(CAST(:line_ids AS bigint[])) AND id = ANY(CAST(:sales_ids AS bigint[]))
       AND treatment = 'accepted' AND sku_id IS NOT NULL
""")


def _locked_lines(tx: Writing, actor: Actor, line_ids: Sequence[int]) -> dict[int, int]:
    """The SKU of each line, with the SKUs locked: words on one SKU follow one another."""
    sales_ids = [-one for one in line_ids if one < 0]
    lines = {
        row.line_id: row
        for row in tx.rows(_LINES, {"line_ids": list(line_ids), "sales_ids": sales_ids})
    }
    missing = set(line_ids) - set(lines)
    if missing:
        raise NotFound("demand_line_unknown", line=abs(min(missing)))
    for row in lines.values():
        if row.summed:
            raise Refused("demand_word_on_a_sum")
        if actor.warehouses and not row.warehouses:
            raise Forbidden("demand_word_of_every_warehouse")
        for warehouse_id in row.warehouses:
            require(actor, Permission.PLAN_RUN, warehouse_id=warehouse_id)
    lock_rows(tx, sku, [row.sku_id for row in lines.values()])
    return {line_id: row.sku_id for line_id, row in lines.items()}


def _differs(new: NewWord, before: Word | None) -> bool:
    if before is None:
        return new.word is not DemandWord.RULE
    return new.word is not before.word or (
        new.seen_id == before.id and (new.reason, new.note.strip()) != (before.reason, before.note)
    )


def _facts(new: NewWord, key: str, actor: Actor) -> dict[str, Any]:
    return {
        "key": f"{key}:{new.line_id}",
        "order_line_id": new.line_id if new.line_id > 0 else None,
        "sales_line_id": -new.line_id if new.line_id < 0 else None,
        "after_id": new.seen_id,
        "word": new.word.value,
        "reason": new.reason.value if new.reason else None,
        "note": new.note.strip(),
        "said_by_id": actor.person_id,
    }


def _tell(tx: Writing, actor: Actor, changed: Sequence[NewWord], sku_of: Mapping[int, int]) -> None:
    """Each word, or one entry for a large batch."""
    if len(changed) > MOST_SINGLE_ENTRIES:
        told = {"count": len(changed), "word": changed[0].word.value}
        record_audit(tx, actor, "demand_words_said", ("demand_word", "batch"), told)
        return
    for new in changed:
        told = {"line": new.line_id, "word": new.word.value, "note": new.note.strip()}
        told |= {"reason": new.reason.value if new.reason else ""}
        record_audit(tx, actor, "demand_word_said", ("sku", sku_of[new.line_id]), told)


def _read(conn: Reading, condition: Any) -> list[Word]:
    """Oldest first."""
    rows = conn.rows(_WORDS.where(condition).order_by(demand_word.c.id))
    return [_word(row._mapping) for row in rows]


def _word(row: Mapping[Any, Any]) -> Word:
    facts = {name: row[name] for name in Word.__dataclass_fields__}
    reason = facts["reason"] and DemandWordReason(facts["reason"])
    return Word(**{**facts, "word": DemandWord(facts["word"]), "reason": reason})


_WORDS = select(
    *(demand_word.c[name] for name in Word.__dataclass_fields__ if name != "said_by"),
    demand_word.c.key,
    person.c.name.label("said_by"),
).join_from(demand_word, person, person.c.id == demand_word.c.said_by_id)
