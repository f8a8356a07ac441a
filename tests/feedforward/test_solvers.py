"""Solvers: short forms, what their settings do, and that they learn."""

import itertools

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

from sinapsi import MLPClassifier, MLPRegressor
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward.solvers import LBFGS, SGD, Adam, solver_named
from sinapsi.stopping import StopCode

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


def waves(n_samples=80, seed=0):
    random = np.random.default_rng(seed)
    X = random.uniform(-1, 1, (n_samples, 2))
    return X, np.sin(3 * X[:, 0]) + X[:, 1] ** 2


class TestShortForms:
    @pytest.mark.parametrize(
        "solver",
        [SGD(), SGD(nesterov=True), Adam(), Adam(beta_1=0.8, epsilon=1e-6), LBFGS(), LBFGS(gtol=1e-6, memory=5)],
        ids=str,
    )
    def test_text_and_object_give_each_other_back(self, solver):
        assert solver_named(str(solver)) == solver
        assert solver_named(solver) is solver

    @pytest.mark.parametrize("form", ["sgd(nesterov=True)", "adam(beta_1=0.5)", "lbfgs(memory=3)"])
    def test_settings_change_the_course_and_objects_do_as_their_forms(self, form):
        X, y = waves()
        weights = [
            MLPRegressor(hidden_layer_sizes=(5,), solver=solver, stopping="max_iter(9)", random_state=0)
            .fit(X, y).coefs_[0]
            for solver in (form, solver_named(form), form.split("(")[0])
        ]  # fmt: skip
        np.testing.assert_array_equal(weights[0], weights[1])
        assert not np.allclose(weights[0], weights[2])

    @pytest.mark.parametrize(
        ("form", "sentence"),
        [
            ("adamw", "Unknown solver 'adamw'. Did you mean 'adam'"),
            ("adam(beta_1=1)", "beta_1 and beta_2 in"),
            ("adam(epsilon=0)", "epsilon above 0"),
            ("lbfgs(memory=0)", "memory of at least 1"),
            ("lbfgs(gtol=-1)", "gtol and ftol of at least 0"),
            ("sgd(momentum=0.5)", "do not fit"),
        ],
    )
    def test_bad_forms_are_refused(self, form, sentence):
        with pytest.raises(InvalidParameterError, match=sentence):
            MLPRegressor(solver=form).fit(*waves())


class TestExclusiveOr:
    @pytest.mark.parametrize("seed", range(8))
    def test_two_hidden_units_learn_it_by_the_generalized_delta_rule(self, seed):
        """The network of the notes: 2-2-1 logistic units, squared error, online, with momentum."""
        X, y = XOR
        model = MLPClassifier(
            hidden_layer_sizes=(2,), activation="logistic", loss="squared_error", solver="sgd", batch_size=1, alpha=0.0,
            learning_rate=0.5, momentum=0.9, init="uniform", max_iter=2000, stopping="goal(0.001)", random_state=seed,
        ).fit(X, y)  # fmt: skip
        assert model.stop_reason_.code is StopCode.GOAL
        assert model.predict(X).tolist() == y.tolist()
        outputs = model.decision_function(X) + 0.5  # measured from the boundary
        assert np.abs(outputs - y).max() < 0.1

    def test_without_hidden_units_it_cannot_be_learned(self):
        X, y = XOR
        model = MLPClassifier(hidden_layer_sizes=(), solver="lbfgs", alpha=0.0, random_state=0).fit(X, y)
        np.testing.assert_allclose(model.predict_proba(X), 0.5, atol=1e-3)

    @pytest.mark.parametrize("solver", ["lbfgs", "adam", "sgd"])
    def test_every_solver_learns_it(self, solver):
        X, y = XOR
        model = MLPClassifier(
            hidden_layer_sizes=(8,), activation="tanh", solver=solver, learning_rate=0.05, batch_size="full",
            max_iter=5000, stopping="goal(0.02)", random_state=0,
        ).fit(X, y)  # fmt: skip
        assert model.score(X, y) == 1


