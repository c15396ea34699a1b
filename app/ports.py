"""Which port the program answers on. Decides the first free one, and says who has the taken one.

Only looks at this machine; opens nothing that stays open.
"""

import os
import socket
from collections.abc import Callable
from pathlib import Path

from inventory_core.errors import Unavailable

MOST_PORTS = 20
_LISTENING = "0A"


def free_port(host: str, first: int, *, on_taken: Callable[[int, str], None]) -> int:
    """The first port from `first` on that can be bound; `on_taken(port, by whom)` is told."""
    for port in range(first, min(first + MOST_PORTS, 65536)):
        if can_bind(host, port):
            return port
        on_taken(port, port_holder(port))
    raise Unavailable("no_free_port", first=str(first), last=str(first + MOST_PORTS - 1))


def can_bind(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def answers(host: str, port: int) -> bool:
    """Whether somebody accepts connections there."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    try:
        socket.create_connection((reachable, port), timeout=1).close()
    except OSError:
        return False
    return True


def port_holder(port: int) -> str:
    """`name (pid)` of the process that listens on the port; empty where we may not see it."""
    sockets = _listening_sockets(port)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if sockets & {_target(link) for link in (folder / "fd").iterdir()}:
                return f"{(folder / 'comm').read_text().strip()} ({folder.name})"
        except OSError:
            continue
    return ""


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:  # closed since it was listed
        return ""


def _listening_sockets(port: int) -> set[str]:
    """Names of the sockets that listen on the port, as /proc spells them."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{fields[9]}]")
    return found
