"""Kernels of restricted machines: against plain loops, in both precisions, to the edge of what a field can be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from sinapsi.energy import kernels
from sinapsi.energy.arithmetic import Chance, softplus_sums, to_draws, to_means
from tests.reference import energy as naive

PRECISIONS = pytest.mark.parametrize("dtype", [np.float32, np.float64])
SEED, FIRST = 0xDEADBEEF12345678, 2**40 + 3
SAID = {np.float32: 3.2e-7, np.float64: 3e-14}
FEW_ULPS = {np.float32: 5e-7, np.float64: 3e-14}
LARGEST = {np.float32: 87.0, np.float64: 708.0}


def some_fields(dtype: type, n_rows: int = 7, n_units: int = 150, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    fields = random.standard_normal((n_rows, n_units)) * 10.0 ** random.uniform(-3, 3, (n_rows, n_units))
    fields[0, :8] = [0, 1e4, -1e4, 80, -80, 1e-30, -1e-8, 36.7]
    return fields.astype(dtype)


def some_bias(dtype: type, n_units: int = 150) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(n_units).astype(dtype)


def sums_of(fields: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Fields with their biases, rounded as a kernel rounds them."""
    return (fields + bias).astype(np.float64)


def errors_of_exp(dtype: type) -> tuple[np.ndarray, np.ndarray]:
    """Points over the whole range, halves of log 2 among them, and relative errors there."""
    exp = kernels.exp_single if dtype is np.float32 else kernels.exp_double
    top = LARGEST[dtype]
    halves = (np.arange(-int(top), int(top)) + 0.5) * np.log(2)
    points = np.concatenate([np.linspace(-top, top, 20001), halves[np.abs(halves) < top], [0.0, -0.0, top, -top]])
    points = points.astype(dtype)
    found = np.array([exp(x) for x in points], dtype=np.longdouble)
    return points, np.abs(found / np.exp(points.astype(np.longdouble)) - 1).astype(np.float64)


@PRECISIONS
def test_exp_is_that_of_the_library(dtype: type) -> None:
    points, errors = errors_of_exp(dtype)
    # fastmath joins both parts of log(2), so in float64 the error grows with the exponent
    bound = 3.2e-7 if dtype is np.float32 else 4e-16 + 4e-17 * np.abs(points)
    assert (errors < bound).all()
    assert errors[points == 0].max() == 0


@PRECISIONS
def test_exp_is_as_good_as_it_says(dtype: type) -> None:
    assert errors_of_exp(dtype)[1].max() < SAID[dtype]


@PRECISIONS
@pytest.mark.parametrize("factor", [1.0, -0.25])
def test_means_are_those_of_plain_loops(dtype: type, factor: float) -> None:
    fields, bias = some_fields(dtype), some_bias(dtype)
    whole = sums_of(fields, bias)
    wanted = factor * np.array([[naive.logistic(x) for x in row] for row in whole])
    found = fields.copy()
    kernels.mean_states(found, bias, factor)
    assert found.dtype == dtype
    # What is below the smallest that is told apart stands at exp(-87) or exp(-708).
    np.testing.assert_allclose(found, wanted, rtol=FEW_ULPS[dtype], atol=1.01 * np.exp(-LARGEST[dtype]))
    assert np.isfinite(found).all()
    assert found[0, 1] == factor
    assert 0 <= found[0, 2] / factor < 1e-30
    plain = fields.copy()
    kernels.logistic_of(plain)
    wanted = [[naive.logistic(float(x)) for x in row] for row in fields]
    np.testing.assert_allclose(plain, wanted, rtol=FEW_ULPS[dtype], atol=1.01 * np.exp(-LARGEST[dtype]))
    np.testing.assert_array_equal(to_means(fields.copy(), bias, factor), found)


@PRECISIONS
@given(x=st.floats(-1e4, 1e4, width=32))
@settings(max_examples=100)
def test_the_two_states_of_a_unit_share_all_probability(dtype: type, x: float) -> None:
    pair = np.array([[x, -x]], dtype=dtype)
    kernels.logistic_of(pair)
    assert ((pair >= 0) & (pair <= 1)).all()
    assert abs(pair.sum() - 1) <= 2 * np.finfo(dtype).eps
    assert (pair[0, 0] >= 0.5) if x >= 0 else (pair[0, 0] <= 0.5)


