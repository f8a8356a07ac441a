"""Spreading sums over neighbors equals the product with the dense matrix, on every grid and for every shape."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinapsi.maps import neighborhood
from sinapsi.maps.grid import Grid
from sinapsi.maps.neighborhood import NEIGHBORHOODS, Neighborhood, neighborhood_matrix, neighborhood_values, spread
from tests.reference import maps as naive

EDGES = [0.0, 0.5, 1.0, math.sqrt(2), math.sqrt(3), 2.0, math.sqrt(5), 3.0, 20.0]  # where discs take in more units


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    topology = draw(st.sampled_from(["hexagonal", "rectangular", "linear"]))
    toroidal = draw(st.booleans())
    n_rows = 1 if topology == "linear" else draw(st.integers(1, 9))
    if topology == "hexagonal" and toroidal:
        n_rows += n_rows % 2
    return Grid(topology, n_rows, draw(st.integers(1, 9)), toroidal)


@settings(deadline=None, max_examples=200)
@given(grids(), st.sampled_from(sorted(NEIGHBORHOODS)), st.one_of(st.sampled_from(EDGES), st.floats(0, 20)))
def test_spreading_is_the_dense_product(grid: Grid, name: str, radius: float) -> None:
    table = np.random.default_rng(0).standard_normal((grid.n_units, 3))
    dense = naive.neighborhood_matrix(name, grid, radius)
    kind = NEIGHBORHOODS[name]
    np.testing.assert_allclose(neighborhood_matrix(kind, grid, radius), dense, rtol=0, atol=1e-12)
    np.testing.assert_allclose(spread(kind, grid, radius, table), dense @ table, rtol=0, atol=1e-10)


@pytest.mark.parametrize("share", [-1.0, 0.2, 1.0])
@pytest.mark.parametrize("name", ["bubble", "cut_gaussian", "mexican_hat"])
def test_a_sparse_product_is_the_dense_one(name: str, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighborhood, "SPARSE_SHARE", share)  # never, sometimes, always
    grid = Grid("hexagonal", 6, 7, True)
    table = np.random.default_rng(1).standard_normal((42, 4))
    for radius in EDGES:
        expected = naive.neighborhood_matrix(name, grid, radius) @ table
        np.testing.assert_allclose(spread(NEIGHBORHOODS[name], grid, radius, table), expected, rtol=0, atol=1e-12)


def test_values_are_those_of_the_formulas() -> None:
    squares = np.array([0.0, 0.75, 1.0, 4.0, 4.1])  # the radius is 2
    bells = np.exp(-squares / 8)
    inside = np.array([1.0, 1.0, 1.0, 1.0, 0.0])
    expected = {
        Neighborhood.GAUSSIAN: bells,
        Neighborhood.BUBBLE: inside,
        Neighborhood.CUT_GAUSSIAN: bells * inside,
        Neighborhood.MEXICAN_HAT: (1 - squares / 4) * bells,
    }
    for kind in Neighborhood:
        np.testing.assert_allclose(neighborhood_values(kind, squares, 2.0), expected[kind], rtol=1e-15, atol=1e-16)


def test_a_mexican_hat_pushes_away_what_lies_beyond_its_radius() -> None:
    values = neighborhood_values(Neighborhood.MEXICAN_HAT, np.array([0.0, 3.9, 4.0, 4.1, 100.0]), 2.0)
    assert values[0] == 1
    assert values[1] > 0
    assert values[2] == pytest.approx(0, abs=1e-15)
    assert (values[3:] < 0).all()


@pytest.mark.parametrize("kind", Neighborhood)
@pytest.mark.parametrize("grid", [Grid("hexagonal", 4, 5, True), Grid("rectangular", 4, 5), Grid("linear", 1, 6)])
def test_at_radius_0_a_unit_is_its_own_neighbor_only(kind: Neighborhood, grid: Grid) -> None:
    np.testing.assert_array_equal(neighborhood_matrix(kind, grid, 0.0), np.eye(grid.n_units))
    table = np.random.default_rng(2).standard_normal((grid.n_units, 3))
    np.testing.assert_array_equal(spread(kind, grid, 0.0, table), table)


@pytest.mark.parametrize(
    ("grid", "n_units"),
    [
        (Grid("rectangular", 7, 7), 5),
        (Grid("hexagonal", 7, 7), 7),
        (Grid("linear", 1, 7), 3),
        (Grid("rectangular", 5, 7, True), 5),
        (Grid("hexagonal", 6, 7, True), 7),
        (Grid("linear", 1, 7, True), 3),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", [Neighborhood.BUBBLE, Neighborhood.CUT_GAUSSIAN])
def test_a_disc_of_radius_1_is_a_unit_and_those_next_to_it(grid: Grid, n_units: int, kind: Neighborhood) -> None:
    # A trap: sigma = 1 that means 1 unit here and 9 there.
    middle = grid.n_rows // 2 * grid.n_columns + 3
    assert np.count_nonzero(neighborhood_matrix(kind, grid, 1.0)[middle]) == n_units
    assert np.count_nonzero(neighborhood_matrix(kind, grid, 0.99)[middle]) == 1
    alone = np.zeros((grid.n_units, 1))
    alone[middle] = 1
    assert np.count_nonzero(spread(kind, grid, 1.0, alone)) == n_units
