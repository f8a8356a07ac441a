"""Who wins an example: the nearest prototype, and the one after it, of many rows at once.

For the Euclidean metric the order of |x - w|^2 is that of |w|^2 - 2 x.w, a matrix product; rows and prototypes are
first moved by the mean of the data, because far from zero the terms would be large and nearly cancel. Rows go through
in blocks of which a product fits into the cache, one thread a stretch of blocks; a table of rows by units is never
made.
The distance to the winner is then measured from the difference itself, so that small ones keep all their digits.

Missing values (NaN) are left out: with m = 1 where a value is observed, the order is that of m.w^2 - 2 (m x).w, which
is a product too. A distance that is a sum over features is scaled up to all of them, as in scikit-learn's
``nan_euclidean_distances``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.algebra.distances import Centers, row_blocks
from sinapsi.maps.kernels import (
    distances_between,
    distances_to_all,
    distances_to_units,
    two_nearest,
    two_nearest_by_distance,
)
from sinapsi.own_threads import ThreadsOfOurOwn

TILE_BYTES = 2**20  # of a product of a block of rows and all units, so that it stays in the cache
UNITS_OF_TILE = 32  # a multiple of what the matrix product takes at a time
FEWEST_ROWS = 128  # of a block; products of fewer are slow


class Metric(IntEnum):
    """How far a prototype is from an example."""

    EUCLIDEAN = 0
    COSINE = 1  # 1 - cos; of a zero vector 1
    MANHATTAN = 2
    CHEBYSHEV = 3  # largest absolute difference


Search = Callable[[Floats, NDArray[Any], NDArray[Any]], None]  # rows; first and second are overwritten

METRICS = {metric.name.lower(): metric for metric in Metric}


def has_gaps(rows: Floats) -> bool:
    """Tell whether a value is missing.

    Parameters
    ----------
    rows : array of shape (n_rows, n_features)
        Examples, at least one.

    Returns
    -------
    bool
        Whether there is a NaN; asked without a table of answers.
    """
    return bool(np.isnan(rows.max()))


@dataclass(frozen=True)
class Winners:
    """The two nearest units of every row.

    Parameters
    ----------
    first, second : array of int of shape (n_rows,)
        Unit numbers; the same one twice on a map of a single unit.
    distances : array of float64 of shape (n_rows,)
        To the first.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    distances: NDArray[np.float64]


