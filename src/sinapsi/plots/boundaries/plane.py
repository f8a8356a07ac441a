"""A plane through the space of the inputs: two features vary, the others stay at their medians."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidParameterError
from sinapsi.plots.feature_table import answers_at, axis_over, check_grid, columns_of, position_of, table_of_numbers


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
        answers = answers_at(self.points(), method, self.template)
        return answers.reshape(self.x1.size, self.x0.size, *answers.shape[1:])


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
    columns = columns_of(X)
    first, second = _positions(features, table.shape[1], columns)
    check_grid(grid_resolution)
    names = columns or [f"feature {position}" for position in range(table.shape[1])]
    return Plane(
        x0=axis_over(table[:, first], grid_resolution),
        x1=axis_over(table[:, second], grid_resolution),
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
    return table_of_numbers(X, "A decision boundary is drawn over two features", n_least=2)


def _positions(features: Sequence[int | str], n_features: int, columns: list[str] | None) -> tuple[int, int]:
    first, second = (position_of(feature, columns, n_features) for feature in _pair(features))
    if first == second:
        raise InvalidParameterError(f"features must be two different features of X. Got {features!r}.")
    return first, second


def _pair(features: Sequence[int | str]) -> list[Any]:
    if isinstance(features, str) or not hasattr(features, "__len__") or len(features) != 2:
        raise InvalidParameterError(f"features must be a pair of positions or names, such as (0, 1). Got {features!r}.")
    return list(features)
