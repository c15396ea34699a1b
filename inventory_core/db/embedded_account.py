"""As which user of the machine the embedded server runs. Decides that; never creates a user.

PostgreSQL refuses to run as root. Started by root, it runs as the configured user, else as an
existing `postgres`, else as `nobody`. Anybody else runs it as themselves.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory_core.errors import Refused

_USUAL_NAMES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the machine that is not root."""

    name: str
    uid: int
    gid: int


def choose_account(configured: str = "") -> Account | None:
    """The user the server runs as when we are root; None when we are not: it runs as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in (configured,) if configured else _USUAL_NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise Refused("server_user_missing", user=configured or " / ".join(_USUAL_NAMES))


def run_as(account: Account | None) -> dict[str, Any]:
    """Arguments that make `subprocess` run a child as that user."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def give_to(account: Account | None, path: Path) -> None:
    """Make the server's user the owner of one path inside our own folder."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def can_enter(account: Account | None, folder: Path) -> bool:
    """Whether the server's user reaches `folder`; tried, since access lists outrank mode bits."""
    answer = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
        check=False,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **run_as(account),
    )
    return answer.returncode == 0
