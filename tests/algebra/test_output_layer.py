"""The output layer: which way it is solved, what it says of itself, and what it says of examples left out."""

import dataclasses
from functools import partial

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge, RidgeCV

from sinapsi.algebra.dual_equations import DualEquations
from sinapsi.algebra.normal_equations import NormalEquations
from sinapsi.algebra.output_layer import Hidden, error_left_out, prefix_errors, solve_for_examples, solve_for_sums
from sinapsi.algebra.passes import ExamplesInMemory, ExamplesInShards
from sinapsi.algebra.ridge_path import RidgePath, penalties
from sinapsi.batch_sources import shards_of

N_COLUMNS = 8
RANDOM = np.random.default_rng(2)
HIDDEN_WEIGHTS, HIDDEN_BIASES = RANDOM.standard_normal((3, N_COLUMNS)), RANDOM.standard_normal(N_COLUMNS)
WEIGHTING = pytest.mark.parametrize("is_weighted", [False, True])


def units(inputs):
    return np.tanh(inputs @ HIDDEN_WEIGHTS + HIDDEN_BIASES)


def powers(inputs, n_columns):
    """Monomials: condition numbers as large as one wants."""
    return inputs[:, :1] ** np.arange(1, n_columns + 1)


def door(inputs, targets, weights):
    return inputs, targets, weights


def in_shards(examples, n_first):
    parts = [slice(0, n_first), slice(n_first, None)]
    arrays = [examples.inputs, examples.targets, *([] if examples.weights is None else [examples.weights])]
    return ExamplesInShards(shards_of([tuple(array[part] for array in arrays) for part in parts]), door)


HIDDEN = Hidden(units, N_COLUMNS, 8)


def problem(n_samples, n_outputs=2, noise=0.3, is_weighted=False, seed=0):
    random = np.random.default_rng(seed)
    inputs = random.uniform(-1, 1, (n_samples, 3))
    truth = np.sin(inputs @ random.standard_normal((3, n_outputs)))
    targets = truth + noise * random.standard_normal((n_samples, n_outputs)) + 2
    return ExamplesInMemory(inputs, targets, random.uniform(0.3, 2, n_samples) if is_weighted else None)


def solved(examples, alpha, hidden=HIDDEN, **options):
    targets = getattr(examples, "targets", None)
    return solve_for_examples(examples, hidden, 2 if targets is None else targets.shape[1], alpha, "Net", **options)


def stacked_condition(rows, weights, alpha):
    own = np.ones(len(rows)) if weights is None else weights
    centered = (rows - np.average(rows, axis=0, weights=own)) * np.sqrt(own)[:, np.newaxis]
    return np.linalg.cond(np.vstack([centered, np.sqrt(alpha) * np.eye(rows.shape[1])]))


def mean_squared(examples, outputs):
    return np.average(((examples.targets - outputs) ** 2).sum(axis=1), weights=examples.weights)


def left_out_error(examples, alpha, rows=None):
    rows = units(examples.inputs) if rows is None else rows
    own = np.ones(len(rows)) if examples.weights is None else examples.weights
    total = 0.0
    for i in range(len(rows)):
        others = np.arange(len(rows)) != i
        model = Ridge(alpha=alpha, solver="svd").fit(rows[others], examples.targets[others], own[others])
        total += own[i] * ((examples.targets[i] - model.predict(rows[i : i + 1])[0]) ** 2).sum()
    return total / own.sum()


