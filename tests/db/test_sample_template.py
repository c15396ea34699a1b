"""The played sample company is there for every test, its book in order."""

import pytest
from sqlalchemy import text

from inventory_core.db.engine import Database
from inventory_core.stock.verify import verify_book


@pytest.mark.slow
def test_the_sample_companys_book_agrees_with_itself(sample_database: Database) -> None:
    with sample_database.reading() as conn:
        assert conn.scalar(text("SELECT count(*) FROM sales_order")) > 30_000
        parts = text("SELECT count(*) FROM movement WHERE tableoid = 'movement_default'::regclass")
        assert conn.scalar(parts) == 0
        assert verify_book(conn) == []
