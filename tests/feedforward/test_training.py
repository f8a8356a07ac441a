"""The course of a training: stopping rules, validation, several starts, going on, divergence, Ctrl-C."""

import time
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

import sinapsi.feedforward.restarts as restarts_module
from sinapsi import MLPClassifier, MLPRegressor
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.feedforward import kernels
from sinapsi.stopping import Criterion, Goal, MaxIter, StopCode, TimeLimit


def blobs(n_samples=240, n_features=10, noise=1.5, seed=0):
    """Two classes that overlap, so that a large network can overfit."""
    random = np.random.default_rng(seed)
    y = np.arange(n_samples) % 2
    X = random.standard_normal((n_samples, n_features)) * noise + y[:, np.newaxis]
    return X, y


def classifier(**parameters):
    settings = {"hidden_layer_sizes": (8,), "learning_rate": 0.01, "batch_size": 20, "random_state": 0}
    return MLPClassifier(**{**settings, **parameters})


def log_loss(model, X, y):
    return -np.log(model.predict_proba(X)[np.arange(len(y)), y]).mean()


class TestRules:
    def test_the_total_error_rule_is_the_default(self):
        X, y = blobs(noise=0.5)
        model = classifier(max_iter=5000).fit(X, y)
        assert str(model.stop_reason_) == "training loss did not improve by more than 0.0001 for 10 epochs"
        loss = model.history_["loss"]
        best_before = np.minimum.accumulate(loss)[:-1]
        is_better = np.append(True, loss[1:] < best_before - 1e-4)
        assert not is_better[-10:].any()
        assert is_better[-11]  # not an epoch later than promised

    def test_goal(self):
        model = classifier(stopping="goal(0.3)").fit(*blobs())
        assert model.stop_reason_.code is StopCode.GOAL
        assert model.history_["loss"][-1] <= 0.3 < model.history_["loss"][-2]

    def test_time_limit(self):
        began = time.perf_counter()
        model = classifier(stopping="time_limit(0.1)", max_iter=10**6).fit(*blobs())
        assert model.stop_reason_.code is StopCode.TIME_LIMIT
        assert 0.1 <= model.history_["seconds"][-1] <= time.perf_counter() - began
        assert (model.history_["seconds"][:-1] < 0.1).all()

    def test_max_steps_ends_with_the_epoch_that_reaches_it(self):
        model = classifier(stopping="max_steps(30)").fit(*blobs())  # 12 updates an epoch
        assert model.stop_reason_.code is StopCode.MAX_STEPS
        assert model.history_["step"].tolist() == [12, 24, 36]

    def test_the_budget_of_epochs(self):
        with pytest.warns(ConvergenceWarning, match=r"MLPClassifier: max_iter=4 was used up.*Raise max_iter"):
            model = classifier(max_iter=4).fit(*blobs())
        assert (model.stop_reason_.code, model.n_iter_) == (StopCode.MAX_ITER, 4)

    @pytest.mark.parametrize("stopping", ["goal(0.3) | max_iter(5)", Goal(0.3) | MaxIter(5) | TimeLimit(1000)])
    def test_joined_rules_end_at_the_first_that_holds(self, stopping):
        assert classifier(stopping=stopping).fit(*blobs()).n_iter_ == 5
        assert classifier(stopping=stopping, learning_rate=0.1).fit(*blobs(noise=0.3)).n_iter_ < 5

    @pytest.mark.parametrize(
        ("stopping", "sentence"), [("patience(5)", "no validation data"), ("gradient_norm(0.1)", "does not know")]
    )
    def test_rules_that_could_never_hold_are_refused(self, stopping, sentence):
        with pytest.raises(InvalidParameterError, match=sentence):
            classifier(stopping=stopping).fit(*blobs())


