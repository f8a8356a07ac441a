"""Passes over examples: the same sums in memory, in batches of any cut, in shards, and in worker processes."""

import itertools
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sinapsi.algebra.normal_equations import SUMS, NormalEquations
from sinapsi.algebra.passes import ExamplesInMemory, ExamplesInShards, rows_a_block, sample_of
from sinapsi.algebra.triangular_factor import TriangularFactor
from sinapsi.batch_sources import shards_of
from sinapsi.exceptions import InvalidInputError
from sinapsi.validation import ExampleSet

N_SAMPLES, N_FEATURES, N_HIDDEN, N_ROWS = 90, 3, 4, 16
RANDOM = np.random.default_rng(0)
X = RANDOM.standard_normal((N_SAMPLES, N_FEATURES)) + 2
TARGETS = RANDOM.standard_normal((N_SAMPLES, 2))
WEIGHTS = RANDOM.uniform(0.5, 2, N_SAMPLES)
HIDDEN_WEIGHTS = RANDOM.standard_normal((N_FEATURES, N_HIDDEN))

make_sums = partial(NormalEquations, N_HIDDEN, 2, overwrites=True)


def hidden(inputs):
    return np.tanh(inputs @ HIDDEN_WEIGHTS)


def door(inputs, targets, weights):
    return inputs, targets, weights


def batches(cuts, is_weighted=True):
    """A list of batches is a list of shards; an object that gives them is one."""
    bounds = [0, *sorted(cuts), N_SAMPLES]
    parts = [slice(start, end) for start, end in itertools.pairwise(bounds)]
    return [(X[part], TARGETS[part], *([WEIGHTS[part]] if is_weighted else [])) for part in parts]


class OneShard:
    def __init__(self, cuts, is_weighted):
        self.cuts, self.is_weighted = cuts, is_weighted

    def __iter__(self):
        return iter(batches(self.cuts, self.is_weighted))


def assert_same_bits(one, other):
    for name in SUMS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def assert_close(one, other, rtol):
    assert one.n_examples == other.n_examples
    for name in SUMS:
        expected = np.asarray(getattr(other, name))
        scale = np.abs(expected).max()
        np.testing.assert_allclose(getattr(one, name), expected, rtol=0, atol=rtol * scale, err_msg=name)


@given(cuts=st.lists(st.integers(1, N_SAMPLES - 1), max_size=8), is_weighted=st.booleans())
def test_any_cut_of_one_shard_gives_the_bits_of_the_examples_in_memory(cuts, is_weighted):
    memory = ExamplesInMemory(X, TARGETS, WEIGHTS if is_weighted else None)
    shards = ExamplesInShards(shards_of(OneShard(cuts, is_weighted)), door)
    expected = memory.collect(make_sums, hidden, N_ROWS)
    assert expected.n_examples == N_SAMPLES
    assert_same_bits(shards.collect(make_sums, hidden, N_ROWS), expected)


@given(cuts=st.lists(st.integers(1, N_SAMPLES - 1), max_size=4, unique=True))
def test_any_cut_into_shards(cuts):
    memory = ExamplesInMemory(X, TARGETS, WEIGHTS).collect(make_sums, hidden, N_ROWS)
    shards = ExamplesInShards(shards_of(batches(cuts)), door).collect(make_sums, hidden, N_ROWS)
    assert_close(shards, memory, rtol=1e-12)


@settings(max_examples=5)
@given(cuts=st.lists(st.integers(1, N_SAMPLES - 1), min_size=1, max_size=4, unique=True))
def test_shards_in_two_processes_give_the_bits_of_one_process(cuts):
    """They are joined in their own order, whichever is ready first; joblib starts processes of loky."""
    shards = shards_of(batches(cuts))
    one = ExamplesInShards(shards, door).collect(make_sums, hidden, N_ROWS)
    two = ExamplesInShards(shards, door, n_jobs=2).collect(make_sums, hidden, N_ROWS)
    assert_same_bits(two, one)
    assert_close(two, ExamplesInMemory(X, TARGETS, WEIGHTS).collect(make_sums, hidden, N_ROWS), rtol=1e-12)


