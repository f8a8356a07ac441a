"""Adaline in closed form: equal to scikit-learn's Ridge and least squares, also where the data are unkind."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LinearRegression, Ridge

from sinapsi import AdalineClassifier, AdalineRegressor
from sinapsi.exceptions import InvalidInputError
from sinapsi.stopping import StopCode


def problem(n_samples=120, n_features=6, n_outputs=None, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, n_features)) * random.uniform(0.5, 3, n_features) + 2
    coef = random.standard_normal((n_features, n_outputs or 1))
    y = X @ coef + 0.3 * random.standard_normal((n_samples, n_outputs or 1)) - 5
    return X, (y if n_outputs else y[:, 0]), random


def rival(alpha):
    return Ridge(alpha=alpha, solver="svd") if alpha else LinearRegression()


def assert_same_weights(ours, theirs, rtol=1e-8):
    scale = np.abs(theirs.coef_).max()
    # scikit-learn's Ridge drops the axis of a single output; ours keeps that of y.
    np.testing.assert_allclose(ours.coef_, theirs.coef_.reshape(ours.coef_.shape), rtol=0, atol=rtol * scale)
    np.testing.assert_allclose(np.ravel(ours.intercept_), np.ravel(theirs.intercept_), rtol=rtol)


@pytest.mark.parametrize("alpha", [0.0, 0.01, 10.0, 1e6])
@pytest.mark.parametrize("n_outputs", [None, 1, 3])
@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("is_sparse", [False, True])
def test_it_equals_ridge_and_least_squares(alpha, n_outputs, is_weighted, is_sparse):
    X, y, random = problem(n_outputs=n_outputs)
    weights = random.uniform(0, 3, len(X)) if is_weighted else None
    ours = AdalineRegressor(alpha=alpha).fit(sparse.csr_array(X) if is_sparse else X, y, weights)
    theirs = rival(alpha).fit(X, y, weights)
    assert ours.coef_.shape == ((n_outputs, 6) if n_outputs else (6,))
    assert_same_weights(ours, theirs)
    assert ours.predict(X).shape == y.shape
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X).reshape(y.shape), rtol=1e-8, atol=1e-8)


def test_whole_weights_equal_repeated_examples():
    X, y, random = problem()
    repeats = random.integers(0, 4, len(X))
    weighted = AdalineRegressor(alpha=2.0).fit(X, y, repeats)
    repeated = AdalineRegressor(alpha=2.0).fit(np.repeat(X, repeats, axis=0), np.repeat(y, repeats))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-11)


class TestUnkindData:
    @pytest.mark.parametrize("is_sparse", [False, True])
    def test_collinear_columns_get_the_weights_of_least_norm(self, is_sparse):
        X, y, _ = problem(n_features=4)
        X = np.hstack([X, X[:, :1], X[:, 1:2] - X[:, 2:3]])
        ours = AdalineRegressor().fit(sparse.csr_array(X) if is_sparse else X, y)
        least = np.linalg.pinv(X - X.mean(axis=0)) @ (y - y.mean())
        np.testing.assert_allclose(ours.coef_, least, rtol=1e-8)
        assert ours.coef_[0] == pytest.approx(ours.coef_[4], rel=1e-8)

    def test_a_constant_column_gets_no_weight(self):
        X, y, _ = problem()
        X[:, 2] = 7.0
        ours = AdalineRegressor().fit(X, y)
        assert abs(ours.coef_[2]) < 1e-10
        assert_same_weights(ours, LinearRegression().fit(X, y))

    @pytest.mark.parametrize("alpha", [0.0, 0.5])
    @pytest.mark.parametrize("n_outputs", [None, 2])
    def test_more_columns_than_rows(self, alpha, n_outputs):
        X, y, _ = problem(n_samples=15, n_features=40, n_outputs=n_outputs)
        ours = AdalineRegressor(alpha=alpha).fit(X, y)
        assert_same_weights(ours, rival(alpha).fit(X, y))
        if not alpha:
            np.testing.assert_allclose(ours.predict(X), y, rtol=1e-8)

    @pytest.mark.parametrize("offset", [1e3, 1e4])
    def test_float32_columns_far_from_zero(self, offset):
        """A Gram matrix summed in float32, or of uncentered data, would leave no right digit."""
        X, y, _ = problem(n_samples=5000)
        X = (X + offset).astype(np.float32)
        exact = LinearRegression().fit(X.astype(np.float64), y)
        ours = AdalineRegressor().fit(X, y)
        assert ours.coef_.dtype == ours.predict(X).dtype == np.float32
        np.testing.assert_allclose(ours.coef_, exact.coef_, rtol=1e-5, atol=1e-6)

    @pytest.mark.parametrize("offset", [1e4, 1e6])
    @pytest.mark.parametrize("is_sparse", [False, True])
    def test_float64_columns_far_from_zero(self, offset, is_sparse):
        X, y, _ = problem(n_samples=500)
        X[:, 0] += offset
        exact = LinearRegression().fit(X - [offset, 0, 0, 0, 0, 0], y)
        ours = AdalineRegressor().fit(sparse.csr_array(X) if is_sparse else X, y)
        np.testing.assert_allclose(ours.coef_, exact.coef_, rtol=1e-8, atol=1e-9)

    @pytest.mark.parametrize("alpha", [0.0, 1e-9])
    def test_badly_scaled_columns(self, alpha):
        """Condition number 1e8 of X, 1e16 of X'X: the normal equations alone would be noise."""
        X, y, _ = problem(n_samples=200)
        scale = np.logspace(-4, 4, X.shape[1])
        ours = AdalineRegressor(alpha=alpha).fit(X * scale, y)
        if alpha:
            np.testing.assert_allclose(ours.predict(X * scale), rival(alpha).fit(X * scale, y).predict(X * scale))
        else:
            np.testing.assert_allclose(ours.coef_ * scale, LinearRegression().fit(X, y).coef_, rtol=1e-8)

    def test_nearly_collinear_columns(self):
        random = np.random.default_rng(3)
        Q, _ = np.linalg.qr(random.standard_normal((100, 5)))
        rotation, _ = np.linalg.qr(random.standard_normal((5, 5)))
        X = (Q - Q.mean(axis=0)) * np.logspace(0, -8, 5) @ rotation
        y = X @ np.arange(1.0, 6.0)
        predicted = AdalineRegressor().fit(X, y).predict(X)
        np.testing.assert_allclose(predicted, y, atol=1e-14 * np.abs(X).max() * 100)

    def test_squares_beyond_the_range_of_float64_are_refused(self):
        X, y, _ = problem()
        with pytest.raises(InvalidInputError, match=r"squares of X.* exceed the range.*StandardScaler"):
            AdalineRegressor().fit(1e200 * X, y)

    def test_one_example(self):
        model = AdalineRegressor().fit([[1.0, 2.0]], [3.0])
        assert model.predict([[1.0, 2.0]])[0] == pytest.approx(3.0)

    @pytest.mark.parametrize("n_samples", [4095, 4096, 4097, 9000])
    def test_the_blocks_in_which_rows_are_summed_leave_none_out(self, n_samples):
        X, y, random = problem(n_samples=n_samples, n_features=3)
        weights = random.uniform(0, 1, n_samples)
        assert_same_weights(AdalineRegressor().fit(X, y, weights), LinearRegression().fit(X, y, weights))


