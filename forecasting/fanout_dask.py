"""Shards worked on a Dask cluster. Decides how work is handed out and what a lost worker means.

A shard travels with its task, so that the scheduler can hand it to another worker when one dies;
never knows what a shard is. Imported only when a cluster is asked for: `distributed` is an extra.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import distributed
from distributed import Client
from distributed.scheduler import KilledWorker

from inventory_core.errors import Unavailable

CONNECT_SECONDS = 10
WORKER_SECONDS = 30
AHEAD = 2  # shards handed out per worker thread: one being worked, one waiting beside it

Task = TypeVar("Task")
Answer = TypeVar("Answer")


def worked_on_cluster(
    address: str, work: Callable[[Task], Answer], tasks: Iterable[Task]
) -> Iterator[Answer]:
    """The answers in the order of the tasks; Unavailable where no worker answers."""
    connect: Any = Client  # written without types
    try:
        client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise Unavailable("forecast_cluster_unreachable", address=address) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
            yield from _answers(client, work, tasks)
        except TimeoutError as error:
            raise Unavailable("forecast_cluster_without_workers", address=address) from error
        except KilledWorker as error:
            raise Unavailable("forecast_workers_lost", engine=address) from error


def _answers(
    client: Client, work: Callable[[Task], Answer], tasks: Iterable[Task]
) -> Iterator[Answer]:
    """Each answer is fetched as soon as it is there, so that no worker has to keep it."""
    threads: Any = client.nthreads
    room = AHEAD * max(1, sum(threads().values()))
    in_order_of_finish: Any = distributed.as_completed
    running: dict[Any, int] = {}
    ready: dict[int, Answer] = {}
    due = 0
    done = in_order_of_finish([], loop=client.loop, with_results=True)
    for number, task in enumerate(tasks):
        future = _handed_out(client, work, task)
        running[future] = number
        done.add(future)
        if len(running) >= room:
            _fetch_one(done, running, ready)
        while due in ready:
            yield ready.pop(due)
            due += 1
    while running:
        _fetch_one(done, running, ready)
        while due in ready:
            yield ready.pop(due)
            due += 1


def _handed_out(client: Client, work: Callable[[Task], Answer], task: Task) -> Any:
    with warnings.catch_warnings():
        # A scattered shard would be lost with its worker; one that is sent along is not.
        warnings.filterwarnings("ignore", message="Sending large graph")
        return client.submit(work, task, pure=False)


def _fetch_one(done: Any, running: dict[Any, int], ready: dict[int, Answer]) -> None:
    future, answer = next(done)
    ready[running.pop(future)] = answer
    future.release()
