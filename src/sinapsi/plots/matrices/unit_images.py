"""Each unit's incoming weights as an image, many of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.matrices.signed_image import show_signed
from sinapsi.plots.palette import CAPTION_INK, FRAME_INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

Values = NDArray[np.float64]

PROPORTION = 1.1  # width to height of the whole, more or less
GAP = 0.1  # of the longer side of an image, between images
ROOM_FOR_NAME = 3  # gaps, above an image
HEIGHT_OF_STRIP = 0.12  # of an image; the bias under it
MOST_NAMED = 100  # images; names of more would be too small
NAME_SIZE = 6.5  # points


@dataclass(frozen=True, eq=False)
class Mosaic:
    """The images of many units in one picture.

    Parameters
    ----------
    picture : array of shape (height, width)
        NaN between the images.
    corners : array of shape (n_units, 2)
        Row and column of the first pixel of each image.
    """

    picture: Values
    corners: NDArray[np.intp]


def mosaic_of(weights: Values, biases: Values | None, image_shape: tuple[int, int]) -> Mosaic:
    """Lay the images of units side by side, the bias of each as a strip under it.

    Parameters
    ----------
    weights : array of shape (n_inputs, n_units)
        Incoming weights; each column is an image, row by row.
    biases : array of shape (n_units,) or None
        Their biases.
    image_shape : tuple of int
        Height and width of an image in pixels.

    Returns
    -------
    Mosaic
        The picture.
    """
    height, width = image_shape
    n_units = weights.shape[1]
    gap = max(1, round(GAP * max(image_shape)))
    strip = 0 if biases is None else max(1, round(HEIGHT_OF_STRIP * height))
    top = ROOM_FOR_NAME * gap
    rise = top + height + (1 + strip if strip else 0)
    n_across = int(np.clip(np.ceil(np.sqrt(n_units * PROPORTION * rise / (width + gap))), 1, n_units))
    picture = np.full((-(-n_units // n_across) * rise, n_across * (width + gap) - gap), np.nan)
    places = np.arange(n_units)
    corners = np.column_stack([places // n_across * rise + top, places % n_across * (width + gap)])
    for unit, (row, column) in enumerate(corners):
        picture[row : row + height, column : column + width] = weights[:, unit].reshape(image_shape)
        if biases is not None:
            picture[row + height + 1 : row + height + 1 + strip, column : column + width] = biases[unit]
    return Mosaic(picture, corners)


def draw_unit_images(
    ax: Axes,
    weights: Values,
    biases: Values | None,
    scale: float,
    image_shape: tuple[int, int],
    names: Sequence[str],
) -> AxesImage:
    """Draw the images of units.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    weights : array of shape (n_inputs, n_units)
        Incoming weights.
    biases : array of shape (n_units,) or None
        Their biases.
    scale : float
        Size of a weight at the end of the scale.
    image_shape : tuple of int
        Height and width of an image in pixels.
    names : sequence of str
        One a unit.

    Returns
    -------
    matplotlib AxesImage
        All images in one.
    """
    from matplotlib.patches import Rectangle

    mosaic = mosaic_of(weights, biases, image_shape)
    n_rows, n_columns = mosaic.picture.shape
    image = show_signed(ax, mosaic.picture, scale, (-0.5, n_columns - 0.5, n_rows - 0.5, -0.5), "equal")
    height, width = image_shape
    for name, (row, column) in zip(names, mosaic.corners, strict=True):
        corner = (float(column) - 0.5, float(row) - 0.5)
        # Weights near 0 are as white as the paper.
        ax.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=FRAME_INK, linewidth=0.5))
        if len(names) <= MOST_NAMED:
            _write_name(ax, name, corner)
    ax.set_anchor("W")
    ax.set_axis_off()
    return image


def units_of_largest_norm(weights: Values, n_units: int) -> NDArray[np.intp]:
    """Choose the units whose incoming weights are largest.

    Parameters
    ----------
    weights : array of shape (n_inputs, n_all_units)
        Incoming weights.
    n_units : int
        How many to choose.

    Returns
    -------
    array of shape (n_units,)
        Their numbers in ascending order; of equal ones the first.
    """
    norms = np.linalg.norm(weights, axis=0)
    return np.sort(np.argsort(-norms, kind="stable")[:n_units])


def _write_name(ax: Axes, name: str, corner: tuple[float, float]) -> None:
    ax.annotate(name, corner, (0, 1), textcoords="offset points", va="bottom", fontsize=NAME_SIZE, color=CAPTION_INK)
