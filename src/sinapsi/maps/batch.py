"""Batch learning: every prototype becomes the mean of all examples, weighted by how near their winners are on the grid.

w_j = sum_i h_ji S_i / sum_i h_ji n_i with the sum S_i and the number n_i of the examples that unit i won (Kohonen 2001,
section 3.6; the sums first, then the neighborhood, as in Lawrence, Almasi and Rushmeier 1999). The sums add, so
an epoch may see the examples in blocks, in shards, or all at once.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.maps.grid import Grid
from sinapsi.maps.kernels import add_observed_to_units, add_rows_to_units
from sinapsi.maps.neighborhood import Neighborhood, spread
from sinapsi.maps.winners import Winners
from sinapsi.own_threads import ThreadsOfOurOwn

SMALLEST_MASS = 1e-280  # of neighbors; below it quotients of sums would lose their digits


class UnitSums:
    """Sums and numbers of the examples that each unit won.

    Parameters
    ----------
    n_units, n_features : int
        Of the map.
    center : array of shape (n_features,)
        Subtracted from every example, so that sums of data far from zero keep their digits.
    has_gaps : bool
        Whether values may be missing; then there is a number of examples per unit and feature.

    Attributes
    ----------
    sums : array of float64 of shape (n_units, n_features)
        S_i, moved by the center.
    counts : array of float64 of shape (n_units, n_features) or (n_units, 1)
        n_i.
    """

    def __init__(self, n_units: int, n_features: int, center: Floats, *, has_gaps: bool) -> None:
        self.sums: NDArray[np.float64] = np.zeros((n_units, n_features))
        self.counts: NDArray[np.float64] = np.zeros((n_units, n_features if has_gaps else 1))
        self._center = center
        self._has_gaps = has_gaps

    def add(self, rows: Floats, units: NDArray[np.intp], threads: ThreadsOfOurOwn) -> None:
        """Take in examples and the units that won them; every sum goes on in the order of the rows.

        Parameters
        ----------
        rows : array of shape (n_rows, n_features)
            Examples.
        units : array of int of shape (n_rows,)
            Their winners.
        threads : ThreadsOfOurOwn
            Threads; each does some of the features.
        """
        sums, counts, center = self.sums, self.counts, self._center
        if self._has_gaps:
            threads.share(
                lambda part: add_observed_to_units(rows, units, center, part.start, part.stop, sums, counts),
                rows.shape[1],
                len(rows),
            )
            return
        counts[:, 0] += np.bincount(units, minlength=len(counts))
        threads.share(
            lambda part: add_rows_to_units(rows, units, center, part.start, part.stop, sums),
            rows.shape[1],
            len(rows),
        )

    def join(self, other: Self) -> Self:
        """Take in what was summed elsewhere.

        Parameters
        ----------
        other : UnitSums
            Of the same map.

        Returns
        -------
        UnitSums
            The same object.
        """
        self.sums += other.sums
        self.counts += other.counts
        return self

    def prototypes(
        self, kind: Neighborhood, grid: Grid, radius: float, previous: Floats, threads: ThreadsOfOurOwn
    ) -> Floats:
        """Give the weighted means that the prototypes become.

        Parameters
        ----------
        kind : Neighborhood
            Shape of h.
        grid : Grid
            Where the units lie.
        radius : float
            sigma, in grid units.
        previous : array of shape (n_units, n_features)
            Prototypes so far; kept by units in whose neighborhood nothing was won.
        threads : ThreadsOfOurOwn
            Threads; each does some of the features.

        Returns
        -------
        array of shape (n_units, n_features)
            In the floating type of ``previous``.
        """
        mass = spread(kind, grid, radius, self.counts)
        has_mass = mass > SMALLEST_MASS
        divisor = np.where(has_mass, mass, 1.0)
        found = np.empty_like(previous)

        def stretch(part: slice) -> None:
            own = slice(None) if mass.shape[1] == 1 else part
            means = spread(kind, grid, radius, np.ascontiguousarray(self.sums[:, part])) / divisor[:, own]
            found[:, part] = np.where(has_mass[:, own], means + self._center[part], previous[:, part])

        threads.share(stretch, previous.shape[1], grid.n_units * (grid.n_rows + grid.n_columns))
        return found


class Tally:
    """Mean distance, half the mean square of it, and the share of torn examples, from winners met so far.

    Parameters
    ----------
    grid : Grid
        Which units are neighbors.

    Attributes
    ----------
    n_examples : int
        Examples counted.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.n_examples = 0
        self._distances = 0.0
        self._squares = 0.0
        self._n_torn = 0

    def add(self, winners: Winners) -> None:
        """Count some examples.

        Parameters
        ----------
        winners : Winners
            Their two nearest units.
        """
        torn = self._grid.pair_squares(winners.first, winners.second) > self._grid.reach() ** 2
        self.count(
            float(winners.distances.sum()),
            float(winners.distances @ winners.distances),
            int(np.count_nonzero(torn)),
            len(winners.first),
        )

    def count(self, distances: float, squares: float, n_torn: int, n_examples: int) -> None:
        """Count examples whose sums are known.

        Parameters
        ----------
        distances, squares : float
            Sums of the distances to the winners and of their squares.
        n_torn : int
            Examples whose two nearest units are no neighbors.
        n_examples : int
            How many.
        """
        self._distances += distances
        self._squares += squares
        self._n_torn += n_torn
        self.n_examples += n_examples

    def join(self, other: Tally) -> Tally:
        """Take in what was counted elsewhere.

        Parameters
        ----------
        other : Tally
            Of the same map.

        Returns
        -------
        Tally
            The same object.
        """
        self.count(other._distances, other._squares, other._n_torn, other.n_examples)
        return self

    def columns(self) -> dict[str, Any]:
        """Give what the history notes: loss, quantization error and topographic error."""
        return {
            "loss": 0.5 * self._squares / self.n_examples,
            "quantization_error": self._distances / self.n_examples,
            "topographic_error": self._n_torn / self.n_examples,
        }
