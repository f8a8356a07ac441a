"""Data as visible units: which kind they suggest, and which values a kind takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from array_api_compat import array_namespace
from numpy.typing import NDArray

from sinapsi.energy.arithmetic import on_host
from sinapsi.energy.units import Binary, Gaussian, Softmax, VisibleUnits, visible_units_named
from sinapsi.exceptions import InvalidInputError


def units_for(form: str | VisibleUnits, rows: Any) -> VisibleUnits:
    """Give the visible units for data.

    Parameters
    ----------
    form : str or VisibleUnits
        What the user asked for; ``"auto"`` is binary for data in [0, 1], else Gaussian.
    rows : array of shape (n_samples, n_features)
        The data.

    Returns
    -------
    VisibleUnits
        The units.
    """
    if isinstance(form, str) and form == "auto":
        xp = array_namespace(rows)
        return Binary() if bool(xp.min(rows) >= 0) and bool(xp.max(rows) <= 1) else Gaussian()
    return visible_units_named(form)


def check_range(units: VisibleUnits, rows: Any) -> None:
    """Refuse values that the visible units cannot have; NaN are not looked at.

    Parameters
    ----------
    units : VisibleUnits
        The units.
    rows : array of shape (n_rows, n_units)
        Data.

    Raises
    ------
    InvalidInputError
        If a value is outside of [0, 1], or one-hot columns do not sum to 1.
    """
    if not isinstance(units, Binary | Softmax):
        return
    host = on_host(rows)
    if not np.isfinite(host).any():
        return  # nothing is known
    low, high = float(np.nanmin(host)), float(np.nanmax(host))
    if low >= 0 and high <= 1:
        if isinstance(units, Softmax):
            _check_groups(units, host)
        return
    way_out = f"divide X by {high:g}" if low >= 0 else "rescale it, for example with sklearn.preprocessing.MinMaxScaler"
    raise InvalidInputError(
        f"{type(units).__name__} visible units take values from 0 to 1. Got values from {low:g} to {high:g}: "
        f"{way_out}, or set visible='gaussian'."
    )


def _check_groups(units: Softmax, rows: NDArray[Any]) -> None:
    for group in units.groups(rows.shape[1]):
        sums = rows[:, group].sum(axis=1)
        wrong = np.flatnonzero(np.abs(sums - 1) > 1e-3)  # NaN passes
        if len(wrong):
            raise InvalidInputError(
                f"Columns {group.start} to {group.stop - 1} are one softmax unit, so each row must sum to 1 there. Row "
                f"{wrong[0]} sums to {sums[wrong[0]]:g}. Encode categories with sklearn.preprocessing.OneHotEncoder, "
                "and give the sizes of the groups: visible='softmax((3, 2))'."
            )
