"""Units that belong together: clusters, classes after which units are named, and few examples that stand for many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from sklearn.utils.validation import check_is_fitted

from sinapsi.estimator import Floats
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.labels import class_labels, one_label_each
from sinapsi.maps.fitted_map import FittedMap
from sinapsi.maps.kernels import distances_to_units
from sinapsi.maps.winners import METRICS
from sinapsi.parameters import count


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


class GroupedMap(FittedMap):
    """A map whose units can be joined and named."""

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
        from sklearn.cluster import AgglomerativeClustering  # a long import, for those who cluster

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
        SelfOrganizingMap
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
        try:
            answers = class_labels(y)
        except InvalidInputError:
            raise
        except ValueError as error:
            raise InvalidInputError(
                f"Units are named after classes, and y holds none: {error} Pass a label for each example, for example "
                "numpy.digitize(y, edges) of a quantity."
            ) from error
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
