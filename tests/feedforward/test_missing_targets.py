"""NaN in a table of targets means "don't care": that output of that example teaches nothing, and counts nothing."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import r2_score

from sinapsi import AdalineRegressor, MLPClassifier, MLPRegressor
from sinapsi.activations import activation_named
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.feedforward.backpropagation import BackPropagation
from sinapsi.feedforward.network import Network
from sinapsi.feedforward.solvers import BY_NAME
from sinapsi.losses import ObservedOnly, loss_named

SQUARED_ONLY = ("lm", "bayesian")


def table(n_samples=50, seed=0, *, share=0.3):
    """X, all targets, and the same with a share of them missing; one row misses all of them."""
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, 3))
    Y = np.column_stack([X @ [1.0, -1.0, 0.5] + 1, np.sin(X[:, 0]), X[:, 1] * X[:, 2]])
    Y += 0.1 * random.standard_normal(Y.shape)
    known = random.random(Y.shape) > share
    known[3] = False
    return X, Y, np.where(known, Y, np.nan)


def labels(n_samples=50, seed=0):
    X, Y, holes = table(n_samples, seed)
    return X, np.where(np.isnan(holes), np.nan, Y > 0.2)


def network(**parameters):
    defaults = {"hidden_layer_sizes": (4,), "activation": "tanh", "random_state": 0, "learning_rate": 0.02}
    return MLPRegressor(**{**defaults, "max_iter": 30, **parameters})


def classifier(**parameters):
    return MLPClassifier(**{**network().get_params(), "loss": "log_loss", **parameters})


def quietly_fitted(model, *arguments, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(*arguments, **more)


def weights_of(model):
    return np.concatenate([array.ravel() for array in (*model.coefs_, *model.intercepts_)])


class TestEverySolver:
    @pytest.mark.parametrize("batch_size", ["full", 7, 1])
    @pytest.mark.parametrize("solver", BY_NAME)
    def test_it_learns(self, solver, batch_size):
        X, _, holes = table()
        model = quietly_fitted(network(solver=solver, batch_size=batch_size, max_iter=150), X, holes)
        assert np.isfinite(weights_of(model)).all()
        assert model.score(X, holes) > 0.6

    @pytest.mark.parametrize("solver", BY_NAME)
    def test_labels(self, solver):
        X, holes = labels()
        loss = "squared_error" if solver in SQUARED_ONLY else "log_loss"
        model = quietly_fitted(classifier(solver=solver, loss=loss, max_iter=150, batch_size=10), X, holes)
        predicted = model.predict(X)
        assert set(np.unique(predicted)) <= {0, 1}
        known = ~np.isnan(holes)
        assert (predicted == holes)[known].mean() > 0.85

    @pytest.mark.parametrize("solver", BY_NAME)
    def test_a_row_without_any_target_teaches_nothing_but_its_share_of_the_mean(self, solver):
        """The mean goes over all examples, so that leaving the row out is a larger step: seen by the sum it is none."""
        X, _, holes = table(20)
        parameters = {"solver": solver, "alpha": 0.0, "batch_size": "full", "max_iter": 1, "shuffle": False}
        if solver in ("lbfgs", "scg", "rprop"):
            parameters["max_iter"] = 3
        whole = quietly_fitted(network(**parameters), X, holes)
        moved = X.copy()
        moved[3] = 100.0  # nobody looks there
        np.testing.assert_array_equal(
            weights_of(quietly_fitted(network(**parameters), moved, holes)), weights_of(whole)
        )

    @pytest.mark.parametrize("solver", BY_NAME)
    def test_several_starts(self, solver):
        X, _, holes = table()
        model = quietly_fitted(network(solver=solver, n_init=3, batch_size=7), X, holes)
        assert np.isfinite(weights_of(model)).all()
        assert np.isfinite(model.history_["loss"]).all()

    @pytest.mark.parametrize("solver", BY_NAME)
    def test_float32_and_sparse_inputs(self, solver):
        X, _, holes = table()
        double = quietly_fitted(network(solver=solver, max_iter=8), X, holes)
        single = quietly_fitted(network(solver=solver, max_iter=8), X.astype(np.float32), holes.astype(np.float32))
        assert single.coefs_[0].dtype == np.float32
        np.testing.assert_allclose(single.predict(X.astype(np.float32)), double.predict(X), atol=5e-3)
        spare = quietly_fitted(network(solver=solver, max_iter=8), sparse.csr_array(X), holes)
        np.testing.assert_allclose(spare.predict(X), double.predict(X), rtol=1e-6, atol=1e-8)


class TestAgainstFitsColumnByColumn:
    """Without hidden layer the outputs have nothing in common: each learns from the rows where it is known."""

    @pytest.mark.parametrize("alpha", [0.0, 2.0])
    @pytest.mark.parametrize("is_weighted", [False, True])
    def test_levenberg_marquardt_is_adaline_by_column(self, alpha, is_weighted):
        X, _, holes = table()
        weights = np.random.default_rng(1).uniform(0.2, 3, 50) if is_weighted else None
        model = network(hidden_layer_sizes=(), solver="lm(damping=1e-8, gtol=1e-13, ftol=0)", alpha=alpha)
        model.fit(X, holes, weights)
        for k, rows in enumerate(~np.isnan(holes.T)):
            own = None if weights is None else weights[rows]
            expected = AdalineRegressor(alpha=alpha).fit(X[rows], holes[rows, k], own)
            np.testing.assert_allclose(model.coefs_[0][:, k], expected.coef_, rtol=1e-8, atol=1e-8)
            assert model.intercepts_[0][k] == pytest.approx(expected.intercept_, rel=1e-8)

    @pytest.mark.parametrize("solver", ["scg(gtol=1e-10, ftol=0)", "lbfgs(gtol=1e-10, ftol=0)", "rprop"])
    def test_other_solvers_find_the_same(self, solver):
        X, _, holes = table()
        model = network(
            hidden_layer_sizes=(), solver=solver, alpha=1.0, max_iter=2000, stopping="gradient_norm(1e-5)"
        ).fit(X, holes)
        for k, rows in enumerate(~np.isnan(holes.T)):
            expected = AdalineRegressor(alpha=1.0).fit(X[rows], holes[rows, k])
            np.testing.assert_allclose(model.coefs_[0][:, k], expected.coef_, atol=1e-4)

    def test_labels_are_logistic_regressions_on_the_known_rows(self):
        X, holes = labels()
        model = classifier(hidden_layer_sizes=(), solver="scg(gtol=1e-10, ftol=0)", alpha=0.5, max_iter=2000)
        model.fit(X, holes)
        for k, rows in enumerate(~np.isnan(holes.T)):
            theirs = LogisticRegression(C=2.0, solver="newton-cholesky", tol=1e-12).fit(X[rows], holes[rows, k])
            np.testing.assert_allclose(model.coefs_[0][:, k], theirs.coef_[0], rtol=1e-5, atol=1e-7)

    def test_bayesian_counts_the_known_targets_only(self):
        X, _, holes = table(200)
        model = network(hidden_layer_sizes=(), solver="bayesian(tol=1e-10)", max_iter=500).fit(X, holes)
        errors = holes - model.predict(X)
        n_known = np.count_nonzero(~np.isnan(holes))
        expected = (n_known - model.effective_parameters_) / np.nansum(errors**2)
        assert model.noise_precision_ == pytest.approx(expected, rel=1e-6)


def masked_error(network, parameters, X, holes, weights):
    """Written out: the squares or logarithms of the known targets alone."""
    coefs, intercepts = network.views(parameters)
    below = X
    for coef, intercept, activation in zip(coefs, intercepts, network.activations, strict=True):
        below = activation.value(below @ coef + intercept)
    if network.loss.loss.short_name == "squared_error":
        errors = 0.5 * (holes - below) ** 2
    else:
        errors = -np.log(np.where(holes > 0.5, below, 1 - below)) + 0 * holes
    return float(np.mean(weights * np.nansum(errors, axis=1)))


@given(
    seed=st.integers(0, 10**6),
    head=st.sampled_from([("identity", "squared_error"), ("logistic(slope=2.0)", "log_loss"), ("tanh", "squared_error"),
                          ("softmax", "squared_error")]),
    share=st.floats(0, 1),
)  # fmt: skip
@settings(max_examples=40)
def test_the_gradient_is_that_of_the_masked_error(seed, head, share):
    random = np.random.default_rng(seed)
    activations = (activation_named("tanh"), activation_named(head[0]))
    plan = Network((3, 4, 3), activations, ObservedOnly(loss_named(head[1], activations[-1])))
    X, weights = random.standard_normal((6, 3)), random.uniform(0.2, 3, 6)
    holes = np.where(random.random((6, 3)) < share, np.nan, random.integers(0, 2, (6, 3)))
    parameters = random.standard_normal(plan.n_parameters)
    passes = BackPropagation(plan, parameters.copy(), 6)
    error = passes.learn_from(X, holes, weights)
    assert error == pytest.approx(masked_error(plan, parameters, X, holes, weights), rel=1e-12, abs=1e-15)
    direction, h = random.standard_normal(plan.n_parameters), 1e-5
    above, below = (masked_error(plan, parameters + s * direction, X, holes, weights) for s in (h, -h))
    assert passes.gradient @ direction == pytest.approx((above - below) / (2 * h), rel=1e-6, abs=1e-8)


class TestLocalGradients:
    @pytest.mark.parametrize("is_classifier", [False, True])
    def test_they_are_zero_where_nothing_is_known(self, is_classifier):
        X, holes = labels() if is_classifier else table()[::2]
        model = quietly_fitted(classifier() if is_classifier else network(), X, holes)
        hidden, outputs = model.local_gradients(X, holes)
        unknown = np.isnan(holes)
        assert not outputs[unknown].any()
        assert outputs[~unknown].all()
        assert not hidden[3].any()  # the row without any target
        given = model.predict_proba(X) if is_classifier else model.predict(X)
        np.testing.assert_allclose(outputs[~unknown], (holes - given)[~unknown], rtol=1e-10)

    def test_where_all_is_known_they_are_as_ever(self):
        X, Y, holes = table()
        model = quietly_fitted(network(), X, holes)
        whole, partly = model.local_gradients(X, Y), model.local_gradients(X, holes)
        rows = ~np.isnan(holes).any(axis=1)
        for own, other in zip(whole, partly, strict=True):
            np.testing.assert_array_equal(own[rows], other[rows])


class TestScore:
    def test_it_is_r_squared_over_the_known_ones(self):
        X, _, holes = table()
        model = quietly_fitted(network(), X, holes)
        outputs = model.predict(X)
        expected = np.mean([r2_score(holes[rows, k], outputs[rows, k]) for k, rows in enumerate(~np.isnan(holes.T))])
        assert model.score(X, holes) == pytest.approx(expected, rel=1e-12)
        weights = np.random.default_rng(0).uniform(0.1, 3, 50)
        weighted = [
            r2_score(holes[rows, k], outputs[rows, k], sample_weight=weights[rows])
            for k, rows in enumerate(~np.isnan(holes.T))
        ]
        assert model.score(X, holes, weights) == pytest.approx(np.mean(weighted), rel=1e-12)

    def test_a_column_that_is_known_in_rows_without_weight_does_not_count(self):
        X, Y, _ = table()
        model = quietly_fitted(network(), X, Y)
        holes, weights = Y.copy(), np.ones(50)
        holes[3:, 1], weights[:3] = np.nan, 0
        expected = np.mean([r2_score(Y[3:, k], model.predict(X)[3:, k]) for k in (0, 2)])
        assert model.score(X, holes, weights) == pytest.approx(expected, rel=1e-12)

    def test_a_column_without_a_known_value_does_not_count(self):
        X, Y, _ = table()
        model = quietly_fitted(network(), X, Y)
        holes = Y.copy()
        holes[:, 1] = np.nan
        expected = np.mean([r2_score(Y[:, k], model.predict(X)[:, k]) for k in (0, 2)])
        assert model.score(X, holes) == pytest.approx(expected, rel=1e-12)

    def test_of_a_classifier_it_is_the_share_of_rows_whose_known_labels_are_all_right(self):
        X, holes = labels()
        model = quietly_fitted(classifier(), X, holes)
        is_right = ((model.predict(X) == holes) | np.isnan(holes)).all(axis=1)
        assert 0 < is_right.sum() < 50
        assert model.score(X, holes) == pytest.approx(is_right.mean())
        weights = np.random.default_rng(0).uniform(0.1, 3, 50)
        assert model.score(X, holes, weights) == pytest.approx(np.average(is_right, weights=weights))

    def test_without_nan_it_is_scikit_learns_own(self):
        X, Y, holes = table()
        model = quietly_fitted(network(), X, holes)
        assert model.score(X, Y) == pytest.approx(r2_score(Y, model.predict(X)), rel=1e-12)


class TestValidation:
    @pytest.mark.parametrize("where", ["both", "training only", "validation only"])
    def test_validation_data_may_have_holes_too(self, where):
        X, Y, holes = table(60)
        y, y_val = holes[:40], holes[40:]
        if where == "training only":
            y_val = Y[40:]
        if where == "validation only":
            y = Y[:40]
        model = network(stopping="max_iter(5)").fit(X[:40], y, X_val=X[40:], y_val=y_val)
        expected = 0.5 * np.nansum((y_val - model.predict(X[40:])) ** 2, axis=1).mean()
        assert model.history_["validation_loss"][-1] == pytest.approx(expected, rel=1e-12)
        assert model.history_["validation_score"][-1] == pytest.approx(model.score(X[40:], y_val), rel=1e-10)

    def test_a_share_held_out(self):
        X, _, holes = table(60)
        model = network(validation_fraction=0.25, max_iter=500, solver="lm").fit(X, holes)
        assert np.isfinite(model.history_["validation_loss"]).all()
        assert np.isfinite(model.history_["validation_score"]).all()

    def test_a_column_all_of_whose_known_values_are_held_out_is_told(self):
        """Else an output that learned nothing would look like a result."""
        X, Y, _ = table(40)
        Y[1:, 2] = np.nan
        refused = []
        for seed in range(10):
            try:
                quietly_fitted(network(validation_fraction=0.5, random_state=seed, max_iter=2), X, Y)
            except InvalidInputError as error:
                refused.append(str(error))
        assert 0 < len(refused) < 10
        assert all("Column 2" in sentence for sentence in refused)

    def test_labels(self):
        X, holes = labels(60)
        model = classifier(stopping="max_iter(4)").fit(X[:40], holes[:40], X_val=X[40:], y_val=holes[40:])
        given = model.predict_proba(X[40:])
        errors = -np.log(np.where(holes[40:] > 0.5, given, 1 - given)) + 0 * holes[40:]
        assert model.history_["validation_loss"][-1] == pytest.approx(np.nansum(errors, axis=1).mean(), rel=1e-10)


class TestRefusals:
    @pytest.mark.parametrize("kind", [MLPRegressor, MLPClassifier])
    def test_in_a_single_column_of_answers_it_is_no_dont_care(self, kind):
        X, _, holes = table()
        y = holes[:, 0] if kind is MLPRegressor else np.where(np.isnan(holes[:, 0]), np.nan, holes[:, 0] > 0)
        with pytest.raises(InvalidInputError, match=r"^Input y contains NaN\. Drop the examples without a value"):
            kind().fit(X, y)

    @pytest.mark.parametrize("column", [0, 2])
    @pytest.mark.parametrize("kind", [MLPRegressor, MLPClassifier])
    def test_a_column_without_a_known_value(self, kind, column):
        X, Y, holes = table()
        y = holes if kind is MLPRegressor else np.where(np.isnan(holes), np.nan, Y > 0)
        y[:, column] = np.nan
        with pytest.raises(InvalidInputError, match=rf"Column {column} holds NaN only.*Drop the column"):
            kind().fit(X, y)

    @pytest.mark.parametrize("kind", [MLPRegressor, MLPClassifier])
    def test_a_column_that_is_known_in_rows_without_weight_only(self, kind):
        X, Y, _ = table()
        y, weights = (Y if kind is MLPRegressor else (Y > 0).astype(float)), np.ones(50)
        y[3:, 1], weights[:3] = np.nan, 0
        with pytest.raises(InvalidInputError, match="Column 1"):
            kind(max_iter=2, stopping="max_iter(2)").fit(X, y, weights)

    @pytest.mark.parametrize("value", [np.inf, -np.inf])
    @pytest.mark.parametrize("has_holes", [False, True])
    def test_infinity(self, value, has_holes):
        X, Y, holes = table()
        y = holes if has_holes else Y
        y[7, 1] = value
        with pytest.raises(InvalidInputError, match=r"infinity.*Replace infinite values"):
            network().fit(X, y)
        X, holes = labels()
        holes[7, 1] = value
        with pytest.raises(InvalidInputError, match="inf"):
            classifier().fit(X, holes)

    def test_holes_in_x_stay_refused(self):
        X, _, holes = table()
        X[0, 0] = np.nan
        with pytest.raises(InvalidInputError, match=r"(?s)Input X contains NaN.*SimpleImputer"):
            network().fit(X, holes)

    def test_labels_that_are_neither_yes_nor_no(self):
        X, holes = labels()
        holes[5, 0] = 2
        with pytest.raises(InvalidInputError, match=r"0 \(no\), 1 \(yes\) and NaN.*such as 2"):
            classifier().fit(X, holes)

    @pytest.mark.parametrize("class_weight", ["balanced", {0: 1.0, 1: 2.0}])
    def test_class_weights_of_labels_that_are_not_known(self, class_weight):
        X, holes = labels()
        with pytest.raises(InvalidParameterError, match=r"class_weight.*NaN.*sample_weight"):
            classifier(class_weight=class_weight).fit(X, holes)

    def test_other_networks_take_none(self):
        X, _, holes = table()
        with pytest.raises(InvalidInputError, match="NaN"):
            AdalineRegressor().fit(X, holes)


class TestGoingOn:
    @pytest.mark.parametrize("solver", ["sgd", "adam"])
    def test_partial_fit_on_parts_of_which_some_have_holes(self, solver):
        X, Y, holes = table()
        model = network(solver=solver)
        for y in (holes, Y, holes):
            model.partial_fit(X, y)
        parts = holes.copy()
        parts[:, 0] = np.nan  # later a column may be unknown for a while
        before = model.coefs_[-1][:, 0].copy()
        model.set_params(alpha=0.0, momentum=0.0).partial_fit(X, parts)
        assert np.isfinite(weights_of(model)).all()
        if solver == "sgd":
            np.testing.assert_array_equal(model.coefs_[-1][:, 0], before)

    def test_partial_fit_of_labels(self):
        X, holes = labels()
        model = classifier().partial_fit(X, holes, classes=[0, 1, 2])
        assert model.partial_fit(X, np.nan_to_num(holes).astype(int)).n_iter_ == 1

    @pytest.mark.parametrize("solver", ["lm", "scg", "adam"])
    def test_warm_start_from_holes_to_a_whole_table_and_back(self, solver):
        X, Y, holes = table()
        model = network(solver=solver, warm_start=True, max_iter=10)
        for y in (holes, Y, holes):
            assert np.isfinite(quietly_fitted(model, X, y).predict(X)).all()


def test_without_holes_nothing_changes():
    """A mask that hides nothing: the same course as without one."""
    X, Y, _ = table()
    plan = Network(
        (3, 4, 3), (activation_named("tanh"), activation_named("identity")), loss_named("squared_error", None)
    )
    flat = np.random.default_rng(0).standard_normal(plan.n_parameters)
    masked = Network(plan.sizes, plan.activations, ObservedOnly(plan.loss))
    one, other = (BackPropagation(each, flat.copy(), 50) for each in (plan, masked))
    assert one.learn_from(X, Y, None) == pytest.approx(other.learn_from(X, Y, None), rel=1e-14)
    np.testing.assert_allclose(one.gradient, other.gradient, rtol=1e-13)


def test_data_frames_with_empty_cells():
    X, _, holes = table()
    frame = pd.DataFrame(holes, columns=list("abc"))
    by_frame = quietly_fitted(network(max_iter=5), X, frame)
    by_array = quietly_fitted(network(max_iter=5), X, holes)
    np.testing.assert_array_equal(by_frame.predict(X), by_array.predict(X))
    assert by_frame.score(X, frame) == by_array.score(X, holes)


def test_one_column_as_a_table_may_have_holes():
    X, _, holes = table()
    model = network(hidden_layer_sizes=(), solver="lm(ftol=0)", alpha=0.0).fit(X, holes[:, :1])
    rows = ~np.isnan(holes[:, 0])
    expected = AdalineRegressor().fit(X[rows], holes[rows, 0])
    np.testing.assert_allclose(model.coefs_[0][:, 0], expected.coef_, rtol=1e-6)
    assert model.predict(X).shape == (50, 1)
