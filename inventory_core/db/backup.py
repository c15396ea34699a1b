"""A company's database as one file and back. Decides what a backup holds and when one is believed.

A backup is PostgreSQL's own custom dump beside a small manifest with its SHA-256 and the number of
rows of every table, counted in the very snapshot that was dumped. A restore goes into a database
of its own, is counted again, and only then takes the company's name. Sessions and one-time links
are left out: nobody stays signed in through a restore. Never overwrites a company unless told to.
"""

import hashlib
import json
import os
import subprocess
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from inventory_core.db.companies import (
    database_name,
    drop_database,
    list_companies,
    make_database,
    put_in_place,
)
from inventory_core.db.embedded_binaries import packaged_binaries
from inventory_core.db.embedded_cluster import server_environment
from inventory_core.db.migrate import current_revision, known_revisions, migrate_database
from inventory_core.db.server import DatabaseRole, Server, conninfo
from inventory_core.errors import Invalid, NotFound, Refused, Unavailable

FORMAT = 1
LEFT_OUT = ("session", "one_time_link", "sign_in_attempt")
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself."""

    format: int
    company: str
    revision: str
    made_at: str
    size: int
    sha256: str
    rows: dict[str, int]


def manifest_path(file: Path) -> Path:
    """Where the manifest of a backup lies: beside it."""
    return file.with_name(file.name + ".json")


def back_up_company(server: Server, slug: str, file: Path, *, now: datetime) -> Manifest:
    """Write the company into `file`; nothing of that name appears before it is complete."""
    if slug not in list_companies(server):
        raise NotFound("company_unknown", company=slug)
    if file.exists():
        raise Refused("backup_exists", file=str(file))
    owner = server.url(database_name(slug), DatabaseRole.OWNER)
    unfinished = file.with_name(file.name + ".new")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with psycopg.connect(conninfo(owner)) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        rows = _count_rows(connection)
        left_out = (f"--exclude-table-data=public.{table}" for table in LEFT_OUT)
        _run(
            owner,
            ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", *left_out],
            [f"--snapshot={snapshot[0]}", f"--file={unfinished}"],
        )
    revision = current_revision(owner)
    assert revision is not None
    manifest = Manifest(
        format=FORMAT,
        company=slug,
        revision=revision,
        made_at=now.isoformat(),
        size=unfinished.stat().st_size,
        sha256=_digest(unfinished),
        rows=rows,
    )
    unfinished.chmod(0o600)
    _write_manifest(manifest, manifest_path(file))
    unfinished.rename(file)
    return manifest


def restore_company(server: Server, file: Path, slug: str = "", *, replace: bool = False) -> str:
    """Bring a backup back as company `slug` (default: its own name); returns the name."""
    manifest = read_manifest(file)
    slug = slug or manifest.company
    name = database_name(slug)
    if slug in list_companies(server) and not replace:
        raise Refused("company_exists", company=slug)
    if file.stat().st_size != manifest.size or _digest(file) != manifest.sha256:
        raise Invalid("backup_damaged", file=str(file))
    if manifest.revision not in known_revisions():
        raise Refused("backup_newer_than_program", found=manifest.revision)
    fresh = f"restoring_{name}"
    make_database(server, fresh)
    owner = server.url(fresh, DatabaseRole.OWNER)
    try:
        _run(owner, ["pg_restore", "--no-owner", "--no-privileges"], [str(file)])
        with psycopg.connect(conninfo(owner)) as connection:
            found = _count_rows(connection)
        wrong = {t: n for t, n in manifest.rows.items() if found.get(t) != n}
        if wrong:
            raise Invalid("backup_incomplete", file=str(file), tables=sorted(wrong))
        migrate_database(server, fresh)
        put_in_place(server, fresh, name)
    except Exception:
        drop_database(server, fresh)
        raise
    return slug


def read_manifest(file: Path) -> Manifest:
    """The manifest beside a backup; refuses a file without one or of another format."""
    if not file.is_file():
        raise NotFound("backup_missing", file=str(file))
    try:
        manifest = Manifest(**json.loads(manifest_path(file).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise Invalid("backup_without_manifest", file=str(manifest_path(file))) from error
    if manifest.format != FORMAT:
        raise Invalid("backup_of_other_format", found=manifest.format, known=FORMAT)
    return manifest


def _write_manifest(manifest: Manifest, path: Path) -> None:
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_text(json.dumps(asdict(manifest), indent=1) + "\n")
    unfinished.chmod(0o600)
    unfinished.rename(path)


def _count_rows(connection: psycopg.Connection) -> dict[str, int]:
    """Rows of every table that a backup holds, the parts of the ledger counted as one."""
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"
    ).fetchall()
    counts = {}
    for (table,) in tables:
        if table in LEFT_OUT:
            continue
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        row = connection.execute(query).fetchone()
        assert row is not None
        counts[table] = int(row[0])
    return counts


def _run(url: URL, program: list[str], arguments: list[str]) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, seen by nobody."""
    name, *options = program
    address = f"--dbname={conninfo(url.set(password=None))}"
    environment = server_environment()
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    answer = subprocess.run(  # noqa: S603
        [packaged_binaries().program(name), *options, address, *arguments],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment,
    )
    if answer.returncode != 0 and not _only_too_new(answer.stderr):
        raise Unavailable("backup_program_failed", program=name, details=answer.stderr[-2000:])


def _only_too_new(complaint: str) -> bool:
    """Whether an older outside server merely did not know one setting our newer programs send."""
    only_one = "errors ignored on restore: 1" in complaint
    return only_one and 'unrecognized configuration parameter "transaction_timeout"' in complaint


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