class TestValidation:
    def test_patience_stops_and_keeps_the_best_weights(self):
        X, y = blobs()
        model = classifier(hidden_layer_sizes=(50,), max_iter=1000).fit(X[:160], y[:160], X_val=X[160:], y_val=y[160:])
        assert str(model.stop_reason_) == "validation loss did not improve for 10 epochs"
        validation = model.history_["validation_loss"]
        best = validation.argmin()
        assert len(validation) == best + 11
        assert log_loss(model, X[160:], y[160:]) == pytest.approx(validation[best], rel=1e-12)
        assert validation[best] < validation[-1]  # going on had made it worse
        assert model.score(X[160:], y[160:]) == pytest.approx(model.history_["validation_score"][best])

    def test_a_fraction_stops_with_the_promised_sentence(self):
        model = classifier(hidden_layer_sizes=(50,), validation_fraction=0.1, max_iter=1000).fit(*blobs())
        assert str(model.stop_reason_) == "validation loss did not improve for 10 epochs"
        assert model.stop_reason_.code is StopCode.PATIENCE

    def test_what_is_held_out_is_not_learned_from(self):
        """Of 200 examples 50 are held out, so a pass makes 15 updates of 10."""
        X, y = blobs(200)
        model = classifier(validation_fraction=0.25, batch_size=10, stopping="max_iter(1)").fit(X, y)
        assert model.history_["step"].tolist() == [15]
        n_right = model.history_["validation_score"][0] * 50
        assert n_right == pytest.approx(round(n_right))

    def test_validation_without_patience_is_only_watched(self):
        X, y = blobs()
        watched = classifier(stopping="max_iter(5)").fit(X, y, X_val=X[:50], y_val=y[:50])
        alone = classifier(stopping="max_iter(5)").fit(X, y)
        np.testing.assert_array_equal(watched.coefs_[0], alone.coefs_[0])
        assert log_loss(watched, X[:50], y[:50]) == pytest.approx(watched.history_["validation_loss"][-1], rel=1e-12)

    def test_of_a_regressor_it_is_the_mean_error_and_r_squared(self):
        random = np.random.default_rng(0)
        X = random.standard_normal((100, 3))
        y = X[:, :2] ** 2
        model = MLPRegressor(hidden_layer_sizes=(9,), stopping="max_iter(3)", random_state=0)
        model.fit(X[:70], y[:70], X_val=X[70:], y_val=y[70:])
        expected = ((y[70:] - model.predict(X[70:])) ** 2).sum(axis=1).mean() / 2
        assert model.history_["validation_loss"][-1] == pytest.approx(expected, rel=1e-12)
        assert model.history_["validation_score"][-1] == pytest.approx(model.score(X[70:], y[70:]), rel=1e-10)

    def test_validation_data_without_one_of_the_classes_serve(self):
        X, y = blobs()
        model = classifier(stopping="max_iter(2)").fit(X, y, X_val=X[y == 1], y_val=y[y == 1])
        assert np.isfinite(model.history_["validation_loss"]).all()

    @pytest.mark.parametrize(
        ("validation", "sentence"),
        [
            ({"X_val": np.zeros((3, 10))}, "X_val and y_val go together"),
            ({"X_val": np.zeros((3, 10)), "y_val": [0, 1, 2]}, "none of the classes seen before: 2"),
            ({"X_val": np.zeros((3, 9)), "y_val": [0, 1, 1]}, "X has 9 features"),
            ({"X_val": np.zeros((3, 10)), "y_val": [0, 1]}, "inconsistent numbers of samples"),
            ({"X_val": np.full((1, 10), np.nan), "y_val": [0]}, "NaN"),
        ],
    )
    def test_validation_data_that_do_not_fit_are_refused(self, validation, sentence):
        with pytest.raises(InvalidInputError, match=sentence):
            classifier().fit(*blobs(), **validation)


class TestSeveralStarts:
    @pytest.mark.parametrize("validation_fraction", [0.0, 0.2])
    def test_the_one_with_the_lowest_loss_is_kept(self, monkeypatch, validation_fraction):
        outcomes, train_together = [], restarts_module.train_together

        def spy(*arguments):
            outcomes.extend(train_together(*arguments))
            return outcomes

        monkeypatch.setattr(restarts_module, "train_together", spy)
        stopping = "max_iter(6)" if not validation_fraction else "max_iter(6) | patience(3)"
        model = classifier(n_init=5, stopping=stopping, validation_fraction=validation_fraction).fit(*blobs())
        assert len(outcomes) == 5
        if validation_fraction:
            losses = [outcome.history["validation_loss"].min() for outcome in outcomes]
            assert model.history_["validation_loss"].min() == min(losses)
        else:
            losses = [outcome.history["loss"][-1] for outcome in outcomes]
            assert model.history_["loss"][-1] == min(losses)
        assert len(set(losses)) == 5
        best = outcomes[int(np.argmin(losses))]
        np.testing.assert_array_equal(model.coefs_[0].ravel(), best.parameters[:80])

    @pytest.mark.slow
    def test_processes_change_nothing(self):
        X, y = blobs(60)
        alone, spread = (classifier(n_init=3, stopping="max_iter(2)", n_jobs=n_jobs).fit(X, y) for n_jobs in (None, 2))
        for own, other in zip(alone.coefs_, spread.coefs_, strict=True):
            np.testing.assert_array_equal(own, other)

    def test_a_start_that_diverges_is_not_chosen(self):
        """Some of the starts leave the range of floats; the others are as good as ever."""
        X, y = blobs(60)
        model = MLPRegressor(
            hidden_layer_sizes=(20,), solver="sgd", momentum=0.0, learning_rate=0.4, alpha=0.0, n_init=8,
            stopping="max_iter(30)", random_state=0,
        )  # fmt: skip
        with pytest.warns(ConvergenceWarning, match="Lower learning_rate"):
            model.fit(X, y)
        assert model.stop_reason_.code is StopCode.MAX_ITER
        assert model.score(X, y) > 0.9


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("batch_size", [1, 20])
def test_the_order_is_shuffled_and_seeded(solver, batch_size):
    """From given weights nothing but the order is random."""
    X, y = blobs(60)
    init = classifier(max_iter=0).fit(X, y)
    settings = {"init": (init.coefs_, init.intercepts_), "solver": solver, "batch_size": batch_size,
                "stopping": "max_iter(1)"}  # fmt: skip

    def weights(shuffle, seed):
        return classifier(shuffle=shuffle, random_state=seed, **settings).fit(X, y).coefs_[0]

    np.testing.assert_array_equal(weights(True, 1), weights(True, 1))
    np.testing.assert_array_equal(weights(False, 1), weights(False, 2))
    assert not np.allclose(weights(True, 1), weights(True, 2))
    assert not np.allclose(weights(True, 1), weights(False, 1))


