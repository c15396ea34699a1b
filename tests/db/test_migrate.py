"""The migrated database is the schema in code, and the book guards itself."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, pool, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, ProgrammingError

from inventory_core.db.engine import Database
from inventory_core.db.guards import guard_statements
from inventory_core.db.migrate import current_revision, migrate_database, newest_revision
from inventory_core.db.schema import METADATA
from inventory_core.db.schema.seeds import APPEND_ONLY_TABLES, CLOCK_FUNCTION
from inventory_core.db.server import DatabaseRole, Server, conninfo
from inventory_core.errors import Refused
from tests.conftest import copied_database

# What the catalogue of PostgreSQL knows about our tables, parts of the ledger left out.
_OURS = (
    "c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
    " AND NOT c.relispartition AND c.relname <> 'alembic_version'"
)
_CATALOGUE = {
    "tables": (
        f"SELECT c.relname, c.reloptions, pg_get_partkeydef(c.oid) FROM pg_class c WHERE {_OURS}"
    ),
    "columns": (
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
        " a.attidentity, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d"
        " ON d.adrelid = c.oid AND d.adnum = a.attnum"
        f" WHERE a.attnum > 0 AND NOT a.attisdropped AND {_OURS}"
    ),
    "constraints": (
        "SELECT c.relname, k.conname, pg_get_constraintdef(k.oid)"
        f" FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE {_OURS}"
    ),
    "indexes": (
        "SELECT c.relname, pg_get_indexdef(i.indexrelid)"
        f" FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE {_OURS}"
    ),
    "triggers": (
        "SELECT c.relname, t.tgenabled, pg_get_triggerdef(t.oid)"
        " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        f" WHERE NOT t.tgisinternal AND {_OURS}"
    ),
    "functions": (
        "SELECT proname, pg_get_functiondef(oid) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace"
    ),
}


def _catalogue(url: URL) -> dict[str, set[tuple[Any, ...]]]:
    with psycopg.connect(conninfo(url)) as connection:
        return {
            name: {
                tuple(tuple(v) if isinstance(v, list) else v for v in row)
                for row in connection.execute(statement)  # type: ignore[arg-type]
            }
            for name, statement in _CATALOGUE.items()
        }


def test_the_migrated_database_equals_the_schema(
    server: Server, admin: psycopg.Connection, database_name: str
) -> None:
    with copied_database(admin, "template1") as plain:
        url = server.url(plain, DatabaseRole.OWNER)
        engine = create_engine(url, poolclass=pool.NullPool)
        with engine.begin() as connection:
            connection.execute(text(CLOCK_FUNCTION))
            METADATA.create_all(connection)
            for statement in guard_statements():
                connection.execute(text(statement))
        wanted = _catalogue(url)
    found = _catalogue(server.url(database_name, DatabaseRole.OWNER))
    assert len(wanted["tables"]) == len(METADATA.tables)
    for kind, rows in wanted.items():
        assert found[kind] == rows, kind


def test_migrating_twice_changes_nothing(server: Server, database_name: str) -> None:
    assert migrate_database(server, database_name) == newest_revision()
    url = server.url(database_name, DatabaseRole.OWNER)
    assert current_revision(url) == newest_revision()


def test_a_database_of_a_newer_program_is_refused(
    server: Server, database_name: str, owner_database: Database
) -> None:
    with owner_database.writing() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refused, match="database_newer_than_program"):
        migrate_database(server, database_name)


@pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
def test_rights_refuse_the_program_to_change_what_only_grows(
    database: Database, table: str
) -> None:
    column = next(iter(METADATA.tables[table].primary_key)).name
    for statement in (
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
    ):
        with pytest.raises(ProgrammingError) as refusal, database.writing() as tx:
            tx.execute(text(statement))
        assert isinstance(refusal.value.orig, psycopg.errors.InsufficientPrivilege), statement


@pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
def test_triggers_refuse_even_the_owner_to_empty_what_only_grows(
    owner_database: Database, table: str
) -> None:
    with pytest.raises(DBAPIError, match="only grows"), owner_database.writing() as tx:
        tx.execute(text(f"TRUNCATE {table} CASCADE"))
    with owner_database.reading() as conn:
        armed = conn.scalar(
            text(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass(:name)"
                " AND tgname IN ('refuse_change', 'refuse_truncate') AND tgenabled = 'O'"
            ),
            {"name": table},
        )
    assert armed == 2


def test_triggers_refuse_even_the_owner_to_change_a_row_that_only_grows(
    owner_database: Database,
) -> None:
    insert = (
        "INSERT INTO audit_entry (person_id, act, subject_kind, subject_id)"
        " VALUES (0, 'tried', 'test', '1')"
    )
    with owner_database.writing() as tx:
        tx.execute(text(insert))
    for change in ("UPDATE audit_entry SET act = 'other'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="only grows"), owner_database.writing() as tx:
            tx.execute(text(change))
    with owner_database.reading() as conn:
        assert conn.scalar(text("SELECT act FROM audit_entry")) == "tried"


def test_the_program_reaches_the_parts_of_the_ledger_only_through_it(database: Database) -> None:
    with pytest.raises(ProgrammingError), database.writing() as tx:
        tx.execute(text("DELETE FROM movement_default"))
    with database.reading() as conn:
        assert conn.scalar(text("SELECT count(*) FROM movement")) == 0


def test_the_program_may_make_months_ahead_and_none_twice(database: Database) -> None:
    make = text("SELECT yiben_make_movement_months('2019-11-15', '2020-02-01')")
    with database.writing() as tx:
        assert tx.scalar(make) == 4
        assert tx.scalar(make) == 0
    with pytest.raises(ProgrammingError), database.writing() as tx:
        tx.execute(text("TRUNCATE movement_201911"))


def test_the_reader_looks_but_sees_no_secret(server: Server, database_name: str) -> None:
    with psycopg.connect(conninfo(server.url(database_name, DatabaseRole.READER))) as reader:
        reader.execute("SELECT * FROM stock_level")
        reader.execute("SELECT id, name FROM person")
        reader.commit()
        for statement in (
            "SELECT * FROM session",
            "SELECT * FROM one_time_link",
            "SELECT password_hash FROM person",
            "INSERT INTO report (code, definition, person_id) VALUES ('x', '{}', 0)",
            "UPDATE company SET name = 'x'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(statement)  # type: ignore[arg-type]
            reader.rollback()


def test_the_program_changes_of_a_level_only_its_figures(database: Database) -> None:
    with pytest.raises(ProgrammingError), database.writing() as tx:
        tx.execute(text("UPDATE stock_level SET warehouse_id = 1"))
    with pytest.raises(ProgrammingError), database.writing() as tx:
        tx.execute(text("DELETE FROM stock_level"))
    with database.writing() as tx:
        tx.execute(text("UPDATE stock_level SET on_hand = on_hand + 1, version = version + 1"))
