"""A server named by `YIBEN_DATABASE_URL`: Debian's own PostgreSQL, a login that is no superuser."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from inventory_core.db.backup import back_up_company, restore_company
from inventory_core.db.companies import (
    create_company_database,
    drop_company_database,
    list_companies,
    open_company,
    prepare_server,
)
from inventory_core.db.embedded_account import choose_account, give_to, run_as
from inventory_core.db.server import DatabaseRole, Server, open_server
from inventory_core.errors import Refused
from inventory_core.settings import Settings

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAMS, reason="this machine has no PostgreSQL of its own"),
]
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def socket_folder(test_root: Path) -> Iterator[Path]:
    """A PostgreSQL of Debian's, with a login that may create databases and roles but no more."""
    account = choose_account()
    folder = test_root / f"outside-{uuid.uuid4().hex[:8]}"
    folder.mkdir(mode=0o700)
    give_to(account, folder)
    programs = PROGRAMS[-1].parent

    def run(*words: str) -> None:
        subprocess.run(
            words, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=None, **run_as(account)
        )

    data = str(folder / "data")
    run(str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    log = str(folder / "log")
    run(str(programs / "pg_ctl"), "-D", data, "-l", log, "-o", options, "-w", "start")
    address = f"host={folder} user=postgres dbname=postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE ROLE shop LOGIN CREATEDB CREATEROLE")
        connection.execute("CREATE DATABASE shop OWNER shop")
        connection.execute("CREATE ROLE guest LOGIN")
    yield folder
    run(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def named(socket_folder: Path, login: str) -> Server:
    url = f"postgresql://{login}@/shop?host={socket_folder}"
    return open_server(Settings(database_url=SecretStr(url), data_folder=Path(os.devnull)))


def test_a_company_lives_on_an_outside_server_with_the_same_rights(
    socket_folder: Path, tmp_path: Path
) -> None:
    server = named(socket_folder, "shop")
    prepare_server(server)
    prepare_server(server)
    create_company_database(server, "abroad")
    assert list_companies(server) == ["abroad"]
    database = open_company(server, "abroad")
    with database.writing() as tx:
        assert tx.scalar(text("SELECT current_user")) == DatabaseRole.WRITER
        tx.execute(
            text(
                "INSERT INTO audit_entry (person_id, act, subject_kind, subject_id)"
                " VALUES (0, 'tried', 'test', '1')"
            )
        )
    for statement in ("DELETE FROM audit_entry", "TRUNCATE movement", "DROP TABLE operation"):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            database.write(lambda tx, statement=statement: tx.execute(text(statement)))  # type: ignore[misc]
    database.dispose()

    back_up_company(server, "abroad", tmp_path / "a.dump", now=NOW)
    drop_company_database(server, "abroad")
    assert restore_company(server, tmp_path / "a.dump") == "abroad"
    database = open_company(server, "abroad")
    with database.reading() as conn:
        assert conn.scalar(text("SELECT count(*) FROM audit_entry")) == 1
    database.dispose()


def test_a_backup_moves_between_the_embedded_and_the_outside_server(
    socket_folder: Path, tmp_path: Path, server: Server
) -> None:
    outside = named(socket_folder, "shop")
    prepare_server(outside)
    slug = f"moved_{uuid.uuid4().hex[:8]}"
    create_company_database(server, slug)
    back_up_company(server, slug, tmp_path / "a.dump", now=NOW)
    assert restore_company(outside, tmp_path / "a.dump") == slug
    drop_company_database(server, slug)
    back_up_company(outside, slug, tmp_path / "b.dump", now=NOW)
    assert restore_company(server, tmp_path / "b.dump") == slug
    drop_company_database(server, slug)


def test_a_login_without_the_rights_is_refused_in_words(socket_folder: Path) -> None:
    with pytest.raises(Refused, match="server_rights_missing"):
        prepare_server(named(socket_folder, "guest"))
