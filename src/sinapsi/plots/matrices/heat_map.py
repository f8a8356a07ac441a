"""The heat map of a large matrix of weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.matrices.signed_image import show_signed
from sinapsi.plots.palette import FRAME_INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

Values = NDArray[np.float64]

SMALLEST_BIAS_ROW = 0.045  # of the height, so that the biases of a tall matrix can be seen
GAP = 0.5  # of the height of the row of biases, above it


def draw_heat_map(ax: Axes, weights: Values, biases: Values | None, scale: float) -> tuple[AxesImage, AxesImage | None]:
    """Draw weights, and under them the biases in a row apart.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    weights : array of shape (n_inputs, n_units)
        One row an input.
    biases : array of shape (n_units,) or None
        None draws none.
    scale : float
        Size of a weight at the end of the scale.

    Returns
    -------
    image : matplotlib AxesImage
        The weights.
    bias_image : matplotlib AxesImage or None
        The biases.
    """
    n_inputs, n_units = weights.shape
    left, right, end = -0.5, n_units - 0.5, n_inputs - 0.5
    image = show_signed(ax, weights, scale, (left, right, end, -0.5), "auto")
    bias_image = None
    if biases is not None:
        height = _height_of_biases(n_inputs)
        end += (1 + GAP) * height
        bias_image = show_signed(ax, biases[np.newaxis], scale, (left, right, end, end - height), "auto")
    ax.set(xlim=(left, right), ylim=(end, -0.5))
    for each in filter(None, (image, bias_image)):
        _outline(ax, each)
    return image, bias_image


def bias_row_of(n_inputs: int) -> float:
    """Give the height of the row of biases.

    Parameters
    ----------
    n_inputs : int
        Rows above it.

    Returns
    -------
    float
        Of its middle.
    """
    return n_inputs - 0.5 + (GAP + 0.5) * _height_of_biases(n_inputs)


def _height_of_biases(n_inputs: int) -> float:
    return max(1.0, SMALLEST_BIAS_ROW * n_inputs)


def _outline(ax: Axes, image: AxesImage) -> None:
    """Draw the edge of a picture, where weights near 0 are as white as the paper."""
    left, right, bottom, top = image.get_extent()
    ax.plot([left, right, right, left, left], [bottom, bottom, top, top, bottom], color=FRAME_INK, clip_on=False)
