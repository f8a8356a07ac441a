"""Probabilities of a least-squares classifier: outputs left out, one slope, a softmax."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import expit, log_expit, log_softmax
from sklearn.linear_model import Ridge

from sinapsi.algebra.calibration import (
    LOG_SLOPES,
    TOWARDS_ZERO,
    best_slope,
    outputs_left_out,
    probabilities,
)
from sinapsi.algebra.normal_equations import NormalEquations

WEIGHTING = pytest.mark.parametrize("is_weighted", [False, True])


def signed(classes, n_outputs):
    """-1 and +1: a column a class, or one column for two."""
    return 2.0 * (classes[:, np.newaxis] if n_outputs == 1 else np.eye(n_outputs)[classes]) - 1


def problem(n_samples=30, n_columns=5, n_outputs=3, seed=0):
    random = np.random.default_rng(seed)
    rows = random.standard_normal((n_samples, n_columns)) + 2
    classes = random.integers(max(2, n_outputs), size=n_samples)
    return rows, signed(classes, n_outputs), random.uniform(0.3, 2, n_samples)


def outputs_of_others(rows, targets, weights, alpha):
    outputs = np.empty_like(targets)
    for i in range(len(rows)):
        others = np.arange(len(rows)) != i
        model = Ridge(alpha=alpha, solver="svd").fit(rows[others], targets[others], weights[others])
        outputs[i] = model.predict(rows[i : i + 1])[0]
    return outputs


class TestOutputsLeftOut:
    @WEIGHTING
    @pytest.mark.parametrize("alpha", [0.0, 0.3, 20.0])
    @pytest.mark.parametrize("n_outputs", [1, 3])
    def test_as_refitting_without_each_example(self, alpha, is_weighted, n_outputs):
        rows, targets, weights = problem(n_outputs=n_outputs)
        weights = weights if is_weighted else np.ones(30)
        equations = NormalEquations(5, n_outputs).add(rows, targets, weights)
        found = outputs_left_out(equations, equations.solve(alpha), alpha, rows, targets, weights)
        np.testing.assert_allclose(found, outputs_of_others(rows, targets, weights, alpha or 1e-14), rtol=1e-9)

    def test_of_some_examples_only(self):
        rows, targets, weights = problem()
        equations = NormalEquations(5, 3).add(rows, targets, weights)
        solution, some = equations.solve(0.3), slice(4, 11)
        found = outputs_left_out(equations, solution, 0.3, rows[some], targets[some], weights[some])
        whole = outputs_left_out(equations, solution, 0.3, rows, targets, weights)
        np.testing.assert_allclose(found, whole[some], rtol=1e-13)

    def test_columns_that_repeat(self):
        """Cholesky's decomposition fails; with a penalty a column twice is the column with half the penalty."""
        rows, targets, weights = problem()
        plain = NormalEquations(5, 3).add(rows, targets, weights)
        doubled = np.hstack([rows, rows])
        twice = NormalEquations(10, 3).add(doubled, targets, weights)
        expected = outputs_left_out(plain, plain.solve(1e-13), 1e-13, rows, targets, weights)
        solution = plain.solve(1e-13)
        halves = type(solution)(
            np.vstack([solution.coef, solution.coef]) / 2, solution.intercept, 5, float("inf"), "eigen"
        )
        found = outputs_left_out(twice, halves, 0.0, doubled, targets, weights)
        np.testing.assert_allclose(found, expected, rtol=1e-6)

    def test_an_example_that_decides_alone_has_a_finite_output(self):
        rows, targets, weights = problem()
        rows = np.column_stack([rows, np.zeros(30)])
        rows[7, 5] = 1.0  # a column only the eighth example has
        equations = NormalEquations(6, 3).add(rows, targets, weights)
        found = outputs_left_out(equations, equations.solve(), 0.0, rows, targets, weights)
        assert np.isfinite(found).all()
        assert np.isfinite(best_slope(found, targets, weights))


def loss_of(slope, outputs, targets, weights):
    """Written out: the log loss, classes in shares, and the pull of the slope towards 0."""
    pull = TOWARDS_ZERO * slope**2
    shares = (1 + targets) / 2
    if outputs.shape[1] == 1:
        fields = 2 * slope * outputs
        return pull - float(weights @ (shares * log_expit(fields) + (1 - shares) * log_expit(-fields))[:, 0])
    return pull - float(weights @ (shares * log_softmax(slope * outputs, axis=1)).sum(axis=1))


def slope_on_a_grid(outputs, targets, weights):
    grid = np.exp(np.linspace(*LOG_SLOPES, 12_001))
    return grid[np.argmin([loss_of(slope, outputs, targets, weights) for slope in grid])]


