"""Spreading sums over neighbors equals the product with the dense matrix, on every grid and for every shape."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinapsi.maps.grid import Grid
from sinapsi.maps.neighborhood import Neighborhood, neighborhood_matrix, spread
from tests.reference import maps as naive

KINDS = {kind.name.lower(): kind for kind in Neighborhood}


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    topology = draw(st.sampled_from(["hexagonal", "rectangular", "linear"]))
    toroidal = draw(st.booleans())
    n_rows = 1 if topology == "linear" else draw(st.integers(1, 9))
    if topology == "hexagonal" and toroidal:
        n_rows += n_rows % 2
    return Grid(topology, n_rows, draw(st.integers(1, 9)), toroidal)


@settings(deadline=None, max_examples=150)
@given(grids(), st.sampled_from(list(Neighborhood)), st.one_of(st.just(0.0), st.floats(1e-3, 20)), st.integers(0, 9))
def test_spreading_is_the_dense_product(grid: Grid, kind: Neighborhood, radius: float, seed: int) -> None:
    table = np.random.default_rng(seed).standard_normal((grid.n_units, 3))
    dense = neighborhood_matrix(kind, grid, radius)
    np.testing.assert_allclose(spread(kind, grid, radius, table), dense @ table, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "grid", [Grid("hexagonal", 5, 4), Grid("rectangular", 4, 5, True), Grid("linear", 1, 6)], ids=str
)
def test_values_are_those_of_the_formulas(name: str, grid: Grid) -> None:
    for radius in (0.0, 0.5, 1.0, 2.3):
        expected = [[naive.h(name, apart, radius) for apart in row] for row in grid.distances()]
        np.testing.assert_allclose(neighborhood_matrix(KINDS[name], grid, radius), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("grid", "n_units"), [(Grid("rectangular", 7, 7), 5), (Grid("hexagonal", 7, 7), 7), (Grid("linear", 1, 7), 3)]
)
def test_a_disc_of_radius_1_is_a_unit_and_those_next_to_it(grid: Grid, n_units: int) -> None:
    """A trap: sigma = 1 that means 1 unit here and 9 there."""
    middle = grid.n_rows // 2 * grid.n_columns + 3
    assert neighborhood_matrix(Neighborhood.BUBBLE, grid, 1.0)[middle].sum() == n_units
    assert neighborhood_matrix(Neighborhood.BUBBLE, grid, 0.99)[middle].sum() == 1