@pytest.mark.parametrize("kernel", ["learn_online", "move_with_momentum"])
def test_every_epoch_has_an_order_of_its_own(monkeypatch, kernel):
    """Seen at a rate too small to change a weight: the gradients of the batches of two epochs differ."""
    X, y = blobs(60)
    seen, compiled = [], getattr(kernels, kernel)

    def spy(*arguments):
        seen.append(arguments[3 if kernel == "learn_online" else 1].copy())  # the order; the gradient
        return compiled(*arguments)

    monkeypatch.setattr(kernels, kernel, spy)
    batch_size = 1 if kernel == "learn_online" else 30
    classifier(
        solver="sgd", batch_size=batch_size, momentum=0.0, alpha=0.0, learning_rate=1e-300, stopping="max_iter(3)"
    ).fit(X, y)
    n_calls = 3 if batch_size == 1 else 6  # one an epoch; one a batch
    assert len(seen) == n_calls
    assert len({tuple(array) for array in seen}) == n_calls


class TestGoingOn:
    @pytest.mark.parametrize("solver", ["sgd", "adam"])
    @pytest.mark.parametrize("shuffle", [False, True])
    @pytest.mark.parametrize("batch_size", [1, 20])
    def test_partial_fit_equals_fit_epoch_by_epoch(self, solver, shuffle, batch_size):
        X, y = blobs(60)
        parameters = {
            "solver": solver, "shuffle": shuffle, "batch_size": batch_size, "learning_rate": "inverse_scaling(0.05)",
        }  # fmt: skip
        whole = classifier(stopping="max_iter(3)", **parameters).fit(X, y)
        stepwise = classifier(**parameters)
        for _ in range(3):
            stepwise.partial_fit(X, y, classes=[0, 1])
        for own, wanted in zip(
            (*stepwise.coefs_, *stepwise.intercepts_), (*whole.coefs_, *whole.intercepts_), strict=True
        ):
            np.testing.assert_array_equal(own, wanted)
        for column in ("epoch", "step", "loss", "learning_rate"):
            np.testing.assert_array_equal(stepwise.history_[column], whole.history_[column])
        assert stepwise.n_iter_ == 1

    @pytest.mark.parametrize("solver", ["sgd", "adam"])
    def test_warm_start_goes_on_with_momenta_and_schedule(self, solver):
        X, y = blobs(60)
        parameters = {"solver": solver, "learning_rate": "inverse_scaling(0.05)"}
        whole = classifier(stopping="max_iter(5)", **parameters).fit(X, y)
        warm = classifier(stopping="max_iter(2)", warm_start=True, **parameters).fit(X, y)
        warm.set_params(stopping="max_iter(3)").fit(X, y)
        np.testing.assert_array_equal(warm.coefs_[0], whole.coefs_[0])
        assert warm.n_iter_ == 3
        assert warm.history_["epoch"].tolist() == [1, 2, 3, 4, 5]

    def test_a_cold_fit_forgets_everything(self):
        X, y = blobs(60)
        model = classifier(stopping="max_iter(3)")
        first = model.fit(X, y).coefs_[0].copy()
        np.testing.assert_array_equal(model.fit(X, y).coefs_[0], first)
        assert model.history_["epoch"].tolist() == [1, 2, 3]

    def test_max_iter_zero_sets_up_only(self):
        X, y = blobs(60)
        model = classifier(max_iter=0).fit(X, y)
        assert (model.n_iter_, model.history_.n_epochs) == (0, 0)
        assert model.predict(X).shape == (60,)
        assert [coef.shape for coef in model.coefs_] == [(10, 8), (8, 1)]
        assert "max_iter=0" in str(model.stop_reason_)

    @pytest.mark.parametrize("stopping", ["max_iter(1)", "goal(0.1)"])
    def test_also_with_a_stopping_rule(self, stopping):
        assert classifier(max_iter=0, stopping=stopping).fit(*blobs(60)).n_iter_ == 0

    def test_partial_fit_learns_whatever_max_iter_says(self):
        X, y = blobs(60)
        start = classifier(max_iter=0).fit(X, y)
        model = classifier(max_iter=0).partial_fit(X, y, classes=[0, 1])
        assert model.n_iter_ == 1
        assert not np.array_equal(model.coefs_[0], start.coefs_[0])

    def test_another_shape_needs_a_new_fit(self):
        X, y = blobs(60)
        model = classifier(stopping="max_iter(1)", warm_start=True).fit(X, y)
        with pytest.raises(InvalidParameterError, match=r"need a new fit \(warm_start=False\)"):
            model.set_params(hidden_layer_sizes=(3,)).fit(X, y)


