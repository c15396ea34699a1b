"""Loader of sale pauses: when a channel did not sell a SKU that was there. Decides no share."""

from collections.abc import Sequence

from sqlalchemy import select

from inventory_core.catalog.sale_pauses import NewPause, state_pauses
from inventory_core.catalog.skus import sku_ids
from inventory_core.db.schema.channels import channel_account
from inventory_core.desk.imports_loading import Load, Outcome, known_ids, naming
from inventory_core.desk.imports_rows import Row
from inventory_core.vocabulary import PauseReason


def load_sale_pauses(load: Load, rows: Sequence[Row]) -> Outcome:
    """State every pause that does not stand yet; a row without a channel holds for all."""
    skus = known_ids(load, rows, "sku", sku_ids(load.tx, [r["sku"] for r in rows]), "sku_unknown")
    columns = channel_account.c
    accounts = {row.code_key: row.id for row in load.tx.rows(select(columns.code_key, columns.id))}
    named = [row for row in rows if row["channel"] is not None]
    channels = known_ids(load, named, "channel", accounts, "channel_unknown")
    outcome = Outcome()
    if load.problems.count:
        return outcome
    pauses = [
        NewPause(
            sku_id=skus[row.row_no],
            account_id=channels.get(row.row_no),
            first_on=row["first_on"],
            last_on=row["last_on"],
            reason=PauseReason(row["reason"] or PauseReason.OTHER),
            note=row["note"] or "",
        )
        for row in rows
    ]
    with naming(load, rows, "first_on"):
        made = state_pauses(load.tx, load.actor, pauses, import_id=load.import_id)
    outcome.created, outcome.unchanged = made, len(rows) - made
    return outcome
