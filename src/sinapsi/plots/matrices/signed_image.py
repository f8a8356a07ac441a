"""Signed values as colors: white at zero, and the scale beside the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.palette import FRAME_INK, NEGATIVE, POSITIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.image import AxesImage

Extent = tuple[float, float, float, float]  # left, right, bottom, top

DARKEST_NEGATIVE, DARKEST_POSITIVE = (
    "#7a3400",
    "#123f70",
)  # ends beyond the palette: large values differ in lightness too
PLACE_OF_SCALE = (1.02, 0.0, 0.025, 1.0)  # left, bottom, width and height, of the axes


def signed_colors() -> LinearSegmentedColormap:
    """Give the colors of signed values.

    Returns
    -------
    matplotlib Colormap
        From the color of negative values over white to that of positive ones; NaN is transparent.
    """
    from matplotlib.colors import LinearSegmentedColormap

    colors = [DARKEST_NEGATIVE, NEGATIVE, "#ffffff", POSITIVE, DARKEST_POSITIVE]
    return LinearSegmentedColormap.from_list("sinapsi_signed", colors)


def show_signed(
    ax: Axes, values: NDArray[np.float64], scale: float, extent: Extent, aspect: Literal["auto", "equal"]
) -> AxesImage:
    """Draw a matrix as colors.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    values : array of shape (n_rows, n_columns)
        The first row stands on top.
    scale : float
        Size of a value at the end of the scale.
    extent : tuple of float
        Left, right, bottom and top edge.
    aspect : {"auto", "equal"}
        Whether pixels are squares.

    Returns
    -------
    matplotlib AxesImage
        The picture.
    """
    return ax.imshow(
        values,
        cmap=signed_colors(),
        vmin=-scale,
        vmax=scale,
        extent=extent,
        aspect=aspect,
        interpolation="nearest",
    )


def add_color_scale(ax: Axes, image: AxesImage, label: str) -> Colorbar:
    """Stand the scale beside the picture itself, which may be narrower than the place for it.

    Parameters
    ----------
    ax : matplotlib Axes
        Where the picture is.
    image : matplotlib AxesImage
        The picture.
    label : str
        What the colors mean.

    Returns
    -------
    matplotlib Colorbar
        The scale.
    """
    scale = ax.figure.colorbar(image, cax=ax.inset_axes(PLACE_OF_SCALE), label=label)
    scale.outline.set(edgecolor=FRAME_INK, linewidth=0.5)
    return scale
