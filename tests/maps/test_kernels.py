"""The kernels of online learning against loops as in the paper."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinapsi import SelfOrganizingMap
from sinapsi.maps import online
from sinapsi.maps.grid import Grid
from sinapsi.maps.kernels import CHUNK, learn_online, two_lowest
from sinapsi.maps.neighborhood import NEIGHBORHOODS
from sinapsi.maps.winners import METRICS
from tests.reference import maps as naive

GRIDS = [
    Grid("rectangular", 4, 5),
    Grid("hexagonal", 5, 4),
    Grid("hexagonal", 4, 3, True),
    Grid("rectangular", 3, 6, True),
    Grid("linear", 1, 2 * CHUNK + 3),
    Grid("linear", 1, 7, True),
    Grid("rectangular", 1, 1),
]


def learned(grid: Grid, neighborhood: str, metric: str, X: np.ndarray, start: np.ndarray, negligible: float = 0.0):
    n = len(X)
    radii, rates = np.geomspace(2.5, 0.4, n), np.geomspace(0.5, 0.05, n)
    codebook = np.array(start.T, order="C", copy=True)
    found = learn_online(
        METRICS[metric], NEIGHBORHOODS[neighborhood], X, np.arange(n), radii.astype(X.dtype), rates.astype(X.dtype),
        grid.row_squares.astype(X.dtype), grid.column_squares.astype(X.dtype), grid.row_shifts, grid.reach() ** 2,
        1e-3, negligible, bool(np.isnan(X).any()), codebook,
    )  # fmt: skip
    return codebook.T, found, radii, rates


@pytest.mark.parametrize("grid", GRIDS, ids=str)
@pytest.mark.parametrize("neighborhood", NEIGHBORHOODS)
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("share_missing", [0.0, 0.15])
def test_online_learning_is_the_loop_of_the_paper(
    grid: Grid, neighborhood: str, metric: str, share_missing: float
) -> None:
    random = np.random.default_rng(1)
    X, start = random.standard_normal((60, 6)), random.standard_normal((grid.n_units, 6))
    X[random.random(X.shape) < share_missing] = np.nan
    X = X[(~np.isnan(X)).sum(axis=1) > 1]
    prototypes, (errors, squares, torn), radii, rates = learned(grid, neighborhood, metric, X, start)
    expected, met, tears = naive.learn_online(X, start, grid, neighborhood, metric, radii, rates)
    np.testing.assert_allclose(prototypes, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose([errors, squares, torn], [sum(met), np.square(met).sum(), sum(tears)], rtol=1e-11)


@pytest.mark.parametrize("grid", [Grid("rectangular", 20, 20), Grid("hexagonal", 20, 20)], ids=str)
def test_pulls_that_rounding_would_swallow_may_be_left_out(grid: Grid) -> None:
    random = np.random.default_rng(2)
    X, start = random.standard_normal((200, 8)), random.standard_normal((400, 8))
    eps = float(np.finfo(np.float64).eps)
    cut, whole = (learned(grid, "gaussian", "euclidean", X, start, negligible)[0] for negligible in (eps / 16, 0.0))
    np.testing.assert_allclose(cut, whole, rtol=0, atol=1e-14)


@pytest.mark.parametrize("metric", METRICS)
def test_single_precision_agrees(metric: str) -> None:
    random = np.random.default_rng(3)
    grid = Grid("hexagonal", 5, 4)
    X, start = random.standard_normal((100, 6)), random.standard_normal((20, 6))
    single = learned(grid, "gaussian", metric, X.astype(np.float32), start.astype(np.float32))[0]
    np.testing.assert_allclose(single, learned(grid, "gaussian", metric, X, start)[0], atol=1e-4)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=70))
def test_the_two_lowest_are_the_first_two_of_a_sort(values: list[int]) -> None:
    n_chunks = -(-len(values) // CHUNK)
    padded = np.full(n_chunks * CHUNK, np.inf)
    padded[: len(values)] = values
    assert list(two_lowest(padded, np.zeros(n_chunks))) == np.argsort(values, kind="stable")[:2].tolist()
    np.testing.assert_array_equal(padded[: len(values)], values)


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
