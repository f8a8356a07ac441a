"""What can be asked of a map that has learned: who wins, how well it fits, which units belong together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.cluster import AgglomerativeClustering
from sklearn.utils.validation import check_is_fitted

from sinapsi.estimator import Floats, NetworkEstimator
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.labels import class_labels, one_label_each
from sinapsi.maps import quality
from sinapsi.maps.grid import Grid
from sinapsi.maps.kernels import distances_to_units
from sinapsi.maps.neighborhood import NEIGHBORHOODS
from sinapsi.maps.winners import METRICS, ThreadsOfOurOwn, Winners, WinnerSearch
from sinapsi.parameters import count
from sinapsi.schedules import Schedule


@dataclass(frozen=True, eq=False)
class Compression:
    """A few weighted examples that stand for many.

    Parameters
    ----------
    representatives : array of shape (n_representatives, n_features)
        Means of the examples that each stands for.
    weights : array of int of shape (n_representatives,)
        How many examples that are: ``sample_weight`` for whatever learns from the representatives.
    labels : array of int of shape (n_samples,)
        The representative of every example.
    unit_groups : array of int of shape (n_units,)
        The group of neighboring units that each unit belongs to; groups that won nothing have the number -1.
    """

    representatives: Floats
    weights: NDArray[np.int64]
    labels: NDArray[np.intp]
    unit_groups: NDArray[np.intp]

    def __repr__(self) -> str:
        return f"Compression({len(self.labels)} examples by {len(self.weights)} representatives)"


class FittedMap(ClassNamePrefixFeaturesOutMixin, TransformerMixin, NetworkEstimator):
    """Questions to a map; how it learned is not their concern."""

    metric: str
    neighborhood: str

    n_features_in_: int
    prototypes_: Floats
    grid_: Grid
    radius_: Schedule
    labels_: NDArray[np.intp]
    hits_: NDArray[np.int64]
    classes_: NDArray[Any]
    unit_classes_: NDArray[Any]
    unit_class_counts_: NDArray[np.int64]
    _center: Floats
    _n_steps: int

    @property
    def _n_features_out(self) -> int:
        return len(self.prototypes_)

    def _check_learned(self) -> None:
        shape = (self.grid_.n_units, self.n_features_in_)
        if self.prototypes_.shape != shape or self._center.shape != shape[1:] or self.hits_.shape != shape[:1]:
            raise InvalidInputError(f"A map of {shape[0]} units and {shape[1]} features has other prototypes.")
        if hasattr(self, "unit_classes_") and (
            self.unit_classes_.shape != shape[:1] or self.unit_class_counts_.shape != (shape[0], len(self.classes_))
        ):
            raise InvalidInputError("The units of the map and their classes do not fit together.")

    # The door.

    def _rows(self, X: ArrayLike, *, reset: bool) -> Floats:
        """Let examples in; a value may be missing, but not all of a row."""
        rows: Floats = self._inputs(X, reset=reset)
        largest = float(np.fmax.reduce(np.abs([np.fmax.reduce(rows, axis=None), np.fmin.reduce(rows, axis=None)])))
        if np.isnan(largest) or np.isnan(rows.sum(dtype=np.float64)):
            empty = np.flatnonzero(np.isnan(rows).all(axis=1))
            if len(empty):
                raise InvalidInputError(
                    f"Every row of X must have at least one observed value. {len(empty)} of {len(rows)} rows have "
                    f"none (the first is row {empty[0]}), so no unit is nearest to them. Drop these rows."
                )
        limit = np.sqrt(float(np.finfo(rows.dtype).max) / rows.size) / 4
        if largest > limit:
            raise InvalidInputError(
                f"{type(self).__name__} squares distances; squares of {largest:.3g} exceed the range of {rows.dtype}. "
                "Expected columns of ordinary size; rescale X, for example with sklearn.preprocessing.StandardScaler."
            )
        return rows

    def _known_rows(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        return self._rows(X, reset=False).astype(self.prototypes_.dtype, copy=False)

    @contextmanager
    def _search(self, rows: Floats) -> Iterator[WinnerSearch]:
        has_gaps = bool(np.isnan(rows).any())
        with ThreadsOfOurOwn() as threads:
            yield WinnerSearch(METRICS[self.metric], self._center, has_gaps=has_gaps, threads=threads)

    def _winners(self, rows: Floats) -> Winners:
        with self._search(rows) as search:
            return search.find(rows, self.prototypes_)

    # Answers.

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:
        """Give the winner of every example: the unit with the nearest prototype.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples; NaN is a missing value, and distances are taken over the values observed.

        Returns
        -------
        array of int of shape (n_samples,)
            Unit numbers, row by row of the grid; ``grid_.rows_and_columns(units)`` gives their places. Ties go to the
            lowest number.
        """
        return self._winners(self._known_rows(X)).first

    def transform(self, X: ArrayLike) -> Floats:
        """Give the distance of every example to every prototype.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples; over missing values a distance that is a sum is scaled up to all features.

        Returns
        -------
        array of shape (n_samples, n_units)
            Distances in the metric of the map.
        """
        rows = self._known_rows(X)
        with self._search(rows) as search:
            return search.distances(rows, self.prototypes_)

    def quantize(self, X: ArrayLike) -> Floats:
        """Replace every example by the prototype of its winner.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_features)
            Prototypes.
        """
        units = self.predict(X)
        return self.prototypes_[units]

    def impute(self, X: ArrayLike) -> Floats:
        """Fill missing values from the prototype that is nearest over the observed ones.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples with NaN.

        Returns
        -------
        array of shape (n_samples, n_features)
            A copy; observed values are as they were.
        """
        rows = self._known_rows(X)
        return np.where(np.isnan(rows), self.prototypes_[self._winners(rows).first], rows)

    def score(self, X: ArrayLike, y: object = None) -> float:
        """Give minus the quantization error, so that higher is better.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : object, optional
            Not looked at.

        Returns
        -------
        float
            At most 0.
        """
        return -self.quantization_error(X)

    # Quality.

    def quantization_error(self, X: ArrayLike) -> float:
        """Give the mean distance of the examples to the prototypes of their winners.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        float
            QE = mean of d(x, w_winner), in the units of X; how finely the map resolves the data.
        """
        return float(self._winners(self._known_rows(X)).distances.mean())

    def topographic_error(self, X: ArrayLike, n_neighbors: int | None = None) -> float:
        """Give the share of examples whose two nearest units are no neighbors on the grid.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        n_neighbors : int, optional
            Neighbors of a unit: 6 on a hexagonal grid, 2 on a line, 8 or 4 on a rectangular one. There the default is
            8: diagonal neighbors are neighbors. With 4 the error is never lower; compare like with like.

        Returns
        -------
        float
            TE in [0, 1] (Kiviluoto 1996): u(x) = 1 when the two units are **not** adjacent, and its mean.
        """
        rows = self._known_rows(X)
        reach = self.grid_.reach(n_neighbors)
        winners = self._winners(rows)
        return float((self.grid_.pair_squares(winners.first, winners.second) > reach**2).mean())

    def distortion(self, X: ArrayLike, radius: float | None = None) -> float:
        """Give the energy that learning lowers: squared distances to all units, weighted by the neighborhood.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        radius : float, optional
            sigma > 0 of the neighborhood in grid units; by default the one of the last update.

        Returns
        -------
        float
            Mean over the examples of sum_j h(d(winner, j)) d(x, w_j)^2.
        """
        if radius is not None and not 0 < radius < np.inf:
            raise InvalidParameterError(f"The radius must be a number above 0, or None. Got {radius!r} instead.")
        rows = self._known_rows(X)
        return self._distortion(rows, self._winners(rows), self._last_radius if radius is None else radius)

    @property
    def _last_radius(self) -> float:
        return self.radius_.rate(max(self._n_steps - 1, 0))

    def _distortion(self, rows: Floats, winners: Winners, radius: float) -> float:
        kind = NEIGHBORHOODS[self.neighborhood]
        with self._search(rows) as search:
            return quality.distortion(search, rows, self.prototypes_, winners, kind, self.grid_, radius)

    def topographic_product(self) -> float:
        """Compare the order of the units on the grid with that of their prototypes (Bauer and Pawelzik 1992).

        Returns
        -------
        float
            About 0 when both agree; below 0 the grid has too few dimensions for the data, above 0 too many. It needs
            no examples.
        """
        check_is_fitted(self)
        with self._search(self.prototypes_) as search:
            return quality.topographic_product(search, self.prototypes_, self.grid_)

    def trustworthiness(self, X: ArrayLike, n_neighbors: int = 10) -> float:
        """Ask whether examples near each other on the map are near in the data (Venna and Kaski 2001).

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples; the time grows with the square of their number.
        n_neighbors : int, default=10
            How many nearest examples are compared, at least 1 and below n_samples / 2.

        Returns
        -------
        float
            In [0, 1], 1 is best. Examples equally far on the map count with the probability of being chosen when ties
            are broken at random.
        """
        rows = self._known_rows(X)
        if not (count(1).allows(n_neighbors) and n_neighbors < len(rows) / 2):
            raise InvalidParameterError(
                f"n_neighbors must be an integer of at least 1 and below n_samples / 2 = {len(rows) / 2:g}. Got "
                f"{n_neighbors!r} instead."
            )
        return self._trustworthiness(rows, self._winners(rows), n_neighbors)

    def _trustworthiness(self, rows: Floats, winners: Winners, n_neighbors: int) -> float:
        with self._search(rows) as search:
            return quality.trustworthiness(search, rows, winners, self.grid_, n_neighbors)

    def kaski_lagus_error(self, X: ArrayLike) -> float:
        """Give fit and continuity in one number: the way from an example to its winner and on to the second nearest.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        float
            Quantization error plus the mean length of the shortest way, over prototypes of neighboring units, from
            the first to the second winner (Kaski and Lagus 1996).
        """
        return self._kaski_lagus_error(self._winners(self._known_rows(X)))

    def _kaski_lagus_error(self, winners: Winners) -> float:
        return quality.kaski_lagus_error(METRICS[self.metric], self.prototypes_, winners, self.grid_)

    def unit_distances(self) -> NDArray[np.float64]:
        """Give how far every prototype is from its neighbors' on the average (the U-matrix of the units).

        Returns
        -------
        array of shape (n_units,)
            High where the map is stretched over a gap between clusters.
        """
        check_is_fitted(self)
        return quality.unit_distances(METRICS[self.metric], self.grid_, self.prototypes_)

    # Units in groups.

    def cluster(self, n_clusters: int) -> NDArray[np.intp]:
        """Group the units so that each group holds together on the grid and its prototypes are alike.

        Prototypes are joined bottom-up by Ward's criterion, neighbors only (Vesanto and Alhoniemi 2000).
        ``model.cluster(4)[model.predict(X)]`` gives the cluster of examples.

        Parameters
        ----------
        n_clusters : int
            Number of groups, from 1 to n_units.

        Returns
        -------
        array of int of shape (n_units,)
            Group of every unit, numbered in the order of the first unit of each.
        """
        check_is_fitted(self)
        n_units = len(self.prototypes_)
        if not (count(1).allows(n_clusters) and n_clusters <= n_units):
            raise InvalidParameterError(
                f"n_clusters must be an integer from 1 to the number of units, {n_units}. Got {n_clusters!r} instead."
            )
        if n_units == 1:
            return np.zeros(1, dtype=np.intp)
        pairs = self.grid_.neighbor_pairs()
        links = coo_array((np.ones(len(pairs)), pairs.T), shape=(n_units, n_units))
        model = AgglomerativeClustering(n_clusters, connectivity=(links + links.T).tocsr(), linkage="ward")
        found = model.fit_predict(self.prototypes_.astype(np.float64))
        _, first, groups = np.unique(found, return_index=True, return_inverse=True)
        return np.asarray(np.argsort(np.argsort(first))[groups])

    def compress(self, X: ArrayLike, *, n_representatives: int | None = None, max_rise: float = 0.1) -> Compression:
        """Merge neighboring units that are alike, and let a mean with a weight stand for their examples.

        Units are joined as in :meth:`cluster`.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        n_representatives : int, optional
            Most representatives wanted, from 1 to n_units; groups of units that won nothing give none.
        max_rise : float, default=0.1
            Without a number wanted: by which share the mean distance from an example to its representative may lie
            above that without any merging; the fewest representatives that keep to it are taken. At least 0.

        Returns
        -------
        Compression
            Representatives, their weights, and which examples each stands for.
        """
        rows = self._known_rows(X)
        units = self._winners(rows).first
        if n_representatives is not None:
            return self._compressed(rows, units, self.cluster(n_representatives))[0]
        if not 0 <= max_rise < np.inf:
            raise InvalidParameterError(f"max_rise must be a number of at least 0. Got {max_rise!r} instead.")
        low, high = 1, len(self.prototypes_)
        best, finest = self._compressed(rows, units, np.arange(high))
        while low < high:
            n_groups = (low + high) // 2
            found, error = self._compressed(rows, units, self.cluster(n_groups))
            if error <= (1 + max_rise) * finest:
                best, high = found, n_groups
            else:
                low = n_groups + 1
        return best

    def _compressed(self, rows: Floats, units: NDArray[np.intp], groups: NDArray[np.intp]) -> tuple[Compression, float]:
        """Means of the examples of groups of units, and how far examples are from them on the average."""
        met, labels = np.unique(groups[units], return_inverse=True)
        numbers = np.full(groups.max() + 1, -1)
        numbers[met] = np.arange(len(met))
        weights = np.bincount(labels).astype(np.int64)
        is_there = ~np.isnan(rows)
        sums, n_observed, stand_in = (np.zeros((len(met), rows.shape[1])) for _ in range(3))
        np.add.at(sums, labels, np.where(is_there, rows - self._center, 0))
        np.add.at(n_observed, labels, is_there)
        np.add.at(stand_in, labels, self.prototypes_[units])  # for a feature that none of the examples has
        means = np.where(
            n_observed > 0, sums / np.maximum(n_observed, 1) + self._center, stand_in / weights[:, np.newaxis]
        ).astype(rows.dtype)
        distances = np.empty(len(rows))
        distances_to_units(int(METRICS[self.metric]), rows, means, labels, distances)
        return Compression(means, weights, labels, numbers[groups]), float(distances.mean())

    # Units with names.

    def label_units(self, y: ArrayLike, X: ArrayLike | None = None) -> Self:
        """Name every unit after the class of most of the examples it wins.

        Parameters
        ----------
        y : array of shape (n_samples,)
            Class labels of the examples.
        X : array of shape (n_samples, n_features), optional
            The examples; by default those that the map was fitted to, in their order.

        Returns
        -------
        FittedMap
            The map, which now has ``classes_``, ``unit_classes_`` and ``unit_class_counts_``. A unit that won nothing
            is named after the nearest prototype that did; ties go to the first class.
        """
        check_is_fitted(self)
        units = self.predict(X) if X is not None else getattr(self, "labels_", None)
        if units is None:
            raise InvalidInputError(
                "The winners of the training examples were not kept, because they came in batches. Pass the examples: "
                "label_units(y, X)."
            )
        answers = class_labels(y)
        if len(answers) != len(units):
            raise InvalidInputError(
                f"y must have one label for each example. Got {len(answers)} labels and {len(units)} examples; pass "
                "the examples that y belongs to as X."
            )
        classes, indices = one_label_each(answers, type(self).__name__, None)
        counts = np.zeros((len(self.prototypes_), len(classes)), dtype=np.int64)
        np.add.at(counts, (units, indices), 1)
        self.classes_, self.unit_class_counts_ = classes, counts
        won = np.flatnonzero(counts.any(axis=1))
        names = counts.argmax(axis=1)
        with self._search(self.prototypes_) as search:
            names = names[won[search.find(self.prototypes_, self.prototypes_[won]).first]]
        self.unit_classes_ = classes[names]
        return self

    def classify(self, X: ArrayLike) -> NDArray[Any]:
        """Give the class after which the winner of every example is named.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,)
            Class labels.
        """
        check_is_fitted(self)
        if not hasattr(self, "unit_classes_"):
            raise InvalidInputError(
                "The units of this map have no names yet. Call label_units(y) with the classes of the training "
                "examples, or label_units(y, X) with other ones, before classify."
            )
        return self.unit_classes_[self.predict(X)]
