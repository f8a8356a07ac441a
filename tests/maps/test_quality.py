"""Measures of a map against their definitions, written out, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from sinapsi import SelfOrganizingMap
from sinapsi.algebra import distances as algebra
from sinapsi.maps import quality
from sinapsi.maps.batch import Tally
from sinapsi.maps.grid import Grid
from sinapsi.maps.neighborhood import NEIGHBORHOODS
from sinapsi.maps.winners import METRICS, Winners, WinnerSearch
from sinapsi.own_threads import ThreadsOfOurOwn
from tests.reference import maps as naive

random = np.random.default_rng(0)
X = random.standard_normal((60, 4))
SQUARE = random.random((1200, 2))
GRIDS = [
    Grid("hexagonal", 5, 4),
    Grid("hexagonal", 4, 4, True),
    Grid("hexagonal", 2, 3, True),
    Grid("rectangular", 4, 5),
    Grid("rectangular", 3, 5, True),
    Grid("rectangular", 2, 2, True),
    Grid("linear", 1, 9),
    Grid("linear", 1, 9, True),
]
of_all_grids = pytest.mark.parametrize("grid", GRIDS, ids=str)
of_all_metrics = pytest.mark.parametrize("metric", METRICS)


def search(metric: str, rows: np.ndarray, *, has_gaps: bool = False) -> WinnerSearch:
    return WinnerSearch(METRICS[metric], np.nanmean(rows, axis=0), has_gaps=has_gaps, threads=ThreadsOfOurOwn())


def wins_of(units: np.ndarray) -> Winners:
    return Winners(units, units, np.zeros(len(units)))


def placed(grid: Grid, prototypes: np.ndarray, **options: object) -> SelfOrganizingMap:
    """A map that has not learned."""
    size = grid.n_columns if grid.topology == "linear" else grid.shape
    model = SelfOrganizingMap(
        size=size, topology=grid.topology, toroidal=grid.toroidal, init=prototypes, max_iter=0, **options
    )
    return model.fit(X[:, : prototypes.shape[1]])


@of_all_grids
@of_all_metrics
@pytest.mark.parametrize("share", [0.0, 0.2])
def test_measures_are_their_definitions(grid: Grid, metric: str, share: float) -> None:
    prototypes = X[: grid.n_units] + 0.1  # in no order, so that all measures have much to say
    rows = np.where(np.random.default_rng(1).random(X.shape) < share, np.nan, X)
    rows = rows[(~np.isnan(rows)).sum(axis=1) > (share > 0)]
    model = placed(grid, prototypes, metric=metric)
    found = [naive.two_nearest(metric, row, prototypes) for row in rows]
    assert model.quantization_error(rows) == pytest.approx(np.mean([error for _, _, error in found]), rel=1e-12)
    for n in {"hexagonal": (None, 6), "rectangular": (None, 4, 8), "linear": (None, 2)}[grid.topology]:
        torn = naive.topographic_error(rows, prototypes, grid, metric, n)
        assert model.topographic_error(rows, n) == pytest.approx(torn, rel=1e-12)
    for radius in (0.5, 1.3):
        expected = naive.distortion(rows, prototypes, grid, "gaussian", radius, metric)
        assert model.distortion(rows, radius) == pytest.approx(expected, rel=1e-9)
    expected = naive.topographic_product(prototypes, grid, metric)
    assert model.topographic_product() == pytest.approx(expected, rel=1e-9)
    expected = naive.kaski_lagus(rows, prototypes, grid, metric)
    assert model.kaski_lagus_error(rows) == pytest.approx(expected, rel=1e-12)
    is_near = naive.adjacent(grid)
    for unit, mean in enumerate(model.unit_distances()):
        near = [naive.distance(metric, prototypes[unit], prototypes[n]) for n in np.flatnonzero(is_near[unit])]
        assert mean == pytest.approx(np.mean(near), rel=1e-12)


@of_all_grids
def test_a_map_is_trusted_for_the_winners_it_finds(grid: Grid) -> None:
    prototypes = X[: grid.n_units] + 0.1
    units = [naive.two_nearest("euclidean", row, prototypes)[0] for row in X]
    found = placed(grid, prototypes).trustworthiness(X, n_neighbors=5)
    assert found == pytest.approx(naive.trustworthiness(X, units, grid, 5), rel=1e-12)


@of_all_grids
@of_all_metrics
def test_blocks_change_nothing(grid: Grid, metric: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = placed(grid, X[: grid.n_units] + 0.1, metric=metric)

    def measures() -> list[float]:
        of_rows = (model.distortion(X, 1.3), model.kaski_lagus_error(X), model.trustworthiness(X, 7))
        return [*of_rows, model.topographic_product()]

    whole = measures()
    for n_numbers in (1, 140, 1000):
        monkeypatch.setattr(algebra, "BLOCK_BYTES", 8 * n_numbers)
        np.testing.assert_allclose(measures(), whole, rtol=1e-12)


@of_all_grids
@pytest.mark.parametrize("neighborhood", NEIGHBORHOODS)
def test_the_distortion_is_weighted_by_the_neighborhood_of_the_map(grid: Grid, neighborhood: str) -> None:
    prototypes, kind = X[: grid.n_units] + 0.1, NEIGHBORHOODS[neighborhood]
    asked = search("euclidean", X)
    found = quality.distortion(asked, X, prototypes, asked.find(X, prototypes), kind, grid, 1.0)
    assert found == pytest.approx(naive.distortion(X, prototypes, grid, neighborhood, 1.0), rel=1e-9)


def test_a_batch_epoch_is_the_least_distortion_for_its_winners() -> None:
    # Kohonen's energy for fixed winners: whichever way the new prototypes are moved, it rises.
    model = SelfOrganizingMap(size=(5, 5), radius=1.5, init="random", random_state=0, max_iter=3, warm_start=True)
    winners = model.fit(SQUARE).labels_
    prototypes = model.set_params(max_iter=1).fit(SQUARE).prototypes_
    weights = np.exp(-(model.grid_.distances()[winners] ** 2) / (2 * 1.5**2))

    def energy(points: np.ndarray) -> float:
        return float((weights * ((SQUARE[:, np.newaxis] - points) ** 2).sum(axis=2)).sum())

    for seed in range(10):
        step = 1e-3 * np.random.default_rng(seed).standard_normal(prototypes.shape)
        assert energy(prototypes + step) > energy(prototypes)


# Topographic error


def test_an_example_is_torn_when_its_two_units_are_not_adjacent() -> None:
    # Errata: u(x) = 1 when they are NOT neighbors.
    model = placed(Grid("linear", 1, 3), np.array([[0.0], [10.0], [1.0]]))
    assert model.topographic_error([[0.4]]) == 1  # units 0 and 2
    assert model.topographic_error([[9.0]]) == 0  # units 1 and 2
    assert model.topographic_error([[0.4], [0.6], [9.0], [8.0]]) == 0.5
    assert model.kaski_lagus_error([[0.4]]) == pytest.approx(0.4 + 10 + 9)  # by way of unit 1


def test_diagonal_neighbors_are_neighbors_unless_4_are_asked_for() -> None:
    # A trap: an error with 4 or 8 neighbors, silently.
    model = placed(Grid("rectangular", 2, 2), np.array([[0.0], [5.0], [9.0], [1.0]]))
    assert model.topographic_error([[0.4]]) == model.topographic_error([[0.4]], n_neighbors=8) == 0
    assert model.topographic_error([[0.4]], n_neighbors=4) == 1


@of_all_grids
def test_a_tally_of_parts_is_that_of_all(grid: Grid) -> None:
    prototypes = X[: grid.n_units] + 0.1
    asked, whole, other = search("euclidean", X), Tally(grid), Tally(grid)
    whole.add(asked.find(X[:20], prototypes))
    other.add(asked.find(X[20:], prototypes))
    columns = whole.join(other).columns()
    errors = np.array([naive.two_nearest("euclidean", row, prototypes)[2] for row in X])
    assert columns["quantization_error"] == pytest.approx(errors.mean(), rel=1e-12)
    assert columns["loss"] == pytest.approx((errors**2).mean() / 2, rel=1e-12)
    assert columns["topographic_error"] == naive.topographic_error(X, prototypes, grid)


# Trustworthiness


@of_all_grids
@of_all_metrics
@pytest.mark.parametrize("n_neighbors", [1, 7, 25])
def test_trustworthiness_is_its_definition(grid: Grid, metric: str, n_neighbors: int) -> None:
    units = np.random.default_rng(2).integers(0, grid.n_units, len(X))
    found = quality.trustworthiness(search(metric, X), X, wins_of(units), grid, n_neighbors)
    assert found == pytest.approx(naive.trustworthiness(X, units, grid, n_neighbors, metric), rel=1e-12)


@of_all_metrics
def test_trustworthiness_looks_at_values_observed_in_both_examples(metric: str) -> None:
    rows, grid = X.copy(), Grid("hexagonal", 5, 4)
    rows[np.arange(0, 60, 3), np.arange(20) % 4] = np.nan  # one at most in a row, so two are shared by all pairs
    units = search(metric, X).find(X, X[:20] + 0.1).first
    found = quality.trustworthiness(search(metric, rows, has_gaps=True), rows, wins_of(units), grid, 7)
    assert found == pytest.approx(naive.trustworthiness(rows, units, grid, 7, metric), rel=1e-12)


@pytest.mark.parametrize("n_neighbors", [1, 2, 9])
def test_an_example_is_no_neighbor_of_itself_among_equal_ones(n_neighbors: int) -> None:
    rows, grid = np.repeat(X[:15], 3, axis=0), Grid("hexagonal", 5, 4)
    units = np.random.default_rng(4).integers(0, 20, 45)
    found = quality.trustworthiness(search("manhattan", rows), rows, wins_of(units), grid, n_neighbors)
    assert found == pytest.approx(naive.trustworthiness(rows, units, grid, n_neighbors, "manhattan"), rel=1e-12)


@pytest.mark.parametrize("grid", [Grid("rectangular", 4, 4), Grid("hexagonal", 5, 4), Grid("linear", 1, 9)], ids=str)
@pytest.mark.parametrize("n_neighbors", [1, 5, 20])
def test_trustworthiness_with_ties_is_the_mean_over_orders(grid: Grid, n_neighbors: int) -> None:
    units = search("euclidean", X).find(X, X[: grid.n_units]).first
    found = quality.trustworthiness(search("euclidean", X), X, wins_of(units), grid, n_neighbors)
    # Ties are broken by a small third coordinate: within the plane, those in one direction would move together.
    drawn = [
        trustworthiness(
            X,
            np.column_stack([grid.positions[units], 1e-3 * np.random.default_rng(seed).standard_normal(60)]),
            n_neighbors=n_neighbors,
        )
        for seed in range(200)
    ]
    assert np.std(drawn) > 1e-4
    assert found == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / 200**0.5)


RULER = np.array([0, 2, 6, 24, 29, 40, 43, 55, 68, 75, 76, 85])  # Golomb's: no two pairs of marks are equally far


@pytest.mark.parametrize("n_neighbors", [1, 2, 3, 4, 5])
def test_trustworthiness_without_ties_is_scikit_learns(n_neighbors: int) -> None:
    grid, units = Grid("linear", 1, 86), np.random.default_rng(3).permutation(RULER)
    found = quality.trustworthiness(search("euclidean", X), X[:12], wins_of(units), grid, n_neighbors)
    expected = trustworthiness(X[:12], units[:, np.newaxis].astype(float), n_neighbors=n_neighbors)
    assert expected < 0.9
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_faithful_map_is_trusted_fully() -> None:
    grid, units = Grid("linear", 1, 86), RULER.copy()
    rows = RULER[:, np.newaxis].astype(float)
    assert quality.trustworthiness(search("euclidean", rows), rows, wins_of(units), grid, 5) == 1


# Topographic product and the way along the grid


@pytest.mark.parametrize("grid", [grid for grid in GRIDS if not grid.toroidal], ids=str)
def test_the_topographic_product_of_the_grid_itself_is_0(grid: Grid) -> None:
    places = grid.positions * 3 + 1
    assert quality.topographic_product(search("euclidean", places), places, grid) == pytest.approx(0, abs=1e-12)


def test_the_topographic_product_of_a_line_in_a_square_is_negative_and_of_a_sheet_on_a_line_positive() -> None:
    square, line = Grid("rectangular", 8, 8), Grid("linear", 1, 64)
    folded = square.positions.reshape(8, 8, 2)
    folded[1::2] = folded[1::2, ::-1]  # there and back again
    folded = folded.reshape(64, 2)
    assert quality.topographic_product(search("euclidean", folded), folded, line) < -0.03
    drawn_out = np.arange(64.0)[:, np.newaxis]
    assert quality.topographic_product(search("euclidean", drawn_out), drawn_out, square) > 0.03


def test_the_topographic_product_tells_dimensions_that_fit() -> None:
    square = SelfOrganizingMap(size=(8, 8), topology="rectangular").fit(SQUARE).topographic_product()
    line = SelfOrganizingMap(size=64, topology="linear").fit(SQUARE).topographic_product()
    assert abs(square) < 0.02
    assert line < -0.03  # a line is folded into the square


def test_a_single_unit_has_nothing_to_compare() -> None:
    model = placed(Grid("rectangular", 1, 1), X[:1])
    assert model.topographic_product() == 0
    assert model.topographic_error(X) == 0
    assert model.kaski_lagus_error(X) == pytest.approx(model.quantization_error(X), rel=1e-15)
    assert model.unit_distances().tolist() == [0]


def test_the_way_over_equal_prototypes_has_no_length() -> None:
    prototypes = np.array([[0.0], [7.0], [7.0], [7.0], [1.0]])
    model = placed(Grid("linear", 1, 5), prototypes)
    assert model.kaski_lagus_error([[0.25]]) == pytest.approx(0.25 + 7 + 6, rel=1e-12)
    assert naive.kaski_lagus(np.array([[0.25]]), prototypes, model.grid_) == pytest.approx(0.25 + 7 + 6, rel=1e-12)
