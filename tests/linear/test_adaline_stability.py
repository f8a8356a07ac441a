"""How fast the LMS rule may go: up to the rate it names, whatever the weights and the penalty."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge

from sinapsi import AdalineRegressor
from sinapsi.exceptions import InvalidInputError
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


class TestLargestStableRate:
    def test_in_full_batches_it_is_two_over_the_largest_eigenvalue_and_sharp(self):
        """Along the steepest direction each step multiplies the error by 1 - eta lambda: below -1 it grows."""
        X, y, _ = problem(n_samples=60)
        augmented = np.hstack([X, np.ones((60, 1))])
        eigenvalues, eigenvectors = np.linalg.eigh(augmented.T @ augmented / 60)
        steepest = eigenvectors[:, -1]
        goal = steepest @ np.linalg.lstsq(augmented, y)[0]
        limit = lms(1, batch_size="full").fit(X, y).max_stable_learning_rate_
        assert limit == pytest.approx(2 / eigenvalues[-1], rel=1e-12)
        for share in (0.99, 1.01):
            model = lms(50, batch_size="full", learning_rate=share * limit)
            if share > 1:
                with pytest.warns(ConvergenceWarning, match="exceeds the largest rate that is surely stable"):
                    model.fit(X, y)
            else:
                model.fit(X, y)
            error = steepest @ np.append(model.coef_, model.intercept_) - goal
            assert error / -goal == pytest.approx((1 - 2 * share) ** 50, rel=1e-8)

    @pytest.mark.parametrize("batch_size", ["full", 10, 1])
    def test_far_beyond_it_the_fit_warns_and_keeps_finite_weights(self, batch_size):
        X, y, _ = problem()
        limit = lms(1, batch_size=batch_size).fit(X, y).max_stable_learning_rate_
        model = lms(5000, batch_size=batch_size, learning_rate=20 * limit)
        with pytest.warns(ConvergenceWarning) as caught:
            model.fit(X, y)
        messages = [str(warning.message) for warning in caught]
        assert len(messages) == 2
        assert "exceeds the largest rate" in messages[0]
        assert "kept. Lower learning_rate, or standardize X" in messages[1]
        assert model.stop_reason_.code is StopCode.DIVERGED
        assert np.isfinite(model.coef_).all()
        assert np.isfinite(model.intercept_).all()
        assert np.isfinite(model.history_["loss"][:-1]).all()  # the last one is the run away

    def test_example_by_example_it_is_two_over_the_largest_squared_norm_with_the_bias(self):
        X, y, random = problem()
        expected = 2 / ((X**2).sum(axis=1) + 1).max()
        for form in (X, sparse.csr_array(X)):
            assert lms(1).fit(form, y).max_stable_learning_rate_ == pytest.approx(expected, rel=1e-12)
        weights = random.uniform(0, 3, 100)
        expected = 2 / (((X**2).sum(axis=1) + 1) * weights / weights.mean()).max()
        for form in (X, sparse.csr_array(X)):
            assert lms(1).fit(form, y, weights).max_stable_learning_rate_ == pytest.approx(expected, rel=1e-12)

    def test_online_no_order_diverges_at_that_rate(self):
        X, y, _ = problem(noise=0.0)
        limit = lms(1).fit(X, y).max_stable_learning_rate_
        for seed in range(10):
            model = lms(300, learning_rate=0.999 * limit, random_state=seed).fit(X, y)
            assert model.history_["loss"][-1] < 1e-12

    def test_weights_of_a_full_batch_count_by_their_share(self):
        X, y, random = problem()
        weights = random.uniform(0, 3, 100)
        augmented = np.hstack([np.ones((100, 1)), X])
        moments = augmented.T @ (weights[:, np.newaxis] * augmented) / weights.sum()
        model = lms(1, batch_size="full").fit(X, y, weights)
        assert model.max_stable_learning_rate_ == pytest.approx(2 / np.linalg.eigvalsh(moments)[-1], rel=1e-12)

    @pytest.mark.parametrize("shape", [(10, 40), (40, 10)])
    @pytest.mark.parametrize("is_sparse", [False, True])
    def test_wide_and_tall_data_agree_with_the_definition(self, shape, is_sparse):
        X, y, _ = problem(*shape)
        augmented = np.hstack([np.ones((shape[0], 1)), X])
        expected = 2 / np.linalg.eigvalsh(augmented.T @ augmented / shape[0])[-1]
        model = lms(1, batch_size="full").fit(sparse.csr_array(X) if is_sparse else X, y)
        assert model.max_stable_learning_rate_ == pytest.approx(expected, rel=1e-10)

    def test_the_exact_solver_names_it_too(self):
        X, y, _ = problem()
        expected = lms(1).fit(X, y).max_stable_learning_rate_
        assert AdalineRegressor().fit(X, y).max_stable_learning_rate_ == expected


class TestAutomaticRate:
    @pytest.mark.parametrize("batch_size", [1, 10, "full"])
    @pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
    def test_it_is_half_of_the_largest_stable_rate_and_learns(self, batch_size, scale):
        X, y, _ = problem(noise=0.0)
        model = lms(300, batch_size=batch_size).fit(scale * X, y)
        assert model.history_["learning_rate"][0] == pytest.approx(model.max_stable_learning_rate_ / 2)
        # A bias beside columns of another size is slow; what matters is that nothing diverges.
        assert model.history_["loss"][-1] < model.history_["loss"][0]

    @pytest.mark.parametrize("batch_size", [1, 10, "full"])
    @pytest.mark.parametrize("weight", [1e-3, 1e3])
    def test_it_stays_stable_whatever_the_unit_of_the_weights(self, batch_size, weight):
        X, y, _ = problem()
        model = lms(300, batch_size=batch_size).fit(X, y, np.full(100, weight))
        assert model.stop_reason_.code is not StopCode.DIVERGED
        assert model.history_["loss"][-1] < model.history_["loss"][0]

    @pytest.mark.parametrize("batch_size", [1, 10, "full"])
    def test_it_stays_stable_under_a_heavy_penalty(self, batch_size):
        X, y, _ = problem()
        model = lms(300, batch_size=batch_size, alpha=1e4).fit(X, y)
        assert np.abs(model.coef_).max() < 1
        np.testing.assert_allclose(model.coef_, Ridge(alpha=1e4).fit(X, y).coef_, atol=0.1)

    @pytest.mark.parametrize("batch_size", [1, "full"])
    def test_data_beyond_the_range_of_squares_are_refused_as_data(self, batch_size):
        X, y, _ = problem()
        with pytest.raises(InvalidInputError, match="exceed the range"):
            lms(3, batch_size=batch_size).fit(1e200 * X, y)
