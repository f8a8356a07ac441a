"""Where weights start: the statistics that each name promises, and given weights exactly."""

import numpy as np
import pytest
from scipy import stats

from sinapsi import MLPClassifier, MLPRegressor
from sinapsi.exceptions import InvalidParameterError

N_INPUTS, N_HIDDEN = 200, 300


def hidden_layer(init, activation="relu", *, hidden=N_HIDDEN, n_inputs=N_INPUTS, random_state=0, **parameters):
    random = np.random.default_rng(0)
    X, y = random.standard_normal((10, n_inputs)), random.standard_normal(10)
    model = MLPRegressor(
        hidden_layer_sizes=(hidden,), init=init, activation=activation, max_iter=0, random_state=random_state,
        **parameters,
    ).fit(X, y)  # fmt: skip
    return model.coefs_[0], model.intercepts_[0], model


def assert_uniform(numbers, bound):
    assert np.abs(numbers).max() <= bound
    assert stats.kstest(np.ravel(numbers) / bound, "uniform", args=(-1, 2)).pvalue > 1e-4


def assert_normal(numbers, deviation):
    assert stats.kstest(np.ravel(numbers) / deviation, "norm").pvalue > 1e-4


def test_uniform_lies_between_minus_and_plus_one_half():
    coef, intercept, _ = hidden_layer("uniform")
    assert_uniform(coef, 0.5)
    assert_uniform(intercept, 0.5)


@pytest.mark.parametrize(("activation", "factor"), [("relu", 6), ("tanh", 6), ("logistic", 2), ("identity", 6)])
def test_glorot_has_the_bound_of_scikit_learns_mlp(activation, factor):
    coef, intercept, _ = hidden_layer("glorot", activation)
    bound = np.sqrt(factor / (N_INPUTS + N_HIDDEN))
    assert_uniform(coef, bound)
    assert_uniform(intercept, bound)


@pytest.mark.parametrize(("init", "variance"), [("he", 2 / N_INPUTS), ("lecun", 1 / N_INPUTS)])
def test_he_and_lecun_are_normal_with_biases_zero(init, variance):
    coef, intercept, _ = hidden_layer(init)
    assert_normal(coef, np.sqrt(variance))
    assert not intercept.any()


def test_he_keeps_the_size_of_signals_through_rectified_layers():
    random = np.random.default_rng(0)
    X = random.standard_normal((200, 100))
    model = MLPRegressor(hidden_layer_sizes=(400,) * 6, init="he", max_iter=0, random_state=0).fit(X, X[:, 0])
    below = X
    for coef, intercept in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        below = np.maximum(below @ coef + intercept, 0)
    assert 0.5 < (below**2).mean() / 1.0 < 2.0


class TestNguyenWidrow:
    def test_weights_of_a_unit_have_the_length_and_biases_are_spread_over_it(self):
        coef, intercept, _ = hidden_layer("nguyen_widrow", "tanh", hidden=9, n_inputs=2)
        length = 0.7 * 9 ** (1 / 2)
        np.testing.assert_allclose(np.linalg.norm(coef, axis=0), length)
        np.testing.assert_allclose(np.sort(np.abs(intercept)), np.sort(np.abs(length * np.linspace(-1, 1, 9))))

    def test_with_one_input_the_units_share_the_range_evenly(self):
        """The point where each unit's field is zero, -b / w, lies on an even grid over [-1, 1]."""
        coef, intercept, _ = hidden_layer("nguyen_widrow", "tanh", hidden=5, n_inputs=1)
        np.testing.assert_allclose(np.sort(-intercept / coef[0]), [-1, -0.5, 0, 0.5, 1], atol=1e-12)

    def test_the_output_layer_starts_uniform(self):
        _, _, model = hidden_layer("nguyen_widrow", "tanh", hidden=2000)
        assert_uniform(model.coefs_[1], 0.5)

    def test_one_unit_has_its_zero_in_the_middle(self):
        assert hidden_layer("nguyen_widrow", "tanh", hidden=1)[1].tolist() == [0]


@pytest.mark.parametrize("init", ["uniform", "glorot", "he", "lecun", "nguyen_widrow"])
def test_every_start_is_seeded_and_breaks_symmetry(init):
    coef, _, _ = hidden_layer(init, "tanh", hidden=4)
    np.testing.assert_array_equal(coef, hidden_layer(init, "tanh", hidden=4)[0])
    assert not np.array_equal(coef, hidden_layer(init, "tanh", hidden=4, random_state=1)[0])
    assert len(np.unique(coef[0])) == 4


class TestGivenWeights:
    X = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([0.0, 1.0, 2.0])

    def given(self):
        return ([np.arange(6.0).reshape(2, 3), np.ones((3, 1))], [np.zeros(3), np.array([0.5])])

    def test_they_are_used_exactly_and_left_alone(self):
        init = self.given()
        model = MLPRegressor(hidden_layer_sizes=(3,), init=init, max_iter=0).fit(self.X, self.y)
        for own, wanted in zip((*model.coefs_, *model.intercepts_), (*init[0], *init[1]), strict=True):
            np.testing.assert_array_equal(own, wanted)
        assert model.predict([[1.0, 1.0]])[0] == 3 + 5 + 7 + 0.5
        model.set_params(stopping="max_iter(3)", max_iter=3).fit(self.X, self.y)
        for own, wanted in zip((*init[0], *init[1]), (*self.given()[0], *self.given()[1]), strict=True):
            np.testing.assert_array_equal(own, wanted)

    def test_they_may_be_plain_lists(self):
        init = ([[[1.0], [2.0]]], [[3.0]])
        model = MLPRegressor(hidden_layer_sizes=(), init=init, max_iter=0).fit(self.X, self.y)
        assert model.predict(self.X).tolist() == [5, 4, 6]

    def test_several_starts_from_given_weights_are_one(self):
        model = MLPRegressor(
            hidden_layer_sizes=(3,), init=self.given(), n_init=5, stopping="max_iter(2)", shuffle=False
        )
        one = MLPRegressor(hidden_layer_sizes=(3,), init=self.given(), stopping="max_iter(2)", shuffle=False)
        np.testing.assert_array_equal(model.fit(self.X, self.y).coefs_[0], one.fit(self.X, self.y).coefs_[0])

    @pytest.mark.parametrize(
        ("init", "sentence"),
        [
            (([np.zeros((2, 2)), np.ones((3, 1))], [np.zeros(3), np.zeros(1)]), r"must have the shapes \[\(2, 3\)"),
            (([np.zeros((2, 3))], [np.zeros(3)]), "must have the shapes"),
            (([np.full((2, 3), np.nan), np.ones((3, 1))], [np.zeros(3), np.zeros(1)]), "must be finite"),
            ((1, 2), "pair"),
            (([],), "pair"),
            ((["a"], ["b"]), "pair"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, init, sentence):
        with pytest.raises(InvalidParameterError, match=f"'init'.*{sentence}"):
            MLPRegressor(hidden_layer_sizes=(3,), init=init).fit(self.X, self.y)

    def test_an_unknown_name_is_refused_with_those_there_are(self):
        with pytest.raises(InvalidParameterError, match=r"'init' parameter .* one of 'uniform', 'glorot', 'he'"):
            MLPClassifier(init="xavier").fit(self.X, [0, 1, 1])
