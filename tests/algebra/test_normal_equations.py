"""Sums that add: the same solution however the data are cut, and as scikit-learn's Ridge gives it."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge

from sinapsi.algebra.normal_equations import NormalEquations
from sinapsi.exceptions import InvalidInputError


def problem(n_samples=200, n_columns=6, n_outputs=2, seed=0, offset=0.0):
    random = np.random.default_rng(seed)
    rows = random.standard_normal((n_samples, n_columns)) + offset
    targets = rows @ random.standard_normal((n_columns, n_outputs)) + random.standard_normal((n_samples, n_outputs)) + 3
    return rows, targets, random.uniform(0.1, 3, n_samples)


def sums(rows, targets, weights=None, cuts=()):
    equations = NormalEquations(rows.shape[1], targets.shape[1])
    bounds = [0, *cuts, len(rows)]
    for start, end in itertools.pairwise(bounds):
        equations.add(rows[start:end], targets[start:end], None if weights is None else weights[start:end])
    return equations


def assert_same(one, other, rtol=1e-10):
    assert one.n_examples == other.n_examples
    for name in ("weight", "column_mean", "target_mean", "gram", "moment", "target_squares"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=rtol, atol=rtol, err_msg=name)


class TestSolution:
    @pytest.mark.parametrize("alpha", [0.0, 0.3, 50.0])
    @pytest.mark.parametrize("is_weighted", [False, True])
    def test_as_ridge(self, alpha, is_weighted):
        rows, targets, weights = problem()
        weights = weights if is_weighted else None
        solution = sums(rows, targets, weights, cuts=(3, 70)).solve(alpha)
        oracle = Ridge(alpha=alpha, solver="svd").fit(rows, targets, weights)
        np.testing.assert_allclose(solution.coef.T, oracle.coef_, rtol=1e-10)
        np.testing.assert_allclose(solution.intercept, oracle.intercept_, rtol=1e-10)
        assert (solution.rank, solution.method) == (6, "cholesky")

    @pytest.mark.parametrize("offset", [1e6, 1e9])
    def test_columns_far_from_zero_keep_their_digits(self, offset):
        rows, targets, _ = problem(offset=offset)
        near = sums(rows - offset, targets, cuts=(50, 90)).solve()
        far = sums(rows, targets, cuts=(50, 90)).solve()
        np.testing.assert_allclose(far.coef, near.coef, rtol=1e-6)

    def test_float32_blocks_are_summed_in_float64(self):
        rows, targets, _ = problem(20_000)
        single = sums(rows.astype(np.float32), targets.astype(np.float32), cuts=range(1000, 20_000, 1000))
        assert single.gram.dtype == single.moment.dtype == np.float64
        np.testing.assert_allclose(single.solve().coef, sums(rows, targets).solve().coef, rtol=2e-4, atol=1e-5)

    def test_float32_columns_far_from_zero(self):
        """The mean of a float32 block is rounded; what the rounding leaves must not be lost."""
        rows, targets, _ = problem(5000, offset=1000.0)
        rows = rows.astype(np.float32)
        single, double = sums(rows, targets, cuts=(2000,)), sums(rows.astype(np.float64), targets)
        np.testing.assert_allclose(single.column_mean, double.column_mean, rtol=1e-9)
        np.testing.assert_allclose(single.gram, double.gram, rtol=1e-5, atol=0.1)
        np.testing.assert_allclose(single.solve().coef, double.solve().coef, rtol=1e-4, atol=1e-5)

    def test_a_singular_problem_says_its_rank_and_takes_the_least_norm(self):
        rows, targets, _ = problem()
        rows = np.column_stack([rows, rows[:, 0]])
        with pytest.warns(ConvergenceWarning, match=r"rank 6, condition number .*half of the digits.*alpha > 0"):
            solution = sums(rows, targets).solve()
        assert solution.rank == 6
        assert solution.method == "eigen"
        centered = rows - rows.mean(axis=0)
        least = np.linalg.lstsq(centered, targets - targets.mean(axis=0), rcond=1e-10)[0]
        np.testing.assert_allclose(solution.coef, least, rtol=1e-6, atol=1e-8)

    def test_the_condition_number_is_told(self):
        rows, targets, _ = problem()
        rows[:, 0] *= 1e4
        condition = np.linalg.cond(np.cov(rows.T), p=1)
        assert sums(rows, targets).solve().condition == pytest.approx(condition, rel=0.5)


class TestSums:
    @given(cuts=st.lists(st.integers(1, 199), max_size=6), is_weighted=st.booleans())
    @settings(max_examples=40, deadline=None)
    def test_the_cut_changes_nothing(self, cuts, is_weighted):
        rows, targets, weights = problem(offset=5.0)
        weights = weights if is_weighted else None
        assert_same(sums(rows, targets, weights, cuts=sorted(cuts)), sums(rows, targets, weights))

    def test_shards_add(self):
        rows, targets, weights = problem()
        left, right = (sums(rows[part], targets[part], weights[part]) for part in (slice(0, 80), slice(80, None)))
        before = left.gram.copy()
        assert_same(left + right, sums(rows, targets, weights))
        np.testing.assert_array_equal(left.gram, before)

    def test_forgetting_is_exact(self):
        rows, targets, weights = problem(offset=10.0)
        rest = sums(rows, targets, weights) - sums(rows[:60], targets[:60], weights[:60])
        assert_same(rest, sums(rows[60:], targets[60:], weights[60:]), rtol=1e-8)
        np.testing.assert_allclose(
            rest.solve(0.1).coef, sums(rows[60:], targets[60:], weights[60:]).solve(0.1).coef, rtol=1e-9
        )

    def test_weight_two_is_the_example_twice_and_zero_none(self):
        rows, targets, _ = problem(40)
        weights = np.arange(40) % 3
        twice = sums(np.repeat(rows, weights, axis=0), np.repeat(targets, weights, axis=0))
        weighted = sums(rows, targets, weights.astype(float))
        np.testing.assert_allclose(weighted.solve(0.5).coef, twice.solve(0.5).coef, rtol=1e-11)
        assert weighted.weight == twice.weight

    def test_empty_blocks_and_blocks_without_weight_add_nothing(self):
        rows, targets, _ = problem()
        equations = sums(rows, targets)
        equations.add(rows[:0], targets[:0])
        equations.add(rows[:5], targets[:5], np.zeros(5))
        np.testing.assert_allclose(equations.solve().coef, sums(rows, targets).solve().coef, rtol=1e-12)

    def test_torch_tensors_stay_tensors(self):
        rows, targets, weights = problem()
        equations = NormalEquations(6, 2, like=torch.empty(0))
        for start in range(0, 200, 64):
            part = slice(start, start + 64)
            equations.add(*(torch.from_numpy(array[part]) for array in (rows, targets, weights)))
        solution = equations.solve(0.3)
        assert isinstance(equations.gram, torch.Tensor)
        assert isinstance(solution.coef, torch.Tensor)
        np.testing.assert_allclose(solution.coef.numpy(), sums(rows, targets, weights).solve(0.3).coef, rtol=1e-10)


class TestRefusals:
    def test_blocks_of_another_width(self):
        rows, targets, _ = problem()
        with pytest.raises(InvalidInputError, match=r"6 columns and 2 targets, as those before. Got 5 and 2"):
            sums(rows, targets).add(rows[:, :5], targets)

    def test_forgetting_more_than_was_learned(self):
        rows, targets, _ = problem()
        with pytest.raises(InvalidInputError, match=r"50 were learned .*, 200 are to be forgotten"):
            sums(rows[:50], targets[:50]) - sums(rows, targets)

    def test_forgetting_what_was_never_learned(self):
        rows, targets, _ = problem()
        with pytest.raises(InvalidInputError, match=r"belong to no data.*Forget the very rows"):
            sums(rows, targets) - sums(100 * rows[:20], targets[:20])
