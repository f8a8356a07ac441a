"""A plane through the space of the inputs: two features vary, the others stay at their medians."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.whole_numbers import is_whole

MARGIN = 0.15  # of each feature's range, left free around the examples
SMALLEST_GRID = 2  # points along an axis; a line needs two
BLOCK = 16384  # points asked for at once, so that a wide hidden layer does not fill the memory


@dataclass(frozen=True)
class Plane:
    """A grid of points on a plane through the inputs.

    Parameters
    ----------
    x0, x1 : array of shape (grid_resolution,)
        Values of the two features that vary.
    features : tuple of int
        Their columns.
    names : tuple of str
        Their names.
    center : array of shape (n_features,)
        Where the other features stay: the median of the examples.
    template : object
        The user's X: says which container the estimator wants.
    """

    x0: NDArray[np.float64]
    x1: NDArray[np.float64]
    features: tuple[int, int]
    names: tuple[str, str]
    center: NDArray[np.float64]
    template: Any

    @property
    def n_fixed(self) -> int:
        """How many features stay at their medians."""
        return len(self.center) - 2

    def points(self) -> NDArray[np.float64]:
        """Give the points of the grid, row by row.

        Returns
        -------
        array of shape (grid_resolution ** 2, n_features)
            ``x0`` varies fastest.
        """
        points = np.tile(self.center, (self.x0.size * self.x1.size, 1))
        points[:, self.features[0]] = np.tile(self.x0, self.x1.size)
        points[:, self.features[1]] = np.repeat(self.x1, self.x0.size)
        return points

    def answers(self, method: Any) -> NDArray[Any]:
        """Ask an estimator's method about every point.

        Parameters
        ----------
        method : callable
            ``estimator.predict`` or one like it.

        Returns
        -------
        array of shape (grid_resolution, grid_resolution, ...)
            Answers; rows follow ``x1``, columns ``x0``.
        """
        points = self.points()
        blocks = [method(self._contained(points[start : start + BLOCK])) for start in range(0, len(points), BLOCK)]
        answers: NDArray[Any] = np.concatenate(blocks)
        return answers.reshape(self.x1.size, self.x0.size, *answers.shape[1:])

    def _contained(self, points: NDArray[np.float64]) -> Any:
        """Put points into the container that the user gave, so that feature names agree with those of fit."""
        columns = getattr(self.template, "columns", None)
        if columns is None:
            return points.astype(_floating_type(self.template), copy=False)
        table = type(self.template)
        return table(points, columns=columns) if hasattr(self.template, "iloc") else table(points, schema=list(columns))


def plane_through(X: Any, features: Sequence[int | str], grid_resolution: int) -> Plane:
    """Lay a grid over two features of the examples.

    Parameters
    ----------
    X : array, sparse matrix or data frame of shape (n_samples, n_features)
        Examples.
    features : pair of int or str
        The features that vary, by position or by column name.
    grid_resolution : int
        Points along each of them.

    Returns
    -------
    Plane
        The grid.

    Raises
    ------
    InvalidInputError
        If X has fewer than two features, no example, or values that are no finite numbers.
    InvalidParameterError
        If the features or the resolution do not fit.
    """
    table = numbers_in(X)
    columns = None if not hasattr(X, "columns") else [str(column) for column in X.columns]
    first, second = _positions(features, table.shape[1], columns)
    if not is_whole(grid_resolution, SMALLEST_GRID):
        raise InvalidParameterError(
            f"grid_resolution must be an integer of at least {SMALLEST_GRID}. Got {grid_resolution!r}."
        )
    names = columns or [f"feature {position}" for position in range(table.shape[1])]
    return Plane(
        x0=_axis_over(table[:, first], grid_resolution),
        x1=_axis_over(table[:, second], grid_resolution),
        features=(first, second),
        names=(names[first], names[second]),
        center=np.median(table, axis=0),
        template=X,
    )


def numbers_in(X: Any) -> NDArray[np.float64]:
    """Give the examples as a table of finite numbers.

    Parameters
    ----------
    X : array, sparse matrix or data frame of shape (n_samples, n_features)
        Examples.

    Returns
    -------
    array of shape (n_samples, n_features)
        The same values.

    Raises
    ------
    InvalidInputError
        If X is no such table, or has fewer than two columns.
    """
    try:
        table = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"X must be a table of numbers; it could not be read as one: {error}.") from error
    if table.ndim != 2 or table.shape[0] == 0 or table.shape[1] < 2:
        raise InvalidInputError(
            "A decision boundary is drawn over two features, from at least one example. "
            f"X has the shape {table.shape}. Pass the examples that the network learned from."
        )
    if not np.isfinite(table).all():
        raise InvalidInputError(
            f"X must hold finite numbers. It has {int((~np.isfinite(table)).sum())} NaN or infinite values. "
            "Remove or fill these before drawing."
        )
    return table


def _positions(features: Sequence[int | str], n_features: int, columns: list[str] | None) -> tuple[int, int]:
    found = [columns.index(name) if columns and name in columns else name for name in _pair(features)]
    first, second = (_position(feature, n_features) for feature in found)
    if first == second:
        raise InvalidParameterError(f"features must be two different features of X. Got {features!r}.")
    return first, second


def _pair(features: Sequence[int | str]) -> list[Any]:
    if isinstance(features, str) or not hasattr(features, "__len__") or len(features) != 2:
        raise InvalidParameterError(f"features must be a pair of positions or names, such as (0, 1). Got {features!r}.")
    return list(features)


def _position(feature: Any, n_features: int) -> int:
    if not is_whole(feature, 0, n_features - 1):
        raise InvalidParameterError(
            f"features must name columns of X by position, 0 to {n_features - 1}, or, for a data frame, by name. "
            f"Got {feature!r}."
        )
    return feature


def _floating_type(X: Any) -> np.dtype[Any]:
    """Type of the examples, so that a network fitted in float32 answers in float32; integers would round the grid."""
    dtype = getattr(X, "dtype", None)
    return dtype if isinstance(dtype, np.dtype) and dtype.kind == "f" else np.dtype(np.float64)


def _axis_over(values: NDArray[np.float64], n_points: int) -> NDArray[np.float64]:
    low, high = values.min(), values.max()
    margin = MARGIN * (high - low) if high > low else 0.5
    return np.linspace(low - margin, high + margin, n_points)
