"""Losses over the targets that are known, and the coefficient of determination over them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import r2_score

from sinapsi.activations import identity, log_softmax, logistic, relu, softmax, tanh
from sinapsi.losses import BY_NAME, ObservedOnly, is_squared_error, log_loss, squared_error
from sinapsi.validation import determination

PAIRS = [
    (squared_error, identity),
    (squared_error, logistic(slope=3.0)),
    (squared_error, tanh),
    (squared_error, relu),
    (squared_error, softmax),
    (squared_error, log_softmax),
    (log_loss, logistic),
    (log_loss, logistic(slope=2.0)),
]


def outputs_and_targets(activation, seed, share=0.4, shape=(5, 3)):
    random = np.random.default_rng(seed)
    targets = random.integers(0, 2, shape).astype(float)
    targets[random.random(shape) < share] = np.nan
    return activation.value(random.standard_normal(shape)), targets


@given(pair=st.sampled_from(PAIRS), seed=st.integers(0, 10**6))
def test_the_error_is_that_of_the_known_ones(pair, seed):
    loss, activation = pair
    outputs, targets = outputs_and_targets(activation, seed)
    known = ~np.isnan(targets)
    whole = loss.per_output(activation, np.nan_to_num(targets), outputs)
    found = ObservedOnly(loss).per_output(activation, targets, outputs)
    np.testing.assert_array_equal(found, np.where(known, whole, 0))
    np.testing.assert_allclose(
        ObservedOnly(loss).per_example(activation, targets, outputs), np.where(known, whole, 0).sum(axis=1), rtol=1e-14
    )


@given(pair=st.sampled_from(PAIRS), seed=st.integers(0, 10**6))
def test_local_gradients_are_minus_the_slopes(pair, seed):
    loss, activation = pair
    random = np.random.default_rng(seed)
    v = random.uniform(0.1, 3, (4, 3)) * random.choice([-1, 1], (4, 3))  # away from the kink of relu
    _, targets = outputs_and_targets(activation, seed, shape=(4, 3))
    delta, h = np.empty_like(v), 1e-5
    masked = ObservedOnly(loss)
    masked.local_gradient(activation, targets, activation.value(v), delta)
    for place in np.ndindex(v.shape):
        step = np.zeros_like(v)
        step[place] = h
        above, below = (masked.per_example(activation, targets, activation.value(v + s)).sum() for s in (step, -step))
        assert delta[place] == pytest.approx(-(above - below) / (2 * h), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("pair", PAIRS)
def test_nothing_known_costs_nothing_and_teaches_nothing(pair):
    loss, activation = pair
    outputs, _ = outputs_and_targets(activation, 0)
    targets, delta = np.full_like(outputs, np.nan), np.full_like(outputs, 7.0)
    assert not ObservedOnly(loss).per_example(activation, targets, outputs).any()
    ObservedOnly(loss).local_gradient(activation, targets, outputs, delta)
    assert not delta.any()


@pytest.mark.parametrize("pair", PAIRS)
def test_where_all_is_known_it_is_the_loss_itself(pair):
    loss, activation = pair
    outputs, targets = outputs_and_targets(activation, 0, share=0.0)
    deltas = np.empty((2, *outputs.shape))
    for each, delta in zip((loss, ObservedOnly(loss)), deltas, strict=True):
        each.local_gradient(activation, targets, outputs, delta)
    np.testing.assert_array_equal(*deltas)
    np.testing.assert_allclose(
        ObservedOnly(loss).per_example(activation, targets, outputs),
        loss.per_example(activation, targets, outputs),
        rtol=1e-14,
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("pair", PAIRS)
def test_the_floating_type_stays(pair, dtype):
    loss, activation = pair
    outputs, targets = (array.astype(dtype) for array in outputs_and_targets(activation, 0))
    assert ObservedOnly(loss).per_example(activation, targets, outputs).dtype == dtype


def test_several_starts_at_once():
    outputs, targets = outputs_and_targets(identity, 0)
    stacked = np.stack([outputs, outputs + 1])
    found = ObservedOnly(squared_error).per_example(identity, targets, stacked)
    for row, own in zip(found, stacked, strict=True):
        np.testing.assert_array_equal(row, ObservedOnly(squared_error).per_example(identity, targets, own))


def test_outputs_that_are_not_finite_cost_nothing_where_nothing_is_known():
    outputs, targets = np.array([[np.inf, 1.0], [np.nan, 2.0]]), np.array([[np.nan, 1.5], [np.nan, np.nan]])
    errors = ObservedOnly(squared_error).per_example(identity, targets, outputs)
    assert errors.tolist() == [0.125, 0.0]


def test_what_is_a_squared_error():
    assert is_squared_error(squared_error)
    assert is_squared_error(ObservedOnly(squared_error))
    assert not is_squared_error(log_loss)
    assert not is_squared_error(ObservedOnly(log_loss))
    assert "observed_only" not in BY_NAME  # it is not for users to name: NaN says it


class TestDetermination:
    @given(seed=st.integers(0, 10**6), is_weighted=st.booleans(), share=st.floats(0, 0.6))
    def test_it_is_that_of_scikit_learn_column_by_column(self, seed, is_weighted, share):
        random = np.random.default_rng(seed)
        targets, outputs = random.standard_normal((2, 12, 3))
        targets[random.random((12, 3)) < share] = np.nan
        targets[:2] = random.standard_normal((2, 3))  # two of each column are known
        weights = random.uniform(0.1, 3, 12) if is_weighted else None
        expected = np.mean(
            [
                r2_score(targets[rows, k], outputs[rows, k], sample_weight=None if weights is None else weights[rows])
                for k, rows in enumerate(~np.isnan(targets.T))
            ]
        )
        assert determination(targets, outputs, weights) == pytest.approx(expected, rel=1e-10, abs=1e-12)

    def test_what_is_given_where_nothing_is_known_does_not_matter(self):
        random = np.random.default_rng(0)
        targets, outputs = random.standard_normal((2, 10, 2))
        targets[3:6, 1] = np.nan
        score = determination(targets, outputs)
        outputs[3:6, 1] = [1e300, -np.inf, np.nan]
        assert determination(targets, outputs) == score

    def test_columns_without_a_known_value_do_not_count(self):
        random = np.random.default_rng(0)
        targets, outputs = random.standard_normal((2, 10, 2))
        alone = determination(targets[:, :1], outputs[:, :1])
        targets[:, 1] = np.nan
        assert determination(targets, outputs) == pytest.approx(alone, rel=1e-14)
        assert np.isnan(determination(np.full((4, 2), np.nan), outputs[:4]))

    def test_columns_known_in_rows_without_weight_only_do_not_count(self):
        random = np.random.default_rng(0)
        targets, outputs = random.standard_normal((2, 10, 2))
        weights = np.ones(10)
        targets[2:, 1], weights[:2] = np.nan, 0
        alone = determination(targets[2:, :1], outputs[2:, :1])
        assert determination(targets, outputs, weights) == pytest.approx(alone, rel=1e-12)

    def test_a_column_with_a_single_known_value_does_not_spoil_the_others(self):
        """Its variance is none, as that of a target that does not vary: 1 where it is met, else 0."""
        random = np.random.default_rng(0)
        targets, outputs = random.standard_normal((2, 10, 2))
        targets[1:, 1] = np.nan
        assert np.isfinite(determination(targets, outputs))

    @pytest.mark.parametrize(("given", "score"), [(2.0, 1.0), (2.5, 0.0)])
    def test_a_target_that_does_not_vary(self, given, score):
        targets, outputs = np.full((6, 1), 2.0), np.full((6, 1), given)
        targets[4:] = np.nan
        assert determination(targets, outputs) == score
