"""One BLAS thread for small matrix products: two would wait for each other longer than they compute."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from threadpoolctl import ThreadpoolController


def threads_for(flops: float, threaded_flops: float) -> contextlib.AbstractContextManager[Any]:
    """Give the limit on BLAS threads under which products of some size are fastest.

    Parameters
    ----------
    flops : float
        Floating-point operations of the largest product.
    threaded_flops : float
        From how many on a second thread pays; that depends on what is done between the products.

    Returns
    -------
    context manager
        One thread for small products; no limit for large ones.
    """
    return ONE_BLAS_THREAD if flops <= threaded_flops else contextlib.nullcontext()


class _OneBLASThread:
    """A limit that the first fit sets and the last one lifts, when several threads fit at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_inside = 0
        self._pools: ThreadpoolController | None = None
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            self._n_inside += 1
            if self._n_inside == 1:
                if self._pools is None:  # looking for the libraries takes a millisecond, so it is done once
                    self._pools = ThreadpoolController()
                self._limit = self._pools.limit(limits=1, user_api="blas")

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._n_inside -= 1
            if self._n_inside == 0:
                self._limit.restore_original_limits()


ONE_BLAS_THREAD = _OneBLASThread()
