"""Activations: right values, right derivatives, far out as well as near zero."""

import decimal
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sinapsi import activations
from sinapsi.activations import (
    BY_NAME,
    activation_named,
    hard_limit,
    identity,
    log_softmax,
    logistic,
    relu,
    softmax,
    tanh,
    threshold,
)
from sinapsi.exceptions import InvalidParameterError

EXTREMES = [-1e4, -750.0, -700.0, -40.0, -18.0, -1e-3, -1e-12, 0.0, 1e-12, 1e-3, 18.0, 40.0, 700.0, 750.0, 1e4]
SMOOTH = [logistic, logistic(slope=2.5), logistic(slope=0.3), tanh, tanh(slope=0.5), tanh(slope=3.0), identity]
LAYERWIDE = [softmax, log_softmax]
moderate = st.floats(-20, 20)


def exactly(v, slope, function):
    """The logistic function, tanh or their derivative to 60 digits."""
    with decimal.localcontext(prec=60):
        # exp(-|av|) has no overflow; what is too small for a float64 becomes 0 at the end.
        e = (-abs(decimal.Decimal(v) * decimal.Decimal(slope))).exp()
        upper, a, one = v >= 0, decimal.Decimal(slope), decimal.Decimal(1)
        e_squared = e * e
        sign = 1 if upper else -1
        value = {
            "logistic": (one if upper else e) / (one + e),
            "logistic'": a * e / (one + e) ** 2,
            "tanh": sign * (one - e_squared) / (one + e_squared),
            "tanh'": 4 * a * e_squared / (one + e_squared) ** 2,
        }[function]
        return float(value)


class TestOracle:
    @pytest.mark.parametrize("slope", [1.0, 0.5, 4.0])
    @pytest.mark.parametrize("v", EXTREMES)
    def test_logistic(self, v, slope):
        assert logistic(slope=slope).value(v) == pytest.approx(exactly(v, slope, "logistic"), rel=1e-14, abs=1e-307)

    @pytest.mark.parametrize("slope", [1.0, 0.5, 4.0])
    @pytest.mark.parametrize("v", EXTREMES)
    def test_tanh(self, v, slope):
        assert tanh(slope=slope).value(v) == pytest.approx(exactly(v, slope, "tanh"), rel=1e-14)

    @pytest.mark.parametrize("slope", [1.0, 0.5, 4.0])
    @pytest.mark.parametrize("v", EXTREMES)
    @pytest.mark.parametrize("name", ["logistic", "tanh"])
    def test_derivatives_keep_their_digits_in_the_tails(self, name, v, slope):
        derivative = activation_named(name)(slope=slope).derivative(v)
        assert derivative == pytest.approx(exactly(v, slope, name + "'"), rel=1e-13, abs=1e-307)

    def test_softmax_and_log_softmax_far_out(self):
        v = np.array([[1e4, 0.0, -1e4], [1e4, 1e4, -1e4], [-1e4, -1e4, -1e4]])
        np.testing.assert_allclose(softmax.value(v), [[1, 0, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]], rtol=1e-15)
        expected = [[0, -1e4, -2e4], [-math.log(2), -math.log(2), -2e4 - math.log(2)], [-math.log(3)] * 3]
        np.testing.assert_allclose(log_softmax.value(v), expected, rtol=1e-13)


