"""Full-batch descent knows the gradient: how long it is, and when it is short enough."""

import itertools
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from sinapsi import MLPClassifier, MLPRegressor
from sinapsi.exceptions import InvalidParameterError
from sinapsi.monitor import FitMonitor
from sinapsi.stopping import StopCode

SOLVERS = ("sgd", "sgd(nesterov=True)", "adam")


def waves(n_samples=40, seed=0):
    random = np.random.default_rng(seed)
    X = random.uniform(-1, 1, (n_samples, 2))
    return X, np.sin(3 * X[:, 0]) + X[:, 1] ** 2


def kinds():
    """Network class, y, and the errors of outputs, for each kind of answers."""
    _, y = waves()
    holes = np.column_stack([np.where(y > 1, np.nan, y), -y])
    return {
        "real targets": (MLPRegressor, y, lambda out: 0.5 * (y[:, np.newaxis] - out) ** 2),
        "partly known": (MLPRegressor, holes, lambda out: 0.5 * np.nan_to_num(holes - out) ** 2),
        "two classes": (MLPClassifier, y > 0.5, lambda out: -np.log(np.where(y[:, np.newaxis] > 0.5, out, 1 - out))),
        "three classes": (
            MLPClassifier,
            np.digitize(y, [0.2, 0.8]),
            lambda out: -np.log(out) * np.eye(3)[np.digitize(y, [0.2, 0.8])],
        ),
    }


def model_of(kind, **parameters):
    settings = {
        "hidden_layer_sizes": (4,), "activation": "tanh", "batch_size": "full", "learning_rate": 0.05,
        "random_state": 0, "max_iter": 100, "alpha": 0.7,
    }  # fmt: skip
    return kind(**{**settings, **parameters})


