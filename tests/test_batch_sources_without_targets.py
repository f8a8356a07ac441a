"""Sources of inputs alone, for networks that learn without targets: every kind, and what they say when wrong."""

import functools
import pickle
import subprocess
import sys
import weakref
from pathlib import Path

import cloudpickle
import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from scipy import sparse

from sinapsi.algebra.passes import ExamplesInShards, as_they_are
from sinapsi.batch_sources import BLOCK_BYTES, naming, recut, shards_of
from sinapsi.exceptions import DataFileError, InvalidInputError

X = np.arange(60.0).reshape(20, 3)
y = np.arange(20)
weights = np.linspace(0.5, 1.5, 20)

inputs_of = functools.partial(shards_of, needs_targets=False)


def halves():
    yield X[:12]
    yield X[12:]


def pairs():
    yield X[:12], y[:12]
    yield X[12:], y[12:], weights[12:]


class Halves:
    def __iter__(self):
        return halves()


def joined(batches):
    """The inputs of all batches, each of which is a triple with a y of no columns."""
    parts = []
    for inputs, targets, sample_weight in batches:
        assert targets.shape == (inputs.shape[0], 0)
        assert sample_weight is None
        parts.append(inputs.toarray() if sparse.issparse(inputs) else np.asarray(inputs))
    return np.concatenate(parts)


def written(path, **columns):
    pl.DataFrame(columns).write_parquet(path)
    return path


# What may be a source


@pytest.mark.parametrize(
    "source",
    [
        X,
        np.asfortranarray(X),
        pd.DataFrame(X),
        pl.DataFrame(X),
        torch.from_numpy(X),
        *[sparse.coo_array(X).asformat(kind) for kind in ("csr", "csc", "coo", "lil")],
        sparse.csr_matrix(X),
        Halves(),
        halves,
        functools.partial(Halves),
        lambda: X,
        lambda: pd.DataFrame(X),
        lambda: sparse.csc_array(X),
        lambda: list(halves()),
        lambda: [X[:12], (X[12:], y[12:])],
        lambda: [X[:0], X, X[:0]],
        torch.utils.data.DataLoader(torch.from_numpy(X), batch_size=7),
        [X],
        (X, y),
        (X, y, weights),
        (X, None),
        (X, "no targets at all"),
        (X, y[:3]),
        [(X, y)],
        pairs,
        lambda: (X, y),
        lambda: list(pairs()),
        lambda: tuple(pairs()),
    ],
    ids=lambda source: type(source).__name__,
)
def test_every_kind_gives_all_inputs_in_each_pass(source):
    (shard,) = inputs_of(source)
    for _ in range(2):
        np.testing.assert_array_equal(joined(shard.batches()), X)
    there = cloudpickle.loads(cloudpickle.dumps(shard))
    np.testing.assert_array_equal(joined(there.batches()), X)
    np.testing.assert_array_equal(joined(recut(there.batches(), 7)), X)


def test_a_list_is_one_shard_an_element(tmp_path):
    path = written(tmp_path / "t.parquet", a=X[:, 0], b=X[:, 1], c=X[:, 2])
    shards = inputs_of([X, (X, y), halves, Halves(), halves(), path, [X[:12], X[12:]]])
    kinds = ["arrays", "arrays", "halves", "Halves", "halves", "t.parquet", "list"]
    assert [shard.name for shard in shards] == [f"shard {n} of 7 ({kind})" for n, kind in enumerate(kinds, start=1)]
    for shard in shards:
        np.testing.assert_array_equal(joined(shard.batches()), X)


def test_two_arrays_are_two_shards_in_a_list_and_a_pair_in_a_tuple():
    first, second = inputs_of([X[:12], X[12:]])
    np.testing.assert_array_equal(joined(first.batches()), X[:12])
    np.testing.assert_array_equal(joined(second.batches()), X[12:])
    (shard,) = inputs_of((X[:12], X[12:]))
    np.testing.assert_array_equal(joined(shard.batches()), X[:12])


def test_lists_of_numbers_are_batches_too():
    (shard,) = inputs_of(lambda: [[[1, 2], [3, 4]], [[5, 6]]])
    np.testing.assert_array_equal(next(recut(shard.batches(), 3))[0], [[1, 2], [3, 4], [5, 6]])


def test_single_precision_stays():
    (shard,) = inputs_of(lambda: [X[:12].astype(np.float32), X[12:].astype(np.float32)])
    assert {block.dtype for block, _, _ in recut(shard.batches(), 7)} == {np.dtype(np.float32)}


