"""The played clock of a simulated company. Decides nothing: the database refuses it elsewhere.

A simulator sets the recorded clock for its own transaction, so that a history of eighteen months
can be written in a minute and still say when each thing became known.
"""

from datetime import date, datetime

from sqlalchemy import text

from inventory_core.clock import as_utc
from inventory_core.db.engine import Writing


def play_at(tx: Writing, moment: datetime) -> None:
    """Let every `recorded_at` of this transaction be `moment`."""
    tx.execute(
        text("SELECT set_config('yiben.clock', :moment, true)"),
        {"moment": as_utc(moment).isoformat()},
    )


def make_months(tx: Writing, first_on: date, last_on: date) -> None:
    """Make the ledger's monthly parts for a past that is about to be written."""
    tx.execute(
        text("SELECT yiben_make_movement_months(:first_on, :last_on)"),
        {"first_on": first_on, "last_on": last_on},
    )
