"""The compiled rules equal their naive twins: to the last bit on small integers, else to 1e-12 (float32: 1e-4)."""

import numpy as np
import pytest
from scipy import sparse

from sinapsi.linear import kernels
from tests.reference import linear as naive

DTYPES = [np.float64, np.float32]
RTOL = {np.float64: 1e-12, np.float32: 1e-4}
ORDERS = {"given": np.empty(0, dtype=np.intp), "repeating": np.random.default_rng(7).integers(0, 40, 55)}


def assert_close(actual, expected, dtype):
    """Relative to the largest number of each array."""
    expected = np.asarray(expected)
    scale = np.abs(expected).max(initial=1e-300)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=RTOL[dtype] * scale)


def rows_of(X):
    return (X.data, X.indices, X.indptr) if sparse.issparse(X) else (X,)


def compare(name, X, arguments, start, dtype, *, exactly=False):
    """Run kernel and twin from the same start; the last two of ``start`` are weights and biases."""
    name += "_csr" if sparse.issparse(X) else ""
    learned, expected = [a.astype(dtype) for a in start], [a.astype(dtype).astype(np.float64) for a in start]
    result = getattr(kernels, name)(*rows_of(X), *arguments, *learned)
    expected_result = getattr(naive, name)(*rows_of(X), *arguments, *expected)
    if exactly:
        for actual, wanted in zip(learned, expected, strict=True):
            np.testing.assert_array_equal(actual, wanted)
        assert tuple(np.atleast_1d(result)) == tuple(np.atleast_1d(expected_result))
    else:
        for actual, wanted in zip(learned, expected, strict=True):
            assert_close(actual, wanted, dtype)
        assert_close(np.atleast_1d(result), np.atleast_1d(expected_result), dtype)
    return result


def data(dtype, *, is_sparse, seed=0, n_features=6):
    random = np.random.default_rng(seed)
    X = random.standard_normal((40, n_features))
    if is_sparse:
        X[random.random(X.shape) < 0.6] = 0
    X = X.astype(dtype)
    return random, (sparse.csr_array(X) if is_sparse else X)


def small_integers(*, is_sparse, seed=3):
    random = np.random.default_rng(seed)
    X = random.integers(-3, 4, (40, 5)).astype(np.float64)
    return random, (sparse.csr_array(X) if is_sparse else X)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("is_sparse", [False, True])
class TestPerceptron:
    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("has_schedule", [False, True])
    def test_equals_its_naive_twin(self, dtype, is_sparse, has_schedule, order):
        random, X = data(dtype, is_sparse=is_sparse)
        signed = (random.choice([-1, 1], 40) * random.uniform(0.5, 2, 40)).astype(dtype)
        rates = (random.uniform(0.1, 1, 55) if has_schedule else np.array([0.7])).astype(dtype)
        start = [random.standard_normal(6), random.standard_normal(1)]
        n_corrections, _ = compare("learn_perceptron", X, (signed, ORDERS[order], rates), start, dtype)
        assert 0 < n_corrections < 40  # both branches were met

    def test_equals_it_to_the_last_bit_on_small_integers(self, is_sparse, order):
        random, X = small_integers(is_sparse=is_sparse)
        signed = random.choice([-1.0, 1.0], 40)
        start = [np.zeros(5), np.zeros(1)]
        compare("learn_perceptron", X, (signed, ORDERS[order], np.ones(1)), start, np.float64, exactly=True)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("is_sparse", [False, True])
class TestKesler:
    @pytest.mark.parametrize("dtype", DTYPES)
    def test_equals_its_naive_twin(self, dtype, is_sparse, order):
        random, X = data(dtype, is_sparse=is_sparse)
        labels, weights = random.integers(0, 4, 40), random.uniform(0.5, 2, 40).astype(dtype)
        rates = random.uniform(0.1, 1, 55).astype(dtype)
        start = [random.standard_normal((4, 6)), random.standard_normal(4)]
        n_corrections, _ = compare("learn_kesler", X, (labels, weights, ORDERS[order], rates), start, dtype)
        assert 0 < n_corrections < 55

    def test_equals_it_to_the_last_bit_on_small_integers_with_their_ties(self, is_sparse, order):
        random, X = small_integers(is_sparse=is_sparse)
        arguments = (random.integers(0, 3, 40), np.ones(40), ORDERS[order], np.ones(1))
        compare("learn_kesler", X, arguments, [np.zeros((3, 5)), np.zeros(3)], np.float64, exactly=True)


def test_kesler_gives_ties_between_rivals_to_the_lowest_index():
    coef, intercept = np.zeros((4, 1)), np.zeros(4)
    one = np.ones(1)
    kernels.learn_kesler(np.ones((1, 1)), np.array([2]), one, np.empty(0, dtype=np.intp), one, coef, intercept)
    assert coef.ravel().tolist() == [-1, 0, 1, 0]


