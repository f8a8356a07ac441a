"""The compiled loops equal their naive twins: to 1e-12 of the largest number in float64, 1e-4 in float32."""

import itertools

import numpy as np
import pytest

from sinapsi.activations import logistic, softmax
from sinapsi.feedforward import kernels
from sinapsi.feedforward.kernels import Unit
from sinapsi.losses import log_loss
from tests.reference import feedforward as naive

DTYPES = [np.float64, np.float32]
RTOL = {np.float64: 1e-12, np.float32: 1e-4}

# (output unit, slope, uses log loss)
HEADS = [
    (Unit.IDENTITY, 1.0, False),
    (Unit.LOGISTIC, 1.0, False),
    (Unit.LOGISTIC, 2.0, True),
    (Unit.LOGISTIC, 1.0, True),
    (Unit.TANH, 0.5, False),
    (Unit.RELU, 1.0, False),
    (Unit.SOFTMAX, 1.0, False),
    (Unit.SOFTMAX, 1.0, True),
]
HIDDEN = [
    ((), (), ()),
    ((5,), (Unit.RELU,), (1.0,)),
    ((5,), (Unit.LOGISTIC,), (1.5,)),
    ((4, 3), (Unit.TANH, Unit.IDENTITY), (0.7, 1.0)),
    ((4, 3), (Unit.SOFTMAX, Unit.LOGISTIC), (1.0, 1.0)),
    ((5, 4, 3), (Unit.TANH, Unit.RELU, Unit.LOGISTIC), (1.0, 1.0, 2.0)),
]


def assert_close(actual, expected, dtype):
    expected = np.asarray(expected)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=RTOL[dtype] * np.abs(expected).max(initial=1e-300))


def online_problem(hidden, head, dtype, *, is_weighted=False, has_schedule=False, seed=0):
    """Arguments of ``learn_online`` before the parameters: 12 examples of 3 inputs and 2 outputs."""
    random = np.random.default_rng(seed)
    (hidden_sizes, hidden_units, hidden_slopes), (unit, slope, uses_log_loss) = hidden, head
    sizes = np.array([3, *hidden_sizes, 2])
    targets = np.eye(2)[random.integers(0, 2, 12)] if uses_log_loss else random.standard_normal((12, 2))
    order = random.integers(0, 12, 15)  # some examples twice, some never
    arguments = (
        random.standard_normal((12, 3)).astype(dtype),
        targets.astype(dtype),
        (random.uniform(0.2, 2, 12) if is_weighted else np.ones(1)).astype(dtype),
        order,
        random.uniform(0.01, 0.05, 15) if has_schedule else np.array([0.03]),
        sizes,
        np.array([*hidden_units, unit], dtype=np.intp),
        np.array([*hidden_slopes, slope]),
        uses_log_loss,
    )
    n_parameters = int((sizes[:-1] * sizes[1:]).sum() + sizes[1:].sum())
    start = 0.5 * random.standard_normal(n_parameters)
    start[-2:] += 1  # so that rectified outputs are not silent
    return arguments, start.astype(dtype)


def compare_online(arguments, start, dtype, momentum, alpha, nesterov):
    learned, velocity = start.copy(), np.zeros_like(start)
    expected, expected_velocity = start.astype(float), np.zeros(len(start))
    total = kernels.learn_online(*arguments, learned, velocity, momentum, alpha, nesterov)
    wanted = naive.learn_online(*arguments, expected, expected_velocity, momentum, alpha, nesterov)
    assert not np.allclose(expected, start)  # something was learned
    assert_close(learned, expected, dtype)
    assert_close(velocity, expected_velocity, dtype)
    assert total == pytest.approx(wanted, rel=RTOL[dtype])


