"""Examples as points in a plane, each class with a color and a marker of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.palette import class_marker

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection

LARGEST_POINT, SMALLEST_POINT = 80.0, 8.0  # square points on paper, of an example among few and among many
FEW_POINTS, MANY_POINTS = 10, 2000


def draw_classes(
    ax: Axes, X: NDArray[np.float64], y: NDArray[Any], classes: NDArray[Any], colors: Sequence[str]
) -> dict[Any, PathCollection]:
    """Draw the examples.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    X : array of shape (n_samples, 2)
        Examples.
    y : array of shape (n_samples,)
        Their classes.
    classes : array of shape (n_classes,)
        All classes; those without an example are left out.
    colors : sequence of str
        One a class.

    Returns
    -------
    dict of label to matplotlib PathCollection
        The points of each class.
    """
    area = area_of_a_point(len(y))
    points = {}
    for index, label in enumerate(classes.tolist()):
        chosen = X[y == label]
        if len(chosen):
            points[label] = ax.scatter(
                chosen[:, 0],
                chosen[:, 1],
                s=area,
                color=colors[index],
                marker=class_marker(index),
                edgecolors="white",
                linewidths=0.6,
                label=str(label),
                zorder=2,
            )
    return points


def area_of_a_point(n_points: int) -> float:
    """Give the size of a point among others.

    Parameters
    ----------
    n_points : int
        How many there are.

    Returns
    -------
    float
        Square points on paper.
    """
    crowding = np.log(max(n_points, FEW_POINTS) / FEW_POINTS) / np.log(MANY_POINTS / FEW_POINTS)
    return float(LARGEST_POINT * (SMALLEST_POINT / LARGEST_POINT) ** min(crowding, 1.0))
