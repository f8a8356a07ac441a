"""Tables of the user: CSV, TSV, Parquet, NPY, NPZ, and the data sets that ship by their names."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinapsi.cli.delimited import read_delimited
from sinapsi.cli.networks import suggestion
from sinapsi.datasets import NAMES, load_named
from sinapsi.exceptions import DataFileError

SUFFIXES = (".csv", ".tsv", ".parquet", ".npy", ".npz")


@dataclass(frozen=True, eq=False)
class Table:
    """Columns under their names.

    Parameters
    ----------
    frame : polars.DataFrame
        The columns; at least one row.
    source : str
        Where they came from, for messages.
    default_target : str or None
        The column to predict unless the user names another one.
    has_names : bool
        Whether the names are the user's; those of arrays (``x0``, ``x1``, ...) are ours.
    """

    frame: pl.DataFrame
    source: str
    default_target: str | None = None
    has_names: bool = True

    @property
    def marked_target(self) -> str | None:
        """The column that the data set apart as the answer; the last one of an array may be an input too."""
        return self.default_target if self.has_names or self.default_target == "y" else None

    def target(self, asked: str | None) -> str:
        """Find the column to predict.

        Parameters
        ----------
        asked : str or None
            Its name, or its position in an array; None takes the one that the data themselves name.

        Returns
        -------
        str
            Its name.

        Raises
        ------
        DataFileError
            If there is no such column.
        """
        columns = self.frame.columns
        if asked is None:
            if self.default_target is None:
                raise DataFileError(
                    f"{self.source} has {len(columns)} columns and none of them is marked as the one to predict. "
                    f"Name it by --target, one of {listed(columns)}."
                )
            return self.default_target
        if asked in columns:
            return asked
        if not self.has_names and asked.lstrip("-").isdigit() and -len(columns) <= int(asked) < len(columns):
            return columns[int(asked)]
        raise DataFileError(
            f"{self.source} has no column {asked!r} to predict.{suggestion(asked, columns)} "
            f"Its columns are {listed(columns)}."
        )


def listed(names: Collection[str], most: int = 12) -> str:
    """Join names for a message, the first ones when there are many.

    Parameters
    ----------
    names : collection of str
        The names.
    most : int, default=12
        How many are shown.

    Returns
    -------
    str
        For example ``'a', 'b' and 3 more``.
    """
    shown = ", ".join(map(repr, list(names)[:most]))
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def read_table(data: str, text_columns: Collection[str] = ()) -> Table:
    """Read a table.

    Parameters
    ----------
    data : str
        Path of a file, or the name of a data set that ships.
    text_columns : collection of str, default=()
        Columns of a CSV or TSV file to read as text whatever they look like (``01`` is a category, not a number).

    Returns
    -------
    Table
        The table.

    Raises
    ------
    DataFileError
        If there is no such file, or it cannot be read, or has no rows.
    """
    path = Path(data)
    if data in NAMES and not path.exists():
        return _named(data)
    if path.is_dir():
        raise DataFileError(f"{data} is a folder. Expected a file of data ({', '.join(SUFFIXES)}).")
    if not path.exists():
        raise DataFileError(
            f"There is no file {data}, and no data set of that name ships.{suggestion(data, NAMES)} "
            f"Pass a {', '.join(SUFFIXES)} file or one of {', '.join(NAMES)}."
        )
    table = _read_file(path, text_columns)
    if table.frame.height == 0 or table.frame.width == 0:
        raise DataFileError(f"{path} has no rows of data below its header. Pass a file with at least one row.")
    return table


def _named(name: str) -> Table:
    data = load_named(name)
    columns: dict[str, Any] = dict(zip(data.feature_names, data.X.T, strict=True))
    frame = pl.DataFrame({**columns, data.target_name: data.y})
    return Table(frame, source=name, default_target=data.target_name)


def _read_file(path: Path, text_columns: Collection[str]) -> Table:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataFileError(
            f"{path} ends in {suffix or 'nothing'!r}. Expected one of {', '.join(SUFFIXES)}: convert or rename it."
        )
    if path.stat().st_size == 0:
        raise DataFileError(f"{path} is empty. Pass a file with a header line and at least one row.")
    if suffix in (".csv", ".tsv"):
        return Table(read_delimited(path, "\t" if suffix == ".tsv" else ",", text_columns), source=str(path))
    if suffix == ".parquet":
        return Table(_read_parquet(path), source=str(path))
    return _read_npz(path) if suffix == ".npz" else _read_npy(path)


def _read_parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).partition("\n")[0]
        raise DataFileError(
            f"{path} is no readable Parquet file: {reason}. It may be cut short or damaged; write or copy it again."
        ) from error


def _read_npy(path: Path) -> Table:
    array = _arrays_in(path)
    if not isinstance(array, np.ndarray):
        raise DataFileError(f"{path} holds several arrays. Rename it to .npz, with the arrays X and y.")
    frame = pl.DataFrame(_columns_of(array, str(path)))
    return Table(frame, source=str(path), default_target=frame.columns[-1], has_names=False)


def _read_npz(path: Path) -> Table:
    arrays = _arrays_in(path)
    if isinstance(arrays, np.ndarray):
        raise DataFileError(f"{path} holds a single array. Rename it to .npy.")
    if "X" not in arrays:
        raise DataFileError(
            f"{path} holds the arrays {listed(arrays) or 'none'}. Expected X (rows and columns) and y (one "
            "target per row): write it by numpy.savez(path, X=X, y=y)."
        )
    columns = _columns_of(arrays["X"], f"X in {path}")
    if "y" not in arrays:
        return Table(pl.DataFrame(columns), source=str(path), has_names=False)
    y, n_rows = arrays["y"], len(arrays["X"])
    if y.shape != (n_rows,):
        raise DataFileError(
            f"y in {path} has the shape {y.shape}, but X has {n_rows} rows. Expected one target per row, "
            f"the shape ({n_rows},)."
        )
    return Table(pl.DataFrame({**columns, "y": y}), source=str(path), default_target="y", has_names=False)


def _arrays_in(path: Path) -> NDArray[Any] | dict[str, NDArray[Any]]:
    """Read the array of an NPY file, or all those of an NPZ file by name."""
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            return loaded if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    except (ValueError, EOFError, OSError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> DataFileError:
    reason = str(error).partition("\n")[0] or type(error).__name__
    if "allow_pickle" in reason:
        reason = "it holds Python objects, which could run code when they are read"
    return DataFileError(
        f"{path} is no NumPy file that can be read safely: {reason}. Expected plain numbers or strings, written by "
        "numpy.save or numpy.savez; if it is cut short or damaged, write or copy it again."
    )


def _columns_of(array: NDArray[Any], name: str) -> dict[str, NDArray[Any]]:
    if array.ndim != 2 or array.shape[1] == 0 or array.dtype.kind not in "biufU":
        raise DataFileError(
            f"{name} has the shape {array.shape} and the type {array.dtype}. Expected two axes, rows and columns, of "
            "real numbers or strings: reshape or convert it."
        )
    return {f"x{position}": np.ascontiguousarray(column) for position, column in enumerate(array.T)}
