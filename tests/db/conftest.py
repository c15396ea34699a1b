"""Servers of a test's own, with real settings, for tests that break them."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory_core.db.embedded import find_cluster, stop_embedded


@pytest.fixture
def own_folder(test_root: Path) -> Iterator[Path]:
    """A data folder of this test alone; its server is stopped at the end."""
    folder = test_root / f"own-{uuid.uuid4().hex[:8]}"
    yield folder
    if (folder / "pw").exists():
        stop_embedded(find_cluster(folder))
    shutil.rmtree(folder, ignore_errors=True)
