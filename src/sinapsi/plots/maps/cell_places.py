"""Where the cells of a map lie on paper: hexagons or squares that touch, row 0 at the bottom.

A cell as wide as the distance of two neighbors tiles the plane around the units. Half as wide, cells around the units
and around the middle of every two neighbors tile it too: that is the picture of the U-matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sinapsi.maps.grid import Grid

Values = NDArray[np.float64]

HEXAGON_ANGLES = np.deg2rad([30, 90, 150, 210, 270, 330])  # of the corners; the first points up and right
SQUARE_ANGLES = np.deg2rad([45, 135, 225, 315])
LONGEST_SIDE, LARGEST_CELL = 5.2, 0.62  # inches on paper, of a map and of a cell
LONGEST_ROW = 11.0  # inches, of a line of units
ROOM_BESIDE, ROOM_ABOVE = 1.1, 1.0  # inches, for the scale and for title and caption
FLATTEST = 3.0  # width to height of a map; the scale of a flatter one lies below it
ROUNDING = 1e-6  # grid units


def corners_of_cells(topology: str, places: Values, widths: Any = 1.0) -> Values:
    """Give the corners of cells.

    Parameters
    ----------
    topology : {"hexagonal", "rectangular", "linear"}
        Of the grid. Hexagons stand on a corner, because their rows lie flat.
    places : array of shape (n_cells, 2)
        Middles of the cells.
    widths : float or array of shape (n_cells,), default=1.0
        From side to opposite side.

    Returns
    -------
    array of shape (n_cells, 6, 2) or (n_cells, 4, 2)
        Counterclockwise.
    """
    is_hexagonal = topology == "hexagonal"
    angles = HEXAGON_ANGLES if is_hexagonal else SQUARE_ANGLES
    to_corner = 1 / np.sqrt(3) if is_hexagonal else 1 / np.sqrt(2)
    round_the_middle = to_corner * np.column_stack([np.cos(angles), np.sin(angles)])
    reach = np.broadcast_to(np.asarray(widths, dtype=np.float64), len(places))
    return np.asarray(places[:, np.newaxis] + reach[:, np.newaxis, np.newaxis] * round_the_middle)


def middles_of_pairs(grid: Grid, pairs: NDArray[np.intp]) -> Values:
    """Give the places halfway between neighbors.

    Parameters
    ----------
    grid : Grid
        Where the units lie.
    pairs : array of shape (n_pairs, 2)
        Neighbors, as ``grid.neighbor_pairs()`` gives them.

    Returns
    -------
    array of shape (n_pairs, 2)
        On a torus the middle of neighbors across a border lies beyond the right or the upper border, so that
        copies of the picture fit together.
    """
    places = grid.positions
    steps = places[pairs[:, 1]] - places[pairs[:, 0]]
    if not grid.toroidal:
        return np.asarray(places[pairs[:, 0]] + steps / 2)
    size = _size_of_torus(grid)
    # Where both ways are equally short the pair is drawn inside.
    around = np.sign(steps) * np.ceil(np.abs(steps) / size - 0.5 - ROUNDING)
    middles = places[pairs[:, 0]] + (steps - around * size) / 2
    row_height = size[1] / grid.n_rows
    y = _wrapped(middles[:, 1], 0.0, size[1])
    # Every other row of hexagons starts half a unit to the right, and the middles between rows a quarter.
    left = 0.5 - 0.5 * np.abs(1 - y / row_height % 2) if grid.topology == "hexagonal" else 0.0
    return np.column_stack([_wrapped(middles[:, 0], left, size[0]), y])


def steps_of_pairs(grid: Grid, pairs: NDArray[np.intp]) -> Values:
    """Give how far neighbors are apart on the grid.

    Parameters
    ----------
    grid : Grid
        Where the units lie.
    pairs : array of shape (n_pairs, 2)
        Neighbors.

    Returns
    -------
    array of shape (n_pairs,)
        1, or the root of 2 for diagonal neighbors.
    """
    return np.asarray(np.sqrt(grid.pair_squares(pairs[:, 0], pairs[:, 1])))


def size_of_picture(grid: Grid) -> tuple[float, float]:
    """Give the size of a figure that suits a map.

    Parameters
    ----------
    grid : Grid
        Of the map.

    Returns
    -------
    tuple of float
        Width and height in inches, with room for a title and a scale.
    """
    width, height = _extent(grid)
    longest = LONGEST_ROW if grid.n_rows == 1 else LONGEST_SIDE
    inch = min(LARGEST_CELL, longest / max(width, height))
    return max(inch * width, 2.6) + ROOM_BESIDE, max(inch * height, 0.3) + ROOM_ABOVE + 0.5 * is_flat(grid)


def is_flat(grid: Grid) -> bool:
    """Say whether a map is so flat that its scale lies below it.

    Parameters
    ----------
    grid : Grid
        Of the map.

    Returns
    -------
    bool
        True for a line of units.
    """
    width, height = _extent(grid)
    return width > FLATTEST * height


def _extent(grid: Grid) -> tuple[float, float]:
    width, height = np.ptp(grid.positions, axis=0)
    return float(width) + 1.0, float(height) + (2 / np.sqrt(3) if grid.topology == "hexagonal" else 1.0)


def _size_of_torus(grid: Grid) -> Values:
    row_height = np.sqrt(3) / 2 if grid.topology == "hexagonal" else 1.0
    return np.array([grid.n_columns, row_height * grid.n_rows])


def _wrapped(places: Values, low: Any, size: float) -> Values:
    return np.asarray(low + (places - low + ROUNDING) % size - ROUNDING)