class TestWay:
    @WEIGHTING
    @pytest.mark.parametrize("alpha", [0.0, 0.5])
    @pytest.mark.parametrize("as_shards", [False, True])
    def test_cholesky_where_it_is_safe(self, alpha, is_weighted, as_shards):
        examples = problem(60, is_weighted=is_weighted)
        layer = solved(in_shards(examples, 25) if as_shards else examples, alpha)
        oracle = Ridge(alpha=alpha, solver="svd").fit(units(examples.inputs), examples.targets, examples.weights)
        np.testing.assert_allclose(layer.solution.coef.T, oracle.coef_, rtol=1e-9)
        np.testing.assert_allclose(layer.solution.intercept, oracle.intercept_, rtol=1e-9)
        assert (layer.solution.method, layer.solution.rank, layer.alpha) == ("cholesky", N_COLUMNS, alpha)
        exact = stacked_condition(units(examples.inputs), examples.weights, alpha)
        assert exact / 2.5 < layer.solution.condition < 2.5 * exact  # estimated from the square, in the 1-norm
        fitted = oracle.predict(units(examples.inputs))
        assert layer.training_error == pytest.approx(mean_squared(examples, fitted), rel=1e-9)
        assert isinstance(layer.equations, NormalEquations)
        assert layer.equations.n_examples == 60

    @WEIGHTING
    @pytest.mark.parametrize("as_shards", [False, True])
    def test_the_matrix_itself_where_its_square_is_not_safe(self, is_weighted, as_shards):
        """Powers up to the 16th of numbers in (-1, 1): the square has a condition number of about 1e11."""
        examples = problem(400, is_weighted=is_weighted)
        hidden = Hidden(partial(powers, n_columns=16), 16, 8)
        rows = hidden.outputs(examples.inputs)
        exact = stacked_condition(rows, examples.weights, 0.0)
        assert 1e5 < exact < 1e8
        layer = solved(in_shards(examples, 150) if as_shards else examples, 0.0, hidden)  # and no warning
        assert (layer.solution.method, layer.solution.rank) == ("svd", 16)
        assert layer.solution.condition == pytest.approx(exact, rel=1e-6)
        oracle = Ridge(alpha=1e-20, solver="svd").fit(rows, examples.targets, examples.weights)
        scale = np.abs(oracle.coef_).max()
        np.testing.assert_allclose(layer.solution.coef.T, oracle.coef_, atol=1e-9 * scale)

    @pytest.mark.parametrize("as_shards", [False, True])
    def test_beyond_1e8_a_warning_tells_rank_and_condition_number(self, as_shards):
        examples = problem(400)
        hidden = Hidden(lambda inputs: np.hstack([units(inputs), units(inputs)[:, :2]]), N_COLUMNS + 2, 8)
        with pytest.warns(
            ConvergenceWarning,
            match=r"^Net: the matrix of hidden outputs \(400 rows, 10 columns\) is nearly singular: rank 8, condition "
            r"number \d.*e\+\d\d; the solution of least norm was taken",
        ):
            layer = solved(in_shards(examples, 150) if as_shards else examples, 0.0, hidden)
        assert (layer.solution.method, layer.solution.rank) == ("svd", 8)
        np.testing.assert_allclose(layer.solution.coef[8:], layer.solution.coef[:2], rtol=1e-8)  # shared evenly
        plain = solved(examples, 0.0)
        rows = units(examples.inputs)
        np.testing.assert_allclose(
            hidden.outputs(examples.inputs) @ layer.solution.coef + layer.solution.intercept,
            rows @ plain.solution.coef + plain.solution.intercept,
            rtol=1e-10,
        )

    @WEIGHTING
    @pytest.mark.parametrize("alpha", [0.05, 2.0])
    def test_the_small_matrix_of_few_examples(self, alpha, is_weighted):
        examples = problem(6, is_weighted=is_weighted)
        layer = solved(examples, alpha)
        oracle = Ridge(alpha=alpha, solver="svd").fit(units(examples.inputs), examples.targets, examples.weights)
        np.testing.assert_allclose(layer.solution.coef.T, oracle.coef_, rtol=1e-9)
        np.testing.assert_allclose(layer.solution.intercept, oracle.intercept_, rtol=1e-9)
        assert isinstance(layer.equations, DualEquations)
        assert layer.solution.method == "cholesky"
        fitted = oracle.predict(units(examples.inputs))
        assert layer.training_error == pytest.approx(mean_squared(examples, fitted), rel=1e-9)

    def test_few_examples_without_penalty_are_interpolated(self):
        examples = problem(6)
        layer = solved(examples, 0.0)  # and no warning
        assert layer.training_error < 1e-24
        assert (layer.solution.method, layer.solution.rank) == ("svd", 5)
        values = np.linalg.svd(units(examples.inputs) - units(examples.inputs).mean(axis=0), compute_uv=False)
        assert layer.solution.condition == pytest.approx(values[0] / values[4], rel=1e-9)

    def test_few_examples_almost_alike_are_warned_about(self):
        examples = problem(6)
        examples.inputs[3] = examples.inputs[0] + 1e-13
        with pytest.warns(ConvergenceWarning, match=r"\(6 rows, 8 columns\) is nearly singular: rank \d, condition"):
            solved(examples, 0.0)

    def test_as_many_examples_as_columns_are_few_and_one_more_is_not(self):
        assert isinstance(solved(problem(N_COLUMNS), 0.1).equations, DualEquations)
        assert isinstance(solved(problem(N_COLUMNS + 1), 0.1).equations, NormalEquations)

    def test_few_examples_in_shards_give_the_same_weights(self):
        examples = problem(6)
        np.testing.assert_allclose(
            solved(in_shards(examples, 4), 0.1).solution.coef, solved(examples, 0.1).solution.coef, rtol=1e-9
        )

    def test_examples_that_repeat_are_counted_once_but_their_errors_are_their_own(self):
        few = problem(5)
        random = np.random.default_rng(3)
        targets = np.repeat(few.targets, 10, axis=0) + random.standard_normal((50, 2))
        examples = ExamplesInMemory(np.repeat(few.inputs, 10, axis=0), targets)
        layer = solved(examples, 0.3)
        assert isinstance(layer.equations, DualEquations)
        assert layer.equations.n_examples == 5
        assert layer.equations.weight == 50
        oracle = Ridge(alpha=0.3, solver="svd").fit(units(examples.inputs), targets)
        np.testing.assert_allclose(layer.solution.coef.T, oracle.coef_, rtol=1e-9)
        fitted = oracle.predict(units(examples.inputs))
        assert layer.training_error == pytest.approx(mean_squared(examples, fitted), rel=1e-9)