class Heights:
    """Collects nothing but how many rows each block had."""

    def __init__(self):
        self.heights = []

    def add(self, rows, targets, weights=None):
        self.heights.append(len(rows))
        return self

    def join(self, other):
        self.heights += other.heights
        return self


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_blocks_of_one_height_in_the_order_of_the_shards(n_jobs):
    shards = ExamplesInShards(shards_of(batches([20, 57])), door, n_jobs)
    assert shards.collect(Heights, hidden, N_ROWS).heights == [16, 4, 16, 16, 5, 16, 16, 1]
    memory = ExamplesInMemory(X, TARGETS, WEIGHTS)
    assert memory.collect(Heights, hidden, N_ROWS).heights == [16, 16, 16, 16, 16, 10]


def test_shards_in_another_order():
    """A factor is not the same when blocks change places, but what is solved with it is."""
    make = partial(TriangularFactor, N_HIDDEN, 2)
    shards = shards_of(batches([20, 50]))
    forward = ExamplesInShards(shards, door).collect(make, hidden, N_ROWS)
    backward = ExamplesInShards(shards[::-1], door).collect(make, hidden, N_ROWS)
    whole = ExamplesInMemory(X, TARGETS, WEIGHTS).collect(make, hidden, N_ROWS)
    for factor in (forward, backward):
        np.testing.assert_allclose(factor.solve(0.1).coef, whole.solve(0.1).coef, rtol=1e-11, atol=1e-13)


def test_sparse_inputs():
    memory = ExamplesInMemory(sparse.csr_matrix(X), TARGETS, WEIGHTS).collect(make_sums, hidden, N_ROWS)
    cut = [(sparse.csr_matrix(rows), targets, weights) for rows, targets, weights in batches([33, 34])]
    shards = ExamplesInShards(shards_of(lambda: iter(cut)), door).collect(make_sums, hidden, N_ROWS)
    assert_same_bits(shards, memory)
    assert_close(memory, ExamplesInMemory(X, TARGETS, WEIGHTS).collect(make_sums, hidden, N_ROWS), rtol=1e-13)


def test_inputs_are_not_used_as_scratch():
    """Hidden outputs may be overwritten, and so must be new ones; here they are X itself."""
    before = X.copy()
    ExamplesInMemory(X, TARGETS, WEIGHTS).collect(make_sums, hidden, N_ROWS)
    np.testing.assert_array_equal(X, before)


def fails(inputs):
    if len(inputs) == 7:
        raise ValueError("seven is too few")
    return hidden(inputs)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_failing_shard_is_named(n_jobs):
    shards = ExamplesInShards(shards_of([*batches([N_SAMPLES // 2]), (X[:7], TARGETS[:7], WEIGHTS[:7])]), door, n_jobs)
    with pytest.raises(InvalidInputError, match=r"^shard 3 of 3 \(arrays\): ValueError: seven is too few"):
        shards.collect(make_sums, fails, N_ROWS)


def closed_door(inputs, targets, weights):
    raise InvalidInputError("not like this")


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_shard_that_is_not_let_in_is_named_once(n_jobs):
    shards = ExamplesInShards(shards_of(batches([10])), closed_door, n_jobs)  # both fail; either may be the first
    with pytest.raises(InvalidInputError, match=r"^shard [12] of 2 \(arrays\): not like this$"):
        shards.collect(make_sums, hidden, N_ROWS)


@given(cuts=st.lists(st.integers(1, N_SAMPLES - 1), max_size=5, unique=True))
def test_a_sample_is_the_same_in_memory_and_in_shards(cuts):
    memory = sample_of(ExamplesInMemory(X, TARGETS, WEIGHTS), 12, 3)
    shards = sample_of(ExamplesInShards(shards_of(batches(cuts)), door), 12, 3)
    np.testing.assert_array_equal(shards.rows, memory.rows)
    np.testing.assert_allclose(shards.targets, memory.targets, rtol=1e-15)
    np.testing.assert_allclose(shards.weights, memory.weights, rtol=1e-15)


def test_examples_of_a_set():
    examples = ExamplesInMemory.of(ExampleSet(X, TARGETS, WEIGHTS))
    assert (examples.inputs is X, examples.targets is TARGETS, examples.weights is WEIGHTS) == (True, True, True)


@pytest.mark.parametrize(
    ("n_columns", "itemsize", "expected"),
    [(1, 8, 2**18), (256, 8, 1024), (1000, 8, 4000), (4096, 8, 4096), (20_000, 8, 4096), (512, 4, 2048)],
)
def test_rows_of_a_block(n_columns, itemsize, expected):
    """2 MB, or four times as many rows as columns, but no more than 4096 of those."""
    assert rows_a_block(n_columns, itemsize) == expected
