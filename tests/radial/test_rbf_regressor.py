"""Radial basis function networks for real targets, against refits, SciPy and the naive twins."""

import numpy as np
import pytest
from scipy.interpolate import RBFInterpolator
from scipy.optimize import approx_fprime
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import rbf_kernel

from sinapsi import RBFRegressor
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.radial.fine_tuning import FineTuning
from sinapsi.radial.kernels import learn_competitively
from sinapsi.radial.radial_layer import RadialLayer
from sinapsi.stopping import StopCode
from sinapsi.validation import ExampleSet
from tests.reference.radial import compete


def waves(n=300, noise=0.1, seed=0):
    random = np.random.default_rng(seed)
    X = random.uniform(-3, 3, (n, 2))
    return X, np.sin(X[:, 0]) * np.cos(X[:, 1]) + noise * random.standard_normal(n)


class TestOutput:
    def test_is_ridge_over_gaussians(self):
        X, y = waves()
        model = RBFRegressor(centers=X[:20], width=1.5, alpha=0.3).fit(X, y)
        phi = rbf_kernel(X, X[:20], gamma=1 / 1.5**2)
        oracle = Ridge(alpha=0.3, solver="svd").fit(phi, y)
        np.testing.assert_allclose(model.coef_, oracle.coef_, rtol=1e-8)
        np.testing.assert_allclose(model.transform(X), phi, atol=1e-12)
        np.testing.assert_allclose(model.predict(X), oracle.predict(phi), atol=1e-10)

    def test_every_unit_has_its_width(self):
        X, y = waves(50)
        widths = np.array([0.5, 1.0, 4.0])
        phi = RBFRegressor(centers=X[:3], width=widths, alpha=1.0).fit(X, y).transform(X)
        squares = ((X[:, np.newaxis] - X[:3]) ** 2).sum(axis=2)
        np.testing.assert_allclose(phi, np.exp(-squares / widths**2), atol=1e-12)

    def test_a_larger_width_responds_to_farther_examples(self):
        X, y = waves(50)
        far = X[:1] + 5.0
        answers = [RBFRegressor(centers=X[:1], width=width).fit(X, y).transform(far)[0, 0] for width in (1.0, 3.0, 9.0)]
        assert answers[0] < answers[1] < answers[2]

    def test_without_penalty_and_nearly_singular_it_is_least_squares_of_the_matrix_itself(self):
        X, y = waves(200, noise=0.0)
        model = RBFRegressor(centers=X[:30], width=8.0, alpha=0.0)
        with pytest.warns(ConvergenceWarning, match="nearly singular: rank"):
            model.fit(X, y)  # the normal equations would have lost all digits
        phi = np.hstack([rbf_kernel(X, X[:30], gamma=1 / 64), np.ones((200, 1))])
        best = np.linalg.lstsq(phi, y, rcond=None)[0]
        assert np.abs(model.predict(X) - y).max() < 2 * np.abs(phi @ best - y).max() + 1e-9

    def test_several_outputs_are_as_many_networks(self):
        X, y = waves()
        table = np.stack([y, y**2], axis=1)
        settings = {"centers": X[:15], "width": 2.0, "alpha": 0.1}
        both = RBFRegressor(**settings).fit(X, table).predict(X)
        one_by_one = [RBFRegressor(**settings).fit(X, column).predict(X) for column in table.T]
        np.testing.assert_allclose(both, np.stack(one_by_one, axis=1), atol=1e-10)


