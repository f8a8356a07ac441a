"""A loss over two weights: its values on a grid around the paths that lead across it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.whole_numbers import is_whole

Values = NDArray[np.float64]

MARGIN = 0.12  # of each weight's range, left free around the paths


@dataclass(frozen=True, eq=False)
class Landscape:
    """The loss on a grid.

    Parameters
    ----------
    x0, x1 : array of shape (grid_resolution,)
        Values of the two weights.
    losses : array of shape (grid_resolution, grid_resolution)
        Rows follow ``x1``, columns ``x0``.
    """

    x0: Values
    x1: Values
    losses: Values


def landscape_around(
    loss_function: Callable[[Values], ArrayLike], paths: Sequence[Values], grid_resolution: int
) -> Landscape:
    """Compute the loss around some paths.

    Parameters
    ----------
    loss_function : callable
        From points of shape (n_points, 2) to losses of shape (n_points,).
    paths : sequence of array of shape (n_points, 2)
        What must be inside.
    grid_resolution : int
        Points along each axis, at least 2.

    Returns
    -------
    Landscape
        The grid.

    Raises
    ------
    InvalidParameterError
        If the resolution is out of its range.
    InvalidInputError
        If the loss function gives something else.
    """
    if not is_whole(grid_resolution, 2):
        raise InvalidParameterError(f"grid_resolution must be an integer of at least 2. Got {grid_resolution!r}.")
    points = np.concatenate(paths)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.where(high > low, MARGIN * (high - low), 0.5)
    x0, x1 = (np.linspace(*ends, grid_resolution) for ends in zip(low - margin, high + margin, strict=True))
    grid = np.stack(np.meshgrid(x0, x1), axis=-1)  # (grid_resolution, grid_resolution, 2)
    return Landscape(x0, x1, losses_at(loss_function, grid.reshape(-1, 2)).reshape(grid.shape[:2]))


def losses_at(loss_function: Callable[[Values], ArrayLike], points: Values) -> Values:
    """Ask for the loss at some points.

    Parameters
    ----------
    loss_function : callable
        From points of shape (n_points, 2) to losses of shape (n_points,).
    points : array of shape (n_points, 2)
        Where.

    Returns
    -------
    array of shape (n_points,)
        Finite losses.

    Raises
    ------
    InvalidInputError
        If the loss function gives something else.
    """
    losses = np.asarray(loss_function(points), dtype=np.float64)
    if losses.shape != (len(points),) or not np.isfinite(losses).all():
        raise InvalidInputError(
            f"loss_function must give one finite number for each row of an array of shape {points.shape}. "
            f"It gave the shape {losses.shape} with {int((~np.isfinite(losses)).sum())} NaN or infinite values. "
            "For a function of one point, pass lambda points: [loss(point) for point in points]."
        )
    return losses


def finite_part_of(path: ArrayLike, name: str) -> Values:
    """Give a path up to where it diverged.

    Parameters
    ----------
    path : array of shape (n_steps + 1, 2)
        The two weights before and after each step.
    name : str
        Of the training, for the message.

    Returns
    -------
    array of shape (n_finite, 2)
        At least the start.

    Raises
    ------
    InvalidInputError
        If it is no series of pairs, or begins with NaN.
    """
    steps = np.asarray(path, dtype=np.float64)
    if steps.ndim != 2 or steps.shape[1] != 2 or len(steps) == 0 or not np.isfinite(steps[0]).all():
        raise InvalidInputError(
            f"The path {name!r} must have the shape (n_steps + 1, 2) and a finite start. Got the shape {steps.shape}. "
            "Collect the two weights before and after each step."
        )
    is_bad = ~np.isfinite(steps).all(axis=1)
    return steps[: int(is_bad.argmax())] if is_bad.any() else steps
