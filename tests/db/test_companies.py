"""One company, one database: made whole or not at all, and opened by name."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory_core.db.companies import (
    OWN_COMPANY,
    create_company_database,
    current_company,
    database_name,
    drop_company_database,
    list_companies,
    open_company,
    remember_company,
)
from inventory_core.db.migrate import current_revision, newest_revision
from inventory_core.db.server import DatabaseRole, Server
from inventory_core.errors import Invalid, NotFound, Refused

CREATE = """
import sys
from pathlib import Path
from inventory_core.db.companies import create_company_database
from inventory_core.db.embedded import start_embedded
from inventory_core.db.server import Server
server = Server(start_embedded(Path(sys.argv[1]), durable=False), None)
print("begun", flush=True)
create_company_database(server, sys.argv[2])
"""


@pytest.fixture
def slug(server: Server) -> Iterator[str]:
    name = f"c_{uuid.uuid4().hex[:8]}"
    yield name
    drop_company_database(server, name)


def test_a_company_is_made_listed_opened_and_removed(server: Server, slug: str) -> None:
    create_company_database(server, slug)
    assert slug in list_companies(server)
    with pytest.raises(Refused, match="company_exists"):
        create_company_database(server, slug)
    drop_company_database(server, slug)
    assert slug not in list_companies(server)
    with pytest.raises(NotFound, match="company_unknown"):
        open_company(server, slug)
    drop_company_database(server, slug)  # removing what is gone is no error


@pytest.mark.parametrize("name", ["", "Main", "a b", "1a", "a" * 41, 'x"; DROP', "ü", "a-b"])
def test_a_name_that_is_no_name_is_refused(server: Server, name: str) -> None:
    with pytest.raises(Invalid, match="company_name_malformed"):
        create_company_database(server, name)


@pytest.mark.parametrize(
    "delay",
    [0.05, *(pytest.param(delay, marks=pytest.mark.slow) for delay in (0.0, 0.1, 0.2, 0.3))],
)
def test_a_killed_creation_leaves_no_company_and_does_not_stop_the_next(
    server: Server, slug: str, delay: float
) -> None:
    assert server.embedded is not None
    program = subprocess.Popen(
        [sys.executable, "-c", CREATE, str(server.embedded.cluster.root), slug],
        stdout=subprocess.PIPE,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == b"begun\n"
    time.sleep(delay)
    os.kill(program.pid, signal.SIGKILL)
    program.wait()
    program.stdout.close()
    if slug in list_companies(server):  # it was quicker than the kill: then it is whole
        drop_company_database(server, slug)
    create_company_database(server, slug)
    url = server.url(database_name(slug), DatabaseRole.OWNER)
    assert current_revision(url) == newest_revision()


def test_the_last_opened_company_is_remembered_and_a_chosen_one_wins(tmp_path: Path) -> None:
    assert current_company(tmp_path) == OWN_COMPANY
    remember_company(tmp_path, "sample")
    assert current_company(tmp_path) == "sample"
    assert current_company(tmp_path, "other") == "other"
    assert (tmp_path / "company").stat().st_mode & 0o077 == 0
    (tmp_path / "company").write_text("../../etc\n")
    assert current_company(tmp_path) == OWN_COMPANY
