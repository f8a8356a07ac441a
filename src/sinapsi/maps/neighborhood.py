"""The neighborhood h(d): how much a unit learns from an example won by a unit at the grid distance d.

In batch learning the sums of all units are spread by the matrix of these values. A Gaussian of a squared distance that
is a row part plus a column part is a product, so spreading is one small product along the rows and one along the
columns, on every grid: on hexagons the column part depends on whether the two rows are moved alike or not, which makes
it two matrices; on tori the tables of the grid already go the shortest way around. Discs do not factor; they are spread
by a sparse or dense matrix, whichever is smaller.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sinapsi.activations import Floats
from sinapsi.maps.grid import ROUNDING, Grid

SMALLEST_RADIUS = 1e-3  # grid units; below it a unit is its own neighbor only, and squares of the radius stay normal
SPARSE_SHARE = 0.2  # of units in the disc, up to which a sparse product is the faster one


class Neighborhood(IntEnum):
    """Shapes of h(d) for a radius sigma."""

    GAUSSIAN = 0  # exp(-d^2 / (2 sigma^2))
    BUBBLE = 1  # 1 within the disc d <= sigma, else 0
    CUT_GAUSSIAN = 2  # the Gaussian within the disc, else 0
    MEXICAN_HAT = 3  # (1 - d^2 / sigma^2) exp(-d^2 / (2 sigma^2)): pushes away what lies beyond sigma


NEIGHBORHOODS = {kind.name.lower(): kind for kind in Neighborhood}


def neighborhood_values(kind: Neighborhood, squares: Floats, radius: float) -> Floats:
    """Give h(d) from squared grid distances.

    Parameters
    ----------
    kind : Neighborhood
        Its shape.
    squares : array
        d^2 >= 0, in squared grid units.
    radius : float
        sigma >= 0 in grid units; at 0 a unit is its own neighbor only.

    Returns
    -------
    array
        Of the shape of ``squares``; 1 at distance 0.
    """
    precision = 1 / (2 * max(radius, SMALLEST_RADIUS) ** 2)
    if kind is Neighborhood.GAUSSIAN:
        return np.asarray(np.exp(-precision * squares))
    if kind is Neighborhood.MEXICAN_HAT:
        return np.asarray((1 - 2 * precision * squares) * np.exp(-precision * squares))
    in_disc = squares <= (radius + ROUNDING) ** 2
    if kind is Neighborhood.BUBBLE:
        return in_disc.astype(np.float64)
    return np.where(in_disc, np.exp(-precision * squares), 0.0)


def neighborhood_matrix(kind: Neighborhood, grid: Grid, radius: float) -> Floats:
    """Give h between all pairs of units.

    Parameters
    ----------
    kind : Neighborhood
        Its shape.
    grid : Grid
        Where the units lie.
    radius : float
        sigma, in grid units.

    Returns
    -------
    array of shape (n_units, n_units)
        Symmetric.
    """
    units = np.arange(grid.n_units)
    return neighborhood_values(kind, grid.pair_squares(units[:, np.newaxis], units), radius)


def spread(kind: Neighborhood, grid: Grid, radius: float, table: Floats) -> Floats:
    """Give the sum over all units of h times what each holds: the product of the neighborhood matrix and a table.

    Parameters
    ----------
    kind : Neighborhood
        Its shape.
    grid : Grid
        Where the units lie.
    radius : float
        sigma, in grid units.
    table : array of shape (n_units, n_columns)
        What the units hold.

    Returns
    -------
    array of shape (n_units, n_columns)
        What each unit gets.
    """
    if kind is Neighborhood.GAUSSIAN:
        return _spread_gaussian(grid, radius, table)
    matrix = neighborhood_values(kind, _squares_of_all(grid), radius)
    if np.count_nonzero(matrix) <= SPARSE_SHARE * matrix.size:
        return np.asarray(sparse.csr_array(matrix) @ table)
    return matrix @ table


def _squares_of_all(grid: Grid) -> NDArray[np.float64]:
    units = np.arange(grid.n_units)
    return grid.pair_squares(units[:, np.newaxis], units)


def _spread_gaussian(grid: Grid, radius: float, table: Floats) -> Floats:
    precision = 1 / (2 * max(radius, SMALLEST_RADIUS) ** 2)
    by_row = np.exp(-precision * grid.row_squares)
    by_half_step = np.exp(-precision * grid.column_squares)
    rows, columns = np.arange(grid.n_rows), np.arange(grid.n_columns)
    along_rows = by_row[np.abs(rows[:, np.newaxis] - rows)]
    steps = 2 * (columns[:, np.newaxis] - columns)
    alike = by_half_step[np.abs(steps)]
    held = table.reshape(grid.n_rows, grid.n_columns, -1)
    shifts = grid.row_shifts
    if not shifts.any():
        return _product(along_rows, np.matmul(alike, held)).reshape(table.shape)
    given = np.empty_like(held)
    for shift in (0, 1):
        # What the rows of one kind get: a row of the other kind lies half a step to the right (or left) of it.
        moved = by_half_step[np.abs(steps + (2 * shift - 1))]
        along_columns = np.empty_like(held)
        along_columns[shift::2] = np.matmul(alike, held[shift::2])
        along_columns[1 - shift :: 2] = np.matmul(moved, held[1 - shift :: 2])
        given[shift::2] = _product(along_rows[shift::2], along_columns)
    return given.reshape(table.shape)


def _product(matrix: Floats, tables: Floats) -> Floats:
    """The matrix times each column of (n_rows, n_columns, n_features)."""
    return (matrix @ tables.reshape(len(tables), -1)).reshape(len(matrix), *tables.shape[1:])
