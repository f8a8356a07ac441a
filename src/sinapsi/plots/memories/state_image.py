"""A state of two-valued units as an image, black on white."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidParameterError
from sinapsi.plots.palette import FRAME_INK, INK, NEGATIVE
from sinapsi.plots.whole_numbers import is_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.image import AxesImage

SIDE_OF_MARK = 0.42  # of a unit's square
CORNERS = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])


def shape_of_image(image_shape: Any, n_units: int) -> tuple[int, int]:
    """Give height and width of the image of a state.

    Parameters
    ----------
    image_shape : tuple of int or None
        What the user passed; None makes a square.
    n_units : int
        Units of the state.

    Returns
    -------
    tuple of int
        Height and width.

    Raises
    ------
    InvalidParameterError
        If their product is not the number of units, or None was passed and no square has it.
    """
    side = round(n_units**0.5)
    if image_shape is None and side * side == n_units:
        return side, side
    is_pair = isinstance(image_shape, tuple | list) and len(image_shape) == 2
    if is_pair and all(is_whole(side, 1) for side in image_shape) and image_shape[0] * image_shape[1] == n_units:
        return int(image_shape[0]), int(image_shape[1])
    height = max(divisor for divisor in range(1, side + 1) if n_units % divisor == 0)
    without = "; None will do for square numbers only" if image_shape is None else ""
    raise InvalidParameterError(
        f"image_shape must be a height and a width whose product is the number of units, {n_units}{without}. Got "
        f"{image_shape!r}. Pass them as a pair, such as image_shape=({height}, {n_units // height})."
    )


def draw_state(ax: Axes, state: NDArray[np.int8], image_shape: tuple[int, int]) -> AxesImage:
    """Draw a state.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    state : array of shape (n_units,)
        -1 is white, +1 black; row by row.
    image_shape : tuple of int
        Height and width.

    Returns
    -------
    matplotlib AxesImage
        The image.
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Rectangle

    height, width = image_shape
    image = ax.imshow(
        state.reshape(image_shape), cmap=ListedColormap(["white", INK]), vmin=-1, vmax=1, interpolation="nearest"
    )
    frame = Rectangle((-0.5, -0.5), width, height, fill=False, edgecolor=FRAME_INK, linewidth=0.8, clip_on=False)
    ax.add_patch(frame)  # white units are as white as the paper
    ax.set_anchor("SW")
    ax.set_axis_off()
    return image


def mark_units(ax: Axes, is_marked: NDArray[np.bool_], image_shape: tuple[int, int]) -> PolyCollection:
    """Draw a small square on units of an image.

    Parameters
    ----------
    ax : matplotlib Axes
        Where the image is.
    is_marked : array of bool of shape (n_units,)
        On which.
    image_shape : tuple of int
        Height and width.

    Returns
    -------
    matplotlib PolyCollection
        The squares.
    """
    from matplotlib.collections import PolyCollection

    marks = PolyCollection(list(squares_on(is_marked, image_shape)), facecolors=NEGATIVE, edgecolors="none")
    ax.add_collection(marks, autolim=False)
    return marks


def squares_on(is_marked: NDArray[np.bool_], image_shape: tuple[int, int]) -> NDArray[np.float64]:
    """Give the corners of the squares on marked units.

    Parameters
    ----------
    is_marked : array of bool of shape (n_units,)
        On which there is one.
    image_shape : tuple of int
        Height and width of the image.

    Returns
    -------
    array of shape (n_marked, 4, 2)
        Across and down.
    """
    rows_and_columns = np.argwhere(is_marked.reshape(image_shape))
    return rows_and_columns[:, np.newaxis, ::-1] + SIDE_OF_MARK * CORNERS
