"""Sources of batches: every kind of them, how they travel, what they hold in memory, and what they say when wrong."""

import copy
import functools
import itertools
import pickle
import re
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
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from sinapsi.batch_sources import BLOCK_BYTES, MappedArray, naming, recut, shards_of
from sinapsi.exceptions import DataFileError, InvalidInputError, InvalidParameterError, MissingDependencyError

X = np.arange(60.0).reshape(20, 3)
y = np.arange(20)
weights = np.linspace(0.5, 1.5, 20)


def halves():
    yield X[:12], y[:12]
    yield X[12:], y[12:]


class Halves:
    def __iter__(self):
        return halves()


def joined(batches):
    parts = list(batches)
    rows = [part.toarray() if sparse.issparse(part) else np.asarray(part) for part, _, _ in parts]
    loads = None if parts[0][2] is None else np.concatenate([np.asarray(part) for _, _, part in parts])
    return np.concatenate(rows), np.concatenate([np.asarray(part) for _, part, _ in parts]), loads


def assert_gives_all(source, passes=2, **options):
    """One shard, which gives the examples above in each pass, also after a journey to another process."""
    (shard,) = shards_of(source, **options)
    for _ in range(passes):
        inputs, targets, _ = joined(shard.batches())
        np.testing.assert_array_equal(inputs, X)
        np.testing.assert_array_equal(targets, y)
    if passes > 1:
        inputs, targets, _ = joined(cloudpickle.loads(cloudpickle.dumps(shard)).batches())
        np.testing.assert_array_equal(inputs, X)
        np.testing.assert_array_equal(targets, y)
    return shard


@pytest.mark.parametrize(
    "source",
    [
        (X, y),
        [X, y],
        (X, y, None),
        (X, list(y)),
        (pd.DataFrame(X), pd.Series(y, index=np.arange(20) + 7)),
        (pl.DataFrame(X), pl.Series(y)),
        (torch.from_numpy(X), torch.from_numpy(y)),
        *[(sparse.coo_array(X).asformat(kind), y) for kind in ("csr", "csc", "coo", "lil")],
        (sparse.csr_matrix(X), y),
        Halves(),
        halves,
        lambda: list(halves()),
        lambda: tuple(halves()),
        lambda: (X, y),
        functools.partial(Halves),
        Halves,
        torch.utils.data.DataLoader(
            torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(y)), batch_size=7
        ),
    ],
    ids=lambda source: type(source).__name__,
)
def test_every_kind_gives_all_rows_in_each_pass(source):
    assert_gives_all(source)


def test_a_list_of_batches_is_one_shard_a_pair():
    shards = shards_of(list(halves()))
    assert [shard.name for shard in shards] == ["shard 1 of 2 (arrays)", "shard 2 of 2 (arrays)"]
    np.testing.assert_array_equal(np.concatenate([joined(shard.batches())[1] for shard in shards]), y)


def test_shards_of_different_kinds(tmp_path):
    mapped = np.memmap(tmp_path / "X.dat", dtype=np.float64, mode="w+", shape=X.shape)
    shards = shards_of([(mapped, y), halves, Halves(), functools.partial(halves), halves(), [(X, y)]])
    assert [shard.name.split(" ", 4)[-1] for shard in shards] == [
        "(X.dat)",
        "(halves)",
        "(Halves)",
        "(halves)",
        "(halves)",
        "(list)",
    ]
    assert [len(joined(shard.batches())[1]) for shard in shards] == [20] * 6


def test_weights_come_along():
    (shard,) = shards_of((X, y, weights))
    np.testing.assert_array_equal(joined(shard.batches())[2], weights)
    (shard,) = shards_of(lambda: [(X, y, weights)])
    np.testing.assert_array_equal(joined(shard.batches())[2], weights)


