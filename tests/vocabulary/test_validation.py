"""Sets of examples, and the share of them that is held out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from sinapsi.exceptions import InvalidInputError
from sinapsi.validation import ExampleSet


def examples(n_samples=20, *, is_weighted=True, is_sparse=False):
    """Row i holds the number i everywhere."""
    X = np.repeat(np.arange(float(n_samples)), 3).reshape(n_samples, 3)
    weights = np.arange(float(n_samples)) if is_weighted else None
    return ExampleSet(sparse.csr_array(X) if is_sparse else X, np.arange(n_samples), weights)


def numbers_in(part):
    """The rows of a part, after checking that inputs, targets and weights belong together."""
    inputs = part.inputs.toarray() if sparse.issparse(part.inputs) else part.inputs
    np.testing.assert_array_equal(inputs[:, 0], part.targets)
    if part.weights is not None:
        np.testing.assert_array_equal(part.weights, part.targets)
    return part.targets.tolist()


@pytest.mark.parametrize("is_sparse", [False, True])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_taken_rows_keep_their_answers_and_weights(is_sparse, is_weighted):
    part = examples(is_sparse=is_sparse, is_weighted=is_weighted).take(np.array([3, 1, 17]))
    assert len(part) == 3
    assert numbers_in(part) == [3, 1, 17]


def test_examples_without_weight_are_left_out():
    part = examples().weighing_something()
    assert numbers_in(part) == list(range(1, 20))  # the first weighed 0
    assert part.weighing_something() is part
    unweighted = examples(is_weighted=False)
    assert unweighted.weighing_something() is unweighted


@given(n_samples=st.integers(2, 60), fraction=st.floats(0.001, 0.999), seed=st.integers(0, 1000))
def test_a_split_parts_the_examples(n_samples, fraction, seed):
    training, held_out = examples(n_samples).split(fraction, np.random.default_rng(seed))
    assert sorted(numbers_in(training) + numbers_in(held_out)) == list(range(n_samples))
    assert len(held_out) == min(max(1, round(fraction * n_samples)), n_samples - 1)


def test_a_split_is_random_and_seeded():
    first, again, other = (numbers_in(examples(50).split(0.3, np.random.default_rng(seed))[1]) for seed in (1, 1, 2))
    assert first == again
    assert sorted(first) != sorted(other)
    random = np.random.default_rng(1)
    assert sorted(numbers_in(examples(50).split(0.3, random)[1])) == sorted(first)
    assert sorted(numbers_in(examples(50).split(0.3, random)[1])) != sorted(first)  # the generator has moved on


def test_strata_are_represented_alike():
    strata = np.repeat([0, 1, 2], [60, 30, 10])
    training, held_out = examples(100).split(0.2, np.random.default_rng(0), strata)
    assert np.bincount(strata[held_out.targets]).tolist() == [12, 6, 2]
    assert np.bincount(strata[training.targets]).tolist() == [48, 24, 8]


@pytest.mark.parametrize(
    ("strata", "fraction"),
    [
        ([0] * 19 + [1], 0.2),  # a class of one
        (list(range(10)) * 2, 0.1),  # fewer held out than classes
        (list(range(10)) * 2, 0.9),  # fewer left than classes
    ],
)
def test_classes_too_small_to_be_represented_do_not_prevent_a_split(strata, fraction):
    training, held_out = examples(20).split(fraction, np.random.default_rng(0), np.array(strata))
    assert len(training) + len(held_out) == 20


def test_one_example_cannot_be_split():
    with pytest.raises(InvalidInputError, match=r"validation_fraction=0\.1 needs at least 2 examples.*Got 1.*X_val"):
        examples(1).split(0.1, np.random.default_rng(0))
