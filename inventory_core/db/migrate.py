"""Bring one company's database to the newest schema. Decides order and safety; holds no table.

Every migration runs in one transaction of its own as the owner, under a lock timeout so that it
never queues the whole shop behind itself, and under one advisory lock so that two never run.
"""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool, text
from sqlalchemy.engine import URL

from inventory_core.db.roles import grant_rights
from inventory_core.db.server import DatabaseRole, Server, conninfo
from inventory_core.errors import Refused

LOCK_TIMEOUT_SECONDS = 5
_FOLDER = Path(__file__).parent / "migrations"
_MONTHS_AHEAD = (
    "SELECT yiben_make_movement_months(current_date, (current_date + interval '1 year')::date)"
)


def migrate_database(server: Server, database: str) -> str:
    """Upgrade `database` to the newest revision, renew all rights; returns the revision."""
    owner = server.url(database, DatabaseRole.OWNER)
    found = current_revision(owner)
    if found is not None and found not in known_revisions():
        raise Refused("database_newer_than_program", found=found, known=newest_revision())
    engine = create_engine(
        _without_options(owner), poolclass=pool.NullPool, connect_args=_args(owner)
    )
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(hashtextextended('yiben migrate', 0))"))
        connection.commit()
        config = Config()
        config.set_main_option("script_location", str(_FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.execute(text(_MONTHS_AHEAD))
        connection.commit()
    engine.dispose()
    with psycopg.connect(conninfo(owner)) as session:
        grant_rights(session)
    return newest_revision()


def current_revision(url: URL) -> str | None:
    """The revision a database stands at; None where it holds nothing yet."""
    engine = create_engine(_without_options(url), poolclass=pool.NullPool, connect_args=_args(url))
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The revision this program needs."""
    head = ScriptDirectory(str(_FOLDER)).get_current_head()
    assert head is not None
    return head


def known_revisions() -> frozenset[str]:
    """Every revision this program can start from."""
    return frozenset(script.revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions())


def _without_options(url: URL) -> URL:
    return url.difference_update_query(["options"])


def _args(url: URL) -> dict[str, str]:
    given = url.query.get("options", "")
    return {"options": f"{given} -c lock_timeout={LOCK_TIMEOUT_SECONDS}s -c timezone=UTC"}
