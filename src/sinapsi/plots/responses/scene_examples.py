"""The examples behind the units of a network: classes by color and marker, targets by color alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.boundaries.class_points import area_of_a_point, draw_classes
from sinapsi.plots.matrices.signed_image import signed_colors
from sinapsi.plots.palette import CONTOUR_INK, FRAME_INK, class_colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection

Values = NDArray[np.float64]

SHARE_OF_AREA = 0.8  # of an ordinary point: here the examples are the background
TARGETS, EXAMPLES = "example: blue above the mean", "example"


def draw_examples(
    ax: Axes, places: Values, y: NDArray[Any] | None, classes: NDArray[Any] | None
) -> dict[Any, PathCollection]:
    """Draw the examples.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    places : array of shape (n_samples, 2)
        Where each is drawn.
    y : array of shape (n_samples,) or None
        Classes or targets.
    classes : array of shape (n_classes,) or None
        All classes; None for targets.

    Returns
    -------
    dict of label to matplotlib PathCollection
        The points, by class, or all as one.
    """
    area = SHARE_OF_AREA * area_of_a_point(len(places))
    if y is None:
        points = ax.scatter(
            places[:, 0], places[:, 1], s=area, color=CONTOUR_INK, linewidths=0, label=EXAMPLES, zorder=2
        )
        return {EXAMPLES: points}
    if classes is not None:
        drawn = draw_classes(ax, places, y, classes, class_colors(len(classes)))
        for each in drawn.values():
            each.set(sizes=[area], alpha=0.7)
        return drawn
    middle = float(np.nanmean(y))
    largest = float(np.nanmax(np.abs(y - middle))) or 1.0
    points = ax.scatter(
        places[:, 0],
        places[:, 1],
        c=np.where(np.isnan(y), 0.0, y - middle),
        cmap=signed_colors(),
        vmin=-1.6 * largest,  # not up to the darkest ends, which belong to the units
        vmax=1.6 * largest,
        s=area,
        edgecolors=FRAME_INK,
        linewidths=0.6,
        label=TARGETS,
        zorder=2,
    )
    return {TARGETS: points}