def test_chance_is_split_mix() -> None:
    published = (6457827717110365317, 3203168211198807973, 9817491932198370423)  # of seed 1234567, from place 1
    assert tuple(naive.bits_at(1234567, place) for place in (1, 2, 3)) == published
    for seed, first in ((SEED, FIRST), (0, 0), (2**64 - 1, 2**63), (1234567, 2**64 - 5)):
        found = np.empty(40)
        kernels.fill_with_chance(found, np.uint64(seed), np.uint64(first))
        wanted = [naive.chance(seed, (first + i) % 2**64, 23) + 2.0**-24 for i in range(40)]
        np.testing.assert_array_equal(found, wanted)


@PRECISIONS
def test_draws_are_those_of_plain_loops(dtype: type) -> None:
    fields, bias = some_fields(dtype, n_rows=9, n_units=11), some_bias(dtype, 11)
    means, states = fields.copy(), np.full_like(fields, 7.0)
    kernels.draw_states(means, bias, -0.125, states, np.uint64(SEED), np.uint64(FIRST))
    n_bits = 24 if dtype is np.float32 else 53
    probabilities = fields.copy()
    kernels.mean_states(probabilities, bias, 1.0)
    for i, j in np.ndindex(*fields.shape):
        # the probability of this precision, and the number that belongs to this place
        assert states[i, j] == (naive.chance(SEED, FIRST + i * 11 + j, n_bits) < probabilities[i, j])
    np.testing.assert_array_equal(means, -0.125 * probabilities)
    assert states.dtype == dtype


@PRECISIONS
def test_draws_do_not_depend_on_how_rows_are_cut_into_calls(dtype: type) -> None:
    fields, bias = some_fields(dtype, n_rows=20, n_units=13), some_bias(dtype, 13)
    together = to_draws(fields.copy(), bias, Chance(5))[1]
    chance = Chance(5)
    parts = [to_draws(fields[rows].copy(), bias, chance)[1] for rows in (slice(0, 1), slice(1, 14), slice(14, 20))]
    np.testing.assert_array_equal(np.concatenate(parts), together)
    assert chance.state.tolist() == [5, 260]
    one, other = Chance(9), Chance(9)
    like = np.empty(24, dtype)
    np.testing.assert_array_equal(
        np.concatenate([one.uniform(like[:5]), one.uniform(like[5:])]), other.uniform(like.reshape(4, 6)).reshape(-1)
    )
    assert Chance(*one.state.tolist()).uniform(like[:1]) == one.uniform(like[:1])  # a stream goes on from its state


@PRECISIONS
def test_chance_is_uniform_and_normal(dtype: type) -> None:
    like = np.empty(50_000, dtype)
    for seed in (0, 1, 2**63 - 1):
        chance = Chance(seed)
        uniform = chance.uniform(like)
        assert uniform.dtype == dtype
        assert kstest(uniform, "uniform").pvalue > 1e-3
        assert abs(np.corrcoef(uniform[1:], uniform[:-1])[0, 1]) < 0.02
        assert kstest(chance.normal(like), "norm").pvalue > 1e-3
    # neighboring seeds, such as those of the streams of sampling and of likelihood, have nothing in common
    first, second = Chance(8).uniform(like), Chance(9).uniform(like)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.02
    assert not np.intersect1d(first.astype(np.float64)[:99], second.astype(np.float64)[:99]).size


@PRECISIONS
def test_states_are_drawn_with_their_probabilities(dtype: type) -> None:
    wanted = np.array([0.003, 0.2, 0.5, 0.9])
    fields = np.log(wanted / (1 - wanted)).astype(dtype)
    means, states = to_draws(np.tile(fields, (100_000, 1)), np.zeros(4, dtype), Chance(3))
    np.testing.assert_allclose(means[0], wanted, rtol=1e-6)
    np.testing.assert_allclose(states.mean(axis=0), wanted, atol=4 * np.sqrt(0.25 / 1e5))
    assert np.abs(np.corrcoef(states.T) - np.eye(4)).max() < 0.015
    certain = to_draws(np.tile(np.array([1e4, -1e4], dtype), (10_000, 1)), np.zeros(2, dtype), Chance(4))[1]
    np.testing.assert_array_equal(certain, np.tile([1, 0], (10_000, 1)))


