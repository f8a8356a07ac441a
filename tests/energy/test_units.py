"""Kinds of units: what they are given a field, what they weigh, and what a layer of them sums to."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import quad
from scipy.stats import chisquare, kstest, norm

from sinapsi.energy.arithmetic import Chance
from sinapsi.energy.units import HIDDEN, Binary, Gaussian, Joined, Rectified, Softmax, VisibleUnits, visible_units_named
from sinapsi.exceptions import InvalidParameterError
from tests.reference import energy as naive

PRECISIONS = pytest.mark.parametrize("dtype", [np.float32, np.float64])
KINDS = [Binary(), Gaussian(), Softmax(), Softmax(3), Softmax((1, 3, 2)), Joined(Gaussian(), Softmax((2, 1)), 3)]
ALL_KINDS = pytest.mark.parametrize("units", KINDS, ids=str)
N = 6
moderate = arrays(np.float64, (3, N), elements=st.floats(-5, 5))
biases = arrays(np.float64, N, elements=st.floats(-3, 3))


def log_sum_of_loops(units: VisibleUnits, fields: np.ndarray, bias: np.ndarray) -> float:
    """log of the sum (or integral) of exp(weight + states' fields), by enumeration or by quadrature."""
    if isinstance(units, Joined):
        n = units.n_left
        return log_sum_of_loops(units.left, fields[:n], bias[:n]) + log_sum_of_loops(units.right, fields[n:], bias[n:])
    if isinstance(units, Gaussian):
        total = 0.0
        for f, b in zip(fields, bias, strict=True):
            middle = f + b  # where the integrand is largest
            top = -0.5 * f**2 + middle * f
            area, _ = quad(
                lambda x, f=f, b=b, top=top: math.exp(-0.5 * (x - b) ** 2 + x * f - top), middle - 12, middle + 12
            )
            total += top + math.log(area)
        return total
    if isinstance(units, Softmax):
        states = naive.one_hot_states(tuple(g.stop - g.start for g in units.groups(len(bias))))
    else:
        states = naive.binary_states(len(bias))
    return naive.log_of_sum([float(math.fsum(v * (fields + bias))) for v in states])


@ALL_KINDS
@given(fields=moderate, bias=biases)
@settings(max_examples=12)
def test_a_layer_sums_to_what_its_states_sum_to(units: VisibleUnits, fields: np.ndarray, bias: np.ndarray) -> None:
    before = fields.copy()
    found = units.log_sum(fields, bias)
    np.testing.assert_array_equal(fields, before)
    assert found.dtype == np.float64
    wanted = [log_sum_of_loops(units, row, bias) for row in before]
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-10)


@ALL_KINDS
@given(fields=moderate, bias=biases)
@settings(max_examples=25)
def test_the_mean_is_the_slope_of_the_sum(units: VisibleUnits, fields: np.ndarray, bias: np.ndarray) -> None:
    """d log_sum / d field_i = <v_i>: ties what is drawn to what is weighed."""
    means = units.means(fields.copy(), bias)
    step = 1e-5
    for i in range(N):
        up, down = fields.copy(), fields.copy()
        up[:, i] += step
        down[:, i] -= step
        slope = (units.log_sum(up, bias) - units.log_sum(down, bias)) / (2 * step)
        np.testing.assert_allclose(means[:, i], slope, rtol=1e-6, atol=1e-8)


@ALL_KINDS
@PRECISIONS
def test_draws_come_with_their_means(units: VisibleUnits, dtype: type) -> None:
    random = np.random.default_rng(0)
    fields, bias = random.standard_normal((50, N)).astype(dtype), random.standard_normal(N).astype(dtype)
    wanted = units.means(fields.copy(), bias)
    means, states = units.draw(fields.copy(), bias, Chance(1))
    np.testing.assert_allclose(means, wanted, rtol=1e-12)
    assert means.dtype == states.dtype == dtype
    assert means.shape == states.shape == (50, N)
    again = units.draw(fields.copy(), bias, Chance(1))[1]
    np.testing.assert_array_equal(again, states)
    assert (units.draw(fields.copy(), bias, Chance(2))[1] != states).any()


@ALL_KINDS
def test_draws_have_the_means_they_come_with(units: VisibleUnits) -> None:
    random = np.random.default_rng(3)
    bias = random.standard_normal(N)
    fields = np.tile(random.standard_normal(N), (40_000, 1))
    means, states = units.draw(fields, bias, Chance(4))
    spread = states.std(axis=0) / np.sqrt(len(states))
    assert (np.abs(states.mean(axis=0) - means[0]) <= 4 * spread).all()


