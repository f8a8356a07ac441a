"""How the columns of a table become numbers for a network: standardized or from 0 to 1, and one-hot categories.

What is learned from the training rows is kept with the run, so that new data are prepared the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinapsi.cli.column_kinds import Dropped, is_number_like, numbers_in, reason_to_drop
from sinapsi.cli.config_fields import checked_objects, checked_text
from sinapsi.cli.networks import suggestion
from sinapsi.cli.prepared_column import CategoryColumn, NumberColumn, column_from_config
from sinapsi.cli.tables import listed
from sinapsi.exceptions import DataFileError, ModelFileError


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

    @property
    def is_to_unit_range(self) -> bool:
        """Whether numbers go from 0 to 1."""
        return all(column.low is not None for column in self.columns if isinstance(column, NumberColumn))

    @property
    def input_names(self) -> list[str]:
        """What each input of the network is: a column, or a category of one."""
        return [
            column.name if value is None else f"{column.name}: {value}"
            for column in self.columns
            for value in (column.labels if isinstance(column, CategoryColumn) else (None,))
        ]

    @classmethod
    def fit(cls, frame: pl.DataFrame, rows: NDArray[np.intp] | None = None, *, to_unit_range: bool = False) -> Self:
        """Learn what the columns hold.

        Parameters
        ----------
        frame : polars.DataFrame
            Raw columns, without the target.
        rows : array of shape (n_training_rows,), optional
            The training rows, from which means and scales are taken; by default all. Categories are those of the
            whole table, or a rare one among the held-out rows could not be encoded.
        to_unit_range : bool, default=False
            Whether numbers go from 0 to 1, for units that are probabilities, instead of being standardized.

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
                columns.append(NumberColumn.fit(column, rows, to_unit_range=to_unit_range))
            else:
                columns.append(CategoryColumn.fit(column))
        if not columns:
            why = " ".join(_notes_on(dropped)) or "There is only the target."
            raise DataFileError(f"No column is left to learn from. {why} Pass columns whose values differ.")
        return cls(tuple(columns), tuple(dropped))

    def transform(self, frame: pl.DataFrame, target: str, *, keeps_gaps: bool = False) -> NDArray[np.float64]:
        """Prepare the columns of a table, in whatever order they stand.

        Parameters
        ----------
        frame : polars.DataFrame
            Raw columns; the target and dropped columns may be among them.
        target : str
            Name of the target; "" where there is none.
        keeps_gaps : bool, default=False
            Whether missing numbers stay missing, for networks that take that.

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
        prepared = [column.prepared(frame[column.name], keeps_gaps=keeps_gaps) for column in self.columns]
        return np.hstack(prepared)

    def notes_on_dropped(self) -> list[str]:
        """Say which columns are left out, and why.

        Returns
        -------
        list of str
            A sentence for each reason.
        """
        return _notes_on(self.dropped)

    def notes(self, frame: pl.DataFrame, *, keeps_gaps: bool = False) -> list[str]:
        """Say what becomes of missing numbers of a table.

        Parameters
        ----------
        frame : polars.DataFrame
            Raw columns.
        keeps_gaps : bool, default=False
            Whether they stay missing, as in :meth:`transform`.

        Returns
        -------
        list of str
            A sentence for each column in which they are filled, or one where they stay missing.
        """
        counts = {
            column.name: (numbers_in(frame[column.name]).null_count(), column.mean)
            for column in self.columns
            if isinstance(column, NumberColumn)
        }
        if keeps_gaps:
            names = [name for name, (count, _) in counts.items() if count]
            total = sum(count for count, _ in counts.values())
            verb = "number stays" if total == 1 else "numbers stay"
            return [f"{total} {verb} missing ({listed(names)}): distances are over the values given."] if total else []
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
        columns = tuple(column_from_config(entry) for entry in checked_objects(config, "columns"))
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


def wants_unit_range(network: Any, frame: pl.DataFrame) -> bool:
    """Tell whether a network wants numbers from 0 to 1.

    Parameters
    ----------
    network : estimator
        Not fitted yet.
    frame : polars.DataFrame
        Raw columns.

    Returns
    -------
    bool
        True if its visible units are binary ones: by its parameter, or, where it looks at the data, because all numbers
        are in [0, 1] already.
    """
    visible = getattr(network, "visible", None)
    if isinstance(visible, str) and visible == "auto":
        kept = (column for column in frame.iter_columns() if reason_to_drop(column) is None)
        numbers = [numbers_in(column) for column in kept if is_number_like(column)]
        return all(bool((column.is_between(0, 1) | column.is_null()).all()) for column in numbers)
    return isinstance(visible, str) and visible.split("(")[0] in ("binary", "softmax")


def _notes_on(dropped: Sequence[Dropped]) -> list[str]:
    reasons = dict.fromkeys(column.reason for column in dropped)
    return [
        f"Left out: {listed([column.name for column in dropped if column.reason == reason])} ({reason})."
        for reason in reasons
    ]
