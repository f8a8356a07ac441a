"""The compiled variants of the perceptron equal their naive twins: to 1e-12, float32 to 1e-4, integers exactly."""

from functools import partial

import numpy as np
import pytest
from scipy import sparse

from sinapsi.linear.fields import both_forms_of
from sinapsi.linear.variants import kernels
from tests.reference import linear as naive

N_SAMPLES, N_FEATURES, N_CLASSES = 40, 5, 3
RTOL = {np.float64: 1e-12, np.float32: 1e-4}
ORDERS = {"given": np.empty(0, dtype=np.intp), "repeating": np.random.default_rng(7).integers(0, 40, 130)}

with_all = [
    pytest.mark.parametrize("order", ORDERS),
    pytest.mark.parametrize("is_sparse", [False, True]),
    pytest.mark.parametrize("dtype", [np.float64, np.float32]),
    pytest.mark.parametrize("together", [False, True]),
]


def in_all_forms(test):
    for mark in with_all:
        test = mark(test)
    return test


class Problem:
    """Examples that overlap, as the kernels take them, and the naive presentation of one of them."""

    def __init__(self, dtype, *, is_sparse, together, integers=False, seed=0):
        random = np.random.default_rng(seed)
        shape = (N_SAMPLES, N_FEATURES)
        X = random.integers(-3, 4, shape).astype(dtype) if integers else random.standard_normal(shape).astype(dtype)
        X[random.random(shape) < 0.4] = 0
        weights = np.ones(N_SAMPLES, dtype) if integers else random.uniform(0.5, 2, N_SAMPLES).astype(dtype)
        slopes = random.standard_normal((N_FEATURES, N_CLASSES)).astype(dtype)
        noisy = X @ slopes + 1.5 * random.standard_normal((N_SAMPLES, N_CLASSES))
        labels = noisy.argmax(axis=1)
        signed = np.where(labels == 0, weights, -weights).astype(dtype)
        self.rows = both_forms_of(sparse.csr_array(X) if is_sparse else X)
        self.suffix = "_kesler" if together else ""
        self.answers = (labels, weights) if together else (signed,)
        self.rates = random.uniform(0.1, 1, 130).astype(dtype) if not integers else np.ones(1)
        self.start = [np.zeros((N_CLASSES, N_FEATURES), dtype), np.zeros(N_CLASSES, dtype)]
        if not together:
            self.start = [self.start[0][0], self.start[1][:1]]
        one = naive.present_to_all if together else naive.present_to_neuron
        self.present = partial(one, X, *self.answers)
        self.count = partial(naive.error_of_kesler if together else naive.error_of, X, *self.answers)
        self.weight_of = lambda i: float(weights[i])

    def fresh(self, dtype=None):
        return [array.astype(dtype or array.dtype) for array in self.start]

    def learn(self, name, order, *rest):
        return getattr(kernels, name + self.suffix)(*self.rows, *self.answers, ORDERS[order], self.rates, *rest)


def presented(order):
    return naive.presentations(ORDERS[order], N_SAMPLES)


def assert_close(actual, expected, dtype):
    expected = np.asarray(expected, dtype=float)
    scale = np.abs(expected).max(initial=1e-300)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=RTOL[dtype] * scale)


@in_all_forms
@pytest.mark.parametrize("n_before", [0, 1000])
def test_averaged(dtype, is_sparse, together, order, n_before):
    problem = Problem(dtype, is_sparse=is_sparse, together=together)
    ours = [*problem.fresh(), *(0.5 + array for array in problem.fresh(np.float64))]
    theirs = [*problem.fresh(np.float64), *(0.5 + array for array in problem.fresh(np.float64))]
    result = problem.learn("learn_averaged", order, n_before, *ours)
    expected = naive.learn_averaged(problem.present, presented(order), problem.rates, n_before, *theirs)
    assert 5 < result[0] < 100  # both branches were met
    assert result[0] == expected[0]
    assert_close(result[1], expected[1], dtype)
    for one, other in zip(ours, theirs, strict=True):
        assert_close(one, other, dtype)


