"""Bayesian regularization: against BayesianRidge, against the closed form of the evidence, and its error bars."""

import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import multivariate_normal
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import BayesianRidge

import sinapsi.feedforward.restarts as restarts_module
from sinapsi import MLPClassifier, MLPRegressor, load, save
from sinapsi.exceptions import InvalidParameterError
from sinapsi.stopping import StopCode

EVIDENCE = ("effective_parameters_", "weight_precision_", "noise_precision_", "log_evidence_")


def line(n_samples=80, n_features=4, noise=0.5, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, n_features))
    return X, X @ random.standard_normal(n_features) + 3.0 + noise * random.standard_normal(n_samples)


def noisy_sine(n_samples=100, noise=0.2, seed=0):
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, n_samples)
    return x[:, np.newaxis], np.sin(3 * x) + noise * random.standard_normal(n_samples)


def network(**parameters):
    settings = {"hidden_layer_sizes": (6,), "activation": "tanh", "solver": "bayesian", "max_iter": 1000}
    return MLPRegressor(**{**settings, "random_state": 0, **parameters})


def linear(**parameters):
    return network(hidden_layer_sizes=(), solver="bayesian(tol=1e-12)", **parameters)


def quietly_fitted(model, X, y, *arguments, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y, *arguments, **more)


class TestWithoutHiddenLayer:
    """MacKay's evidence for a linear model: what scikit-learn calls Bayesian ridge regression."""

    @pytest.mark.parametrize("noise", [0.1, 1.0, 5.0])
    @pytest.mark.parametrize("seed", range(3))
    def test_it_agrees_with_bayesian_ridge(self, noise, seed):
        X, y = line(noise=noise, seed=seed)
        theirs = BayesianRidge(alpha_1=0, alpha_2=0, lambda_1=0, lambda_2=0, tol=1e-12, max_iter=5000).fit(X, y)
        ours = linear().fit(X, y)
        np.testing.assert_allclose(ours.coefs_[0][:, 0], theirs.coef_, rtol=1e-5, atol=1e-7)
        assert ours.intercepts_[0][0] == pytest.approx(theirs.intercept_, rel=1e-5)
        assert ours.weight_precision_ == pytest.approx([theirs.lambda_], rel=1e-5)
        # BayesianRidge centers y without counting the mean as a free parameter of its own, as we do.
        assert ours.noise_precision_ == pytest.approx(theirs.alpha_, rel=1e-5)

    def test_error_bars_are_theirs_and_that_of_the_intercept(self):
        X, y = line()
        X = X - X.mean(axis=0)  # then the intercept is independent of the weights
        theirs = BayesianRidge(alpha_1=0, alpha_2=0, lambda_1=0, lambda_2=0, tol=1e-12, max_iter=5000).fit(X, y)
        new = np.random.default_rng(1).standard_normal((20, 4)) * 3
        means, deviations = linear().fit(X, y).predict(new, return_std=True)
        wanted_means, wanted = theirs.predict(new, return_std=True)
        np.testing.assert_allclose(means, wanted_means, rtol=1e-5)
        np.testing.assert_allclose(deviations**2, wanted**2 + 1 / theirs.alpha_ / 80, rtol=1e-5)

    def test_the_evidence_is_that_of_the_closed_form(self):
        """y = Xw + b + noise with a flat prior on b: the Gaussian of y in the space across (1, ..., 1), and the rest.

        Integrating N(y; b, C) over b gives, with C = I / beta + XX' / lambda, the density of y less its component along
        C^-1 1; in an orthonormal basis Q of what is orthogonal to 1 it is N(Q'y; 0, Q'CQ) / sqrt(n).
        """
        X, y = line(n_samples=25, seed=2)
        model = linear().fit(X, y)
        basis = np.linalg.qr(np.column_stack([np.ones(25), np.random.default_rng(0).standard_normal((25, 24))]))[0][
            :, 1:
        ]
        spread = np.eye(25) / model.noise_precision_ + X @ X.T / model.weight_precision_
        expected = multivariate_normal(np.zeros(24), basis.T @ spread @ basis).logpdf(basis.T @ y) - 0.5 * np.log(25)
        assert model.log_evidence_ == pytest.approx(expected, rel=1e-6)

    def test_the_precision_of_the_weights_is_the_most_probable_one(self):
        """MacKay's rule leads to the top of the closed form."""
        X, y = line(n_samples=25, seed=2)
        model = linear().fit(X, y)
        basis = np.linalg.qr(np.column_stack([np.ones(25), np.eye(25)[:, :24]]))[0][:, 1:]

        def evidence(factor):
            spread = np.eye(25) / model.noise_precision_ + X @ X.T / (factor * model.weight_precision_)
            return multivariate_normal(np.zeros(24), basis.T @ spread @ basis).logpdf(basis.T @ y)

        assert evidence(1.0) > max(evidence(1.001), evidence(0.999))

    def test_two_outputs_share_their_precisions(self):
        """With two outputs everything is summed over both, as for one with the targets below one another."""
        X, _ = line()
        Y = np.column_stack([line(seed=seed)[1] for seed in (0, 1)])
        model = linear().fit(X, Y)
        squares = ((Y - model.predict(X)) ** 2).sum()
        gamma = model.effective_parameters_
        # 160 targets, of which the two free biases use up two more.
        assert 0 < gamma < 8
        assert model.weight_precision_ == pytest.approx([gamma / (model.coefs_[0] ** 2).sum()], rel=1e-6)
        assert model.noise_precision_ == pytest.approx((160 - gamma) / squares, rel=1e-6)
        assert model.predict(X, return_std=True)[1].shape == (80, 2)

    def test_a_column_of_noise_is_held_back(self):
        """Between least squares, which believes it, and 0."""
        random = np.random.default_rng(0)
        X = random.standard_normal((60, 3))
        y = random.standard_normal(60)
        model = linear().fit(X, y)
        plain = np.linalg.lstsq(np.column_stack([X, np.ones(60)]), y, rcond=None)[0][:3]
        assert np.linalg.norm(model.coefs_[0]) < 0.7 * np.linalg.norm(plain)


