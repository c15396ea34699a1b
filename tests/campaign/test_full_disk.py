"""A disk that fills up under load loses no answered write, and work goes on when room is made."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from inventory_core.db.companies import open_company
from inventory_core.db.embedded import start_embedded
from inventory_core.db.engine import Database
from inventory_core.errors import Unavailable
from tests.journeys.killing import COMPANY, ServerFolder

SIZE_MEGABYTES = 320
LEFT_MEGABYTES = 12
_PAD = "x" * 2_000
_INSERT = text(
    "INSERT INTO audit_entry (person_id, act, subject_kind, subject_id, details)"
    " SELECT 0, 'filled', 'test', :key, jsonb_build_object('pad', :pad || n::text)"
    " FROM generate_series(1, 200) AS n"
)


@pytest.fixture
def small_disk(test_root: Path) -> Iterator[ServerFolder]:
    """A server on a small file system of its own."""
    place = test_root / "small-disk"
    place.mkdir()
    place.chmod(0o711)
    options = f"size={SIZE_MEGABYTES}m,mode=0711"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    folder = ServerFolder(place / "data")
    yield folder
    (place / "ballast").unlink(missing_ok=True)
    folder.remove()
    subprocess.run(["umount", str(place)], check=True)


def fill(database: Database, *, most: int) -> set[str]:
    """Write until the disk is full; the keys that were answered."""
    answered = set()
    for number in range(most):
        key = f"{os.getpid()}-{number}"
        try:
            database.write(lambda tx, key=key: tx.execute(_INSERT, {"key": key, "pad": _PAD}))  # type: ignore[misc]
        except Unavailable as error:
            if error.code not in {"disk_full", "database_away"}:
                raise
            return answered
        answered.add(key)
    raise AssertionError("the disk did not fill up")


def stored(database: Database) -> dict[str, int]:
    with database.reading() as conn:
        rows = conn.rows(text("SELECT subject_id, count(*) FROM audit_entry GROUP BY 1"))
        return {row[0]: row[1] for row in rows}


def test_a_full_disk_refuses_in_words_and_loses_nothing(small_disk: ServerFolder) -> None:
    server = small_disk.start()
    database = open_company(server, COMPANY)
    disk = os.statvfs(small_disk.path)
    ballast = small_disk.path.parent / "ballast"
    with ballast.open("wb") as file:
        free = disk.f_bavail * disk.f_frsize - LEFT_MEGABYTES * 1024**2
        os.posix_fallocate(file.fileno(), 0, free)

    answered = fill(database, most=5_000)
    assert len(answered) > 3
    ballast.unlink()
    # A full log disk makes the server end itself: whoever keeps it alive starts it again.
    start_embedded(small_disk.path)
    found = stored(database)
    assert answered <= set(found)
    assert set(found.values()) == {200}
    assert len(set(found) - answered) <= 1  # the one whose answer never came
    database.write(lambda tx: tx.execute(_INSERT, {"key": "after", "pad": ""}))
    assert stored(database)["after"] == 200
    database.dispose()
