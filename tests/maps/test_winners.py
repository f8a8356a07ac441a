"""The nearest two units against SciPy and scikit-learn, near and far from zero, with and without missing values."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics.pairwise import nan_euclidean_distances

from sinapsi.maps.winners import METRICS, ThreadsOfOurOwn, WinnerSearch
from tests.reference import maps as naive

SCIPYS = {"euclidean": "euclidean", "cosine": "cosine", "manhattan": "cityblock", "chebyshev": "chebyshev"}
random = np.random.default_rng(0)
ROWS, PROTOTYPES = random.standard_normal((700, 5)), random.standard_normal((37, 5))


def search(
    metric: str, rows: np.ndarray, *, has_gaps: bool = False, threads: ThreadsOfOurOwn | None = None
) -> WinnerSearch:
    center = np.nanmean(rows, axis=0).astype(rows.dtype)
    return WinnerSearch(METRICS[metric], center, has_gaps=has_gaps, threads=threads or ThreadsOfOurOwn())


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_winners_and_distances_are_scipys(metric: str, dtype: type) -> None:
    """A trap among them: Chebyshev without absolute values."""
    rows, prototypes = ROWS.astype(dtype), PROTOTYPES.astype(dtype)
    expected = cdist(rows.astype(float), prototypes.astype(float), SCIPYS[metric])
    order = np.argsort(expected, axis=1, kind="stable")
    found = search(metric, rows).find(rows, prototypes)
    np.testing.assert_array_equal(found.first, order[:, 0])
    np.testing.assert_array_equal(found.second, order[:, 1])
    np.testing.assert_allclose(
        found.distances, expected.min(axis=1), rtol=1e-6 if dtype is np.float32 else 1e-12, atol=1e-12
    )
    tolerance = 1e-5 if dtype is np.float32 else 1e-12
    np.testing.assert_allclose(
        search(metric, rows).distances(rows, prototypes), expected, rtol=tolerance, atol=tolerance
    )


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev"])
def test_winners_far_from_zero_are_right(metric: str) -> None:
    rows, prototypes = ROWS + 1e9, PROTOTYPES + 1e9
    expected = cdist(rows - 1e9, prototypes - 1e9, SCIPYS[metric])
    found = search(metric, rows).find(rows, prototypes)
    np.testing.assert_array_equal(found.first, expected.argmin(axis=1))
    np.testing.assert_allclose(found.distances, expected.min(axis=1), atol=1e-6)


@pytest.mark.parametrize("metric", METRICS)
def test_missing_values_are_left_out(metric: str) -> None:
    rows = np.where(random.random(ROWS.shape) < 0.3, np.nan, ROWS)
    rows = rows[(~np.isnan(rows)).sum(axis=1) > 1][:200]  # two values at least: the cosine of single ones has ties
    found = search(metric, rows, has_gaps=True).find(rows, PROTOTYPES)
    expected = [naive.two_nearest(metric, row, PROTOTYPES) for row in rows]
    np.testing.assert_array_equal(found.first, [first for first, _, _ in expected])
    np.testing.assert_array_equal(found.second, [second for _, second, _ in expected])
    np.testing.assert_allclose(found.distances, [error for _, _, error in expected], rtol=1e-10, atol=1e-14)
    if metric == "euclidean":
        distances = search(metric, rows, has_gaps=True).distances(rows, PROTOTYPES)
        np.testing.assert_allclose(distances, nan_euclidean_distances(rows, PROTOTYPES), atol=1e-10)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("has_gaps", [False, True])
def test_ties_go_to_the_lower_unit(metric: str, has_gaps: bool) -> None:
    prototypes = np.array([[3.0, 3.0], [1.0, 2.0], [3.0, 3.0], [1.0, 2.0], [1.0, 2.0]])
    rows = np.array([[1.0, 2.0], [3.0, 3.0]])
    found = search(metric, rows, has_gaps=has_gaps).find(rows, prototypes)
    assert found.first.tolist() == [1, 0]
    assert found.second.tolist() == [3, 2]


@pytest.mark.parametrize("metric", METRICS)
def test_a_single_unit_wins_and_comes_second(metric: str) -> None:
    found = search(metric, ROWS).find(ROWS, PROTOTYPES[:1])
    assert found.first.max() == found.second.max() == 0


def test_zero_has_no_angle() -> None:
    rows = np.array([[0.0, 0.0], [1.0, 1.0]])
    found = search("cosine", rows).find(rows, np.array([[1.0, 0.0], [0.0, 0.0], [2.0, 2.0]]))
    np.testing.assert_allclose(found.distances, [1.0, 0.0], atol=1e-15)
    assert found.first.tolist() == [0, 2]


@pytest.mark.parametrize("metric", METRICS)
def test_threads_change_no_bit(metric: str) -> None:
    rows = random.standard_normal((3000, 40))
    prototypes = random.standard_normal((90, 40))
    alone = search(metric, rows).find(rows, prototypes)
    with ThreadsOfOurOwn() as threads:
        together = search(metric, rows, threads=threads).find(rows, prototypes)
    for name in ("first", "second", "distances"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(together, name))
