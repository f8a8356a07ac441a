"""Distances to centers, and bells over them, by one matrix product a block.

|x - t|^2 = |x|^2 - 2 x.t + |t|^2 is a product of the vectors (x, |x|^2, 1) and (-2 t, 1, |t|^2); with the width of a
center folded into its vector the product gives the exponent of its Gaussian at once. Rows and centers are first moved
by the mean of the centers: far from zero the three terms are large and nearly cancel. Blocks are so small that they
stay in the cache between the product and the exponential.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from sinapsi.activations import Floats
from sinapsi.blas_threads import ONE_BLAS_THREAD

BLOCK_BYTES = 2**21  # of a block of the design matrix
THREADED_BLOCKS = 8  # from how many on starting threads pays


def row_blocks(n_rows: int, n_columns: int, itemsize: int) -> Iterator[slice]:
    """Cut rows into blocks of about 2 MB of a table.

    Parameters
    ----------
    n_rows : int
        Rows in all.
    n_columns, itemsize : int
        Width of the table, and bytes of a number.

    Yields
    ------
    slice
        At least one row each.
    """
    size = max(1, BLOCK_BYTES // (n_columns * itemsize))
    yield from (slice(start, min(start + size, n_rows)) for start in range(0, n_rows, size))


class Centers:
    """Points to which distances are taken, prepared for the product.

    Parameters
    ----------
    centers : array of shape (n_centers, n_features)
        Where they lie.
    widths : array of shape (n_centers,), optional
        sigma > 0 of the Gaussian exp(-r^2 / sigma^2) over each; 1 by default.

    Examples
    --------
    >>> import numpy as np
    >>> units = Centers(np.array([[0.0], [2.0]]), widths=np.array([1.0, 2.0]))
    >>> units.squared_distances(np.array([[0.0], [1.0]])).tolist()
    [[0.0, 4.0], [1.0, 1.0]]
    >>> units.gaussians(np.array([[0.0]])).round(4).tolist()
    [[1.0, 0.3679]]
    """

    def __init__(self, centers: Floats, widths: Floats | None = None) -> None:
        self._shift = centers.mean(axis=0, dtype=np.float64).astype(centers.dtype)
        moved = (centers - self._shift).astype(np.float64)
        squares = np.vecdot(moved, moved)
        terms = np.vstack([-2 * moved.T, np.ones(len(moved)), squares])
        precisions = np.ones(len(moved)) if widths is None else 1 / np.asarray(widths, dtype=np.float64) ** 2
        self._distance_terms = terms.astype(centers.dtype)
        self._exact_terms = -precisions * terms
        self._exponent_terms = self._exact_terms.astype(centers.dtype)

    def squared_distances(self, rows: Floats) -> Floats:
        """Give the squared Euclidean distance of every row to every center.

        Parameters
        ----------
        rows : array of shape (n_samples, n_features)
            In the floating type of the centers.

        Returns
        -------
        array of shape (n_samples, n_centers)
            None below 0.
        """
        table = np.empty((len(rows), self._distance_terms.shape[1]), self._distance_terms.dtype)
        for block in row_blocks(len(rows), table.shape[1], table.itemsize):
            part = np.matmul(self._lifted(rows[block]), self._distance_terms, out=table[block])
            np.maximum(part, 0, out=part)
        return table

    def gaussians(self, rows: Floats) -> Floats:
        """Give the value of every center's Gaussian at every row.

        Parameters
        ----------
        rows : array of shape (n_samples, n_features)
            In the floating type of the centers.

        Returns
        -------
        array of shape (n_samples, n_centers)
            exp(-r^2 / sigma^2), in [0, 1].
        """
        return self._table(rows, self.write_gaussians)

    def radial(self, rows: Floats, function: Callable[[Floats], Floats]) -> Floats:
        """Give a function of r^2 / sigma^2 of every center at every row.

        Parameters
        ----------
        rows : array of shape (n_samples, n_features)
            In the floating type of the centers.
        function : callable
            Takes a block of r^2 / sigma^2 in float64, none below 0, which it may overwrite.

        Returns
        -------
        array of shape (n_samples, n_centers)
            Values of the function.
        """

        def write(part: Floats, out: Floats) -> None:
            # In double precision: a root would make 1e-3 of the 1e-6 that single precision leaves at a center itself.
            squares = self._lifted(part, np.dtype(np.float64)) @ self._exact_terms
            np.negative(squares, out=squares)
            np.maximum(squares, 0, out=squares)
            out[...] = function(squares)

        return self._table(rows, write)

    def _table(self, rows: Floats, write: Callable[[Floats, Floats], None]) -> Floats:
        table = np.empty((len(rows), self._exponent_terms.shape[1]), self._exponent_terms.dtype)
        blocks = list(row_blocks(len(rows), table.shape[1], table.itemsize))
        if len(blocks) < THREADED_BLOCKS:
            for block in blocks:
                write(rows[block], table[block])
            return table
        # The function is half of the work, and uses one thread only: so blocks are shared out, not products.
        with ONE_BLAS_THREAD, ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
            list(threads.map(lambda block: write(rows[block], table[block]), blocks))
        return table

    def write_gaussians(self, rows: Floats, out: Floats) -> None:
        """Write the Gaussians of one block.

        Parameters
        ----------
        rows : array of shape (n_samples, n_features)
            A block.
        out : array of shape (n_samples, n_centers)
            Overwritten.
        """
        np.matmul(self._lifted(rows), self._exponent_terms, out=out)
        np.minimum(out, 0, out=out)
        np.exp(out, out=out)

    def _lifted(self, rows: Floats, dtype: np.dtype[Any] | None = None) -> Floats:
        """(x, |x|^2, 1) of every row, moved by the mean of the centers."""
        n_features = rows.shape[1]
        lifted = np.empty((len(rows), n_features + 2), dtype=dtype or self._distance_terms.dtype)
        np.subtract(rows, self._shift, out=lifted[:, :n_features])
        lifted[:, n_features] = np.vecdot(lifted[:, :n_features], lifted[:, :n_features])
        lifted[:, n_features + 1] = 1
        return lifted
