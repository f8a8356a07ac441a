"""Threads of our own, for kernels that let others run: one a stretch of rows, with one BLAS thread each."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from typing import Any, Self

import numpy as np

from sinapsi.blas_threads import ONE_BLAS_THREAD

SMALLEST_STRETCH = 2**21  # elementary operations from which a second thread pays


class ThreadsOfOurOwn:
    """Threads that share out rows, used as a block; matrix products inside it use one thread each.

    Outside of the block, and in other processes, everything is done in the thread that asks.
    """

    def __init__(self) -> None:
        self._n_threads = min(4, os.cpu_count() or 1)
        self._is_open = False
        self._open = ExitStack()
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        self._is_open = True
        return self

    def __exit__(self, *error: object) -> None:
        self._is_open, self._threads = False, None
        self._open.close()

    def __getstate__(self) -> dict[str, Any]:
        return {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__()  # type: ignore[misc]  # another process has threads of its own

    def share(self, work: Callable[[slice], None], n_items: int, cost: int) -> None:
        """Do some work on stretches of items, one a thread.

        Parameters
        ----------
        work : callable
            Takes the stretch as a slice; lets other threads run meanwhile, and writes what no other stretch does.
        n_items : int
            Items in all.
        cost : int
            Elementary operations an item; little work is done in this thread alone.
        """
        if not self._is_open or self._n_threads == 1 or n_items * cost < SMALLEST_STRETCH:
            work(slice(0, n_items))
            return
        if self._threads is None:  # most work is small and never get here
            self._open.enter_context(ONE_BLAS_THREAD)
            self._threads = self._open.enter_context(ThreadPoolExecutor(self._n_threads))
        bounds = np.linspace(0, n_items, self._n_threads + 1).astype(int).tolist()
        stretches = [slice(start, stop) for start, stop in pairwise(bounds)]
        list(self._threads.map(work, stretches))
