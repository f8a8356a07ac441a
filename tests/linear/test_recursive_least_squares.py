"""Recursive least squares: the exact solution after every example, however the data are cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import LinearRegression, Ridge

from sinapsi import AdalineClassifier, AdalineRegressor, load, save
from sinapsi.exceptions import InvalidInputError, InvalidParameterError, ModelFileError
from sinapsi.linear import recursive_least_squares
from sinapsi.stopping import StopCode


def problem(n_samples=80, n_features=5, n_outputs=None, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, n_features)) * random.uniform(0.5, 3, n_features) + 2
    y = X @ random.standard_normal((n_features, n_outputs or 1)) - 5
    y += 0.5 * random.standard_normal(y.shape)
    return X, (y if n_outputs else y[:, 0]), random


def rls(**parameters):
    return AdalineRegressor(solver="rls", **parameters)


def assert_same_weights(one, other, rtol=1e-10):
    scale = np.abs(other.coef_).max()
    np.testing.assert_allclose(one.coef_, other.coef_.reshape(one.coef_.shape), rtol=0, atol=rtol * scale)
    intercept = np.ravel(other.intercept_)
    np.testing.assert_allclose(one.intercept_, intercept, rtol=0, atol=rtol * (1 + np.abs(intercept).max()))


@pytest.mark.parametrize("alpha", [0.0, 0.01, 10.0])
@pytest.mark.parametrize("n_outputs", [None, 3])
@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_one_pass_gives_the_exact_solution(alpha, n_outputs, is_weighted, form):
    X, y, random = problem(n_outputs=n_outputs)
    weights = random.uniform(0, 3, len(X)) if is_weighted else None
    model = rls(alpha=alpha).fit(form(X), y, weights)
    assert_same_weights(model, AdalineRegressor(alpha=alpha).fit(X, y, weights))
    rival = Ridge(alpha=alpha, solver="svd") if alpha else LinearRegression()
    assert_same_weights(model, rival.fit(X, y, weights), rtol=1e-9)
    assert (model.n_iter_, model.stop_reason_.code) == (1, StopCode.SOLVED)
    assert str(model.stop_reason_) == "recursive least squares took in every example once, all weighing alike"
    errors = (y - model.predict(X)).reshape(len(X), -1)
    loss = np.average((errors**2).sum(axis=1), weights=weights) / 2
    assert model.history_["loss"].tolist() == [pytest.approx(loss)]
    assert model.history_["step"].tolist() == [len(X) if weights is None else np.count_nonzero(weights)]


@given(
    cuts=st.lists(st.integers(1, 79), max_size=12, unique=True),
    alpha=st.sampled_from([0.0, 2.0]),
    is_weighted=st.booleans(),
    forms=st.lists(st.sampled_from([np.asarray, sparse.csr_array, sparse.coo_array]), min_size=13, max_size=13),
)
@settings(max_examples=60, deadline=None)
def test_data_may_be_cut_anywhere(cuts, alpha, is_weighted, forms):
    X, y, random = problem(n_outputs=2)
    weights = random.uniform(0.1, 3, len(X)) if is_weighted else np.ones(len(X))
    in_parts = rls(alpha=alpha)
    parts = np.split(np.arange(80), sorted(cuts))
    for rows, form in zip(parts, forms, strict=False):
        in_parts.partial_fit(form(X[rows]), y[rows], weights[rows])
        exact = AdalineRegressor(alpha=alpha).fit(X[: rows[-1] + 1], y[: rows[-1] + 1], weights[: rows[-1] + 1])
        np.testing.assert_allclose(in_parts.coef_, exact.coef_, atol=1e-9)
    whole = rls(alpha=alpha).fit(X, y, weights)
    np.testing.assert_array_equal(in_parts.coef_, whole.coef_)
    np.testing.assert_array_equal(in_parts.intercept_, whole.intercept_)
    assert_same_weights(in_parts, exact)


def test_the_order_of_the_examples_does_not_matter():
    X, y, random = problem()
    order = random.permutation(len(X))
    assert_same_weights(rls(alpha=1.0).fit(X[order], y[order]), rls(alpha=1.0).fit(X, y))


def test_weights_are_repetitions():
    X, y, random = problem()
    repeats = random.integers(0, 4, len(X))
    weighted = rls(alpha=0.5).fit(X, y, repeats)
    assert_same_weights(weighted, rls(alpha=0.5).fit(np.repeat(X, repeats, axis=0), np.repeat(y, repeats)))


def test_a_warm_start_adds_examples():
    X, y, _ = problem()
    model = rls(warm_start=True).fit(X[:50], y[:50]).fit(X[50:], y[50:])
    assert_same_weights(model, AdalineRegressor().fit(X, y))
    assert_same_weights(rls().fit(X[:50], y[:50]).fit(X[50:], y[50:]), AdalineRegressor().fit(X[50:], y[50:]))


def test_saved_and_loaded_it_goes_on(tmp_path):
    X, y, _ = problem()
    model = rls().fit(X[:50], y[:50])
    save(model, tmp_path / "model")
    back = load(tmp_path / "model").partial_fit(X[50:], y[50:])
    np.testing.assert_array_equal(back.coef_, rls().fit(X, y).coef_)


def test_the_data_are_left_alone():
    """The first example is the origin of all; it must be a copy."""
    X, y, _ = problem()
    X.setflags(write=False)
    model = rls().fit(X, y)
    model.partial_fit(X, y)
    assert not np.shares_memory(model._recursion["origin"], X)


class TestForgetting:
    @pytest.mark.parametrize("forgetting", [0.99, 0.8])
    @pytest.mark.parametrize("alpha", [0.0, 2.0])
    def test_it_is_weighted_least_squares_with_weights_that_fall_with_age(self, forgetting, alpha):
        X, y, random = problem()
        own = random.uniform(0.5, 2, len(X))
        model = rls(forgetting=forgetting, alpha=alpha)
        for start in range(0, 80, 16):
            part = slice(start, start + 16)
            model.partial_fit(X[part], y[part], own[part])
        weights = own * forgetting ** np.arange(79, -1, -1)
        assert_same_weights(model, Ridge(alpha=alpha * forgetting**80).fit(X, y, weights), rtol=1e-8)
        assert str(model.stop_reason_) == f"recursive least squares took in every example once, forgetting={forgetting}"

    def test_it_follows_what_drifts(self):
        """The slope turns from 1 to -1: with a memory of 20 examples the old one is forgotten, without it is not."""
        random = np.random.default_rng(0)
        X = random.standard_normal((400, 1))
        y = np.where(np.arange(400) < 200, X[:, 0], -X[:, 0]) + 0.01 * random.standard_normal(400)
        assert rls(forgetting=0.95).fit(X, y).coef_[0] == pytest.approx(-1, abs=0.02)
        assert abs(rls().fit(X, y).coef_[0]) < 0.2

    @pytest.mark.parametrize("forgetting", [0, -0.5, 1.01, np.nan, None, "1"])
    def test_a_factor_out_of_range(self, forgetting):
        with pytest.raises(InvalidParameterError, match=r"'forgetting' parameter .* range \(0, 1\]"):
            rls(forgetting=forgetting).fit([[0.0], [1.0]], [0, 1])


class TestUnkindData:
    @pytest.mark.parametrize("n_seen", [1, 2, 3, 6])
    def test_fewer_examples_than_columns_get_the_weights_of_least_norm(self, n_seen):
        X, y, _ = problem()
        model = rls().fit(X[:n_seen], y[:n_seen])
        exact = AdalineRegressor().fit(X[:n_seen], y[:n_seen])
        assert_same_weights(model, exact, rtol=1e-9)
        np.testing.assert_allclose(model.predict(X[:n_seen]), y[:n_seen], rtol=1e-9)

    def test_columns_that_depend_on_each_other_get_the_weights_of_least_norm(self):
        X, y, _ = problem()
        X = np.hstack([X, X[:, :1], X[:, 1:2] - 2 * X[:, 2:3], np.full((80, 1), 7.0)])
        model = rls().fit(X, y)
        least = np.linalg.pinv(X - X.mean(axis=0)) @ (y - y.mean())
        np.testing.assert_allclose(model.coef_, least, atol=1e-9)
        assert abs(model.coef_[-1]) < 1e-9

    @pytest.mark.parametrize("offset", [1e4, 1e8])
    def test_columns_far_from_zero(self, offset):
        X, y, _ = problem()
        X = np.round(X * 2**10) / 2**10  # so that the offset rounds nothing
        np.testing.assert_allclose(rls().fit(X + offset, y).coef_, LinearRegression().fit(X, y).coef_, rtol=1e-8)

    def test_squares_of_the_condition_number_do_not_enter(self):
        """Condition number 1e10: the inverse of X'X would hold no right digit."""
        random = np.random.default_rng(3)
        Q, _ = np.linalg.qr(random.standard_normal((100, 5)))
        rotation, _ = np.linalg.qr(random.standard_normal((5, 5)))
        X = (Q - Q.mean(axis=0)) * np.logspace(0, -10, 5) @ rotation
        y = X @ np.arange(1.0, 6.0)
        np.testing.assert_allclose(rls().fit(X, y).predict(X), y, atol=1e-14)

    def test_ten_thousand_examples_leave_it_as_exact_as_ten(self):
        X, y, _ = problem(n_samples=10_000, n_features=3)
        assert_same_weights(rls().fit(X, y), LinearRegression().fit(X, y), rtol=1e-11)

    def test_single_precision_is_kept_outside_only(self):
        X, y, _ = problem()
        model = rls()
        for part in np.array_split(np.arange(80), 16):
            model.partial_fit(X[part].astype(np.float32), y[part])
        assert model.coef_.dtype == model.intercept_.dtype == model.predict(X.astype(np.float32)).dtype == np.float32
        exact = LinearRegression().fit(X.astype(np.float32).astype(float), y.astype(np.float32).astype(float))
        np.testing.assert_allclose(model.coef_, exact.coef_, rtol=1e-6)

    def test_too_many_columns_are_refused_with_the_way_out(self, monkeypatch):
        monkeypatch.setattr(recursive_least_squares, "LARGEST_FACTOR", 100)
        with pytest.raises(
            InvalidInputError, match=r"triangle of 6 by 6 numbers.*Use solver='lms' or 'normalized_lms'"
        ):
            rls().fit(*problem()[:2])

    def test_squares_beyond_the_range_are_refused(self):
        X, y, _ = problem()
        with pytest.raises(InvalidInputError, match="exceed the range of float64"):
            rls().fit(1e200 * X, y)