class TestLMS:
    @pytest.mark.parametrize("order", ORDERS)
    @pytest.mark.parametrize("is_sparse", [False, True])
    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("decay", [0.0, 0.3])
    @pytest.mark.parametrize("is_weighted", [False, True])
    @pytest.mark.parametrize("n_outputs", [1, 2])
    def test_equals_its_naive_twin(self, dtype, is_sparse, decay, is_weighted, n_outputs, order):
        random, X = data(dtype, is_sparse=is_sparse)
        targets = random.standard_normal((40, n_outputs)).astype(dtype)
        weights = (random.uniform(0, 2, 40) if is_weighted else np.ones(1)).astype(dtype)
        rates = (random.uniform(0.01, 0.1, 55) if is_weighted else np.array([0.05])).astype(dtype)
        start = [random.standard_normal((n_outputs, 6)), random.standard_normal(n_outputs)]
        compare("learn_lms", X, (targets, weights, ORDERS[order], rates, dtype(decay)), start, dtype)

    @pytest.mark.parametrize("order", [[0], [1, 0], [1, 1], [2, 0, 1], [0, 0, 0, 0]])
    @pytest.mark.parametrize("n_features", [1, 2, 17])
    def test_looking_ahead_sees_each_example_once_however_few_there_are(self, order, n_features):
        random, X = data(np.float64, is_sparse=False, n_features=n_features)
        start = [random.standard_normal((1, n_features)), random.standard_normal(1)]
        arguments = (random.standard_normal((40, 1)), np.ones(1), np.array(order), np.array([0.1]), 0.0)
        compare("learn_lms", X, arguments, start, np.float64)

    def test_looking_ahead_does_not_gather_rounding_over_many_examples(self):
        """The field of an example is put together from products taken before the last step was known."""
        random, X = data(np.float64, is_sparse=False)
        order = random.integers(0, 40, 3000)
        arguments = (random.standard_normal((40, 1)), np.ones(1), order, np.array([0.1]), 0.0)
        compare("learn_lms", X, arguments, [np.zeros((1, 6)), np.zeros(1)], np.float64)


@pytest.mark.parametrize("dtype", DTYPES)
def test_largest_squared_norm_equals_its_naive_twin(dtype):
    _, X = data(dtype, is_sparse=False, n_features=9)
    assert_close(kernels.largest_squared_norm(X), naive.largest_squared_norm(X), dtype)


def test_nan_in_the_weights_is_not_optimized_away():
    """The compiler may reorder sums but not assume that all numbers are finite."""
    one, order = np.ones(1), np.empty(0, dtype=np.intp)
    coef = np.array([[np.nan, 1.0, 1.0]])
    assert np.isnan(kernels.learn_lms(np.ones((1, 3)), np.ones((1, 1)), one, order, one, 0.0, coef, np.zeros(1)))


class TestNormalizedLMS:
    @pytest.mark.parametrize("order", ORDERS)
    @pytest.mark.parametrize("is_sparse", [False, True])
    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("decay", [0.0, 0.3])
    @pytest.mark.parametrize("is_weighted", [False, True])
    @pytest.mark.parametrize("n_outputs", [1, 2])
    def test_equals_its_naive_twin(self, dtype, is_sparse, decay, is_weighted, n_outputs, order):
        random, X = data(dtype, is_sparse=is_sparse)
        targets = random.standard_normal((40, n_outputs)).astype(dtype)
        weights = (random.uniform(0, 2, 40) if is_weighted else np.ones(1)).astype(dtype)
        rates = (random.uniform(0.1, 1, 55) if is_weighted else np.array([0.5])).astype(dtype)
        divisors = 1 + decay + np.asarray((X * X).sum(axis=1), dtype=np.float64).ravel()
        start = [random.standard_normal((n_outputs, 6)), random.standard_normal(n_outputs)]
        arguments = (targets, weights, divisors, ORDERS[order], rates, dtype(decay))
        compare("learn_normalized_lms", X, arguments, start, dtype)


@pytest.mark.parametrize("forgetting", [1.0, 0.9])
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("prior", [0.0, 0.7])
def test_rotations_equal_their_naive_twin(forgetting, n_outputs, prior):
    random = np.random.default_rng(0)
    rows, answers = random.standard_normal((30, 6)), random.standard_normal((30, n_outputs))
    rows[random.random(rows.shape) < 0.3] = 0
    factor, moments = prior * np.eye(6), np.zeros((6, n_outputs))
    expected = factor.copy(), moments.copy()
    kernels.rotate_in(rows, answers, forgetting, factor, moments)
    naive.rotate_in(rows, answers, forgetting, *expected)
    assert_close(factor, expected[0], np.float64)
    assert_close(moments, expected[1], np.float64)
    if forgetting == 1:  # what the factor stands for
        np.testing.assert_allclose(factor.T @ factor, rows.T @ rows + prior**2 * np.eye(6), atol=1e-12)
        np.testing.assert_allclose(factor.T @ moments, rows.T @ answers, atol=1e-12)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_rotations_neither_overflow_nor_vanish(size):
    factor, moments = np.zeros((2, 2)), np.zeros((2, 1))
    kernels.rotate_in(size * np.array([[3.0, 0.0], [4.0, 1.0]]), np.array([[3.0], [4.0]]), 1.0, factor, moments)
    np.testing.assert_allclose(factor[0] / size, [5, 0.8], rtol=1e-14)
    np.testing.assert_allclose(moments[:, 0], [5, 0], atol=1e-14)
