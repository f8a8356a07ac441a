"""Least squares through the small matrix of the examples: against Ridge and against fits without each example."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from sinapsi.algebra.dual_equations import ARRAYS, DualEquations
from sinapsi.algebra.normal_equations import NormalEquations
from sinapsi.algebra.ridge_path import SMALLEST_FREE_SHARE, RidgePath

ALPHAS = np.array([0.05, 0.4, 2.0, 40.0])
WEIGHTING = pytest.mark.parametrize("is_weighted", [False, True])


def problem(n_samples=9, n_columns=25, n_outputs=2, seed=0):
    random = np.random.default_rng(seed)
    rows = random.standard_normal((n_samples, n_columns)) + 1.5
    targets = random.standard_normal((n_samples, n_outputs)) - 3
    return rows, targets, random.uniform(0.3, 2.5, n_samples)


def equations_of(is_weighted, **sizes):
    rows, targets, weights = problem(**sizes)
    weights = weights if is_weighted else None
    return DualEquations(rows, targets, weights), rows, targets, weights


def outputs_of_others(rows, targets, weights, alpha):
    """The definition: fit without each example, and predict it."""
    own = np.ones(len(rows)) if weights is None else weights
    outputs = np.empty_like(targets)
    for i in range(len(rows)):
        others = np.arange(len(rows)) != i
        model = Ridge(alpha=alpha, solver="svd").fit(rows[others], targets[others], own[others])
        outputs[i] = model.predict(rows[i : i + 1])[0]
    return outputs, own


class TestSolution:
    @WEIGHTING
    @pytest.mark.parametrize("alpha", ALPHAS)
    def test_as_ridge(self, alpha, is_weighted):
        equations, rows, targets, weights = equations_of(is_weighted)
        solution = equations.solve(alpha)
        oracle = Ridge(alpha=alpha, solver="svd").fit(rows, targets, weights)
        np.testing.assert_allclose(solution.coef.T, oracle.coef_, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(solution.intercept, oracle.intercept_, rtol=1e-10)
        assert (solution.rank, solution.method) == (25, "cholesky")

    @WEIGHTING
    def test_without_penalty_the_least_norm(self, is_weighted):
        equations, rows, targets, weights = equations_of(is_weighted)
        solution = equations.solve()
        mean = np.average(rows, axis=0, weights=weights)
        least = np.linalg.pinv(rows - mean, rcond=1e-12) @ (targets - np.average(targets, axis=0, weights=weights))
        np.testing.assert_allclose(rows @ solution.coef + solution.intercept, targets, rtol=1e-12)
        np.testing.assert_allclose(solution.coef, least, rtol=1e-9, atol=1e-13)
        assert (solution.rank, solution.method) == (8, "svd")  # one dimension of nine is the mean

    def test_examples_that_repeat(self):
        """Nothing to decide between two equal rows: their mean target, and one rank less."""
        rows, targets, _ = problem()
        rows[4] = rows[7]
        solution = DualEquations(rows, targets).solve()
        fitted = rows @ solution.coef + solution.intercept
        np.testing.assert_allclose(fitted[[4, 7]], targets[[4, 7]].mean(axis=0)[np.newaxis].repeat(2, 0), rtol=1e-10)
        assert solution.rank == 7
        assert solution.condition > 1e14

    @WEIGHTING
    @pytest.mark.parametrize("alpha", [1e-3, 2.0, 40.0])
    def test_the_condition_number_by_cholesky_is_near_that_of_the_matrix(self, alpha, is_weighted):
        """LAPACK estimates that of the square in the 1-norm, which is off by a factor, not by digits."""
        equations, rows, _, weights = equations_of(is_weighted)
        own = np.ones(len(rows)) if weights is None else weights
        centered = (rows - np.average(rows, axis=0, weights=own)) * np.sqrt(own)[:, np.newaxis]
        exact = np.linalg.cond(np.vstack([centered, np.sqrt(alpha) * np.eye(25)]))
        assert exact / 3 < equations.solve(alpha).condition < 3 * exact

    @WEIGHTING
    def test_the_condition_number_without_penalty_leaves_the_mean_out(self, is_weighted):
        equations, rows, _, weights = equations_of(is_weighted)
        own = np.ones(len(rows)) if weights is None else weights
        centered = (rows - np.average(rows, axis=0, weights=own)) * np.sqrt(own)[:, np.newaxis]
        values = np.linalg.svd(centered, compute_uv=False)
        assert equations.solve().condition == pytest.approx(values[0] / values[-2], rel=1e-9)

    def test_a_penalty_too_small_for_cholesky_still_gives_ridge(self):
        rows, targets, _ = problem()
        rows[4] = rows[7] + 1e-7
        solution = DualEquations(rows, targets).solve(1e-9)
        centered = rows - rows.mean(axis=0)
        stacked = np.vstack([centered, np.sqrt(1e-9) * np.eye(25)])
        padded = np.vstack([targets - targets.mean(axis=0), np.zeros((25, 2))])
        expected = np.linalg.lstsq(stacked, padded, rcond=None)[0]
        assert solution.method == "svd"
        np.testing.assert_allclose(solution.coef, expected, atol=1e-8 * np.abs(expected).max())
        assert solution.condition == pytest.approx(np.linalg.cond(stacked), rel=1e-3)

    def test_float32_rows(self):
        rows, targets, _ = problem()
        rows = rows.astype(np.float32)
        single, double = DualEquations(rows, targets).solve(0.5), DualEquations(rows.astype(float), targets).solve(0.5)
        np.testing.assert_allclose(single.coef, double.coef, rtol=1e-4, atol=1e-6)
        assert single.coef.dtype == np.float64

    def test_more_examples_than_columns_are_right_too(self):
        rows, targets, weights = problem(30, 4)
        for alpha in (0.0, 0.7):
            found = DualEquations(rows, targets, weights).solve(alpha)
            expected = NormalEquations(4, 2).add(rows, targets, weights).solve(alpha)
            np.testing.assert_allclose(found.coef, expected.coef, rtol=1e-10)


class TestErrors:
    @WEIGHTING
    def test_leaving_each_example_out(self, is_weighted):
        equations, rows, targets, weights = equations_of(is_weighted)
        for alpha, error in zip(ALPHAS, equations.leave_one_out(ALPHAS), strict=True):
            outputs, own = outputs_of_others(rows, targets, weights, alpha)
            assert error == pytest.approx((own @ (targets - outputs) ** 2).sum() / own.sum(), rel=1e-9)

    @WEIGHTING
    @pytest.mark.parametrize("alpha", ALPHAS)
    def test_outputs_left_out(self, alpha, is_weighted):
        equations, rows, targets, weights = equations_of(is_weighted)
        outputs, _ = outputs_of_others(rows, targets, weights, alpha)
        np.testing.assert_allclose(equations.outputs_left_out(alpha), outputs, rtol=1e-9)

    @WEIGHTING
    @pytest.mark.parametrize("count", [None, 30.0])  # of 9 examples few degrees of freedom are left, of 30 many
    def test_generalized_cross_validation_is_its_formula(self, is_weighted, count):
        """|(I - A) t|^2 / n / (1 - trace(A) / n)^2 with the hat matrix A of the weighted rows and the bias."""
        equations, rows, targets, weights = equations_of(is_weighted)
        root = np.sqrt(np.ones(9) if weights is None else weights)[:, np.newaxis]
        n = count or (root**2).sum()
        design = root * np.column_stack([np.ones(9), rows])
        alphas = np.array([0.05, 2.0, 10.0, 300.0])
        for alpha, error in zip(alphas, equations.generalized(alphas, count), strict=True):
            penalty = alpha * np.diag([0.0] + [1.0] * 25)
            hat = design @ np.linalg.solve(design.T @ design + penalty, design.T)
            residuals = root * targets - hat @ (root * targets)
            degrees = np.trace(hat)
            is_left = 1 - degrees / n > SMALLEST_FREE_SHARE
            expected = (residuals**2).sum() / n / (1 - degrees / n) ** 2 if is_left else np.inf
            assert error == pytest.approx(expected, rel=1e-8)

    def test_generalized_cross_validation_as_from_the_normal_equations(self):
        rows, targets, weights = problem(30, 5)
        path = RidgePath(NormalEquations(5, 2).add(rows, targets, weights))
        dual = DualEquations(rows, targets, weights)
        np.testing.assert_allclose(dual.generalized(ALPHAS), path.generalized(ALPHAS), rtol=1e-9)
        np.testing.assert_allclose(
            dual.leave_one_out(ALPHAS), path.leave_one_out([(rows, targets, weights)], ALPHAS), rtol=1e-9
        )

    @WEIGHTING
    def test_sums_of_squares_and_products(self, is_weighted):
        equations, rows, targets, weights = equations_of(is_weighted)
        coef = np.random.default_rng(1).standard_normal((25, 2))
        sums = NormalEquations(25, 2).add(rows, targets, weights)
        np.testing.assert_allclose(equations.target_squares, sums.target_squares, rtol=1e-12)
        np.testing.assert_allclose(equations.squared_error(coef), sums.squared_error(coef), rtol=1e-10)
        np.testing.assert_allclose(equations.products_of_outputs(coef), sums.products_of_outputs(coef), rtol=1e-10)
        np.testing.assert_allclose(equations.products_with_targets(coef), sums.products_with_targets(coef), rtol=1e-9)
        model = rows @ coef
        bias = np.average(targets - model, axis=0, weights=weights)
        expected = np.average((targets - model - bias) ** 2, axis=0, weights=weights)
        np.testing.assert_allclose(equations.squared_error(coef), expected, rtol=1e-10)

    def test_eigenvalues_are_those_of_the_gram_matrix(self):
        equations, rows, targets, weights = equations_of(True)
        gram = NormalEquations(25, 2).add(rows, targets, weights).gram
        np.testing.assert_allclose(equations.eigenvalues, np.linalg.eigvalsh(gram)[-8:], rtol=1e-10)


class TestKeeping:
    @WEIGHTING
    def test_arrays_there_and_back(self, is_weighted):
        equations, *_ = equations_of(is_weighted)
        again = DualEquations.from_arrays({name: array.copy() for name, array in equations.arrays().items()})
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(again, name), getattr(equations, name))
        assert (again.n_examples, again.weight) == (equations.n_examples, equations.weight)
        for alpha in (0.0, 0.5):
            np.testing.assert_array_equal(again.solve(alpha).coef, equations.solve(alpha).coef)

    def test_arrays_are_not_copied(self):
        equations, rows, *_ = equations_of(True)
        assert equations.arrays()["rows"] is rows

    @WEIGHTING
    def test_sums_are_the_normal_equations_of_the_rows(self, is_weighted):
        equations, rows, targets, weights = equations_of(is_weighted)
        before = rows.copy()
        sums, expected = equations.sums(), NormalEquations(25, 2).add(rows, targets, weights)
        for name, array in expected.arrays().items():
            np.testing.assert_allclose(sums.arrays()[name], array, rtol=1e-13, atol=1e-13, err_msg=name)
        np.testing.assert_array_equal(rows, before)  # the rows are kept, and no scratch
