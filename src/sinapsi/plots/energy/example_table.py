"""Examples on their way into a picture, and the names of their features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidInputError


def checked_examples(examples: Any, n_axes: int, setting: str) -> NDArray[np.float64]:
    """Make sure that there is something to draw.

    Parameters
    ----------
    examples : array
        What the user gave.
    n_axes : int
        How many axes it must have; the last one are the features.
    setting : str
        Its name.

    Returns
    -------
    array
        As floating numbers.

    Raises
    ------
    InvalidInputError
        If it is no such array, or holds infinite values.
    """
    array = np.asarray(examples, dtype=np.float64)
    if array.ndim != n_axes or array.size == 0 or np.isinf(array).any() or np.isnan(array).all():
        axes = ", ".join(("n_rows", "n_columns")[: n_axes - 1] if n_axes == 3 else ("n_examples",))
        raise InvalidInputError(
            f"{setting} must be an array of finite numbers of shape ({axes}, n_features), NaN where a value is not "
            f"known. Got the shape {array.shape} with {int(np.isinf(array).sum())} infinite values and "
            f"{int(np.isnan(array).sum())} NaN."
        )
    return array


def names_of_features(network: Any) -> list[str] | None:
    """Give the names of the columns that a network learned.

    Parameters
    ----------
    network : estimator
        Fitted.

    Returns
    -------
    list of str or None
        None if they had none.
    """
    names = getattr(network, "feature_names_in_", None)
    return None if names is None else [str(name) for name in names]