class TestLearnOnline:
    @pytest.mark.parametrize("head", HEADS, ids=str)
    @pytest.mark.parametrize("hidden", HIDDEN, ids=lambda hidden: f"{len(hidden[0])}-{hidden[1]}")
    def test_equals_its_naive_twin(self, hidden, head):
        arguments, start = online_problem(hidden, head, np.float64)
        compare_online(arguments, start, np.float64, momentum=0.9, alpha=0.0, nesterov=False)

    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize(
        ("momentum", "alpha", "nesterov", "is_weighted", "has_schedule"),
        list(itertools.product([0.0, 0.8], [0.0, 0.1], [False, True], [False, True], [False, True])),
    )
    def test_with_every_option(self, dtype, momentum, alpha, nesterov, is_weighted, has_schedule):
        arguments, start = online_problem(
            HIDDEN[3], HEADS[7], dtype, is_weighted=is_weighted, has_schedule=has_schedule
        )
        compare_online(arguments, start, dtype, momentum, alpha, nesterov)

    @pytest.mark.parametrize("head", HEADS, ids=str)
    def test_float32(self, head):
        arguments, start = online_problem(HIDDEN[5], head, np.float32, is_weighted=True)
        compare_online(arguments, start, np.float32, momentum=0.5, alpha=0.01, nesterov=False)

    def test_a_pass_goes_on_from_the_velocity_of_the_last_one(self):
        arguments, start = online_problem(HIDDEN[4], HEADS[0], np.float64)
        halves = [(*arguments[:3], arguments[3][part], *arguments[4:]) for part in (slice(0, 7), slice(7, None))]
        whole, velocity = start.copy(), np.zeros_like(start)
        kernels.learn_online(*arguments, whole, velocity, 0.9, 0.01, False)
        stepwise, own_velocity = start.copy(), np.zeros_like(start)
        for half in halves:
            kernels.learn_online(*half, stepwise, own_velocity, 0.9, 0.01, False)
        np.testing.assert_array_equal(stepwise, whole)
        np.testing.assert_array_equal(own_velocity, velocity)

    def test_inputs_are_only_read(self):
        arguments, start = online_problem(HIDDEN[1], HEADS[0], np.float64)
        for array in arguments:
            if isinstance(array, np.ndarray):
                array.setflags(write=False)
        compare_online(arguments, start, np.float64, momentum=0.5, alpha=0.0, nesterov=False)

    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize(("unit", "activation"), [(Unit.LOGISTIC, logistic), (Unit.SOFTMAX, softmax)])
    @pytest.mark.parametrize("field", [-2000.0, -60.0, 60.0, 2000.0])
    def test_a_saturated_output_costs_the_same_as_in_batches(self, unit, activation, field, dtype):
        """A single unit pair with fields +-field and targets (0, 1)."""
        X, targets = np.ones((1, 1), dtype=dtype), np.array([[0, 1]], dtype=dtype)
        parameters = np.array([field, -field, 0, 0], dtype=dtype)
        outputs = activation.value(parameters[np.newaxis, :2])
        batch = log_loss.per_example(activation, targets, outputs)[0]
        online = kernels.learn_online(
            X, targets, np.ones(1, dtype=dtype), np.zeros(1, dtype=np.intp), np.array([1e-9]), np.array([1, 2]),
            np.array([int(unit)]), np.ones(1), True, parameters, np.zeros_like(parameters), 0.0, 0.0, False,
        )  # fmt: skip
        assert np.isfinite(online)
        assert online == pytest.approx(batch, rel=1e-5, abs=1e-20)

    def test_a_field_that_is_nan_is_not_optimized_away(self):
        arguments, start = online_problem(HIDDEN[3], HEADS[0], np.float64)
        start[0] = np.nan
        assert np.isnan(kernels.learn_online(*arguments, start, np.zeros_like(start), 0.9, 0.0, False))


def step_problem(dtype, seed=1):
    random = np.random.default_rng(seed)
    return [random.standard_normal(23).astype(dtype) for _ in range(5)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("decay", [0.0, 0.05])
def test_move_with_momentum_equals_its_naive_twin(dtype, nesterov, decay):
    start, *gradients = step_problem(dtype)
    learned, velocity = start.copy(), np.zeros_like(start)
    expected, expected_velocity = start.astype(float), np.zeros(23)
    for n, gradient in enumerate(gradients):
        rest = (17, 0.1 / (n + 1), 0.9, decay, nesterov)
        norm = kernels.move_with_momentum(learned, gradient, velocity, *rest)
        assert norm == pytest.approx(
            naive.move_with_momentum(expected, gradient, expected_velocity, *rest), rel=RTOL[dtype]
        )
    assert_close(learned, expected, dtype)
    assert_close(velocity, expected_velocity, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("decay", [0.0, 0.05])
def test_move_by_adam_equals_its_naive_twin(dtype, decay):
    start, *gradients = step_problem(dtype)
    learned, mean, square = start.copy(), np.zeros_like(start), np.zeros_like(start)
    expected, expected_mean, expected_square = start.astype(float), np.zeros(23), np.zeros(23)
    for n, gradient in enumerate(gradients, start=1):
        rate = 0.1 * np.sqrt(1 - 0.999**n) / (1 - 0.9**n)
        rest = (17, rate, 0.9, 0.999, 1e-8, decay)
        norm = kernels.move_by_adam(learned, gradient, mean, square, *rest)
        wanted = naive.move_by_adam(expected, gradient, expected_mean, expected_square, *rest)
        assert norm == pytest.approx(wanted, rel=RTOL[dtype])
    assert_close(learned, expected, dtype)
    assert_close(mean, expected_mean, dtype)
    assert_close(square, expected_square, dtype)


def test_the_first_step_of_adam_has_the_size_of_the_rate_whatever_the_gradient():
    gradient, parameters = np.array([1e-3, -5.0, 1e4]), np.zeros(3)
    rate = 0.1 * np.sqrt(1 - 0.999) / (1 - 0.9)
    kernels.move_by_adam(parameters, gradient, np.zeros(3), np.zeros(3), 3, rate, 0.9, 0.999, 1e-8, 0.0)
    np.testing.assert_allclose(parameters, [-0.1, 0.1, -0.1], rtol=1e-3)


@pytest.mark.parametrize("dtype", DTYPES)
def test_momenta_of_silent_units_end_at_zero_and_not_among_the_slow_subnormal_numbers(dtype):
    zero, weights = np.zeros(4, dtype=dtype), np.ones(4, dtype=dtype)
    velocity = np.array([1e-30, -1e-30, 1e-37, 2.0], dtype=dtype)
    mean, square = velocity.copy(), np.abs(velocity)
    for _ in range(400):
        kernels.move_with_momentum(weights, zero, velocity, 2, 0.1, 0.5, 0.0, False)
        kernels.move_by_adam(weights, zero, mean, square, 2, 1e-3, 0.5, 0.5, 1e-8, 0.0)
        for memory in (velocity, mean, square):
            sizes = np.abs(memory[memory != 0])
            assert (sizes >= np.finfo(np.float32).tiny).all()
    assert not velocity.any()
    assert not mean.any()
    assert not square.any()
