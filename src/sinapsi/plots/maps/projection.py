"""Where prototypes and examples of any number of features lie on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidInputError
from sinapsi.plots.responses.input_slice import positions_of

Values = NDArray[np.float64]
Features = int | str | Sequence[int | str] | None

STRAIGHT_FROM_DATA = 2  # features up to which nothing needs to be projected
FEWEST_ROWS = 3  # examples that a plane goes through


@dataclass(frozen=True, eq=False)
class Projection:
    """One or two features, or the plane of the two principal components.

    Parameters
    ----------
    labels : tuple of str
        One an axis.
    positions : tuple of int or None
        The features that are shown; None shows principal components.
    center : array of shape (n_features,)
        Where the components cross.
    directions : array of shape (2, n_features)
        Of the components, of length 1.
    n_hidden : int
        Features that are not shown.
    """

    labels: tuple[str, ...]
    positions: tuple[int, ...] | None
    center: Values
    directions: Values
    n_hidden: int = 0

    @property
    def is_flat(self) -> bool:
        """Whether a single feature is shown."""
        return len(self.labels) == 1

    def places(self, points: NDArray[Any]) -> Values:
        """Project points.

        Parameters
        ----------
        points : array of shape (..., n_features)
            Prototypes or examples.

        Returns
        -------
        array of shape (..., n_axes)
            NaN where a value that is needed is missing.
        """
        table = np.asarray(points, dtype=np.float64)
        if self.positions is not None:
            return table[..., list(self.positions)]
        return np.asarray((table - self.center) @ self.directions.T)


def projection_of(examples: Values, features: Features, names: Sequence[str] | None = None) -> Projection:
    """Choose how examples and prototypes are shown.

    Parameters
    ----------
    examples : array of shape (n_samples, n_features)
        Components are those of the examples without missing values.
    features : int, str, pair of them, or None
        The features of the axes. None shows all of one or two, and the principal components of more.
    names : sequence of str or None, default=None
        Names of the features.

    Returns
    -------
    Projection
        For any points with the same features.

    Raises
    ------
    InvalidParameterError
        If there are no such features.
    InvalidInputError
        If too few examples are complete.
    """
    n_features = examples.shape[1]
    columns = None if names is None else list(names)
    if features is not None or n_features <= STRAIGHT_FROM_DATA:
        positions = positions_of(features, columns, n_features)
        labels = tuple(columns[each] if columns else f"feature {each}" for each in positions)
        nothing = np.zeros((0, n_features))
        return Projection(labels, positions, np.zeros(n_features), nothing, n_features - len(positions))
    complete = examples[np.isfinite(examples).all(axis=1)]
    if len(complete) < FEWEST_ROWS:
        raise InvalidInputError(
            f"The principal components of {n_features} features need at least {FEWEST_ROWS} examples without missing "
            f"values. Got {len(complete)} of {len(examples)}. Choose what is drawn by features=(0, 1), or fill the "
            "gaps, for example with estimator.impute(X)."
        )
    directions, shares = _principal_components(complete)
    labels = tuple(
        f"principal component {number} ({share:.0%} of the variance)" for number, share in enumerate(shares, start=1)
    )
    return Projection(labels, None, complete.mean(axis=0), directions)


def _principal_components(table: Values) -> tuple[Values, Values]:
    """Directions of the two largest variances, each with its largest entry positive, and their shares."""
    centered = table - table.mean(axis=0)
    if len(table) > table.shape[1]:
        squares, vectors = np.linalg.eigh(centered.T @ centered)
        squares, vectors = squares[::-1], vectors.T[::-1]
    else:
        _, roots, vectors = np.linalg.svd(centered, full_matrices=False)
        squares = roots**2
    directions = vectors[:2]
    largest = np.abs(directions).argmax(axis=1)
    directions = directions * np.where(directions[np.arange(2), largest] < 0, -1, 1)[:, np.newaxis]
    total = squares.sum()
    shares = np.maximum(squares[:2], 0) / (total if total > 0 else 1.0)
    return directions, shares


def examples_for_map(X: Any, n_features: int) -> Values:
    """Give the examples as a table of numbers; some may be missing.

    Parameters
    ----------
    X : array, sparse matrix or data frame of shape (n_samples, n_features)
        Examples, as they reach the map.
    n_features : int
        How many features the map has.

    Returns
    -------
    array of shape (n_samples, n_features)
        The same values.

    Raises
    ------
    InvalidInputError
        If X is no such table.
    """
    try:
        table = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"X must be a table of numbers; it could not be read as one: {error}.") from error
    if table.ndim != 2 or len(table) == 0 or table.shape[1] != n_features:
        raise InvalidInputError(
            f"X must hold the {n_features} feature{'s' * (n_features != 1)} of the prototypes, from at least one "
            f"example. X has the shape {table.shape}. Pass the examples that the map learned from."
        )
    if np.isinf(table).any():
        raise InvalidInputError(
            f"X must hold finite numbers, or NaN where a value is missing. It has {int(np.isinf(table).sum())} "
            "infinite values. Remove these before drawing."
        )
    return table