class TestCenters:
    @pytest.mark.parametrize("rule", ["random", "competitive", "kmeans", "ols", "farthest"])
    def test_every_rule_beats_the_mean_by_far(self, rule):
        X, y = waves(600)
        X_test, y_test = waves(300, noise=0.0, seed=1)
        model = RBFRegressor(n_centers=30, centers=rule, random_state=0).fit(X, y)
        assert 1 <= len(model.centers_) <= 30
        assert len(np.unique(model.centers_, axis=0)) == len(model.centers_)
        assert np.mean((model.predict(X_test) - y_test) ** 2) < 0.01

    @pytest.mark.parametrize("rule", ["random", "ols", "farthest", "exact"])
    def test_these_rules_take_examples(self, rule):
        X, y = waves(60)
        with np.errstate(all="ignore"):
            model = RBFRegressor(n_centers=10, centers=rule, width=0.5, random_state=0).fit(X, y)
        assert {tuple(row) for row in model.centers_} <= {tuple(row) for row in X}

    def test_more_centers_than_distinct_rows_are_clipped_to_those(self):
        X = np.repeat([[0.0], [1.0], [2.0]], 10, axis=0)
        model = RBFRegressor(n_centers=50, centers="random", width=1.0).fit(X, X[:, 0])
        assert sorted(model.centers_[:, 0]) == [0, 1, 2]
        assert "3 centers" in str(model.stop_reason_)

    def test_given_centers_that_repeat_count_once(self):
        X, y = waves(40)
        model = RBFRegressor(centers=[[0, 0], [1, 1], [0, 0]], width=1.0, alpha=0.1).fit(X, y)
        assert model.centers_.tolist() == [[0, 0], [1, 1]]

    def test_farthest_points_spread(self):
        X, y = waves(400)
        distances = {}
        for rule in ("farthest", "random"):
            centers = RBFRegressor(n_centers=20, centers=rule, width=1.0, random_state=3).fit(X, y).centers_
            pairs = np.linalg.norm(centers[:, np.newaxis] - centers, axis=2)
            distances[rule] = pairs[np.triu_indices(len(centers), 1)].min()
        assert distances["farthest"] > 3 * distances["random"]

    def test_orthogonal_least_squares_stops_by_leaving_out(self):
        random = np.random.default_rng(0)
        X = random.uniform(-3, 3, (200, 1))
        y = np.exp(-((X[:, 0] - 1) ** 2)) + 0.05 * random.standard_normal(200)  # one unit's own shape
        few = RBFRegressor(n_centers=60, centers="ols", width=1.0, random_state=0).fit(X, y)
        assert len(few.centers_) < 15
        assert abs(few.centers_[0, 0] - 1) < 0.2

    def test_the_competitive_kernel_as_its_twin(self):
        random = np.random.default_rng(5)
        rows, centers = random.standard_normal((40, 3)), random.standard_normal((6, 3))
        weights, order = random.uniform(0.5, 2, 40), random.permutation(40)
        rates = np.linspace(0.6, 0.01, 40)
        expected = compete(rows, weights, order, rates, centers)
        learn_competitively(rows, weights, order, rates, centers)
        np.testing.assert_allclose(centers, expected, rtol=1e-12)

    def test_a_constant_rate_never_settles_but_a_falling_one_does(self):
        X, y = waves(500)
        ends = [
            [
                RBFRegressor(
                    n_centers=3, centers="competitive", learning_rate=rate, max_iter=passes, width=1.0, random_state=0
                )
                .fit(X, y)
                .centers_
                for passes in (40, 41)
            ]
            for rate in (0.5, "inverse_scaling(0.5, power=1.0)")
        ]
        restless, settled = (np.abs(one - other).max() for one, other in ends)
        assert settled < 0.02 < restless

    def test_centers_do_not_depend_on_the_order_of_the_rows(self):
        X, y = waves(200)
        order = np.random.default_rng(1).permutation(200)
        for rule in ("random", "kmeans", "competitive", "farthest"):
            one, other = (
                RBFRegressor(n_centers=12, centers=rule, random_state=0, width=1.0).fit(X[rows], y[rows]).centers_
                for rows in (slice(None), order)
            )
            np.testing.assert_array_equal(one, other)


