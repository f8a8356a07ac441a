"""A line or a plane through the space of the inputs: one or two features vary, the others stay at their means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidParameterError
from sinapsi.plots.feature_table import answers_at, axis_over, check_grid, columns_of, position_of, table_of_numbers

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class InputSlice:
    """A grid of points on a line or a plane.

    Parameters
    ----------
    axes : tuple of array of shape (grid_resolution,)
        Values of the one or two features that vary.
    features : tuple of int
        Their columns.
    names : tuple of str
        Their names.
    examples : array of shape (n_samples, n_varying)
        The examples, these features only.
    center : array of shape (n_features,)
        Where the other features stay: the mean of the examples.
    template : object
        The user's X: says which container the estimator wants.
    """

    axes: tuple[Values, ...]
    features: tuple[int, ...]
    names: tuple[str, ...]
    examples: Values
    center: Values
    template: Any

    @property
    def n_fixed(self) -> int:
        """How many features stay at their means."""
        return len(self.center) - len(self.axes)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the grid: rows follow the second feature, columns the first."""
        return tuple(axis.size for axis in reversed(self.axes))

    def points(self) -> Values:
        """Give the points of the grid.

        Returns
        -------
        array of shape (n_points, n_features)
            The first feature varies fastest.
        """
        grid = [values.ravel() for values in np.meshgrid(*self.axes)]
        points = np.tile(self.center, (len(grid[0]), 1))
        points[:, self.features] = np.stack(grid, axis=1)
        return points

    def answers(self, method: Any) -> NDArray[Any]:
        """Ask an estimator's method about every point.

        Parameters
        ----------
        method : callable
            ``estimator.predict`` or one like it.

        Returns
        -------
        array of shape (n_points, ...)
            The answers, point by point.
        """
        return answers_at(self.points(), method, self.template)


def slice_through(
    X: Any, features: int | str | Sequence[int | str] | None, grid_resolution: int, purpose: str
) -> InputSlice:
    """Lay a grid over one or two features of the examples.

    Parameters
    ----------
    X : array, sparse matrix or data frame of shape (n_samples, n_features)
        Examples.
    features : int, str, sequence of one or two of them, or None
        The features that vary, by position or by column name. None takes the first two, or the only one.
    grid_resolution : int
        Points along each of them.
    purpose : str
        What is drawn, for the message: "A response surface is drawn over one or two features".

    Returns
    -------
    InputSlice
        The grid.

    Raises
    ------
    InvalidInputError
        If X has no feature, no example, or values that are no finite numbers.
    InvalidParameterError
        If the features or the resolution do not fit.
    """
    table = table_of_numbers(X, purpose)
    columns = columns_of(X)
    positions = positions_of(features, columns, table.shape[1])
    check_grid(grid_resolution)
    names = columns or [f"feature {position}" for position in range(table.shape[1])]
    return InputSlice(
        axes=tuple(axis_over(table[:, position], grid_resolution) for position in positions),
        features=positions,
        names=tuple(names[position] for position in positions),
        examples=table[:, positions],
        center=table.mean(axis=0),
        template=X,
    )


def positions_of(
    features: int | str | Sequence[int | str] | None, columns: list[str] | None, n_features: int
) -> tuple[int, ...]:
    """Find the features that the user names.

    Parameters
    ----------
    features : int, str, sequence of one or two of them, or None
        The user's wish. None takes the first two, or the only one.
    columns : list of str or None
        The names there are.
    n_features : int
        How many columns.

    Returns
    -------
    tuple of int
        One or two different positions.

    Raises
    ------
    InvalidParameterError
        If there are none such, or more than two.
    """
    if features is None:
        return tuple(range(min(2, n_features)))
    is_one = isinstance(features, str) or not hasattr(features, "__len__")
    wished: list[Any] = [features] if is_one else list(features)  # type: ignore[arg-type]  # a sequence it is
    positions = tuple(position_of(feature, columns, n_features) for feature in wished)
    if len(positions) not in (1, 2) or len(set(positions)) < len(positions):
        raise InvalidParameterError(
            f"features must be one feature of X or two different ones, such as 0 or (0, 1). Got {features!r}."
        )
    return positions
