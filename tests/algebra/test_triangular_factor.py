"""Least squares by the factor of the matrix itself: against NumPy and Ridge, where normal equations lose all digits."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge

from sinapsi.algebra.normal_equations import NormalEquations, Solution
from sinapsi.algebra.triangular_factor import TriangularFactor, warn_of_condition

SIZES = [(90, 7), (8, 7), (7, 7), (4, 7), (2, 7)]  # tall to wide
N_OUTPUTS = 2


def problem(n_samples, n_columns, seed=0, offset=0.0):
    random = np.random.default_rng(seed)
    rows = random.standard_normal((n_samples, n_columns)) + offset
    targets = random.standard_normal((n_samples, N_OUTPUTS)) + 5
    return rows, targets, random.uniform(0.2, 3, n_samples)


def factor_of(rows, targets, weights=None, cuts=()):
    factor = TriangularFactor(rows.shape[1], targets.shape[1])
    for start, end in itertools.pairwise([0, *cuts, len(rows)]):
        factor.add(rows[start:end], targets[start:end], None if weights is None else weights[start:end])
    return factor


def centered(rows, weights=None):
    """Rows without their mean, each times the root of its weight."""
    own = np.ones(len(rows)) if weights is None else weights
    return (rows - np.average(rows, axis=0, weights=own)) * np.sqrt(own)[:, np.newaxis]


def assert_close(actual, desired, share=1e-11):
    """To a share of the largest number."""
    np.testing.assert_allclose(actual, desired, rtol=0, atol=share * np.abs(desired).max())


class TestSolution:
    @pytest.mark.parametrize("is_weighted", [False, True])
    @pytest.mark.parametrize(("n_samples", "n_columns"), SIZES)
    def test_without_penalty_as_lstsq(self, n_samples, n_columns, is_weighted):
        """Where many solve the problem, NumPy takes the one of least norm too."""
        rows, targets, weights = problem(n_samples, n_columns)
        weights = weights if is_weighted else None
        solution = factor_of(rows, targets, weights).solve()
        least, _, rank, _ = np.linalg.lstsq(centered(rows, weights), centered(targets, weights), rcond=1e-12)
        assert_close(solution.coef, least)
        means = np.average(rows, axis=0, weights=weights), np.average(targets, axis=0, weights=weights)
        assert_close(solution.intercept, means[1] - means[0] @ least)
        assert (solution.rank, solution.method) == (rank, "svd")

    @pytest.mark.parametrize("alpha", [1e-6, 0.3, 50.0])
    @pytest.mark.parametrize("is_weighted", [False, True])
    @pytest.mark.parametrize(("n_samples", "n_columns"), SIZES)
    def test_with_penalty_as_ridge(self, n_samples, n_columns, is_weighted, alpha):
        rows, targets, weights = problem(n_samples, n_columns)
        weights = weights if is_weighted else None
        solution = factor_of(rows, targets, weights).solve(alpha)
        oracle = Ridge(alpha=alpha, solver="svd").fit(rows, targets, weights)
        assert_close(solution.coef.T, oracle.coef_)
        assert_close(solution.intercept, oracle.intercept_)
        assert solution.rank == n_columns

    @pytest.mark.parametrize("alpha", [0.0, 0.3])
    def test_dependent_columns(self, alpha):
        rows, targets, weights = problem(40, 5)
        rows = np.column_stack([rows, rows[:, 0] - rows[:, 1], rows[:, 2], np.full(40, 4.0)])
        solution = factor_of(rows, targets, weights).solve(alpha)
        own, answers = centered(rows, weights), centered(targets, weights)
        stacked = np.vstack([own, np.sqrt(alpha) * np.eye(8)])
        expected = np.linalg.lstsq(stacked, np.vstack([answers, np.zeros((8, N_OUTPUTS))]), rcond=1e-12)[0]
        np.testing.assert_allclose(solution.coef, expected, rtol=1e-10, atol=1e-12)
        assert solution.rank == (8 if alpha else 5)
        if not alpha:
            assert solution.condition > 1e14
            np.testing.assert_allclose(solution.coef[-1], 0, atol=1e-12)  # the constant column is the bias

    def test_a_weight_counts_repetitions_and_0_leaves_out(self):
        rows, targets, _ = problem(30, 4)
        weights = np.arange(30) % 3
        twice = factor_of(np.repeat(rows, weights, axis=0), np.repeat(targets, weights, axis=0)).solve(0.1)
        weighted = factor_of(rows, targets, weights.astype(float)).solve(0.1)
        assert_close(weighted.coef, twice.coef)
        assert_close(weighted.intercept, twice.intercept)

    def test_float32_blocks_are_decomposed_in_float64(self):
        rows, targets, _ = problem(60, 5)
        single = factor_of(rows.astype(np.float32), targets.astype(np.float32))
        same = factor_of(rows.astype(np.float32).astype(float), targets.astype(np.float32).astype(float))
        assert single.factor.dtype == np.float64
        np.testing.assert_array_equal(single.solve().coef, same.solve().coef)


class TestConditionAndRank:
    @pytest.mark.parametrize("alpha", [0.0, 0.7])
    @pytest.mark.parametrize(("n_samples", "n_columns"), [(90, 7), (8, 7)])
    def test_as_numpy(self, n_samples, n_columns, alpha):
        rows, targets, weights = problem(n_samples, n_columns)
        stacked = np.vstack([centered(rows, weights), np.sqrt(alpha) * np.eye(n_columns)])
        solution = factor_of(rows, targets, weights).solve(alpha)
        assert solution.condition == pytest.approx(np.linalg.cond(stacked), rel=1e-9)
        assert solution.rank == np.linalg.matrix_rank(stacked)

    def test_a_wide_matrix_with_penalty(self):
        rows, targets, _ = problem(4, 7)
        stacked = np.vstack([centered(rows), np.sqrt(0.2) * np.eye(7)])
        assert factor_of(rows, targets).solve(0.2).condition == pytest.approx(np.linalg.cond(stacked), rel=1e-9)

    def test_fewer_rows_than_columns_have_the_condition_of_what_they_tell(self):
        rows, targets, _ = problem(4, 7)
        solution = factor_of(rows, targets).solve()
        values = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)
        assert solution.condition == pytest.approx(values[0] / values[2], rel=1e-9)
        assert solution.rank == 3  # one dimension of four is the mean

    def test_nothing_but_zeros(self):
        solution = factor_of(np.zeros((5, 2)), np.arange(5.0)[:, np.newaxis]).solve()
        assert (solution.rank, solution.condition) == (0, np.inf)
        np.testing.assert_array_equal(solution.coef, 0)
        np.testing.assert_allclose(solution.intercept, 2, rtol=1e-14)


class TestHardMatrices:
    def test_cond_1e10_where_normal_equations_lose_all_digits(self):
        """Monomials up to the 14th power; the targets are a polynomial, so the weights are known."""
        x = np.linspace(0.0, 1.0, 400)[:, np.newaxis]
        rows = x ** np.arange(1, 15)
        condition = np.linalg.cond(centered(rows))
        assert 1e9 < condition < 1e12
        known = (np.where(np.arange(14) % 2, -1.0, 1.0) * np.linspace(1, 2, 14))[:, np.newaxis]
        targets = rows @ known + 2
        solution = factor_of(rows, targets, cuts=(3, 90, 300)).solve()
        np.testing.assert_allclose(solution.coef, known, atol=20 * condition * np.finfo(float).eps)
        assert solution.condition == pytest.approx(condition, rel=1e-3)
        assert solution.rank == 14
        fitted = rows @ solution.coef + solution.intercept
        np.testing.assert_allclose(fitted, targets, rtol=1e-13)

        equations = NormalEquations(14, 1).add(rows, targets)
        assert equations.solve_by_cholesky() is None
        with pytest.warns(ConvergenceWarning, match="half of the digits are lost"):
            squared = equations.solve()
        assert np.abs(squared.coef - known).max() > 1
        assert np.abs(np.linalg.solve(equations.gram, equations.moment) - known).max() > 1
        assert np.abs(rows @ squared.coef + squared.intercept - targets).max() > 1e4 * np.abs(fitted - targets).max()

    @pytest.mark.parametrize("offset", [1e4, 1e8])
    def test_columns_far_from_zero(self, offset):
        """Steps of 2^-20 are exact at 1e8 too, so the two problems are the same."""
        rows, targets, weights = problem(80, 5)
        rows = np.round(rows * 2**20) / 2**20
        near = factor_of(rows, targets, weights, cuts=(30,)).solve(0.1)
        far = factor_of(rows + offset, targets, weights, cuts=(30,)).solve(0.1)
        assert_close(far.coef, near.coef, share=100 * offset * np.finfo(float).eps)
        assert far.condition == pytest.approx(near.condition, rel=1e-5)
        assert far.rank == near.rank == 5


class TestSums:
    @given(cuts=st.lists(st.integers(1, 99), max_size=9), is_weighted=st.booleans())
    @settings(max_examples=30)
    def test_blocks_change_nothing(self, cuts, is_weighted):
        rows, targets, weights = problem(100, 6, offset=3.0)
        weights = weights if is_weighted else None
        whole, cut = factor_of(rows, targets, weights), factor_of(rows, targets, weights, sorted(cuts))
        assert cut.n_examples == whole.n_examples == 100
        for alpha in (0.0, 0.5):
            assert_close(cut.solve(alpha).coef, whole.solve(alpha).coef)
            assert_close(cut.solve(alpha).intercept, whole.solve(alpha).intercept)
        assert cut.factor.shape == whole.factor.shape == (1 + 6 + N_OUTPUTS,) * 2
        assert_close(cut.factor.T @ cut.factor, whole.factor.T @ whole.factor)

    @pytest.mark.parametrize("cut", [1, 3, 50, 99])
    def test_joined_factors_are_that_of_all(self, cut):
        rows, targets, weights = problem(100, 6)
        parts = [factor_of(rows[part], targets[part], weights[part]) for part in (slice(cut), slice(cut, None))]
        joined, whole = parts[0].join(parts[1]), factor_of(rows, targets, weights)
        assert joined.n_examples == 100
        assert_close(joined.solve().coef, whole.solve().coef)
        assert_close(joined.solve().intercept, whole.solve().intercept)

    def test_looking_between_two_blocks_changes_nothing(self):
        rows, targets, _ = problem(50, 6)
        factor = factor_of(rows[:5], targets[:5])
        assert factor.solve().rank == 4
        factor.add(rows[5:], targets[5:])
        assert_close(factor.solve().coef, factor_of(rows, targets).solve().coef)

    def test_the_space_is_that_of_the_width(self):
        rows, targets, _ = problem(3000, 6)
        factor = TriangularFactor(6, N_OUTPUTS)
        for start in range(0, 3000, 5):
            factor.add(rows[start : start + 5], targets[start : start + 5])
            assert len(factor.factor) + sum(map(len, factor._waiting)) <= 3 * (1 + 6 + N_OUTPUTS) + 5


class TestPenalized:
    @pytest.mark.parametrize("alpha", [1e-8, 0.3, 20.0])
    @pytest.mark.parametrize(("n_samples", "n_columns"), SIZES)
    def test_as_the_decomposition_of_the_stacked_matrix(self, n_samples, n_columns, alpha):
        rows, targets, weights = problem(n_samples, n_columns, offset=2.0)
        found, _, columns = factor_of(rows, targets, weights).penalized(alpha)
        stacked = np.vstack([centered(rows, weights), np.sqrt(alpha) * np.eye(n_columns)])
        expected = np.linalg.qr(stacked, mode="r")
        assert columns.tolist() == list(range(n_columns))
        np.testing.assert_allclose(found, np.triu(found), atol=1e-12)
        signs = np.sign(np.diagonal(expected)) * np.sign(np.diagonal(found))
        assert_close(found, expected * signs[:, np.newaxis], share=1e-9)

    def test_without_penalty_a_dependent_column_has_nothing_of_its_own(self):
        rows, targets, _ = problem(40, 4)
        rows = np.column_stack([rows[:, :2], rows[:, 0] + rows[:, 1], rows[:, 2:]])
        factor, answers, columns = factor_of(rows, targets).penalized(0.0)
        assert columns.tolist() == [0, 1, 3, 4]
        others, answers_of_others, _ = factor_of(rows[:, columns], targets).penalized(0.0)
        np.testing.assert_allclose(np.abs(factor), np.abs(others), atol=1e-12)
        np.testing.assert_allclose(np.abs(answers), np.abs(answers_of_others), atol=1e-12)


class TestWarning:
    @staticmethod
    def solution(rank, condition):
        return Solution(np.zeros((5, 1)), np.zeros(1), rank, condition, "svd")

    def test_it_tells_size_rank_and_condition_number(self):
        with pytest.warns(
            ConvergenceWarning,
            match=r"^Net: the matrix of hidden outputs \(40 rows, 5 columns\) is nearly singular: rank 3, condition "
            r"number 1.2e\+16; the solution of least norm was taken\. .* Pass alpha > 0",
        ):
            warn_of_condition("Net", self.solution(3, 1.23e16), n_columns=5, n_rows=40)

    def test_full_rank_needs_no_least_norm(self):
        with pytest.warns(ConvergenceWarning, match=r"rank 5, condition number 1e\+09\. Training errors"):
            warn_of_condition("Net", self.solution(5, 1e9), n_columns=5, n_rows=40)

    def test_silence_where_it_is_safe(self):
        warn_of_condition("Net", self.solution(5, 1e8), n_columns=5, n_rows=40)
