"""A Dask cluster of two worker processes on this machine, for tests of where work is done."""

from distributed import LocalCluster


def two_workers() -> LocalCluster:
    """A scheduler that answers at `scheduler_address`; one thread a worker, no dashboard."""
    return LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=50,
    )