def test_binary_units_are_logistic_units() -> None:
    random = np.random.default_rng(1)
    fields, bias = 5 * random.standard_normal((4, N)), random.standard_normal(N)
    wanted = [[naive.logistic(x) for x in row] for row in fields + bias]
    np.testing.assert_allclose(Binary().means(fields.copy(), bias), wanted, rtol=1e-13)
    means, states = Binary().draw(fields.copy(), bias, Chance(9))
    np.testing.assert_array_equal(states, naive.drawn_binary(fields + bias, naive.Stream(9)))
    np.testing.assert_allclose(means, wanted, rtol=1e-13)
    weights = Binary().weight(states, bias)
    np.testing.assert_allclose(weights, [math.fsum(b * v for b, v in zip(bias, row, strict=True)) for row in states])


def test_gaussian_units_are_normal_with_variance_1() -> None:
    fields = np.tile(np.array([-3.0, 0.0, 40.0]), (20_000, 1))
    bias = np.array([0.5, 0.0, -2.0])
    means, states = Gaussian().draw(fields.copy(), bias, Chance(6))
    np.testing.assert_allclose(means, fields + bias)
    for column, middle in zip(states.T, fields[0] + bias, strict=True):
        assert kstest(column - middle, "norm").pvalue > 1e-3
    assert np.abs(np.corrcoef(states.T) - np.eye(3)).max() < 0.03
    row = np.array([[0.5, 1.0, -3.0]])
    assert Gaussian().weight(row, bias)[0] == pytest.approx(-0.5 * (0.0 + 1.0 + 1.0))


@pytest.mark.parametrize(
    ("units", "sizes"), [(Softmax(), (6,)), (Softmax(2), (2, 2, 2)), (Softmax((1, 3, 2)), (1, 3, 2))]
)
@PRECISIONS
def test_one_unit_of_a_softmax_group_is_1_and_it_is_drawn_with_its_probability(
    units: Softmax, sizes: tuple[int, ...], dtype: type
) -> None:
    random = np.random.default_rng(5)
    fields, bias = random.standard_normal(N).astype(dtype), random.standard_normal(N).astype(dtype)
    means, states = units.draw(np.tile(fields, (20_000, 1)), bias, Chance(8))
    start = 0
    for group, size in zip(units.groups(N), sizes, strict=True):
        assert (group.start, group.stop) == (start, start + size)
        start += size
        np.testing.assert_array_equal(states[:, group].sum(axis=1), 1)
        powers = [math.exp(x) for x in (fields + bias)[group].tolist()]
        wanted = np.array(powers) / math.fsum(powers)
        np.testing.assert_allclose(means[0, group], wanted, rtol=1e-5 if dtype is np.float32 else 1e-12)
        if size > 1:
            assert chisquare(states[:, group].sum(axis=0), wanted * len(states)).pvalue > 1e-3
    assert set(np.unique(states)) == {0.0, 1.0}


@ALL_KINDS
@PRECISIONS
def test_large_fields_are_finite_and_right(units: VisibleUnits, dtype: type) -> None:
    fields = np.array([[1e4, -1e4, 0, 1e4, -1e4, 1e4], [0] * 6, [-1e4] * 6], dtype=dtype)
    bias = np.zeros(N, dtype)
    means, states = units.draw(fields.copy(), bias, Chance(0))
    assert np.isfinite(means).all()
    assert np.isfinite(states).all()
    wanted = [log_sum_of_loops(units, row.astype(float), bias.astype(float)) for row in fields]
    np.testing.assert_allclose(units.log_sum(fields, bias), wanted, rtol=1e-6 if dtype is np.float32 else 1e-12)


def test_a_category_that_cannot_be_is_never_drawn() -> None:
    fields = np.array([[-90.0, 0.0]], dtype=np.float32)
    states = Softmax().draw(fields, np.zeros(2, np.float32), Chance(5, 8101579))[1]
    np.testing.assert_array_equal(states, [[0, 1]])


@ALL_KINDS
def test_units_without_links_have_the_means_that_their_biases_were_made_for(units: VisibleUnits) -> None:
    wanted = np.array([0.02, 0.5, 0.48, 0.3, 0.7, 1.0])
    if isinstance(units, Softmax):
        for group in units.groups(N):
            wanted[group] /= wanted[group].sum()
    elif isinstance(units, Joined):
        wanted[3:] = 0.3, 0.7, 1.0
    else:
        wanted[5] = 0.9
    before = wanted.copy()
    bias = units.bias_of(wanted)
    np.testing.assert_allclose(units.means(np.zeros((1, N)), bias)[0], wanted, rtol=1e-12)
    bias += 1  # it is an array of its own
    np.testing.assert_array_equal(wanted, before)