class TestWidths:
    def test_dmax_over_the_root_of_the_number(self):
        X, y = waves(100)
        model = RBFRegressor(n_centers=9, width="dmax", random_state=0).fit(X, y)
        pairs = np.linalg.norm(model.centers_[:, np.newaxis] - model.centers_, axis=2)
        np.testing.assert_allclose(model.widths_, pairs.max() / 3, rtol=1e-9)

    @pytest.mark.parametrize("n_features", [2, 12])
    def test_nearest_is_the_mean_square_distance_to_two_neighbors(self, n_features):
        X = np.random.default_rng(0).standard_normal((60, n_features))
        model = RBFRegressor(n_centers=20, centers="random", width="nearest", random_state=0).fit(X, X[:, 0])
        pairs = ((model.centers_[:, np.newaxis] - model.centers_) ** 2).sum(axis=2)
        expected = np.sqrt(np.sort(pairs, axis=1)[:, 1:3].mean(axis=1))
        np.testing.assert_allclose(model.widths_, expected, rtol=1e-6)

    @pytest.mark.parametrize("width", ["dmax", "nearest", "loo"])
    def test_a_single_center_falls_back_on_the_spread_of_the_rows(self, width):
        X, y = waves(80)
        model = RBFRegressor(n_centers=1, centers=[[0.0, 0.0]], width=width, basis="linear").fit(X, y)
        np.testing.assert_allclose(model.widths_, np.sqrt((X**2).sum(axis=1).mean()), rtol=1e-6)

    def test_leaving_out_finds_a_width_near_the_best_on_new_data(self):
        X, y = waves(300)
        X_test, y_test = waves(2000, noise=0.0, seed=1)

        def error(width):
            model = RBFRegressor(n_centers=40, centers="farthest", width=width, random_state=0).fit(X, y)
            return np.mean((model.predict(X_test) - y_test) ** 2)

        assert error("loo") < 1.3 * min(error(width) for width in np.geomspace(0.1, 20, 25))

    def test_small_widths_overfit(self):
        X, y = waves(300, noise=0.3)
        X_test, y_test = waves(1000, noise=0.0, seed=1)
        errors = {}
        for width in (0.1, 2.0):
            model = RBFRegressor(n_centers=300, centers="random", width=width, alpha=1e-3, random_state=0).fit(X, y)
            errors[width] = np.mean((model.predict(X) - y) ** 2), np.mean((model.predict(X_test) - y_test) ** 2)
        assert errors[0.1][0] < 0.6 * errors[2.0][0]
        assert errors[0.1][1] > 2 * errors[2.0][1]


KERNELS = {
    "gaussian": "gaussian",
    "multiquadric": "multiquadric",
    "inverse_multiquadric": "inverse_multiquadric",
    "thin_plate": "thin_plate_spline",
    "linear": "linear",
}


class TestExactInterpolation:
    @pytest.mark.parametrize("basis", KERNELS)
    @pytest.mark.parametrize("degree", [None, 1, 2])
    def test_as_scipy(self, basis, degree):
        X, y = waves(80, noise=0.0)
        X_test, _ = waves(50, seed=1)
        least = 1 if basis == "thin_plate" else 0
        model = RBFRegressor(centers="exact", width=0.8, basis=basis, degree=degree).fit(X, y)
        oracle = RBFInterpolator(
            X, y, kernel=KERNELS[basis], epsilon=1 / 0.8, degree=least if degree is None else degree
        )
        np.testing.assert_allclose(model.predict(X_test), oracle(X_test), rtol=1e-6, atol=1e-6)

    @pytest.mark.parametrize("basis", KERNELS)
    def test_training_errors_are_at_rounding_level_where_the_condition_allows(self, basis):
        X, y = waves(150, noise=1.0)
        model = RBFRegressor(centers="exact", basis=basis).fit(X, y)  # width="loo" looks at the condition too
        assert model.condition_ < 1e8
        assert np.abs(model.predict(X) - y).max() < 1e-7
        assert "interpolate" in str(model.stop_reason_)

    def test_beyond_that_a_warning_tells_condition_and_rank(self):
        X, y = waves(100, noise=0.0)
        with pytest.warns(ConvergenceWarning, match=r"rank \d+, condition number \d.*e\+.*Pass alpha > 0"):
            RBFRegressor(centers="exact", width=50.0).fit(X, y)

    def test_equal_inputs_are_met_at_their_mean(self):
        X = np.array([[0.0], [1.0], [1.0], [3.0]])
        model = RBFRegressor(centers="exact", width=1.0).fit(X, [0.0, 1.0, 3.0, 5.0])
        np.testing.assert_allclose(model.predict([[0.0], [1.0], [3.0]]), [0, 2, 5], atol=1e-10)

    def test_a_penalty_smooths(self):
        X, y = waves(60, noise=0.5)
        exact = RBFRegressor(centers="exact", width=1.0).fit(X, y)
        smooth = RBFRegressor(centers="exact", width=1.0, alpha=1.0).fit(X, y)
        assert np.mean((smooth.predict(X) - y) ** 2) > 0.01 > np.mean((exact.predict(X) - y) ** 2)

    def test_nothing_can_be_added_to_it(self):
        assert not hasattr(RBFRegressor(centers="exact"), "partial_fit")
        assert not hasattr(RBFRegressor(centers="exact"), "fit_batches")


