"""A company whose first records came by file."""

from pathlib import Path

import pytest

from inventory_core.db.engine import Database
from tests.desk.importing import PLACE_LINES, SKU_LINES, csv_file, found, load


@pytest.fixture
def seller(database: Database, tmp_path: Path) -> Database:
    """A company with three SKUs and a warehouse, all by import."""
    found(database)
    assert load(database, "skus", csv_file(tmp_path, "skus.csv", SKU_LINES)).written
    assert load(database, "warehouses", csv_file(tmp_path, "places.csv", PLACE_LINES)).written
    return database