def test_chance_is_inside_of_0_and_1_in_float32() -> None:
    place = 8101579  # of seed 5, where all of the first 24 bits are 1
    assert naive.bits_at(5, place) >> 40 == 2**24 - 1
    number = np.empty(1, dtype=np.float32)
    kernels.fill_with_chance(number, np.uint64(5), np.uint64(place))
    assert 0 < number[0] < 1


@PRECISIONS
@pytest.mark.parametrize("factor", [1.0, 0.3, 0.0])
@pytest.mark.parametrize("n_units", [1, 64, 150])  # one block of factors, and several
def test_sums_of_softplus_are_those_of_plain_loops(dtype: type, factor: float, n_units: int) -> None:
    fields, bias = some_fields(dtype)[:, :n_units].copy(), some_bias(dtype)[:n_units]
    wanted = [sum(naive.softplus(float(dtype(factor)) * x) for x in row) for row in sums_of(fields, bias)]
    found = softplus_sums(fields, bias, factor)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, wanted, rtol=1e-6 if dtype is np.float32 else 1e-13)


@PRECISIONS
def test_sums_of_softplus_of_large_fields_are_finite_and_right(dtype: type) -> None:
    for x, wanted in ((1e4, 300e4), (-1e4, 0.0), (0.0, 300 * np.log(2))):
        found = softplus_sums(np.full((2, 300), x, dtype), np.zeros(300, dtype))
        np.testing.assert_allclose(found, wanted, rtol=1e-6 if dtype is np.float32 else 1e-13, atol=1e-30)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("momentum", [0.0, 0.7])
def test_weights_move_as_in_plain_loops(dtype: type, momentum: float) -> None:
    random = np.random.default_rng(3)
    n_hidden, n_visible, rate, decay = 5, 9, 0.3, 0.02
    weights, velocity, contrast = random.standard_normal((3, n_hidden, n_visible)).astype(dtype)
    pull, hidden_offset = random.standard_normal((2, n_hidden)).astype(dtype)
    offset, visible_pull = random.standard_normal((2, n_visible)).astype(dtype)
    wanted, wanted_velocity = weights.astype(np.float64), velocity.astype(np.float64)
    for _ in range(3):
        for j in range(n_hidden):
            for i in range(n_visible):
                gradient = contrast[j, i] - pull[j] * offset[i] - hidden_offset[j] * visible_pull[i]
                step = momentum * wanted_velocity[j, i] + rate * (float(gradient) - decay * wanted[j, i])
                wanted_velocity[j, i] = step
                wanted[j, i] += step
        arrays = contrast, pull, offset, hidden_offset, visible_pull
        kernels.move_weights(weights, velocity, *arrays, rate, momentum, decay)
    assert weights.dtype == dtype
    rtol = 1e-12 if dtype is np.float64 else 2e-5
    np.testing.assert_allclose(weights, wanted, rtol=rtol, atol=rtol)
    if momentum:
        np.testing.assert_allclose(velocity, wanted_velocity, rtol=rtol, atol=rtol)


def test_arithmetic_elsewhere_is_that_of_the_kernels() -> None:
    """What arrays of other libraries go through, asked of them by PyTorch: the same numbers and the same draws."""
    torch = pytest.importorskip("torch")
    for dtype in (np.float32, np.float64):
        fields, bias = some_fields(dtype), some_bias(dtype)
        there, bias_there = torch.from_numpy(fields.copy()), torch.from_numpy(bias)
        means, states = to_draws(fields.copy(), bias, Chance(7), 0.5)
        means_there, states_there = to_draws(there, bias_there, Chance(7), 0.5)
        assert means_there.dtype == states_there.dtype == there.dtype
        np.testing.assert_allclose(means_there.numpy(), means, rtol=1e-6, atol=1e-30)
        np.testing.assert_array_equal(states_there.numpy(), states)
        for factor in (1.0, 0.3):
            np.testing.assert_allclose(
                softplus_sums(there, bias_there, factor).numpy(), softplus_sums(fields, bias, factor), rtol=2e-6
            )
        np.testing.assert_array_equal(Chance(3).uniform(there).numpy(), Chance(3).uniform(fields))
        np.testing.assert_allclose(Chance(3).normal(there).numpy(), Chance(3).normal(fields), rtol=1e-4, atol=1e-5)
