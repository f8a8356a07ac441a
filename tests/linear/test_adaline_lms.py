"""The LMS rule: equal to scikit-learn's SGD, and on its way to the exact solution."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import approx_fprime
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, Ridge, SGDRegressor

from sinapsi import AdalineClassifier, AdalineRegressor
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.stopping import StopCode


def problem(n_samples=100, n_features=4, n_outputs=None, noise=0.3, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, n_features)) + 0.5
    coef = random.standard_normal((n_features, n_outputs or 1))
    y = X @ coef + noise * random.standard_normal((n_samples, n_outputs or 1)) - 1
    return X, (y if n_outputs else y[:, 0]), random


def lms(n_epochs, **parameters):
    """An LMS rule that goes through exactly so many epochs."""
    return AdalineRegressor(
        solver="lms", max_iter=n_epochs, stopping=f"max_iter({n_epochs})", **{"random_state": 0, **parameters}
    )


def assert_close_weights(ours, theirs, rtol):
    scale = np.abs(theirs.coef_).max()
    np.testing.assert_allclose(ours.coef_, theirs.coef_.reshape(ours.coef_.shape), rtol=0, atol=rtol * scale)
    np.testing.assert_allclose(ours.intercept_, np.ravel(theirs.intercept_), rtol=0, atol=rtol * scale)


@pytest.mark.parametrize("n_epochs", [1, 5])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_it_equals_sgd_of_scikit_learn(n_epochs, is_weighted):
    X, y, random = problem()
    weights = random.uniform(0, 2, len(X)) if is_weighted else None  # ours are scaled to mean 1
    ours = lms(n_epochs, learning_rate=0.01, shuffle=False).fit(X, y, weights)
    theirs = SGDRegressor(
        penalty=None, shuffle=False, learning_rate="constant", eta0=0.01, max_iter=n_epochs, tol=None
    ).fit(X, y, sample_weight=weights / weights.mean() if is_weighted else None)
    assert_close_weights(ours, theirs, 1e-10)


def test_it_equals_sgd_with_a_falling_rate():
    X, y, _ = problem()
    ours = lms(3, learning_rate="inverse_scaling(0.05, power=0.25)", shuffle=False).fit(X, y)
    theirs = SGDRegressor(
        penalty=None, shuffle=False, learning_rate="invscaling", eta0=0.05, power_t=0.25, max_iter=3, tol=None
    ).fit(X, y)
    assert_close_weights(ours, theirs, 1e-10)


class TestGoal:
    def test_full_batches_converge_to_the_exact_solution(self):
        X, y, _ = problem(n_outputs=2)
        ours = lms(3000, batch_size="full").fit(X, y)
        assert_close_weights(ours, LinearRegression().fit(X, y), 1e-9)

    def test_a_falling_rate_approaches_the_exact_solution_and_a_constant_one_keeps_a_distance(self):
        X, y, _ = problem(noise=1.0)
        exact = AdalineRegressor().fit(X, y)
        falling = [lms(n, learning_rate="inverse_scaling(0.1, power=0.6)").fit(X, y) for n in (3, 30, 2000)]
        distances = [np.linalg.norm(model.coef_ - exact.coef_) for model in falling]
        assert distances[0] > distances[1] > distances[2]
        assert distances[2] < 0.02
        constant = lms(300, learning_rate=0.1).fit(X, y)
        assert np.linalg.norm(constant.coef_ - exact.coef_) > 10 * distances[2]

    @pytest.mark.parametrize("alpha", [0.1, 5.0, 300.0])
    @pytest.mark.parametrize("is_weighted", [False, True])
    def test_the_penalty_is_that_of_ridge(self, alpha, is_weighted):
        X, y, random = problem()
        weights = random.uniform(0.5, 2, len(X)) if is_weighted else None
        ridge = Ridge(alpha=alpha).fit(X, y, weights)
        assert_close_weights(AdalineRegressor(alpha=alpha).fit(X, y, weights), ridge, 1e-8)
        full = lms(3000, batch_size="full", alpha=alpha, learning_rate=0.1).fit(X, y, weights)
        assert_close_weights(full, ridge, 1e-8)
        online = lms(1000, alpha=alpha, learning_rate="inverse_scaling(0.05, power=0.6)").fit(X, y, weights)
        assert_close_weights(online, ridge, 0.02)

    @pytest.mark.parametrize("batch_size", [1, 2, 5])
    def test_sample_weights_pull_toward_the_weighted_solution(self, batch_size):
        """Whatever the batches: two groups that want 0 and 1, of which the second weighs ten times as much."""
        X, y = np.zeros((100, 1)), np.arange(100) % 2.0
        weights = np.where(y == 1, 1.0, 0.1)
        exact = AdalineRegressor().fit(X, y, weights)
        assert exact.intercept_[0] == pytest.approx(10 / 11)
        rate = "inverse_scaling(0.5, power=0.8)"
        model = lms(200, batch_size=batch_size, learning_rate=rate).fit(X, y, weights)
        assert model.intercept_[0] == pytest.approx(10 / 11, abs=0.02)


class TestBatches:
    def test_a_mini_batch_of_all_examples_is_the_full_batch(self):
        X, y, random = problem()
        for weights in (None, random.uniform(0, 1, 100)):
            models = [lms(5, batch_size=size, alpha=0.5).fit(X, y, weights) for size in ("full", 100, 1000)]
            for model in models[1:]:
                np.testing.assert_array_equal(model.coef_, models[0].coef_)
                assert model.max_stable_learning_rate_ == models[0].max_stable_learning_rate_

    def test_a_step_is_the_rate_times_the_mean_gradient_of_the_batch(self):
        X, y, _ = problem(n_samples=7)
        model = lms(1, batch_size=3, learning_rate=0.1, shuffle=False, alpha=2.0).fit(X, y)
        augmented, w = np.hstack([X, np.ones((7, 1))]), np.zeros(5)
        penalized = np.array([1, 1, 1, 1, 0])
        for rows in (slice(0, 3), slice(3, 6), slice(6, 7)):
            errors = y[rows] - augmented[rows] @ w
            w = w + 0.1 * (errors @ augmented[rows] / len(errors) - 2.0 / 7 * penalized * w)
        np.testing.assert_allclose(np.append(model.coef_, model.intercept_), w, rtol=1e-12)
        assert model.history_["step"].tolist() == [3]

    @pytest.mark.parametrize("batch_size", [1, 10, "full"])
    def test_sparse_rows_learn_like_dense_ones(self, batch_size):
        X, y, _ = problem(n_outputs=2)
        X = np.where(np.abs(X) < 0.7, 0, X)
        dense = lms(4, batch_size=batch_size, alpha=1.0).fit(X, y)
        model = lms(4, batch_size=batch_size, alpha=1.0).fit(sparse.csc_array(X), y)
        np.testing.assert_allclose(model.coef_, dense.coef_, rtol=1e-11)
        np.testing.assert_allclose(model.intercept_, dense.intercept_, rtol=1e-11)
        assert model.max_stable_learning_rate_ == pytest.approx(dense.max_stable_learning_rate_, rel=1e-12)

    @pytest.mark.parametrize("batch_size", [1, 10, "full"])
    def test_float32_agrees_with_float64(self, batch_size):
        X, y, _ = problem()
        X, y = X.astype(np.float32), y.astype(np.float32)
        single = lms(5, batch_size=batch_size).fit(X, y)
        double = lms(5, batch_size=batch_size).fit(X.astype(np.float64), y.astype(np.float64))
        assert single.coef_.dtype == single.intercept_.dtype == single.predict(X).dtype == np.float32
        assert_close_weights(single, double, 1e-4)

    def test_the_loss_column_is_the_mean_of_half_the_squared_errors_as_they_were_met(self):
        X, y, _ = problem()
        model = lms(2, batch_size="full", learning_rate=0.1).fit(X, y)
        after_one = lms(1, batch_size="full", learning_rate=0.1).fit(X, y)
        expected = [(y**2).mean() / 2, ((y - after_one.predict(X)) ** 2).mean() / 2]
        np.testing.assert_allclose(model.history_["loss"], expected, rtol=1e-12)

    def test_shuffled_orders_are_seeded(self):
        X, y, _ = problem()
        first, again, other = (lms(2, random_state=seed, learning_rate=0.05).fit(X, y) for seed in (1, 1, 2))
        np.testing.assert_array_equal(first.coef_, again.coef_)
        assert not np.array_equal(first.coef_, other.coef_)


class TestStopping:
    def test_the_total_error_rule_ends_it(self):
        X, y, _ = problem()
        model = AdalineRegressor(solver="lms", batch_size="full").fit(X, y)
        assert str(model.stop_reason_) == "training loss did not improve by more than 0.0001 for 10 epochs"
        loss = model.history_["loss"]
        assert np.all(np.diff(loss) < 0)  # batch learning below the largest stable rate only goes down
        assert np.all(np.diff(loss)[-10:] >= -1e-4)
        assert np.all(np.diff(loss)[:-10] < -1e-4)

    def test_the_budget_warns(self):
        X, y, _ = problem()
        with pytest.warns(ConvergenceWarning, match=r"max_iter=2 was used up.*solver='exact'"):
            model = AdalineRegressor(solver="lms", max_iter=2, random_state=0).fit(X, y)
        assert model.stop_reason_.code is StopCode.MAX_ITER

    @pytest.mark.parametrize("is_exact", [False, True])
    def test_validation_columns(self, is_exact):
        X, y, _ = problem()
        parameters = {} if is_exact else {"solver": "lms", "learning_rate": 0.05, "random_state": 0}
        model = AdalineRegressor(**parameters).fit(X[:70], y[:70], X_val=X[70:], y_val=y[70:])
        loss = ((y[70:] - model.predict(X[70:])) ** 2).mean() / 2
        assert model.history_["validation_loss"].min() == pytest.approx(loss, rel=1e-12)
        assert model.history_["validation_score"].max() == pytest.approx(model.score(X[70:], y[70:]), rel=1e-12)

    def test_partial_fit_equals_fit_epoch_by_epoch(self):
        X, y, _ = problem()
        rate = "inverse_scaling(0.05)"
        whole = lms(3, learning_rate=rate).fit(X, y)
        stepwise = AdalineRegressor(solver="lms", learning_rate=rate, random_state=0)
        for _ in range(3):
            stepwise.partial_fit(X, y)
        np.testing.assert_array_equal(stepwise.coef_, whole.coef_)
        np.testing.assert_array_equal(stepwise.history_["loss"], whole.history_["loss"])
        warm = lms(1, learning_rate=rate, warm_start=True).fit(X, y).set_params(stopping="max_iter(2)", max_iter=2)
        np.testing.assert_array_equal(warm.fit(X, y).coef_, whole.coef_)


class TestGradientNorm:
    @pytest.mark.parametrize("alpha", [0.0, 3.0])
    @pytest.mark.parametrize("is_weighted", [False, True])
    @pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
    def test_full_batches_note_it_where_each_step_begins(self, alpha, is_weighted, form):
        X, y, random = problem(n_outputs=2)
        weights = random.uniform(0.5, 2, 100) if is_weighted else np.ones(100)
        model = lms(3, batch_size="full", alpha=alpha, learning_rate=0.1).fit(form(X), y, weights)

        def mean_error(flat):
            w = flat.reshape(2, 5)
            errors = y - X @ w[:, :-1].T - w[:, -1]
            return (weights @ (errors**2).sum(axis=1) + alpha * (w[:, :-1] ** 2).sum()) / (2 * weights.sum())

        path = lms(3, batch_size="full", alpha=alpha, learning_rate=0.1)
        for epoch in range(3):
            before = path.set_params(stopping=f"max_iter({epoch})").fit(form(X), y, weights) if epoch else None
            flat = np.hstack([before.coef_, before.intercept_[:, np.newaxis]]).ravel() if before else np.zeros(10)
            gradient = approx_fprime(flat, mean_error, 1e-7)
            assert model.history_["gradient_norm"][epoch] == pytest.approx(np.linalg.norm(gradient), rel=1e-4)

    def test_learning_stops_where_it_is_short(self):
        X, y, _ = problem()
        model = AdalineRegressor(solver="lms", batch_size="full", max_iter=10_000, stopping="gradient_norm(1e-6)")
        model.fit(X, y)
        assert model.stop_reason_.code is StopCode.GRADIENT_NORM
        norms = model.history_["gradient_norm"]
        assert norms[-1] <= 1e-6 < norms[-2]
        assert_close_weights(model, LinearRegression().fit(X, y), 1e-5)

    @pytest.mark.parametrize("size", [100, 5000])
    def test_a_batch_that_holds_all_examples_is_a_full_one(self, size):
        X, y, _ = problem()
        model = AdalineRegressor(solver="lms", batch_size=size, max_iter=10_000, stopping="gradient_norm(1e-3)")
        assert model.fit(X, y).stop_reason_.code is StopCode.GRADIENT_NORM

    def test_a_single_example_is_a_full_batch_too(self):
        model = AdalineRegressor(solver="lms", max_iter=1000, stopping="gradient_norm(1e-6)").fit([[1.0, 2.0]], [3.0])
        assert model.stop_reason_.code is StopCode.GRADIENT_NORM

    @pytest.mark.parametrize(
        "parameters",
        [{"solver": "lms"}, {"solver": "lms", "batch_size": 10}, {"solver": "normalized_lms", "batch_size": "full"},
         {"solver": "rls"}, {"solver": "exact"}],
    )  # fmt: skip
    def test_where_it_is_not_known_the_rule_is_refused_with_the_way_out(self, parameters):
        X, y, _ = problem()
        with pytest.raises(
            InvalidParameterError, match=r"asks for a gradient norm.*solver='lms' with batch_size='full'"
        ):
            AdalineRegressor(stopping="gradient_norm(1e-6)", **parameters).fit(X, y)


def test_the_classifier_learns_by_the_rule_too():
    X, y, _ = problem()
    labels = np.array(["a", "b", "c"])[np.digitize(y, np.quantile(y, [0.3, 0.6]))]
    exact = AdalineClassifier().fit(X, labels)
    model = AdalineClassifier(solver="lms", batch_size="full", stopping="max_iter(3000)", max_iter=3000)
    assert_close_weights(model.fit(X, labels), exact, 1e-8)
    assert model.predict(X).tolist() == exact.predict(X).tolist()
    online = AdalineClassifier(solver="lms", learning_rate=0.02, random_state=0)
    for _ in range(5):
        online.partial_fit(X, labels, classes=["a", "b", "c"])
    assert online.score(X, labels) > exact.score(X, labels) - 0.1


def test_class_weights_may_name_a_class_that_this_part_of_the_data_does_not_hold():
    X, y, _ = problem()
    labels = (y > 0).astype(int)
    model = AdalineClassifier(solver="lms", class_weight={0: 1.0, 1: 5.0}, random_state=0)
    for label in (0, 1):
        model.partial_fit(X[labels == label], labels[labels == label], classes=[0, 1])
    assert model.history_.n_epochs == 2


def test_outputs_of_later_calls_must_be_as_many():
    X, y, _ = problem(n_outputs=2)
    model = AdalineRegressor(solver="lms", random_state=0).partial_fit(X, y)
    with pytest.raises(InvalidInputError, match=r"y must have 2 outputs as in the first fit\. Got 1"):
        model.partial_fit(X, y[:, 0])
    with pytest.raises(InvalidParameterError, match="'batch_size' parameter of AdalineRegressor must be"):
        AdalineRegressor(batch_size=0).fit(X, y)
