"""Distances and neighbors on all grids, planar and toroidal."""

import itertools

import numpy as np
import pytest

from sinapsi.exceptions import InvalidParameterError
from sinapsi.maps.grid import Grid, grid_named
from tests.reference import maps as naive

SIDES = [(1, 1), (1, 2), (1, 5), (2, 1), (2, 2), (2, 3), (3, 2), (4, 1), (4, 5), (5, 4), (5, 5), (6, 7)]
GRIDS = [
    Grid(topology, n_rows, n_columns, toroidal)
    for topology, (n_rows, n_columns), toroidal in itertools.product(("hexagonal", "rectangular"), SIDES, (False, True))
    if not (topology == "hexagonal" and toroidal and n_rows % 2)
] + [Grid("linear", 1, n, toroidal) for n in (1, 2, 3, 8) for toroidal in (False, True)]
of_all_grids = pytest.mark.parametrize("grid", GRIDS, ids=str)


@of_all_grids
def test_numbers_go_row_by_row_and_every_other_row_of_hexagons_is_half_a_unit_to_the_right(grid: Grid) -> None:
    rows, columns = grid.rows_and_columns(np.arange(grid.n_units))
    np.testing.assert_array_equal(rows, np.repeat(np.arange(grid.n_rows), grid.n_columns))
    np.testing.assert_array_equal(columns, np.tile(np.arange(grid.n_columns), grid.n_rows))
    is_hexagonal = grid.topology == "hexagonal"
    expected = [
        (column + 0.5 * (row % 2) * is_hexagonal, row * (3**0.5 / 2 if is_hexagonal else 1.0))
        for row in range(grid.n_rows)
        for column in range(grid.n_columns)
    ]
    np.testing.assert_allclose(grid.positions, expected, rtol=1e-15)


@of_all_grids
def test_distances_are_euclidean_and_on_a_torus_the_shortest_way_around(grid: Grid) -> None:
    np.testing.assert_allclose(grid.distances(), naive.grid_distances(grid), rtol=0, atol=1e-12)


@of_all_grids
def test_distances_are_a_metric(grid: Grid) -> None:
    apart = grid.distances()
    np.testing.assert_array_equal(apart, apart.T)
    np.testing.assert_array_equal(apart == 0, np.eye(grid.n_units, dtype=bool))
    ways = (apart[:, :, np.newaxis] + apart[np.newaxis]).min(axis=1)  # over any unit between
    assert (apart <= ways + 1e-12).all()


@of_all_grids
def test_distances_can_be_asked_for_some_units_and_for_pairs(grid: Grid) -> None:
    random = np.random.default_rng(0)
    units, others = random.integers(0, grid.n_units, 9), random.integers(0, grid.n_units, 7)
    apart = naive.grid_distances(grid)
    np.testing.assert_allclose(grid.distances(units, others), apart[np.ix_(units, others)], atol=1e-12)
    np.testing.assert_allclose(grid.distances(units), apart[units], atol=1e-12)
    np.testing.assert_allclose(grid.distances(others=others), apart[:, others], atol=1e-12)
    np.testing.assert_allclose(grid.pair_squares(units[:7], others), apart[units[:7], others] ** 2, atol=1e-12)


@of_all_grids
@pytest.mark.parametrize("n_neighbors", [None, 2, 4, 6, 8])
def test_neighbors_are_those_within_reach(grid: Grid, n_neighbors: int | None) -> None:
    known = {"hexagonal": (6,), "rectangular": (4, 8), "linear": (2,)}[grid.topology]
    if n_neighbors is not None and n_neighbors not in known:
        with pytest.raises(InvalidParameterError, match=rf"{grid.topology} grid have .* neighbors.*={n_neighbors}\."):
            grid.neighbor_pairs(n_neighbors)
        return
    expected = np.argwhere(np.triu(naive.adjacent(grid, n_neighbors)))
    np.testing.assert_array_equal(grid.neighbor_pairs(n_neighbors), expected)


INNER = [("hexagonal", 6), ("rectangular", 8), ("rectangular", 4), ("linear", 2)]


@pytest.mark.parametrize(("topology", "n_neighbors"), INNER)
def test_away_from_borders_every_unit_has_all_its_neighbors(topology: str, n_neighbors: int) -> None:
    grid = Grid(topology, 1 if topology == "linear" else 7, 6)
    rows, columns = grid.rows_and_columns(np.arange(grid.n_units))
    is_inner = (columns > 0) & (columns < 5) & ((topology == "linear") | (rows > 0) & (rows < 6))
    found = np.bincount(grid.neighbor_pairs(n_neighbors).ravel(), minlength=grid.n_units)
    assert is_inner.any()
    assert (found[is_inner] == n_neighbors).all()
    assert (found[~is_inner] < n_neighbors).all()


@pytest.mark.parametrize(("topology", "n_neighbors"), INNER)
def test_on_a_torus_every_unit_has_all_its_neighbors(topology: str, n_neighbors: int) -> None:
    grid = Grid(topology, 1 if topology == "linear" else 4, 5, True)
    found = np.bincount(grid.neighbor_pairs(n_neighbors).ravel(), minlength=grid.n_units)
    assert (found == n_neighbors).all()


def test_the_six_neighbors_of_a_hexagon_are_1_away() -> None:
    grid = Grid("hexagonal", 7, 6)
    for unit in (7, 13, 20, 22, 28):  # in moved rows and in others
        near = np.sort(grid.distances([unit])[0])[1:8]
        np.testing.assert_allclose(near[:6], 1.0, rtol=1e-15)
        assert near[6] > 1.7


@pytest.mark.parametrize("grid", [Grid("hexagonal", 6, 5, True), Grid("rectangular", 5, 6, True)], ids=str)
def test_on_a_torus_all_units_are_alike(grid: Grid) -> None:
    distances = np.sort(grid.distances(), axis=1)
    np.testing.assert_allclose(distances, np.broadcast_to(distances[0], distances.shape), atol=1e-12)


@of_all_grids
def test_the_short_form_brings_the_grid_back(grid: Grid) -> None:
    assert grid_named(str(grid)) == grid


def test_sides_may_be_numpys_integers() -> None:
    grid = Grid("rectangular", np.int64(3), np.int32(4))
    assert grid == Grid("rectangular", 3, 4)
    assert grid_named(str(grid)) == grid


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("hexagonal", 5, 4, True), r"even number of rows.*Got 5 rows; take 6, or toroidal=False"),
        (("hexagonal", 1, 4, True), r"even number of rows.*Got 1 rows; take 2"),
        (("linear", 2, 4), r"must be one row of units\. Got 2 rows"),
        (("rectangular", 0, 4), r"each at least 1\. Got 0 rows and 4 columns"),
        (("rectangular", 4, 0), r"each at least 1\. Got 4 rows and 0 columns"),
        (("rectangular", 4, -2), r"each at least 1\. Got 4 rows and -2 columns"),
        (("rectangular", 2.0, 4), r"whole numbers.*Got 2\.0 rows"),
        (("hexagonal", 2, 4.5), r"whole numbers.*4\.5 columns"),
        (("rectangular", True, 4), r"whole numbers.*Got True rows"),
        (("linear", 1, True), r"whole numbers.*True columns"),
        (("rectangular", "3", 4), r"whole numbers.*Got '3' rows"),
        (("triangular", 2, 4), r"must be one of 'hexagonal', 'rectangular', 'linear'\. Got 'triangular'"),
    ],
)
def test_grids_that_do_not_exist(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        Grid(*arguments)  # type: ignore[arg-type]
