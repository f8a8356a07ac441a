"""The labels around a matrix of weights: inputs are rows, units are columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NAMES = 40  # along an axis; more would run into each other
MOST_NUMBERS = 12  # where there are too many rows or columns for names
FLAT_NAME = 3  # characters; longer names under the axes stand upright
STEPS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)


def label_matrix(
    ax: Axes,
    shape: tuple[int, ...],
    input_names: Sequence[str] | None,
    unit_names: Sequence[str] | None,
    bias_row: float | None,
) -> None:
    """Label rows and columns.

    Parameters
    ----------
    ax : matplotlib Axes
        Where the matrix is, row 0 at height 0.
    shape : tuple of int
        Inputs and units.
    input_names, unit_names : sequence of str or None
        None numbers them.
    bias_row : float or None
        Height of the row of biases; None where there is none.
    """
    rows, row_labels = _ticks(shape[0], input_names)
    if bias_row is not None:
        rows, row_labels = [*rows, bias_row], [*row_labels, "bias"]
    columns, column_labels = _ticks(shape[1], unit_names)
    upright = any(len(label) > FLAT_NAME for label in column_labels)
    ax.set_yticks(rows, row_labels)
    ax.set_xticks(columns, column_labels, rotation=90 if upright else 0)
    ax.tick_params(length=0, labelsize="small")
    ax.spines[:].set_visible(False)
    ax.set_xlabel("unit" if unit_names is None else "")
    ax.set_ylabel("input" if input_names is None else "")


def _ticks(n_cells: int, names: Sequence[str] | None) -> tuple[list[float], list[str]]:
    """Places and labels along an axis; of many cells only some are labeled, by number."""
    if n_cells <= MOST_NAMES:
        return [float(place) for place in range(n_cells)], list(names or map(str, range(n_cells)))
    step = next((step for step in STEPS if n_cells <= MOST_NUMBERS * step), n_cells)
    places = range(0, n_cells, step)
    return [float(place) for place in places], [str(place) for place in places]
