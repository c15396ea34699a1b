"""Servers of a test's own, with real settings, for tests that break them."""

import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory_core.db.embedded import find_cluster, start_embedded, stop_embedded
from inventory_core.db.file_locks import locked


@pytest.fixture
def own_folder(test_root: Path) -> Iterator[Path]:
    """A data folder of this test alone; its server is stopped at the end."""
    folder = test_root / f"own-{uuid.uuid4().hex[:8]}"
    yield folder
    if (folder / "pw").exists():
        stop_embedded(find_cluster(folder))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def once_started(test_root: Path) -> Path:
    """A data folder whose server was started once and stopped; for copying, all workers share it.

    Making one takes most of a second, a copy of it a tenth.
    """
    folder = test_root / "once-started"
    with locked(test_root / "once-started.lock"):
        if not folder.exists():
            unfinished = test_root / "once-started.new"
            stop_embedded(start_embedded(unfinished).cluster)
            unfinished.rename(folder)
    return folder


@pytest.fixture
def known_folder(own_folder: Path, once_started: Path) -> Path:
    """A data folder of this test alone that has been in use before."""
    subprocess.run(["cp", "-a", once_started, own_folder], check=True)
    return own_folder
