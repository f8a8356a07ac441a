"""Distances and Gaussians against SciPy and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.metrics.pairwise import rbf_kernel

from sinapsi.algebra import distances
from sinapsi.algebra.distances import Centers, row_blocks


def points(n_rows=70, n_centers=9, n_features=4, seed=0, offset=0.0):
    random = np.random.default_rng(seed)
    return random.standard_normal((n_rows, n_features)) + offset, random.standard_normal(
        (n_centers, n_features)
    ) + offset


@given(n_rows=st.integers(1, 60), n_centers=st.integers(1, 20), n_features=st.integers(1, 12), seed=st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_squared_distances_as_scipy(n_rows, n_centers, n_features, seed):
    rows, centers = points(n_rows, n_centers, n_features, seed)
    expected = cdist(rows, centers, "sqeuclidean")
    np.testing.assert_allclose(Centers(centers).squared_distances(rows), expected, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("offset", [1e4, 1e7])
def test_points_far_from_zero_keep_their_digits(offset):
    rows, centers = points(offset=offset)
    expected = cdist(rows, centers, "sqeuclidean")
    np.testing.assert_allclose(Centers(centers).squared_distances(rows), expected, rtol=1e-9)


def test_the_distance_to_itself_is_not_below_zero():
    rows, _ = points(200)
    found = Centers(rows).squared_distances(rows)
    assert (found >= 0).all()
    assert np.diagonal(found).max() < 1e-12


def test_gaussians_as_scikit_learn():
    rows, centers = points()
    np.testing.assert_allclose(
        Centers(centers, np.full(9, 1.7)).gaussians(rows), rbf_kernel(rows, centers, gamma=1 / 1.7**2), rtol=1e-11
    )


def test_every_center_has_its_width():
    rows, centers = points()
    widths = np.linspace(0.3, 4, 9)
    expected = np.exp(-cdist(rows, centers, "sqeuclidean") / widths**2)
    np.testing.assert_allclose(Centers(centers, widths).gaussians(rows), expected, rtol=1e-9, atol=1e-300)


def test_single_precision():
    rows, centers = (array.astype(np.float32) for array in points(offset=100.0))
    found = Centers(centers, np.full(9, 2.0)).gaussians(rows)
    assert found.dtype == np.float32
    expected = np.exp(-cdist(rows, centers, "sqeuclidean") / 4)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)


def test_blocks_change_nothing(monkeypatch):
    rows, centers = points(100)
    whole = Centers(centers).gaussians(rows)
    monkeypatch.setattr(distances, "BLOCK_BYTES", 8 * 9 * 7)
    assert len(list(row_blocks(100, 9, 8))) == 15
    np.testing.assert_allclose(Centers(centers).gaussians(rows), whole, rtol=1e-13)


def test_threads_change_nothing(monkeypatch):
    rows, centers = points(3000, 200)
    monkeypatch.setattr(distances, "BLOCK_BYTES", 8 * 200 * 100)
    shared = Centers(centers).gaussians(rows)
    monkeypatch.setattr(distances, "THREADED_BLOCKS", 10**9)
    np.testing.assert_array_equal(Centers(centers).gaussians(rows), shared)


def test_a_single_center_and_no_rows():
    rows, centers = points(0, 1)
    assert Centers(centers).squared_distances(rows).shape == (0, 1)