def test_momentum_speeds_the_course_along_a_ravine():
    """On columns of very different size, plain descent at the same rate is far behind."""
    X, _ = waves(100)
    X = X * [3.0, 0.3]
    y = X @ [1.0, 10.0]
    losses = [
        MLPRegressor(
            hidden_layer_sizes=(), solver="sgd", momentum=momentum, batch_size="full", learning_rate=0.1, alpha=0.0,
            stopping="max_iter(100)", random_state=0,
        ).fit(X, y).history_["loss"][-1]
        for momentum in (0.0, 0.9)
    ]  # fmt: skip
    assert losses[1] < 0.05 * losses[0]


class TestSchedules:
    @pytest.mark.parametrize("batch_size", [1, 10])
    @pytest.mark.parametrize("solver", ["sgd", "adam"])
    def test_the_rate_falls_with_every_update(self, solver, batch_size):
        X, y = waves(40)
        model = MLPRegressor(
            hidden_layer_sizes=(4,), solver=solver, learning_rate="inverse_scaling(0.1, power=0.5)",
            batch_size=batch_size, stopping="max_iter(3)", random_state=0,
        ).fit(X, y)  # fmt: skip
        n_steps = 40 // batch_size * np.arange(1, 4)
        assert model.history_["step"].tolist() == n_steps.tolist()
        np.testing.assert_allclose(model.history_["learning_rate"], 0.1 / np.sqrt(n_steps))

    def test_online_and_in_batches_a_schedule_is_the_same(self):
        """A sparse X takes the way of the mini-batches, a dense one that of the compiled loop."""
        X, y = waves(20)
        parameters = {
            "hidden_layer_sizes": (4,), "solver": "sgd", "learning_rate": "cosine(0.1, n_steps=50)", "batch_size": 1,
            "stopping": "max_iter(3)", "random_state": 0, "alpha": 0.01,
        }  # fmt: skip
        online = MLPRegressor(**parameters).fit(X, y)
        batches = MLPRegressor(**parameters).fit(sparse.csr_array(X), y)
        np.testing.assert_allclose(online.coefs_[0], batches.coefs_[0], rtol=1e-11)
        np.testing.assert_allclose(online.history_["loss"], batches.history_["loss"], rtol=1e-11)


