"""The McCulloch-Pitts neuron: what it computes, what it cannot, and what it refuses."""

import itertools

import numpy as np
import pytest

from sinapsi import Neuron
from sinapsi.activations import BY_NAME, logistic
from sinapsi.exceptions import InvalidInputError, InvalidParameterError

CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize(
    ("name", "weights", "bias", "table"),
    [
        ("and", [1, 1], -1.5, [0, 0, 0, 1]),
        ("or", [1, 1], -0.5, [0, 1, 1, 1]),
        ("nand", [-1, -1], 1.5, [1, 1, 1, 0]),
        ("nor", [-1, -1], 0.5, [1, 0, 0, 0]),
        ("implies", [-1, 1], 0.5, [1, 1, 0, 1]),
    ],
)
def test_gates_of_two_inputs(name, weights, bias, table):
    assert Neuron(weights, bias=bias).predict(CORNERS).tolist() == table


def test_not():
    assert Neuron([-1], bias=0.5).predict([[0], [1]]).tolist() == [1, 0]


def test_the_threshold_fires_at_exactly_zero_and_the_hard_limit_does_not():
    assert Neuron([1, 1], bias=-2).predict([[1, 1]]).tolist() == [1]
    assert Neuron([1, 1], bias=-2, activation="hard_limit").predict([[1, 1]]).tolist() == [-1]


def test_no_single_neuron_computes_exclusive_or():
    """On a grid fine enough to hold every other function of two inputs."""
    grid = np.linspace(-2, 2, 9)
    tables = {
        tuple(Neuron([w_1, w_2], bias=b).predict(CORNERS).astype(int).tolist())
        for w_1, w_2, b in itertools.product(grid, grid, grid)
    }
    every_table = set(itertools.product([0, 1], repeat=4))
    assert every_table - tables == {(0, 1, 1, 0), (1, 0, 0, 1)}  # exclusive or, and its negation


def test_two_layers_of_neurons_compute_exclusive_or():
    either, both = Neuron([1, 1], bias=-0.5), Neuron([1, 1], bias=-1.5)
    hidden = np.column_stack([either.predict(CORNERS), both.predict(CORNERS)])
    assert Neuron([1, -1], bias=-0.5).predict(hidden).tolist() == [0, 1, 1, 0]


def test_the_bias_is_the_weight_of_a_constant_input_one():
    random = np.random.default_rng(0)
    X, weights, bias = random.standard_normal((20, 3)), random.standard_normal(3), 0.7
    with_bias = Neuron(weights, bias=bias, activation="tanh").predict(X)
    augmented = Neuron([bias, *weights], activation="tanh").predict(np.hstack([np.ones((20, 1)), X]))
    np.testing.assert_allclose(with_bias, augmented, rtol=1e-14)


def test_the_output_is_the_activation_of_the_field():
    neuron = Neuron([2.0, -1.0], bias=0.25, activation=logistic(slope=3.0))
    assert neuron.predict([[0.5, 0.5]])[0] == pytest.approx(1 / (1 + np.exp(-3 * 0.75)), rel=1e-14)


@pytest.mark.parametrize("name", [name for name in BY_NAME if "softmax" not in name])
def test_the_output_for_an_example_does_not_depend_on_the_other_examples(name):
    neuron, X = Neuron([1.0], activation=name), [[1.0], [2.0], [-3.0]]
    alone = [neuron.predict([row])[0] for row in X]
    assert neuron.predict(X).tolist() == alone


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_activations_of_a_whole_layer_are_refused(name):
    with pytest.raises(InvalidParameterError, match=f"must be of one unit. Got '{name}'"):
        Neuron([1.0], activation=name)


def test_it_is_a_frozen_value():
    neuron = Neuron([1, 2], bias=3)
    assert neuron == Neuron((1.0, 2.0), bias=3.0)
    assert hash(neuron) == hash(Neuron([1, 2], bias=3))
    assert neuron != Neuron([1, 2], bias=3, activation="hard_limit")
    with pytest.raises(AttributeError):
        neuron.bias = 0.0


@pytest.mark.parametrize(
    "weights",
    [[], [[1, 2]], 3.0, ["a"], "ab", [1, np.nan], [np.inf], None],
    ids=["empty", "matrix", "scalar", "text", "string", "nan", "inf", "none"],
)
def test_weights_that_are_no_row_of_finite_numbers_are_refused(weights):
    with pytest.raises(InvalidParameterError, match="'weights' parameter of Neuron must be"):
        Neuron(weights)


@pytest.mark.parametrize("bias", [[1.0], np.nan, np.inf, "x", None])
def test_a_bias_that_is_no_finite_number_is_refused(bias):
    with pytest.raises(InvalidParameterError, match="'bias' parameter of Neuron must be"):
        Neuron([1.0], bias=bias)


def test_an_unknown_activation_is_refused_with_the_nearest_word():
    with pytest.raises(InvalidParameterError, match=r"Unknown activation 'logstic'\. Did you mean 'logistic'\?"):
        Neuron([1.0], activation="logstic")


@pytest.mark.parametrize("X", [[1.0, 2.0], [[1.0]], [[1.0, 2.0, 3.0]], np.zeros((2, 2, 2)), 5.0])
def test_inputs_of_another_shape_are_refused_with_the_way_out(X):
    with pytest.raises(InvalidInputError, match=r"X must have shape \(n_samples, 2\).*Got shape.*\[\[\.\.\.\]\]"):
        Neuron([1.0, 1.0]).predict(X)


@pytest.mark.parametrize("X", [[["a", "b"]], [[1.0], [1.0, 2.0]], [[None, {}]]])
def test_inputs_that_are_no_numbers_are_refused(X):
    with pytest.raises(InvalidInputError, match="X must"):
        Neuron([1.0, 1.0]).predict(X)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_inputs_that_are_not_finite_are_refused(value):
    with pytest.raises(InvalidInputError, match="finite numbers"):
        Neuron([1.0, 1.0]).predict([[0.0, value]])


def test_no_examples_give_no_outputs():
    assert Neuron([1.0, 1.0]).predict(np.empty((0, 2))).shape == (0,)