class TestSlope:
    @pytest.mark.parametrize("n_outputs", [1, 3])
    @pytest.mark.parametrize("seed", range(4))
    def test_no_other_slope_has_a_lower_loss(self, n_outputs, seed):
        _, targets, weights = problem(200, n_outputs=n_outputs, seed=seed)
        random = np.random.default_rng(seed)
        outputs = 0.4 * targets + random.standard_normal(targets.shape)
        expected = slope_on_a_grid(outputs, targets, weights)
        assert abs(np.log(best_slope(outputs, targets, weights) / expected)) < 1e-3

    @pytest.mark.parametrize("n_outputs", [1, 3])
    def test_the_true_slope_is_found_again(self, n_outputs):
        """Classes drawn with the probabilities of slope 1.7; 20,000 of them tell it to a few percent."""
        random = np.random.default_rng(5)
        outputs = random.standard_normal((20_000, n_outputs))
        chances = probabilities(outputs, 1.7)
        classes = (chances.cumsum(axis=1) > random.random((20_000, 1))).argmax(axis=1)
        assert best_slope(outputs, signed(classes, n_outputs), np.ones(20_000)) == pytest.approx(1.7, rel=0.05)

    @pytest.mark.parametrize("n_outputs", [1, 3])
    def test_a_weight_counts_repetitions(self, n_outputs):
        _, targets, _ = problem(60, n_outputs=n_outputs)
        outputs = 0.4 * targets + np.random.default_rng(1).standard_normal(targets.shape)
        weights = np.arange(60) % 4
        repeated = np.repeat(outputs, weights, axis=0), np.repeat(targets, weights, axis=0)
        assert best_slope(outputs, targets, weights.astype(float)) == pytest.approx(
            best_slope(*repeated, np.ones(weights.sum())), rel=1e-5
        )

    def test_an_example_of_several_classes_is_that_many_examples(self):
        """A target between -1 and +1 is a share of either class."""
        outputs = np.array([[0.5], [1.0], [-2.0]])
        shared = best_slope(outputs, np.array([[0.5], [1.0], [-0.5]]), np.array([4.0, 1.0, 4.0]))
        split = best_slope(
            outputs[[0, 0, 1, 2, 2]],
            np.array([[1.0], [-1.0], [1.0], [1.0], [-1.0]]),
            np.array([3.0, 1.0, 1.0, 1.0, 3.0]),
        )
        assert shared == pytest.approx(split, rel=1e-5)

    @pytest.mark.parametrize("n_outputs", [1, 3])
    @pytest.mark.parametrize("factor", [-10.0, -0.1, 0.0, 0.1, 1.0, 1000.0])
    def test_outputs_that_are_always_right_or_always_wrong(self, n_outputs, factor):
        """The log loss alone has no minimum; the pull gives it one."""
        _, targets, weights = problem(20, n_outputs=n_outputs)
        slope = best_slope(factor * targets, targets, weights)
        assert abs(np.log(slope / slope_on_a_grid(factor * targets, targets, weights))) < 2e-3
        assert np.exp(LOG_SLOPES[0]) < slope < np.exp(LOG_SLOPES[1])

    @pytest.mark.parametrize("n_outputs", [1, 3])
    def test_extreme_outputs_give_no_warning(self, n_outputs):
        _, targets, weights = problem(30, n_outputs=n_outputs)
        outputs = 0.4 * targets + np.random.default_rng(1).standard_normal(targets.shape)
        outputs[3], outputs[4] = 1e30, -1.7e308
        assert np.exp(LOG_SLOPES[0]) <= best_slope(outputs, targets, weights) <= np.exp(LOG_SLOPES[1])


outputs_of_classes = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 5), st.integers(2, 4)), elements=st.floats(-1e3, 1e3, width=32)
)


class TestProbabilities:
    @given(outputs=outputs_of_classes, slope=st.floats(np.exp(LOG_SLOPES[0]), np.exp(LOG_SLOPES[1])))
    def test_rows_add_up_to_one_and_the_largest_output_stays_the_most_likely(self, outputs, slope):
        chances = probabilities(outputs, slope)
        np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-14)
        assert ((chances >= 0) & (chances <= 1)).all()
        winners = outputs.argmax(axis=1)
        np.testing.assert_array_equal(chances[np.arange(len(chances)), winners], chances.max(axis=1))
        np.testing.assert_allclose(chances, np.exp(log_softmax(slope * outputs, axis=1)), rtol=1e-9, atol=1e-300)

    @given(
        outputs=arrays.arrays(np.float64, st.tuples(st.integers(1, 5), st.just(1)), elements=st.floats(-50, 50)),
        slope=st.floats(0.01, 1000),
    )
    def test_two_classes_share_an_output(self, outputs, slope):
        """softmax(-s f, s f) = 1 / (1 + exp(-2 s f))."""
        chances = probabilities(outputs, slope)
        assert chances.shape == (len(outputs), 2)
        np.testing.assert_allclose(chances[:, 1], expit(2 * slope * outputs[:, 0]), rtol=1e-9, atol=1e-300)
        np.testing.assert_allclose(chances[:, 0], expit(-2 * slope * outputs[:, 0]), rtol=1e-9, atol=1e-300)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_extreme_outputs(self, dtype):
        outputs = np.array([[1e30, -1e30, 0], [-1e30, -1e30, -1e30], [1e30, 1e30, 0]], dtype=dtype)
        before = outputs.copy()
        chances = probabilities(outputs, 1000.0)
        assert chances.dtype == dtype
        np.testing.assert_allclose(chances, [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3], [0.5, 0.5, 0]], rtol=1e-6)
        np.testing.assert_array_equal(outputs, before)

    def test_an_output_of_0_is_a_tie(self):
        np.testing.assert_array_equal(probabilities(np.zeros((1, 1)), 3.0), [[0.5, 0.5]])