def test_an_array_comes_in_blocks_of_its_own_memory():
    large = np.zeros((BLOCK_BYTES // 8, 2))
    blocks = list(inputs_of(large)[0].batches())
    assert [block.nbytes for block, _, _ in blocks] == [BLOCK_BYTES] * 2
    assert all(np.shares_memory(block, large) for block, _, _ in blocks)
    assert sum(targets.nbytes for _, targets, _ in blocks) == 0


def test_targets_are_not_sent():
    lengths = [len(pickle.dumps(inputs_of(source)[0])) for source in (X, (X, np.zeros((20, 1000))))]
    assert lengths[0] == lengths[1]


class AllRows:
    """Collects the inputs of a pass."""

    def __init__(self):
        self.blocks = []

    def add(self, rows, targets, weights=None):
        assert targets.shape == (len(rows), 0)
        assert weights is None
        self.blocks.append(rows.copy())
        return self

    def join(self, other):
        self.blocks += other.blocks
        return self


def of_three_features(inputs, targets, sample_weight):
    if inputs.shape[1] != 3:
        raise InvalidInputError(f"X has {inputs.shape[1]} features, but 3 are expected.")
    return inputs, targets, sample_weight


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_pass_through_shards(n_jobs):
    examples = ExamplesInShards(inputs_of([X[:12], Halves(), (X[12:], y[12:])]), of_three_features, n_jobs)
    collected = examples.collect(AllRows, as_they_are, 5)
    assert [len(block) for block in collected.blocks] == [5, 5, 2, 5, 5, 5, 5, 5, 3]
    np.testing.assert_array_equal(np.concatenate(collected.blocks), np.concatenate([X[:12], X, X[12:]]))


def test_shards_of_different_columns():
    shards = inputs_of([X, X[:, :2]])  # each is in order by itself; the door knows how many columns there must be
    assert [joined(shard.batches()).shape[1] for shard in shards] == [3, 2]
    with pytest.raises(InvalidInputError, match=r"^shard 2 of 2 \(arrays\): X has 2 features, but 3 are expected"):
        ExamplesInShards(shards, of_three_features).collect(AllRows, as_they_are, 5)


# Memory maps


@pytest.fixture
def mapped(tmp_path):
    whole = np.lib.format.open_memmap(tmp_path / "X.npy", "w+", np.float32, (5000, 30))
    whole[:] = np.arange(150_000).reshape(5000, 30)
    whole.flush()
    return np.load(tmp_path / "X.npy", mmap_mode="r")


@pytest.mark.parametrize("cut", [lambda whole: whole, lambda whole: whole[1000:4000], lambda whole: whole[:30].T])
def test_a_memory_map_travels_as_its_address(mapped, cut):
    for source in (cut(mapped), (cut(mapped), None)):
        (shard,) = inputs_of(source)
        assert shard.name == "source (X.npy)"
        message = pickle.dumps(shard)
        assert len(message) < 2000
        blocks = list(pickle.loads(message).batches())
        assert all(isinstance(block, np.memmap) and not block.flags.writeable for block, _, _ in blocks)
        np.testing.assert_array_equal(joined(blocks), cut(mapped))


def test_a_map_from_a_function_is_not_kept_open(mapped):
    opened = []

    def inputs():
        whole = np.load(mapped.filename, mmap_mode="r")
        opened.append(weakref.ref(whole))
        return whole

    batches = inputs_of(inputs)[0].batches()
    assert isinstance(next(batches)[0], np.memmap)
    assert opened[0]() is None  # each block maps the file anew


READING = """
import sys
import numpy as np
from sinapsi.batch_sources import recut, shards_of

def peak():
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) * 1024

kind, path = sys.argv[1:]
source = np.load(path, mmap_mode="r") if kind == "map" else lambda: np.load(path, mmap_mode="r")
(shard,) = shards_of(source, needs_targets=False)
before, total = peak(), 0.0
for X, _, _ in recut(shard.batches(), 10_000):
    total += X.sum()
print(total, peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak of memory from /proc")
@pytest.mark.parametrize("kind", ["map", "function"])
def test_memory_is_a_fraction_of_the_file(tmp_path, kind):
    large = np.lib.format.open_memmap(tmp_path / "large.npy", "w+", np.float64, (800_000, 32))  # 205 MB
    large[:] = np.arange(32)
    large.flush()
    command = [sys.executable, "-c", READING, kind, str(tmp_path / "large.npy")]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    total, growth = map(float, result.stdout.split())
    assert total == 800_000 * np.arange(32).sum()
    assert growth < large.nbytes / 4


# Parquet


@pytest.fixture
def table(tmp_path):
    return written(tmp_path / "table.parquet", a=X[:, 0], name=["row"] * 20, b=X[:, 1], c=X[:, 2])


@pytest.mark.parametrize("as_source", [str, Path])
@pytest.mark.parametrize("target", ["name", ["name"], ("name",)])
def test_parquet_leaves_the_target_out(table, monkeypatch, as_source, target):
    monkeypatch.setattr("sinapsi.batch_sources.parquet.PARQUET_BYTES", 7 * 3 * 8)
    (shard,) = inputs_of(as_source(table), target=target)
    batches = list(shard.batches())
    assert [len(block) for block, _, _ in batches] == [7, 7, 6]
    assert all(block.flags.c_contiguous for block, _, _ in batches)
    np.testing.assert_array_equal(joined(batches), X)
    np.testing.assert_array_equal(joined(pickle.loads(pickle.dumps(shard)).batches()), X)


@pytest.mark.parametrize("target", [None, [], ()])
def test_parquet_without_target_is_all_inputs(tmp_path, target):
    path = written(tmp_path / "t.parquet", a=X[:, 0], b=X[:, 1], c=X[:, 2])
    (shard,) = inputs_of(path, target=target)
    np.testing.assert_array_equal(joined(shard.batches()), X)


def test_several_columns_are_left_out_whatever_they_hold(table):
    (shard,) = inputs_of(table, target=["name", "a"])
    np.testing.assert_array_equal(joined(shard.batches()), X[:, 1:])


def test_a_null_is_nan(tmp_path):
    columns = {
        "float": [0.5, None],
        "integer": [None, 2],
        "flag": [True, None],
        "decimal": pl.Series(["1.25", None]).str.to_decimal(scale=2),
    }
    (shard,) = inputs_of(written(tmp_path / "t.parquet", **columns, left_out=["a", None]), target="left_out")
    expected = np.array([[0.5, np.nan, 1, 1.25], [np.nan, 2, np.nan, np.nan]])
    np.testing.assert_array_equal(joined(shard.batches()), expected, strict=True)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("z", r"there is no column 'z' to leave out\. Its columns are 'a', 'name', 'b', 'c': name one"),
        ("nam", r"no column 'nam' to leave out\. Did you mean 'name'\?"),
        (
            None,
            r"'name' holds String\. Expected numbers or truth values in all columns that target= does not leave out",
        ),
        ("a", r"'name' holds String\. Expected numbers or truth values in all columns that target= does not leave out"),
        (["a", "b", "c", "name"], r"no column is left for X\. Expected at least one besides those that target= leaves"),
        (["a", "a"], r"target must be the name of a column, or a list of different names\. Got \['a', 'a'\]"),
        (3, r"target must be the name of a column, or a list of different names\. Got 3"),
    ],
)
def test_wrong_columns(table, target, message):
    with pytest.raises(InvalidInputError, match=r"^source \(table.parquet\): .*" + message):
        inputs_of(table, target=target)


def test_wrong_files(tmp_path, table):
    with pytest.raises(DataFileError, match=r"^shard 2 of 2 \(none.parquet\): .*there is no file there"):
        inputs_of([table, tmp_path / "none.parquet"], target="name")
    with pytest.raises(InvalidInputError, match=r"\(data.csv\): the path .* ends in '.csv'. Expected a Parquet file"):
        inputs_of("data.csv")
    (shard,) = inputs_of(written(tmp_path / "empty.parquet", a=pl.Series([], dtype=pl.Float64)))
    with pytest.raises(InvalidInputError, match=r"there are no examples\. Pass at least one batch X with rows\.$"):
        list(shard.batches())


def test_target_without_parquet():
    with pytest.raises(InvalidInputError, match=r"names a column of a .* but this is an ndarray\. Leave target out\.$"):
        inputs_of(X, target="y")


# Passes, and sources that are none


@pytest.mark.parametrize("batches", [halves, pairs])
def test_a_generator_is_good_for_one_pass_in_its_process(batches):
    (shard,) = inputs_of(batches())
    with pytest.raises(InvalidInputError, match="a generator cannot be sent to another process"):
        pickle.dumps(shard)
    np.testing.assert_array_equal(joined(shard.batches()), X)
    with pytest.raises(InvalidInputError, match="it is exhausted: a generator can be gone through once"):
        list(shard.batches())


def test_a_generator_that_was_used_before():
    used = halves()
    list(used)
    (shard,) = inputs_of(used)
    with pytest.raises(
        InvalidInputError, match=r"it gives no examples\. Expected at least one batch X with rows: pass"
    ):
        list(shard.batches())


@pytest.mark.parametrize("source", [X[:0], (X[:0], y[:0]), [[]], list, lambda: X[:0], lambda: [X[:0]]])
def test_nothing_to_learn(source):
    (shard,) = inputs_of(source)
    with pytest.raises(InvalidInputError, match=r"there are no examples\. Pass at least one batch X with rows\.$"):
        list(shard.batches())


@pytest.mark.parametrize(
    ("source", "fact"),
    [
        (3, r"source \(int\): Got an int\."),
        (None, "Got None"),
        ({"X": X}, "Got a dict"),
        (b"data.parquet", "Got a bytes"),
        ([], "The source is an empty list"),
        ((), "The source is an empty tuple"),
        ([X, 5], r"shard 2 of 2 \(int\): Got an int"),
    ],
)
def test_what_is_no_source(source, fact):
    with pytest.raises(InvalidInputError, match=fact) as caught:
        inputs_of(source)
    assert "Expected an array X (or a tuple (X, y), of which X is taken); an iterable" in str(caught.value)
    assert "sample_weight" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "fact"),
    [
        (y, r"source \(arrays\): this is an ndarray with the shape \(20,\)"),
        (pd.Series(y), r"this is a Series with the shape \(20,\)"),
        (X.reshape(20, 3, 1), r"this is an ndarray with the shape \(20, 3, 1\)"),
        ((y, X), r"this is an ndarray with the shape \(20,\)"),
        ([X, y], r"shard 2 of 2 \(arrays\): this is an ndarray with the shape \(20,\)"),
        ((X,), r"source \(arrays\): this is a tuple of 1"),
        ((X, y, weights, X), r"source \(arrays\): this is a tuple of 4\."),  # four shards would be a list
        ((X, X, X, X), r"source \(arrays\): this is a tuple of 4 with the shape \(4, 20, 3\)\."),
    ],
)
def test_arrays_that_are_no_table_are_refused_at_once(source, fact):
    with pytest.raises(InvalidInputError, match=fact) as caught:
        inputs_of(source)
    assert "Expected a table: rows are examples, columns features. Pass X of shape" in str(caught.value)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (y, r"batch 2 is an ndarray with the shape \(20,\)\. Expected a table"),
        ((y, X), r"batch 2 is an ndarray with the shape \(20,\)\. Expected a table"),
        (None, r"batch 2 is None\. Expected a table"),
        ("X", r"batch 2 is a str\. Expected a table"),
        ([X, y], r"batch 2 is a list of 2\. Expected a table: .* or a tuple \(X, y\), of which X is taken\.$"),
        ([[1, 2], [3]], r"batch 2 is a list of 2\. Expected a table"),
        ((X, y, y, y), r"batch 2 is a tuple of 4\. Expected a table"),
        (X[:, :2], r"batch 2 has 2 dense columns, but the batches before it have 3 dense columns\. Give all"),
        (sparse.csr_array(X), r"batch 2 has 3 sparse columns, but the batches before it have 3 dense columns\. Give"),
    ],
)
def test_wrong_batches_are_named(second, message):
    shards = inputs_of([halves, lambda: iter([X, second])])
    with pytest.raises(InvalidInputError, match=r"^shard 2 of 2 \(<lambda>\): " + message):
        list(shards[1].batches())


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (None, r"calling it gave None\. Expected an iterable of batches X: let it yield or return them\.$"),
        ({"X": X}, r"calling it gave a dict\. Expected an iterable of batches X:"),
        ("text", r"calling it gave a str\. Expected an iterable of batches X:"),
        (y, r"what it gives is an ndarray with the shape \(20,\)\. Expected a table"),
        ((X, X, X, X), r"what it gives is a tuple of 4 with the shape \(4, 20, 3\)\. Expected a table"),
    ],
)
def test_a_function_that_gives_no_inputs(made, message):
    (shard,) = inputs_of(lambda: made)
    with pytest.raises(InvalidInputError, match=r"^source \(<lambda>\): " + message):
        list(shard.batches())


def test_errors_name_the_shard():
    (_, shard) = inputs_of([X, X])
    with pytest.raises(InvalidInputError, match=r"^shard 2 of 2 \(arrays\): OSError: the disk is gone$"), naming(shard):
        raise OSError("the disk is gone")