def test_the_history_of_a_closed_form_has_one_row():
    X, y, _ = problem()
    model = AdalineRegressor().fit(X, y)
    assert model.n_iter_ == model.history_.n_epochs == 1
    assert model.stop_reason_.code is StopCode.SOLVED
    assert str(model.stop_reason_) == "the normal equations were solved exactly"
    assert model.history_["loss"][0] == pytest.approx(((y - model.predict(X)) ** 2).mean() / 2)


def test_partial_fit_has_no_meaning_for_the_exact_solution():
    assert not hasattr(AdalineRegressor(solver="exact"), "partial_fit")
    assert hasattr(AdalineRegressor(solver="lms"), "partial_fit")


class TestClassifier:
    def test_two_classes_are_regressed_on_minus_one_and_one(self):
        X, y, _ = problem()
        is_high = y > np.median(y)
        model = AdalineClassifier(alpha=1.0).fit(X, np.where(is_high, "high", "low"))
        assert model.classes_.tolist() == ["high", "low"]
        assert_same_weights(model, Ridge(alpha=1.0).fit(X, np.where(is_high, -1, 1)[:, np.newaxis]))
        assert model.coef_.shape == (1, 6)
        assert ((model.decision_function(X) > 0) == (model.predict(X) == "low")).all()

    def test_several_classes_have_one_neuron_each_and_the_largest_output_wins(self):
        X, y, _ = problem()
        labels = np.digitize(y, np.quantile(y, [0.3, 0.6]))
        model = AdalineClassifier().fit(X, labels)
        theirs = LinearRegression().fit(X, 2 * np.eye(3)[labels] - 1)
        assert_same_weights(model, theirs)
        np.testing.assert_array_equal(model.predict(X), theirs.predict(X).argmax(axis=1))

    @pytest.mark.parametrize("class_weight", [{0: 1.0, 1: 5.0}, "balanced"])
    def test_class_weights_are_sample_weights(self, class_weight):
        X, y, _ = problem()
        labels = (y > np.quantile(y, 0.8)).astype(int)
        per_class = {0: 1.0, 1: 5.0} if class_weight != "balanced" else 120 / (2 * np.bincount(labels))
        weights = np.array([per_class[label] for label in labels])
        by_class = AdalineClassifier(class_weight=class_weight).fit(X, labels)
        by_sample = AdalineClassifier().fit(X, labels, sample_weight=weights)
        np.testing.assert_allclose(by_class.coef_, by_sample.coef_, rtol=1e-12)
        assert not np.allclose(by_class.coef_, AdalineClassifier().fit(X, labels).coef_)

    def test_it_settles_where_the_perceptron_cannot(self):
        random = np.random.default_rng(0)
        X = random.standard_normal((400, 2))
        y = (X[:, 0] + random.standard_normal(400) > 0).astype(int)
        model = AdalineClassifier().fit(X, y)
        assert model.score(X, y) > 0.7
        assert abs(model.coef_[0, 1]) < 0.15 * model.coef_[0, 0]
