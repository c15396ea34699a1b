"""A second empty company, for what must come out the same twice."""

from collections.abc import Iterator

import psycopg
import pytest

from inventory_core.db.engine import Database
from inventory_core.db.server import DatabaseRole, Server
from tests.conftest import copied_database


@pytest.fixture
def second_database(server: Server, admin: psycopg.Connection, template: str) -> Iterator[Database]:
    """Another fresh, migrated, empty company beside `database`."""
    with copied_database(admin, template) as name:
        opened = Database(server.url(name, DatabaseRole.WRITER))
        yield opened
        opened.dispose()
