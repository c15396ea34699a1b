"""The first decisions on the sample company's suggestions, as a person would have made them.

Decides which are approved and which are turned down: the greatest risks are bought, one small
order is not worth its while. Goes through the same act as the button.
"""

from datetime import datetime

from inventory_core.db.engine import Database, Reading, Writing
from inventory_core.desk.decisions import (
    Choice,
    Replan,
    approve_suggestions,
    reject_suggestion,
)
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.worklist import waiting_suggestions
from inventory_core.vocabulary import SuggestionKind, SuggestionState

APPROVED, REJECTED = 6, 2
REASON = "Runs out with the season; not bought again (季末不再补货)"


def decide_some(database: Database, *, replan: Replan, now: datetime) -> int:
    """Approve the greatest risks and reject the smallest; the number of decisions."""
    with database.reading() as conn:
        choices = _choices(conn)
    bought, left = choices[:APPROVED], choices[-REJECTED:]
    if len(choices) < 3 * (APPROVED + REJECTED):
        return 0

    def decide(tx: Writing) -> None:
        approve_suggestions(tx, SYSTEM, bought, replan=replan, now=now)
        for choice in left:
            reject_suggestion(tx, SYSTEM, choice, reason=REASON, now=now)

    database.write(decide)
    return len(bought) + len(left)


def _choices(conn: Reading) -> list[Choice]:
    """Open purchase suggestions, the greatest money at risk first."""
    rows = [
        row
        for row in conn.rows(waiting_suggestions())
        if row.state == SuggestionState.OPEN and row.kind == SuggestionKind.BUY
    ]
    rows.sort(key=lambda row: (-(row.value_at_risk_base or 0), row.id))
    return [Choice(row.id, row.revision, f"sample/decision/{row.id}") for row in rows]
