"""Distances and neighbors on all grids, planar and toroidal."""

import itertools

import numpy as np
import pytest

from sinapsi.exceptions import InvalidParameterError
from sinapsi.maps.grid import Grid, grid_named

HEIGHT = np.sqrt(3) / 2
GRIDS = [
    Grid(topology, n_rows, n_columns, toroidal)
    for topology, (n_rows, n_columns), toroidal in itertools.product(
        ("hexagonal", "rectangular"), [(1, 1), (1, 5), (2, 3), (4, 1), (4, 5), (5, 4), (6, 7)], (False, True)
    )
    if not (topology == "hexagonal" and toroidal and n_rows % 2)
] + [Grid("linear", 1, n, toroidal) for n in (1, 2, 3, 8) for toroidal in (False, True)]
of_all_grids = pytest.mark.parametrize("grid", GRIDS, ids=str)


@of_all_grids
def test_distances_are_euclidean_and_on_a_torus_the_shortest_way_around(grid: Grid) -> None:
    places = grid.positions
    height = HEIGHT if grid.topology == "hexagonal" else 1.0
    around = (-1, 0, 1) if grid.toroidal else (0,)
    copies = [places + np.array([dx * grid.n_columns, dy * grid.n_rows * height]) for dx in around for dy in around]
    direct = np.min([np.linalg.norm(places[:, None] - copy[None], axis=2) for copy in copies], axis=0)
    np.testing.assert_allclose(grid.distances(), direct, atol=1e-12)
    np.testing.assert_array_equal(grid.distances(), grid.distances().T)


@of_all_grids
@pytest.mark.parametrize("n_neighbors", [None, 2, 4, 6, 8])
def test_neighbors_are_those_within_reach(grid: Grid, n_neighbors: int | None) -> None:
    known = {"hexagonal": (6,), "rectangular": (4, 8), "linear": (2,)}[grid.topology]
    if n_neighbors is not None and n_neighbors not in known:
        with pytest.raises(InvalidParameterError, match=rf"{grid.topology} grid have .* neighbors"):
            grid.neighbor_pairs(n_neighbors)
        return
    limit = np.sqrt(2) if grid.topology == "rectangular" and n_neighbors != 4 else 1.0
    near = np.triu(grid.distances() <= limit + 1e-6, 1)
    np.testing.assert_array_equal(grid.neighbor_pairs(n_neighbors), np.column_stack(np.nonzero(near)))


@pytest.mark.parametrize(
    ("grid", "n_neighbors"),
    [(Grid("hexagonal", 7, 6), 6), (Grid("rectangular", 7, 6), 8), (Grid("linear", 1, 9), 2)],
)
def test_away_from_borders_a_unit_has_all_its_neighbors(grid: Grid, n_neighbors: int) -> None:
    middle = grid.n_rows // 2 * grid.n_columns + grid.n_columns // 2
    assert (grid.neighbor_pairs() == middle).sum() == n_neighbors
    if grid.topology == "hexagonal":
        near = np.sort(grid.distances([middle])[0])[1:8]
        np.testing.assert_allclose(near[:6], 1.0)
        assert near[6] > 1.5


@pytest.mark.parametrize("grid", [Grid("hexagonal", 6, 5, True), Grid("rectangular", 5, 6, True)], ids=str)
def test_on_a_torus_all_units_are_alike(grid: Grid) -> None:
    distances = np.sort(grid.distances(), axis=1)
    np.testing.assert_allclose(distances, np.broadcast_to(distances[0], distances.shape), atol=1e-12)


@of_all_grids
def test_numbers_go_row_by_row_and_the_short_form_brings_the_grid_back(grid: Grid) -> None:
    rows, columns = grid.rows_and_columns(np.arange(grid.n_units))
    np.testing.assert_array_equal(rows, np.repeat(np.arange(grid.n_rows), grid.n_columns))
    np.testing.assert_array_equal(columns, np.tile(np.arange(grid.n_columns), grid.n_rows))
    assert grid_named(str(grid)) == grid


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("hexagonal", 5, 4, True), "even number of rows.*Got 5 rows; take 6, or toroidal=False"),
        (("linear", 2, 4), "must be one row of units. Got 2 rows"),
        (("rectangular", 0, 4), "each at least 1. Got 0 rows and 4 columns"),
        (("rectangular", 2.0, 4), "whole numbers"),
        (("rectangular", True, 4), "whole numbers"),
        (("triangular", 2, 4), "must be one of 'hexagonal', 'rectangular', 'linear'"),
    ],
)
def test_grids_that_do_not_exist(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        Grid(*arguments)  # type: ignore[arg-type]
