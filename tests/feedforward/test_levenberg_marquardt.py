"""Levenberg-Marquardt: exact where the network is linear, and hard to stop where it is not."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import least_squares
from sklearn.exceptions import ConvergenceWarning

from sinapsi import AdalineRegressor, MLPClassifier, MLPRegressor
from sinapsi.activations import activation_named
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward.backpropagation import outputs_of
from sinapsi.feedforward.network import Network
from sinapsi.feedforward.solvers import BY_NAME, LevenbergMarquardt, Problem, solver_named
from sinapsi.feedforward.solvers.levenberg_marquardt import DampedWalk
from sinapsi.feedforward.solvers.linear_model import LARGEST_SYSTEM, DualModel, PrimalModel, solved
from sinapsi.losses import squared_error
from sinapsi.schedules import schedule_named
from sinapsi.stopping import StopCode
from sinapsi.validation import ExampleSet

# From a damping that is almost none the first step leads to the bottom of a parabola. From a larger one the last steps
# lower the error by less than its rounding, and are refused with weights right to about eight digits.
GAUSS_NEWTON = "lm(damping=1e-8, gtol=1e-13, ftol=0)"


def waves(n_samples=60, n_outputs=None, seed=0):
    random = np.random.default_rng(seed)
    X = random.uniform(-1, 1, (n_samples, 2))
    y = np.column_stack([np.sin(3 * X[:, 0]) + X[:, 1] ** 2, X[:, 0] * X[:, 1]])
    return X, (y[:, :n_outputs] if n_outputs else y[:, 0])


def network(**parameters):
    settings = {"hidden_layer_sizes": (5,), "activation": "tanh", "solver": "lm", "max_iter": 500, "random_state": 0}
    return MLPRegressor(**{**settings, **parameters})


def quietly_fitted(model, X, y, *arguments):
    """The model after a fit whose budget may be used up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y, *arguments)


