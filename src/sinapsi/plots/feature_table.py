"""The examples that a picture is drawn over: as a table of numbers, its columns by name, and points beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.whole_numbers import is_whole

MARGIN = 0.15  # of each feature's range, left free around the examples
SMALLEST_GRID = 2  # points along an axis; a line needs two
BLOCK = 16384  # points asked for at once, so that a wide hidden layer does not fill the memory


def table_of_numbers(X: Any, purpose: str, n_least: int = 1) -> NDArray[np.float64]:
    """Give the examples as a table of finite numbers.

    Parameters
    ----------
    X : array, sparse matrix or data frame of shape (n_samples, n_features)
        Examples.
    purpose : str
        What is drawn over how many features, for the message: "A boundary is drawn over two features".
    n_least : int, default=1
        How many columns there must be.

    Returns
    -------
    array of shape (n_samples, n_features)
        The same values.

    Raises
    ------
    InvalidInputError
        If X is no such table, or has fewer columns.
    """
    try:
        table = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"X must be a table of numbers; it could not be read as one: {error}.") from error
    if table.ndim != 2 or table.shape[0] == 0 or table.shape[1] < n_least:
        raise InvalidInputError(
            f"{purpose}, from at least one example. X has the shape {table.shape}. "
            "Pass the examples that the network learned from."
        )
    if not np.isfinite(table).all():
        raise InvalidInputError(
            f"X must hold finite numbers. It has {int((~np.isfinite(table)).sum())} NaN or infinite values. "
            "Remove or fill these before drawing."
        )
    return table


def columns_of(X: Any) -> list[str] | None:
    """Give the names of the columns of a data frame.

    Parameters
    ----------
    X : array, sparse matrix or data frame
        Examples.

    Returns
    -------
    list of str or None
        None for what has no names.
    """
    return [str(column) for column in X.columns] if hasattr(X, "columns") else None


def position_of(feature: Any, columns: list[str] | None, n_features: int) -> int:
    """Find a feature that the user names.

    Parameters
    ----------
    feature : int or str
        Position or name.
    columns : list of str or None
        The names there are.
    n_features : int
        How many columns.

    Returns
    -------
    int
        Its position.

    Raises
    ------
    InvalidParameterError
        If there is no such feature.
    """
    found = columns.index(feature) if columns and feature in columns else feature
    if not is_whole(found, 0, n_features - 1):
        raise InvalidParameterError(
            f"features must name columns of X by position, 0 to {n_features - 1}, or, for a data frame, by name. "
            f"Got {feature!r}."
        )
    return found


def check_grid(grid_resolution: int) -> None:
    """Refuse a number of points that makes no line.

    Parameters
    ----------
    grid_resolution : int
        Points along each axis.

    Raises
    ------
    InvalidParameterError
        If it is no integer of at least 2.
    """
    if not is_whole(grid_resolution, SMALLEST_GRID):
        raise InvalidParameterError(
            f"grid_resolution must be an integer of at least {SMALLEST_GRID}. Got {grid_resolution!r}."
        )


def axis_over(values: NDArray[np.float64], n_points: int) -> NDArray[np.float64]:
    """Give points along a feature, a little beyond the examples.

    Parameters
    ----------
    values : array of shape (n_samples,)
        The feature.
    n_points : int
        How many points.

    Returns
    -------
    array of shape (n_points,)
        Evenly spaced.
    """
    low, high = values.min(), values.max()
    margin = MARGIN * (high - low) if high > low else 0.5
    return np.linspace(low - margin, high + margin, n_points)


def answers_at(points: NDArray[np.float64], method: Any, template: Any) -> NDArray[Any]:
    """Ask an estimator's method about some points.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
        Where.
    method : callable
        ``estimator.predict`` or one like it.
    template : object
        The user's X: says which container the estimator wants.

    Returns
    -------
    array of shape (n_points, ...)
        The answers.
    """
    blocks = [method(points_like(template, points[start : start + BLOCK])) for start in range(0, len(points), BLOCK)]
    return np.concatenate(blocks)


def points_like(template: Any, points: NDArray[np.float64]) -> Any:
    """Put points into the container that the user gave, so that feature names agree with those of fit.

    Parameters
    ----------
    template : array, sparse matrix or data frame
        The user's X.
    points : array of shape (n_points, n_features)
        What is asked about.

    Returns
    -------
    array or data frame
        The same points.
    """
    columns = getattr(template, "columns", None)
    if columns is None:
        return points.astype(_floating_type(template), copy=False)
    table = type(template)
    return table(points, columns=columns) if hasattr(template, "iloc") else table(points, schema=list(columns))


def _floating_type(X: Any) -> np.dtype[Any]:
    """Type of the examples, so that a network fitted in float32 answers in float32; integers would round the grid."""
    dtype = getattr(X, "dtype", None)
    return dtype if isinstance(dtype, np.dtype) and dtype.kind == "f" else np.dtype(np.float64)