class TestEvidence:
    @given(seed=st.integers(0, 10**6), n_units=st.integers(1, 8), n_samples=st.integers(6, 60))
    @settings(max_examples=25)
    def test_the_numbers_belong_together(self, seed, n_units, n_samples):
        X, y = noisy_sine(n_samples, seed=seed)
        model = quietly_fitted(network(hidden_layer_sizes=(n_units,), max_iter=100, random_state=seed), X, y)
        gamma, n_parameters = model.effective_parameters_, 3 * n_units + 1
        assert 0 <= gamma < n_parameters
        squares = ((y - model.predict(X)) ** 2).sum()
        if 0.01 < gamma < 0.9 * n_samples:
            own = [(model.coefs_[0] ** 2).sum() + (model.intercepts_[0] ** 2).sum(), (model.coefs_[1] ** 2).sum()]
            assert (model.weight_precision_ * own).sum() == pytest.approx(gamma, rel=1e-6)
            assert model.noise_precision_ == pytest.approx((n_samples - gamma) / squares, rel=1e-6)

    def test_every_layer_has_a_precision_of_its_own(self):
        """Inputs ten times smaller want weights ten times larger, of the first layer only."""
        X, y = noisy_sine(200)
        plain, small = (network(n_init=4, max_iter=3000).fit(inputs, y) for inputs in (X, X / 10))
        assert plain.weight_precision_.shape == (2,)
        assert small.weight_precision_[0] < 0.1 * plain.weight_precision_[0]
        assert small.weight_precision_[1] > 0.1 * plain.weight_precision_[1]

    def test_the_noise_is_found(self):
        for noise in (0.05, 0.2, 0.5):
            X, y = noisy_sine(400, noise)
            model = network().fit(X, y)
            assert model.noise_precision_**-0.5 == pytest.approx(noise, rel=0.1)

    def test_more_units_do_not_mean_more_effective_parameters(self):
        """What the data decide does not grow with the network, once it is large enough (Foresee and Hagan, fig. 4)."""
        X, y = noisy_sine(100)
        effective = [network(hidden_layer_sizes=(n,)).fit(X, y).effective_parameters_ for n in (5, 10, 20)]
        assert max(effective) < 12
        assert max(effective) / min(effective) < 1.5

    def test_history_ends_where_the_attributes_are(self):
        X, y = noisy_sine()
        model = network(solver="bayesian(tol=1e-6)").fit(X, y)
        assert model.stop_reason_.code is StopCode.TOLERANCE
        assert str(model.stop_reason_) == "precisions and errors change by a share smaller than tol in a step"
        for name in EVIDENCE:
            columns = ("weight_precision_1", "weight_precision_2") if name == "weight_precision_" else (name[:-1],)
            found = [model.history_[column][-1] for column in columns]
            np.testing.assert_allclose(found, np.atleast_1d(getattr(model, name)), rtol=1e-4, err_msg=name)
        assert model.history_["loss"][-1] == pytest.approx(((y - model.predict(X)) ** 2).mean() / 2, rel=1e-9)

    def test_it_does_not_over_fit(self):
        """Forty weights and biases for thirty noisy examples: lm learns the noise, this does not."""
        x = np.linspace(-0.9, 0.9, 200)[:, np.newaxis]
        errors = {"bayesian": 0.0, "lm": 0.0}
        for seed in range(4):
            X, y = noisy_sine(30, 0.3, seed)
            for solver in errors:
                model = network(hidden_layer_sizes=(13,), solver=solver, alpha=0.0, max_iter=200, random_state=seed)
                errors[solver] += ((quietly_fitted(model, X, y).predict(x) - np.sin(3 * x[:, 0])) ** 2).mean() / 4
        assert errors["lm"] > 1
        assert errors["bayesian"] < 0.3**2 / 3

    def test_weight_two_is_the_example_twice(self):
        X, y = noisy_sine(40)
        repeats = np.random.default_rng(1).integers(0, 4, 40)
        for model in (linear, lambda: network(hidden_layer_sizes=(2,), solver="bayesian(tol=1e-8)")):
            weighted = model().fit(X, y, repeats)
            repeated = model().fit(np.repeat(X, repeats, axis=0), np.repeat(y, repeats))
            np.testing.assert_allclose(weighted.predict(X), repeated.predict(X), rtol=1e-5, atol=1e-6)
            for name in EVIDENCE:
                np.testing.assert_allclose(getattr(weighted, name), getattr(repeated, name), rtol=1e-5, err_msg=name)
            np.testing.assert_allclose(
                weighted.predict(X, return_std=True)[1], repeated.predict(X, return_std=True)[1], rtol=1e-5
            )

    def test_all_weights_doubled_are_more_evidence(self):
        """Unlike the losses of other solvers, the evidence knows how many examples there are."""
        X, y = line(30)
        once, twice = (linear().fit(X, y, np.full(30, weight)) for weight in (1.0, 2.0))
        assert twice.effective_parameters_ > once.effective_parameters_

    @pytest.mark.parametrize("targets", ["line", "constant", "zero"])
    def test_targets_without_noise_are_said_so(self, targets):
        X, _ = line()
        y = {"line": X[:, 0] - 2.0, "constant": np.full(80, 2.0), "zero": np.zeros(80)}[targets]
        for model in (linear(), network(hidden_layer_sizes=(2,))):
            model.fit(X, y)
            if targets == "line" and model.hidden_layer_sizes:
                continue  # tanh units come near a line and never reach it
            assert str(model.stop_reason_) == "the targets are met so closely that no noise is left to estimate"
            means, deviations = model.predict(X, return_std=True)
            np.testing.assert_allclose(means, y, atol=1e-3)
            assert np.isfinite(deviations).all()
            assert deviations.max() < 0.01

    @pytest.mark.parametrize("n_samples", [1, 2, 3])
    def test_hardly_any_examples(self, n_samples):
        X, y = noisy_sine(n_samples)
        model = quietly_fitted(network(), X, y)
        assert np.isfinite(model.predict(X, return_std=True)).all()

    def test_it_is_for_squared_errors_only(self):
        X, y = line()
        with pytest.raises(InvalidParameterError, match=r"'bayesian' minimizes squared errors only.*'scg'"):
            MLPClassifier(solver="bayesian").fit(X, y > 3)
        model = MLPClassifier(
            solver="bayesian", loss="squared_error", hidden_layer_sizes=(3,), activation="tanh", random_state=0
        )
        assert quietly_fitted(model, X, y > 3).score(X, y > 3) >= 0.85

    @pytest.mark.parametrize("form", ["bayesian(tol=-1)", "bayesian(damping=0)"])
    def test_settings_out_of_range(self, form):
        with pytest.raises(InvalidParameterError, match="tol of at least 0 and damping above 0"):
            network(solver=form).fit(*line())

    def test_alpha_has_no_say(self):
        X, y = noisy_sine()
        one, other = (network(alpha=alpha).fit(X, y) for alpha in (0.0, 100.0))
        np.testing.assert_array_equal(one.coefs_[0], other.coefs_[0])


