"""A backup brings back the same book, and nothing half, damaged or unasked-for is believed."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from inventory_core.db.backup import (
    LEFT_OUT,
    back_up_company,
    manifest_path,
    read_manifest,
    restore_company,
)
from inventory_core.db.companies import (
    create_company_database,
    drop_company_database,
    list_companies,
    open_company,
)
from inventory_core.db.schema import METADATA
from inventory_core.db.server import DatabaseRole, Server
from inventory_core.errors import Invalid, NotFound, Refused

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def company(server: Server) -> Iterator[str]:
    """A company with some rows, the ledger among them."""
    slug = f"shop_{os.urandom(4).hex()}"
    create_company_database(server, slug)
    opened = open_company(server, slug)
    with opened.writing() as tx:
        tx.execute(
            text(
                "INSERT INTO audit_entry (person_id, act, subject_kind, subject_id, details)"
                " SELECT 0, 'tried', 'test', n::text, jsonb_build_object('名', n)"
                " FROM generate_series(1, 500) n"
            )
        )
        tx.execute(
            text(
                "INSERT INTO sign_in_attempt (name_key, address, succeeded) VALUES ('a', 'b', true)"
            )
        )
    opened.dispose()
    yield slug
    drop_company_database(server, slug)


def book(server: Server, slug: str) -> dict[str, list[str]]:
    """Every row of every table as text."""
    opened = open_company(server, slug, DatabaseRole.OWNER)
    with opened.reading() as conn:
        content = {
            name: sorted(str(row[0]) for row in conn.rows(text(f"SELECT t::text FROM {name} t")))
            for name in METADATA.tables
            if name not in LEFT_OUT
        }
    opened.dispose()
    return content


def test_a_wiped_company_comes_back_with_every_row(
    server: Server, company: str, tmp_path: Path
) -> None:
    before = book(server, company)
    manifest = back_up_company(server, company, tmp_path / "a.dump", now=NOW)
    assert manifest.rows["audit_entry"] == 500
    assert (tmp_path / "a.dump").stat().st_mode & 0o077 == 0
    drop_company_database(server, company)
    assert restore_company(server, tmp_path / "a.dump") == company
    assert book(server, company) == before
    opened = open_company(server, company)
    with opened.writing() as tx:  # numbering goes on, rights and guards are back
        tx.execute(
            text(
                "INSERT INTO audit_entry (person_id, act, subject_kind, subject_id)"
                " VALUES (0, 'tried', 'test', '501')"
            )
        )
        assert tx.scalar(text("SELECT max(id) FROM audit_entry")) > 500
        assert tx.scalar(text("SELECT count(*) FROM sign_in_attempt")) == 0
    with pytest.raises(Exception, match="permission denied"), opened.writing() as tx:
        tx.execute(text("DELETE FROM audit_entry"))
    opened.dispose()


def test_a_company_is_overwritten_only_when_told(
    server: Server, company: str, tmp_path: Path
) -> None:
    back_up_company(server, company, tmp_path / "a.dump", now=NOW)
    opened = open_company(server, company)
    with opened.writing() as tx:
        tx.execute(
            text(
                "INSERT INTO audit_entry (person_id, act, subject_kind, subject_id)"
                " VALUES (0, 'later', 'test', '1')"
            )
        )
    with pytest.raises(Refused, match="company_exists"):
        restore_company(server, tmp_path / "a.dump")
    restore_company(server, tmp_path / "a.dump", replace=True)
    # Sessions of before were cut; the door opens onto the restored book by itself.
    assert opened.write(lambda tx: tx.scalar(text("SELECT count(*) FROM audit_entry"))) == 500
    opened.dispose()
    assert not [name for name in list_companies(server) if "replaced" in name]


def test_a_copy_stands_beside_the_company_it_was_made_from(
    server: Server, company: str, tmp_path: Path
) -> None:
    back_up_company(server, company, tmp_path / "a.dump", now=NOW)
    copy = f"{company}_copy"
    assert restore_company(server, tmp_path / "a.dump", copy) == copy
    assert book(server, copy) == book(server, company)
    drop_company_database(server, copy)


def test_a_damaged_backup_is_refused_and_changes_nothing(
    server: Server, company: str, tmp_path: Path
) -> None:
    file = tmp_path / "a.dump"
    back_up_company(server, company, file, now=NOW)
    before = book(server, company)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(Invalid, match="backup_damaged"):
        restore_company(server, file, replace=True)
    manifest_path(file).unlink()
    with pytest.raises(Invalid, match="backup_without_manifest"):
        restore_company(server, file, replace=True)
    with pytest.raises(NotFound, match="backup_missing"):
        read_manifest(tmp_path / "b.dump")
    assert book(server, company) == before


def test_a_dump_that_does_not_hold_what_was_counted_is_refused(
    server: Server, company: str, tmp_path: Path
) -> None:
    file = tmp_path / "a.dump"
    back_up_company(server, company, file, now=NOW)
    text_of_manifest = manifest_path(file).read_text()
    manifest_path(file).write_text(
        text_of_manifest.replace('"audit_entry": 500', '"audit_entry": 501')
    )
    with pytest.raises(Invalid, match="backup_incomplete"):
        restore_company(server, file, f"{company}_copy")
    assert f"{company}_copy" not in list_companies(server)


def test_a_backup_never_overwrites_a_file(server: Server, company: str, tmp_path: Path) -> None:
    (tmp_path / "a.dump").write_text("precious")
    with pytest.raises(Refused, match="backup_exists"):
        back_up_company(server, company, tmp_path / "a.dump", now=NOW)
    assert (tmp_path / "a.dump").read_text() == "precious"


def test_the_servers_programs_see_no_password_on_their_command_line(
    server: Server, company: str, tmp_path: Path, admin: psycopg.Connection
) -> None:
    back_up_company(server, company, tmp_path / "a.dump", now=NOW)
    assert server.embedded is not None
    secret = server.embedded.cluster.password_of(DatabaseRole.OWNER.value).encode()
    assert secret not in (tmp_path / "a.dump").read_bytes()
    assert secret not in manifest_path(tmp_path / "a.dump").read_bytes()
