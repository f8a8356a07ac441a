"""Equal settings give equal updates to scikit-learn's multilayer perceptron, and equal loss curves."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier as RivalClassifier
from sklearn.neural_network import MLPRegressor as RivalRegressor

from sinapsi import MLPClassifier, MLPRegressor

N_SAMPLES, N_EPOCHS = 53, 3  # a prime, so that every batch size leaves a rest
SOLVERS = {
    "sgd": {"momentum": 0.0},
    "sgd with momentum": {"momentum": 0.9},
    "sgd(nesterov=True)": {"momentum": 0.8},
    "adam": {},
}
KINDS = ["binary", "classes", "labels", "one output", "three outputs"]

rivals_run_out = pytest.mark.filterwarnings(
    "ignore:Stochastic Optimizer. Maximum iterations:sklearn.exceptions.ConvergenceWarning",
    "ignore:Got .batch_size. less than 1 or larger than sample size:UserWarning",
)


def data(kind, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((N_SAMPLES, 6))
    y = {
        "binary": random.integers(0, 2, N_SAMPLES),
        "classes": random.permutation(np.arange(N_SAMPLES) % 4),
        "labels": random.integers(0, 2, (N_SAMPLES, 3)),
        "one output": random.standard_normal(N_SAMPLES),
        "three outputs": random.standard_normal((N_SAMPLES, 3)),
    }[kind]
    return X, y


def both_trained(kind, activation, solver, batch_size, *, alpha, n_epochs=N_EPOCHS, learning_rate=0.01):
    """Our network and scikit-learn's, trained from our starting weights."""
    X, y = data(kind)
    ours_class, theirs_class = (MLPRegressor, RivalRegressor) if "output" in kind else (MLPClassifier, RivalClassifier)
    common = {"hidden_layer_sizes": (7, 5), "activation": activation, "alpha": alpha, "shuffle": False,
              **SOLVERS[solver]}  # fmt: skip
    ours = ours_class(
        **common, solver=solver.split()[0], learning_rate=learning_rate, batch_size=batch_size, random_state=1
    )
    start = ours.set_params(max_iter=0).fit(X, y)
    weights = [array.copy() for array in (*start.coefs_, *start.intercepts_)]
    ours.set_params(stopping=f"max_iter({n_epochs})", max_iter=n_epochs).fit(X, y)
    theirs = theirs_class(
        **common, solver=solver.split()[0].split("(")[0], learning_rate_init=learning_rate,
        batch_size=N_SAMPLES if batch_size == "full" else batch_size, nesterovs_momentum="nesterov" in solver,
        max_iter=1, warm_start=True, tol=0.0, n_iter_no_change=10**6, random_state=0,
    )  # fmt: skip
    theirs.fit(X, y)  # sets the network up; the epoch it learned is overwritten
    for array, own in zip((*theirs.coefs_, *theirs.intercepts_), weights, strict=True):
        array[...] = own
    theirs.loss_curve_ = []
    theirs.set_params(max_iter=n_epochs).fit(X, y)
    return ours, theirs, weights