class TestWithoutHiddenLayer:
    """The error is a parabola, and its bottom is known."""

    @pytest.mark.parametrize("n_outputs", [None, 2])
    @pytest.mark.parametrize("is_weighted", [False, True])
    @pytest.mark.parametrize("alpha", [0.0, 0.3, 20.0])
    @pytest.mark.parametrize("n_samples", [60, 2], ids=["primal", "dual"])
    def test_it_is_the_exact_adaline(self, n_outputs, is_weighted, alpha, n_samples):
        random = np.random.default_rng(3)
        X = random.standard_normal((n_samples, 4)) + 2.0
        y = random.standard_normal((n_samples, n_outputs) if n_outputs else n_samples) + 1.0
        weights = random.uniform(0.1, 4, n_samples) if is_weighted else None
        exact = AdalineRegressor(alpha=alpha).fit(X, y, weights)
        model = network(hidden_layer_sizes=(), alpha=alpha, solver=GAUSS_NEWTON).fit(X, y, weights)
        if alpha or n_samples > 4:  # otherwise many weights do equally well
            np.testing.assert_allclose(model.coefs_[0].T, np.atleast_2d(exact.coef_), rtol=1e-8, atol=1e-9)
            np.testing.assert_allclose(model.intercepts_[0], exact.intercept_, rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(model.predict(X), exact.predict(X), rtol=1e-8, atol=1e-8)

    def test_it_takes_a_few_steps_only(self):
        X, y = waves()
        model, exact = network(hidden_layer_sizes=(), alpha=0.0).fit(X, y), AdalineRegressor().fit(X, y)
        assert model.n_iter_ <= 8
        np.testing.assert_allclose(model.coefs_[0][:, 0], exact.coef_, rtol=1e-5, atol=1e-6)


def problem_of(sizes=(2, 5, 2), n_samples=12, *, alpha=0.0, n_starts=1, is_weighted=False, seed=0):
    random = np.random.default_rng(seed)
    forms = ["tanh"] * (len(sizes) - 2) + ["identity"]
    plan = Network(tuple(sizes), tuple(activation_named(form) for form in forms), squared_error)
    weights = random.uniform(0.3, 2, n_samples) if is_weighted else None
    targets = random.standard_normal((n_samples, sizes[-1]))
    examples = ExampleSet(random.standard_normal((n_samples, sizes[0])), targets, weights)
    parameters = random.standard_normal((n_starts, plan.n_parameters))
    problem = Problem(plan, parameters[0], examples, alpha, n_samples, schedule_named(0.1), 0.0, None)
    return problem, parameters


def models_of(problem, parameters):
    penalties = problem.alpha * (np.arange(problem.network.n_parameters) < problem.network.n_coefs)
    return [kind(problem, penalties, parameters) for kind in (PrimalModel, DualModel)]


def step_written_out(problem, flat, damping):
    """(J'J + alpha D + mu I) h = J'e - alpha D w, with J from finite differences."""
    plan, examples = problem.network, problem.examples

    def errors(vector):
        outputs = outputs_of(plan, *plan.views(vector), examples.inputs)
        roots = np.ones(len(examples)) if examples.weights is None else np.sqrt(examples.weights)
        return ((examples.targets - outputs) * roots[:, np.newaxis]).ravel()

    h = 1e-5
    J = np.column_stack([(errors(flat - h * unit) - errors(flat + h * unit)) / (2 * h) for unit in np.eye(len(flat))])
    pull = problem.alpha * (np.arange(len(flat)) < plan.n_coefs)
    return np.linalg.solve(J.T @ J + np.diag(pull + damping), J.T @ errors(flat) - pull * flat)


class TestSteps:
    @pytest.mark.parametrize("sizes", [(2, 5, 2), (3, 1), (2, 3, 3, 1)], ids=str)
    @pytest.mark.parametrize("alpha", [0.0, 0.7])
    @pytest.mark.parametrize("is_weighted", [False, True])
    def test_primal_and_dual_agree_with_the_normal_equations(self, sizes, alpha, is_weighted):
        problem, parameters = problem_of(sizes, alpha=alpha, n_starts=3, is_weighted=is_weighted)
        primal, dual = models_of(problem, parameters)
        for size in (1e-2, 1.0, 100.0):
            damping = size * np.array([1.0, 2.0, 3.0])
            steps = primal.steps(damping)
            np.testing.assert_allclose(dual.steps(damping), steps, rtol=1e-8, atol=1e-9)
            for start in range(3):
                expected = step_written_out(problem, parameters[start], damping[start])
                np.testing.assert_allclose(steps[start], expected, rtol=1e-5, atol=1e-7)

    @pytest.mark.parametrize("alpha", [0.0, 0.7])
    def test_value_gradient_and_curvature_agree(self, alpha):
        problem, parameters = problem_of(alpha=alpha, n_starts=2)
        primal, dual = models_of(problem, parameters)
        np.testing.assert_allclose(dual.value(), primal.value(), rtol=1e-12)
        np.testing.assert_allclose(primal.value_at(parameters), primal.value(), rtol=1e-12)
        np.testing.assert_allclose(dual.gradient(), primal.gradient(), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(dual.largest_curvature(), primal.largest_curvature(), rtol=1e-11)
        h, direction = 1e-6, np.random.default_rng(1).standard_normal(parameters.shape)
        slope = (primal.value_at(parameters + h * direction) - primal.value_at(parameters - h * direction)) / (2 * h)
        np.testing.assert_allclose(np.vecdot(primal.gradient(), direction), slope, rtol=1e-6)

    @pytest.mark.parametrize("kind", [0, 1], ids=["primal", "dual"])
    def test_trying_a_place_does_not_change_what_is_known_of_the_present_one(self, kind):
        """A step that led higher is taken back, and the next one starts from where it started."""
        problem, parameters = problem_of(alpha=0.5)
        model, damping = models_of(problem, parameters)[kind], np.array([0.3])
        before, gradient = model.steps(damping), model.gradient()
        model.value_at(parameters + 5 * before)
        np.testing.assert_array_equal(model.gradient(), gradient)
        np.testing.assert_allclose(model.steps(damping), before, rtol=1e-12)

    @pytest.mark.parametrize("kind", [0, 1], ids=["primal", "dual"])
    def test_renewing_some_starts_and_losing_others(self, kind):
        problem, parameters = problem_of(alpha=0.5, n_starts=4)
        model = models_of(problem, parameters)[kind]
        moved, which = parameters + 0.4, np.array([True, False, True, False])
        model.renew(moved, which)
        stays = np.array([True, True, False, False])
        model.keep(stays)
        expected = models_of(problem, np.where(which[:, np.newaxis], moved, parameters)[stays])[kind]
        damping = np.array([0.1, 2.0])
        np.testing.assert_allclose(model.steps(damping), expected.steps(damping), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(model.value(), expected.value(), rtol=1e-12)

    def test_every_parameter_may_have_a_penalty_of_its_own(self):
        """In the primal form, as the evidence wants it."""
        problem, parameters = problem_of()
        penalties = np.random.default_rng(2).uniform(0, 3, parameters.shape[1])
        model, damping = PrimalModel(problem, penalties, parameters), np.array([0.4])
        rows = np.linalg.solve(model.curvature[0] + np.diag(penalties + 0.4), model.pull[0] - penalties * parameters[0])
        np.testing.assert_allclose(model.steps(damping)[0], rows, rtol=1e-10)
        expected = 0.5 * (model.squares[0] + (penalties * parameters[0] ** 2).sum())
        assert model.value()[0] == pytest.approx(expected, rel=1e-12)

    def test_a_singular_system_gives_no_step_and_spares_the_others(self):
        systems = np.array([np.eye(2), np.ones((2, 2)), 2 * np.eye(2)])
        steps = solved(systems, np.ones((3, 2, 1)))[..., 0]
        np.testing.assert_array_equal(steps, [[1, 1], [np.nan, np.nan], [0.5, 0.5]])


class TestDamping:
    """Nielsen (1999), eq. 2.4 and fig. 2.3."""

    def test_it_falls_after_a_good_step_and_grows_ever_faster_after_bad_ones(self):
        problem, parameters = problem_of((2, 2), 30)
        model, _ = models_of(problem, parameters)
        walk = DampedWalk(model, 1e-3)
        first = walk.damping.copy()
        assert first == pytest.approx(1e-3 * model.largest_curvature())
        here = walk.step(parameters)
        np.testing.assert_allclose(walk.damping, first / 3)  # the error is a parabola: all that was foretold was gained
        assert walk.is_lower.all()
        model.value_at = lambda parameters: np.array([np.inf])
        dampings = []
        for _ in range(4):
            here_again = walk.step(here)
            np.testing.assert_array_equal(here_again, here)
            dampings.append(walk.damping[0])
        np.testing.assert_allclose(np.array(dampings) / (first[0] / 3), [2, 8, 64, 1024])
        assert not walk.is_lower.any()

    def test_a_step_that_is_not_finite_is_refused(self):
        problem, parameters = problem_of()
        model, _ = models_of(problem, parameters)
        walk = DampedWalk(model, 1e-3)
        model.value_at = lambda parameters: np.array([np.nan])
        np.testing.assert_array_equal(walk.step(parameters), parameters)

    def test_it_is_recorded(self):
        """Of a network whose error is a parabola it falls by three in every step."""
        damping = network(hidden_layer_sizes=(), alpha=0.5).fit(*waves()).history_["damping"]
        assert len(damping) > 2
        np.testing.assert_allclose(damping[1:3] / damping[:2], 1 / 3, rtol=1e-6)

    def test_the_first_one_changes_the_course(self):
        X, y = waves()
        bold, shy = (
            quietly_fitted(network(solver=f"lm(damping={damping})", max_iter=5), X, y) for damping in (1e-3, 100.0)
        )
        moved = [np.abs(model.coefs_[0] - network(max_iter=0).fit(X, y).coefs_[0]).max() for model in (bold, shy)]
        assert moved[1] < 0.5 * moved[0]


class TestGoals:
    """MathWorks' SIN and PARITY; a goal of our loss is half of one of the mean squared error."""

    X_SIN = np.linspace(-1, 1, 41)[:, np.newaxis]
    Y_SIN = np.sin(np.pi * X_SIN[:, 0])
    X_PARITY = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
    Y_PARITY = X_PARITY.prod(axis=1)

    def n_reached(self, X, y, n_starts=30, **parameters):
        codes = [
            quietly_fitted(network(alpha=0.0, init="nguyen_widrow", random_state=seed, **parameters), X, y)
            .stop_reason_.code
            for seed in range(n_starts)
        ]  # fmt: skip
        return codes.count(StopCode.GOAL)

    @pytest.mark.parametrize(("n_init", "at_least"), [(1, 28), (4, 30)])
    def test_a_sine_is_learned_from_nearly_every_start(self, n_init, at_least):
        parameters = {"hidden_layer_sizes": (5,), "stopping": "goal(0.001)", "max_iter": 1000, "n_init": n_init}
        assert self.n_reached(self.X_SIN, self.Y_SIN, **parameters) >= at_least

    @pytest.mark.parametrize("output_activation", ["identity", "tanh"])
    @pytest.mark.parametrize("n_init", [1, 4])
    def test_parity_is_learned_from_every_start(self, n_init, output_activation):
        parameters = {"hidden_layer_sizes": (10, 10), "stopping": "goal(0.0005)", "max_iter": 1000, "n_init": n_init,
                      "output_activation": output_activation}  # fmt: skip
        assert self.n_reached(self.X_PARITY, self.Y_PARITY, **parameters) == 30

    BUDGETS = {  # noqa: RUF012
        "sgd": {"learning_rate": 0.05, "momentum": 0.95, "batch_size": 5, "max_iter": 5000},
        "adam": {"learning_rate": 0.02, "max_iter": 3000},
        "rprop": {"max_iter": 3000},
        "scg": {"max_iter": 2000},
        "lbfgs": {"max_iter": 2000, "solver": "lbfgs(gtol=1e-7)"},
        "lm": {"max_iter": 200},
        "bayesian": {"max_iter": 500},
    }

    @pytest.mark.parametrize("solver", BY_NAME)
    def test_every_solver_reaches_the_sine(self, solver):
        assert self.BUDGETS.keys() == BY_NAME.keys()
        parameters = {"solver": solver, **self.BUDGETS[solver]}
        model = network(alpha=0.0, init="nguyen_widrow", n_init=4, stopping="goal(0.001)", **parameters)
        model.fit(self.X_SIN, self.Y_SIN)
        assert model.stop_reason_.code is StopCode.GOAL
        assert ((model.predict(self.X_SIN) - self.Y_SIN) ** 2).mean() < 0.0021  # of sgd the loss is that on the way


def test_it_goes_as_low_as_scipy_from_the_same_starts():
    """From one start the two may end in different minima; over several starts ours are not the worse ones."""
    X, y = waves(50)
    y = y + 0.2 * np.random.default_rng(5).standard_normal(50)
    ours, theirs = [], []
    for seed in range(8):
        start = network(max_iter=0, random_state=seed).fit(X, y)
        flat = np.concatenate([array.ravel() for array in (*start.coefs_, *start.intercepts_)])
        plan = start._network()

        def residuals(vector, plan=plan):
            errors = y - outputs_of(plan, *plan.views(vector), X)[:, 0]
            return np.append(errors, np.sqrt(0.05) * vector[: plan.n_coefs])

        theirs.append(least_squares(residuals, flat, method="lm", xtol=1e-10, ftol=1e-10, gtol=1e-10).cost / 50)
        model = network(alpha=0.05, init=(start.coefs_, start.intercepts_), max_iter=2000).fit(X, y)
        ours.append(model.history_["loss"][-1])
    assert np.mean(ours) <= np.mean(theirs)
    assert min(ours) == pytest.approx(min(theirs), rel=1e-6)


@given(seed=st.integers(0, 10**6), n_samples=st.integers(3, 40), n_units=st.integers(1, 6), alpha=st.floats(0, 1))
@settings(max_examples=25)
def test_the_loss_never_rises(seed, n_samples, n_units, alpha):
    """Neither in the primal form nor in the dual one, into which few examples and many units lead."""
    X, y = waves(n_samples, seed=seed)
    model = network(hidden_layer_sizes=(n_units,), alpha=alpha, random_state=seed, max_iter=40)
    loss = quietly_fitted(model, X, y).history_["loss"]
    assert (np.diff(loss) < 0).all()
    squares = sum((coef**2).sum() for coef in model.coefs_)
    own = ((y - model.predict(X)) ** 2).mean() / 2 + alpha * squares / (2 * n_samples)
    assert own == pytest.approx(loss[-1], rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("seed", range(3))
def test_primal_and_dual_forms_go_the_same_way(seed, monkeypatch):
    X, y = waves(15, seed=seed)
    y = y + 3 * np.random.default_rng(seed).standard_normal(15)  # so that some steps are refused
    parameters = {"alpha": 0.1, "random_state": seed, "stopping": "max_iter(30)", "solver": "lm(damping=1e-6)"}
    dual = network(hidden_layer_sizes=(6,), **parameters).fit(X, y)
    monkeypatch.setattr("sinapsi.feedforward.solvers.levenberg_marquardt.is_dual", lambda problem: False)
    primal = network(hidden_layer_sizes=(6,), **parameters).fit(X, y)
    assert (np.diff(primal.history_["damping"]) > 0).any()
    np.testing.assert_allclose(dual.history_["loss"][:15], primal.history_["loss"][:15], rtol=1e-6)


class TestRefusals:
    def test_the_log_loss(self):
        X, y = waves()
        with pytest.raises(InvalidParameterError, match=r"squared errors only.*'log_loss'.*loss='squared_error'") as it:
            MLPClassifier(solver="lm").fit(X, y > 0.5)
        named = [name for name in BY_NAME if f"'{name}'" in str(it.value)]
        assert {"scg", "lbfgs", "adam"} <= set(named)
        for name in set(named) - {"lm"}:  # and what it names does
            quietly_fitted(MLPClassifier(solver=name, hidden_layer_sizes=(2,), max_iter=2), X, y > 0.5)

    def test_the_log_loss_of_labels_that_are_not_all_known(self):
        X, y = waves(n_outputs=2)
        labels = np.where(np.abs(y) < 0.1, np.nan, y > 0)
        with pytest.raises(InvalidParameterError, match=r"squared errors only\. Got the loss 'log_loss'\."):
            MLPClassifier(solver="lm").fit(X, labels)

    @pytest.mark.parametrize("solver", ["lm", "bayesian"])
    @pytest.mark.parametrize("n_init", [1, 3])
    def test_a_network_too_large_is_refused_with_the_size_and_a_way_out(self, solver, n_init):
        """784-100-10 on 60,000 images; no nonzero pixel, so that nothing large is allocated."""
        X, y = sparse.csr_array((60_000, 784)), np.arange(60_000) % 10
        with pytest.raises(
            InvalidParameterError, match=r"at most 12,000 equations.*79,510 weights.*51 GB.*'scg', 'lbfgs'"
        ):
            MLPClassifier(hidden_layer_sizes=(100,), loss="squared_error", solver=solver, n_init=n_init).fit(X, y)

    def test_few_examples_make_it_run(self):
        """784-20-3 has 15,763 weights and biases, more than a system may have, but only 90 equations."""
        random = np.random.default_rng(0)
        X, y = random.random((30, 784)), np.arange(30) % 3
        X[np.arange(30), y] += 3
        model = MLPClassifier(
            hidden_layer_sizes=(20,), activation="tanh", loss="squared_error", solver="lm", random_state=0, alpha=1e-3,
            max_iter=30, stopping="goal(0.01)",
        ).fit(X, y)  # fmt: skip
        assert sum(coef.size for coef in model.coefs_) > LARGEST_SYSTEM
        assert model.stop_reason_.code is StopCode.GOAL
        assert model.score(X, y) == 1

    @pytest.mark.parametrize("form", ["lm(damping=0)", "lm(gtol=-1)", "lm(ftol=-1e-9)"])
    def test_settings_out_of_range(self, form):
        with pytest.raises(InvalidParameterError, match="solver lm wants damping above 0 and gtol and ftol"):
            network(solver=form).fit(*waves())

    def test_partial_fit(self):
        assert not hasattr(network(), "partial_fit")


def test_text_and_object_give_each_other_back():
    for solver in (LevenbergMarquardt(), LevenbergMarquardt(damping=0.5, gtol=0.0)):
        assert solver_named(str(solver)) == solver


class TestSingularJacobian:
    @pytest.mark.parametrize("n_samples", [60, 5])
    @pytest.mark.parametrize("case", ["duplicate columns", "constant columns", "zero columns", "equal rows"])
    def test_weights_stay_finite_and_learning_goes_on(self, case, n_samples):
        X, y = waves(n_samples)
        X = {
            "duplicate columns": np.hstack([X, X, X]),
            "constant columns": np.hstack([X, np.ones((n_samples, 3))]),
            "zero columns": np.hstack([X, np.zeros((n_samples, 3))]),
            "equal rows": np.repeat(X[:1], n_samples, axis=0),
        }[case]
        model = quietly_fitted(network(alpha=0.0, max_iter=100), X, y)
        assert all(np.isfinite(array).all() for array in (*model.coefs_, *model.intercepts_))
        assert ((model.predict(X) - y) ** 2).mean() <= y.var() * (1 + 1e-9 if case == "equal rows" else 0.1)

    @pytest.mark.parametrize("n_samples", [60, 5])
    def test_dead_units(self, n_samples):
        X, y = waves(n_samples)
        init = ([np.ones((2, 3)), np.ones((3, 1))], [np.full(3, -100.0), np.zeros(1)])
        model = network(hidden_layer_sizes=(3,), activation="relu", init=init, alpha=0.0).fit(X, y)
        np.testing.assert_allclose(model.predict(X), y.mean(), rtol=1e-6)
        assert model.stop_reason_.code is StopCode.TOLERANCE

    def test_nothing_that_can_move_at_all(self):
        X, y = waves()
        init = ([np.ones((2, 3)), np.zeros((3, 1))], [np.zeros(3), np.full(1, -1.0)])
        model = network(hidden_layer_sizes=(3,), output_activation="relu", init=init, alpha=0.0).fit(X, y)
        assert (model.n_iter_, model.stop_reason_.code) == (1, StopCode.TOLERANCE)
        np.testing.assert_array_equal(model.coefs_[0], init[0][0])

    def test_saturated_units_with_huge_inputs(self):
        X, y = waves()
        model = quietly_fitted(network(alpha=0.0, max_iter=50), 1e8 * X, y)
        assert np.isfinite(model.predict(1e8 * X)).all()
        assert model.history_["loss"][-1] <= model.history_["loss"][0]


@pytest.mark.parametrize("n_samples", [60, 8])
def test_float32_in_float32_out(n_samples):
    X, y = waves(n_samples)
    single, double = (
        quietly_fitted(network(alpha=0.1), X.astype(dtype), y.astype(dtype)) for dtype in (np.float32, np.float64)
    )
    assert {array.dtype for array in (*single.coefs_, *single.intercepts_)} == {np.dtype(np.float32)}
    assert single.predict(X.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(single.predict(X.astype(np.float32)), double.predict(X), atol=1e-3)


class TestEnd:
    def test_a_start_at_the_minimum_is_said_so(self):
        X, y = waves()
        best = network(alpha=0.1, solver="lm(gtol=1e-12, ftol=0)").fit(X, y)
        again = network(alpha=0.1, solver="lm(gtol=1e-9)", init=(best.coefs_, best.intercepts_)).fit(X, y)
        assert again.n_iter_ == again.history_.n_epochs == 1
        assert again.stop_reason_.code is StopCode.TOLERANCE
        assert "gtol" in str(again.stop_reason_)
        assert again.history_["loss"][0] == pytest.approx(best.history_["loss"][-1], rel=1e-12)

    def test_a_start_that_meets_its_targets_exactly(self):
        X = np.array([[1.0], [2.0], [3.0]])
        model = network(hidden_layer_sizes=(), init=([[[2.0]]], [[1.0]]), alpha=0.0).fit(X, 2 * X[:, 0] + 1)
        assert (model.n_iter_, model.history_["loss"].tolist()) == (1, [0.0])
        assert model.coefs_[0].tolist() == [[2.0]]

    def test_gtol_is_on_the_gradient_of_the_mean(self):
        X, y = waves()
        model = network(solver="lm(gtol=1e-4, ftol=0)", alpha=0.01).fit(X, y)
        assert "gtol" in str(model.stop_reason_)
        norms = model.history_["gradient_norm"]
        assert norms[-1] <= 1e-4 * np.sqrt(21)
        deltas = model.local_gradients(X, y)
        gradient = -X.T @ deltas[0] / 60 + 0.01 / 60 * model.coefs_[0]
        rest = [-np.tanh(X @ model.coefs_[0] + model.intercepts_[0]).T @ deltas[1] / 60 + 0.01 / 60 * model.coefs_[1]]
        rest += [-delta.mean(axis=0) for delta in deltas]
        whole = np.concatenate([part.ravel() for part in (gradient, *rest)])
        assert norms[-1] == pytest.approx(np.linalg.norm(whole), rel=1e-8)

    def test_ftol_is_the_share_of_the_loss(self):
        model = network(solver="lm(gtol=0, ftol=0.01)").fit(*waves())
        assert "ftol" in str(model.stop_reason_)
        loss = model.history_["loss"]
        falls = -np.diff(loss) / loss[:-1]
        assert falls[-1] < 0.01
        assert (falls[:-1] >= 0.01).all()

    def test_without_tolerances_it_ends_where_rounding_does(self):
        model = network(solver="lm(gtol=0, ftol=0)", alpha=0.1, max_iter=5000).fit(*waves())
        assert str(model.stop_reason_) == "no damping leads to a lower loss any more"
        assert model.history_["gradient_norm"][-1] < 1e-8

    def test_rules_of_the_user_hold(self):
        X, y = waves()
        model = network(stopping="gradient_norm(0.01)").fit(X, y)
        assert model.stop_reason_.code is StopCode.GRADIENT_NORM
        assert model.history_["gradient_norm"][-1] <= 0.01 < model.history_["gradient_norm"][:-1].min()

    def test_the_budget_is_told(self):
        with pytest.warns(ConvergenceWarning, match="max_iter=3 was used up"):
            assert network(max_iter=3).fit(*waves()).n_iter_ == 3

    def test_early_stopping_keeps_the_best_weights(self):
        random = np.random.default_rng(0)
        X, y = waves(40)
        y, X_val, y_val = y + 0.5 * random.standard_normal(40), *waves(100, seed=9)
        model = network(hidden_layer_sizes=(12,), alpha=0.0).fit(X, y, X_val=X_val, y_val=y_val)
        assert model.stop_reason_.code is StopCode.PATIENCE
        best = model.history_["validation_loss"].min()
        assert ((model.predict(X_val) - y_val) ** 2).mean() / 2 == pytest.approx(best, rel=1e-12)


class TestGoingOn:
    def test_two_halves_are_the_whole(self):
        X, y = waves()
        whole = network(stopping="max_iter(12)").fit(X, y)
        parts = network(stopping="max_iter(6)", warm_start=True).fit(X, y).fit(X, y)
        np.testing.assert_allclose(parts.history_["loss"], whole.history_["loss"], rtol=1e-9)

    @pytest.mark.parametrize("solver", ["lm(gtol=0, ftol=0)", "scg(gtol=0, ftol=0)"])
    def test_new_targets_are_learned_after_the_old_ones_were_to_the_last_digit(self, solver):
        """What the solver remembers of its last, hopeless steps must not keep it from learning something new."""
        X, y = waves()
        model = network(solver=solver, alpha=0.1, warm_start=True, max_iter=10**4).fit(X, y)
        assert str(model.stop_reason_).startswith("no ")
        new = -y
        model.fit(X, new)
        assert model.n_iter_ > 1
        assert model.score(X, new) > 0.9


@pytest.mark.parametrize("n_outputs", [None, 2])
def test_sparse_rows_learn_like_dense_ones(n_outputs):
    X, y = waves(40, n_outputs)
    X = np.where(np.abs(X) < 0.3, 0, X)
    for n_units in (3, 30):
        dense, spare = (
            network(hidden_layer_sizes=(n_units,), stopping="max_iter(8)").fit(kind(X), y)
            for kind in (np.asarray, sparse.csr_array)
        )
        np.testing.assert_allclose(spare.coefs_[0], dense.coefs_[0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("output_activation", ["logistic", "softmax", "tanh"])
def test_a_classifier_with_squared_error(output_activation):
    random = np.random.default_rng(0)
    X = random.standard_normal((90, 2))
    y = np.array(["a", "b", "c"])[np.digitize(X[:, 0] * X[:, 1], [-0.3, 0.3])]
    model = MLPClassifier(
        hidden_layer_sizes=(10,), activation="tanh", output_activation=output_activation, loss="squared_error",
        solver="lm", alpha=1e-3, stopping="max_iter(60)", random_state=0,
    ).fit(X, y)  # fmt: skip
    assert model.score(X, y) > 0.95