@pytest.mark.parametrize("activation", [*SMOOTH, relu, threshold, hard_limit, softmax, log_softmax], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_everything_is_finite_far_out_and_keeps_the_floating_type(activation, dtype):
    v = np.array([EXTREMES], dtype=dtype)
    u = np.ones_like(v)
    for result in (activation.value(v), activation.derivative(v), activation.jacobian_product(v, u)):
        assert result.dtype == dtype
        assert result.shape == v.shape
        assert np.isfinite(result).all()
    np.testing.assert_array_equal(v, np.array([EXTREMES], dtype=dtype))  # what came in is as it was


def test_integers_are_taken_as_floats():
    assert logistic.value([0, 1]).dtype == np.float64
    assert relu.value(np.array([-2, 3])).tolist() == [0, 3]


def test_thresholds_at_zero():
    v = [-1.0, -0.0, 0.0, 1.0]
    assert threshold.value(v).tolist() == [0, 1, 1, 1]
    assert hard_limit.value(v).tolist() == [-1, -1, -1, 1]
    assert relu.derivative([-1.0, 0.0, 1.0]).tolist() == [0, 0, 1]


@given(v=moderate, activation=st.sampled_from(SMOOTH))
def test_derivatives_are_those_of_the_values(v, activation):
    h = 1e-5
    slope = (activation.value(v + h) - activation.value(v - h)) / (2 * h)
    assert activation.derivative(v) == pytest.approx(slope, rel=1e-6, abs=1e-9)


@given(v=moderate.filter(lambda v: abs(v) > 1e-4))
def test_the_derivative_of_relu_away_from_the_corner(v):
    h = 1e-5
    assert relu.derivative(v) == pytest.approx((relu.value(v + h) - relu.value(v - h)) / (2 * h), abs=1e-9)


@given(v=npst.arrays(float, 4, elements=moderate), activation=st.sampled_from([*SMOOTH, relu]))
def test_for_functions_of_one_unit_the_jacobian_is_diagonal(v, activation):
    u = np.array([1.0, -2.0, 0.5, 3.0])
    np.testing.assert_allclose(activation.jacobian_product(v, u), activation.derivative(v) * u, rtol=1e-15)


@given(
    v=npst.arrays(float, (3, 5), elements=moderate),
    u=npst.arrays(float, (3, 5), elements=st.floats(-5, 5)),
    activation=st.sampled_from(LAYERWIDE),
)
def test_layerwide_jacobian_products_against_the_explicit_jacobian(v, u, activation):
    product = activation.jacobian_product(v, u)
    for row in range(3):
        p = np.exp(v[row] - v[row].max())
        p /= p.sum()
        # dy_i / dv_j of softmax, and of its logarithm
        jacobian = np.diag(p) - np.outer(p, p) if activation is softmax else np.eye(5) - np.outer(np.ones(5), p)
        np.testing.assert_allclose(product[row], jacobian.T @ u[row], rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(activation.derivative(v)[row], np.diag(jacobian), rtol=1e-12, atol=1e-15)


@given(
    v=npst.arrays(float, (2, 4), elements=st.floats(-15, 15)),
    activation=st.sampled_from([*SMOOTH, relu, *LAYERWIDE, threshold, hard_limit]),
)
def test_pulling_back_by_the_outputs_equals_the_jacobian_product_at_the_fields(v, activation):
    u = np.arange(1.0, 9.0).reshape(2, 4) - 4
    signal = u.copy()
    activation.pull_back(activation.value(v), signal)
    np.testing.assert_allclose(signal, activation.jacobian_product(v, u), rtol=1e-7, atol=1e-9)


@given(v=npst.arrays(float, (3, 4), elements=st.floats(-1e4, 1e4)), shift=st.floats(-1e3, 1e3))
def test_softmax_is_a_distribution_that_a_common_shift_leaves_alone(v, shift):
    y = softmax.value(v)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-13)
    assert (y >= 0).all()
    np.testing.assert_allclose(softmax.value(v + shift), y, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(np.exp(log_softmax.value(v)), y, rtol=1e-9, atol=1e-300)


class TestShortForms:
    @pytest.mark.parametrize("activation", [*SMOOTH, relu, threshold, hard_limit, softmax, log_softmax], ids=str)
    def test_text_and_object_give_each_other_back(self, activation):
        assert activation_named(str(activation)) == activation
        assert str(activation_named(str(activation))) == str(activation)

    def test_objects_come_back_as_they_are(self):
        steep = logistic(slope=3.0)
        assert activation_named(steep) is steep
        assert logistic.slope == 1.0  # the object that was called stays as it is

    def test_every_name_is_an_object_of_the_module(self):
        assert {name: getattr(activations, name) for name in BY_NAME} == dict(BY_NAME)

    def test_a_slope_given_as_a_numpy_number_has_a_short_form_too(self):
        steep = logistic(slope=np.float64(2.0))
        assert activation_named(str(steep)) == steep

    @pytest.mark.parametrize(
        ("form", "sentence"),
        [
            ("sigmoid", "Unknown activation 'sigmoid'.*Expected one of hard_limit, identity"),
            ("reluu", "Did you mean 'relu'"),
            ("relu(slope=2)", "arguments that do not fit"),
            ("logistic(slope=0)", "slope of logistic must be a number above 0. Got 0"),
            ("tanh(slope=-1)", "slope of tanh must be a number above 0. Got -1"),
            ("logistic(slope=1e999)", "slope of logistic must be a number above 0"),
            ("logistic(slope='steep')", "do not fit"),
            ("logistic(slope=", "not a short form"),
            ("", "not a short form"),
        ],
    )
    def test_bad_forms_are_refused(self, form, sentence):
        with pytest.raises(InvalidParameterError, match=sentence):
            activation_named(form)

    @pytest.mark.parametrize("slope", [0.0, -1.0, np.nan, np.inf])
    def test_bad_slopes_are_refused(self, slope):
        with pytest.raises(InvalidParameterError, match="must be a number above 0"):
            logistic(slope=slope)


def test_activations_are_frozen_values_that_compare_and_hash():
    assert logistic(slope=1.0) == logistic
    assert len({logistic, logistic(slope=1.0), logistic(slope=2.0), tanh}) == 3
    with pytest.raises(AttributeError):
        logistic.slope = 2.0