class TestErrorBars:
    @pytest.mark.parametrize("seed", range(3))
    def test_two_deviations_hold_about_95_percent_of_new_targets(self, seed):
        X, y = noisy_sine(100, seed=seed)
        new, targets = noisy_sine(2000, seed=100 + seed)
        means, deviations = network().fit(X, y).predict(new, return_std=True)
        share = (np.abs(targets - means) <= 1.96 * deviations).mean()
        assert 0.92 <= share <= 0.98

    def test_they_widen_where_there_are_no_data(self):
        X, y = noisy_sine()
        model = network().fit(X, y)
        _, deviations = model.predict([[0.0], [2.0], [4.0]], return_std=True)
        assert deviations[1] > 1.5 * deviations[0]
        assert (deviations >= model.noise_precision_**-0.5).all()

    def test_they_are_the_noise_and_the_spread_of_the_weights(self):
        """By the gradients of the output, from finite differences."""
        X, y = noisy_sine()
        model = network(hidden_layer_sizes=(3,)).fit(X, y)
        _, deviations = model.predict(X[:5], return_std=True)
        covariance = model._memory["covariance"]
        gradients, h = np.empty((5, len(covariance))), 1e-6
        arrays = [*model.coefs_, *model.intercepts_]
        p = 0
        for array in arrays:
            for place in np.ndindex(array.shape):
                old = array[place]
                array[place] = old + h
                above = model.predict(X[:5])
                array[place] = old - h
                gradients[:, p] = (above - model.predict(X[:5])) / (2 * h)
                array[place], p = old, p + 1
        expected = np.vecdot(gradients @ covariance, gradients) + 1 / model.noise_precision_
        np.testing.assert_allclose(deviations**2, expected, rtol=1e-6)

    def test_shapes(self):
        X, y = noisy_sine()
        for targets in (y, y[:, np.newaxis], np.column_stack([y, -y, X[:, 0] + y])):
            model = network(hidden_layer_sizes=(3,)).fit(X, targets)
            means, deviations = model.predict(X, return_std=True)
            assert means.shape == deviations.shape == targets.shape
            np.testing.assert_array_equal(means, model.predict(X))
        assert not isinstance(model.predict(X), tuple)

    def test_sparse_inputs_and_float32(self):
        X, y = line()
        dense = network(hidden_layer_sizes=(2,)).fit(X, y)
        spare = network(hidden_layer_sizes=(2,)).fit(sparse.csr_array(X), y)
        for own, other in zip(
            spare.predict(sparse.csr_array(X), return_std=True), dense.predict(X, return_std=True), strict=True
        ):
            np.testing.assert_allclose(own, other, rtol=1e-6)
        single = network(hidden_layer_sizes=(2,)).fit(X.astype(np.float32), y.astype(np.float32))
        means, deviations = single.predict(X.astype(np.float32), return_std=True)
        assert means.dtype == deviations.dtype == np.float32
        np.testing.assert_allclose(deviations, dense.predict(X, return_std=True)[1], rtol=1e-3)

    @pytest.mark.parametrize("solver", ["adam", "lm", "lbfgs"])
    def test_other_solvers_refuse_with_a_way_out(self, solver):
        X, y = noisy_sine(30)
        model = quietly_fitted(network(solver=solver, max_iter=3), X, y)
        with pytest.raises(InvalidParameterError, match=rf"return_std=True.*'{solver}'.*solver='bayesian'"):
            model.predict(X, return_std=True)

    def test_pickled_and_saved_they_are_the_same_to_the_bit(self, tmp_path):
        X, y = noisy_sine(40)
        model = network(hidden_layer_sizes=(3,)).fit(X, y)
        save(model, tmp_path / "model")
        for copy in (pickle.loads(pickle.dumps(model)), load(tmp_path / "model")):
            for own, other in zip(model.predict(X, return_std=True), copy.predict(X, return_std=True), strict=True):
                np.testing.assert_array_equal(own, other)
            for name in EVIDENCE:
                np.testing.assert_array_equal(getattr(copy, name), getattr(model, name))


