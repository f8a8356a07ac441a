"""Several starts in one program: each learns as it would alone, and the best is kept."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

import sinapsi.feedforward.restarts as restarts_module
from sinapsi import MLPClassifier, MLPRegressor
from sinapsi.feedforward.solvers import BY_NAME, LevenbergMarquardt
from sinapsi.stopping import StopCode

SQUARED_ONLY = ("lm", "bayesian")
N_STARTS = 4


def blobs(n_samples=60, seed=0):
    random = np.random.default_rng(seed)
    y = np.arange(n_samples) % 3
    return random.standard_normal((n_samples, 4)) + 0.7 * y[:, np.newaxis], y


def waves(n_samples=60, seed=0):
    random = np.random.default_rng(seed)
    X = random.uniform(-1, 1, (n_samples, 2))
    return X, np.sin(3 * X[:, 0]) + X[:, 1] ** 2


def quietly_fitted(model, *arguments, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(*arguments, **more)


def spied_outcomes(monkeypatch):
    """The outcomes of all starts of the next fits, in their order."""
    outcomes, train_together = [], restarts_module.train_together

    def spy(*arguments):
        trained = train_together(*arguments)
        outcomes.extend(trained)
        return trained

    monkeypatch.setattr(restarts_module, "train_together", spy)
    return outcomes


def together_and_alone(monkeypatch, model, *arguments, **more):
    """The model and the outcomes of its starts, side by side and one after the other."""
    found = []
    for size in (None, 1):
        with monkeypatch.context() as patch:
            if size:
                patch.setattr(restarts_module, "_starts_at_once", lambda task, init: 1)
            outcomes = spied_outcomes(patch)
            found.append((quietly_fitted(model.__class__(**model.get_params()), *arguments, **more), outcomes))
    return found


def assert_same(together, alone, rtol=1e-9):
    (model, outcomes), (single, singles) = together, alone
    assert len(outcomes) == len(singles) == N_STARTS
    for own, other in zip(outcomes, singles, strict=True):
        assert own.n_epochs == other.n_epochs
        assert own.reason == other.reason
        np.testing.assert_allclose(own.parameters, other.parameters, rtol=rtol, atol=rtol)
        for column in ("loss", "validation_loss", "gradient_norm", "step", "learning_rate"):
            if column in own.history:
                np.testing.assert_allclose(own.history[column], other.history[column], rtol=rtol, atol=1e-12)
    losses = [outcome.lowest_loss for outcome in outcomes]
    assert len(set(losses)) == N_STARTS  # the starts differ, so that the choice means something
    best = outcomes[int(np.argmin(losses))].parameters
    for each in (model, single):
        flat = np.concatenate([array.ravel() for array in (*each.coefs_, *each.intercepts_)])
        np.testing.assert_allclose(flat, best, rtol=rtol, atol=rtol)


SETTINGS = {
    "hidden_layer_sizes": (5,), "activation": "tanh", "n_init": N_STARTS, "learning_rate": 0.05, "random_state": 0,
    "batch_size": "full", "max_iter": 25, "alpha": 0.01,
}  # fmt: skip


def regressor(**parameters):
    return MLPRegressor(**{**SETTINGS, **parameters})


# Solver and batch size: batches are the business of two of them.
WAYS = [(solver, "full") for solver in BY_NAME] + [(solver, size) for solver in ("sgd", "adam") for size in (20, 1)]
WAYS_AND_LOSSES = [
    (*way, loss)
    for way in WAYS
    for loss in ("squared_error", "log_loss")
    if loss != "log_loss" or way[0] not in SQUARED_ONLY
]


@pytest.mark.parametrize(("solver", "batch_size", "loss"), WAYS_AND_LOSSES)
@pytest.mark.parametrize("has_validation", [False, True])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_every_start_learns_as_it_would_alone(monkeypatch, solver, batch_size, has_validation, is_weighted, loss):
    X, y = blobs()
    weights = np.random.default_rng(1).uniform(0.2, 3, 60) if is_weighted else None
    model = MLPClassifier(**{**SETTINGS, "solver": solver, "batch_size": batch_size, "loss": loss, "max_iter": 15})
    if has_validation:
        model.set_params(validation_fraction=0.25, stopping="patience(3)")
    elif solver in ("sgd", "adam", "rprop"):
        model.set_params(stopping="tolerance(0.002, 3)")  # so that starts leave at different times
    together, alone = together_and_alone(monkeypatch, model, X, y, weights)
    assert_same(together, alone, 1e-6 if solver == "scg" else 1e-9)


@pytest.mark.parametrize("n_units", [4, 30], ids=["primal", "dual"])
@pytest.mark.parametrize("n_outputs", [None, 2])
def test_levenberg_marquardt_in_both_forms(monkeypatch, n_units, n_outputs):
    X, y = waves(30)
    y = np.column_stack([y, np.where(y > 1, np.nan, -y)]) if n_outputs else y
    model = regressor(hidden_layer_sizes=(n_units,), solver="lm(ftol=1e-2)", alpha=0.3, max_iter=200)
    together, alone = together_and_alone(monkeypatch, model, X, y)
    assert len({outcome.n_epochs for outcome in together[1]}) > 1  # they leave one by one
    assert_same(together, alone, 1e-6)


@pytest.mark.parametrize(("solver", "batch_size"), WAYS)
def test_the_starts_leave_one_by_one(monkeypatch, solver, batch_size):
    """And who stays learns on undisturbed, with the rates of a schedule."""
    X, y = waves()
    rate = f"inverse_scaling({0.05 if batch_size == 1 else 0.3}, power=0.2)"
    goal = "goal(0.12)" if batch_size == 1 or solver == "bayesian" else "goal(0.1)"
    model = regressor(
        solver=solver, batch_size=batch_size, stopping=goal, max_iter=60, learning_rate=rate, random_state=4
    )
    together, alone = together_and_alone(monkeypatch, model, X, y)
    lengths = [outcome.n_epochs for outcome in together[1]]
    assert min(lengths) < max(lengths)
    if solver in ("sgd", "adam"):
        assert lengths[0] < max(lengths)  # the first counts the steps for all, and does not stay to the last
    assert_same(together, alone, 1e-6 if solver == "scg" else 1e-9)


@pytest.mark.parametrize("n_units", [20, 3])
@pytest.mark.parametrize("solver", BY_NAME)
def test_the_cut_into_groups_changes_nothing(monkeypatch, solver, n_units):
    """Groups of two of five: sizes that the limits of memory might ask for."""
    X, y = waves(40)
    model = {"hidden_layer_sizes": (n_units,), "solver": solver, "n_init": 5, "batch_size": 20, "max_iter": 8}
    whole = quietly_fitted(regressor(**model), X, y)
    sizes = []
    train_together = restarts_module.train_together

    def spy(task, starts):
        sizes.append(len(starts))
        return train_together(task, starts)

    monkeypatch.setattr(restarts_module, "train_together", spy)
    monkeypatch.setattr("sinapsi.feedforward.solvers.starts.LARGEST_GROUP", _floats_of_two(solver, n_units))
    monkeypatch.setattr("sinapsi.feedforward.solvers.mini_batches.LARGEST_GROUP", _floats_of_two(solver, n_units))
    parts = quietly_fitted(regressor(**model), X, y)
    if solver != "lbfgs":
        assert sizes == [2, 2, 1]
    for own, other in zip((*parts.coefs_, *parts.intercepts_), (*whole.coefs_, *whole.intercepts_), strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-9, atol=1e-11)


def _floats_of_two(solver, n_units):
    """A limit that leaves room for two starts."""
    n_weights = 4 * n_units + 1
    if solver in ("sgd", "adam"):
        return 2 * (20 * 2 * (2 + n_units + 1) + 4 * n_weights)
    of_one = {
        "lm": 3 * min(n_weights, 40) ** 2 + 8 * n_weights,
        "bayesian": 6 * n_weights**2,
        "rprop": 2 * 40 * (n_units + 1) + 8 * n_weights,
    }
    return 2 * of_one.get(solver, of_one["rprop"])


@pytest.mark.parametrize("batch_size", ["full", 7, 1])
@pytest.mark.parametrize("solver", BY_NAME)
def test_sparse_inputs(solver, batch_size):
    X, y = waves(40)
    X = np.where(np.abs(X) < 0.3, 0, X)
    dense, spare = (
        quietly_fitted(
            regressor(solver=solver, batch_size=batch_size, max_iter=6, n_init=3, learning_rate=0.01), kind(X), y
        )
        for kind in (np.asarray, sparse.csr_array)
    )
    np.testing.assert_allclose(spare.predict(X), dense.predict(X), rtol=1e-6, atol=1e-8)


def failing(monkeypatch, kind, is_bad):
    """Let Levenberg-Marquardt raise wherever a start is among those of which ``is_bad`` is true."""
    descend = LevenbergMarquardt.descend

    def fail(self, starts):
        for parameters in starts.parameters:
            if is_bad(parameters):
                raise kind("the matrix was out of sorts")
        descend(self, starts)

    monkeypatch.setattr(LevenbergMarquardt, "descend", fail)


def first_weights(monkeypatch, X, y):
    """Where each start begins."""
    found = []
    with monkeypatch.context() as patch:
        failing(patch, ValueError, lambda parameters: found.append(parameters[0].item()))
        quietly_fitted(regressor(solver="lm"), X, y)
    return found


class TestFailures:
    @pytest.mark.parametrize("kind", [np.linalg.LinAlgError, FloatingPointError, ZeroDivisionError])
    @pytest.mark.parametrize("at_once", [True, False])
    def test_a_start_that_fails_is_left_out_and_told_of(self, monkeypatch, kind, at_once):
        X, y = waves()
        if not at_once:
            monkeypatch.setattr(restarts_module, "_starts_at_once", lambda task, init: 1)
        outcomes = spied_outcomes(monkeypatch)
        quietly_fitted(regressor(solver="lm"), X, y)
        losses = [outcome.lowest_loss for outcome in outcomes]
        best, second = np.argsort(losses)[:2]
        bad = first_weights(monkeypatch, X, y)[best]
        failing(monkeypatch, kind, lambda parameters: parameters[0] == bad)
        with pytest.warns(ConvergenceWarning, match=r"1 of 4 starts failed \(the matrix was out of sorts\)") as caught:
            model = regressor(solver="lm").fit(X, y)
        assert len(caught) == 1
        assert model.history_["loss"][-1] == pytest.approx(losses[second], rel=1e-9)

    def test_when_all_fail_the_first_error_is_raised(self, monkeypatch):
        failing(monkeypatch, np.linalg.LinAlgError, lambda parameters: True)
        model = regressor(solver="lm")
        with pytest.raises(np.linalg.LinAlgError, match="out of sorts"):
            model.fit(*waves())
        assert not hasattr(model, "coefs_")

    def test_a_mistake_of_programming_is_no_failed_start(self, monkeypatch):
        failing(monkeypatch, TypeError, lambda parameters: parameters[0] > 0)
        with pytest.raises(TypeError, match="out of sorts"):
            regressor(solver="lm").fit(*waves())

    @pytest.mark.parametrize("at_once", [True, False])
    def test_starts_that_diverged_are_told_of_and_not_chosen(self, monkeypatch, at_once):
        if not at_once:
            monkeypatch.setattr(restarts_module, "_starts_at_once", lambda task, init: 1)
        outcomes = spied_outcomes(monkeypatch)
        random = np.random.default_rng(0)
        X, y = random.standard_normal((60, 4)), random.standard_normal(60)
        model = regressor(
            hidden_layer_sizes=(20,), activation="relu", solver="sgd", momentum=0.0, learning_rate=1.2, alpha=0.0,
            n_init=8, stopping="max_iter(30)",
        )  # fmt: skip
        with pytest.warns(ConvergenceWarning) as caught:
            model.fit(X, y)
        diverged = sum(outcome.reason.code is StopCode.DIVERGED for outcome in outcomes)
        assert 0 < diverged < 8
        assert len(caught) == 1
        assert f"{diverged} of 8 starts diverged; the best of the others was kept. Lower learning_rate" in str(
            caught[0].message
        )
        assert model.stop_reason_.code is StopCode.MAX_ITER
        assert np.isfinite(model.predict(X)).all()

    def test_when_all_diverge_it_is_a_divergence(self):
        X, y = waves()
        model = regressor(solver="sgd", learning_rate=1e6, activation="relu", alpha=0.0)
        with pytest.warns(ConvergenceWarning, match="Lower learning_rate") as caught:
            model.fit(100 * X, y)
        assert len(caught) == 1
        assert model.stop_reason_.code is StopCode.DIVERGED
        assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("solver", BY_NAME)
def test_there_is_one_warning_for_all_starts(solver):
    with pytest.warns(ConvergenceWarning, match="max_iter=2 was used up") as caught:
        regressor(solver=solver, max_iter=2, n_init=5).fit(*waves())
    assert len(caught) == 1


@pytest.mark.parametrize("solver", BY_NAME)
def test_a_time_limit_ends_all_of_them(solver):
    model = regressor(
        solver={"lm": "lm(gtol=0, ftol=0)", "scg": "scg(gtol=0, ftol=0)", "bayesian": "bayesian(tol=0)"}.get(
            solver, solver
        ),
        stopping="time_limit(0.05)", max_iter=10**6, hidden_layer_sizes=(8,), n_init=3,
    ).fit(*waves())  # fmt: skip
    assert model.stop_reason_.code in (StopCode.TIME_LIMIT, StopCode.TOLERANCE)
    assert model.history_["seconds"][-1] < 2


@pytest.mark.slow
@pytest.mark.parametrize("solver", BY_NAME)
def test_processes_change_no_bit(monkeypatch, solver):
    X, y = waves(40)
    monkeypatch.setattr("sinapsi.feedforward.solvers.starts.LARGEST_GROUP", _floats_of_two(solver, 20))
    monkeypatch.setattr("sinapsi.feedforward.solvers.mini_batches.LARGEST_GROUP", _floats_of_two(solver, 20))
    models = [
        quietly_fitted(
            regressor(solver=solver, batch_size=20, hidden_layer_sizes=(20,), max_iter=8, n_init=5, n_jobs=n_jobs), X, y
        )
        for n_jobs in (None, 2)
    ]
    for own, other in zip(models[0].coefs_, models[1].coefs_, strict=True):
        np.testing.assert_array_equal(own, other)


def test_starts_differ_and_the_seed_fixes_them(monkeypatch):
    X, y = waves()
    outcomes = spied_outcomes(monkeypatch)
    quietly_fitted(regressor(solver="scg"), X, y)
    quietly_fitted(regressor(solver="scg"), X, y)
    flat = np.array([outcome.parameters for outcome in outcomes])
    np.testing.assert_array_equal(flat[:4], flat[4:])
    assert len({row[0] for row in flat[:4]}) == 4
