"""Errors for every number of columns from one factor: against a fit for each number and each example left out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from sinapsi.algebra.kernels import add_prefix_errors
from sinapsi.algebra.normal_equations import NormalEquations
from sinapsi.algebra.prefix_errors import PrefixErrors
from sinapsi.algebra.triangular_factor import TriangularFactor
from tests.reference import algebra as naive

N_SAMPLES, N_COLUMNS, N_OUTPUTS = 16, 5, 2
MADE_FROM = pytest.mark.parametrize("made_from", ["sums", "factor"])
WEIGHTING = pytest.mark.parametrize("is_weighted", [False, True])


def problem(seed=0, n_samples=N_SAMPLES, n_columns=N_COLUMNS):
    random = np.random.default_rng(seed)
    rows = random.standard_normal((n_samples, n_columns)) * 2 + 1
    targets = rows[:, :3] @ random.standard_normal((3, N_OUTPUTS)) + random.standard_normal((n_samples, N_OUTPUTS)) - 4
    return rows, targets, random.uniform(0.2, 2, n_samples)


def empty_errors(made_from, rows, targets, weights, alpha):
    sums = NormalEquations(rows.shape[1], targets.shape[1]).add(rows, targets, weights)
    if made_from == "sums":
        return PrefixErrors.of_equations(sums, alpha)
    factor = TriangularFactor(rows.shape[1], targets.shape[1]).add(rows, targets, weights)
    triangle, answers, columns = factor.penalized(alpha)
    means = (sums.column_mean, sums.target_mean)
    return PrefixErrors(triangle, sums.moment, *means, sums.weight, columns, answers)


def refitted(rows, targets, weights, alpha, n_columns):
    """Mean squared error of a fit with the first columns, and of a fit without each example."""
    own = np.ones(len(rows)) if weights is None else weights
    columns = rows[:, :n_columns] if n_columns else np.zeros((len(rows), 1))  # a column of zeros is no column
    model = Ridge(alpha=alpha or 1e-14, solver="svd")
    training = own @ ((targets - model.fit(columns, targets, own).predict(columns)) ** 2).sum(axis=1)
    left_out = 0.0
    for i in range(len(rows)):
        others = np.arange(len(rows)) != i
        model.fit(columns[others], targets[others], own[others])
        left_out += own[i] * ((targets[i] - model.predict(columns[i : i + 1])[0]) ** 2).sum()
    return training / own.sum(), left_out / own.sum()


@MADE_FROM
@WEIGHTING
@pytest.mark.parametrize("alpha", [0.0, 0.8, 30.0])
def test_every_number_of_columns_as_refitting(made_from, is_weighted, alpha):
    rows, targets, weights = problem()
    weights = weights if is_weighted else None
    errors = empty_errors(made_from, rows, targets, weights, alpha).add(rows.copy(), targets, weights)
    expected = np.array([refitted(rows, targets, weights, alpha, k) for k in range(N_COLUMNS + 1)])
    assert errors.training.shape == errors.leave_one_out.shape == (N_COLUMNS + 1,)
    # From the sums, no penalty is a penalty of 1e-10 of the mean eigenvalue.
    rtol = 1e-6 if made_from == "sums" and not alpha else 1e-10
    np.testing.assert_allclose(errors.leave_one_out, expected[:, 1], rtol=rtol)
    if not alpha:
        np.testing.assert_allclose(errors.training, expected[:, 0], rtol=rtol)
    assert errors.best == expected[:, 1].argmin()


@MADE_FROM
@WEIGHTING
@pytest.mark.parametrize("alpha", [0.8, 30.0])
def test_training_errors_with_a_penalty_are_those_of_ridge(made_from, is_weighted, alpha):
    rows, targets, weights = problem()
    weights = weights if is_weighted else None
    errors = empty_errors(made_from, rows, targets, weights, alpha).add(rows.copy(), targets, weights)
    expected = [refitted(rows, targets, weights, alpha, k)[0] for k in range(N_COLUMNS + 1)]
    np.testing.assert_allclose(errors.training, expected, rtol=1e-10)


@WEIGHTING
def test_a_last_column_that_depends_on_those_before_changes_nothing(is_weighted):
    rows, targets, weights = problem()
    weights = weights if is_weighted else None
    more = np.column_stack([rows, rows[:, 0] - 2 * rows[:, 2]])
    found = empty_errors("factor", more, targets, weights, 0.0).add(more.copy(), targets, weights)
    plain = empty_errors("factor", rows, targets, weights, 0.0).add(rows.copy(), targets, weights)
    same = [0, 1, 2, 3, 4, 5, 5]
    np.testing.assert_allclose(found.leave_one_out, plain.leave_one_out[same], rtol=1e-9)
    np.testing.assert_allclose(found.training, plain.training[same], rtol=1e-9)


@MADE_FROM
def test_a_repeated_column_with_a_penalty_is_ridge_of_both(made_from):
    rows, targets, weights = problem()
    rows = np.column_stack([rows[:, :2], rows[:, 0], rows[:, 2:]])
    errors = empty_errors(made_from, rows, targets, weights, 0.5).add(rows.copy(), targets, weights)
    expected = [refitted(rows, targets, weights, 0.5, k)[1] for k in range(N_COLUMNS + 2)]
    np.testing.assert_allclose(errors.leave_one_out, expected, rtol=1e-9)


@MADE_FROM
@pytest.mark.parametrize("cut", [1, 7, 15])
def test_blocks_and_joined_shards_give_the_sums_of_all(made_from, cut):
    rows, targets, weights = problem()
    shards = [empty_errors(made_from, rows, targets, weights, 0.3) for _ in range(3)]
    for part in (slice(0, cut), slice(cut, None)):
        shards[0].add(rows[part].copy(), targets[part], weights[part])
    shards[1].add(rows[:cut].copy(), targets[:cut], weights[:cut])
    shards[2].add(rows[cut:].copy(), targets[cut:], weights[cut:])
    joined = shards[1].join(shards[2])
    whole = empty_errors(made_from, rows, targets, weights, 0.3).add(rows.copy(), targets, weights)
    np.testing.assert_allclose(shards[0].totals, whole.totals, rtol=1e-12)
    np.testing.assert_allclose(joined.totals, whole.totals, rtol=1e-12)


def test_float32_blocks():
    rows, targets, weights = problem(n_samples=200)
    make = [empty_errors("sums", rows, targets, weights, 0.3) for _ in range(2)]
    single = make[0].add(rows.astype(np.float32), targets.astype(np.float32), weights.astype(np.float32))
    np.testing.assert_allclose(single.leave_one_out, make[1].add(rows, targets, weights).leave_one_out, rtol=1e-5)


def test_neither_rows_nor_targets_are_changed():
    rows, targets, weights = problem()
    before = rows.copy(), targets.copy(), weights.copy()
    empty_errors("sums", rows, targets, weights, 0.3).add(rows, targets, weights)
    for array, old in zip((rows, targets, weights), before, strict=True):
        np.testing.assert_array_equal(array, old)


@given(
    seed=st.integers(0, 10**6),
    sizes=st.tuples(st.integers(0, 6), st.integers(0, 5), st.integers(1, 3)),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_the_kernel_as_its_twin(seed, sizes, dtype):
    n_rows, n_columns, n_outputs = sizes
    random = np.random.default_rng(seed)
    directions = (0.3 * random.uniform(-1, 1, (n_rows, n_columns))).astype(dtype)
    answers, residuals = random.standard_normal((n_columns, n_outputs)), random.standard_normal((n_rows, n_outputs))
    weights = random.uniform(0, 1, n_rows)
    totals = random.uniform(0, 1, (n_columns + 1, 2))
    expected = totals.copy()
    naive.add_prefix_errors(directions, answers, residuals, weights, 5.0, expected)
    add_prefix_errors(directions, answers, residuals.copy(), weights, 5.0, totals)
    np.testing.assert_allclose(totals, expected, rtol=1e-12)


def test_the_kernel_where_an_example_decides_a_column_alone():
    """Its leverage is 1: it is met exactly; those left know nothing of the column, so its own error stays."""
    totals = np.zeros((2, 2))
    add_prefix_errors(np.array([[np.sqrt(0.75)]]), np.array([[0.5]]), np.array([[1.0]]), np.ones(1), 4.0, totals)
    assert totals[1].tolist() == [0.0, pytest.approx((4 / 3) ** 2)]
    assert totals[0].tolist() == [1.0, pytest.approx((4 / 3) ** 2)]
