"""How the columns of a table become numbers for a network: standardized numbers, one-hot categories.

What is learned from the training rows is kept with the run, so that new data are prepared the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinapsi.cli.column_kinds import Dropped, first_row, is_number_like, numbers_in, reason_to_drop, texts_in
from sinapsi.cli.config_fields import checked_number, checked_objects, checked_text
from sinapsi.cli.networks import suggestion
from sinapsi.cli.tables import listed
from sinapsi.exceptions import DataFileError, ModelFileError

Floats: TypeAlias = NDArray[np.float64]
RELATIVE_ROUNDING = 1e-12  # of the mean; a smaller standard deviation is rounding, and would be blown up to noise


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers, standardized; a missing one is given the training mean.

    Parameters
    ----------
    name : str
        Name of the column.
    mean, scale : float
        Mean and standard deviation of the training rows, in the column's unit.
    """

    name: str
    mean: float
    scale: float

    @property
    def n_outputs(self) -> int:
        """Number of inputs that the network gets from this column."""
        return 1

    def prepared(self, column: pl.Series) -> Floats:
        """Standardize a column.

        Parameters
        ----------
        column : polars.Series
            The raw values.

        Returns
        -------
        array of shape (n_samples, 1)
            Standardized.
        """
        numbers = numbers_in(column).fill_null(self.mean).to_numpy()
        return ((numbers - self.mean) / self.scale)[:, np.newaxis]


@dataclass(frozen=True)
class CategoryColumn:
    """A column of categories, each of which becomes an input of its own: 1 where it holds, else 0.

    Parameters
    ----------
    name : str
        Name of the column.
    values : tuple of str or None
        The categories of the training rows in order; None stands for a missing value.
    """

    name: str
    values: tuple[str | None, ...]

    @property
    def n_outputs(self) -> int:
        """Number of inputs that the network gets from this column."""
        return len(self.values)

    def prepared(self, column: pl.Series) -> Floats:
        """Encode a column.

        Parameters
        ----------
        column : polars.Series
            The raw values.

        Returns
        -------
        array of shape (n_samples, n_categories)
            One 1 in each row.

        Raises
        ------
        DataFileError
            If a category was never seen in training.
        """
        indices = {value: index for index, value in enumerate(self.values)}
        texts = texts_in(column).to_list()
        for row, text in enumerate(texts):
            if text not in indices:
                raise DataFileError(self._never_seen(text, row))
        encoded = np.zeros((len(texts), len(self.values)))
        encoded[np.arange(len(texts)), [indices[text] for text in texts]] = 1.0
        return encoded

    def _never_seen(self, text: str | None, row: int) -> str:
        known = listed([value for value in self.values if value is not None])
        if text is None:
            return (
                f"Column {self.name!r} has no value in row {row + 1}, which never happened in training. "
                f"Fill it with one of {known}."
            )
        near = suggestion(text, [value for value in self.values if value is not None])
        return (
            f"Column {self.name!r} holds {text!r} in row {row + 1}, a category never seen in training.{near} "
            f"Known are {known}. Correct or drop such rows, or train again with examples of them."
        )


