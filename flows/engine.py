"""Where partitions are read: in this process, in a pool of processes, or on a Dask cluster; always in order."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TypeVar

from flows.errors import ExitCode, UserError

_DASK = "dask://"
_SECONDS_TO_CONNECT = 30
_AHEAD = 3
"""Partitions asked for beside each one that is being read; what is done waits as files, not in memory."""

P = TypeVar("P")
R = TypeVar("R")


def engine_of(cluster: str | None, jobs: int | None = None) -> Callable[[Callable[[P], R], Sequence[P]], Iterator[R]]:
    """What reads partitions: the Dask cluster at that address, else :func:`in_order` with so many jobs.

    Raises :class:`UserError` for what is no address of a cluster.
    """
    if cluster is None:
        return partial(in_order, jobs=jobs)
    if not cluster.startswith(_DASK):
        raise UserError(f"{cluster}: not an address such as {_DASK}10.0.0.5:8786")
    return partial(in_cluster, address=cluster)


def in_order(work: Callable[[P], R], partitions: Sequence[P], jobs: int | None = None) -> Iterator[R]:
    """``work`` done on every partition by ``jobs`` processes (None: one for each core), the results in order.

    With one job it is done in this process.  The processes have the environment of this one as it is now, also where
    the server that forks them was started before.  Raises :class:`UserError` when a process is killed.
    """
    count = min(jobs or len(os.sched_getaffinity(0)), len(partitions))
    if count <= 1:
        yield from map(work, partitions)
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["flows.partition"])
    today = dict(os.environ)
    with ProcessPoolExecutor(count, mp_context=context, initializer=_take, initargs=(today,)) as pool:
        try:
            yield from windowed(pool, work, partitions, count * _AHEAD)
        except BrokenProcessPool:
            raise UserError(
                "a process that read the archive was killed, perhaps for lack of memory; nothing was changed: "
                "try again, with fewer --jobs",
                ExitCode.NOTHING_DONE,
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _take(environment: Mapping[str, str]) -> None:
    """Give this process an environment."""
    os.environ.update(environment)


def in_cluster(work: Callable[[P], R], partitions: Sequence[P], address: str) -> Iterator[R]:
    """``work`` done on every partition by the workers of the Dask scheduler at ``dask://HOST:PORT``, in order.

    What a worker that is lost was doing is done by another.  Raises :class:`UserError` where there is no scheduler, and
    when several workers in a row are lost over the same partition.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise UserError("dask:// needs the extra dask: pip install 'nianbao[dask]'") from None
    try:
        client = Client(address.replace(_DASK, "tcp://"), timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except OSError:
        raise UserError(f"{address}: no Dask scheduler answers there", ExitCode.NOTHING_DONE) from None
    with client:
        ahead = _AHEAD * max(1, sum(client.nthreads().values()))
        try:
            yield from windowed(client.get_executor(pure=False), work, partitions, ahead)
        except KilledWorker:
            raise UserError(
                f"{address}: several workers were lost over the same part of the archive; nothing was changed",
                ExitCode.NOTHING_DONE,
            ) from None


def windowed(pool: Executor, work: Callable[[P], R], partitions: Sequence[P], ahead: int) -> Iterator[R]:
    """The results of ``work`` in order, with at most so many partitions handed to the pool at a time."""
    waiting: deque[Future[R]] = deque()
    for partition in partitions:
        waiting.append(pool.submit(work, partition))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
