"""Start, find, and stop the embedded PostgreSQL. Decides what "running" means; never loses a row.

Running = the lock file is held (the server inherits it, so it is free exactly when no process of
the server lives) and a login succeeds. The server outlives us: after a crash of the program the
next start finds it and adopts it. Waiting for readiness has no limit while the server lives,
since crash recovery takes as long as it takes.
"""

import logging
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

from inventory_core.db import embedded_cluster
from inventory_core.db.embedded_account import choose_account, run_as
from inventory_core.db.embedded_binaries import packaged_binaries, reachable_binaries
from inventory_core.db.embedded_cluster import SOCKET_NAME, SUPERUSER, Cluster
from inventory_core.db.file_locks import locked, try_lock
from inventory_core.db.processes import start_mark, working_folder
from inventory_core.errors import Unavailable

log = logging.getLogger(__name__)

SHORTEST_WAIT_SECONDS = 0.02
LONGEST_WAIT_SECONDS = 0.25
PROGRESS_EVERY_SECONDS = 5.0
STOP_PATIENCE_SECONDS = 60.0
LARGEST_LOG_BYTES = 20 * 1024**2


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running embedded server; `adopted` when it ran before we came."""

    cluster: Cluster
    adopted: bool

    def url(self, database: str, role: str = SUPERUSER) -> URL:
        """The address of one database for one role, password included."""
        return URL.create(
            "postgresql+psycopg",
            username=role,
            password=self.cluster.password_of(role),
            host=str(self.cluster.socket_folder),
            database=database,
        )


def start_embedded(folder: Path, *, user: str = "", durable: bool = True) -> EmbeddedServer:
    """A server on the data folder that accepts logins: started, or adopted when one runs.

    `durable=False` gives up crash safety for speed and is for tests only.
    """
    root = folder.absolute()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(root / "start.lock"):
        cluster = find_cluster(root, user=user)
        embedded_cluster.prepare_folders(cluster)
        held = try_lock(cluster.root / "server.lock")
        if held is None and _wait_until_ready(cluster, None):
            return EmbeddedServer(cluster, adopted=True)
        # The server that held the lock has gone while we waited: its place is free now.
        held = held if held is not None else try_lock(cluster.root / "server.lock")
        if held is None:
            raise Unavailable("database_locked", folder=str(cluster.root))
        try:
            if _runs_without_our_lock(cluster):
                return EmbeddedServer(cluster, adopted=True)
            embedded_cluster.warn_low_disk(cluster.root)
            embedded_cluster.initialise(cluster, durable=durable)
            embedded_cluster.write_settings(cluster, cluster.data, durable=durable)
            process = _launch(cluster, held)
        finally:
            os.close(held)
        if not _wait_until_ready(cluster, process):
            raise Unavailable(
                "database_did_not_start", log=str(cluster.log_file), details=_log_tail(cluster)
            )
        return EmbeddedServer(cluster, adopted=False)


def find_cluster(folder: Path, *, user: str = "") -> Cluster:
    """What would serve the data folder, started or not."""
    root = folder.absolute()
    account = choose_account(user)
    return Cluster(root, reachable_binaries(packaged_binaries(), account, root), account)


def is_running(cluster: Cluster) -> bool:
    """Whether the server lives and lets us in."""
    return is_alive(cluster) and _login_works(cluster)


def is_alive(cluster: Cluster) -> bool:
    """Whether any process of the server lives, ready or not; cheap enough to ask every second."""
    free = try_lock(cluster.root / "server.lock")
    if free is not None:
        os.close(free)
    return free is None


def stop_embedded(cluster: Cluster) -> None:
    """End the server by SIGINT (sessions are cut, nothing committed is lost) and wait for it."""
    with locked(cluster.root / "start.lock"):
        deadline = time.monotonic() + STOP_PATIENCE_SECONDS
        asked = False
        while (free := try_lock(cluster.root / "server.lock")) is None:
            pid = postmaster_pid(cluster)
            if pid is not None and not asked:
                asked = True
                _signal(pid, signal.SIGINT)
            if time.monotonic() > deadline:
                raise Unavailable("database_did_not_stop", log=str(cluster.log_file))
            time.sleep(SHORTEST_WAIT_SECONDS)
        os.close(free)


def postmaster_pid(cluster: Cluster) -> int | None:
    """The living first process of the server, as its own pid file names it."""
    try:
        pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    if start_mark(pid) is None:
        return None
    folder = working_folder(pid)
    return pid if folder is None or folder == cluster.data.resolve() else None


def _signal(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        log.debug("process %d had ended", pid)


def _runs_without_our_lock(cluster: Cluster) -> bool:
    """Whether somebody started this data folder by hand; removes pid files that lie.

    The lock is ours at this moment, so no server of ours lives. Pid files left by kill -9 may
    name a zombie or a stranger with a reused number, and PostgreSQL would refuse to start.
    """
    pid = postmaster_pid(cluster)
    if pid is not None and working_folder(pid) is not None:
        if _login_works(cluster):
            return True
        raise Unavailable("database_in_other_hands", pid=str(pid))
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    (cluster.socket_folder / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
    return False


def _launch(cluster: Cluster, lock: int) -> subprocess.Popen[bytes]:
    """Start the server in its own session; it inherits the lock and keeps it while it lives."""
    if cluster.log_file.exists() and cluster.log_file.stat().st_size > LARGEST_LOG_BYTES:
        cluster.log_file.replace(cluster.log_file.with_suffix(".log.1"))
    with cluster.log_file.open("ab") as output:
        return subprocess.Popen(  # noqa: S603
            [
                *(cluster.binaries.program("postgres"), "-D", str(cluster.data)),
                *("-k", str(cluster.socket_folder)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=embedded_cluster.server_environment(),
            start_new_session=True,
            pass_fds=(lock,),
            **run_as(cluster.account),
        )


def _wait_until_ready(cluster: Cluster, process: subprocess.Popen[bytes] | None) -> bool:
    """Poll until a login succeeds (True) or the server is gone (False)."""
    wait = SHORTEST_WAIT_SECONDS
    say_at = time.monotonic() + PROGRESS_EVERY_SECONDS
    while not _login_works(cluster):
        if process is not None and process.poll() is not None:
            return False
        free = try_lock(cluster.root / "server.lock") if process is None else None
        if free is not None:
            os.close(free)
            return False
        if time.monotonic() > say_at:
            say_at = time.monotonic() + PROGRESS_EVERY_SECONDS
            log.info("The database is getting ready: %s", _log_tail(cluster, lines=1))
        time.sleep(wait)
        wait = min(wait * 1.5, LONGEST_WAIT_SECONDS)
    return True


def _login_works(cluster: Cluster) -> bool:
    try:
        psycopg.connect(
            host=str(cluster.socket_folder),
            user=SUPERUSER,
            password=cluster.password_of(SUPERUSER),
            dbname="postgres",
            connect_timeout=5,
        ).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise Unavailable("database_password_wrong", file=str(cluster.root / "pw")) from error
        return False
    return True


def _log_tail(cluster: Cluster, *, lines: int = 15) -> str:
    try:
        with cluster.log_file.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 8192))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
