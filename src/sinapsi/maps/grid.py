"""The grid on which the units of a map lie: rectangular, hexagonal or a line, planar or closed to a torus.

Units are numbered row by row. The column of a unit is counted in half steps, because every other row of a hexagonal
grid is moved by half a unit; then any distance on any grid is the root of a number that depends on the difference of
rows plus one that depends on the difference of half steps. All engines build on these two small tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidParameterError
from sinapsi.short_forms import ShortForm, parse_short_form

TOPOLOGIES = ("hexagonal", "rectangular", "linear")
ROW_HEIGHT = 0.5 * np.sqrt(3.0)  # of a hexagonal grid, so that all six neighbors are at distance 1
ROUNDING = 1e-9  # grid distances are a few numbers far apart; this much is rounding


@dataclass(frozen=True)
class Grid(ShortForm):
    """Where the units of a map lie.

    Parameters
    ----------
    topology : {"hexagonal", "rectangular", "linear"}
        Six, four (or eight, with the diagonals) or two neighbors a unit.
    n_rows, n_columns : int
        At least 1; a line has one row.
    toroidal : bool, default=False
        Whether the last row and column are neighbors of the first: no unit lies at a border then.

    Raises
    ------
    InvalidParameterError
        If a side is below 1, a line has several rows, or a hexagonal torus has an odd number of rows: its first and
        last row would both be moved to the same side, so that they do not fit together.

    Examples
    --------
    >>> grid = Grid("hexagonal", n_rows=2, n_columns=3)
    >>> grid.positions.round(2).tolist()
    [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.5, 0.87], [1.5, 0.87], [2.5, 0.87]]
    >>> grid.distances([0], [1, 2, 3]).round(2).tolist()
    [[1.0, 2.0, 1.0]]
    """

    short_name: ClassVar[str] = "grid"
    topology: str
    n_rows: int
    n_columns: int
    toroidal: bool = False

    def __post_init__(self) -> None:
        if self.topology not in TOPOLOGIES:
            raise InvalidParameterError(
                f"The topology of a grid must be one of {', '.join(map(repr, TOPOLOGIES))}. Got {self.topology!r}."
            )
        for side in (self.n_rows, self.n_columns):
            if not isinstance(side, Integral) or isinstance(side, bool) or side < 1:
                raise InvalidParameterError(
                    f"A grid must have whole numbers of rows and columns, each at least 1. Got {self.n_rows!r} rows "
                    f"and {self.n_columns!r} columns."
                )
        if not isinstance(self.toroidal, bool | np.bool_):
            raise InvalidParameterError(f"A grid is toroidal or not: True or False. Got {self.toroidal!r} instead.")
        if self.topology == "linear" and self.n_rows != 1:
            raise InvalidParameterError(
                f"A linear grid must be one row of units. Got {self.n_rows} rows; pass size=n_units, or another "
                "topology."
            )
        if self.topology == "hexagonal" and self.toroidal and self.n_rows % 2:
            raise InvalidParameterError(
                "A hexagonal torus must have an even number of rows, so that its last row fits to its first. Got "
                f"{self.n_rows} rows; take {self.n_rows + 1}, or toroidal=False."
            )

    @property
    def n_units(self) -> int:
        """Units in all."""
        return self.n_rows * self.n_columns

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.n_rows, self.n_columns

    @property
    def row_shifts(self) -> NDArray[np.int64]:
        """By how many half steps each row is moved to the right: 0, or 1 in every other row of hexagons."""
        is_moved = self.topology == "hexagonal"
        return np.arange(self.n_rows) % 2 * int(is_moved)

    @cached_property
    def row_squares(self) -> NDArray[np.float64]:
        """Squared vertical distance of rows that are 0, 1, ... n_rows - 1 apart."""
        apart = np.arange(self.n_rows)
        if self.toroidal:
            apart = np.minimum(apart, self.n_rows - apart)
        height = ROW_HEIGHT if self.topology == "hexagonal" else 1.0
        return np.asarray((height * apart) ** 2)

    @cached_property
    def column_squares(self) -> NDArray[np.float64]:
        """Squared horizontal distance of units that are 0, 1, ... 2 n_columns half steps apart."""
        apart = np.arange(2 * self.n_columns + 1)
        if self.toroidal:
            apart = np.minimum(apart, 2 * self.n_columns - apart)
        return np.asarray((0.5 * apart) ** 2)

    @property
    def positions(self) -> NDArray[np.float64]:
        """Place of every unit, x to the right and y by rows: (n_units, 2)."""
        rows, half_steps = self._rows_and_half_steps(np.arange(self.n_units))
        height = ROW_HEIGHT if self.topology == "hexagonal" else 1.0
        return np.column_stack([0.5 * half_steps, height * rows])

    def rows_and_columns(self, units: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Give the row and the column of units.

        Parameters
        ----------
        units : array of int
            Unit numbers, as ``predict`` gives them.

        Returns
        -------
        rows, columns : array of int
            Counted from 0.
        """
        rows, columns = np.divmod(np.asarray(units, dtype=np.intp), self.n_columns)
        return rows, columns

    def distances(self, units: ArrayLike | None = None, others: ArrayLike | None = None) -> NDArray[np.float64]:
        """Give the distance between units on the grid; on a torus the shortest way around.

        Parameters
        ----------
        units, others : array of int, optional
            Unit numbers; all by default.

        Returns
        -------
        array of shape (n_units, n_others)
            Euclidean distances of the positions; neighbors of a hexagonal grid, and of a row, are 1 apart.
        """
        everyone = np.arange(self.n_units)
        own = everyone if units is None else np.asarray(units, dtype=np.intp)
        far = everyone if others is None else np.asarray(others, dtype=np.intp)
        return np.sqrt(self.pair_squares(own[:, np.newaxis], far[np.newaxis, :]))

    def pair_squares(self, units: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.float64]:
        """Give the squared grid distance of pairs of units.

        Parameters
        ----------
        units, others : array of int
            Unit numbers, of shapes that fit together.

        Returns
        -------
        array of float
            In the joint shape.
        """
        rows, half_steps = self._rows_and_half_steps(units)
        other_rows, other_half_steps = self._rows_and_half_steps(others)
        return np.asarray(
            self.row_squares[np.abs(rows - other_rows)] + self.column_squares[np.abs(half_steps - other_half_steps)]
        )

    def reach(self, n_neighbors: int | None = None) -> float:
        """Give the distance up to which two units are neighbors.

        Parameters
        ----------
        n_neighbors : int, optional
            Neighbors of a unit away from borders: 6 on a hexagonal grid, 2 on a line, 4 or 8 on a rectangular one
            (default 8: diagonal neighbors count).

        Returns
        -------
        float
            In grid units, a little above the distance itself so that rounding does not matter.

        Raises
        ------
        InvalidParameterError
            If this grid has no such neighborhood.
        """
        reaches = {"hexagonal": {6: 1.0}, "linear": {2: 1.0}, "rectangular": {8: np.sqrt(2.0), 4: 1.0}}[self.topology]
        chosen = next(iter(reaches)) if n_neighbors is None else n_neighbors
        if not isinstance(chosen, int | np.integer) or int(chosen) not in reaches:
            raise InvalidParameterError(
                f"Units of a {self.topology} grid have {' or '.join(map(str, reaches))} neighbors. Got "
                f"n_neighbors={n_neighbors!r}."
            )
        return float(reaches[int(chosen)]) + ROUNDING

    def neighbor_pairs(self, n_neighbors: int | None = None) -> NDArray[np.intp]:
        """Give all pairs of neighboring units.

        Parameters
        ----------
        n_neighbors : int, optional
            As in :meth:`reach`.

        Returns
        -------
        array of shape (n_pairs, 2)
            Unit numbers, the lower one first; each pair once.
        """
        rows, columns = np.divmod(np.arange(self.n_units), self.n_columns)
        found = []
        for row_step in (-1, 0, 1):
            for column_step in (-1, 0, 1):
                near_rows, near_columns = rows + row_step, columns + column_step
                if self.toroidal:
                    near_rows, near_columns = near_rows % self.n_rows, near_columns % self.n_columns
                is_there = (near_rows >= 0) & (near_rows < self.n_rows)
                is_there &= (near_columns >= 0) & (near_columns < self.n_columns)
                units = np.flatnonzero(is_there)
                found.append(np.column_stack([units, (near_rows * self.n_columns + near_columns)[units]]))
        pairs = np.concatenate(found)
        pairs = pairs[pairs[:, 0] < pairs[:, 1]]
        near = self.pair_squares(pairs[:, 0], pairs[:, 1]) <= self.reach(n_neighbors) ** 2
        return np.unique(pairs[near], axis=0)

    def _rows_and_half_steps(self, units: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        rows, columns = np.divmod(units, self.n_columns)
        return rows, 2 * columns + self.row_shifts[rows]


def grid_named(form: str) -> Grid:
    """Give the grid that a short form stands for.

    Parameters
    ----------
    form : str
        As ``str(grid)`` writes it.

    Returns
    -------
    Grid
        The grid.

    Examples
    --------
    >>> grid_named("grid('linear', 1, 5, toroidal=True)").n_units
    5
    """
    return parse_short_form(form, {Grid.short_name: Grid}, "grid")
