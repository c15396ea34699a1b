"""The doctor sees what ails, starts nothing, and gives no secret away."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.commands.doctor import write_bundle
from app.diagnosis import State, blot_secrets, diagnose
from inventory_core.db.embedded import EmbeddedServer, is_alive
from inventory_core.db.server import Server
from inventory_core.settings import Settings

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_an_installation_that_never_started_is_no_illness_and_nothing_is_made(
    tmp_path: Path,
) -> None:
    findings = diagnose(Settings(data_folder=tmp_path / "none"), now=NOW)
    assert not [finding for finding in findings if finding.state is State.BAD]
    assert not (tmp_path / "none").exists()


def test_a_running_installation_is_described(server: Server) -> None:
    assert isinstance(server.embedded, EmbeddedServer)
    cluster = server.embedded.cluster
    findings = {
        finding.subject: finding
        for finding in diagnose(Settings(data_folder=cluster.root), now=NOW)
    }
    assert findings["database"].state is State.WELL
    assert cluster.binaries.version in findings["database"].value
    assert is_alive(cluster)


def test_a_folder_open_to_others_is_bad(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    findings = {f.subject: f for f in diagnose(Settings(data_folder=tmp_path), now=NOW)}
    assert findings["folder"].state is State.BAD
    assert findings["folder"].advice == "doctor.folder_open"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("FATAL: password=hunter2 wrong", "password=… wrong"),
        ('{"token": "abc123", "n": 1}', '"n": 1'),
        ("GET /link/main/S3cr3tT0ken 200", "/link/… 200"),
    ],
)
def test_secrets_in_logs_are_blotted_out(line: str, kept: str) -> None:
    blotted = blot_secrets(line)
    assert kept in blotted
    for secret in ("hunter2", "abc123", "S3cr3tT0ken"):
        assert secret not in blotted


def test_the_bundle_holds_findings_and_log_ends_only(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "postgres.log").write_text("x\npassword: hunter2\n")
    (tmp_path / "pw").write_text("planted-token")
    write_bundle(tmp_path / "b.zip", diagnose(Settings(data_folder=tmp_path), now=NOW), tmp_path)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert sorted(archive.namelist()) == ["findings.json", "logs/postgres.log"]
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"planted-token" not in content
    assert b"hunter2" not in content
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0
