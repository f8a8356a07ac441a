"""What comes from outside as states of 0 and 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import Floats
from sinapsi.exceptions import InvalidInputError

States = NDArray[np.int8]  # of 0 and 1
UNKNOWN = 2  # stands for a unit of which nothing is known
MOST_SHOWN = 5  # values named in a message


def states_of(rows: Floats, threshold: float | None) -> States:
    """Turn numbers into states.

    Parameters
    ----------
    rows : array of shape (n_samples, n_units)
        Numbers; NaN becomes :data:`UNKNOWN`.
    threshold : float or None
        What is above becomes 1, the rest 0; but a row of 0 and 1 alone is a state already, whatever the threshold.
        None demands two values: 0 and 1, or -1 and +1.

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
    is_missing = np.isnan(rows)
    if not 0 <= threshold < 1:
        is_state = ((rows == 0) | (rows == 1) | is_missing).all(axis=1)
        states[is_state] = rows[is_state] == 1
    states[is_missing] = UNKNOWN
    return states


def _check_two_values(rows: Floats) -> None:
    is_high, is_low, is_zero = rows == 1, rows == -1, rows == 0
    if (is_low.any() and is_zero.any()) or not (is_high | is_low | is_zero | np.isnan(rows)).all():
        found = np.unique(rows[~np.isnan(rows)])
        shown = ", ".join(f"{value:g}" for value in found[:MOST_SHOWN]) + (", ..." if len(found) > MOST_SHOWN else "")
        middle = (found[0] + found[-1]) / 2
        raise InvalidInputError(
            f"With binarize=None X must have two values, 0 and 1 or -1 and +1. Got {len(found)} values: {shown}. Scale "
            f"them to 0 and 1, or pass a threshold, for example binarize={middle:g}."
        )
