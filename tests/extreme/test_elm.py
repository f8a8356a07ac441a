"""Extreme learning machines against refits, scikit-learn's Ridge and what their theorem says."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from scipy.stats import kstest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneOut, cross_val_predict

from sinapsi import ELMClassifier, ELMRegressor, compare_with_backpropagation
from sinapsi.datasets import load_named
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.extreme.hidden_layers import KINDS, receptive_field_weights


def curve(n=150, noise=0.1, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n, 3))
    return X, np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + noise * random.standard_normal(n)


def standardized(name):
    data = load_named(name)
    return (data.X - data.X.mean(axis=0)) / np.maximum(data.X.std(axis=0), 1e-9), data.y


class TestOutputWeights:
    @pytest.mark.parametrize("activation", ["tanh", "logistic", "relu", "threshold", "identity", "logistic(slope=3)"])
    def test_are_ridge_over_the_hidden_outputs(self, activation):
        X, y = curve()
        model = ELMRegressor(n_hidden=20, activation=activation, alpha=0.4, random_state=0).fit(X, y)
        oracle = Ridge(alpha=0.4, solver="svd").fit(model.transform(X), y)
        np.testing.assert_allclose(model.predict(X), oracle.predict(model.transform(X)), atol=1e-9)

    def test_with_fewer_examples_than_units_too(self):
        X, y = curve(40)
        model = ELMRegressor(n_hidden=90, alpha=0.4, random_state=0).fit(X, y)
        oracle = Ridge(alpha=0.4, solver="svd").fit(model.transform(X), y)
        np.testing.assert_allclose(model.coef_, oracle.coef_, atol=1e-9)

    def test_the_hidden_layer_is_what_the_attributes_say(self):
        X, y = curve()
        model = ELMRegressor(n_hidden=(15, 10), direct_links=True, weight_scale=2.0, random_state=0).fit(X, y)
        first = np.tanh(X @ model.hidden_coefs_[0] + model.hidden_intercepts_[0])
        second = np.tanh(first @ model.hidden_coefs_[1] + model.hidden_intercepts_[1])
        np.testing.assert_allclose(model.transform(X), np.hstack([X, second]), atol=1e-12)
        assert model.get_feature_names_out().shape == (13,)

    def test_direct_links_learn_a_plane_at_once(self):
        X = curve()[0]
        y = X @ [1.0, -2.0, 0.5] + 3
        linked = ELMRegressor(n_hidden=5, direct_links=True, alpha=1e-9, random_state=0).fit(X, y)
        assert np.abs(linked.predict(X) - y).max() < 1e-6

    def test_sparse_inputs_are_dense_inputs(self):
        X = sparse.random(80, 30, density=0.2, format="csr", random_state=0)
        y = np.asarray(X.sum(axis=1)).ravel()
        for model in (
            ELMRegressor(random_state=0, alpha=0.1),
            ELMRegressor(direct_links=True, random_state=0, alpha=0.1),
        ):
            np.testing.assert_allclose(model.fit(X, y).predict(X), model.fit(X.toarray(), y).predict(X), atol=1e-10)


class TestTheorem:
    @pytest.mark.parametrize("activation", ["tanh", "logistic"])
    def test_as_many_units_as_examples_meet_every_target(self, activation):
        random = np.random.default_rng(0)
        X, y = random.standard_normal((40, 8)), random.standard_normal(40)
        model = ELMRegressor(n_hidden=40, activation=activation, weight_scale=3.0, alpha=0.0, random_state=0).fit(X, y)
        assert model.condition_ < 1e8
        assert np.abs(model.predict(X) - y).max() < 1e-8

    def test_in_one_dimension_the_matrix_is_too_ill_conditioned_and_that_is_said(self):
        X = np.linspace(-1, 1, 60).reshape(-1, 1)
        with pytest.warns(ConvergenceWarning, match=r"rank \d+, condition number"):
            ELMRegressor(n_hidden=60, alpha=0.0, random_state=0).fit(X, np.sign(X[:, 0]))

    def test_a_polynomial_activation_fails(self):
        random = np.random.default_rng(0)
        X, y = random.standard_normal((40, 3)), random.standard_normal(40)
        with pytest.warns(ConvergenceWarning, match="rank 3"):  # a plane has three slopes, however many units
            model = ELMRegressor(n_hidden=40, activation="identity", alpha=0.0, random_state=0).fit(X, y)
        assert np.abs(model.predict(X) - y).max() > 0.5

    def test_relu_fails_where_units_are_silent(self):
        X = np.linspace(-1, 1, 40).reshape(-1, 1)
        y = np.random.default_rng(0).standard_normal(40)
        with pytest.warns(ConvergenceWarning, match="nearly singular"):  # units that bend outside say nothing new
            model = ELMRegressor(n_hidden=40, activation="relu", alpha=0.0, random_state=0).fit(X, y)
        assert np.abs(model.predict(X) - y).max() > 0.1


class TestLeaveOneOut:
    def test_of_every_penalty_the_best_is_taken(self):
        X, y = curve(60)
        model = ELMRegressor(n_hidden=30, alpha="loo", random_state=0).fit(X, y)
        hidden = model.transform(X)

        def error(alpha):
            return np.mean((cross_val_predict(Ridge(alpha=alpha), hidden, y, cv=LeaveOneOut()) - y) ** 2)

        others = [error(alpha) for alpha in model.alpha_ * np.geomspace(1e-3, 1e3, 13)]
        assert error(model.alpha_) <= 1.01 * min(others)

    @pytest.mark.parametrize("n_samples", [60, 25])  # more examples than units, and fewer
    @pytest.mark.parametrize("alpha", [0.2, 0.0])
    def test_of_every_number_of_units(self, n_samples, alpha):
        X, y = curve(n_samples)
        model = ELMRegressor(n_hidden=30, alpha=alpha, unit_selection="first", random_state=0)
        whole = ELMRegressor(n_hidden=30, alpha=max(alpha, 1e-9), random_state=0).fit(X, y).transform(X)
        model.fit(X, y)
        assert model.selection_errors_.shape == (31,)
        for n_units in (0, 1, 5, 12, 20):
            hidden = whole[:, :n_units] if n_units else np.zeros((n_samples, 1))
            oracle = Ridge(alpha=alpha if alpha else 1e-12, solver="svd")
            expected = np.mean((cross_val_predict(oracle, hidden, y, cv=LeaveOneOut()) - y) ** 2)
            np.testing.assert_allclose(model.selection_errors_[n_units], expected, rtol=1e-4)
        n_kept = model.hidden_coefs_[0].shape[1]
        assert n_kept == max(1, model.selection_errors_.argmin())

    def test_ranked_units_need_fewer(self):
        X, y = curve(300)
        errors = {
            order: ELMRegressor(n_hidden=100, unit_selection=order, alpha=1e-3, random_state=0)
            .fit(X, y)
            .selection_errors_
            for order in ("first", "ranked")
        }
        assert errors["ranked"][10] < 0.7 * errors["first"][10]

    @pytest.mark.parametrize("alpha", [0.0, 1e-12, "gcv"])
    def test_ranking_may_end_early(self, alpha):
        x = np.random.default_rng(0).uniform(0, 1, (40, 1))
        t = np.sin(6 * x[:, 0])
        model = ELMRegressor(n_hidden=20, unit_selection="ranked", alpha=alpha, random_state=0).fit(x, t)
        assert len(model.coef_) < 20
        assert np.abs(model.predict(x) - t).max() < 0.02

    def test_dependent_units_are_solved_as_well_as_they_were_chosen(self):
        x = np.random.default_rng(1).uniform(0, 1, (40, 1))
        t = np.sin(6 * x[:, 0])
        model = ELMRegressor(n_hidden=60, unit_selection="first", alpha=0.0, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(x, t)
        assert 2 * model.history_["loss"][-1] <= model.selection_errors_.min()

    def test_adding_examples_makes_old_errors_void(self):
        X, y = curve()
        model = ELMRegressor(n_hidden=20, unit_selection="first", alpha=0.1, random_state=0).fit(X, y)
        assert not hasattr(model.partial_fit(X, y), "selection_errors_")

    def test_links_are_never_dropped(self):
        X, y = curve()
        model = ELMRegressor(n_hidden=30, direct_links=True, unit_selection="ranked", alpha=0.1, random_state=0).fit(
            X, y
        )
        n_units = model.hidden_coefs_[0].shape[1]
        assert model.coef_.shape == (3 + n_units,)
        np.testing.assert_array_equal(model.transform(X)[:, :3], X)

    def test_of_several_layers_the_best_stays(self):
        X, y = curve(80)
        model = ELMRegressor(n_hidden=20, alpha=0.1, n_init=6, random_state=0).fit(X, y)
        predicted = cross_val_predict(Ridge(alpha=0.1, solver="svd"), model.transform(X), y, cv=LeaveOneOut())
        assert len(set(model.init_errors_)) == 6
        np.testing.assert_allclose(model.init_errors_.min(), np.mean((predicted - y) ** 2), rtol=1e-8)

    def test_ctrl_c_keeps_the_best_layer_so_far(self, monkeypatch):
        X, y = curve(80)
        drawn, original = [], ELMRegressor._drawn

        def draw_twice(self, *arguments):
            if len(drawn) == 2:
                raise KeyboardInterrupt
            drawn.append(original(self, *arguments))
            return drawn[-1]

        monkeypatch.setattr(ELMRegressor, "_drawn", draw_twice)
        with pytest.warns(ConvergenceWarning, match="interrupted after 2 of 5 random layers; the best was kept"):
            model = ELMRegressor(n_hidden=10, n_init=5, random_state=0).fit(X, y)
        assert model.init_errors_.shape == (2,)
        assert np.isfinite(model.predict(X)).all()


class TestAddingAndForgetting:
    @pytest.mark.parametrize("alpha", [0.3, "gcv"])
    def test_adding_and_taking_away_is_exact(self, alpha):
        X, y = curve(200)
        model = ELMRegressor(n_hidden=25, alpha=alpha, random_state=0)
        whole = model.fit(X[:150], y[:150]).predict(X)
        model.partial_fit(X[150:], y[150:])
        assert np.abs(model.predict(X) - whole).max() > 1e-3
        np.testing.assert_allclose(model.forget(X[150:], y[150:]).predict(X), whole, atol=1e-8)

    def test_weights_are_forgotten_as_they_were_learned(self):
        X, y = curve(100)
        weights = np.random.default_rng(1).uniform(0.5, 2, 100)
        model = ELMRegressor(n_hidden=15, alpha=0.3, random_state=0)
        expected = model.fit(X[:60], y[:60], weights[:60]).predict(X)
        forgot = model.fit(X, y, weights).forget(X[60:], y[60:], weights[60:])
        np.testing.assert_allclose(forgot.predict(X), expected, atol=1e-9)

    def test_forgetting_what_was_not_learned_leaves_the_model_as_it_was(self):
        X, y = curve(50)
        model = ELMRegressor(n_hidden=10, alpha=0.1, random_state=0).fit(X, y)
        before = model.predict(X)
        with pytest.raises(InvalidInputError, match=r"50 were learned .* 50 are to be forgotten"):
            model.forget(X, y)
        with pytest.raises(InvalidInputError, match="not all among those learned"):
            model.forget(100 * X[:40], y[:40])
        np.testing.assert_array_equal(model.predict(X), before)
        assert model.history_["epoch"].tolist() == [1]

    def test_large_sums_are_not_kept_by_fit_but_by_partial_fit(self, monkeypatch):
        monkeypatch.setattr("sinapsi.algebra.closed_form_network.LARGEST_KEPT_SUMS", 1000)
        X, y = curve(100)
        model = ELMRegressor(n_hidden=30, alpha=0.1, random_state=0).fit(X, y)
        with pytest.raises(InvalidInputError, match="Begin with partial_fit, which does"):
            model.partial_fit(X, y)
        again = ELMRegressor(n_hidden=30, alpha=0.1, random_state=0).partial_fit(X, y)
        np.testing.assert_allclose(again.partial_fit(X, y).forget(X, y).predict(X), model.predict(X), atol=1e-8)

    @pytest.mark.parametrize("n_first", [5, 60])  # fewer examples than units, and more
    def test_examples_that_weigh_nothing_teach_nothing(self, n_first):
        X, y = standardized("iris")
        rows, more = np.arange(0, 150, 150 // n_first), np.arange(1, 150, 40)
        weights = np.ones(len(more))
        weights[1] = 0
        settings = {"n_hidden": 30, "alpha": 0.1, "random_state": 0}
        models = [ELMClassifier(**settings).partial_fit(X[rows], y[rows], classes=np.unique(y)) for _ in range(2)]
        models[0].partial_fit(X[more], y[more], sample_weight=weights)
        models[1].partial_fit(X[more[weights > 0]], y[more[weights > 0]])
        np.testing.assert_array_equal(*(model.predict_proba(X) for model in models))

    def test_ctrl_c_leaves_the_model_as_it_was(self, monkeypatch):
        X, y = curve(50)
        model = ELMRegressor(n_hidden=10, random_state=0).fit(X, y)
        before = model.predict(X)

        def press(*arguments, **settings):
            raise KeyboardInterrupt

        monkeypatch.setattr("sinapsi.algebra.closed_form_network.solve_for_examples", press)
        monkeypatch.setattr("sinapsi.algebra.closed_form_network.solve_for_sums", press)
        for learn in (model.fit, model.partial_fit):
            with pytest.raises(KeyboardInterrupt):
                learn(X[:40], y[:40])
            np.testing.assert_array_equal(model.predict(X), before)

    def test_classes_added_in_parts(self):
        X, y = standardized("iris")
        model = ELMClassifier(n_hidden=20, alpha=0.1, random_state=0)
        whole = model.fit(X, y).decision_function(X)
        parts = ELMClassifier(n_hidden=20, alpha=0.1, random_state=0)
        for name in np.unique(y):
            parts.partial_fit(X[y == name], y[y == name], classes=np.unique(y))
        np.testing.assert_allclose(parts.decision_function(X), whole, atol=1e-9)


class TestHiddenLayers:
    @pytest.mark.parametrize("kind", KINDS)
    def test_units_have_weights_of_length_one_on_average(self, kind):
        weights = KINDS[kind](9, 2000, np.random.default_rng(0))
        assert weights.shape == (9, 2000)
        np.testing.assert_allclose((weights**2).sum(axis=0).mean(), 1, rtol=0.05)
        np.testing.assert_allclose(weights.mean(), 0, atol=0.02)

    def test_orthogonal_groups(self):
        weights = KINDS["orthogonal"](6, 15, np.random.default_rng(0))
        for start in (0, 6, 12):
            group = weights[:, start : start + 6]
            np.testing.assert_allclose(group.T @ group, np.eye(group.shape[1]), atol=1e-12)

    def test_sobol_points_fill_more_evenly_than_chance(self):
        sobol, uniform = (
            np.mean([kstest(row, "uniform", args=(-1, 2)).statistic for row in KINDS[kind](3, 64, random)])
            for kind, random in (("sobol", np.random.default_rng(0)), ("uniform", np.random.default_rng(0)))
        )
        assert sobol < 0.5 * uniform

    def test_sparse_units_see_the_root_of_all_inputs(self):
        assert ((KINDS["sparse"](25, 50, np.random.default_rng(0)) != 0).sum(axis=0) == 5).all()

    def test_receptive_fields_are_rectangles_of_length_one(self):
        weights = receptive_field_weights((6, 8), 300, np.random.default_rng(0))
        np.testing.assert_allclose(np.linalg.norm(weights, axis=0), 1)
        sizes = set()
        for seen in (weights != 0).T.reshape(-1, 6, 8):
            rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
            assert seen[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
            assert seen.sum() == (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
            sizes.add((len(rows), len(columns)))
        assert min(height for height, _ in sizes) == min(width for _, width in sizes) == 3
        assert {6} <= {height for height, _ in sizes}

    def test_receptive_fields_help_on_digits(self):
        X, y = standardized("digits")
        scores = [
            ELMClassifier(n_hidden=400, weights=weights, random_state=0)
            .fit(X[:1200], y[:1200])
            .score(X[1200:], y[1200:])
            for weights in ("receptive_field", "normal")
        ]
        assert scores[0] > 0.9
        assert scores[0] > scores[1] - 0.02

    def test_class_differences_point_from_class_to_class_and_bend_midway(self):
        random = np.random.default_rng(0)
        y = random.integers(2, size=200)
        X = random.standard_normal((200, 5)) + 8.0 * y[:, np.newaxis]
        model = ELMClassifier(n_hidden=30, weights="class_differences", random_state=0).fit(X, y)
        np.testing.assert_allclose(np.linalg.norm(model.hidden_coefs_[0], axis=0), 1)
        fields = X @ model.hidden_coefs_[0] + model.hidden_intercepts_[0]
        assert np.abs(np.sign(fields[y == 1]).mean(axis=0)).min() > 0.9  # every unit tells the classes apart
        assert (np.sign(fields[y == 1].mean(axis=0)) == -np.sign(fields[y == 0].mean(axis=0))).all()

    def test_class_differences_through_receptive_fields_help_on_digits(self):
        X, y = standardized("digits")
        settings = {"n_hidden": 300, "weights": "class_differences", "random_state": 0}
        scores = {
            shape: ELMClassifier(image_shape=shape, **settings).fit(X[:1200], y[:1200]).score(X[1200:], y[1200:])
            for shape in (None, (8, 8))
        }
        assert scores[8, 8] > 0.93
        model = ELMClassifier(image_shape=(8, 8), **settings).fit(X, y)
        assert (model.hidden_coefs_[0] == 0).mean() > 0.3

    def test_class_differences_of_real_targets_and_sparse_inputs(self):
        X, y = curve(60)
        dense = ELMRegressor(n_hidden=20, weights="class_differences", alpha=0.1, random_state=0)
        expected = dense.fit(X, y).predict(X)
        np.testing.assert_allclose(dense.fit(sparse.csr_matrix(X), y).predict(X), expected, atol=1e-9)

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"weights": "receptive_field"}, "3 columns are no square image. Got None"),
            ({"weights": "receptive_field", "image_shape": (2, 2)}, r"as X has columns, 3. Got \(2, 2\), which has 4"),
            ({"image_shape": (3, 0)}, "integers above 0"),
            ({"n_hidden": (5, 0)}, "integers of at least 1, one a hidden layer"),
            ({"activation": "swish"}, "activation"),
        ],
    )
    def test_bad_settings(self, settings, message):
        with pytest.raises(InvalidParameterError, match=message):
            ELMRegressor(**settings).fit(*curve(20))


class TestComparison:
    def test_it_tells_times_errors_and_norms(self):
        data = load_named("diabetes")
        study = compare_with_backpropagation(data.X, data.y, n_hidden=30, n_splits=3)
        assert study.task == "regression"
        assert study.speed_ratio == study.mlp.seconds / study.elm.seconds
        assert 40 < study.elm.test_error < 80
        assert 40 < study.mlp.test_error < 80
        assert min(study.elm.weight_norm, study.mlp.weight_norm) > 0
        lines = str(study).splitlines()
        assert [line.split()[0] for line in lines[1:3]] == ["ELMRegressor", "MLPRegressor"]
        assert "30 hidden units, medians of 3 splits" in lines[3]

    def test_with_networks_of_ones_own(self):
        X, y = standardized("wine")
        elm = ELMClassifier(weights="orthogonal", alpha=1.0)
        study = compare_with_backpropagation(X, y, n_hidden=20, n_splits=1, elm=elm)
        assert study.task == "classification"
        assert study.elm.test_error < 0.1
        assert elm.n_hidden == 100  # a copy was changed

    @pytest.mark.parametrize("n_splits", [0, 1.5, None])
    def test_no_splits(self, n_splits):
        with pytest.raises(InvalidParameterError, match="n_splits must be an integer of at least 1"):
            compare_with_backpropagation([[0.0], [1.0]], [0, 1], n_splits=n_splits)

    def test_texts_are_no_inputs(self):
        with pytest.raises(InvalidInputError, match=r"numeric values.*table of numbers"):
            compare_with_backpropagation([["a"]] * 20, [0, 1] * 10)

    def test_too_few_examples(self):
        with pytest.raises(InvalidInputError, match="cannot be split"):
            compare_with_backpropagation([[0.0], [1.0]], [0, 1], n_splits=1)
