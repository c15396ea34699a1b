"""A data folder with a real, durable server that journeys may break."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.killing import ServerFolder


@pytest.fixture
def server_folder(test_root: Path) -> Iterator[ServerFolder]:
    """A server of this test's own, with real settings and one company; gone at the end."""
    folder = ServerFolder(test_root / f"killed-{uuid.uuid4().hex[:8]}")
    yield folder
    folder.remove()
