"""One small company per test."""

import pytest

from inventory_core.db.engine import Database
from tests.stock.scene import Scene, make_scene


@pytest.fixture
def scene(database: Database) -> Scene:
    """Three SKUs, two warehouses with a cost pool each, one account; moving average."""
    return make_scene(database)
