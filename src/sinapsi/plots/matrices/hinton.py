"""The Hinton diagram: a square at each weight, its area the size and its color the sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.palette import NEGATIVE, PANEL, POSITIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection

Values = NDArray[np.float64]

GAP = 0.5  # rows between weights and biases
LARGEST_SIDE = 0.94  # of a cell, so that neighbors do not touch
UNIT_CORNERS = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])


def draw_hinton(
    ax: Axes, weights: Values, biases: Values | None, scale: float
) -> tuple[PolyCollection, PolyCollection | None]:
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
        Size of a weight whose square fills its cell; larger ones fill it too.

    Returns
    -------
    squares : matplotlib PolyCollection
        Of the weights, row by row; a weight of 0 has none.
    bias_squares : matplotlib PolyCollection or None
        Of the biases.
    """
    n_inputs, n_units = weights.shape
    squares = _draw_squares(ax, weights, scale, 0.0)
    bias_squares = None if biases is None else _draw_squares(ax, biases[np.newaxis], scale, bias_row_of(n_inputs))
    end = (n_inputs - 1 if biases is None else bias_row_of(n_inputs)) + 0.5
    ax.set(xlim=(-0.5, n_units - 0.5), ylim=(end, -0.5), aspect="equal", anchor="W")
    _list_signs(ax)
    return squares, bias_squares


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
    return n_inputs + GAP


def _draw_squares(ax: Axes, values: Values, scale: float, first_row: float) -> PolyCollection:
    from matplotlib.collections import PolyCollection

    _draw_cells(ax, values.shape, first_row)
    rows, columns = np.nonzero(values)
    sizes = values[rows, columns]
    half = LARGEST_SIDE / 2 * np.sqrt(np.minimum(np.abs(sizes) / scale, 1.0))
    middles = np.column_stack([columns, rows + first_row])
    corners = middles[:, np.newaxis] + half[:, np.newaxis, np.newaxis] * UNIT_CORNERS  # (n_squares, 4, 2)
    colors = np.where(sizes > 0, POSITIVE, NEGATIVE).tolist()
    squares = PolyCollection(list(corners), facecolors=colors, edgecolors="none", zorder=2)
    ax.add_collection(squares)
    return squares


def _draw_cells(ax: Axes, shape: tuple[int, ...], first_row: float) -> None:
    from matplotlib.patches import Rectangle

    n_rows, n_columns = shape
    top, bottom, right = first_row - 0.5, first_row + n_rows - 0.5, n_columns - 0.5
    ax.add_patch(Rectangle((-0.5, top), n_columns, n_rows, facecolor=PANEL, edgecolor="none", zorder=0))
    ax.hlines(top + np.arange(1, n_rows), -0.5, right, color="white", linewidth=1)
    ax.vlines(np.arange(1, n_columns) - 0.5, top, bottom, color="white", linewidth=1)


def _list_signs(ax: Axes) -> None:
    from matplotlib.patches import Patch

    ax.legend(
        handles=[Patch(color=POSITIVE, label="positive"), Patch(color=NEGATIVE, label="negative")],
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        fontsize="small",
        frameon=False,
        handlelength=1.0,
    )