def test_arrays_come_in_blocks_of_their_own_memory():
    large = np.zeros((BLOCK_BYTES // 8, 2))
    (shard,) = shards_of((large, large[:, 0]))
    blocks = list(shard.batches())
    assert [part.nbytes for part, _, _ in blocks] == [BLOCK_BYTES] * 2
    assert all(np.shares_memory(part, large) for part, _, _ in blocks)
    rows = sparse.random_array((3000, 1000), density=0.5, format="csr", rng=np.random.default_rng(0))
    (shard,) = shards_of((rows, np.zeros(3000)))
    sizes = [part.data.nbytes + part.indices.nbytes for part, _, _ in shard.batches()]
    assert sum(sizes) == rows.data.nbytes + rows.indices.nbytes
    assert max(sizes) < 1.1 * BLOCK_BYTES


def test_empty_batches_are_left_out():
    (shard,) = shards_of(lambda: [(X[:0], y[:0]), (X, y), (X[:0], y[:0])])
    assert [len(targets) for _, targets, _ in shard.batches()] == [20]


def test_no_batch_outlives_its_turn():
    class Rows(np.ndarray):
        pass

    alive = []

    def batches():
        for start in range(0, 20, 4):
            # the batch under way and nothing but it: those before are gone when the next one is made
            assert sum(reference() is not None for reference in alive) == 0
            part = X[start : start + 4].copy().view(Rows)
            alive.append(weakref.ref(part))
            yield part, y[start : start + 4]
            del part

    (shard,) = shards_of(batches)
    for block in shard.batches():
        del block
    assert len(alive) == 5
    alive.clear()
    blocks = recut(shard.batches(), 6)
    for block in blocks:
        del block
    assert len(alive) == 5


# Memory maps


@pytest.fixture
def mapped(tmp_path):
    data = np.memmap(tmp_path / "data.bin", dtype=">f4", mode="w+", offset=4096 + 12, shape=(5000, 30))
    data[:] = np.arange(150_000, dtype=np.float32).reshape(5000, 30)
    data.flush()
    return np.memmap(tmp_path / "data.bin", dtype=">f4", mode="r", offset=4096 + 12, shape=(5000, 30))


@pytest.mark.parametrize(
    "view",
    [
        lambda whole: whole,
        lambda whole: whole[1000:4000],
        lambda whole: whole[1000:4000][5:50],
        lambda whole: np.asarray(whole)[7:],
        lambda whole: whole.reshape(2500, 60)[3:],
        lambda whole: whole[:30].T,
    ],
)
def test_a_memory_map_travels_as_its_address(mapped, view):
    part = view(mapped)
    (shard,) = shards_of((part, part))
    message = cloudpickle.dumps(shard)
    assert len(message) < 2000
    blocks = list(pickle.loads(message).batches())
    assert {block.dtype for block, _, _ in blocks} == {np.dtype(">f4")}
    inputs, targets, _ = joined(blocks)
    np.testing.assert_array_equal(inputs, part)
    np.testing.assert_array_equal(targets, part)


def test_a_reopened_map_is_read_only(mapped):
    (shard,) = shards_of((mapped, mapped[:, 0].copy()))
    (block, _, _) = next(shard.batches())
    assert isinstance(block, np.memmap)
    assert not block.flags.writeable


def test_what_is_no_plain_part_of_a_file_stays_an_array(mapped, tmp_path):
    changed = np.memmap(mapped.filename, dtype=np.float32, mode="c", shape=(10, 3))
    changed[:] = 7
    for array in (changed, mapped[::2], mapped[:, :5], mapped + 1, mapped[[1, 2]], np.ones(3), None, [1.0]):
        assert MappedArray.of(array) is None
    (shard,) = shards_of((changed, changed))
    assert (joined(pickle.loads(pickle.dumps(shard)).batches())[0] == 7).all()


def test_a_map_whose_file_is_gone_stays_an_array(mapped):
    Path(mapped.filename).unlink()
    (shard,) = shards_of((mapped, mapped))
    np.testing.assert_array_equal(joined(shard.batches())[0], mapped)


def test_a_file_lost_on_the_way_is_named(mapped):
    (shard,) = shards_of((mapped, mapped))
    Path(mapped.filename).unlink()
    with pytest.raises(InvalidInputError, match=r"source \(data.bin\): FileNotFoundError: .*data.bin"):
        list(shard.batches())


# Parquet


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.parquet"
    pl.DataFrame({"a": X[:, 0], "y": y, "b": X[:, 1], "c": X[:, 2]}).write_parquet(path, row_group_size=6)
    return path


def written(path, **columns):
    pl.DataFrame(columns).write_parquet(path)
    return path


@pytest.mark.parametrize("as_source", [str, Path])
def test_parquet_gives_all_columns_but_the_target(table, as_source):
    shard = assert_gives_all(as_source(table), target="y")
    (block, targets, sample_weight) = next(shard.batches())
    assert block.flags.c_contiguous
    assert (block.dtype, targets.dtype, sample_weight) == (np.float64, np.int64, None)


def test_parquet_in_several_batches(table, monkeypatch):
    monkeypatch.setattr("sinapsi.batch_sources.parquet.PARQUET_BYTES", 7 * 3 * 8)
    shard = assert_gives_all(table, target="y")
    assert [len(targets) for _, targets, _ in shard.batches()] == [7, 7, 6]


def test_parquet_files_are_shards(table):
    shards = shards_of([table, str(table)], target="y")
    assert [shard.name for shard in shards] == ["shard 1 of 2 (table.parquet)", "shard 2 of 2 (table.parquet)"]
    assert len(shards_of((str(table), str(table)), target="y")) == 2


def test_parquet_is_found_from_another_folder(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (shard,) = shards_of("table.parquet", target="y")
    monkeypatch.chdir("/")
    assert len(joined(shard.batches())[1]) == 20


def test_several_targets_are_a_table(table):
    (shard,) = shards_of(table, target=["c", "y"])
    (inputs, targets, _) = next(shard.batches())
    np.testing.assert_array_equal(inputs, X[:, :2])
    np.testing.assert_array_equal(targets, np.column_stack((X[:, 2], y)))
    (shard,) = shards_of(table, target=("y",))
    assert next(shard.batches())[1].shape == (20, 1)


@pytest.mark.parametrize("kind", [pl.String, pl.Categorical, pl.Enum(["yes", "no"])])
def test_text_targets_are_labels(tmp_path, kind):
    path = written(tmp_path / "t.pq", a=[1.0, 2.0, 3.0], label=pl.Series(["yes", "no", "yes"], dtype=kind))
    (shard,) = shards_of(path, target="label")
    labels = next(shard.batches())[1]
    assert labels.dtype == object
    assert labels.tolist() == ["yes", "no", "yes"]


def test_types_of_columns(tmp_path):
    one = {"f": pl.Series([0.1], dtype=pl.Float32), "b": [True], "i": pl.Series([3], dtype=pl.Int16)}
    path = written(tmp_path / "single.parquet", **one, y=[True])
    (inputs, targets, _) = next(shards_of(path, target="y")[0].batches())
    np.testing.assert_array_equal(inputs, np.array([[0.1, 1, 3]], dtype=np.float32), strict=True)
    assert targets.dtype == bool
    path = written(
        tmp_path / "double.parquet", **one, n=[2**40], d=pl.Series(["1.25"]).str.to_decimal(scale=2), y=[1.5]
    )
    (inputs, _, _) = next(shards_of(path, target="y")[0].batches())
    np.testing.assert_array_equal(inputs, np.array([[np.float32(0.1), 1, 3, 2**40, 1.25]]), strict=True)
    path = written(tmp_path / "flags.parquet", a=[True, False], b=[1, 2], y=[0, 1])
    np.testing.assert_array_equal(next(shards_of(path, target="y")[0].batches())[0], [[1.0, 1], [0, 2]], strict=True)


def test_names_that_look_like_patterns(tmp_path):
    path = written(tmp_path / "a[1]*.parquet", **{"^x.*$": [1.0], "xa": [2.0], "*": [3.0], "^y$": [4.0]})
    (inputs, targets, _) = next(shards_of(path, target="^y$")[0].batches())
    np.testing.assert_array_equal(inputs, [[1.0, 2, 3]])
    np.testing.assert_array_equal(targets, [4.0])


@pytest.mark.parametrize("name", ["a", "y"])
def test_a_null_is_refused_under_its_column(tmp_path, name):
    path = written(tmp_path / "t.parquet", **({"a": [1.0, 2.0], "y": [0, 1]} | {name: [1, None]}))
    (shard,) = shards_of(path, target="y")
    with pytest.raises(
        InvalidInputError, match=rf"source \(t.parquet\): the column '{name}' has a .* in row 1\. .*drop"
    ):
        list(shard.batches())


def test_nan_is_left_to_the_estimator(tmp_path):
    path = written(tmp_path / "t.parquet", a=[1.0, np.nan], y=[0, 1])
    assert np.isnan(next(shards_of(path, target="y")[0].batches())[0]).any()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("z", r"there is no column 'z' to learn\. Its columns are 'price', 'color', 'when', 'n': name one"),
        ("prise", r"no column 'prise' to learn\. Did you mean 'price'\?"),
        (["price", "m"], r"no column 'm'"),
        ("price", r"the column 'color' holds String\. Expected numbers .* besides the target"),
        ("when", r"the column 'when' holds Date\. Expected .* or text as the target"),
        (["n", "color"], r"the column 'color' holds String\. Expected numbers .* in a list of targets"),
        (["n", "color", "when", "price"], r"'color' holds String"),
        (None, r"target is missing\. Name it: fit_batches\(path, target="),
        ([], r"target must be the name of a column, or a list of different names\. Got \[\]"),
        (["n", "n"], r"list of different names"),
        (3, r"target must be the name of a column, or a list of different names\. Got 3"),
    ],
)
def test_wrong_targets(tmp_path, target, message):
    path = written(tmp_path / "t.parquet", price=[1.0], color=["red"], when=pl.Series([1], dtype=pl.Date), n=[2])
    with pytest.raises(InvalidInputError, match=r"source \(t.parquet\): .*" + message):
        shards_of(path, target=target)


def test_wrong_files(tmp_path, table):
    (tmp_path / "text.parquet").write_text("a,b\n1,2\n")
    (tmp_path / "folder.parquet").mkdir()
    for name, message in [
        ("none.parquet", "there is no file there: check the path"),
        ("text.parquet", "is no readable Parquet file: .*write or copy it again"),
        ("folder.parquet", "there is a folder: pass the list of the files in it"),
    ]:
        with pytest.raises(DataFileError, match=rf"shard 2 of 2 \({name}\): .*" + message):
            shards_of([table, tmp_path / name], target="y")
    with pytest.raises(InvalidInputError, match=r"\(data.csv\): the path .* ends in '.csv'. Expected a Parquet file"):
        shards_of("data.csv", target="y")
    with pytest.raises(InvalidInputError, match="no column is left for X"):
        shards_of(written(tmp_path / "t.parquet", y=[1]), target="y")
    (shard,) = shards_of(
        written(tmp_path / "t.parquet", a=pl.Series([], dtype=pl.Float64), y=pl.Series([1])[:0]), target="y"
    )
    with pytest.raises(InvalidInputError, match="there are no examples"):
        list(shard.batches())


def test_a_file_damaged_in_the_middle(tmp_path, capfd):
    values = np.random.default_rng(0).standard_normal(50_000)
    path = written(tmp_path / "t.parquet", a=values, y=values)
    content = path.read_bytes()
    path.write_bytes(content[:1000] + bytes(100_000) + content[101_000:])
    (shard,) = shards_of(path, target="y")
    with pytest.raises(DataFileError, match=r"source \(t.parquet\): .*no readable Parquet file"):
        list(shard.batches())


def test_without_polars(table, monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(MissingDependencyError, match=r"needs Polars, .* pip install 'sinapsi\[cli\]'"):
        shards_of(table, target="y")


READING = """
import sys
from sinapsi.batch_sources import recut, shards_of

def peak():  # the high-water mark of this process alone; ru_maxrss would count that of its parent
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) * 1024

kind, path, warm = sys.argv[1:]
import numpy as np
import polars as pl
pl.scan_parquet(warm).collect()
if kind == "parquet":
    (shard,) = shards_of(path, target="y")
else:
    X = np.load(path, mmap_mode="r")
    (shard,) = shards_of((X, X[:, 0].copy()))
before, total, n_rows = peak(), 0.0, 0
for X, y, _ in recut(shard.batches(), 10_000):
    total += X.sum()
    n_rows += len(y)
print(n_rows, total, peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak of memory from /proc")
@pytest.mark.parametrize("kind", ["parquet", "parquet in one row group", "map"])
def test_memory_is_a_fraction_of_the_file(tmp_path, table, kind):
    n_rows, n_columns = 1_600_000, 32  # 410 MB
    values = np.random.default_rng(0).standard_normal(n_rows + n_columns)  # noise: no compression makes it small
    columns = {f"x{shift}": values[shift : shift + n_rows] for shift in range(n_columns - 1)} | {"y": values[:n_rows]}
    if kind == "map":
        path = tmp_path / "large.npy"
        large = np.lib.format.open_memmap(path, "w+", np.float64, (n_rows, n_columns - 1))
        for position in range(n_columns - 1):
            large[:, position] = columns[f"x{position}"]
    else:
        path = tmp_path / "large.parquet"
        pl.DataFrame(columns).write_parquet(path, row_group_size=n_rows if "one" in kind else None)
    expected = sum(column.sum() for name, column in columns.items() if name != "y")
    command = [sys.executable, "-c", READING, kind.split()[0], str(path), str(table)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    rows, total, growth = map(float, result.stdout.split())
    assert rows == n_rows
    assert total == pytest.approx(expected)
    assert growth < n_rows * n_columns * 8 / 4


# Passes, and sources that are none


def test_a_generator_is_good_for_one_pass():
    (shard,) = shards_of(halves())
    assert len(joined(shard.batches())[1]) == 20
    expected = (
        r"source \(halves\): it is exhausted: a generator can be gone through once, this fit needs several passes\. "
        r"Pass the function that makes it\."
    )
    with pytest.raises(InvalidInputError, match=expected):
        list(shard.batches())


def test_a_pass_that_was_left_early_does_not_go_on():
    (shard,) = shards_of(halves())
    next(shard.batches())
    with pytest.raises(InvalidInputError, match="it is exhausted"):
        list(shard.batches())
    (shard,) = shards_of(halves)
    next(shard.batches())
    assert len(joined(shard.batches())[1]) == 20


def test_a_generator_that_was_used_before():
    used = halves()
    list(used)
    (shard,) = shards_of(used)
    with pytest.raises(InvalidInputError, match=r"it gives no examples\. .*not gone through before, or the function"):
        list(shard.batches())


def test_a_generator_stays_in_its_process():
    (shard,) = shards_of(halves())
    for travel in (pickle.dumps, cloudpickle.dumps, copy.deepcopy):
        with pytest.raises(InvalidInputError, match=r"source \(halves\): a generator cannot be sent .* or n_jobs=1"):
            travel(shard)


def test_what_should_begin_anew_and_does_not():
    class Once:
        def __init__(self):
            self._batches = halves()

        def __iter__(self):
            return self._batches

    (shard,) = shards_of(Once())
    list(shard.batches())
    with pytest.raises(InvalidInputError, match=r"source \(Once\): it gave batches before, .* let __iter__ begin anew"):
        list(shard.batches())
    same = halves()
    (shard,) = shards_of(lambda: same)
    list(shard.batches())
    with pytest.raises(InvalidInputError, match=r"none when called again\. .*make a new iterable at each call"):
        list(shard.batches())


@pytest.mark.parametrize("source", [(X[:0], y[:0]), [[]], list, lambda: iter(()), lambda: [(X[:0], y[:0])]])
def test_nothing_to_learn(source):
    (shard,) = shards_of(source)
    with pytest.raises(InvalidInputError, match=r"there are no examples\. Pass at least one batch"):
        list(shard.batches())


@pytest.mark.parametrize(
    ("source", "fact"),
    [
        (3, r"source \(int\): Got an int\."),
        (None, "Got None"),
        (X, "Got an? ndarray"),
        (pd.DataFrame(X), "Got a DataFrame"),
        ({"X": X, "y": y}, "Got a dict"),
        (b"data.parquet", "Got a bytes"),
        ([], "The source is an empty list"),
        ([(X, y), 5], r"shard 2 of 2 \(int\): Got an int"),
        ([(X, y, weights, 1)], r"shard 1 of 1 \(tuple\): Got a tuple of 4"),
    ],
)
def test_what_is_no_source(source, fact):
    with pytest.raises(InvalidInputError, match=fact) as caught:
        shards_of(source)
    assert "Expected a pair (X, y) or a triple (X, y, sample_weight) of arrays; an iterable" in str(caught.value)


def test_target_without_parquet():
    with pytest.raises(InvalidInputError, match=r"\(halves\): target='y' names a column of a Parquet file, .* Leave"):
        shards_of(halves, target="y")


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (X, r"batch 2 is an ndarray\. Expected a pair"),
        ((X,), r"batch 2 is a tuple of 1\. Expected a pair"),
        ((X, y, weights, weights), r"batch 2 is a tuple of 4"),
        ("Xy", r"batch 2 is a str"),
        ((X, y[:19]), r"X of batch 2 has 20 rows, but y has 19\. Pass one value per row"),
        ((X, y, weights[:5]), r"X of batch 2 has 20 rows, but sample_weight has 5"),
        ((X, None), r"y of batch 2 is None"),
        ((X, 3.0), r"y of batch 2 is a float"),
        ((X, y, np.float64(1)), r"sample_weight of batch 2 is a float64"),
        ((X[:, 0], y), r"X of batch 2 is an ndarray with the shape \(20,\)\. Expected a table"),
        ((None, y), r"X of batch 2 is None with the shape \(\)"),
        ((X[:, :2], y), r"batch 2 has 2 dense columns and no weights, but the batches before it have 3 dense"),
        ((X, y, weights), r"batch 2 has 3 dense columns and weights, but .* and no weights\. Give all"),
        ((sparse.csr_array(X), y), r"batch 2 has 3 sparse columns"),
    ],
)
def test_wrong_batches_are_named(second, message):
    shards = shards_of([halves, lambda: iter([(X, y), second])])
    with pytest.raises(InvalidInputError, match=r"^shard 2 of 2 \(<lambda>\): " + message):
        list(shards[1].batches())


def test_wrong_pairs_are_refused_at_once():
    with pytest.raises(InvalidInputError, match=r"^shard 2 of 2 \(arrays\): X of the pair has 20 rows, but y has 19"):
        shards_of([(X, y), (X, y[:19])])
    (shard,) = shards_of(lambda: (X, y[:19]))
    with pytest.raises(InvalidInputError, match=r"X of what it gives has 20 rows, but y has 19"):
        list(shard.batches())


@pytest.mark.parametrize("made", [None, 3, X, {"X": X}, "text"])
def test_a_function_that_gives_no_batches(made):
    (shard,) = shards_of(lambda: made)
    with pytest.raises(InvalidInputError, match=r"calling it gave .*\. Expected an iterable of batches \(X, y\)"):
        list(shard.batches())


def test_lists_of_numbers_are_batches_too():
    (shard,) = shards_of(lambda: [([[1, 2], [3, 4]], ["a", "b"])])
    assert next(shard.batches())[0] == [[1, 2], [3, 4]]
    np.testing.assert_array_equal(next(recut(shard.batches(), 2))[0], [[1, 2], [3, 4]])


# Names in errors


def test_an_error_while_reading_names_the_shard():
    def broken():
        yield X, y
        raise OSError("the disk is gone")

    (shard,) = shards_of(broken)
    with pytest.raises(InvalidInputError, match=r"^source \(broken\): OSError: the disk is gone$") as caught:
        list(shard.batches())
    assert isinstance(caught.value.__cause__, OSError)


def test_names_are_given_once_and_survive_the_way_back():
    shard = shards_of([halves, halves])[1]
    for raised, kind in [
        (InvalidInputError("too wide"), InvalidInputError),
        (InvalidParameterError("too deep"), InvalidParameterError),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), InvalidInputError),
    ]:
        with pytest.raises(kind) as caught, naming(shard), naming(shard):
            raise raised
        assert str(caught.value).count("shard 2 of 2 (halves): ") == 1
        back = pickle.loads(pickle.dumps(caught.value))
        assert type(back) is kind
        assert str(back) == str(caught.value)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, MemoryError, UserWarning])
def test_what_is_not_the_shards_fault_passes(kind):
    (shard,) = shards_of(halves)
    with pytest.raises(kind, match=r"^as it was$"), naming(shard):
        raise kind("as it was")


# Recutting


def cut_at(cuts, *arrays):
    bounds = [0, *sorted(cuts), arrays[0].shape[0]]
    for start, stop in itertools.pairwise(bounds):
        yield tuple(array if array is None else array[start:stop] for array in arrays)


@given(
    cuts=st.lists(st.integers(0, 20), max_size=8),
    n_rows=st.integers(1, 25),
    dtype=st.sampled_from([np.float32, np.float64]),
    kind=st.sampled_from([np.asarray, sparse.csr_array, sparse.csr_matrix]),
    with_weights=st.booleans(),
    n_outputs=st.sampled_from([None, 1, 2]),
)
def test_recut_keeps_every_row_whatever_the_cut(cuts, n_rows, dtype, kind, with_weights, n_outputs):
    inputs = kind(np.where(X % 5 == 0, 0, X * 0.1).astype(dtype))
    targets = y if n_outputs is None else np.column_stack([y] * n_outputs).astype(dtype)
    loads = weights if with_weights else None
    blocks = list(recut(cut_at(cuts, inputs, targets, loads), n_rows))
    assert [len(block[1]) for block in blocks] == [n_rows] * (20 // n_rows) + [20 % n_rows] * (20 % n_rows > 0)
    assert all(sparse.issparse(block[0]) == sparse.issparse(inputs) for block in blocks)
    together = joined(blocks)
    for found, expected in zip(together, (inputs, targets, loads), strict=True):
        if expected is None:
            assert found is None
        else:
            dense = expected.toarray() if sparse.issparse(expected) else expected
            np.testing.assert_array_equal(found, dense, strict=True)


@given(cuts=st.lists(st.integers(0, 500), max_size=6))
def test_sums_over_blocks_do_not_depend_on_the_cut(cuts):
    rows = np.random.default_rng(0).standard_normal((500, 7)).astype(np.float32)

    def gram(batches):
        return sum(block.T @ block for block, _, _ in recut(batches, 64))

    whole = gram([(rows, rows[:, 0], None)])
    np.testing.assert_array_equal(gram(cut_at(cuts, rows, rows[:, 0], None)), whole)
    np.testing.assert_array_equal(gram(cut_at(cuts, np.asfortranarray(rows), rows[:, 0], None)), whole)


def test_a_batch_that_fits_is_not_copied():
    ((block, targets, loads),) = recut([(X, y, weights)], 20)
    assert block is X
    assert targets is y
    assert loads is weights
    rows = sparse.csr_array(X)
    ((block, _, _),) = recut([(rows, y, None)], 20)
    assert block is rows


def test_a_large_batch_is_cut_by_views():
    blocks = [block for block, _, _ in recut([(X, y, None)], 8)]
    assert [np.shares_memory(block, X) for block in blocks] == [True, True, False]  # the rest waited for more rows
    rows = sparse.csr_array(X)
    for block, _, _ in recut([(rows, y, None)], 10):
        assert np.shares_memory(block.data, rows.data)
        assert np.shares_memory(block.indices, rows.indices)


def test_types_that_grow():
    batches = [
        (X[:2].astype(np.float32), np.array(["no", "no"]), None),
        (X[2:4] / 3, np.array(["maybe", "yes"]), None),
    ]
    ((block, labels, _),) = recut(batches, 4)
    np.testing.assert_array_equal(block, np.concatenate([part for part, _, _ in batches]), strict=True)
    assert labels.tolist() == ["no", "no", "maybe", "yes"]


def test_a_block_has_rows():
    with pytest.raises(InvalidParameterError, match=re.escape("at least 1 row. Got n_rows=0")):
        list(recut([(X, y, None)], 0))
