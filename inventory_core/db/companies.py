"""One company, one database, many on one server. Decides names and which company is open.

A database is made under a passing name and renamed when it is complete, so a killed creation
leaves nothing half. Never copies anything from one company to another.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from inventory_core.db.engine import Database
from inventory_core.db.migrate import migrate_database
from inventory_core.db.roles import ensure_roles
from inventory_core.db.server import OLDEST_MAJOR, DatabaseRole, Server, conninfo
from inventory_core.errors import Invalid, NotFound, Refused

OWN_COMPANY = "main"
SAMPLE_COMPANY = "sample"
_PREFIX = "yiben_"
_UNFINISHED_PREFIX = "unfinished_"
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}")


def database_name(slug: str) -> str:
    """The database of the company called `slug`."""
    if not _SLUG.fullmatch(slug):
        raise Invalid("company_name_malformed", field="company", value=slug)
    return _PREFIX + slug


def prepare_server(server: Server) -> None:
    """Make the roles that every company's database needs; repeatable."""
    with _admin(server) as connection:
        if connection.info.server_version < OLDEST_MAJOR * 10_000:
            found = str(connection.info.server_version // 10_000)
            raise Refused("server_too_old", found=found, needed=OLDEST_MAJOR)
        try:
            ensure_roles(connection, server)
        except psycopg.errors.InsufficientPrivilege as error:
            raise Refused("server_rights_missing") from error


def list_companies(server: Server) -> Sequence[str]:
    """Slugs of all companies on the server."""
    with _admin(server) as connection:
        rows = connection.execute(
            "SELECT substr(datname, %s) FROM pg_database"
            " WHERE starts_with(datname, %s) AND NOT datistemplate ORDER BY 1",
            [len(_PREFIX) + 1, _PREFIX],
        ).fetchall()
    return [row[0] for row in rows if _SLUG.fullmatch(row[0])]


def create_company_database(server: Server, slug: str) -> None:
    """Make the empty, migrated database of a new company."""
    with building_company(server, slug):
        pass  # nothing is to be filled in


@contextmanager
def building_company(server: Server, slug: str) -> Iterator[Database]:
    """A new company to be filled in the block; it gets its name when the block has succeeded.

    Until then nobody sees it; a block that fails or is killed leaves no company behind.
    """
    name = database_name(slug)
    unfinished = _UNFINISHED_PREFIX + name
    with _admin(server) as connection:
        _lock(connection, f"create {name}")
        if slug in list_companies(server):
            raise Refused("company_exists", company=slug)
        make_database(server, unfinished)
        migrate_database(server, unfinished)
        database = Database(server.url(unfinished, DatabaseRole.WRITER))
        try:
            yield database
        finally:
            database.dispose()
        rename_database(server, unfinished, name)


def refresh_statistics(server: Server, database: Database) -> None:
    """Let the query planner see what a bulk load brought, before anybody asks."""
    assert database.url.database is not None
    owner = server.url(database.url.database, DatabaseRole.OWNER)
    with psycopg.connect(conninfo(owner), autocommit=True) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition"
        )
        names = sql.SQL(", ").join(sql.Identifier(row[0]) for row in rows)
        connection.execute(sql.SQL("ANALYZE {}").format(names))


def make_database(server: Server, name: str) -> None:
    """An empty database owned by the owner role; one of the same name is dropped first."""
    with _admin(server) as connection:
        # A killed client's CREATE DATABASE goes on in the server until it is done: wait for it.
        _lock(connection, f"make {name}")
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(DatabaseRole.OWNER.value)
            )
        )


def put_in_place(server: Server, fresh: str, name: str) -> None:
    """Let a complete database take a company's name, in one step; the one before it is dropped."""
    replaced = f"replaced_{name}"
    drop_database(server, replaced)
    with _admin(server) as connection:
        for database in (fresh, name):
            _cut_sessions(connection, database)
        with connection.transaction():
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            if known.rowcount:
                _rename(connection, name, replaced)
            _rename(connection, fresh, name)
    drop_database(server, replaced)


def rename_database(server: Server, old: str, new: str) -> None:
    """Give a database its final name; whoever is still connected to it is cut off."""
    with _admin(server) as connection:
        _cut_sessions(connection, old)
        _rename(connection, old, new)


def _lock(connection: psycopg.Connection, name: str) -> None:
    connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])


def _cut_sessions(connection: psycopg.Connection, database: str) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
        [database],
    )


def _rename(connection: psycopg.Connection, old: str, new: str) -> None:
    statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    connection.execute(statement.format(sql.Identifier(old), sql.Identifier(new)))


def drop_company_database(server: Server, slug: str) -> None:
    """Remove a company with everything in it; sessions on it are cut."""
    drop_database(server, database_name(slug))


def drop_database(server: Server, name: str) -> None:
    """Remove one database; sessions on it are cut, one that is not there is fine."""
    with _admin(server) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def open_company(
    server: Server, slug: str, role: DatabaseRole = DatabaseRole.WRITER, *, pool_size: int = 8
) -> Database:
    """The door to one company's database."""
    if slug not in list_companies(server):
        raise NotFound("company_unknown", company=slug)
    return Database(server.url(database_name(slug), role), pool_size=pool_size)


def current_company(data_folder: Path, chosen: str = "") -> str:
    """The company to open: the chosen one, else the last one opened, else one's own."""
    if chosen:
        return chosen
    try:
        remembered = (data_folder / "company").read_text().strip()
    except OSError:
        return OWN_COMPANY
    return remembered if _SLUG.fullmatch(remembered) else OWN_COMPANY


def remember_company(data_folder: Path, slug: str) -> None:
    """Note which company was opened last."""
    database_name(slug)
    unfinished = data_folder / "company.new"
    unfinished.write_text(slug + "\n")
    unfinished.chmod(0o600)
    unfinished.replace(data_folder / "company")


def _admin(server: Server) -> psycopg.Connection:
    return psycopg.connect(conninfo(server.url(server.home_database)), autocommit=True)