@rivals_run_out
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("batch_size", [1, 7, 50, "full"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_equal_after_some_epochs(kind, activation, batch_size, solver):
    ours, theirs, start = both_trained(kind, activation, solver, batch_size, alpha=0.02)
    for own, rival, old in zip(
        (*ours.coefs_, *ours.intercepts_), (*theirs.coefs_, *theirs.intercepts_), start, strict=True
    ):
        np.testing.assert_allclose(own, rival, rtol=0, atol=1e-10)
        assert np.abs(own - old).max() > 1e-5  # something was learned
    X, _ = data(kind)
    np.testing.assert_array_equal(ours.predict(X).round(8), theirs.predict(X).round(8))


@rivals_run_out
@pytest.mark.parametrize("batch_size", [1, 7, "full"])
@pytest.mark.parametrize("solver", ["sgd with momentum", "adam"])
@pytest.mark.parametrize(
    ("kind", "alpha"), [(kind, alpha) for kind in KINDS for alpha in (0.0, 0.02) if not (alpha and "three" in kind)]
)
def test_loss_curves_are_equal(kind, solver, batch_size, alpha):
    ours, theirs, _ = both_trained(kind, "tanh", solver, batch_size, alpha=alpha)
    curve = np.array(theirs.loss_curve_)
    if kind == "three outputs":  # their squared error is the mean over outputs, its gradient that of the sum
        curve = curve * 3
    np.testing.assert_allclose(ours.history_["loss"], curve, rtol=1e-10)


@rivals_run_out
@pytest.mark.parametrize("kind", ["classes", "labels", "binary"])
def test_probabilities_are_equal(kind):
    ours, theirs, _ = both_trained(kind, "relu", "adam", 7, alpha=0.0)
    X, _ = data(kind)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-9)
    np.testing.assert_allclose(ours.predict_log_proba(X), theirs.predict_log_proba(X), rtol=1e-8, atol=1e-12)


@rivals_run_out
@pytest.mark.parametrize("solver", ["sgd with momentum", "adam"])
@pytest.mark.parametrize("batch_size", [1, 20])
def test_float32_agrees_with_float64(solver, batch_size):
    X, y = data("classes")
    single, double = (
        MLPClassifier(
            hidden_layer_sizes=(7, 5), solver=solver.split()[0], batch_size=batch_size, learning_rate=0.01,
            stopping="max_iter(3)", random_state=0,
        ).fit(X.astype(dtype), y)
        for dtype in (np.float32, np.float64)
    )  # fmt: skip
    for own, wanted in zip((*single.coefs_, *single.intercepts_), (*double.coefs_, *double.intercepts_), strict=True):
        assert own.dtype == np.float32
        np.testing.assert_allclose(own, wanted, rtol=0, atol=1e-4 * np.abs(wanted).max())
    assert single.predict_proba(X.astype(np.float32)).dtype == np.float32


class TestConvexCases:
    """Without hidden layer the minimum is one and known: logistic and ridge regression."""

    @pytest.mark.parametrize("alpha", [0.01, 1.0, 20.0])
    @pytest.mark.parametrize("kind", ["binary", "classes"])
    def test_lbfgs_reaches_logistic_regression(self, kind, alpha):
        X, y = data(kind)
        ours = MLPClassifier(
            hidden_layer_sizes=(), solver="lbfgs(gtol=1e-9, ftol=0)", alpha=alpha, max_iter=2000, random_state=0
        ).fit(X, y)
        theirs = LogisticRegression(C=1 / alpha, tol=1e-12, max_iter=10_000).fit(X, y)
        np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-6)
        np.testing.assert_allclose(
            ours.coefs_[0].T, theirs.coef_, rtol=0, atol=1e-6 * max(1, np.abs(theirs.coef_).max())
        )

    @pytest.mark.parametrize("alpha", [0.0, 1.0, 20.0])
    @pytest.mark.parametrize("kind", ["one output", "three outputs"])
    def test_lbfgs_reaches_ridge_regression(self, kind, alpha):
        X, y = data(kind)
        ours = MLPRegressor(
            hidden_layer_sizes=(), solver="lbfgs(gtol=1e-10, ftol=0)", alpha=alpha, max_iter=2000, random_state=0
        ).fit(X, y)
        theirs = Ridge(alpha=alpha).fit(X, y)
        np.testing.assert_allclose(ours.coefs_[0].T, np.atleast_2d(theirs.coef_), rtol=0, atol=1e-7)
        np.testing.assert_allclose(ours.intercepts_[0], theirs.intercept_, rtol=0, atol=1e-7)

    @pytest.mark.parametrize(("solver", "rate"), [("sgd", "inverse_scaling(0.5)"), ("adam", "inverse_scaling(0.1)")])
    def test_stochastic_solvers_come_near_it(self, solver, rate):
        X, y = data("classes")
        goal = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(X, y)
        model = MLPClassifier(
            hidden_layer_sizes=(), solver=solver, learning_rate=rate, alpha=1.0, batch_size="full", max_iter=1000,
            stopping="max_iter(1000)", random_state=0,
        ).fit(X, y)  # fmt: skip
        np.testing.assert_allclose(model.predict_proba(X), goal.predict_proba(X), atol=1e-4)
