"""Straight lines across a picture: the places w.x + b = 0, cut where the picture or a class ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

MARGIN = 0.15  # of each coordinate's range, left free around the points
PROPORTION = 4 / 3  # width to height of a picture that is true to scale
MOST_STRETCHED = 3.0  # times that a range may be extended for it


@dataclass(frozen=True, eq=False)
class Box:
    """The part of the plane that a picture shows.

    Parameters
    ----------
    low, high : array of shape (2,)
        Its corners.
    is_true_to_scale : bool
        Whether a unit of one coordinate may be as long on paper as one of the other, so that angles are angles.
    """

    low: Values
    high: Values
    is_true_to_scale: bool


def box_around(points: Values, *, to_scale: bool = True) -> Box:
    """Give the part of the plane around some points.

    Parameters
    ----------
    points : array of shape (n_points, 2)
        At least one.
    to_scale : bool, default=True
        Whether to extend one range so that the picture can be true to scale, unless it were mostly empty then.

    Returns
    -------
    Box
        With a margin around the points.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    middle, half = (low + high) / 2, np.where(high > low, (0.5 + MARGIN) * (high - low), 0.5)
    wanted = np.array([max(half[0], PROPORTION * half[1]), max(half[1], half[0] / PROPORTION)])
    is_true_to_scale = to_scale and bool((wanted <= MOST_STRETCHED * half).all())
    half = wanted if is_true_to_scale else half
    return Box(middle - half, middle + half, is_true_to_scale)


def line_in(box: Box, weights: Values, bias: float, sides: Iterable[tuple[Values, float]] = ()) -> Values | None:
    """Give the part of a line that lies in a picture.

    Parameters
    ----------
    box : Box
        The picture.
    weights : array of shape (2,)
        w.
    bias : float
        b.
    sides : iterable of (array of shape (2,), float)
        Half-planes v.x + c >= 0 that cut the line besides.

    Returns
    -------
    array of shape (2, 2) or None
        Both ends; None where the line misses the picture, or there is no line because w is 0.
    """
    w, b = _in_unit_square(box, weights, bias)
    length = float(np.hypot(*w))
    if not length > 0:
        return None
    middle = np.array([0.5, 0.5])
    distance = (w @ middle + b) / length
    if not abs(distance) <= 1.0:  # farther than any corner
        return None
    foot, direction = middle - distance * w / length, np.array([-w[1], w[0]]) / length
    first, last = -2.0, 2.0  # longer than any diagonal
    edges = [(np.array(v, dtype=float), c) for v, c in (((1, 0), 0.0), ((-1, 0), 1.0), ((0, 1), 0.0), ((0, -1), 1.0))]
    for v, c in [*edges, *(_in_unit_square(box, *side) for side in sides)]:
        first, last = _cut(first, last, float(v @ foot + c), float(v @ direction))
    if not first < last:
        return None
    ends = foot + np.array([[first], [last]]) * direction
    return np.asarray(box.low + ends * (box.high - box.low))


def _in_unit_square(box: Box, weights: Values, bias: float) -> tuple[Values, float]:
    """Coefficients of the same line where the box is the unit square, so that no unit of a feature is too small."""
    extent = box.high - box.low
    w, b = weights * extent, float(bias + weights @ box.low)
    largest = float(np.abs(w).max())
    return (w / largest, b / largest) if largest > 0 else (w, b)


def _cut(first: float, last: float, value: float, slope: float) -> tuple[float, float]:
    """Keep the part of first <= t <= last where value + slope t >= 0."""
    if slope == 0:
        return (first, last) if value >= 0 else (1.0, -1.0)
    return (max(first, -value / slope), last) if slope > 0 else (first, min(last, -value / slope))
