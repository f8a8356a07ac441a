"""Parquet files as shards, read by Polars some rows and some columns at a time."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.batch_sources.batch import Batch
from sinapsi.batch_sources.shards import Shard, naming
from sinapsi.exceptions import DataFileError, InvalidInputError, MissingDependencyError, SinapsiError

PARQUET_BYTES = 2**24  # of X in a batch from Parquet; a smaller one reads each row group more often
COLUMN_GROUPS = 16  # Polars takes the compressed columns of a whole row group into memory: a sixteenth at a time
PARQUET_SUFFIXES = (".parquet", ".pq")


class ParquetShard(Shard):
    """A Parquet file: one or several columns are the target, or are left out; all others are the inputs."""

    def __init__(self, name: str, path: Path, target: str | Sequence[str], *, needs_targets: bool = True) -> None:
        super().__init__(name, needs_targets=needs_targets)
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
                X = _numbers(rows, min(step, n_rows - start), columns, dtype, start, self._needs_targets)
                yield X, self._targets(rows, start) if self._needs_targets else None, None

    def _input_columns(self, schema: Mapping[str, Any]) -> tuple[list[str], np.dtype[Any]]:
        """Check all columns; give the names of the inputs and the type they have together."""
        targets = [self._target] if isinstance(self._target, str) else self._target
        for name in targets:
            if name not in schema:
                raise InvalidInputError(_no_such_column(name, schema, "learn" if self._needs_targets else "leave out"))
            if not self._needs_targets:
                continue
            is_one = isinstance(self._target, str)
            if not (is_one and str(schema[name]).startswith(("String", "Categorical", "Enum"))):
                place = "or text as the target" if is_one else "in a list of targets"
                _check_number_column(name, schema[name], place)
        inputs = [name for name in schema if name not in targets]
        if not inputs:
            others = "the target" if self._needs_targets else "those that target= leaves out"
            raise InvalidInputError(f"no column is left for X. Expected at least one besides {others}: add the inputs.")
        for name in inputs:
            place = "besides the target" if self._needs_targets else "in all columns that target= does not leave out"
            _check_number_column(name, schema[name], place)
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


def parquet_shard(path: Path, target: str | Sequence[str] | None, name: str, *, needs_targets: bool = True) -> Shard:
    """Make the shard of a Parquet file, checked.

    Parameters
    ----------
    path : Path
        The file.
    target : str, list of str or None
        The column to learn, or several; None is refused unless no targets are needed.
    name : str
        What messages call it.
    needs_targets : bool, default=True
        Whether `target` is to be learned; else it is left out.

    Returns
    -------
    ParquetShard
        The file exists, and its columns are as expected.

    Raises
    ------
    InvalidInputError
        If the path has another suffix, or `target` or the columns are not as expected.
    DataFileError
        If the file is missing or cannot be read.
    MissingDependencyError
        If Polars is not installed.
    """
    if path.suffix.lower() not in PARQUET_SUFFIXES:
        raise InvalidInputError(
            f"{name}: the path {path} ends in {path.suffix or 'nothing'!r}. Expected a Parquet file, ending in "
            f"{' or '.join(PARQUET_SUFFIXES)}: convert it, or pass a function that reads it."
        )
    if target is None and not needs_targets:
        target = []
    if target is None:
        raise InvalidInputError(
            f"{name}: a Parquet file has one column or more to learn, but target is missing. Name it: "
            "fit_batches(path, target='name of the column')."
        )
    names = list(target) if isinstance(target, list | tuple) else [target]
    if (
        (not names and needs_targets)
        or not all(isinstance(column, str) for column in names)
        or len(set(names)) < len(names)
    ):
        raise InvalidInputError(
            f"{name}: target must be the name of a column, or a list of different names. Got {target!r} instead."
        )
    shard = ParquetShard(name, path, target, needs_targets=needs_targets)
    shard.check()
    return shard


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


def _numbers(
    rows: Any, n_rows: int, columns: list[str], dtype: np.dtype[Any], start: int, must_be_complete: bool
) -> NDArray[Any]:
    """Read columns into one C-ordered array, some of them at a time; a null that may be becomes NaN."""
    block = np.empty((n_rows, len(columns)), dtype)
    width = -(-len(columns) // COLUMN_GROUPS)
    for first in range(0, len(columns), width):
        some = columns[first : first + width]
        block[:, first : first + width] = _collected(rows, some, start, must_be_complete=must_be_complete).to_numpy()
    return block


def _collected(rows: Any, columns: list[str], start: int, *, must_be_complete: bool = True) -> Any:
    """Read columns of some rows, decimals as floats; refuse missing values where there must be none."""
    import polars as pl
    from polars import selectors

    table = rows.select(selectors.by_name(*columns)).with_columns(selectors.decimal().cast(pl.Float64)).collect()
    for name in columns if must_be_complete else ():
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


def _no_such_column(name: str, columns: Iterable[str], purpose: str) -> str:
    known = list(columns)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    shown = ", ".join(map(repr, known[:12])) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    return f"there is no column {name!r} to {purpose}. {hint}Its columns are {shown}: name one of them by target=."
