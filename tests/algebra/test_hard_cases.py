"""Cases that were once wrong: constant and dependent columns, small penalties, rows of zeros, lost digits."""

import numpy as np
import pytest

from sinapsi.algebra.triangular_factor import TriangularFactor


@pytest.mark.parametrize("answer", [np.ones((5, 1)), np.arange(5.0)[:, np.newaxis]])
def test_nothing_but_constant_columns(answer):
    """Saturated hidden units: what centering leaves of them is rounding, and must not be a direction."""
    solution = TriangularFactor(2, 1).add(np.full((5, 2), 3.0), answer).solve()
    assert solution.rank == 0
    np.testing.assert_allclose(solution.coef, 0, atol=1e-12)
    np.testing.assert_allclose(solution.intercept, answer.mean(axis=0), rtol=1e-14)


def test_saturated_units_without_penalty_are_no_worse_than_the_mean():
    """The same through the estimator: R^2 was -557, weights 1e16."""
    import warnings

    from sinapsi import ELMRegressor

    X = np.random.default_rng(0).standard_normal((200, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ELMRegressor(n_hidden=5, alpha=0.0, random_state=0).fit(X + 1000, X[:, 0])
    assert np.abs(model.coef_).max() < 1e3
    assert model.score(X + 1000, X[:, 0]) > -1e-6


@pytest.mark.parametrize("alpha", [1e-3, 1e-5, 1e-7, 1e-9])
def test_leaving_out_with_a_small_penalty_and_few_examples(alpha):
    """DualEquations: 1 - h is a difference of nearly equal numbers; every penalty of `penalties` must be told right."""
    from sinapsi.algebra.dual_equations import DualEquations

    random = np.random.default_rng(0)
    rows, targets = random.standard_normal((9, 25)) + 1.5, random.standard_normal((9, 2)) - 3
    total = 0.0
    for i in range(9):
        others = np.arange(9) != i
        mean, target_mean = rows[others].mean(axis=0), targets[others].mean(axis=0)
        stacked = np.vstack([rows[others] - mean, np.sqrt(alpha) * np.eye(25)])
        padded = np.vstack([targets[others] - target_mean, np.zeros((25, 2))])
        coef = np.linalg.lstsq(stacked, padded, rcond=None)[0]
        total += ((targets[i] - target_mean - (rows[i] - mean) @ coef) ** 2).sum()
    assert DualEquations(rows, targets).leave_one_out(np.array([alpha]))[0] == pytest.approx(total / 9, rel=1e-7)


def empty_errors(rows, targets, weights, alpha):
    from sinapsi.algebra.normal_equations import NormalEquations
    from sinapsi.algebra.prefix_errors import PrefixErrors

    sums = NormalEquations(rows.shape[1], targets.shape[1]).add(rows, targets, weights)
    factor = TriangularFactor(rows.shape[1], targets.shape[1]).add(rows, targets, weights)
    triangle, answers, columns = factor.penalized(alpha)
    return PrefixErrors(triangle, sums.moment, sums.column_mean, sums.target_mean, sums.weight, columns, answers)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_a_column_that_depends_on_those_before_changes_nothing(is_weighted):
    """For tests/algebra/test_prefix_errors.py: what stands after it must not change either."""
    random = np.random.default_rng(0)
    rows = random.standard_normal((16, 5)) * 2 + 1
    targets = rows[:, :3] @ random.standard_normal((3, 2)) + random.standard_normal((16, 2)) - 4
    weights = random.uniform(0.2, 2, 16) if is_weighted else None
    more = np.column_stack([rows[:, :3], rows[:, 0] - 2 * rows[:, 2], np.full(16, 7.0), rows[:, 3:]])
    found = empty_errors(more, targets, weights, 0.0).add(more.copy(), targets, weights)
    plain = empty_errors(rows, targets, weights, 0.0).add(rows.copy(), targets, weights)
    same = [0, 1, 2, 3, 3, 3, 4, 5]
    np.testing.assert_allclose(found.leave_one_out, plain.leave_one_out[same], rtol=1e-9)
    np.testing.assert_allclose(found.training, plain.training[same], rtol=1e-9)


def test_a_row_of_zeros_is_kept_no_more_often_than_others():
    """Its key was 0 for every seed, so it was in every sample, and the first."""
    from sinapsi.algebra.row_sample import RowSample

    rows = np.arange(100.0)[:, np.newaxis]
    kept = sum(bool((RowSample(20, seed).add(rows, rows).rows == 0).any()) for seed in range(200))
    assert 15 < kept < 70


@pytest.mark.parametrize("n_columns", [16, 20, 24])
def test_the_training_error_of_an_ill_conditioned_matrix(n_columns):
    """Where the factor solves, the error comes from it too, not from the sums."""
    import warnings

    from sinapsi.algebra.output_layer import Hidden, solve_for_examples
    from sinapsi.algebra.passes import ExamplesInMemory

    random = np.random.default_rng(0)
    inputs, targets = random.uniform(-1, 1, (400, 1)), random.standard_normal((400, 1))
    rows = inputs ** np.arange(1, n_columns + 1)
    hidden = Hidden(lambda block: block ** np.arange(1, n_columns + 1), n_columns, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layer = solve_for_examples(ExamplesInMemory(inputs, targets), hidden, 1, 0.0, "Net")
    error = ((targets - rows @ layer.solution.coef - layer.solution.intercept) ** 2).mean()
    assert layer.training_error == pytest.approx(error, rel=1e-9)


def test_the_recorded_loss_of_a_nearly_singular_network():
    """The same through the estimator: the loss was 4e-7, the error is 7e-14."""
    import warnings

    from sinapsi import RBFRegressor

    X = np.random.default_rng(0).uniform(-1, 1, (300, 1))
    y = np.sin(4 * X[:, 0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = RBFRegressor(n_centers=25, centers="random", width=0.6, alpha=0.0, random_state=0).fit(X, y)
    assert 2 * model.history_["loss"][-1] == pytest.approx(((model.predict(X) - y) ** 2).mean(), rel=0.01)


def test_a_singular_matrix_of_array_api_strict():
    """len() of an array is not in the standard."""
    import array_api_strict as xp

    from sinapsi.algebra.normal_equations import NormalEquations

    rows = np.random.default_rng(0).standard_normal((20, 3))
    rows = np.column_stack([rows, rows[:, 0]])
    equations = NormalEquations(4, 1, like=xp.asarray([0.0])).add(xp.asarray(rows), xp.asarray(rows[:, :1]))
    with pytest.warns(match="half of the digits are lost"):
        assert equations.solve().rank == 3