class TestSums:
    @pytest.mark.parametrize("alpha", [0.0, 0.4])
    def test_cholesky_where_it_is_safe(self, alpha):
        examples = problem(60)
        equations = NormalEquations(N_COLUMNS, 2).add(units(examples.inputs), examples.targets)
        layer, expected = solve_for_sums(equations, alpha), solved(examples, alpha)
        np.testing.assert_allclose(layer.solution.coef, expected.solution.coef, rtol=1e-10)
        assert layer.solution.condition == pytest.approx(expected.solution.condition)
        assert layer.training_error == pytest.approx(expected.training_error)

    def test_eigenvalues_with_a_warning_where_it_is_not(self):
        examples = problem(60)
        rows = np.hstack([units(examples.inputs), units(examples.inputs)[:, :1]])
        equations = NormalEquations(N_COLUMNS + 1, 2).add(rows, examples.targets)
        with pytest.warns(ConvergenceWarning, match=r"9 columns are nearly singular \(rank 8, .* half of the digits"):
            layer = solve_for_sums(equations, 0.0)
        assert (layer.solution.method, layer.solution.rank) == ("eigen", 8)
        assert layer.solution.condition > 1e7  # of the matrix: the root of that of its square
        least = np.linalg.pinv(rows - rows.mean(axis=0), rcond=1e-9) @ (
            examples.targets - examples.targets.mean(axis=0)
        )
        np.testing.assert_allclose(layer.solution.coef, least, rtol=1e-8)

    def test_leaving_out_gives_way_to_generalized_cross_validation(self):
        examples = problem(60)
        equations = NormalEquations(N_COLUMNS, 2).add(units(examples.inputs), examples.targets)
        assert solve_for_sums(equations, "loo").alpha == solve_for_sums(equations, "gcv").alpha
        assert solve_for_sums(equations, "gcv").alpha == solved(examples, "gcv").alpha


