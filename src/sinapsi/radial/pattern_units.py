"""Stored examples with a bell over each, and sums of the bells, block by block: the engine of GRNN and PNN.

The weight of an example at x is exp(-|x - t|^2 / sigma^2). Only quotients of weights matter, so |x|^2, which all
weights at x have in common, is left out of the exponents: what remains loses no digits far away. The largest exponent
met so far is subtracted before the exponential (a running log-sum-exp over blocks of examples), so the nearest example
weighs 1 however far away it is, and no quotient is ever 0/0.

Identical examples are merged into one with the sum of their weights. What is learned then depends neither on the order
of the rows nor on whether an example came twice or with weight 2, to the last bit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.algebra.distances import THREADED_BLOCKS, row_blocks
from sinapsi.blas_threads import ONE_BLAS_THREAD
from sinapsi.exceptions import InvalidInputError

BLOCK_EXAMPLES = 512  # whose exponents for as many queries make 2 MB of float64
LARGEST_NUMBER = 1e150  # widths from the middle of the examples; squares of larger ones overflow


def moved(rows: Floats, origin: Floats, unit: float | Floats) -> Floats:
    """Give rows as seen from the origin, in units.

    Parameters
    ----------
    rows : array of shape (n_rows, n_features)
        Points or queries.
    origin : array of shape (n_features,)
        A place amid the examples.
    unit : float or array of shape (n_features,)
        Length, or one per feature.

    Returns
    -------
    array of shape (n_rows, n_features)
        In float64, for differences of large exponents must keep their digits.

    Raises
    ------
    InvalidInputError
        If a square would overflow.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        offsets = np.subtract(rows, origin, dtype=np.float64) / unit
    largest = np.abs(offsets).max(initial=0.0)
    if not largest <= LARGEST_NUMBER:
        raise InvalidInputError(
            "The squares of X, measured in widths, exceed the range of float64. Expected columns of ordinary size; "
            f"got numbers {largest:.3g} widths from the middle of the examples. Standardize or rescale X "
            "(sklearn.preprocessing.StandardScaler), or pass a larger width."
        )
    return np.asarray(offsets)


@dataclass(frozen=True, eq=False)
class PatternUnits:
    """Stored examples, each with a bell over it; Specht's pattern layer.

    Parameters
    ----------
    points : array of shape (n_examples, n_features)
        Where they lie.
    weights : array of shape (n_examples,)
        How often each occurred, > 0.
    targets : array of shape (n_examples, n_targets)
        What is to be averaged.
    origin : array of shape (n_features,)
        A place amid the points, in float64.
    unit : float or array of shape (n_features,)
        Length in which distances are measured, or one per feature.
    """

    points: Floats
    weights: Floats
    targets: Floats
    origin: Floats
    unit: float | Floats

    def sums(
        self, rows: Floats, precisions: Floats | None = None, left_out: NDArray[np.intp] | None = None
    ) -> tuple[Floats, Floats]:
        """Give the sum of the bells at every row, and their sums with the targets.

        Parameters
        ----------
        rows : array of shape (n_rows, n_features)
            A block of queries.
        precisions : array of shape (n_precisions,), optional
            1 / sigma^2 with sigma in units, for several widths at a time; by default a single 1.
        left_out : array of shape (n_rows,), optional
            The example that each row does not see.

        Returns
        -------
        highest : array of shape (n_precisions, n_rows)
            Largest exponent; -inf where a row sees no example.
        sums : array of shape (n_precisions, n_rows, 1 + n_targets)
            Of the bells, and of bell times target, divided by exp(highest).
        """
        queries = moved(rows, self.origin, self.unit)
        precisions = np.ones(1) if precisions is None else precisions
        highest = np.full((len(precisions), len(rows)), -np.inf)
        sums = np.zeros((len(precisions), len(rows), 1 + self.targets.shape[1]))
        for block, exponents in self._exponents(queries, left_out):
            ones_and_targets = np.column_stack([np.ones(exponents.shape[1]), self.targets[block]])
            log_weights = np.log(self.weights[block], dtype=np.float64)
            for k, precision in enumerate(precisions):
                _add(exponents * precision + log_weights, ones_and_targets, highest[k], sums[k])
        return highest, sums

    def squared_deviations(self, rows: Floats, means: Floats, highest: Floats) -> Floats:
        """Give the sum of bell times squared distance of the targets from a mean.

        Parameters
        ----------
        rows : array of shape (n_rows, n_features)
            A block of queries.
        means : array of shape (n_rows, n_targets)
            From where deviations are measured at each row.
        highest : array of shape (n_rows,)
            Largest exponents, as :meth:`sums` gives them.

        Returns
        -------
        array of shape (n_rows, n_targets)
            Divided by exp(highest).
        """
        total = np.zeros(means.shape)
        for block, exponents in self._exponents(moved(rows, self.origin, self.unit), None):
            bells = np.exp(exponents + np.log(self.weights[block], dtype=np.float64) - highest[:, np.newaxis])
            for k, targets in enumerate(self.targets[block].T):
                total[:, k] += np.vecdot(bells, (targets - means[:, k, np.newaxis]) ** 2)
        return total

    def _exponents(self, queries: Floats, left_out: NDArray[np.intp] | None) -> Iterator[tuple[slice, Floats]]:
        """-|x - t|^2 + |x|^2 for some examples after the other, -inf where an example is left out."""
        for block in row_blocks(len(self.points), BLOCK_EXAMPLES, queries.itemsize):
            points = moved(self.points[block], self.origin, self.unit)
            exponents = (2 * queries) @ points.T - np.vecdot(points, points)  # (rows, examples)
            if left_out is not None:
                rows = np.flatnonzero((left_out >= block.start) & (left_out < block.stop))
                exponents[rows, left_out[rows] - block.start] = -np.inf
            yield block, exponents


