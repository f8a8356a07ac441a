"""Where a map begins: how many units it has, and prototypes at random, from examples, or on the plane of the data.

The means and the covariance are sums, so they are found in two passes however the data come; missing values count as
the mean of their feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from sinapsi.activations import Floats
from sinapsi.algebra.output_layer import Examples
from sinapsi.algebra.passes import as_they_are, sample_of
from sinapsi.blas_threads import ONE_BLAS_THREAD
from sinapsi.maps.grid import ROW_HEIGHT, Grid
from sinapsi.maps.kernels import take_in_ranges

UNITS_PER_ROOT = 5.0  # units of an automatic map over the root of the number of examples (Vesanto et al. 2000)
LONGEST_RATIO = 8.0  # of the sides of an automatic map; data on a line would make it one, and rows may as well
WIDEST_COVARIANCE = 2048  # features; beyond, the plane is that of a sample of rows
SAMPLED_ROWS = 1024
FAR_AWAY = 100.0  # extents of the data beyond which a prototype has left them for good
PART_ROWS = 4096  # rows of which a covariance is made at a time


class FeatureRanges:
    """What a first pass learns of every feature: how often it was observed, its sum, its lowest and highest value."""

    def __init__(self) -> None:
        self.n_rows = 0
        self.n_observed: NDArray[np.float64] = np.zeros(0)
        self._first: NDArray[np.float64] = np.zeros(0)
        self._sums: NDArray[np.float64] = np.zeros(0)
        self.lowest: NDArray[np.float64] = np.zeros(0)
        self.highest: NDArray[np.float64] = np.zeros(0)

    def add(self, rows: Floats, targets: object = None, weights: object = None) -> Self:
        """Take in some rows.

        Parameters
        ----------
        rows : array of shape (n_rows, n_features)
            Examples; NaN is a missing value.
        targets, weights : object
            Not looked at.

        Returns
        -------
        FeatureRanges
            The same object.
        """
        n_features = rows.shape[1]
        part = FeatureRanges()
        part.n_rows = len(rows)
        part.n_observed, part._sums = np.zeros(n_features), np.zeros(n_features)
        part.lowest, part.highest = np.full(n_features, np.inf), np.full(n_features, -np.inf)
        take_in_ranges(rows, part.n_observed, part._sums, part.lowest, part.highest)
        return self.join(part)

    def join(self, other: FeatureRanges) -> Self:
        """Take in what was learned of other rows.

        Parameters
        ----------
        other : FeatureRanges
            Of the same features.

        Returns
        -------
        FeatureRanges
            The same object.
        """
        if not self.n_rows:
            self.n_observed, self._sums = other.n_observed, other._sums
            self.lowest, self.highest = other.lowest, other.highest
        else:
            self.n_observed, self._sums = self.n_observed + other.n_observed, self._sums + other._sums
            self.lowest = np.minimum(self.lowest, other.lowest)
            self.highest = np.maximum(self.highest, other.highest)
        self.n_rows += other.n_rows
        return self

    @property
    def reach(self) -> float:
        """How far from zero prototypes of such data may lie; far beyond, they have been driven away."""
        lowest, highest = float(self.lowest.min()), float(self.highest.max())
        extent = float((self.highest - self.lowest).max())
        return max(abs(lowest), abs(highest)) + FAR_AWAY * max(extent, np.finfo(np.float64).tiny)

    @property
    def has_gaps(self) -> bool:
        """Whether a value was missing."""
        return bool((self.n_observed < self.n_rows).any())

    @property
    def means(self) -> NDArray[np.float64]:
        """Mean of the observed values of every feature."""
        return self._sums / self.n_observed


class Covariance:
    """Products of the features around their means, from a second pass.

    Parameters
    ----------
    means : array of shape (n_features,)
        Of the first pass.
    """

    def __init__(self, means: NDArray[np.float64]) -> None:
        self._means = means
        self.products: NDArray[np.float64] = np.zeros((len(means), len(means)))

    def add(self, rows: Floats, targets: object = None, weights: object = None) -> Self:
        """Take in some rows.

        Parameters
        ----------
        rows : array of shape (n_rows, n_features)
            Examples; a missing value counts as the mean.
        targets, weights : object
            Not looked at.

        Returns
        -------
        Covariance
            The same object.
        """
        moved = _around(rows, self._means)
        self.products += moved.T @ moved
        return self

    def join(self, other: Self) -> Self:
        """Take in the products of other rows.

        Parameters
        ----------
        other : Covariance
            Around the same means.

        Returns
        -------
        Covariance
            The same object.
        """
        self.products += other.products
        return self


@dataclass(frozen=True)
class Plane:
    """The plane along which the data are widest.

    Parameters
    ----------
    center : array of shape (n_features,)
        Mean of the data.
    axes : array of shape (2, n_features)
        Directions of the largest and second largest variance, of length 1; the second is zero for a single feature.
    deviations : array of shape (2,)
        Standard deviation of the data along each.
    """

    center: NDArray[np.float64]
    axes: NDArray[np.float64]
    deviations: NDArray[np.float64]


def plane_of(examples: Examples, ranges: FeatureRanges) -> Plane:
    """Find the plane of the two principal components.

    Parameters
    ----------
    examples : ExamplesInMemory or ExamplesInShards
        All examples.
    ranges : FeatureRanges
        Of the first pass.

    Returns
    -------
    Plane
        Of more than 2048 features that of a sample of 1024 rows.
    """
    means, n_features = ranges.means, len(ranges.n_observed)
    if n_features > WIDEST_COVARIANCE:
        sample = _around(sample_of(examples, SAMPLED_ROWS, seed=0).rows, means)
        _, lengths, directions = np.linalg.svd(sample, full_matrices=False)
        variances, axes = (lengths**2 / len(sample))[:2], directions[:2].astype(np.float64)
    else:
        products = examples.collect(partial(Covariance, means), as_they_are, PART_ROWS).products
        wanted = (max(n_features - 2, 0), n_features - 1)
        with ONE_BLAS_THREAD:
            variances, columns = eigh(products / ranges.n_rows, subset_by_index=wanted)
        variances, axes = variances[::-1], columns.T[::-1]
    if len(axes) < 2:
        variances, axes = np.append(variances, 0.0), np.vstack([axes, np.zeros(n_features)])
    largest = np.abs(axes).argmax(axis=1)
    signs = np.where(axes[np.arange(2), largest] < 0, -1.0, 1.0)  # an axis has no direction of its own: settle one
    return Plane(means, axes * signs[:, np.newaxis], np.sqrt(np.maximum(variances, 0)))


def _around(rows: Floats, means: NDArray[np.float64]) -> Floats:
    moved = rows - means.astype(rows.dtype)
    moved[np.isnan(moved)] = 0
    return moved


def automatic_sides(
    n_units: float, topology: str, *, toroidal: bool, deviations: NDArray[np.float64]
) -> tuple[int, int]:
    """Give rows and columns of a map whose sides are to each other as the deviations along the plane of the data.

    Parameters
    ----------
    n_units : float
        About how many units.
    topology : str
        As in Grid.
    toroidal : bool
        Whether the grid is closed; then rows of hexagons come in pairs.
    deviations : array of shape (2,)
        Standard deviations along the two principal components, that is, roots of the eigenvalues.

    Returns
    -------
    n_rows, n_columns : int
        Columns are the longer side.
    """
    if topology == "linear" or (deviations[0] > 0 and deviations[1] <= deviations[0] * 1e-6):
        n_columns = max(1, round(n_units))  # data on a line need no second dimension
        return (2, max(1, round(n_units / 2))) if topology == "hexagonal" and toroidal else (1, n_columns)
    ratio = min(deviations[0] / deviations[1], LONGEST_RATIO) if deviations[1] > 0 else 1.0
    height = ROW_HEIGHT if topology == "hexagonal" else 1.0
    n_rows = np.sqrt(n_units / (ratio * height))
    comes_in_pairs = topology == "hexagonal" and toroidal
    rows = max(2, 2 * round(n_rows / 2)) if comes_in_pairs else max(1, round(n_rows))
    return rows, max(1, round(n_units / rows))


def prototypes_on_plane(grid: Grid, plane: Plane) -> NDArray[np.float64]:
    """Lay the grid into the plane of the data, as wide as they are there.

    Parameters
    ----------
    grid : Grid
        Where the units lie.
    plane : Plane
        Of the data.

    Returns
    -------
    array of shape (n_units, n_features)
        Along each side of the grid prototypes have the standard deviation of the data along an axis; the longer side
        follows the first one.
    """
    places = grid.positions - grid.positions.mean(axis=0)
    extents = np.ptp(places, axis=0)
    places = places / np.where(extents > 0, places.std(axis=0), 1.0)
    if extents[1] > extents[0]:
        places = places[:, ::-1]
    return np.asarray(plane.center + places @ (plane.deviations[:, np.newaxis] * plane.axes))


def prototypes_in_ranges(grid: Grid, ranges: FeatureRanges, random: np.random.Generator) -> NDArray[np.float64]:
    """Draw prototypes from the box in which the data lie.

    Parameters
    ----------
    grid : Grid
        How many.
    ranges : FeatureRanges
        The box.
    random : numpy.random.Generator
        Source of the numbers.

    Returns
    -------
    array of shape (n_units, n_features)
        Uniform between the lowest and the highest value of every feature.
    """
    share = random.random((grid.n_units, len(ranges.lowest)))
    return ranges.lowest + share * (ranges.highest - ranges.lowest)


def prototypes_from_examples(
    grid: Grid, examples: Examples, ranges: FeatureRanges, random: np.random.Generator
) -> NDArray[np.float64]:
    """Take distinct examples at random, the same ones however the data were cut or ordered.

    Parameters
    ----------
    grid : Grid
        How many.
    examples : ExamplesInMemory or ExamplesInShards
        All examples.
    ranges : FeatureRanges
        Of the first pass; missing values become the mean.
    random : numpy.random.Generator
        Source of the choice.

    Returns
    -------
    array of shape (n_units, n_features)
        Where there are fewer distinct examples than units, some of them several times.
    """
    rows = sample_of(examples, grid.n_units, seed=int(random.integers(2**31))).rows.astype(np.float64)
    chosen = rows[np.arange(grid.n_units) % len(rows)]
    return np.where(np.isnan(chosen), ranges.means, chosen)