class TestClassifier:
    @pytest.mark.parametrize("n_classes", [2, 3])
    @pytest.mark.parametrize("class_weight", [None, {"ant": 3.0}])
    def test_it_equals_the_exact_one(self, n_classes, class_weight):
        X, y, _ = problem()
        labels = np.array(["ant", "bee", "cat"])[np.digitize(y, np.quantile(y, [0.4, 0.7][: n_classes - 1]))]
        exact = AdalineClassifier(class_weight=class_weight).fit(X, labels)
        model = AdalineClassifier(solver="rls", class_weight=class_weight)
        for start in range(0, 80, 20):
            part = slice(start, start + 20)
            model.partial_fit(X[part], labels[part], classes=["ant", "bee", "cat"][:n_classes])
        assert_same_weights(model, exact, rtol=1e-9)
        assert model.predict(X).tolist() == exact.predict(X).tolist()


@pytest.mark.parametrize("name", ["factor", "moments", "origin", "n_examples"])
def test_a_damaged_state_is_not_learned_on_with(name):
    X, y, _ = problem()
    model = rls().fit(X, y)
    whole = model._recursion
    for damaged in (whole[name][:-1], whole[name].astype(np.float32), None):
        model._recursion = {**whole, name: damaged}
        with pytest.raises(ModelFileError, match="recursive least squares goes on is damaged"):
            model.partial_fit(X, y)
    model._recursion = whole
    model.partial_fit(X, y)


def test_another_solver_begins_to_remember_when_it_is_chosen():
    X, y, _ = problem()
    model = AdalineRegressor(solver="lms", random_state=0).partial_fit(X[:40], y[:40])
    model.set_params(solver="rls").partial_fit(X[40:], y[40:])
    assert_same_weights(model, AdalineRegressor().fit(X[40:], y[40:]))