class TestOtherPhases:
    def test_the_lms_rule_comes_near_the_exact_weights(self):
        X, y = waves(300)
        settings = {"n_centers": 9, "centers": "farthest", "width": 1.5, "random_state": 0}
        exact = RBFRegressor(alpha=0.0, **settings).fit(X, y)
        lms = RBFRegressor(solver="lms", learning_rate="inverse_scaling(0.5, power=0.4)", max_iter=400, **settings)
        with pytest.warns(ConvergenceWarning, match="max_iter=400"):
            lms.set_params(stopping="tolerance(0, 400)").fit(X, y)
        assert np.abs(lms.predict(X) - exact.predict(X)).max() < 0.1
        assert lms.history_["loss"][-1] < lms.history_["loss"][0]

    @pytest.mark.parametrize("basis", KERNELS)
    @pytest.mark.parametrize("degree", [1, 2])
    def test_the_gradient_of_the_third_phase(self, basis, degree):
        random = np.random.default_rng(0)
        X, T = random.standard_normal((25, 2)), random.standard_normal((25, 2))
        layer = RadialLayer(random.standard_normal((4, 2)) + 0.01, random.uniform(1, 2, 4), basis, degree)
        coef, intercept = random.standard_normal((2, layer.n_columns)), random.standard_normal(2)
        tuning = FineTuning(ExampleSet(X, T, random.uniform(0.5, 2, 25)), layer, coef, intercept, alpha=0.7)
        _, gradient = tuning.error_and_gradient(tuning._start)
        numeric = approx_fprime(tuning._start, lambda point: tuning.error_and_gradient(point)[0], 1e-7)
        np.testing.assert_allclose(gradient, numeric, atol=2e-5 * max(1, np.abs(numeric).max()))

    def test_fine_tuning_lowers_the_error_of_few_units(self):
        X, y = waves(500)
        settings = {"n_centers": 6, "random_state": 0}
        before = RBFRegressor(**settings).fit(X, y)
        after = RBFRegressor(fine_tuning=100, **settings).fit(X, y)
        assert after.history_["loss"][-1] < 0.5 * before.history_["loss"][-1]
        assert not np.array_equal(before.centers_, after.centers_)
        assert not np.array_equal(before.widths_, after.widths_)
        assert "gradient_norm" in after.history_

    def test_fine_tuning_stops_by_patience(self):
        X, y = waves(60, noise=0.5)
        model = RBFRegressor(n_centers=20, fine_tuning=500, validation_fraction=0.3, random_state=0).fit(X, y)
        assert model.stop_reason_.code is StopCode.PATIENCE
        assert "validation_loss" in model.history_


