"""What comes from outside as states of -1 and +1."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidInputError

States = NDArray[np.int8]  # of -1 and +1; 0 stands for a unit that is not known yet
MOST_SHOWN = 5  # values named in a message


def states_of(rows: NDArray[np.floating[Any]], threshold: float | None) -> States:
    """Turn numbers into states.

    Parameters
    ----------
    rows : array of shape (n_samples, n_units)
        Numbers; NaN becomes 0, not known.
    threshold : float or None
        What is above becomes +1, the rest -1; but a row of -1 and +1 alone is a state already, whatever the threshold.
        None demands two values: -1 and +1, or 0 and 1.

    Returns
    -------
    array of int8 of shape (n_samples, n_units)
        The states.

    Raises
    ------
    InvalidInputError
        If there are other values and no threshold.
    """
    if threshold is None:
        _check_two_values(rows)
        threshold = 0.0
    states: States = (rows > threshold).view(np.int8)
    states *= 2
    states -= 1
    if not -1 <= threshold < 1:
        is_state = ((np.abs(rows) == 1) | np.isnan(rows)).all(axis=1)
        states[is_state] = np.where(rows[is_state] > 0, 1, -1)
    if np.isnan(rows.max(initial=0.0)):
        states[np.isnan(rows)] = 0
    return states


def _check_two_values(rows: NDArray[np.floating[Any]]) -> None:
    is_high, is_low, is_zero = rows == 1, rows == -1, rows == 0
    if (is_low.any() and is_zero.any()) or not (is_high | is_low | is_zero | np.isnan(rows)).all():
        found = np.unique(rows[~np.isnan(rows)])
        shown = ", ".join(f"{value:g}" for value in found[:MOST_SHOWN]) + (", ..." if len(found) > MOST_SHOWN else "")
        middle = (found[0] + found[-1]) / 2
        raise InvalidInputError(
            f"With binarize=None X must have two values, -1 and +1 or 0 and 1. Got {len(found)} values: {shown}. Pass "
            f"a threshold, for example binarize={middle:g}."
        )


def check_memories(memories: States, n_units: int) -> None:
    """Refuse what cannot be memories; asked when a model is read from a file.

    Parameters
    ----------
    memories : array of int8 of shape (n_memories, n_units)
        States.
    n_units : int
        Units.

    Raises
    ------
    InvalidInputError
        If the type, the shape or a value is wrong.
    """
    if memories.dtype != np.int8 or memories.ndim != 2 or memories.shape[1] != n_units:
        raise InvalidInputError(f"Memories of {n_units} units cannot be {memories.dtype} of shape {memories.shape}.")
    if not (np.abs(memories) == 1).all():
        raise InvalidInputError("Memories must be -1 and +1.")