class TestLBFGS:
    def fitted(self, **parameters):
        X, y = waves()
        settings = {"hidden_layer_sizes": (6,), "activation": "tanh", "alpha": 0.1, "random_state": 0, "max_iter": 2000,
                    "solver": "lbfgs"}  # fmt: skip
        return MLPRegressor(**{**settings, **parameters}).fit(X, y)

    def test_the_loss_only_falls_and_the_fit_says_that_it_converged(self):
        model = self.fitted()
        loss = model.history_["loss"]
        assert (np.diff(loss) <= 0).all()
        assert loss[-1] < 0.2 * loss[0]
        assert model.stop_reason_.code is StopCode.TOLERANCE
        assert model.history_["gradient_norm"][-1] < 0.01
        assert model.n_iter_ == model.history_.n_epochs > 5

    def test_a_finer_tolerance_goes_nearer_to_the_minimum(self):
        fine = self.fitted(solver="lbfgs(gtol=1e-9, ftol=0)")
        assert fine.history_["gradient_norm"][-1] < 1e-7
        assert fine.history_["loss"][-1] <= self.fitted().history_["loss"][-1]

    def test_the_weights_are_those_of_the_last_loss(self):
        X, y = waves()
        model = self.fitted()
        penalty = 0.1 / 2 / 80 * sum((coef**2).sum() for coef in model.coefs_)
        assert ((y - model.predict(X)) ** 2).mean() / 2 + penalty == pytest.approx(model.history_["loss"][-1])

    def test_blocks_of_rows_add_up(self, monkeypatch):
        whole = self.fitted(stopping="max_iter(5)")
        monkeypatch.setattr("sinapsi.feedforward.solvers.full_batch.BLOCK_ROWS", 13)
        blocks = self.fitted(stopping="max_iter(5)")
        np.testing.assert_allclose(blocks.history_["loss"], whole.history_["loss"], rtol=1e-9)

    def test_the_budget_ends_it_with_a_warning(self):
        with pytest.warns(ConvergenceWarning, match="max_iter=3 was used up"):
            model = self.fitted(max_iter=3)
        assert (model.n_iter_, model.stop_reason_.code) == (3, StopCode.MAX_ITER)

    def test_a_gradient_norm_ends_it(self):
        model = self.fitted(solver="lbfgs(gtol=0, ftol=0)", stopping="gradient_norm(0.05)")
        norms = model.history_["gradient_norm"]
        assert model.stop_reason_.code is StopCode.GRADIENT_NORM
        assert norms[-1] <= 0.05
        assert (norms[:-1] > 0.05).all()

    def test_float32_weights_end_as_float32_and_near_those_of_float64(self):
        X, y = waves()
        single, double = (
            MLPRegressor(
                hidden_layer_sizes=(6,), activation="tanh", solver="lbfgs", alpha=0.1, max_iter=2000, random_state=0
            ).fit(X.astype(dtype), y.astype(dtype))
            for dtype in (np.float32, np.float64)
        )  # fmt: skip
        assert single.coefs_[0].dtype == np.float32
        assert single.score(X, y) == pytest.approx(double.score(X, y), abs=0.02)

    def test_partial_fit_has_no_meaning_for_it(self):
        assert not hasattr(MLPRegressor(solver="lbfgs"), "partial_fit")
        assert all(hasattr(MLPRegressor(solver=solver), "partial_fit") for solver in ("sgd", "adam"))

    def test_starting_at_the_minimum_is_said_so(self):
        X, y = np.array([[1.0], [2.0]]), np.array([0.0, 0.0])
        model = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", init=([[[0.0]]], [[0.0]])).fit(X, y)
        assert model.n_iter_ == 1
        assert model.stop_reason_.code is StopCode.TOLERANCE
        assert model.history_["loss"].tolist() == [0.0]


@pytest.mark.parametrize(
    ("solver", "activation"), list(itertools.product(["sgd", "adam", "lbfgs"], ["relu", "tanh", "logistic"]))
)
def test_every_solver_learns_iris(solver, activation):
    X, y = load_iris(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    rate = {"sgd": 0.1, "adam": 0.02, "lbfgs": 0.1}[solver]
    model = MLPClassifier(
        hidden_layer_sizes=(8,), activation=activation, solver=solver, learning_rate=rate, alpha=0.01,
        stopping="max_iter(100)", batch_size=25, random_state=0,
    ).fit(X, y)  # fmt: skip
    assert model.score(X, y) >= 0.96


@pytest.mark.parametrize("activation", [("tanh", "logistic(slope=2)"), ["relu", "softmax"]])
def test_each_layer_may_have_an_activation_of_its_own(activation):
    X, y = waves()
    model = MLPRegressor(
        hidden_layer_sizes=(6, 5), activation=activation, solver="lbfgs", max_iter=2000, random_state=0
    )
    assert model.fit(X, y).score(X, y) > 0.9
    hidden = X @ model.coefs_[0] + model.intercepts_[0]
    hidden = np.tanh(hidden) if activation[0] == "tanh" else np.maximum(hidden, 0)
    hidden = hidden @ model.coefs_[1] + model.intercepts_[1]
    hidden = (
        1 / (1 + np.exp(-2 * hidden)) if activation[0] == "tanh" else np.exp(hidden) / np.exp(hidden).sum(1)[:, None]
    )
    np.testing.assert_allclose(model.predict(X), (hidden @ model.coefs_[2] + model.intercepts_[2])[:, 0], rtol=1e-9)
