"""One column of a table on its way to a network: a number, or a category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinapsi.cli.column_kinds import first_row, numbers_in, texts_in
from sinapsi.cli.config_fields import checked_number, checked_text
from sinapsi.cli.networks import suggestion
from sinapsi.cli.tables import listed
from sinapsi.exceptions import DataFileError, ModelFileError

Floats: TypeAlias = NDArray[np.float64]
RELATIVE_ROUNDING = 1e-12  # of the mean; a smaller standard deviation is rounding, and would be blown up to noise


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers, standardized or brought to 0..1; a missing one is given the training mean.

    Parameters
    ----------
    name : str
        Name of the column.
    mean, scale : float
        Mean and standard deviation of the training rows, in the column's unit.
    low : float or None, default=None
        Lowest number of the training rows, which becomes 0; then the scale is the distance to the highest, which
        becomes 1, and what lies beyond is clipped. None: the mean becomes 0.
    """

    name: str
    mean: float
    scale: float
    low: float | None = None

    @classmethod
    def fit(cls, column: pl.Series, rows: NDArray[np.intp] | None = None, *, to_unit_range: bool = False) -> Self:
        """Learn mean and scale.

        Parameters
        ----------
        column : polars.Series
            The raw values.
        rows : array of shape (n_training_rows,), optional
            The training rows; by default all.
        to_unit_range : bool, default=False
            Whether the numbers shall go from 0 to 1.

        Returns
        -------
        NumberColumn
            The column; one that is constant in training gets the scale 1.

        Raises
        ------
        DataFileError
            If a value is no finite number, or too large to be squared.
        """
        every = numbers_in(column)
        numbers = (every if rows is None else every[rows]).drop_nulls().to_numpy()
        if len(numbers) == 0:  # the few that are given are all held out
            return cls(column.name, 0.0, 1.0, 0.0 if to_unit_range else None)
        with np.errstate(over="ignore", invalid="ignore"):
            mean, scale = float(numbers.mean()), float(numbers.std())
        if not (np.isfinite(mean) and np.isfinite(scale)):
            raise DataFileError(
                f"Column {column.name!r} holds numbers too large to standardize, the largest in row "
                f"{first_row(every.abs() == every.abs().max())}. Rescale it."
            )
        varies = scale > RELATIVE_ROUNDING * abs(mean)
        if to_unit_range:
            low, high = float(numbers.min()), float(numbers.max())
            return cls(column.name, mean, high - low if varies else 1.0, low)
        return cls(column.name, mean, scale if varies else 1.0)

    @property
    def n_outputs(self) -> int:
        """Number of inputs that the network gets from this column."""
        return 1

    def prepared(self, column: pl.Series, *, keeps_gaps: bool = False) -> Floats:
        """Standardize a column, or bring it to 0..1.

        Parameters
        ----------
        column : polars.Series
            The raw values.
        keeps_gaps : bool, default=False
            Whether a missing number stays missing (NaN), for networks that take that.

        Returns
        -------
        array of shape (n_samples, 1)
            Prepared.
        """
        known = numbers_in(column)
        numbers = known.fill_null(float("nan") if keeps_gaps else self.mean).to_numpy()
        if self.low is not None:
            return np.clip((numbers - self.low) / self.scale, 0.0, 1.0)[:, np.newaxis]
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

    @classmethod
    def fit(cls, column: pl.Series) -> Self:
        """Learn the categories.

        Parameters
        ----------
        column : polars.Series
            The raw values.

        Returns
        -------
        CategoryColumn
            The column with its categories in order.
        """
        return cls(column.name, tuple(texts_in(column).unique().sort(nulls_last=True).to_list()))

    @property
    def n_outputs(self) -> int:
        """Number of inputs that the network gets from this column."""
        return len(self.values)

    @property
    def labels(self) -> tuple[str, ...]:
        """The categories as texts for pictures."""
        return tuple("missing" if value is None else value for value in self.values)

    def prepared(self, column: pl.Series, *, keeps_gaps: bool = False) -> Floats:
        """Encode a column.

        Parameters
        ----------
        column : polars.Series
            The raw values.
        keeps_gaps : bool, default=False
            Makes no difference: that a category is missing is a category.

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


def column_from_config(entry: Mapping[str, Any]) -> NumberColumn | CategoryColumn:
    """Rebuild a column from JSON values, which may come from a damaged or hostile file.

    Parameters
    ----------
    entry : mapping of str to object
        The fields of the column.

    Returns
    -------
    NumberColumn or CategoryColumn
        The column.

    Raises
    ------
    ModelFileError
        If something in it makes no sense.
    """
    name = checked_text(entry, "name")
    if "values" not in entry:
        low = checked_number(entry, "low") if entry.get("low") is not None else None
        return NumberColumn(name, checked_number(entry, "mean"), checked_number(entry, "scale", above=0.0), low)
    values = entry["values"]
    is_sound = isinstance(values, list) and values and all(value is None or isinstance(value, str) for value in values)
    if not is_sound or len(set(values)) < len(values):
        raise ModelFileError(
            f"The preparation of column {name!r} is damaged: expected different texts as its categories. "
            "Train the run again."
        )
    return CategoryColumn(name, tuple(values))
