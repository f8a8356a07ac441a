"""Losses: values, local gradients, and which outputs they suit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.metrics import log_loss as log_loss_of_scikit_learn

from sinapsi.activations import identity, log_softmax, logistic, relu, softmax, tanh, threshold
from sinapsi.exceptions import InvalidParameterError
from sinapsi.losses import BY_NAME, log_loss, loss_named, squared_error

PAIRS = [
    (squared_error, identity),
    (squared_error, logistic),
    (squared_error, logistic(slope=3.0)),
    (squared_error, tanh),
    (squared_error, tanh(slope=0.5)),
    (squared_error, relu),
    (squared_error, softmax),
    (squared_error, log_softmax),
    (log_loss, softmax),
    (log_loss, logistic),
    (log_loss, logistic(slope=2.0)),
]


def test_squared_error_is_half_the_sum_over_outputs():
    errors = squared_error.per_example(identity, np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[0.0, 4.0], [3.0, 0.0]]))
    assert errors.tolist() == [2.5, 4.5]


def test_log_loss_of_classes_equals_that_of_scikit_learn():
    random = np.random.default_rng(0)
    outputs = softmax.value(random.standard_normal((50, 4)))
    labels = random.integers(0, 4, 50)
    errors = log_loss.per_example(softmax, np.eye(4)[labels], outputs)
    assert errors.mean() == pytest.approx(log_loss_of_scikit_learn(labels, outputs), rel=1e-12)


def test_log_loss_of_labels_is_the_sum_of_their_binary_losses():
    random = np.random.default_rng(0)
    outputs, labels = logistic.value(random.standard_normal((50, 3))), random.integers(0, 2, (50, 3))
    errors = log_loss.per_example(logistic, labels.astype(float), outputs)
    expected = sum(log_loss_of_scikit_learn(labels[:, j], outputs[:, j]) for j in range(3))
    assert errors.mean() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", [softmax, logistic])
def test_outputs_rounded_to_zero_or_one_cost_much_but_not_infinitely(dtype, activation):
    targets, outputs = np.array([[1, 0], [0, 1]], dtype=dtype), np.array([[0, 1], [0, 1]], dtype=dtype)
    errors = log_loss.per_example(activation, targets, outputs)
    assert errors.dtype == dtype
    assert np.isfinite(errors).all()
    assert errors[0] > 30
    assert errors[1] == 0


@pytest.mark.parametrize(("dtype", "v"), [(np.float32, 20.0), (np.float64, 40.0)])
def test_a_confident_no_costs_as_much_as_a_confident_yes(dtype, v):
    """The true loss at field v is v nats, whether the output was rounded to 1 or came near 0."""
    yes = log_loss.per_example(logistic, np.array([[1]], dtype=dtype), logistic.value(np.array([[-v]], dtype=dtype)))
    no = log_loss.per_example(logistic, np.array([[0]], dtype=dtype), logistic.value(np.array([[v]], dtype=dtype)))
    assert yes[0] == pytest.approx(v, rel=1e-6)
    assert no[0] == pytest.approx(v, rel=0.25)


@given(
    pair=st.sampled_from(PAIRS),
    v=npst.arrays(float, (2, 3), elements=st.floats(-4, 4).filter(lambda v: abs(v) > 1e-3)),
    labels=st.tuples(st.integers(0, 2), st.integers(0, 2)),
)
@settings(max_examples=200)
def test_local_gradients_are_minus_the_slopes_of_the_loss(pair, v, labels):
    loss, activation = pair
    targets = np.eye(3)[list(labels)]
    delta = np.empty_like(v)
    loss.local_gradient(activation, targets, activation.value(v), delta)
    h = 1e-5
    for i, j in np.ndindex(v.shape):
        step = np.zeros_like(v)
        step[i, j] = h
        above, below = (loss.per_example(activation, targets, activation.value(v + s)).sum() for s in (step, -step))
        assert delta[i, j] == pytest.approx(-(above - below) / (2 * h), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("name", BY_NAME)
def test_names_and_objects(name):
    assert loss_named(name, softmax) is BY_NAME[name]
    assert loss_named(BY_NAME[name], softmax) is BY_NAME[name]


def test_cross_entropy_is_another_word_for_log_loss():
    assert loss_named("cross_entropy", logistic) is log_loss


@pytest.mark.parametrize("activation", [identity, tanh, relu, threshold, log_softmax])
def test_log_loss_wants_probabilities(activation):
    with pytest.raises(InvalidParameterError, match=f"Got output activation '{activation}'.*loss='squared_error'"):
        loss_named("log_loss", activation)


def test_an_unknown_loss_is_refused():
    with pytest.raises(InvalidParameterError, match=r"Unknown loss 'hinge'\. Expected one of squared_error, log_loss"):
        loss_named("hinge", softmax)
