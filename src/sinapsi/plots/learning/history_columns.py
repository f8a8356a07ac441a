"""Which columns of a training history are drawn, which of them is judged by, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidInputError, InvalidParameterError

# What the network was judged by: the first group whose first column the history has.
DEFAULT_COLUMNS = (("validation_loss", "loss"), ("misclassified",), ("loss",), ("validation_score",))
COUNTERS = ("epoch", "step", "seconds")
WORDS = {"loss": "training loss", "misclassified": "misclassified examples"}


def columns_to_draw(history: Mapping[str, NDArray[Any]], columns: Sequence[str] | None) -> list[str]:
    """Choose the columns.

    Parameters
    ----------
    history : mapping of str to array of shape (n_epochs,)
        The whole history.
    columns : sequence of str or None
        The user's wish.

    Returns
    -------
    list of str
        Columns that hold finite numbers.

    Raises
    ------
    InvalidInputError
        If there is nothing to draw.
    InvalidParameterError
        If a column wished for is not there, or empty.
    """
    drawable = [column for column in history if column not in COUNTERS and _is_measured(history[column])]
    if "epoch" not in history or not drawable:
        raise InvalidInputError(
            "HistoryDisplay expects a history with an epoch column and at least one column of finite numbers. "
            f"Got the columns {_listed(history)}. Fit the network for at least one epoch."
        )
    if columns is None:
        judged_by = next((group for group in DEFAULT_COLUMNS if group[0] in drawable), drawable[:1])
        return [column for column in reversed(judged_by) if column in drawable]
    if isinstance(columns, str):
        columns = [columns]
    missing = [column for column in columns if column not in drawable]
    if missing or not columns:
        raise InvalidParameterError(
            f"columns must name columns of the history that hold finite numbers: {_listed(drawable)}. "
            f"Got {_listed(columns)}. Leave columns=None to draw what the network was judged by."
        )
    return list(dict.fromkeys(columns))


def judging_column(columns: Sequence[str]) -> str:
    """Name the column whose best epoch is marked.

    Parameters
    ----------
    columns : sequence of str
        Those that are drawn.

    Returns
    -------
    str
        Validation first: it is what early stopping looks at.
    """
    return next((column for column in ("validation_loss", "validation_score") if column in columns), columns[0])


def higher_is_better(column: str) -> bool:
    """Say which end of a column is the good one.

    Parameters
    ----------
    column : str
        Its name.

    Returns
    -------
    bool
        True for scores, False for losses, errors and counts.
    """
    return column.endswith("score")


def in_words(column: str) -> str:
    """Give the name of a column as people write it.

    Parameters
    ----------
    column : str
        Its name.

    Returns
    -------
    str
        Without underscores, and with the words that a column name leaves out.
    """
    return WORDS.get(column, column.replace("_", " "))


def common_words(columns: Sequence[str]) -> str:
    """Give the label of the axis that several columns share.

    Parameters
    ----------
    columns : sequence of str
        Their names.

    Returns
    -------
    str
        The column, the last word that all have in common, or "value".
    """
    last_words = {column.split("_")[-1] for column in columns}
    if len(columns) == 1:
        return in_words(columns[0])
    return last_words.pop() if len(last_words) == 1 else "value"


def _is_measured(values: NDArray[Any]) -> bool:
    array = np.asarray(values)
    return array.dtype.kind in "buif" and bool(np.isfinite(array).any())


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "(none)"
