"""What can be asked of a map that has learned: who wins, how far, how well the map fits and keeps the order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sinapsi.estimator import Floats, NetworkEstimator
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.maps import quality
from sinapsi.maps.grid import Grid
from sinapsi.maps.neighborhood import NEIGHBORHOODS
from sinapsi.maps.winners import METRICS, Winners, WinnerSearch, has_gaps
from sinapsi.own_threads import ThreadsOfOurOwn
from sinapsi.parameters import count
from sinapsi.schedules import Schedule


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
        lowest, highest = rows.min(), rows.max()
        if np.isnan(highest):  # as soon as one value is missing
            empty = np.flatnonzero(np.isnan(rows).all(axis=1))
            if len(empty):
                raise InvalidInputError(
                    f"Every row of X must have at least one observed value. {len(empty)} of {len(rows)} rows have "
                    f"none (the first is row {empty[0]}), so no unit is nearest to them. Drop these rows."
                )
            lowest, highest = np.nanmin(rows), np.nanmax(rows)
        largest = max(float(highest), -float(lowest))
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
        with ThreadsOfOurOwn() as threads:
            yield WinnerSearch(METRICS[self.metric], self._center, has_gaps=has_gaps(rows), threads=threads)

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