def test_certain_columns_get_a_finite_bias() -> None:
    bias = Binary().bias_of(np.array([0.0, 1.0, 1e-9]))
    np.testing.assert_allclose(Binary().means(np.zeros((1, 3)), bias)[0], [0.001, 0.999, 0.001])
    assert np.isfinite(Softmax().bias_of(np.array([0.0, 1.0]))).all()


@pytest.mark.parametrize("x", [-1.0, -0.5, 0.0, 1.0, 6.0])
def test_rectified_units_have_the_noise_of_many_copies(x: float) -> None:
    """max(0, x + N(0, 1 / (1 + exp(-x)))) (Nair and Hinton 2010, section 3), by the moments of a cut normal."""
    fields = np.full((60_000, 1), x - 0.25)
    means, states = Rectified().draw(fields, np.array([0.25]), Chance(7))
    np.testing.assert_allclose(means, max(0.0, x), atol=1e-15)
    spread = math.sqrt(naive.logistic(x))
    mean = x * norm.cdf(x / spread) + spread * norm.pdf(x / spread)
    square = (x**2 + spread**2) * norm.cdf(x / spread) + x * spread * norm.pdf(x / spread)
    error = states.std() / np.sqrt(len(states))
    assert abs(states.mean() - mean) < 4 * error
    assert abs((states**2).mean() - square) < 4 * (states**2).std() / np.sqrt(len(states))
    assert states.min() >= 0
    positive = states[states > 0]
    assert abs(len(positive) / len(states) - norm.cdf(x / spread)) < 4 * math.sqrt(0.25 / len(states))
    share_below = norm.cdf(-x / spread)
    ranks = (norm.cdf((positive - x) / spread) - share_below) / (1 - share_below)
    assert kstest(ranks, "uniform").pvalue > 1e-3
    np.testing.assert_allclose(Rectified().means(np.array([[x, -x]]), np.zeros(2)), [[max(0, x), max(0, -x)]])


def test_joined_units_are_their_parts_side_by_side() -> None:
    random = np.random.default_rng(2)
    fields, bias = random.standard_normal((5, N)), random.standard_normal(N)
    joined, chance = Joined(Binary(), Softmax(), 2), Chance(3)
    means, states = joined.draw(fields.copy(), bias, Chance(3))
    left = Binary().draw(fields[:, :2].copy(), bias[:2], chance)
    right = Softmax().draw(fields[:, 2:].copy(), bias[2:], chance)
    np.testing.assert_array_equal(states, np.hstack([left[1], right[1]]))
    np.testing.assert_array_equal(means, np.hstack([left[0], right[0]]))
    np.testing.assert_allclose(joined.means(fields.copy(), bias), means)
    parts = Binary().weight(states[:, :2], bias[:2]) + Softmax().weight(states[:, 2:], bias[2:])
    np.testing.assert_allclose(joined.weight(states, bias), parts)
    np.testing.assert_allclose(parts, states @ bias)


@pytest.mark.parametrize(
    ("form", "units"),
    [
        ("binary", Binary()),
        ("gaussian", Gaussian()),
        ("softmax", Softmax()),
        ("softmax(3)", Softmax(3)),
        ("softmax((3, 2))", Softmax((3, 2))),
        ("softmax(sizes=(3, 2))", Softmax((3, 2))),
    ],
)
def test_short_forms_stand_for_units_and_units_for_short_forms(form: str, units: VisibleUnits) -> None:
    assert visible_units_named(form) == units
    assert visible_units_named(str(units)) == units
    assert visible_units_named(units) is units
    assert hash(units) == hash(visible_units_named(form))


def test_hidden_units_have_names() -> None:
    assert {name: type(units) for name, units in HIDDEN.items()} == {
        "binary": Binary, "rectified": Rectified, "gaussian": Gaussian,
    }  # fmt: skip


@pytest.mark.parametrize("sizes", [0, -1, 2.5, (3, 0), (3, "2"), True, (2, True), "3"])
def test_sizes_of_groups_are_counts(sizes: object) -> None:
    with pytest.raises(InvalidParameterError, match=r"whole numbers of at least 1. Got .*"):
        Softmax(sizes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("sizes", "said"), [(4, "multiples of 4"), ((4, 1), "They are 5"), ((4, 3), "7"), ((), "0")])
def test_groups_that_do_not_fit_are_refused(sizes: int | tuple[int, ...], said: str) -> None:
    with pytest.raises(InvalidParameterError, match=rf"as many columns as X has, 6\..*{said}"):
        Softmax(sizes).groups(N)


@pytest.mark.parametrize("form", ["bernoulli", "softmax(", "softmax(1, 2)", "gaussian(2)", "rectified"])
def test_unknown_units_are_refused(form: str) -> None:
    with pytest.raises(InvalidParameterError):
        visible_units_named(form)
