"""A Dask cluster of two worker processes on this machine, for tests of where work is done.

One cluster at a time and each in a folder of its own: two that start side by side on two cores
fight for memory and for Dask's shared scratch folder, and a worker that dies before its first word
says nothing about the program under test.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import LocalCluster

from inventory_core.db.file_locks import locked
from tests.conftest import ROOT_VARIABLE

_STARTS = 3


@contextmanager
def two_workers(folder: Path) -> Iterator[LocalCluster]:
    """A scheduler that answers at `scheduler_address`; one thread a worker, no dashboard."""
    with locked(Path(os.environ[ROOT_VARIABLE]) / "cluster.lock"), _started(folder) as cluster:
        yield cluster


def _started(folder: Path) -> LocalCluster:
    """The machine gets three tries to start two processes; what they do then gets none."""
    for left in reversed(range(_STARTS)):
        try:
            return LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                local_directory=str(folder),
                memory_limit=0,
                silence_logs=50,
            )
        except RuntimeError:
            if not left:
                raise
    raise AssertionError