@dataclass(frozen=True)
class ColumnPreparation:
    """The preparation of all columns of a table.

    Parameters
    ----------
    columns : tuple of NumberColumn or CategoryColumn
        The columns used, in the order of the network's inputs.
    dropped : tuple of Dropped
        Columns left out, and why.
    """

    columns: tuple[NumberColumn | CategoryColumn, ...]
    dropped: tuple[Dropped, ...] = ()

    @property
    def n_outputs(self) -> int:
        """Number of inputs of the network."""
        return sum(column.n_outputs for column in self.columns)

    @classmethod
    def fit(cls, frame: pl.DataFrame, rows: NDArray[np.intp] | None = None) -> Self:
        """Learn what the columns hold.

        Parameters
        ----------
        frame : polars.DataFrame
            Raw columns, without the target.
        rows : array of shape (n_training_rows,), optional
            The training rows, from which means and scales are taken; by default all. Categories are those of the
            whole table, or a rare one among the held-out rows could not be encoded.

        Returns
        -------
        ColumnPreparation
            The preparation.

        Raises
        ------
        DataFileError
            If no column is left to learn from, or one cannot be understood.
        """
        columns: list[NumberColumn | CategoryColumn] = []
        dropped: list[Dropped] = []
        for column in frame.iter_columns():
            reason = reason_to_drop(column)
            if reason is not None:
                dropped.append(Dropped(column.name, reason))
            elif is_number_like(column):
                columns.append(_fitted_number(column, rows))
            else:
                values = texts_in(column).unique().sort(nulls_last=True).to_list()
                columns.append(CategoryColumn(column.name, tuple(values)))
        if not columns:
            why = " ".join(_notes_on(dropped)) or "There is only the target."
            raise DataFileError(f"No column is left to learn from. {why} Pass columns whose values differ.")
        return cls(tuple(columns), tuple(dropped))

    def transform(self, frame: pl.DataFrame, target: str) -> Floats:
        """Prepare the columns of a table, in whatever order they stand.

        Parameters
        ----------
        frame : polars.DataFrame
            Raw columns; the target and dropped columns may be among them.
        target : str
            Name of the target.

        Returns
        -------
        array of shape (n_samples, n_outputs)
            Inputs for the network.

        Raises
        ------
        DataFileError
            If a column is missing, unknown, or holds what was never seen in training.
        """
        self._check_names(frame.columns, target)
        return np.hstack([column.prepared(frame[column.name]) for column in self.columns])

    def notes_on_dropped(self) -> list[str]:
        """Say which columns are left out, and why.

        Returns
        -------
        list of str
            A sentence for each reason.
        """
        return _notes_on(self.dropped)

    def notes(self, frame: pl.DataFrame) -> list[str]:
        """Say where missing numbers of a table are filled.

        Parameters
        ----------
        frame : polars.DataFrame
            Raw columns.

        Returns
        -------
        list of str
            A sentence for each such column.
        """
        counts = {
            column.name: (numbers_in(frame[column.name]).null_count(), column.mean)
            for column in self.columns
            if isinstance(column, NumberColumn)
        }
        return [
            f"Column {name!r}: {count} missing {'number was' if count == 1 else 'numbers were'} filled with the "
            f"training mean {mean:.4g}."
            for name, (count, mean) in counts.items()
            if count
        ]

    def _check_names(self, given: Sequence[str], target: str) -> None:
        needed = [column.name for column in self.columns]
        allowed = {*needed, *(column.name for column in self.dropped), target, ""}
        missing = [name for name in needed if name not in given]
        extra = [name for name in given if name not in allowed]
        if missing:
            renamed = [(name, suggestion(name, extra)) for name in missing]
            hints = "".join(f"{hint} (for {name!r})" for name, hint in renamed if hint)
            raise DataFileError(
                f"The columns {listed(missing)} of the training data are missing.{hints} "
                f"The data have {listed(given)}. Add or rename the columns."
            )
        if extra:
            raise DataFileError(
                f"The columns {listed(extra)} were not in the training data, so the network cannot use them. "
                f"Expected {listed(needed)}. Remove the others, or train again with them."
            )

    def to_config(self) -> dict[str, Any]:
        """Give the preparation as JSON values.

        Returns
        -------
        dict
            What :meth:`from_config` takes.
        """
        return {
            "columns": [asdict(column) for column in self.columns],
            "dropped": [asdict(column) for column in self.dropped],
        }

    @classmethod
    def from_config(cls, config: object) -> Self:
        """Rebuild a preparation from JSON values, which may come from a damaged or hostile file.

        Parameters
        ----------
        config : object
            What :meth:`to_config` gave.

        Returns
        -------
        ColumnPreparation
            The preparation.

        Raises
        ------
        ModelFileError
            If something in it makes no sense.
        """
        columns = tuple(_column_in(entry) for entry in checked_objects(config, "columns"))
        dropped = tuple(
            Dropped(checked_text(entry, "name"), checked_text(entry, "reason"))
            for entry in checked_objects(config, "dropped")
        )
        names = [column.name for column in (*columns, *dropped)]
        if not columns or len(set(names)) < len(names):
            raise ModelFileError(
                "The preparation of the columns is damaged: expected columns of different names, "
                f"got {listed(names) or 'none'}. Train the run again."
            )
        return cls(columns, dropped)


def _notes_on(dropped: Sequence[Dropped]) -> list[str]:
    reasons = dict.fromkeys(column.reason for column in dropped)
    return [
        f"Left out: {listed([column.name for column in dropped if column.reason == reason])} ({reason})."
        for reason in reasons
    ]


def _fitted_number(column: pl.Series, rows: NDArray[np.intp] | None) -> NumberColumn:
    every = numbers_in(column)
    numbers = (every if rows is None else every[rows]).drop_nulls().to_numpy()
    if len(numbers) == 0:  # the few that are given are all held out
        return NumberColumn(column.name, 0.0, 1.0)
    with np.errstate(over="ignore", invalid="ignore"):
        mean, scale = float(numbers.mean()), float(numbers.std())
    if not (np.isfinite(mean) and np.isfinite(scale)):
        raise DataFileError(
            f"Column {column.name!r} holds numbers too large to standardize, the largest in row "
            f"{first_row(every.abs() == every.abs().max())}. Rescale it."
        )
    return NumberColumn(column.name, mean, scale if scale > RELATIVE_ROUNDING * abs(mean) else 1.0)


def _column_in(entry: Mapping[str, Any]) -> NumberColumn | CategoryColumn:
    name = checked_text(entry, "name")
    if "values" not in entry:
        return NumberColumn(name, checked_number(entry, "mean"), checked_number(entry, "scale", above=0.0))
    values = entry["values"]
    is_sound = isinstance(values, list) and values and all(value is None or isinstance(value, str) for value in values)
    if not is_sound or len(set(values)) < len(values):
        raise ModelFileError(
            f"The preparation of column {name!r} is damaged: expected different texts as its categories. "
            "Train the run again."
        )
    return CategoryColumn(name, tuple(values))
