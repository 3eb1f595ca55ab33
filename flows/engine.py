"""Where partitions are read: in this process, or in a pool of processes; the results come in order in any case."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from flows.errors import ExitCode, UserError

_AHEAD = 3
"""Partitions asked for beside each one that is being read; what is done waits as files, not in memory."""

P = TypeVar("P")
R = TypeVar("R")


def in_order(work: Callable[[P], R], partitions: Sequence[P], jobs: int | None = None) -> Iterator[R]:
    """``work`` done on every partition by ``jobs`` processes (None: one for each core), the results in order.

    With one job it is done in this process.  Raises :class:`UserError` when a process is killed.
    """
    count = min(jobs or len(os.sched_getaffinity(0)), len(partitions))
    if count <= 1:
        yield from map(work, partitions)
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["flows.partition"])
    with ProcessPoolExecutor(count, mp_context=context) as pool:
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


def windowed(pool: Executor, work: Callable[[P], R], partitions: Sequence[P], ahead: int) -> Iterator[R]:
    """The results of ``work`` in order, with at most so many partitions handed to the pool at a time."""
    waiting: deque[Future[R]] = deque()
    for partition in partitions:
        waiting.append(pool.submit(work, partition))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
