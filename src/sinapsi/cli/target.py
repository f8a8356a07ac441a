"""The column to predict: labels stay as they are, numbers are standardized for the network and scaled back.

Networks start with small weights, so a target of the size 150 would first have to be reached step by step.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinapsi.cli.column_kinds import first_row, numbers_in, texts_in
from sinapsi.cli.config_fields import checked_number, checked_text
from sinapsi.exceptions import DataFileError, ModelFileError

Task: TypeAlias = Literal["classification", "regression"]
Kind: TypeAlias = Literal["number", "integer label", "text label"]
KINDS: tuple[Kind, ...] = ("number", "integer label", "text label")
LARGEST_EXACT = 2**53  # beyond it neighboring whole numbers are one 64-bit floating number
FEWEST_ROWS = 2  # one to learn from, one to hold out


@dataclass(frozen=True)
class TargetPreparation:
    """How the target is handed to the network, and its answers back to the user.

    Parameters
    ----------
    name : str
        Name of the column.
    kind : {"number", "integer label", "text label"}
        What it holds.
    mean, scale : float
        Of the training rows, in the target's unit; 0 and 1 for labels.
    """

    name: str
    kind: Kind
    mean: float = 0.0
    scale: float = 1.0

    @property
    def task(self) -> Task:
        """What is learned: numbers are regression, labels classification."""
        return "regression" if self.kind == "number" else "classification"

    @classmethod
    def fit(cls, column: pl.Series, task: Task) -> Self:
        """See what the target is; :meth:`scaled_to` learns its mean and scale.

        Parameters
        ----------
        column : polars.Series
            The raw target of all rows.
        task : {"classification", "regression"}
            What the network can do.

        Returns
        -------
        TargetPreparation
            The preparation.

        Raises
        ------
        DataFileError
            If a value is missing, or the target does not fit to the task.
        """
        check_none_missing(column)
        if len(column) < FEWEST_ROWS:
            raise DataFileError(
                "The data have a single row. Expected at least 2, one to learn from and one to hold out."
            )
        if task == "regression":
            _check_is_quantity(column)
            return cls(column.name, "number")
        kind: Kind = "integer label" if _holds_integers(column) else "text label"
        _check_are_classes(column, kind)
        return cls(column.name, kind)

    def scaled_to(self, numbers: NDArray[Any]) -> Self:
        """Learn mean and scale of a target of numbers.

        Parameters
        ----------
        numbers : array of shape (n_training_rows,)
            The training targets in their unit; labels need no scale.

        Returns
        -------
        TargetPreparation
            The preparation with them.
        """
        if self.kind != "number":
            return self
        scale = float(numbers.std())
        return type(self)(self.name, self.kind, float(numbers.mean()), scale or 1.0)

    def values(self, column: pl.Series) -> NDArray[Any]:
        """Read the target in the user's terms.

        Parameters
        ----------
        column : polars.Series
            The raw target.

        Returns
        -------
        array of shape (n_samples,)
            Numbers, integers or strings.

        Raises
        ------
        DataFileError
            If a value is missing or of another kind than in training.
        """
        check_none_missing(column)
        if self.kind == "text label":
            return np.array(texts_in(column).to_list())
        numbers = numbers_in(column)
        if self.kind == "integer label":
            if not _holds_integers(column):
                raise DataFileError(
                    f"Column {column.name!r} held whole numbers in training, now it holds others. Give the same labels."
                )
            return numbers.cast(pl.Int64).to_numpy()
        return numbers.to_numpy()

    def for_network(self, values: NDArray[Any]) -> NDArray[Any]:
        """Give the target that the network learns.

        Parameters
        ----------
        values : array of shape (n_samples,)
            In the user's terms.

        Returns
        -------
        array of shape (n_samples,)
            Standardized numbers, or the labels.
        """
        return (values - self.mean) / self.scale if self.kind == "number" else values

    def for_user(self, answers: NDArray[Any]) -> NDArray[Any]:
        """Undo :meth:`for_network` for the answers of the network.

        Parameters
        ----------
        answers : array of shape (n_samples,)
            What the network predicts.

        Returns
        -------
        array of shape (n_samples,)
            In the user's terms.
        """
        return answers * self.scale + self.mean if self.kind == "number" else answers

    def to_config(self) -> dict[str, Any]:
        """Give the preparation as JSON values.

        Returns
        -------
        dict
            What :meth:`from_config` takes.
        """
        return asdict(self)

    @classmethod
    def from_config(cls, config: object) -> Self:
        """Rebuild a preparation from JSON values, which may come from a damaged or hostile file.

        Parameters
        ----------
        config : object
            What :meth:`to_config` gave.

        Returns
        -------
        TargetPreparation
            The preparation.

        Raises
        ------
        ModelFileError
            If something in it makes no sense.
        """
        kind = checked_text(config, "kind")
        if kind not in KINDS:
            raise ModelFileError(
                f"The run's config.json is damaged: a target is one of {', '.join(KINDS)}, got {kind[:60]!r}. "
                "Train the run again."
            )
        return cls(
            checked_text(config, "name"),
            kind,
            checked_number(config, "mean"),
            checked_number(config, "scale", above=0.0),
        )


def check_none_missing(column: pl.Series) -> None:
    """Make sure that each row has a target.

    Parameters
    ----------
    column : polars.Series
        The raw target.

    Raises
    ------
    DataFileError
        If a value is missing or NaN.
    """
    missing = column.is_null()
    if column.dtype.is_float():
        missing = missing | column.is_nan().fill_null(value=True)
    if missing.any():
        raise DataFileError(
            f"The target {column.name!r} is missing in {int(missing.sum())} of {len(column)} rows, first in row "
            f"{first_row(missing)}. Every row needs one: fill them in, or drop those rows."
        )


def _holds_integers(column: pl.Series) -> bool:
    if not column.dtype.is_numeric():
        return False
    numbers = numbers_in(column)
    is_exact = numbers.abs() < LARGEST_EXACT
    return bool(((numbers == numbers.round()) & is_exact).all())


def _check_is_quantity(column: pl.Series) -> None:
    if column.dtype == pl.Boolean or column.dtype.is_temporal():
        raise DataFileError(
            f"The target {column.name!r} holds {column.dtype} values, and a regressor predicts numbers. "
            "Use a classifier, or turn it into a number."
        )
    try:
        numbers = numbers_in(column)
    except DataFileError as error:
        raise DataFileError(
            f"{error} A regressor predicts numbers; if {column.name!r} names classes, use a classifier."
        ) from error
    if numbers.n_unique() == 1:
        raise DataFileError(
            f"The target {column.name!r} is {numbers[0]:g} in every row, so there is nothing to learn. "
            "Name another column by --target."
        )


def _check_are_classes(column: pl.Series, kind: Kind) -> None:
    n_classes = column.n_unique()
    if (column.dtype.is_float() or column.dtype.is_decimal()) and kind == "text label":
        raise DataFileError(
            f"The target {column.name!r} holds numbers with fractions, a quantity rather than classes "
            f"({n_classes} different values in {len(column)} rows). Use a regressor, for example mlp-regressor."
        )
    if n_classes == 1:
        raise DataFileError(
            f"The target {column.name!r} is {column[0]!r} in every row: one class, so there is nothing to learn. "
            "Expected at least 2 classes; add examples of another one, or name another column by --target."
        )
    if n_classes == len(column):
        raise DataFileError(
            f"The target {column.name!r} has a value of its own in every row. Expected classes of several rows; "
            "name another column by --target, or use a regressor for a quantity."
        )