def _add(exponents: Floats, ones_and_targets: Floats, highest: Floats, sums: Floats) -> None:
    """Add a block of examples to the running sums; the exponents are overwritten."""
    top = np.maximum(highest, exponents.max(axis=1))
    base = np.where(np.isfinite(top), top, 0)  # not finite: nothing was seen yet but the example left out
    np.exp(np.subtract(exponents, base[:, np.newaxis], out=exponents), out=exponents)
    sums *= np.exp(highest - base)[:, np.newaxis]
    sums += exponents @ ones_and_targets
    highest[...] = top


def merged(table: Floats, weights: Floats) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
    """Find the distinct rows of a table.

    Parameters
    ----------
    table : array of shape (n_rows, n_columns)
        Examples with their targets behind.
    weights : array of shape (n_rows,)
        Weight of each.

    Returns
    -------
    rows : array of shape (n_distinct,)
        One row of each kind, sorted by the last column and then in an order of the rows' own.
    weights : array of shape (n_distinct,)
        Sum over the rows of the kind.
    places : array of shape (n_rows,)
        To which kind each row belongs.

    Examples
    --------
    >>> import numpy as np
    >>> rows, weights, places = merged(np.array([[1.0, 5.0], [2.0, 4.0], [1.0, 5.0]]), np.ones(3))
    >>> rows.tolist(), weights.tolist(), places.tolist()
    ([1, 0], [1.0, 2.0], [1, 0, 1])
    """
    table = np.ascontiguousarray(table + 0.0)  # -0.0 becomes 0.0: rows are compared byte by byte
    row_as_bytes = np.dtype((np.void, table.itemsize * table.shape[1]))
    _, rows, places = np.unique(table.view(row_as_bytes).ravel(), return_index=True, return_inverse=True)
    order = np.argsort(table[rows, -1], kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rows[order], np.bincount(places, weights)[order].astype(weights.dtype), rank[places]


def in_blocks(n_rows: int, answer: Callable[[slice], Floats], size: int = BLOCK_EXAMPLES) -> list[Floats]:
    """Answer rows block by block, many blocks with a thread each.

    Parameters
    ----------
    n_rows : int
        Rows in all.
    answer : callable
        Takes a block of rows.
    size : int, default=512
        Rows of a block; fewer where a row is much work, so that all threads have some.

    Returns
    -------
    list of array
        An answer a block.
    """
    blocks = [slice(start, start + size) for start in range(0, n_rows, size)]
    if len(blocks) < THREADED_BLOCKS:
        return [answer(block) for block in blocks]
    with ONE_BLAS_THREAD, ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
        return list(threads.map(answer, blocks))
