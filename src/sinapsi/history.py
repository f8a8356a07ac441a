"""What happened in a fit, epoch by epoch: columns of numbers that print as a table and save as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray


class History(Mapping[str, NDArray[Any]]):
    """The course of a fit: a mapping from column name to an array with one value an epoch.

    Columns are ``epoch``, ``step`` (updates made so far), ``loss``, ``learning_rate``, ``seconds`` and, where they
    have a meaning, ``validation_loss``, ``validation_score`` (the estimator's own score) and what the network adds.

    Parameters
    ----------
    columns : mapping of str to array of shape (n_epochs,)
        The values.

    Raises
    ------
    ValueError
        If the columns differ in length.

    Examples
    --------
    >>> history = History({"epoch": [1, 2], "loss": [0.5, 0.25]})
    >>> history["loss"][-1]
    np.float64(0.25)
    >>> history
    epoch  loss
        1   0.5
        2  0.25
    """

    SHOWN_ROWS = 10  # rows of a longer table that are printed, half at each end

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._columns = {name: np.asarray(values) for name, values in columns.items()}
        if len({len(values) for values in self._columns.values()}) > 1:
            lengths = {name: len(values) for name, values in self._columns.items()}
            raise ValueError(f"The columns of a history must be of one length. Got {lengths}.")

    def __getitem__(self, column: str) -> NDArray[Any]:
        try:
            return self._columns[column]
        except KeyError:
            raise KeyError(f"{column!r} is not in this history. Its columns are {', '.join(self)}.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, History):
            return NotImplemented
        names = list(self)
        return names == list(other) and all(np.array_equal(self[n], other[n], equal_nan=True) for n in names)

    __hash__ = None  # type: ignore[assignment]  # as every mapping that compares by its contents

    @property
    def n_epochs(self) -> int:
        """Number of rows."""
        return len(next(iter(self._columns.values()), ()))

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write the table as comma-separated values with a header line.

        Parameters
        ----------
        path : str or path
            File to write; an older one is replaced.
        """
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(self)
            writer.writerows(zip(*(values.tolist() for values in self._columns.values()), strict=True))

    def __repr__(self) -> str:
        n_epochs = self.n_epochs
        half = self.SHOWN_ROWS // 2
        rows = range(n_epochs)
        shown = [*rows[:half], *rows[-half:]] if n_epochs > self.SHOWN_ROWS else list(rows)
        cells = [list(self), *([_cell(values[row]) for values in self._columns.values()] for row in shown)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
        if n_epochs > self.SHOWN_ROWS:
            lines.insert(half + 1, f"... {n_epochs - len(shown)} epochs not shown ...")
        return "\n".join(lines)


def _cell(value: Any) -> str:
    """Counts whole, measures to six digits."""
    return str(value) if np.issubdtype(np.asarray(value).dtype, np.integer) else f"{value:.6g}"