@pytest.mark.parametrize("together", [False, True])
def test_averaged_is_exact_on_small_integers(together):
    problem = Problem(np.float64, is_sparse=False, together=together, integers=True)
    ours, theirs = ([*problem.fresh(), *problem.fresh()] for _ in range(2))
    problem.learn("learn_averaged", "repeating", 0, *ours)
    naive.learn_averaged(problem.present, presented("repeating"), problem.rates, 0, *theirs)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


@in_all_forms
def test_pocket(dtype, is_sparse, together, order):
    problem = Problem(dtype, is_sparse=is_sparse, together=together)
    ours = [*problem.fresh(), *problem.fresh(), np.array([0.0, 0.0, np.inf, 0.0])]
    theirs = [*problem.fresh(np.float64), *problem.fresh(np.float64), ours[-1].copy()]
    result = problem.learn("learn_pocket", order, *ours)
    arguments = problem.present, problem.count, problem.weight_of, presented(order), problem.rates
    expected = naive.learn_pocket(*arguments, *theirs)
    assert result[0] == expected[0]
    assert_close(result[1], expected[1], dtype)
    for one, other in zip(ours, theirs, strict=True):
        assert_close(one, other, dtype)
    assert not np.array_equal(ours[0], ours[2])  # the pocket holds other weights than the last
    assert ours[4][kernels.ERRORS] == pytest.approx(problem.count(ours[2], ours[3]), rel=1e-5)


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("is_sparse", [False, True])
def test_pocket_goes_on_from_its_tally(together, is_sparse):
    """Runs go beyond the end of a pass, and weights once refused are not counted again."""
    problem = Problem(np.float64, is_sparse=is_sparse, together=together, integers=True)
    ours = [*problem.fresh(), *problem.fresh(), np.array([0.0, 0.0, np.inf, 0.0])]
    theirs = [*problem.fresh(), *problem.fresh(), ours[-1].copy()]
    arguments = problem.present, problem.count, problem.weight_of, presented("given"), problem.rates
    pockets = set()
    for _ in range(12):
        problem.learn("learn_pocket", "given", *ours)
        naive.learn_pocket(*arguments, *theirs)
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)
        pockets.add(ours[-1][kernels.ERRORS])
    assert len(pockets) > 1


@in_all_forms
def test_error(dtype, is_sparse, together, order):
    problem = Problem(dtype, is_sparse=is_sparse, together=together, seed=3)
    random = np.random.default_rng(1)
    weights = [random.standard_normal(array.shape).astype(dtype) for array in problem.start]
    count = getattr(kernels, "error_of" + problem.suffix)
    error = count(*problem.rows, *problem.answers, *weights, np.inf)
    expected = problem.count(*weights)
    assert error > 0
    assert_close(error, expected, dtype)
    abandoned = count(*problem.rows, *problem.answers, *weights, error / 2)
    assert error / 2 <= abandoned < error


@in_all_forms
@pytest.mark.parametrize("room", [200, 7])
def test_voted(dtype, is_sparse, together, order, room):
    problem = Problem(dtype, is_sparse=is_sparse, together=together)
    coef, intercept = problem.fresh()
    voters, survivals = naive.learn_voted(problem.present, presented(order), problem.rates, *problem.fresh(np.float64))
    kept, kept_survivals, first, n_corrections = [], [], 0, 0
    while first < len(presented(order)):  # with little room the pass pauses and goes on
        block = np.zeros((room, *coef.shape[:-1], N_FEATURES + 1), dtype)
        block[0, ..., :-1], block[0, ..., -1] = coef, intercept if together else intercept[0]
        counts = np.zeros(room, dtype=np.int64)
        first, last, corrections, _ = problem.learn("learn_voted", order, first, coef, intercept, block, counts, 0)
        if kept:
            kept_survivals[-1] += counts[0]
        kept.extend(block[1 if kept else 0 : last + 1])
        kept_survivals.extend(counts[1 if kept_survivals else 0 : last + 1])
        n_corrections += corrections
    assert n_corrections == len(voters) - 1 == len(kept) - 1
    assert kept_survivals == survivals
    for one, (coef_of, intercept_of) in zip(kept, voters, strict=True):
        assert_close(one[..., :-1], coef_of, dtype)
        np.testing.assert_allclose(np.ravel(one[..., -1]), np.ravel(intercept_of), atol=10 * RTOL[dtype])