class TestPenalty:
    @pytest.mark.parametrize("seed", range(5))
    @pytest.mark.parametrize("n_samples", [12, 30, 80])
    def test_loo_is_the_choice_of_scikit_learn(self, n_samples, seed):
        examples = problem(n_samples, n_outputs=1, noise=0.6, seed=seed)
        rows, layer = units(examples.inputs), solved(examples, "loo")
        alphas = penalties(RidgePath(NormalEquations(N_COLUMNS, 1).add(rows, examples.targets)).eigenvalues)
        oracle = RidgeCV(alphas=alphas).fit(rows, examples.targets[:, 0])
        assert layer.alpha == pytest.approx(oracle.alpha_, rel=1e-12)
        np.testing.assert_allclose(layer.solution.coef[:, 0], oracle.coef_, rtol=1e-8)
        np.testing.assert_allclose(layer.solution.intercept, oracle.intercept_, rtol=1e-8)

    @pytest.mark.parametrize("seed", range(1, 6))  # without penalty seed 0 is the best, and all small ones are equal
    def test_loo_of_few_examples_is_the_choice_of_scikit_learn(self, seed):
        examples = problem(7, n_outputs=1, noise=0.6, seed=seed)
        rows, layer = units(examples.inputs), solved(examples, "loo")
        alphas = penalties(layer.equations.eigenvalues)
        oracle = RidgeCV(alphas=alphas).fit(rows, examples.targets[:, 0])
        assert layer.alpha == pytest.approx(oracle.alpha_, rel=1e-12)

    @WEIGHTING
    @pytest.mark.parametrize("as_shards", [False, True])
    @pytest.mark.parametrize("n_samples", [7, 30])
    def test_no_penalty_has_a_lower_error_left_out(self, is_weighted, as_shards, n_samples):
        examples = problem(n_samples, noise=0.6, is_weighted=is_weighted)
        layer = solved(in_shards(examples, 5) if as_shards else examples, "loo")
        rows = units(examples.inputs)
        path = RidgePath(NormalEquations(N_COLUMNS, 2).add(rows, examples.targets, examples.weights))
        alphas = penalties(path.eigenvalues)[:30]  # smaller ones only where they are near the best
        assert layer.alpha >= alphas[-1]
        errors = [left_out_error(examples, alpha) for alpha in alphas]
        assert layer.alpha == pytest.approx(alphas[int(np.argmin(errors))], rel=1e-9)

    @WEIGHTING
    def test_gcv_is_the_lowest_of_its_formula(self, is_weighted):
        examples = problem(40, noise=0.6, is_weighted=is_weighted)
        layer = solved(examples, "gcv")
        path = RidgePath(layer.equations)
        alphas = penalties(path.eigenvalues)
        assert layer.alpha == alphas[path.generalized(alphas).argmin()]
        oracle = Ridge(alpha=layer.alpha, solver="svd").fit(units(examples.inputs), examples.targets, examples.weights)
        np.testing.assert_allclose(layer.solution.coef.T, oracle.coef_, rtol=1e-9)
        exact = stacked_condition(units(examples.inputs), examples.weights, layer.alpha)
        assert (layer.solution.method, layer.solution.rank) == ("eigen", N_COLUMNS)
        assert layer.solution.condition == pytest.approx(exact, rel=1e-6)

    def test_gcv_takes_the_count_that_it_is_told(self):
        """Weights may say how much examples matter, not how many there are."""
        examples = problem(20, noise=1.0)
        heavy = ExamplesInMemory(examples.inputs, examples.targets, np.full(20, 100.0))
        own = solved(examples, "gcv")
        assert solved(heavy, "gcv", count=lambda equations: equations.weight / 100).alpha == pytest.approx(
            100 * own.alpha, rel=1e-6
        )
        assert solved(heavy, "gcv").alpha < 100 * own.alpha

    @pytest.mark.parametrize("alpha", ["loo", 0.3])
    @pytest.mark.parametrize("n_samples", [6, 30])
    def test_weight_two_is_the_example_twice(self, alpha, n_samples):
        examples = problem(n_samples, noise=0.6)
        weighted = ExamplesInMemory(examples.inputs, examples.targets, np.full(n_samples, 2.0))
        twice = ExamplesInMemory(np.repeat(examples.inputs, 2, axis=0), np.repeat(examples.targets, 2, axis=0))
        one, other = solved(weighted, alpha), solved(twice, alpha)
        assert other.alpha == pytest.approx(one.alpha, rel=1e-9)
        np.testing.assert_allclose(other.solution.coef, one.solution.coef, rtol=1e-7)


class TestErrors:
    @WEIGHTING
    @pytest.mark.parametrize("as_shards", [False, True])
    @pytest.mark.parametrize(("n_samples", "alpha"), [(30, 0.0), (30, 0.7), (6, 0.7)])
    def test_the_error_left_out_is_that_of_refitting(self, n_samples, alpha, is_weighted, as_shards):
        examples = problem(n_samples, is_weighted=is_weighted)
        passed = in_shards(examples, 4) if as_shards else examples
        found = error_left_out(passed, HIDDEN, solved(passed, alpha))
        assert found == pytest.approx(left_out_error(examples, alpha or 1e-14), rel=1e-9 if alpha else 1e-5)

    def test_the_error_left_out_needs_the_equations(self):
        layer = dataclasses.replace(solved(problem(30), 0.1), equations=None)
        with pytest.raises(RuntimeError, match="Keep them"):
            error_left_out(problem(30), HIDDEN, layer)

    @WEIGHTING
    @pytest.mark.parametrize("as_shards", [False, True])
    def test_errors_with_the_first_columns(self, is_weighted, as_shards):
        examples = problem(25, is_weighted=is_weighted)
        passed = in_shards(examples, 9) if as_shards else examples
        rows = units(examples.inputs)
        errors = prefix_errors(passed, HIDDEN, solved(passed, 0.4).equations, 0.4, np.arange(HIDDEN.n_columns))
        for k in range(1, N_COLUMNS + 1):
            expected = left_out_error(examples, 0.4, rows[:, :k])
            assert errors.leave_one_out[k] == pytest.approx(expected, rel=1e-9)

    def test_errors_with_the_first_columns_of_an_ill_conditioned_matrix(self):
        """The square is not safe; from the triangular factor every prefix is as if it were alone."""
        examples = problem(60)
        hidden = Hidden(partial(powers, n_columns=14), 14, 8)
        rows = hidden.outputs(examples.inputs)
        equations = NormalEquations(14, 2).add(rows, examples.targets)
        assert equations.solve_by_cholesky() is None
        errors = prefix_errors(examples, hidden, equations, 0.0, np.arange(hidden.n_columns))
        for k in (1, 7, 14):
            expected = left_out_error(examples, 1e-20, rows[:, :k])
            assert errors.leave_one_out[k] == pytest.approx(expected, rel=1e-6)
