"""A real PostgreSQL for every test, cheap. Decides how databases are shared; tests no behaviour.

One embedded server per test session, shared by all workers; one migrated template; a fresh copy of
it per test. The server gives up crash safety for speed, so tests that kill it start their own.
"""

import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from forecasting import candidates
from forecasting.models.boosted import Boosted
from inventory_core.db.companies import (
    make_database,
    prepare_server,
    refresh_statistics,
    rename_database,
)
from inventory_core.db.embedded import find_cluster, start_embedded, stop_embedded
from inventory_core.db.engine import Database
from inventory_core.db.file_locks import locked
from inventory_core.db.migrate import migrate_database
from inventory_core.db.processes import is_same, start_mark
from inventory_core.db.server import DatabaseRole, Server, conninfo
from jobs.sample import play_sample_company
from tests import examples  # noqa: F401 (the profiles are known before one is asked for)
from tests.trade.world import World, make_world

ROOT_VARIABLE = "YIBEN_TEST_ROOT"
_ROOT_PREFIX = f"yiben-test-{os.geteuid()}-"
_TEMPLATE = "template_company"
# The sample company of every test ends the day before; planning `now` in tests is this moment.
SAMPLE_NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
_SAMPLE_TEMPLATE = "template_sample"
_COPY_STRATEGY = "file_copy"
_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 4 * 1024**3


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--campaign", action="store_true", help="the long fault and property runs")


def pytest_configure(config: pytest.Config) -> None:
    """The first process makes the folder that all workers share, and clears what the dead left."""
    if hasattr(config, "workerinput"):
        return
    for name in [name for name in os.environ if name.startswith("YIBEN_")]:
        del os.environ[name]
    place = _fastest_place()
    for left in place.glob(f"{_ROOT_PREFIX}*"):
        _clear_if_dead(left)
    unfinished = Path(tempfile.mkdtemp(prefix="yiben-new-", dir=place))
    unfinished.chmod(0o711)  # the server's user passes through
    (unfinished / "owner").write_text(f"{os.getpid()} {start_mark(os.getpid())}")
    # Under its final name only now, so that nobody takes it for a folder of the dead.
    root = unfinished.with_name(unfinished.name.replace("yiben-new-", _ROOT_PREFIX))
    unfinished.rename(root)
    os.environ[ROOT_VARIABLE] = str(root)
    # Nothing under test may find the data of a real installation.
    os.environ["YIBEN_DATA_FOLDER"] = str(root / "home")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares something dear to make stays with one worker: the played company, so that none
    waits while the other plays, and the application that a module's browser tests look at.
    """
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "sample_template" in names:
            item.add_marker(pytest.mark.xdist_group("sample"))
        elif "running_app" in names:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and ROOT_VARIABLE in os.environ:
        _clear(Path(os.environ.pop(ROOT_VARIABLE)))


def _fastest_place() -> Path:
    """Memory where there is room: a copy of a database takes 20 ms there and 200 on a disk."""
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES:
        return _MEMORY
    return Path(tempfile.gettempdir())


def _clear_if_dead(root: Path) -> None:
    try:
        pid, _, mark = (root / "owner").read_text().partition(" ")
    except OSError:
        return
    if not is_same(int(pid), mark):
        _clear(root)


def _clear(root: Path) -> None:
    if (root / "server" / "pw").exists():
        stop_embedded(find_cluster(root / "server"))
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(autouse=True)
def _main_module() -> Iterator[None]:
    """A screen under test runs as `__main__` from a file that is deleted after it; a process that
    is spawned later in the same worker would look for that file and die.
    """
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def test_root() -> Path:
    """The folder that all workers of this session share; the server's user may pass through."""
    return Path(os.environ[ROOT_VARIABLE])


@pytest.fixture(scope="session")
def server(test_root: Path) -> Server:
    """The session's PostgreSQL server, with the roles made."""
    found = Server(start_embedded(test_root / "server", durable=False), None)
    with locked(test_root / "roles.lock"):
        prepare_server(found)
    return found


@pytest.fixture(scope="session")
def admin(server: Server) -> Iterator[psycopg.Connection]:
    """A superuser's connection for making and dropping databases."""
    address = conninfo(server.url(server.home_database))
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def template(server: Server, admin: psycopg.Connection, test_root: Path) -> str:
    """Name of the migrated, empty database that every test's database is copied from."""
    with locked(test_root / "template.lock"):
        known = admin.execute("SELECT FROM pg_database WHERE datname = %s", [_TEMPLATE])
        if known.rowcount == 0:
            make_database(server, f"{_TEMPLATE}_new")
            migrate_database(server, f"{_TEMPLATE}_new")
            rename_database(server, f"{_TEMPLATE}_new", _TEMPLATE)
    return _TEMPLATE