class TestSeveralStarts:
    def test_the_one_with_the_highest_evidence_is_kept(self, monkeypatch):
        outcomes, train_together = [], restarts_module.train_together

        def spy(*arguments):
            outcomes.extend(train_together(*arguments))
            return outcomes

        monkeypatch.setattr(restarts_module, "train_together", spy)
        X, y = noisy_sine(20, 0.1)
        model = quietly_fitted(network(n_init=6, max_iter=15), X, y)
        evidences = [outcome.history["log_evidence"][-1] for outcome in outcomes]
        losses = [outcome.history["loss"][-1] for outcome in outcomes]
        assert len(set(evidences)) == 6
        assert model.history_["log_evidence"][-1] == max(evidences)
        assert np.argmax(evidences) != np.argmin(losses)  # so that the test would notice

    def test_with_validation_data_it_is_the_validation_loss(self):
        X, y = noisy_sine(40)
        X_val, y_val = noisy_sine(30, seed=7)
        model = quietly_fitted(network(n_init=3, max_iter=60), X, y, X_val=X_val, y_val=y_val)
        best = model.history_["validation_loss"].min()
        assert ((model.predict(X_val) - y_val) ** 2).mean() / 2 == pytest.approx(best, rel=1e-10)
        assert np.isfinite(model.predict(X, return_std=True)[1]).all()


