"""Many rows in few statements: every one of them once, or none."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from inventory_core.db.bulk import PORTION, insert_rows
from inventory_core.db.engine import Database
from inventory_core.db.schema.catalog import exchange_rate

FIRST_DAY = date(1990, 1, 1)
COUNT = text("SELECT count(*) FROM exchange_rate")


def rates(count: int) -> list[dict[str, Any]]:
    """One rate a day, each its own."""
    return [
        {
            "from_currency": "CNY",
            "to_currency": "USD",
            "on_day": FIRST_DAY + timedelta(days=day),
            "rate": Decimal(day + 1) / 1000,
        }
        for day in range(count)
    ]


def test_more_rows_than_one_portion_are_inserted_once_and_all_answered(
    database: Database,
) -> None:
    rows = rates(PORTION + 3)
    with database.writing() as tx:
        made = insert_rows(tx, exchange_rate, rows, returning=("on_day", "rate"))
        assert tx.scalar(COUNT) == len(rows)
    assert sorted(tuple(row) for row in made) == [(row["on_day"], row["rate"]) for row in rows]


def test_a_row_refused_in_a_later_portion_leaves_none_of_the_earlier_ones(
    database: Database,
) -> None:
    rows = rates(PORTION + 3)
    rows[-1]["rate"] = Decimal(-1)
    with pytest.raises(DBAPIError, match="rate_positive"), database.writing() as tx:
        insert_rows(tx, exchange_rate, rows)
    with database.reading() as conn:
        assert conn.scalar(COUNT) == 0