class TestDivergence:
    @pytest.mark.parametrize("batch_size", [1, 20, "full"])
    @pytest.mark.filterwarnings("error::RuntimeWarning")
    def test_it_is_told_of_and_finite_weights_are_kept(self, batch_size):
        X, y = blobs()
        model = MLPRegressor(
            hidden_layer_sizes=(8,), solver="sgd", learning_rate=50.0, batch_size=batch_size, random_state=0
        )
        with pytest.warns(
            ConvergenceWarning, match=r"(loss|weights) (became|rose).*Lower learning_rate, or standardize"
        ):
            model.fit(100 * X, y)
        assert model.stop_reason_.code is StopCode.DIVERGED
        assert np.isfinite(model.predict(X)).all()

    @pytest.mark.parametrize("solver", ["sgd", "adam"])
    @pytest.mark.parametrize("batch_size", [1, 20])
    def test_a_warm_start_at_a_lower_rate_learns_again(self, solver, batch_size):
        """What the solver remembers of the run away must not poison the next fit."""
        X, y = blobs()
        target = y - 0.5
        model = MLPRegressor(
            hidden_layer_sizes=(5,), solver=solver, learning_rate=1e120, batch_size=batch_size, warm_start=True,
            random_state=0,
        )  # fmt: skip
        with pytest.warns(ConvergenceWarning, match="Lower learning_rate"):
            model.fit(X, target)
        model.set_params(learning_rate=0.005, stopping="max_iter(40)", max_iter=40).fit(X, target)
        assert model.stop_reason_.code is StopCode.MAX_ITER
        assert model.score(X, target) > 0.2


@dataclass(frozen=True)
class CtrlC(Criterion):
    """Presses Ctrl-C when an epoch has a certain number; only once."""

    short_name = "ctrl_c"
    epoch: int = 4

    def watch(self):
        def press(epoch):
            if epoch.number == self.epoch:
                raise KeyboardInterrupt

        return press


class TestInterruption:
    @pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
    def test_the_weights_of_the_last_whole_epoch_are_kept(self, solver):
        X, y = blobs()
        with pytest.warns(ConvergenceWarning, match="interrupted in epoch"):
            model = classifier(solver=solver, stopping=CtrlC(4)).fit(X, y)
        assert model.stop_reason_.code is StopCode.INTERRUPTED
        undisturbed = classifier(solver=solver, stopping="max_iter(4)").fit(X, y)
        np.testing.assert_array_equal(model.coefs_[0], undisturbed.coefs_[0])
        assert model.n_iter_ == 4
        assert model.predict(X).shape == y.shape

    def test_it_ends_the_other_starts_too(self):
        with pytest.warns(ConvergenceWarning, match="interrupted") as caught:
            model = classifier(n_init=4, stopping=CtrlC(3)).fit(*blobs())
        assert model.stop_reason_.code is StopCode.INTERRUPTED
        assert len([w for w in caught if "interrupted" in str(w.message)]) <= 2  # not once for each start
        assert np.isfinite(model.coefs_[0]).all()
