"""Some examples of a map as small images that do not cover each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.energy.example_images import ImageSize, Tones, ink_on_paper

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.offsetbox import AnnotationBbox

Values = NDArray[np.float64]

LONGER_SIDE = 17.0  # points on paper
ROOM = 4.0  # points between images, frames included


def examples_apart(ax: Axes, places: Values, size: ImageSize, most: int) -> NDArray[np.intp]:
    """Choose examples whose images do not cover each other, the most crowded places first.

    Parameters
    ----------
    ax : matplotlib Axes
        Where they are drawn, its ends set.
    places : array of shape (n_samples, 2)
        Where each example lies.
    size : ImageSize
        Of the images.
    most : int
        How many at most.

    Returns
    -------
    array of shape (n_chosen,)
        Their numbers, ascending.
    """
    steps = (np.array([size.width, size.height]) * LONGER_SIDE + ROOM) / _points_a_unit(ax)
    cells = np.floor((places - places.min(axis=0)) / steps)
    _, cell_of, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    away = np.abs((places - places.min(axis=0)) / steps - cells - 0.5).max(axis=1)
    chosen: list[int] = []
    for index in np.lexsort([away, -counts[cell_of.ravel()]]):
        gaps = np.abs(places[chosen] - places[index]) / steps
        if not (gaps < 1).all(axis=1).any():
            chosen.append(int(index))
        if len(chosen) == most:
            break
    return np.sort(np.array(chosen, dtype=np.intp))


def show_example(ax: Axes, place: Values, example: Values, size: ImageSize, tones: Tones, ink: str) -> AnnotationBbox:
    """Draw an example at its place.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    place : array of shape (2,)
        Of the middle.
    example : array of shape (n_features,)
        Its pixels.
    size : ImageSize
        Height and width.
    tones : Tones
        How dark.
    ink : str
        Color of the frame.

    Returns
    -------
    matplotlib AnnotationBbox
        The image in its frame.
    """
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage

    shades = tones.shades(example).reshape(size.shape)
    image = OffsetImage(
        shades, zoom=LONGER_SIDE / max(size.shape), cmap=ink_on_paper(), interpolation="nearest", dpi_cor=True
    )
    image.image.set_clim(0, 1)
    box = AnnotationBbox(
        image,
        (float(place[0]), float(place[1])),
        pad=0.05,
        frameon=True,
        bboxprops={"edgecolor": ink, "linewidth": 1.0},
    )
    box.set_zorder(4)
    ax.add_artist(box)
    return box


def _points_a_unit(ax: Axes) -> Values:
    """Points on paper that one unit of each axis takes, more or less, for the layout is still to be decided."""
    figure = ax.figure
    box = ax.get_position()
    whole = np.array([figure.bbox.width * box.width, figure.bbox.height * box.height]) * 72 / figure.dpi
    spans = np.array([np.ptp(ax.get_xlim()), np.ptp(ax.get_ylim())])
    scales = whole / spans
    return np.asarray(scales if ax.get_aspect() == "auto" else np.full(2, scales.min()))