class WinnerSearch:
    """Looks for winners.

    Parameters
    ----------
    metric : Metric
        What near means.
    center : array of shape (n_features,)
        About where the data lie; from there differences are small.
    has_gaps : bool
        Whether rows may have missing values.
    threads : ThreadsOfOurOwn
        To share the work; all is done in one thread where they are not open.
    """

    def __init__(self, metric: Metric, center: Floats, *, has_gaps: bool, threads: ThreadsOfOurOwn) -> None:
        self._metric = metric
        self._center = center
        self._has_gaps = has_gaps
        self._threads = threads

    def find(self, rows: Floats, prototypes: Floats) -> Winners:
        """Find the two nearest units of every row.

        Parameters
        ----------
        rows : array of shape (n_rows, n_features)
            Examples, each with at least one observed value.
        prototypes : array of shape (n_units, n_features)
            In the same floating type.

        Returns
        -------
        Winners
            Ties go to the lower unit.
        """
        n_rows = len(rows)
        winners = Winners(np.empty(n_rows, np.intp), np.empty(n_rows, np.intp), np.empty(n_rows))
        search = self._by_product(prototypes) or self._by_distance(prototypes)

        def stretch(part: slice) -> None:
            search(rows[part], winners.first[part], winners.second[part])
            distances_to_units(int(self._metric), rows[part], prototypes, winners.first[part], winners.distances[part])

        self._threads.share(stretch, n_rows, prototypes.size)
        return winners

    def _by_distance(self, prototypes: Floats) -> Search:
        """What searches a stretch of rows by measuring every distance."""
        codebook = np.ascontiguousarray(prototypes.T)
        return lambda rows, first, second: two_nearest_by_distance(int(self._metric), rows, codebook, first, second)

    def _by_product(self, prototypes: Floats) -> Search | None:
        """What searches a stretch of rows by matrix products; None where there is no product."""
        dtype = prototypes.dtype
        if self._metric is Metric.EUCLIDEAN:
            moved = prototypes - self._center
            squares = np.vecdot(moved, moved)
            factors = -2 * moved
            if self._has_gaps:
                factors, squares = np.hstack([factors, moved**2]), np.zeros(len(prototypes), dtype)
        elif self._metric is Metric.COSINE and not self._has_gaps:
            lengths = np.sqrt(np.vecdot(prototypes, prototypes))[:, np.newaxis]
            factors, squares = -prototypes / np.where(lengths > 0, lengths, 1), np.zeros(len(prototypes), dtype)
        else:
            return None
        # Whole tiles of units: those at a ragged edge would be rounded otherwise, and equal prototypes tie no more.
        n_units = -(-len(prototypes) // UNITS_OF_TILE) * UNITS_OF_TILE
        n_added = n_units - len(prototypes)
        factors = np.pad(factors, ((0, n_added), (0, 0)))
        squares = np.pad(squares, (0, n_added), constant_values=np.inf)  # what was added wins nothing
        size = min(max(TILE_BYTES // (n_units * dtype.itemsize), FEWEST_ROWS), 1024)

        def search(rows: Floats, first: NDArray[Any], second: NDArray[Any]) -> None:
            scores = np.empty((n_units, size), dtype)
            work = np.empty((2, size), dtype)
            places = np.empty((2, size), np.int32 if dtype == np.float32 else np.int64)
            block = np.empty((size, factors.shape[1]), dtype)
            for start in range(0, len(rows), size):
                part = rows[start : start + size]
                n = len(part)
                table = scores.reshape(-1)[: n_units * n].reshape(n_units, n)
                np.matmul(factors, self._prepared(part, block[:n]).T, out=table)
                two_nearest(table, squares, work[0, :n], work[1, :n], places[0, :n], places[1, :n])
                first[start : start + n] = places[0, :n]
                second[start : start + n] = places[1, :n]

        return search

    def _prepared(self, rows: Floats, out: Floats) -> Floats:
        if self._metric is Metric.COSINE:
            return rows
        n_features = rows.shape[1]
        values = out[:, :n_features]
        np.subtract(rows, self._center, out=values)
        if self._has_gaps:
            gaps = np.isnan(values)
            values[gaps] = 0
            out[:, n_features:] = ~gaps
        return out

    def distances(self, rows: Floats, prototypes: Floats) -> Floats:
        """Give the distance of every row to every unit.

        Parameters
        ----------
        rows : array of shape (n_rows, n_features)
            Examples.
        prototypes : array of shape (n_units, n_features)
            In the same floating type; other examples, which may have gaps too, will do.

        Returns
        -------
        array of shape (n_rows, n_units)
            In the same floating type.
        """
        if self._metric is Metric.EUCLIDEAN and not self._has_gaps:
            return self._euclidean_distances(rows, prototypes)
        table = np.empty((len(rows), len(prototypes)), prototypes.dtype)
        if self._has_gaps and has_gaps(prototypes):
            self._threads.share(
                lambda part: distances_between(int(self._metric), rows[part], prototypes, table[part]),
                len(rows),
                prototypes.size,
            )
            return table
        codebook = np.ascontiguousarray(prototypes.T)
        self._threads.share(
            lambda part: distances_to_all(int(self._metric), rows[part], codebook, table[part]),
            len(rows),
            prototypes.size,
        )
        return table

    def _euclidean_distances(self, rows: Floats, prototypes: Floats) -> Floats:
        """By a product in double precision: the root would make 1e-3 of the 1e-6 that single precision leaves."""
        centers = Centers(prototypes.astype(np.float64))
        table = np.empty((len(rows), len(prototypes)), prototypes.dtype)
        for block in row_blocks(len(rows), len(prototypes) + rows.shape[1], 8):
            squares = centers.squared_distances(rows[block].astype(np.float64))
            np.sqrt(squares, out=table[block], casting="same_kind")
        return table