class TestGoingOn:
    def test_a_warm_start_begins_where_the_last_fit_ended(self):
        """A network that has learned to bend is not made flat again by the penalty that a first fit begins with."""
        X, y = noisy_sine()
        model = quietly_fitted(network(max_iter=40, warm_start=True), X, y)
        before = model.history_["loss"][-1]
        model = quietly_fitted(model, X, y)
        after = model.history_["loss"][40]
        assert after == pytest.approx(before, rel=0.05)
        assert after < 0.5 * model.history_["loss"][0]

    def test_a_warm_start_goes_on_with_the_precisions(self):
        """At rest before, at rest after."""
        X, y = noisy_sine()
        model = network(warm_start=True, solver="bayesian(tol=1e-6)").fit(X, y)
        n_before = model.n_iter_
        model.fit(X, y)
        for column in ("weight_precision_1", "weight_precision_2", "noise_precision", "loss"):
            values = model.history_[column]
            np.testing.assert_allclose(values[n_before:], values[n_before - 1], rtol=1e-3, err_msg=column)

    def test_setting_the_network_up_first_changes_nothing(self):
        """max_iter=0 gives the starting weights only; there is no evidence to go on from."""
        X, y = noisy_sine(40)
        whole = network(hidden_layer_sizes=(15,)).fit(X, y)
        model = network(hidden_layer_sizes=(15,), max_iter=0, warm_start=True).fit(X, y)
        assert not any(hasattr(model, name) for name in EVIDENCE)
        model.set_params(max_iter=1000).fit(X, y)
        np.testing.assert_allclose(model.predict(X), whole.predict(X), rtol=1e-9)

    @pytest.mark.parametrize("warm_start", [False, True])
    @pytest.mark.parametrize("solver", ["lm", "adam", "lbfgs", "scg", "rprop", "sgd"])
    def test_another_solver_leaves_no_evidence_behind(self, warm_start, solver):
        X, y = noisy_sine(40)
        model = network(hidden_layer_sizes=(3,), warm_start=warm_start, max_iter=30)
        quietly_fitted(model, X, y)
        assert all(hasattr(model, name) for name in EVIDENCE)
        quietly_fitted(model.set_params(solver=solver, max_iter=5), X, y)
        assert not any(hasattr(model, name) for name in EVIDENCE)
        with pytest.raises(InvalidParameterError, match="solver='bayesian'"):
            model.predict(X, return_std=True)

    @pytest.mark.parametrize("how", [pickle.dumps, "saved"])
    def test_nor_when_the_model_was_put_away_in_between(self, how, tmp_path):
        X, y = noisy_sine(40)
        model = quietly_fitted(network(hidden_layer_sizes=(3,), warm_start=True, max_iter=30), X, y)
        if how == "saved":
            save(model, tmp_path / "model")
            model = load(tmp_path / "model")
        else:
            model = pickle.loads(how(model))
        quietly_fitted(model.set_params(solver="lm", max_iter=5), X, y)
        assert not any(hasattr(model, name) for name in EVIDENCE)

    def test_a_failed_fit_leaves_the_model_as_it_was(self):
        X, y = noisy_sine(40)
        model = network(hidden_layer_sizes=(3,)).fit(X, y)
        before = model.predict(X, return_std=True)
        with pytest.raises(ValueError, match="NaN"):
            model.fit(X, np.full(40, np.nan))
        np.testing.assert_array_equal(model.predict(X, return_std=True), before)


def test_no_numpy_warnings_and_finite_weights_at_extreme_scales():
    X, y = noisy_sine(40)
    for scale in (1e-8, 1e8):
        model = quietly_fitted(network(max_iter=50), X, scale * y)
        assert np.isfinite(model.predict(X, return_std=True)).all()
