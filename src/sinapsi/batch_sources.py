"""Where batches of examples come from, when there are more than memory holds.

A source is cut into *shards* (:func:`shards_of`), each of which gives its batches anew as often as it is asked and can
be sent to another process. :func:`recut` joins and cuts batches to blocks of one size, so that what is summed over
blocks does not depend on how the source was cut. :func:`naming` says in every error which shard it came from.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import itertools
import mmap
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sinapsi.exceptions import (
    DataFileError,
    InvalidInputError,
    InvalidParameterError,
    MissingDependencyError,
    SinapsiError,
)

Batch: TypeAlias = tuple[Any, Any, Any]  # X, y, and sample_weight or None

BLOCK_BYTES = 2**22  # of X in a batch cut from arrays; several fit into the cache of the last level
PARQUET_BYTES = 2**24  # of X in a batch from Parquet; a smaller one reads each row group more often
COLUMN_GROUPS = 16  # Polars takes the compressed columns of a whole row group into memory: a sixteenth at a time
PARQUET_SUFFIXES = (".parquet", ".pq")
WHAT_A_SOURCE_MAY_BE = (
    "Expected a pair (X, y) or a triple (X, y, sample_weight) of arrays; an iterable of such batches; a function that "
    "makes such an iterable at each call; the path of a .parquet file, with target=; or a list of these."
)


class Shard(ABC):
    """A part of a source, read from its beginning as often as needed.

    Parameters
    ----------
    name : str
        What messages call it, for example ``"shard 3 of 8 (data-3.parquet)"``.
    """

    name: str

    def __init__(self, name: str) -> None:
        self.name = name
        self._gave_batches = False

    def batches(self) -> Iterator[Batch]:
        """Give the batches one after another; each call begins anew.

        Yields
        ------
        X : array, data frame or sparse matrix of shape (n_rows, n_features)
            Inputs, as the user has them.
        y : array of shape (n_rows,) or (n_rows, n_outputs)
            Targets.
        sample_weight : array of shape (n_rows,) or None
            Weights, in all batches or in none.

        Raises
        ------
        InvalidInputError
            If there is no batch, or one is no pair (X, y) or differs in form from those before. The message names the
            shard and the batch.
        """
        with naming(self):
            form, gave_rows, numbers = "", False, itertools.count(1)  # `enumerate` would keep the last batch alive
            for raw in self._raw():
                number = next(numbers)
                batch = _triple(raw, f"batch {number}")
                del raw
                form = _same_form(batch, form, number)
                if _shape(batch[0])[0]:
                    gave_rows = self._gave_batches = True
                    yield batch
                del batch  # or it would live on while the next one is made
            if not gave_rows:
                raise InvalidInputError(self._used_up() if self._gave_batches else self._empty())

    @abstractmethod
    def _raw(self) -> Iterator[Any]:
        """Give what the user calls batches."""

    def _empty(self) -> str:
        return "there are no examples. Pass at least one batch (X, y) with rows."

    def _used_up(self) -> str:
        return "there were examples before, but none in this pass. Leave the data as they are until the fit has ended."


class ArrayShard(Shard):
    """Arrays that lie in memory or are mapped from files, given in blocks of rows."""

    def __init__(self, name: str, arrays: Sequence[Any]) -> None:
        super().__init__(name)
        with naming(self):
            checked = _triple(arrays, "the pair")
        self._arrays: list[Any] = [MappedArray.of(array) or array for array in checked]

    def _raw(self) -> Iterator[Batch]:
        return _blocks_of_rows(*self._arrays)


class IterableShard(Shard):
    """An object whose ``__iter__`` begins anew."""

    def __init__(self, name: str, source: Iterable[Any]) -> None:
        super().__init__(name)
        self._source = source

    def _raw(self) -> Iterator[Any]:
        return iter(self._source)

    def _used_up(self) -> str:
        return (
            "it gave batches before, but none in this pass. This fit needs several passes: let __iter__ begin anew at "
            "each call, or pass a function that makes the iterable."
        )


class IteratorShard(Shard):
    """A generator or another iterator, good for a single pass in this process."""

    def __init__(self, name: str, source: Iterator[Any]) -> None:
        super().__init__(name)
        self._source = source

    def _raw(self) -> Iterator[Any]:
        source, self._source = self._source, iter(())  # a pass that was left early must not go on where it stopped
        return source

    def _empty(self) -> str:
        return (
            "it gives no examples. Expected at least one batch (X, y) with rows: pass a generator that was not gone "
            "through before, or the function that makes it."
        )

    def _used_up(self) -> str:
        return (
            "it is exhausted: a generator can be gone through once, this fit needs several passes. Pass the function "
            "that makes it."
        )

    def __getstate__(self) -> dict[str, Any]:
        raise InvalidInputError(
            f"{self.name}: a generator cannot be sent to another process. Pass the function that makes it, or n_jobs=1."
        )


class CallableShard(Shard):
    """A function that makes an iterable of batches, or a pair (X, y), at each call."""

    def __init__(self, name: str, make: Callable[[], Any]) -> None:
        super().__init__(name)
        self._make = make

    def _raw(self) -> Iterator[Any]:
        made = self._make()
        if _is_pair(made):
            return _blocks_of_rows(*_triple(made, "what it gives"))
        if not _gives_batches(made):
            raise InvalidInputError(
                f"calling it gave {_kind(made)}. Expected an iterable of batches (X, y): let it yield or return them."
            )
        return iter(made)

    def _used_up(self) -> str:
        return (
            "it gave batches before, but none when called again. This fit needs several passes: let the function make "
            "a new iterable at each call."
        )


class ParquetShard(Shard):
    """A Parquet file: one or several columns are the target, all others the inputs."""

    def __init__(self, name: str, path: Path, target: str | Sequence[str]) -> None:
        super().__init__(name)
        self._path = path.absolute()  # another process may stand in another folder
        self._target = target if isinstance(target, str) else list(target)

    def check(self) -> None:
        """Refuse a file that cannot be read or has other columns than expected, before anything is learned.

        Raises
        ------
        DataFileError, InvalidInputError
            If the file, or its columns, cannot be learned from.
        """
        with naming(self), _parquet_errors(self._path):
            self._input_columns(_scanned(self._path).collect_schema())

    def _raw(self) -> Iterator[Batch]:
        import polars as pl

        with _parquet_errors(self._path):
            table = _scanned(self._path)
            columns, dtype = self._input_columns(table.collect_schema())
            n_rows = table.select(pl.len()).collect().item()
            step = max(1, PARQUET_BYTES // (dtype.itemsize * len(columns)))
            for start in range(0, n_rows, step):
                rows = table.slice(start, step)
                yield _numbers(rows, min(step, n_rows - start), columns, dtype, start), self._targets(rows, start), None

    def _input_columns(self, schema: Mapping[str, Any]) -> tuple[list[str], np.dtype[Any]]:
        """Check all columns; give the names of the inputs and the type they have together."""
        targets = [self._target] if isinstance(self._target, str) else self._target
        for name in targets:
            if name not in schema:
                raise InvalidInputError(_no_such_column(name, schema))
            is_one = isinstance(self._target, str)
            if not (is_one and str(schema[name]).startswith(("String", "Categorical", "Enum"))):
                place = "or text as the target" if is_one else "in a list of targets"
                _check_number_column(name, schema[name], place)
        inputs = [name for name in schema if name not in targets]
        if not inputs:
            raise InvalidInputError(
                "no column is left for X. Expected at least one besides the target: add the inputs."
            )
        for name in inputs:
            _check_number_column(name, schema[name], "besides the target")
        return inputs, _common_float([schema[name] for name in inputs])

    def _targets(self, rows: Any, start: int) -> NDArray[Any]:
        """Read the targets: numbers as they are, text as objects, several columns as a table."""
        if not isinstance(self._target, str):
            table: NDArray[Any] = _collected(rows, self._target, start).to_numpy(order="c")
            return table
        import polars as pl

        column = _collected(rows, [self._target], start).to_series()
        if isinstance(column.dtype, pl.Categorical | pl.Enum):
            column = column.cast(pl.String)
        labels: NDArray[Any] = column.to_numpy()
        return labels


@dataclass(frozen=True)
class MappedArray:
    """A contiguous part of a file that is an array: it travels as these few words and is opened where it is read.

    Parameters
    ----------
    path : str
        The file.
    dtype : dtype
        Type of its elements.
    shape : tuple of int
        Shape of the array.
    offset : int
        First byte in the file.
    order : {"C", "F"}
        Order of the axes.
    """

    path: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    offset: int
    order: str

    @classmethod
    def of(cls, array: Any) -> MappedArray | None:
        """Describe a memory map or a contiguous view of one.

        Parameters
        ----------
        array : object
            Anything.

        Returns
        -------
        MappedArray or None
            None for an array in memory, with gaps, or with changes that are in no file (mode ``"c"``).
        """
        owner = array
        while isinstance(owner, np.ndarray) and not (isinstance(owner, np.memmap) and owner.filename):
            owner = owner.base
        if not isinstance(owner, np.memmap) or owner.mode == "c" or not os.path.isfile(str(owner.filename)):
            return None
        if not (array.flags.c_contiguous or array.flags.f_contiguous) or array.size == 0:
            return None
        # A map begins at a page of the file; `offset` of a view is that of the array it was cut from.
        first_mapped = owner.offset - owner.offset % mmap.ALLOCATIONGRANULARITY
        distance = array.ctypes.data - np.frombuffer(owner._mmap, np.uint8).ctypes.data  # type: ignore[attr-defined]
        order = "C" if array.flags.c_contiguous else "F"
        return cls(os.path.abspath(str(owner.filename)), array.dtype, array.shape, first_mapped + distance, order)

    def open(self) -> NDArray[Any]:
        """Map the file, read-only.

        Returns
        -------
        memmap of shape `shape`
            The array; its pages leave memory with it.
        """
        order: Any = self.order
        return np.memmap(self.path, self.dtype, mode="r", offset=self.offset, shape=self.shape, order=order)


def shards_of(source: Any, *, target: str | Sequence[str] | None = None) -> list[Shard]:
    """Cut a source of examples into shards.

    Parameters
    ----------
    source : pair, triple, iterable, callable, path or list of these
        A pair (X, y) or a triple (X, y, sample_weight) of arrays, where X is a NumPy array, a memory map, a data frame
        or a SciPy sparse matrix of shape (n_samples, n_features); an iterable of such batches; a function without
        parameters that makes such an iterable (or pair) at each call; an iterator, for a single pass; or the path of a
        Parquet file. A list of these is one shard an element.
    target : str or list of str, optional
        For Parquet: the column to learn, or several. All other columns are inputs.

    Returns
    -------
    list of Shard
        At least one. Parquet files have been checked: they exist, and their columns are as expected.

    Raises
    ------
    InvalidInputError
        If `source` is nothing of this, or `target` does not go with it.
    DataFileError
        If a Parquet file is missing or cannot be read.
    MissingDependencyError
        If a Parquet file is to be read and Polars is not installed.

    Examples
    --------
    >>> X = np.arange(6.0).reshape(3, 2)
    >>> y = np.array([0, 1, 1])
    >>> first, second = shards_of([(X, y), lambda: iter([(X[:2], y[:2]), (X[2:], y[2:])])])
    >>> first.name
    'shard 1 of 2 (arrays)'
    >>> [len(y) for X, y, sample_weight in second.batches()]
    [2, 1]
    """
    if not isinstance(source, list | tuple) or _is_pair(source):
        return [_shard(source, target, "source")]
    if not source:
        raise InvalidInputError(f"The source is an empty {type(source).__name__}. {WHAT_A_SOURCE_MAY_BE}")
    return [_shard(part, target, f"shard {number} of {len(source)}") for number, part in enumerate(source, start=1)]


def recut(batches: Iterable[Batch], n_rows: int) -> Iterator[Batch]:
    """Join and cut batches to blocks of one size, whatever sizes came in.

    Parameters
    ----------
    batches : iterable of (X, y, sample_weight or None)
        Batches of one form: X dense or sparse of shape (n_batch, n_features), weights in all or in none.
    n_rows : int
        Rows of a block, at least 1; the last block has what is left.

    Yields
    ------
    X : array, C-ordered, or CSR, of shape (n_rows, n_features)
        The same rows in the same order, bit by bit: views where a block lies within one batch, the batch itself where
        it fits exactly. At most one block and one batch are held.
    y : array of shape (n_rows,) or (n_rows, n_outputs)
        Targets.
    sample_weight : array of shape (n_rows,) or None
        Weights.

    Raises
    ------
    InvalidParameterError
        If `n_rows` is below 1.

    Examples
    --------
    >>> X, y = np.arange(10.0).reshape(5, 2), np.arange(5)
    >>> [y for X, y, _ in recut([(X[:1], y[:1], None), (X[1:], y[1:], None)], 2)]
    [array([0, 1]), array([2, 3]), array([4])]
    """
    if n_rows < 1:
        raise InvalidParameterError(f"A block must have at least 1 row. Got n_rows={n_rows!r} instead.")
    block: _Block | None = None
    for X, y, sample_weight in batches:
        batch = [_rows_of(part, order) for part, order in ((X, "C"), (y, "K"), (sample_weight, "K"))]
        del X, y, sample_weight
        start, n_batch = 0, batch[0].shape[0]
        while start < n_batch:
            if block is None and start + n_rows <= n_batch:
                stop = start + n_rows
                yield _cut(batch, start, stop)
            else:
                block = block or _Block(n_rows)
                stop = min(n_batch, start + block.n_missing)
                block.add(_cut(batch, start, stop))
                if block.n_missing == 0:
                    whole, block = block.joined(), None
                    yield whole
                    del whole
            start = stop
        del batch
    if block is not None:
        yield block.joined()


@contextlib.contextmanager
def naming(shard: Shard) -> Iterator[None]:
    """Say in every error of the block which shard it came from.

    Parameters
    ----------
    shard : Shard
        The shard that is read or learned.

    Yields
    ------
    None

    Raises
    ------
    SinapsiError
        Errors of the library keep their class, all others become an InvalidInputError; the message begins with the name
        of the shard, once. Warnings, MemoryError and KeyboardInterrupt pass unchanged.

    Examples
    --------
    >>> (shard,) = shards_of((np.ones((2, 1)), np.ones(2)))
    >>> with naming(shard):
    ...     raise OSError("the disk is full")
    Traceback (most recent call last):
    sinapsi.exceptions.InvalidInputError: source (arrays): OSError: the disk is full
    """
    try:
        yield
    except (MemoryError, Warning):
        raise
    except Exception as error:
        if isinstance(error, SinapsiError) and str(error).startswith(f"{shard.name}: "):
            raise
        kinds = (DataFileError, InvalidParameterError, MissingDependencyError)
        kind = next((kind for kind in kinds if isinstance(error, kind)), InvalidInputError)
        what = str(error) if isinstance(error, SinapsiError) else f"{type(error).__name__}: {error}"
        raise kind(f"{shard.name}: {what}") from error


class _Block:
    """A block that is filled from several batches. It copies their rows, so that no batch outlives its turn."""

    def __init__(self, n_rows: int) -> None:
        self.n_missing = n_rows
        self._n_rows = n_rows
        self._parts: list[Any] = []  # of X, y, sample_weight: a buffer when dense, a list of CSR when sparse, or None

    def add(self, rows: Sequence[Any]) -> None:
        if not self._parts:
            self._parts = [_room_for(part, self._n_rows) for part in rows]
        filled = self._n_rows - self.n_missing
        for position, part in enumerate(rows):
            room = self._parts[position]
            if isinstance(room, list):
                room.append(part.copy())
            elif room is not None:
                room = room.astype(np.result_type(room, part), copy=False)  # labels may grow longer, 32 bits become 64
                room[filled : filled + part.shape[0]] = part
                self._parts[position] = room
        self.n_missing -= rows[0].shape[0]

    def joined(self) -> Batch:
        filled = self._n_rows - self.n_missing
        X, y, sample_weight = (
            sparse.vstack(room, format="csr") if isinstance(room, list) else room if room is None else room[:filled]
            for room in self._parts
        )
        return X, y, sample_weight


def _room_for(part: Any, n_rows: int) -> Any:
    if part is None:
        return None
    return [] if sparse.issparse(part) else np.empty((n_rows, *part.shape[1:]), part.dtype)


def _rows_of(part: Any, order: Any) -> Any:
    if part is None:
        return None
    return part.tocsr() if sparse.issparse(part) else np.asarray(part, order=order)


def _cut(batch: Sequence[Any], start: int, stop: int) -> Batch:
    """Cut rows out of a batch without copying them."""
    X, y, sample_weight = (part if part is None else _rows_between(part, start, stop) for part in batch)
    return X, y, sample_weight


def _rows_between(part: Any, start: int, stop: int) -> Any:
    if (start, stop) == (0, part.shape[0]):
        return part
    if not sparse.issparse(part):
        return part[start:stop]
    first, last = part.indptr[start], part.indptr[stop]  # SciPy's own slices copy
    stored = (part.data[first:last], part.indices[first:last], part.indptr[start : stop + 1] - first)
    return type(part)(stored, shape=(stop - start, part.shape[1]), copy=False)


def _shard(source: Any, target: str | Sequence[str] | None, place: str) -> Shard:
    """Find out what one element of a source is."""
    name = f"{place} ({_label(source)})"
    if isinstance(source, str | os.PathLike):
        return _parquet_shard(Path(source), target, name)
    if target is not None:
        raise InvalidInputError(
            f"{name}: target={target!r} names a column of a Parquet file, but this is {_kind(source)}. Leave target "
            "out: y comes with each batch."
        )
    if _is_pair(source):
        return ArrayShard(name, source)
    if isinstance(source, Iterator):
        return IteratorShard(name, source)
    if _gives_batches(source) and not isinstance(source, tuple):  # a tuple is a pair gone wrong
        return IterableShard(name, source)
    if callable(source):
        return CallableShard(name, source)
    raise InvalidInputError(f"{name}: Got {_kind(source)}. {WHAT_A_SOURCE_MAY_BE}")


def _parquet_shard(path: Path, target: str | Sequence[str] | None, name: str) -> Shard:
    if path.suffix.lower() not in PARQUET_SUFFIXES:
        raise InvalidInputError(
            f"{name}: the path {path} ends in {path.suffix or 'nothing'!r}. Expected a Parquet file, ending in "
            f"{' or '.join(PARQUET_SUFFIXES)}: convert it, or pass a function that reads it."
        )
    if target is None:
        raise InvalidInputError(
            f"{name}: a Parquet file has one column or more to learn, but target is missing. Name it: "
            "fit_batches(path, target='name of the column')."
        )
    names = list(target) if isinstance(target, list | tuple) else [target]
    if not names or not all(isinstance(column, str) for column in names) or len(set(names)) < len(names):
        raise InvalidInputError(
            f"{name}: target must be the name of a column, or a list of different names. Got {target!r} instead."
        )
    shard = ParquetShard(name, path, target)
    shard.check()
    return shard


def _is_pair(source: Any) -> bool:
    """Whether these are two or three arrays; an array is nothing else a source could be made of."""
    return isinstance(source, tuple | list) and len(source) in (2, 3) and hasattr(source[0], "shape")


def _gives_batches(source: Any) -> bool:
    if isinstance(source, str | bytes | Mapping | set | frozenset) or hasattr(source, "shape"):
        return False
    return isinstance(source, Iterable)


def _label(source: Any) -> str:
    if isinstance(source, str | os.PathLike):
        return Path(source).name
    if _is_pair(source):
        mapped = MappedArray.of(source[0])
        return "arrays" if mapped is None else Path(mapped.path).name
    while isinstance(source, functools.partial):
        source = source.func
    return str(getattr(source, "__name__", type(source).__name__))


def _kind(thing: Any) -> str:
    """Describe an object that is not what it should be: "a list", "a tuple of 4", "an ndarray"."""
    word = type(thing).__name__
    size = f" of {len(thing)}" if isinstance(thing, tuple | list) else ""
    article = "an" if word[0].lower() in "aeio" or word == "ndarray" else "a"
    return "None" if thing is None else f"{article} {word}{size}"


def _shape(table: Any) -> tuple[int, ...]:
    return tuple(np.shape(table) if isinstance(table, list | tuple) else getattr(table, "shape", ()))


def _triple(batch: Any, what: str) -> Batch:
    """Check one batch, called `what` in messages, and add the weights it may lack."""
    if not isinstance(batch, tuple | list) or len(batch) not in (2, 3):
        raise InvalidInputError(
            f"{what} is {_kind(batch)}. Expected a pair (X, y) or a triple (X, y, sample_weight): give each batch of "
            "inputs together with its targets."
        )
    X, y, sample_weight = batch if len(batch) == 3 else (*batch, None)
    shape = _shape(X)
    if len(shape) != 2:
        raise InvalidInputError(
            f"X of {what} is {_kind(X)} with the shape {shape}. Expected a table: rows are examples, columns "
            "features. Pass X of shape (n_samples, n_features)."
        )
    for part, name in ((y, "y"), (sample_weight, "sample_weight")):
        if part is None and name == "sample_weight":
            continue
        if not _shape(part):
            raise InvalidInputError(f"{name} of {what} is {_kind(part)}. Expected an array: one value per row of X.")
        if _shape(part)[0] != shape[0]:
            raise InvalidInputError(
                f"X of {what} has {shape[0]} rows, but {name} has {_shape(part)[0]}. Pass one value per row of X."
            )
    return X, y, sample_weight


def _same_form(batch: Batch, form: str, number: int) -> str:
    """Describe a batch, and refuse it if those before it were of another form."""
    X, _, sample_weight = batch
    kind, weights = "sparse" if sparse.issparse(X) else "dense", "no weights" if sample_weight is None else "weights"
    found = f"{_shape(X)[1]} {kind} columns and {weights}"
    if form not in ("", found):
        raise InvalidInputError(
            f"batch {number} has {found}, but the batches before it have {form}. Give all batches the same form."
        )
    return found


def _blocks_of_rows(X: Any, y: Any, sample_weight: Any) -> Iterator[Batch]:
    X = X.tocsr() if sparse.issparse(X) else X
    n_rows, n_columns = X.shape
    if sparse.issparse(X):
        n_bytes = X.data.nbytes + X.indices.nbytes
    else:
        n_bytes = n_rows * n_columns * getattr(getattr(X, "dtype", None), "itemsize", 8)
    step = max(1, BLOCK_BYTES * n_rows // max(n_bytes, 1))
    for start in range(0, n_rows, step):
        yield tuple(_sliced(part, start, start + step) for part in (X, y, sample_weight))


def _sliced(part: Any, start: int, stop: int) -> Any:
    if part is None:
        return None
    if isinstance(part, MappedArray):
        part = part.open()  # anew for each block: its pages leave memory with the block
    return part.iloc[start:stop] if hasattr(part, "iloc") else part[start:stop]


def _scanned(path: Path) -> Any:
    try:
        import polars as pl
    except ImportError as error:
        raise MissingDependencyError(
            "Reading Parquet files needs Polars, which is not installed. Install it with: pip install 'sinapsi[cli]'"
        ) from error
    if not path.is_file():
        what = "a folder: pass the list of the files in it" if path.is_dir() else "no file there: check the path"
        raise DataFileError(f"Expected a Parquet file at {path}, but there is {what}.")
    return pl.scan_parquet(path, glob=False, hive_partitioning=False)


@contextlib.contextmanager
def _parquet_errors(path: Path) -> Iterator[None]:
    """Turn what Polars raises for a damaged file into an error of ours."""
    try:
        yield
    except (SinapsiError, MemoryError, Warning):
        raise
    except BaseException as error:
        import polars as pl

        if not isinstance(error, pl.exceptions.PolarsError | pl.exceptions.PanicException):
            raise
        reason = str(error).partition("\n")[0]
        raise DataFileError(
            f"{path} is no readable Parquet file: {reason}. It may be cut short or damaged; write or copy it again."
        ) from error


def _numbers(rows: Any, n_rows: int, columns: list[str], dtype: np.dtype[Any], start: int) -> NDArray[Any]:
    """Read columns into one C-ordered array, some of them at a time."""
    block = np.empty((n_rows, len(columns)), dtype)
    width = -(-len(columns) // COLUMN_GROUPS)
    for first in range(0, len(columns), width):
        block[:, first : first + width] = _collected(rows, columns[first : first + width], start).to_numpy()
    return block


def _collected(rows: Any, columns: list[str], start: int) -> Any:
    """Read columns of some rows, decimals as floats; refuse missing values."""
    import polars as pl
    from polars import selectors

    table = rows.select(selectors.by_name(*columns)).with_columns(selectors.decimal().cast(pl.Float64)).collect()
    for name in columns:
        if table[name].null_count():
            row = start + int(table[name].is_null().arg_max())
            raise InvalidInputError(
                f"the column {name!r} has a missing value (null) in row {row}. Expected a value in each row: drop the "
                "rows without one, or fill them."
            )
    return table


def _check_number_column(name: str, kind: Any, place: str) -> None:
    if not (kind.is_numeric() or str(kind) == "Boolean"):
        raise InvalidInputError(
            f"the column {name!r} holds {kind}. Expected numbers or truth values {place}: encode it as numbers, for "
            "example with sklearn.preprocessing.OneHotEncoder, or leave it out of the file."
        )


def _common_float(kinds: Sequence[Any]) -> np.dtype[Any]:
    """float32 where that holds every column exactly and one of them is of it; else float64."""
    names = {str(kind) for kind in kinds}
    small = {"Float32", "Float16", "Boolean", "Int8", "Int16", "UInt8", "UInt16"}
    return np.dtype(np.float32 if "Float32" in names and names <= small else np.float64)


def _no_such_column(name: str, columns: Iterable[str]) -> str:
    known = list(columns)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    shown = ", ".join(map(repr, known[:12])) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    return f"there is no column {name!r} to learn. {hint}Its columns are {shown}: name one of them by target=."
