"""Batches of any sizes, joined and cut to blocks of one size, without copies where a block lies within one batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from sinapsi.batch_sources.batch import Batch
from sinapsi.exceptions import InvalidParameterError


def recut(batches: Iterable[Batch], n_rows: int) -> Iterator[Batch]:
    """Join and cut batches to blocks of one size, whatever sizes came in.

    Parameters
    ----------
    batches : iterable of (X, y, sample_weight or None)
        Batches of one form: X dense or sparse of shape (n_batch, n_features), weights in all or in none.
    n_rows : int
        Rows of a block, at least 1; the last block has what is left.

    Yields
    ------
    X : array, C-ordered, or CSR, of shape (n_rows, n_features)
        The same rows in the same order, bit by bit: views where a block lies within one batch, the batch itself where
        it fits exactly. At most one block and one batch are held.
    y : array of shape (n_rows,) or (n_rows, n_outputs)
        Targets.
    sample_weight : array of shape (n_rows,) or None
        Weights.

    Raises
    ------
    InvalidParameterError
        If `n_rows` is below 1.

    Examples
    --------
    >>> X, y = np.arange(10.0).reshape(5, 2), np.arange(5)
    >>> [y for X, y, _ in recut([(X[:1], y[:1], None), (X[1:], y[1:], None)], 2)]
    [array([0, 1]), array([2, 3]), array([4])]
    """
    if n_rows < 1:
        raise InvalidParameterError(f"A block must have at least 1 row. Got n_rows={n_rows!r} instead.")
    block: _Block | None = None
    for X, y, sample_weight in batches:
        batch = [_rows_of(part, order) for part, order in ((X, "C"), (y, "K"), (sample_weight, "K"))]
        del X, y, sample_weight
        start, n_batch = 0, batch[0].shape[0]
        while start < n_batch:
            if block is None and start + n_rows <= n_batch:
                stop = start + n_rows
                yield _cut(batch, start, stop)
            else:
                block = block or _Block(n_rows)
                stop = min(n_batch, start + block.n_missing)
                block.add(_cut(batch, start, stop))
                if block.n_missing == 0:
                    whole, block = block.joined(), None
                    yield whole
                    del whole
            start = stop
        del batch
    if block is not None:
        yield block.joined()


class _Block:
    """A block that is filled from several batches. It copies their rows, so that no batch outlives its turn."""

    def __init__(self, n_rows: int) -> None:
        self.n_missing = n_rows
        self._n_rows = n_rows
        self._parts: list[Any] = []  # of X, y, sample_weight: a buffer when dense, a list of CSR when sparse, or None

    def add(self, rows: Sequence[Any]) -> None:
        if not self._parts:
            self._parts = [_room_for(part, self._n_rows) for part in rows]
        filled = self._n_rows - self.n_missing
        for position, part in enumerate(rows):
            room = self._parts[position]
            if isinstance(room, list):
                room.append(part.copy())
            elif room is not None:
                room = room.astype(np.result_type(room, part), copy=False)  # labels may grow longer, 32 bits become 64
                room[filled : filled + part.shape[0]] = part
                self._parts[position] = room
        self.n_missing -= rows[0].shape[0]

    def joined(self) -> Batch:
        filled = self._n_rows - self.n_missing
        X, y, sample_weight = (
            sparse.vstack(room, format="csr") if isinstance(room, list) else room if room is None else room[:filled]
            for room in self._parts
        )
        return X, y, sample_weight


def _room_for(part: Any, n_rows: int) -> Any:
    if part is None:
        return None
    return [] if sparse.issparse(part) else np.empty((n_rows, *part.shape[1:]), part.dtype)


def _rows_of(part: Any, order: Any) -> Any:
    if part is None:
        return None
    return part.tocsr() if sparse.issparse(part) else np.asarray(part, order=order)


def _cut(batch: Sequence[Any], start: int, stop: int) -> Batch:
    """Cut rows out of a batch without copying them."""
    X, y, sample_weight = (part if part is None else _rows_between(part, start, stop) for part in batch)
    return X, y, sample_weight


def _rows_between(part: Any, start: int, stop: int) -> Any:
    if (start, stop) == (0, part.shape[0]):
        return part
    if not sparse.issparse(part):
        return part[start:stop]
    first, last = part.indptr[start], part.indptr[stop]  # SciPy's own slices copy
    stored = (part.data[first:last], part.indices[first:last], part.indptr[start : stop + 1] - first)
    return type(part)(stored, shape=(stop - start, part.shape[1]), copy=False)