@contextmanager
def copied_database(admin: psycopg.Connection, source: str, name: str = "") -> Iterator[str]:
    """A copy of a database that nobody is connected to; dropped when the block ends."""
    name = name or f"t_{uuid.uuid4().hex[:16]}"
    admin.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY {}").format(
            *map(sql.Identifier, (name, DatabaseRole.OWNER.value, source)),
            sql.SQL(_COPY_STRATEGY),
        )
    )
    try:
        yield name
    finally:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def small_seller(
    server: Server, admin: psycopg.Connection, template: str
) -> Iterator[tuple[str, World]]:
    """Name of a database with the small seller of `tests/trade/world.py`, and who that is."""
    with copied_database(admin, template) as name:
        made = Database(server.url(name, DatabaseRole.WRITER))
        seller = make_world(made)
        made.dispose()
        yield name, seller


@pytest.fixture
def database_name(request: pytest.FixtureRequest, admin: psycopg.Connection) -> Iterator[str]:
    """Name of this test's own company database: migrated and empty, or with the small seller where
    the test asks for `world`. The name stays, so that `ways_in` leads there again.
    """
    if "world" in request.fixturenames:
        source, _ = request.getfixturevalue("small_seller")
    else:
        source = request.getfixturevalue("template")
    with copied_database(admin, source, f"t_{os.getpid()}") as name:
        yield name


@pytest.fixture
def database_url(server: Server, database_name: str) -> str:
    """Address of this test's database, as the program's own login (writer)."""
    url = server.url(database_name, DatabaseRole.WRITER)
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def ways_in(server: Server) -> Callable[[str, DatabaseRole], Database]:
    """The way into a database by name and role, kept: it compiles each statement only once."""
    return cache(lambda name, role: Database(server.url(name, role)))


@pytest.fixture
def database(
    ways_in: Callable[[str, DatabaseRole], Database], database_name: str
) -> Iterator[Database]:
    """This test's database, opened as the program opens it (writer)."""
    opened = ways_in(database_name, DatabaseRole.WRITER)
    yield opened
    opened.dispose()


@pytest.fixture
def owner_database(
    ways_in: Callable[[str, DatabaseRole], Database], database_name: str
) -> Iterator[Database]:
    """The same database with all rights, for what the program itself may not do."""
    opened = ways_in(database_name, DatabaseRole.OWNER)
    yield opened
    opened.dispose()


@pytest.fixture
def world(small_seller: tuple[str, World]) -> World:
    """The small seller that stands in `database`."""
    return small_seller[1]


@pytest.fixture(scope="module")
def few_trees() -> Iterator[None]:
    """Boosted candidates of few trees, for tests of what becomes of a forecast: training takes a
    third of the time, and nothing that they say hangs on how good the forecast is.
    """
    with pytest.MonkeyPatch.context() as patch:
        small = {"trees": 8, "bags": 1}
        patch.setattr(candidates, "Boosted", lambda **facts: Boosted(**facts | small))
        yield


@pytest.fixture(scope="session")
def sample_template(server: Server, admin: psycopg.Connection, test_root: Path) -> str:
    """Name of the played sample company; played once per session, by whoever asks first."""
    with locked(test_root / "sample.lock"):
        known = admin.execute("SELECT FROM pg_database WHERE datname = %s", [_SAMPLE_TEMPLATE])
        if known.rowcount == 0:
            unfinished = f"{_SAMPLE_TEMPLATE}_new"
            make_database(server, unfinished)
            migrate_database(server, unfinished)
            played = Database(server.url(unfinished, DatabaseRole.WRITER))
            play_sample_company(played, now=SAMPLE_NOW)
            refresh_statistics(server, played)
            played.dispose()
            rename_database(server, unfinished, _SAMPLE_TEMPLATE)
    return _SAMPLE_TEMPLATE


@pytest.fixture
def sample_database_name(admin: psycopg.Connection, sample_template: str) -> Iterator[str]:
    """Name of this test's own copy of the played sample company."""
    with copied_database(admin, sample_template) as name:
        yield name


@pytest.fixture
def sample_database(server: Server, sample_database_name: str) -> Iterator[Database]:
    """A copy of the played sample company, opened as the program opens it (writer)."""
    opened = Database(server.url(sample_database_name, DatabaseRole.WRITER))
    yield opened
    opened.dispose()
