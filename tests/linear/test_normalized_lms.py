"""The normalized LMS rule: steps that no size of the examples makes too long."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from sinapsi import AdalineClassifier, AdalineRegressor
from sinapsi.exceptions import InvalidInputError
from sinapsi.stopping import StopCode


def problem(n_samples=60, n_features=4, n_outputs=None, noise=0.3, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, n_features)) + 0.5
    y = X @ random.standard_normal((n_features, n_outputs or 1)) - 1
    y += noise * random.standard_normal(y.shape)
    return X, (y if n_outputs else y[:, 0]), random


def nlms(n_epochs, **parameters):
    """A rule that goes through exactly so many epochs."""
    own = {"random_state": 0, "stopping": f"max_iter({n_epochs})", **parameters}
    return AdalineRegressor(solver="normalized_lms", max_iter=n_epochs, **own)


@pytest.mark.parametrize("batch_size", [1, 7, "full"])
@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("alpha", [0.0, 30.0])
@pytest.mark.parametrize("form", [np.asarray, sparse.csc_array])
def test_a_step_is_the_mean_of_the_normalized_steps_of_its_examples(batch_size, is_weighted, alpha, form):
    X, y, random = problem(n_outputs=2)
    weights = random.uniform(0.2, 2, 60) if is_weighted else np.ones(60)
    model = nlms(2, batch_size=batch_size, learning_rate=0.4, shuffle=False, alpha=alpha)
    model.fit(form(X), y, weights if is_weighted else None)
    augmented, shares = np.hstack([X, np.ones((60, 1))]), weights / weights.mean()
    decay = alpha / weights.sum()
    w, size, losses = np.zeros((2, 5)), {"full": 60}.get(batch_size, batch_size), []
    for _ in range(2):
        error_sum = 0.0
        for start in range(0, 60, size):
            rows = range(start, min(start + size, 60))
            step = np.zeros((2, 5))
            for i in rows:
                error = y[i] - w @ augmented[i]
                error_sum += shares[i] * (error**2).sum() / 2
                gradient = shares[i] * np.outer(error, augmented[i]) - decay * w * [1, 1, 1, 1, 0]
                step += gradient / (decay + augmented[i] @ augmented[i])
            w = w + 0.4 * step / len(rows)
        losses.append(error_sum / 60)
    np.testing.assert_allclose(model.coef_, w[:, :-1], rtol=1e-10)
    np.testing.assert_allclose(model.intercept_, w[:, -1], rtol=1e-10)
    np.testing.assert_allclose(model.history_["loss"], losses, rtol=1e-10)


@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.tuples(*[st.floats(-6, 6)] * 3),
    share=st.floats(0.05, 1.95),
    batch_size=st.sampled_from([1, 4, "full"]),
)
@settings(max_examples=60, deadline=None)
def test_below_2_the_distance_from_the_right_weights_never_grows(seed, sizes, share, batch_size):
    """Columns of any size; with one example a step, the error on it falls to |1 - eta| of what it was."""
    random = np.random.default_rng(seed)
    X = random.standard_normal((12, 3)) * 10.0 ** np.array(sizes)
    w, b = random.standard_normal(3) / 10.0 ** np.array(sizes), 1.0
    y = X @ w + b
    path = nlms(3, learning_rate=share, batch_size=batch_size).learning_path(X, y)
    distance = ((path.coef[:, 0] - w) ** 2).sum(axis=1) + (path.intercept[:, 0] - b) ** 2
    assert (np.diff(distance) <= 1e-12 * distance[0]).all()
    for move in range(path.n_moves if batch_size == 1 else 0):
        row = path.example[move + 1]
        before, after = (y[row] - X[row] @ path.coef[m, 0] - path.intercept[m, 0] for m in (move, move + 1))
        assert abs(after) == pytest.approx(abs(1 - share) * abs(before), rel=1e-6, abs=1e-9 * np.abs(y).max())


class TestLargestStableRate:
    @pytest.mark.parametrize("batch_size", [1, 7, "full"])
    @pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
    def test_it_is_2_whatever_the_data_and_auto_takes_half(self, batch_size, scale):
        X, y, _ = problem()
        model = nlms(1, batch_size=batch_size).fit(scale * X, y)
        assert model.max_stable_learning_rate_ == 2
        assert model.history_["learning_rate"].tolist() == [1.0]

    def test_weights_of_examples_stretch_their_steps(self):
        X, y, random = problem()
        weights = random.uniform(0, 3, 60)
        assert nlms(1).fit(X, y, weights).max_stable_learning_rate_ == pytest.approx(2 * weights.mean() / weights.max())

    @pytest.mark.parametrize("batch_size", [1, "full"])
    def test_beyond_it_a_warning_and_a_divergence(self, batch_size):
        """Full batches are stable further than their examples are."""
        X, y, _ = problem()
        model = nlms(3000, batch_size=batch_size, learning_rate=2.2 if batch_size == 1 else 30.0)
        with pytest.warns(ConvergenceWarning) as caught:
            model.fit(X, y)
        messages = [str(warning.message) for warning in caught]
        assert "exceeds the largest rate that is surely stable on these data, 2; " in messages[0]
        assert model.stop_reason_.code is StopCode.DIVERGED
        assert np.isfinite(model.coef_).all()

    def test_the_same_rate_serves_data_of_every_size_where_plain_lms_diverges(self):
        X, y, _ = problem(noise=0.0)
        X = X * np.exp(np.random.default_rng(1).normal(0, 3, 60))[:, np.newaxis]  # examples of very different length
        y = X @ [1.0, 2.0, 3.0, 4.0]
        model = nlms(400, learning_rate=1.0).fit(X, y)
        np.testing.assert_allclose(model.coef_, [1, 2, 3, 4], rtol=1e-3)
        plain = AdalineRegressor(solver="lms", random_state=0, max_iter=400, stopping="max_iter(400)").fit(X, y)
        assert np.abs(plain.coef_ - [1, 2, 3, 4]).max() > 10 * np.abs(model.coef_ - [1, 2, 3, 4]).max()


class TestTheRest:
    def test_passes_of_partial_fit_are_epochs(self):
        X, y, _ = problem()
        whole = nlms(3, learning_rate="inverse_scaling(1.0)").fit(X, y)
        stepwise = AdalineRegressor(solver="normalized_lms", learning_rate="inverse_scaling(1.0)", random_state=0)
        for _ in range(3):
            stepwise.partial_fit(X, y)
        np.testing.assert_array_equal(stepwise.coef_, whole.coef_)

    def test_a_falling_rate_comes_to_rest_near_the_exact_solution(self):
        X, y, _ = problem(n_samples=400)
        X /= np.linalg.norm(np.hstack([X, np.ones((400, 1))]), axis=1, keepdims=True)
        model = nlms(300, learning_rate="inverse_scaling(1.0, power=0.7)").fit(X, y)
        exact = AdalineRegressor().fit(X, y)
        assert model.history_["loss"][-1] < 1.05 * exact.history_["loss"][0]

    def test_single_precision(self):
        X, y, _ = problem()
        single = nlms(5).fit(X.astype(np.float32), y)
        assert single.coef_.dtype == np.float32
        np.testing.assert_allclose(single.coef_, nlms(5).fit(X, y).coef_, rtol=1e-3, atol=1e-4)

    @pytest.mark.parametrize("batch_size", [1, 7, "full"])
    def test_squares_beyond_the_range_are_refused(self, batch_size):
        X, y, _ = problem()
        with pytest.raises(InvalidInputError, match="exceed the range of float64"):
            nlms(3, batch_size=batch_size).fit(1e200 * X, y)

    def test_classes(self):
        X, y, _ = problem()
        labels = np.array(["a", "b", "c"])[np.digitize(y, np.quantile(y, [0.3, 0.6]))]
        model = AdalineClassifier(
            solver="normalized_lms", learning_rate="inverse_scaling(1.0, power=0.7)", random_state=0,
            stopping="max_iter(200)", max_iter=200,
        ).fit(X, labels)  # fmt: skip
        assert model.score(X, labels) >= AdalineClassifier().fit(X, labels).score(X, labels) - 0.05
