"""Resilient back-propagation and scaled conjugate gradients: step by step as in the papers, and to the minimum."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from sinapsi import MLPClassifier, MLPRegressor
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward.solvers import SCG, Rprop, solver_named
from sinapsi.monitor import FitMonitor
from sinapsi.stopping import StopCode
from tests.reference import feedforward as naive

TIGHT = "scg(gtol=1e-9, ftol=0)"
N_STEPS = 30


def quietly_fitted(model, *arguments, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(*arguments, **more)


def waves(n_samples=60, seed=0):
    random = np.random.default_rng(seed)
    X = random.uniform(-1, 1, (n_samples, 2))
    return X, np.sin(3 * X[:, 0]) + X[:, 1] ** 2


# What is learned, by which output units and which loss, and by what the naive twin calls them.
TASKS = {
    "squared error": (MLPRegressor, {}, naive.IDENTITY, False),
    "two classes": (MLPClassifier, {}, naive.LOGISTIC, True),
    "three classes": (MLPClassifier, {}, naive.SOFTMAX, True),
    "labels": (MLPClassifier, {}, naive.LOGISTIC, True),
    "classes with squared error": (MLPClassifier, {"loss": "squared_error"}, naive.LOGISTIC, False),
    "partly known": (MLPRegressor, {}, naive.IDENTITY, False),
    "partly known labels": (MLPClassifier, {}, naive.LOGISTIC, True),
}


def task(name):
    """Network class, its parameters, X, y, targets for the twin, and what the twin evaluates."""
    kind, parameters, output_unit, uses_log_loss = TASKS[name]
    random = np.random.default_rng(8)
    X = random.standard_normal((7, 2))
    labels = (random.random((7, 2)) < 0.5).astype(float)
    labels[:2] = [[0, 1], [1, 0]]
    classes = np.arange(7) % 3
    y = {
        "squared error": random.standard_normal((7, 2)),
        "two classes": classes > 0,
        "three classes": classes,
        "labels": labels.astype(int),
        "classes with squared error": classes,
        "partly known": np.where(random.random((7, 2)) < 0.3, np.nan, random.standard_normal((7, 2))),
        "partly known labels": np.where(random.random((7, 2)) < 0.3, np.nan, labels),
    }[name]
    targets = {"two classes": (classes > 0).astype(float)[:, np.newaxis]}.get(name)
    if targets is None:
        targets = np.eye(3)[y] if y.ndim == 1 else y
    return kind, parameters, X, y, targets, output_unit, uses_log_loss


class TestTwins:
    """The course of the losses equals that of plain loops."""

    def both(self, solver, twin, name, *, alpha=0.0, is_weighted=False):
        kind, parameters, X, y, targets, output_unit, uses_log_loss = task(name)
        weights = np.random.default_rng(3).uniform(0.2, 3, 7) if is_weighted else None
        model = kind(
            hidden_layer_sizes=(3,), activation="tanh", solver=solver, alpha=alpha, random_state=2,
            stopping=f"max_iter({N_STEPS})", **parameters,
        )  # fmt: skip
        start = kind(**{**model.get_params(), "max_iter": 0, "stopping": None}).fit(X, y, weights)
        flat = np.concatenate([array.ravel() for array in (*start.coefs_, *start.intercepts_)])
        sizes = (2, 3, targets.shape[1])

        def evaluate(vector):
            return naive.mean_error_and_gradient(
                X, targets, sizes, (naive.TANH, output_unit), (1.0, 1.0), uses_log_loss, vector, alpha, weights
            )

        course, w = twin(evaluate, flat, N_STEPS)
        model.fit(X, y, weights)
        found = np.concatenate([array.ravel() for array in (*model.coefs_, *model.intercepts_)])
        return model, found, np.array(course), np.array(w)

    @pytest.mark.parametrize("name", TASKS)
    @pytest.mark.parametrize(("alpha", "is_weighted"), [(0.0, False), (0.3, True)])
    def test_rprop(self, name, alpha, is_weighted):
        model, found, course, w = self.both("rprop", naive.rprop, name, alpha=alpha, is_weighted=is_weighted)
        np.testing.assert_allclose(model.history_["loss"], course, rtol=1e-9)
        np.testing.assert_allclose(found, w, rtol=1e-8, atol=1e-10)

    def test_rprop_takes_steps_back_in_these_courses(self):
        """Else the test above would not see a wrong way back."""
        _, _, course, _ = self.both(
            "rprop(first_step=0.5)", lambda *a: naive.rprop(*a, first_step=0.5), "squared error"
        )
        assert (np.diff(course) > 0).any()

    @pytest.mark.parametrize("name", ["squared error", "three classes"])
    def test_rprop_with_other_settings(self, name):
        model, _, course, _ = self.both(
            "rprop(first_step=0.5, increase=1.5, decrease=0.3, largest_step=0.6)",
            lambda *arguments: naive.rprop(*arguments, 0.5, 1.5, 0.3, 0.6),
            name,
        )
        np.testing.assert_allclose(model.history_["loss"], course, rtol=1e-9)

    @pytest.mark.parametrize("name", TASKS)
    @pytest.mark.parametrize(("alpha", "is_weighted"), [(0.05, False), (0.3, True)])
    def test_scg(self, name, alpha, is_weighted):
        """The second gradient is a small difference, so rounding grows from step to step: 1e-9, then looser."""
        model, _, course, _ = self.both(
            "scg(gtol=0, ftol=0)", naive.scaled_conjugate_gradients, name, alpha=alpha, is_weighted=is_weighted
        )
        loss = model.history_["loss"]
        assert len(loss) == N_STEPS
        np.testing.assert_allclose(loss[:12], course[:12], rtol=1e-9)
        np.testing.assert_allclose(loss, course, rtol=1e-6)


class TestConvexProblems:
    """Without hidden layer there is one minimum, and scikit-learn knows it."""

    @pytest.mark.parametrize("alpha", [0.1, 3.0])
    @pytest.mark.parametrize("is_weighted", [False, True])
    def test_two_classes(self, alpha, is_weighted):
        X, y = load_breast_cancer(return_X_y=True)
        X = StandardScaler().fit_transform(X)[:, :8]
        weights = np.random.default_rng(0).uniform(0.2, 2, len(y)) if is_weighted else None
        theirs = LogisticRegression(C=1 / alpha, tol=1e-12, max_iter=10**4, solver="newton-cholesky").fit(X, y, weights)
        ours = MLPClassifier(hidden_layer_sizes=(), solver=TIGHT, alpha=alpha, max_iter=3000, random_state=0)
        ours.fit(X, y, weights)
        assert ours.stop_reason_.code is StopCode.TOLERANCE
        np.testing.assert_allclose(ours.coefs_[0].T, theirs.coef_, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(ours.intercepts_[0], theirs.intercept_, rtol=1e-5, atol=1e-6)

    @pytest.mark.parametrize(
        ("solver", "stopping", "tolerance"), [(TIGHT, None, 2e-5), ("rprop", "gradient_norm(1e-6)", 2e-4)]
    )
    def test_three_classes(self, solver, stopping, tolerance):
        X, y = load_iris(return_X_y=True)
        X = StandardScaler().fit_transform(X)
        theirs = LogisticRegression(C=1.0, tol=1e-10, max_iter=10**4).fit(X, y)
        ours = MLPClassifier(
            hidden_layer_sizes=(), solver=solver, alpha=1.0, max_iter=3000, random_state=0, stopping=stopping
        ).fit(X, y)
        # The biases may all be shifted by one number: only their differences count.
        np.testing.assert_allclose(ours.coefs_[0].T, theirs.coef_, atol=tolerance)
        np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=tolerance)

    def test_labels_are_logistic_regressions_side_by_side(self):
        X, y = waves()
        labels = np.column_stack([y > 0.5, X[:, 0] > X[:, 1]]).astype(int)
        ours = MLPClassifier(hidden_layer_sizes=(), solver=TIGHT, alpha=0.5, max_iter=1000, random_state=0)
        ours.fit(X, labels)
        for k in range(2):
            theirs = LogisticRegression(C=2.0, tol=1e-12, max_iter=10**4).fit(X, labels[:, k])
            np.testing.assert_allclose(ours.coefs_[0][:, k], theirs.coef_[0], rtol=1e-5, atol=1e-7)

    @pytest.mark.parametrize("solver", [TIGHT, "rprop"])
    def test_real_targets_are_ridge_regression(self, solver):
        X, y = waves()
        theirs = Ridge(alpha=2.0).fit(X, y)
        ours = MLPRegressor(
            hidden_layer_sizes=(), solver=solver, alpha=2.0, max_iter=3000, random_state=0,
            stopping="gradient_norm(1e-6)" if solver == "rprop" else None,
        ).fit(X, y)  # fmt: skip
        np.testing.assert_allclose(ours.coefs_[0][:, 0], theirs.coef_, atol=2e-5)

    def test_a_parabola_takes_scg_about_as_many_steps_as_weights(self):
        """Conjugate directions end in n steps on a quadratic error; the small scale costs a few more."""
        random = np.random.default_rng(0)
        X = random.standard_normal((100, 10)) * np.logspace(0, 1, 10)
        y = X @ random.standard_normal(10)
        model = MLPRegressor(
            hidden_layer_sizes=(), solver="scg(gtol=1e-6, ftol=0)", alpha=0.0, max_iter=100, random_state=0
        )
        assert model.fit(X, y).n_iter_ <= 3 * 11


class TestSCG:
    def fitted(self, **parameters):
        defaults = {"hidden_layer_sizes": (6,), "activation": "tanh", "alpha": 0.1, "random_state": 0, "solver": "scg"}
        return MLPRegressor(**{**defaults, "max_iter": 2000, **parameters}).fit(*waves())

    @given(seed=st.integers(0, 10**6), alpha=st.floats(0, 1))
    @settings(max_examples=20)
    def test_the_loss_never_rises(self, seed, alpha):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = self.fitted(random_state=seed, alpha=alpha, max_iter=60)
        loss = model.history_["loss"]
        assert (np.diff(loss) <= 0).all()
        X, y = waves()
        squares = sum((coef**2).sum() for coef in model.coefs_)
        assert ((y - model.predict(X)) ** 2).mean() / 2 + alpha * squares / 120 == pytest.approx(loss[-1], rel=1e-9)

    def test_it_reaches_a_minimum_that_scipy_cannot_lower(self):
        X, y = waves()
        model = self.fitted(solver=TIGHT, max_iter=10**4)
        plan = model._network()

        def loss(flat):
            coefs, intercepts = plan.views(flat)
            outputs = np.tanh(X @ coefs[0] + intercepts[0]) @ coefs[1] + intercepts[1]
            return ((y - outputs[:, 0]) ** 2).mean() / 2 + 0.1 / 120 * (flat[: plan.n_coefs] ** 2).sum()

        flat = np.concatenate([array.ravel() for array in (*model.coefs_, *model.intercepts_)])
        assert model.history_["loss"][-1] == pytest.approx(loss(flat), rel=1e-10)
        assert minimize(loss, flat, method="BFGS", options={"gtol": 1e-8, "maxiter": 50}).fun > loss(flat) * (1 - 1e-7)

    def test_why_it_ended(self):
        assert "gtol" in str(self.fitted(solver="scg(gtol=1e-3, ftol=0)").stop_reason_)
        by_share = self.fitted(solver="scg(gtol=0, ftol=1e-3)")
        assert "ftol" in str(by_share.stop_reason_)
        loss = by_share.history_["loss"]
        assert (loss[-2] - loss[-1]) / loss[-2] < 1e-3
        at_the_end = self.fitted(solver="scg(gtol=0, ftol=0)", max_iter=10**4)
        assert str(at_the_end.stop_reason_) == "no lower loss could be found along the direction of search"

    def test_a_start_at_the_minimum_is_said_so(self):
        best = self.fitted(solver="scg(gtol=1e-8, ftol=0)", max_iter=10**4)
        again = self.fitted(init=(best.coefs_, best.intercepts_))
        assert (again.n_iter_, again.stop_reason_.code) == (1, StopCode.TOLERANCE)

    def test_two_halves_are_the_whole(self):
        whole = self.fitted(stopping="max_iter(20)")
        X, y = waves()
        parts = self.fitted(stopping="max_iter(10)", warm_start=True).fit(X, y)
        np.testing.assert_allclose(parts.history_["loss"], whole.history_["loss"], rtol=1e-9)

    def test_in_blocks_of_rows_it_goes_the_same_way(self, monkeypatch):
        whole = self.fitted(stopping="max_iter(8)")
        monkeypatch.setattr("sinapsi.feedforward.solvers.full_batch.BLOCK_ROWS", 13)
        np.testing.assert_allclose(
            self.fitted(stopping="max_iter(8)").history_["loss"], whole.history_["loss"], rtol=1e-8
        )

    def test_float32_weights_end_near_those_of_float64(self):
        X, y = waves()
        single = MLPRegressor(
            hidden_layer_sizes=(6,), activation="tanh", alpha=0.1, random_state=0, solver="scg", max_iter=2000
        ).fit(X.astype(np.float32), y.astype(np.float32))
        assert single.coefs_[0].dtype == np.float32
        assert single.history_["loss"][-1] == pytest.approx(self.fitted().history_["loss"][-1], rel=1e-3)


class TestRprop:
    def fitted(self, **parameters):
        defaults = {"hidden_layer_sizes": (6,), "activation": "tanh", "alpha": 0.1, "random_state": 0}
        return MLPRegressor(**{**defaults, "solver": "rprop", "max_iter": 2000, **parameters}).fit(*waves())

    def test_the_size_of_the_gradient_has_no_say(self):
        """Targets a million times larger: the same signs, the same first step."""
        X, y = waves()
        init = ([np.zeros((2, 1))], [[0.0]])
        small, large = (
            MLPRegressor(hidden_layer_sizes=(), solver="rprop", alpha=0.0, stopping="max_iter(1)", init=init).fit(
                X, scaled
            )
            for scaled in (y, 1e6 * y)
        )
        np.testing.assert_array_equal(small.coefs_[0], large.coefs_[0])
        np.testing.assert_array_equal(np.abs(small.coefs_[0]), 0.0125)

    def test_it_ends_by_the_tolerance_on_the_loss(self):
        model = self.fitted()
        assert model.stop_reason_.code is StopCode.TOLERANCE
        assert str(model.stop_reason_) == "training loss did not improve by more than 0.0001 for 10 epochs"
        assert model.history_["loss"][-1] < 0.2 * model.history_["loss"][0]

    def test_two_halves_are_the_whole(self):
        whole = self.fitted(stopping="max_iter(40)")
        parts = self.fitted(stopping="max_iter(20)", warm_start=True).fit(*waves())
        np.testing.assert_array_equal(parts.history_["loss"], whole.history_["loss"])

    @pytest.mark.parametrize(
        "form", ["rprop(first_step=0)", "rprop(increase=0.9)", "rprop(decrease=1)", "rprop(largest_step=0)"]
    )
    def test_settings_out_of_range(self, form):
        with pytest.raises(InvalidParameterError, match="solver rprop wants"):
            self.fitted(solver=form)


def test_text_and_object_give_each_other_back():
    for solver in (Rprop(), Rprop(first_step=0.1), SCG(), SCG(gtol=0.0, first_scale=1e-4)):
        assert solver_named(str(solver)) == solver


@pytest.mark.parametrize("form", ["scg(gtol=-1)", "scg(ftol=-1)", "scg(first_scale=0)"])
def test_settings_of_scg_out_of_range(form):
    with pytest.raises(InvalidParameterError, match="solver scg wants"):
        MLPRegressor(solver=form).fit(*waves())


SOLVERS = ("sgd", "adam", "rprop", "scg", "lbfgs", "lm", "bayesian")


@pytest.mark.parametrize("first", SOLVERS)
@pytest.mark.parametrize("second", SOLVERS)
def test_one_solver_may_go_on_where_another_ended(first, second):
    """What the first remembers is none of the second's business; with warm_start it begins afresh at the weights."""
    X, y = waves(40)
    parameters = {"hidden_layer_sizes": (4,), "activation": "tanh", "random_state": 0, "learning_rate": 0.01}
    model = quietly_fitted(MLPRegressor(solver=first, max_iter=6, warm_start=True, **parameters), X, y)
    weights = ([coef.copy() for coef in model.coefs_], [intercept.copy() for intercept in model.intercepts_])
    model = quietly_fitted(model.set_params(solver=second), X, y)
    assert np.isfinite(model.predict(X)).all()
    if first != second and second not in ("sgd", "adam"):  # those shuffle from where the generator stands
        fresh = quietly_fitted(MLPRegressor(solver=second, max_iter=6, init=weights, **parameters), X, y)
        np.testing.assert_allclose(model.predict(X), fresh.predict(X), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("solver", ["sgd", "adam", "rprop", "scg"])
def test_a_fit_that_fails_half_way_leaves_nothing_behind(monkeypatch, solver, shuffle):
    """Weights, momenta and the random order are those of before, so that the next fit is as if nothing had been."""
    X, y = waves(40)
    parameters = {"hidden_layer_sizes": (4,), "solver": solver, "shuffle": shuffle, "batch_size": 8, "max_iter": 3}
    failed, spared = (
        quietly_fitted(MLPRegressor(warm_start=True, random_state=0, **parameters), X, y) for _ in range(2)
    )
    record = FitMonitor.record

    def fail_in_the_second_epoch(self, **columns):
        if self.n_epochs == 1:
            raise RuntimeError("the disk is full")
        return record(self, **columns)

    with monkeypatch.context() as patch:
        patch.setattr(FitMonitor, "record", fail_in_the_second_epoch)
        with pytest.raises(RuntimeError, match="disk"):
            failed.fit(X, y)
    for model in (failed, spared):
        quietly_fitted(model, X, y)
    np.testing.assert_array_equal(failed.predict(X), spared.predict(X))