def quietly_fitted(model, *arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(*arguments)


def loss_and_norm(model, X, errors_of, weights, alpha):
    """The mean error with its penalty, and the norm of its gradient by central differences."""
    plan = model._network()
    flat = np.concatenate([array.ravel() for array in (*model.coefs_, *model.intercepts_)]).astype(float)
    mean_weight = 1.0 if weights is None else weights.mean()
    shares = np.ones(len(X)) if weights is None else weights / mean_weight

    def loss(vector):
        below = X
        for coef, intercept, activation in zip(*plan.views(vector), plan.activations, strict=True):
            below = activation.value(below @ coef + intercept)
        penalty = alpha / mean_weight / (2 * len(X)) * (vector[: plan.n_coefs] ** 2).sum()
        return np.mean(shares * errors_of(below).sum(axis=1)) + penalty

    h = 1e-6
    gradient = [(loss(flat + h * unit) - loss(flat - h * unit)) / (2 * h) for unit in np.eye(len(flat))]
    return loss(flat), np.linalg.norm(gradient)


@pytest.mark.parametrize("n_init", [1, 2])
@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("name", kinds())
@pytest.mark.parametrize("solver", SOLVERS)
def test_loss_and_gradient_norm_are_those_of_the_weights_where_they_were_met(solver, name, is_weighted, n_init):
    """An epoch's row tells of the weights before its one step: those that a fit one epoch shorter ends with."""
    X, _ = waves()
    kind, y, errors_of = kinds()[name]
    weights = np.random.default_rng(1).uniform(0.2, 3, 40) if is_weighted else None
    model = quietly_fitted(model_of(kind, solver=solver, n_init=n_init, stopping="max_iter(3)"), X, y, weights)
    starts = quietly_fitted(model_of(kind, solver=solver, n_init=n_init, stopping="max_iter(2)"), X, y, weights)
    np.testing.assert_array_equal(starts.history_["loss"], model.history_["loss"][:2])  # the same start was ahead
    loss, norm = loss_and_norm(starts, X, errors_of, weights, 0.7)
    assert model.history_["loss"][-1] == pytest.approx(loss, rel=1e-9)
    assert model.history_["gradient_norm"][-1] == pytest.approx(norm, rel=1e-6)


@pytest.mark.parametrize(
    ("solver", "name"),
    [*itertools.product(["rprop", "scg", "lbfgs"], kinds()), ("lm", "real targets"), ("lm", "partly known")],
)
def test_other_solvers_tell_of_the_weights_they_end_with(solver, name):
    X, _ = waves()
    kind, y, errors_of = kinds()[name]
    weights = np.random.default_rng(1).uniform(0.2, 3, 40)
    model = quietly_fitted(model_of(kind, solver=solver, stopping="max_iter(4)"), X, y, weights)
    loss, norm = loss_and_norm(model, X, errors_of, weights, 0.7)
    assert model.history_["loss"][-1] == pytest.approx(loss, rel=1e-9)
    assert model.history_["gradient_norm"][-1] == pytest.approx(norm, rel=1e-5)


class TestStopping:
    @pytest.mark.parametrize("n_init", [1, 3])
    @pytest.mark.parametrize("batch_size", ["full", 40, 1000])
    @pytest.mark.parametrize("solver", SOLVERS)
    def test_a_short_gradient_ends_it(self, solver, batch_size, n_init):
        X, y = waves()
        model = model_of(
            MLPRegressor, solver=solver, batch_size=batch_size, stopping="gradient_norm(0.02)", max_iter=3000,
            n_init=n_init,
        ).fit(X, y)  # fmt: skip
        assert model.stop_reason_.code is StopCode.GRADIENT_NORM
        assert str(model.stop_reason_) == "gradient norm fell to 0.02 or below"
        norms = model.history_["gradient_norm"]
        assert norms[-1] <= 0.02 < norms[:-1].min()

    @pytest.mark.parametrize("solver", SOLVERS)
    def test_mini_batches_refuse_it_and_name_a_way_out(self, solver):
        X, y = waves()
        for batch_size in ("auto", 39, 1):
            with pytest.raises(
                InvalidParameterError, match="gradient norm, which this way of learning does not know"
            ) as it:
                model_of(MLPRegressor, solver=solver, batch_size=batch_size, stopping="gradient_norm(0.1)").fit(X, y)
            assert "batch_size='full'" in str(it.value)

    @pytest.mark.parametrize("solver", SOLVERS)
    def test_what_counts_is_what_is_left_after_the_split(self, solver):
        """Of 40 examples 10 are held out: batches of 30 are full."""
        X, y = waves()
        model = model_of(
            MLPRegressor, solver=solver, batch_size=30, validation_fraction=0.25, stopping="gradient_norm(0.05)",
            max_iter=3000,
        ).fit(X, y)  # fmt: skip
        assert model.stop_reason_.code is StopCode.GRADIENT_NORM

    def test_mini_batches_record_none(self):
        X, y = waves()
        for batch_size in (1, 39):
            model = quietly_fitted(model_of(MLPRegressor, batch_size=batch_size, max_iter=2), X, y)
            assert "gradient_norm" not in model.history_


@pytest.mark.parametrize("solver", ["rprop", "lbfgs", "scg"])
def test_after_a_divergence_the_weights_of_the_lowest_loss_are_kept(solver, monkeypatch):
    """Losses of these solvers belong to the weights at the end of an epoch, not to those it began with."""
    X, y = waves()
    whole = quietly_fitted(model_of(MLPRegressor, solver=solver, stopping="max_iter(5)"), X, y)

    record = FitMonitor.record

    def record_a_rise(self, *, loss, **columns):
        return record(self, loss=np.inf if self.n_epochs == 4 else loss, **columns)

    monkeypatch.setattr(FitMonitor, "record", record_a_rise)
    with pytest.warns(ConvergenceWarning, match="Lower learning_rate"):
        model = model_of(MLPRegressor, solver=solver).fit(X, y)
    assert model.stop_reason_.code is StopCode.DIVERGED
    lowest = whole.history_["loss"][:4].min()
    own = ((y - model.predict(X)) ** 2).mean() / 2 + 0.7 / 80 * sum((coef**2).sum() for coef in model.coefs_)
    assert own == pytest.approx(lowest, rel=1e-9)