class TestAdding:
    def test_centers_of_the_first_call_stay(self):
        X, y = waves(200)
        model = RBFRegressor(n_centers=10, centers="random", width=1.0, alpha=0.1, random_state=0)
        centers = model.partial_fit(X[:50], y[:50]).centers_
        model.partial_fit(X[50:], y[50:])
        np.testing.assert_array_equal(model.centers_, centers)
        whole = RBFRegressor(centers=centers, width=1.0, alpha=0.1).fit(X, y)
        np.testing.assert_allclose(model.predict(X), whole.predict(X), atol=1e-9)

    @pytest.mark.parametrize("rule", ["random", "kmeans", "farthest", "ols"])
    def test_batches_give_the_same_network_for_every_cut(self, rule):
        X, y = waves(300)
        model = RBFRegressor(n_centers=12, centers=rule, width=1.0, alpha=0.1, random_state=0)
        whole = model.fit(X, y).predict(X)
        centers = model.centers_
        for size in (7, 100, 299):
            batches = [(X[start : start + size], y[start : start + size]) for start in range(0, 300, size)]
            model.fit_batches(lambda batches=batches: iter(batches))
            np.testing.assert_array_equal(model.centers_, centers)
            np.testing.assert_allclose(model.predict(X), whole, atol=1e-9)
            model.fit_batches(batches[::-1])  # shards, in another order
            np.testing.assert_array_equal(model.centers_, centers)
            np.testing.assert_allclose(model.predict(X), whole, atol=1e-9)

    def test_forgetting_is_never_having_seen(self):
        X, y = waves(200)
        model = RBFRegressor(centers=X[:10], width=1.5, alpha=0.1)
        forgot = model.fit(X, y).forget(X[150:], y[150:]).predict(X)
        np.testing.assert_allclose(forgot, model.fit(X[:150], y[:150]).predict(X), atol=1e-9)

    def test_what_was_fine_tuned_keeps_no_sums(self):
        X, y = waves(100)
        model = RBFRegressor(n_centers=5, fine_tuning=3, random_state=0).fit(X, y)
        assert not hasattr(model, "partial_fit")
        with pytest.raises(InvalidInputError, match="keeps no sums"):
            model.set_params(fine_tuning=0).forget(X[:5], y[:5])


class TestBadInput:
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"width": 0}, "'width' parameter of RBFRegressor must be"),
            ({"width": np.zeros(4), "n_centers": 4}, "finite numbers above 0. Got 0"),
            ({"width": [1.0, 2.0], "n_centers": 4}, r"one for each of the 4 distinct centers. Got shape \(2,\)"),
            ({"centers": [[1.0]]}, "with 2 columns, as X"),
            ({"centers": "grid"}, "'centers' parameter of RBFRegressor must be one of 'random'"),
            ({"alpha": -1.0}, "'alpha' parameter"),
            ({"basis": "thin_plate", "degree": 0}, "at least 1 for basis='thin_plate'"),
            ({"solver": "lms", "alpha": "gcv"}, "must be a number .* for solver='lms'"),
        ],
    )
    def test_parameters(self, settings, message):
        X, y = waves(30)
        with pytest.raises(InvalidParameterError, match=message):
            RBFRegressor(**settings).fit(X, y)

    def test_all_rows_equal(self):
        X = np.ones((20, 2))
        model = RBFRegressor(random_state=0).fit(X, np.arange(20.0))
        np.testing.assert_allclose(model.predict(X), 9.5)

    @pytest.mark.parametrize("seed", range(5))
    def test_units_that_no_example_wakes_have_no_giant_weights(self, seed):
        X = np.random.default_rng(seed).normal(size=(60, 2))
        y = X[:, 0] * X[:, 1]
        model = RBFRegressor(n_centers=5, width=0.01, random_state=seed).fit(X[:30], y[:30])
        assert np.abs(model.predict(model.centers_)).max() < 1e3

    def test_inputs_far_from_zero(self):
        X, y = waves(200)
        settings = {"n_centers": 20, "centers": "farthest", "width": 1.0, "alpha": 0.1}
        near = RBFRegressor(**settings).fit(X, y).predict(X)
        far = RBFRegressor(**settings).fit(X + 1e6, y).predict(X + 1e6)
        np.testing.assert_allclose(far, near, atol=1e-4)

    def test_batches_of_other_widths_and_an_empty_source(self):
        X, y = waves(40)
        model = RBFRegressor(n_centers=5, width=1.0)
        with pytest.raises(InvalidInputError, match="3 features, but RBFRegressor is expecting 2"):
            model.fit_batches([(X, y), (np.ones((3, 3)), np.ones(3))])
        with pytest.raises(InvalidInputError):
            model.fit_batches([])
        with pytest.raises(InvalidInputError, match="exhausted"):
            model.fit_batches((X[i : i + 5], y[i : i + 5]) for i in range(0, 40, 5))
