"""The kernels of batch and online learning against loops as in the paper: to 1e-12 (float32: 1e-4)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinapsi import SelfOrganizingMap
from sinapsi.maps import online
from sinapsi.maps.grid import Grid
from sinapsi.maps.kernels import (
    CHUNK,
    add_observed_to_units,
    add_rows_to_units,
    learn_block,
    learn_online,
    two_lowest,
    two_nearest,
)
from sinapsi.maps.neighborhood import NEIGHBORHOODS, SMALLEST_RADIUS
from sinapsi.maps.winners import METRICS
from tests.reference import maps as naive

GRIDS = [
    Grid("rectangular", 4, 5),
    Grid("hexagonal", 5, 4),
    Grid("hexagonal", 4, 3, True),
    Grid("rectangular", 3, 6, True),
    Grid("linear", 1, 2 * CHUNK + 3),
    Grid("linear", 1, 7, True),
    Grid("hexagonal", CHUNK // 4, 4),  # a chunk, and nothing beyond it
    Grid("rectangular", 1, 1),
]
EPS = float(np.finfo(np.float64).eps)


def examples(n_units: int, n_features: int = 6, share: float = 0.0, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    X, start = random.standard_normal((60, n_features)), random.standard_normal((n_units, n_features))
    X[random.random(X.shape) < share] = np.nan
    return X[(~np.isnan(X)).sum(axis=1) > (share > 0)], start  # two values, or cosines would tie


def schedules(n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    return np.geomspace(2.5, 0.4, n_steps), np.geomspace(0.5, 0.05, n_steps)


def grid_numbers(grid: Grid, dtype: type, negligible: float) -> tuple[object, ...]:
    squares = grid.row_squares.astype(dtype), grid.column_squares.astype(dtype)
    return *squares, grid.row_shifts, grid.reach() ** 2, SMALLEST_RADIUS, negligible


def learned(
    grid: Grid,
    neighborhood: str,
    metric: str,
    X: np.ndarray,
    start: np.ndarray,
    order: np.ndarray | None = None,
    negligible: float = 0.0,
) -> tuple[np.ndarray, list[float]]:
    order = np.arange(len(X)) if order is None else order
    radii, rates = (values.astype(X.dtype) for values in schedules(len(order)))
    codebook = np.array(start.T, order="C", copy=True)
    found = learn_online(
        METRICS[metric], NEIGHBORHOODS[neighborhood], X, order, radii, rates,
        *grid_numbers(grid, X.dtype.type, negligible), bool(np.isnan(X).any()), codebook,
    )  # fmt: skip
    return codebook.T, list(found)


def expected_of(
    grid: Grid, neighborhood: str, metric: str, X: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, list[float]]:
    prototypes, errors, torn = naive.learn_online(X, start, grid, neighborhood, metric, *schedules(len(X)))
    return prototypes, [sum(errors), sum(error**2 for error in errors), sum(torn)]


@pytest.mark.parametrize("grid", GRIDS, ids=str)
@pytest.mark.parametrize("neighborhood", NEIGHBORHOODS)
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("share_missing", [0.0, 0.15])
def test_online_learning_is_the_loop_of_the_paper(
    grid: Grid, neighborhood: str, metric: str, share_missing: float
) -> None:
    X, start = examples(grid.n_units, share=share_missing)
    order = np.random.default_rng(2).integers(0, len(X), 50)  # some come twice, some never
    prototypes, sums = learned(grid, neighborhood, metric, X, start, order)
    expected, expected_sums = expected_of(grid, neighborhood, metric, X[order], start)
    assert len(set(order.tolist())) < 50
    np.testing.assert_allclose(prototypes, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(sums, expected_sums, rtol=1e-12)


def pulls_around(grid: Grid, neighborhood: str, winner: int, radius: float) -> np.ndarray:
    """How far each unit comes in one step, at a rate of 1: the second feature goes from 0 to h."""
    codebook = np.ones((2, grid.n_units))
    codebook[0, winner], codebook[1] = 0, 0
    learn_online(
        METRICS["euclidean"], NEIGHBORHOODS[neighborhood], np.array([[0.0, 1.0]]), np.zeros(1, np.intp),
        np.array([radius]), np.ones(1), *grid_numbers(grid, np.float64, 0.0), False, codebook,
    )  # fmt: skip
    return codebook[1]


@pytest.mark.parametrize("neighborhood", NEIGHBORHOODS)
@pytest.mark.parametrize("grid", [*GRIDS, Grid("hexagonal", 2, 200), Grid("linear", 1, 301, True)], ids=str)
@pytest.mark.parametrize("radius", [0.0, 1e-3, 0.3, 1.0, 2**0.5, 3**0.5, 7.0, 60.0])
def test_one_step_goes_as_far_as_the_neighborhood_says(grid: Grid, neighborhood: str, radius: float) -> None:
    for winner in (0, grid.n_units // 2, grid.n_units - 1):
        expected = [naive.h(neighborhood, apart, radius) for apart in naive.grid_distances(grid)[winner]]
        found = pulls_around(grid, neighborhood, winner, radius)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("learning", ["online", "batch"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("neighborhood", ["bubble", "cut_gaussian"])
@pytest.mark.parametrize(("topology", "distance", "n_units"), [("rectangular", 2**0.5, 9), ("hexagonal", 3**0.5, 13)])
def test_units_at_the_rim_of_a_disc_are_within(
    learning: str, dtype: type, neighborhood: str, topology: str, distance: float, n_units: int
) -> None:
    start = np.full((49, 1), 1000, dtype)
    start[24] = 0  # the middle of the map is nearest
    model = SelfOrganizingMap(
        size=(7, 7), topology=topology, neighborhood=neighborhood, radius=distance, learning=learning, init=start,
        max_iter=1,
    )  # fmt: skip
    assert (model.fit(np.ones((2, 1), dtype)).prototypes_ != start).sum() == n_units


@pytest.mark.parametrize("n_features", [1, 2, 3, 4, 5, 8, 9])
def test_features_learned_four_at_a_time_are_learned_alike(n_features: int) -> None:
    grid = Grid("hexagonal", 5, 4)
    X, start = examples(20, n_features)
    prototypes, sums = learned(grid, "cut_gaussian", "euclidean", X, start)
    expected, expected_sums = expected_of(grid, "cut_gaussian", "euclidean", X, start)
    np.testing.assert_allclose(prototypes, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(sums, expected_sums, rtol=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_of_equal_prototypes_the_lower_one_learns_alone(metric: str) -> None:
    grid = Grid("linear", 1, 2 * CHUNK + 1)
    start = np.ones((grid.n_units, 3))
    start[:, 0] = [3.0] * CHUNK + [1.0] * (CHUNK + 1)
    X = np.array([[1.0, 1.0, 1.5]])
    codebook = np.array(start.T, order="C")
    learn_online(
        METRICS[metric], NEIGHBORHOODS["bubble"], X, np.zeros(1, np.intp), np.zeros(1), np.ones(1),
        *grid_numbers(grid, np.float64, 0.0), False, codebook,
    )  # fmt: skip
    assert np.flatnonzero((start != codebook.T).any(axis=1)).tolist() == [CHUNK]
    np.testing.assert_allclose(codebook[:, CHUNK], X[0])  # at a rate of 1 it comes all the way


@pytest.mark.parametrize("grid", [Grid("rectangular", 20, 20), Grid("hexagonal", 20, 20, True)], ids=str)
@pytest.mark.parametrize("neighborhood", NEIGHBORHOODS)
def test_pulls_that_rounding_would_swallow_may_be_left_out(grid: Grid, neighborhood: str) -> None:
    X, start = examples(400, 8)
    cut, cut_sums = learned(grid, neighborhood, "euclidean", X, start, negligible=EPS / 16)
    whole, sums = learned(grid, neighborhood, "euclidean", X, start)
    np.testing.assert_allclose(cut, whole, rtol=0, atol=1e-14)
    np.testing.assert_allclose(cut_sums, sums, rtol=1e-13)
    some, _ = learned(grid, neighborhood, "euclidean", X, start, negligible=1e-3)
    # Discs end before anything is small; of the others more is missing the more may be left out.
    assert (np.abs(some - whole).max() > 1e-5) == (neighborhood in ("gaussian", "mexican_hat"))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("neighborhood", NEIGHBORHOODS)
@pytest.mark.parametrize("share_missing", [0.0, 0.15])
@pytest.mark.parametrize("grid", [GRIDS[1], GRIDS[3]], ids=str)
def test_single_precision_agrees(grid: Grid, metric: str, neighborhood: str, share_missing: float) -> None:
    X, start = (values.astype(np.float32) for values in examples(grid.n_units, share=share_missing, seed=3))
    single, sums = learned(grid, neighborhood, metric, X, start, negligible=float(np.finfo(np.float32).eps) / 16)
    assert single.dtype == np.float32
    double, expected = learned(grid, neighborhood, metric, X.astype(float), start.astype(float))
    np.testing.assert_allclose(single, double, rtol=0, atol=1e-4)
    np.testing.assert_allclose(sums, expected, rtol=1e-4)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
@pytest.mark.parametrize("neighborhood", NEIGHBORHOODS)
def test_a_block_is_learned_from_its_products(grid: Grid, neighborhood: str) -> None:
    X, start = examples(grid.n_units, 9, seed=4)
    kept, shares, squares = np.empty(grid.n_units), np.empty((60, grid.n_units)), (start**2).sum(axis=1)
    sums = learn_block(
        NEIGHBORHOODS[neighborhood], X @ start.T, X @ X.T, *schedules(60),
        *grid_numbers(grid, np.float64, 0.0), squares, kept, shares,
    )  # fmt: skip
    expected, expected_sums = expected_of(grid, neighborhood, "euclidean", X, start)
    found = kept[:, np.newaxis] * start + shares.T @ X
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(squares, (expected**2).sum(axis=1), rtol=1e-11)
    np.testing.assert_allclose(list(sums), expected_sums, rtol=1e-11)


@pytest.mark.parametrize(
    "options", [{"topology": "hexagonal"}, {"toroidal": True}, {"neighborhood": "mexican_hat", "learning_rate": 0.01}]
)
def test_blocks_of_many_features_are_learned_step_by_step(
    options: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    X = np.random.default_rng(4).standard_normal((300, online.MANY_FEATURES + 3)) + 50
    options = {"size": (4, 5), "learning": "online", "max_iter": 2, "random_state": 0, **options}
    in_blocks = SelfOrganizingMap(**options).fit(X)
    monkeypatch.setattr(online, "MANY_FEATURES", 10**9)
    by_steps = SelfOrganizingMap(**options).fit(X)
    np.testing.assert_allclose(in_blocks.prototypes_, by_steps.prototypes_, rtol=1e-11)
    for column in ("loss", "quantization_error", "topographic_error"):
        np.testing.assert_allclose(in_blocks.history_[column], by_steps.history_[column], rtol=1e-11)


# Winners and sums

with_ties = st.lists(st.integers(0, 20) | st.just(np.inf), min_size=2, max_size=70)


@settings(deadline=None, max_examples=200)
@given(with_ties)
def test_the_two_lowest_are_the_first_two_of_a_sort(values: list[float]) -> None:
    values = [0, *values]  # something is always near
    n_chunks = -(-len(values) // CHUNK)
    padded = np.full(n_chunks * CHUNK, np.inf)
    padded[: len(values)] = values = np.roll(values, len(values) // 2)
    expected = np.argsort(values, kind="stable")[:2].tolist()
    first, second = two_lowest(padded, np.zeros(n_chunks))
    assert first == expected[0]
    assert second == expected[1] or values[expected[1]] == np.inf  # several that are infinitely far are no matter
    np.testing.assert_array_equal(padded[: len(values)], values)  # as they were


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_two_nearest_of_scores_are_the_first_two_of_a_sort(dtype: type) -> None:
    random = np.random.default_rng(5)
    for n_units in (2, 3, 40):
        scores = random.integers(0, 6, (n_units, 200)).astype(dtype)  # full of ties
        offsets = random.integers(-2, 3, n_units).astype(dtype)
        first, second = np.empty(200, np.intp), np.empty(200, np.intp)
        two_nearest(scores, offsets, np.empty(200, dtype), np.empty(200, dtype), first, second)
        expected = np.argsort(scores + offsets[:, np.newaxis], axis=0, kind="stable")
        np.testing.assert_array_equal([first, second], expected[:2])


def test_sums_and_counts_are_per_unit_and_feature() -> None:
    X, _ = examples(5, share=0.3, seed=6)
    units, shift = np.random.default_rng(6).integers(0, 4, len(X)), np.arange(6.0)  # unit 4 wins nothing
    sums, counts, plain = (np.zeros((5, 6)) for _ in range(3))
    for part in ((0, 2), (2, 6)):  # features are shared out
        add_observed_to_units(X, units, shift, *part, sums, counts)
        add_rows_to_units(np.nan_to_num(X), units, shift, *part, plain)
    for unit in range(5):
        own = X[units == unit]
        np.testing.assert_allclose(sums[unit], np.nansum(own - shift, axis=0), rtol=1e-13)
        np.testing.assert_array_equal(counts[unit], (~np.isnan(own)).sum(axis=0))
        np.testing.assert_allclose(plain[unit], (np.nan_to_num(own) - shift).sum(axis=0), rtol=1e-13)
