"""The nearest two units against SciPy and scikit-learn, near and far from zero, with and without missing values."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics.pairwise import nan_euclidean_distances

from sinapsi import own_threads
from sinapsi.blas_threads import ONE_BLAS_THREAD
from sinapsi.maps.winners import METRICS, WinnerSearch
from sinapsi.own_threads import ThreadsOfOurOwn
from tests.reference import maps as naive

SCIPYS = {"euclidean": "euclidean", "cosine": "cosine", "manhattan": "cityblock", "chebyshev": "chebyshev"}
random = np.random.default_rng(0)
ROWS, PROTOTYPES = random.standard_normal((700, 5)), random.standard_normal((37, 5))
MANY_ROWS, MANY_PROTOTYPES = random.standard_normal((2049, 40)), random.standard_normal((90, 40))
of_all_metrics = pytest.mark.parametrize("metric", METRICS)


def search(
    metric: str, rows: np.ndarray, *, has_gaps: bool = False, threads: ThreadsOfOurOwn | None = None
) -> WinnerSearch:
    center = np.nanmean(rows, axis=0).astype(rows.dtype)
    return WinnerSearch(METRICS[metric], center, has_gaps=has_gaps, threads=threads or ThreadsOfOurOwn())


def with_gaps(rows: np.ndarray, share: float = 0.3) -> np.ndarray:
    found = np.where(np.random.default_rng(1).random(rows.shape) < share, np.nan, rows)
    return found[(~np.isnan(found)).sum(axis=1) > 1]  # two values at least: the cosine of single ones has ties


@of_all_metrics
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_winners_and_distances_are_scipys(metric: str, dtype: type) -> None:
    # A trap among them: Chebyshev without absolute values.
    rows, prototypes = ROWS.astype(dtype), PROTOTYPES.astype(dtype)
    expected = cdist(rows.astype(float), prototypes.astype(float), SCIPYS[metric])
    order = np.argsort(expected, axis=1, kind="stable")
    found = search(metric, rows).find(rows, prototypes)
    np.testing.assert_array_equal(found.first, order[:, 0])
    np.testing.assert_array_equal(found.second, order[:, 1])
    assert found.distances.dtype == np.float64
    np.testing.assert_allclose(
        found.distances, expected.min(axis=1), rtol=1e-6 if dtype is np.float32 else 1e-12, atol=1e-12
    )
    table = search(metric, rows).distances(rows, prototypes)
    assert table.dtype == dtype
    tolerance = 1e-5 if dtype is np.float32 else 1e-12
    np.testing.assert_allclose(table, expected, rtol=tolerance, atol=tolerance)


def test_a_chebyshev_distance_below_the_prototype_counts_as_one_above() -> None:
    found = search("chebyshev", ROWS[:, :2]).find(np.array([[0.0, 0.0]]), np.array([[5.0, 1.0], [1.0, 2.0]]))
    assert (found.first[0], found.second[0], found.distances[0]) == (1, 0, 2.0)


@of_all_metrics
def test_many_rows_are_more_than_one_tile(metric: str) -> None:
    expected = cdist(MANY_ROWS, MANY_PROTOTYPES, SCIPYS[metric])
    order = np.argsort(expected, axis=1, kind="stable")
    found = search(metric, MANY_ROWS).find(MANY_ROWS, MANY_PROTOTYPES)
    np.testing.assert_array_equal(found.first, order[:, 0])
    np.testing.assert_array_equal(found.second, order[:, 1])
    np.testing.assert_allclose(found.distances, expected.min(axis=1), rtol=1e-12)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev"])
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_winners_far_from_zero_are_right(metric: str, share: float) -> None:
    # A trap: |x|^2 - 2 x.w + |w|^2 without centering. What is subtracted here is exact.
    rows, prototypes = with_gaps(ROWS, share) + 1e9, PROTOTYPES + 1e9
    expected = np.array([[naive.distance(metric, x - 1e9, w) for w in prototypes - 1e9] for x in rows])
    order = np.argsort(expected, axis=1, kind="stable")
    asked = search(metric, rows, has_gaps=share > 0)
    found = asked.find(rows, prototypes)
    np.testing.assert_array_equal(found.first, order[:, 0])
    np.testing.assert_array_equal(found.second, order[:, 1])
    np.testing.assert_allclose(found.distances, expected.min(axis=1), rtol=1e-12)
    np.testing.assert_allclose(asked.distances(rows, prototypes), expected, rtol=1e-9)


@of_all_metrics
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_missing_values_are_left_out(metric: str, dtype: type) -> None:
    rows, prototypes = with_gaps(ROWS)[:200].astype(dtype), PROTOTYPES.astype(dtype)
    asked = search(metric, rows, has_gaps=True)
    found, table = asked.find(rows, prototypes), asked.distances(rows, prototypes)
    as_double = rows.astype(float), prototypes.astype(float)
    expected = [naive.two_nearest(metric, row, as_double[1]) for row in as_double[0]]
    np.testing.assert_array_equal(found.first, [first for first, _, _ in expected])
    np.testing.assert_array_equal(found.second, [second for _, second, _ in expected])
    tolerance = 1e-5 if dtype is np.float32 else 1e-12
    np.testing.assert_allclose(found.distances, [error for _, _, error in expected], rtol=tolerance, atol=tolerance)
    all_expected = [[naive.distance(metric, row, prototype) for prototype in as_double[1]] for row in as_double[0]]
    assert table.dtype == dtype
    np.testing.assert_allclose(table, all_expected, rtol=tolerance, atol=tolerance)
    if metric == "euclidean":
        np.testing.assert_allclose(table, nan_euclidean_distances(*as_double), rtol=tolerance, atol=tolerance)


@of_all_metrics
def test_looking_out_for_gaps_changes_nothing_where_there_are_none(metric: str) -> None:
    plain, careful = search(metric, ROWS), search(metric, ROWS, has_gaps=True)
    for name in ("first", "second", "distances"):
        values = [getattr(asked.find(ROWS, PROTOTYPES), name) for asked in (plain, careful)]
        np.testing.assert_array_equal(*values)
    tables = [asked.distances(ROWS, PROTOTYPES) for asked in (plain, careful)]
    np.testing.assert_allclose(*tables, rtol=1e-12, atol=1e-12)


@of_all_metrics
@pytest.mark.parametrize("has_gaps", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_row_is_at_distance_0_from_itself(metric: str, has_gaps: bool, dtype: type) -> None:
    rows = ROWS[:50].astype(dtype)
    asked = search(metric, rows, has_gaps=has_gaps)
    np.testing.assert_allclose(asked.find(rows, rows).distances, 0, atol=1e-15)
    table = asked.distances(rows, rows)
    np.testing.assert_allclose(np.diagonal(table), 0, atol=1e-4 if dtype is np.float32 else 1e-7)


@of_all_metrics
@pytest.mark.parametrize("has_gaps", [False, True])
def test_ties_go_to_the_lower_unit(metric: str, has_gaps: bool) -> None:
    prototypes = np.array([[3.0, 3.0], [1.0, 2.0], [3.0, 3.0], [1.0, 2.0], [1.0, 2.0]])
    rows = np.array([[1.0, 2.0], [3.0, 3.0]])
    found = search(metric, rows, has_gaps=has_gaps).find(rows, prototypes)
    assert found.first.tolist() == [1, 0]
    assert found.second.tolist() == [3, 2]


@of_all_metrics
@pytest.mark.parametrize("has_gaps", [False, True])
@pytest.mark.parametrize("n_features", [2, 8, 64])
def test_of_equal_prototypes_the_lower_one_wins(metric: str, has_gaps: bool, n_features: int) -> None:
    # The same numbers at another place of a matrix product may be summed in another order.
    draw = np.random.default_rng(2)
    rows, distinct = draw.standard_normal((701, n_features)), draw.standard_normal((8, n_features))
    copies = np.concatenate([draw.permutation(8), draw.permutation(8)])[:15]  # one of them is there once
    found = search(metric, rows, has_gaps=has_gaps).find(rows, distinct[copies])
    lowest = np.array([np.flatnonzero(copies == copy)[0] for copy in range(8)])
    np.testing.assert_array_equal(found.first, lowest[copies[found.first]])
    is_double = np.bincount(copies)[copies[found.first]] == 2
    highest = np.array([np.flatnonzero(copies == copy)[-1] for copy in range(8)])
    np.testing.assert_array_equal(found.second[is_double], highest[copies[found.first]][is_double])


@of_all_metrics
def test_a_single_unit_wins_and_comes_second(metric: str) -> None:
    found = search(metric, ROWS).find(ROWS, PROTOTYPES[:1])
    assert found.first.max() == found.second.max() == 0
    np.testing.assert_allclose(found.distances, cdist(ROWS, PROTOTYPES[:1], SCIPYS[metric])[:, 0], rtol=1e-12)


@of_all_metrics
def test_no_rows_have_no_winners(metric: str) -> None:
    asked = search(metric, ROWS)
    assert len(asked.find(ROWS[:0], PROTOTYPES).first) == 0
    assert asked.distances(ROWS[:0], PROTOTYPES).shape == (0, 37)


@pytest.mark.parametrize("has_gaps", [False, True])
def test_zero_has_no_angle(has_gaps: bool) -> None:
    rows = np.array([[0.0, 0.0], [1.0, 1.0], [-1.0, -1.0]])
    prototypes = np.array([[1.0, 0.0], [0.0, 0.0], [2.0, 2.0]])
    asked = search("cosine", rows, has_gaps=has_gaps)
    slanted = 0.5**0.5
    expected = [[1, 1, 1], [1 - slanted, 1, 0], [1 + slanted, 1, 2]]
    np.testing.assert_allclose(asked.distances(rows, prototypes), expected, atol=1e-15)
    found = asked.find(rows, prototypes)
    assert found.first.tolist() == [0, 2, 1]
    assert found.second.tolist() == [1, 0, 0]
    np.testing.assert_allclose(found.distances, [1, 0, 1], atol=1e-15)


@of_all_metrics
@pytest.mark.parametrize("share", [0.0, 0.2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_threads_change_no_bit(metric: str, share: float, dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_threads.os, "cpu_count", lambda: 4)
    rows, prototypes = with_gaps(MANY_ROWS, share).astype(dtype), MANY_PROTOTYPES.astype(dtype)
    alone = search(metric, rows, has_gaps=share > 0)
    with ThreadsOfOurOwn() as threads:
        together = search(metric, rows, has_gaps=share > 0, threads=threads)
        shared, table = together.find(rows, prototypes), together.distances(rows, prototypes)
        stretches: list[slice] = []
        threads.share(stretches.append, len(rows), prototypes.size)
    assert len(stretches) == 4
    found = alone.find(rows, prototypes)
    for name in ("first", "second", "distances"):
        np.testing.assert_array_equal(getattr(shared, name), getattr(found, name))
    with ONE_BLAS_THREAD:  # as above, once threads of ours have worked
        np.testing.assert_array_equal(table, alone.distances(rows, prototypes))


def test_stretches_cover_all_items_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_threads.os, "cpu_count", lambda: 3)
    for n_items in (1, 2, 3, 7, 100):
        counts = np.zeros(n_items)

        def take(part: slice, counts: np.ndarray = counts) -> None:
            counts[part] += 1

        with ThreadsOfOurOwn() as threads:
            threads.share(take, n_items, own_threads.SMALLEST_STRETCH)
        ThreadsOfOurOwn().share(take, n_items, own_threads.SMALLEST_STRETCH)  # not open: in this thread
        np.testing.assert_array_equal(counts, 2)
