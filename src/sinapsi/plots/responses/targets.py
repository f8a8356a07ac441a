"""The one output of a regressor that is drawn, and the targets that belong to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import is_classifier, is_regressor
from sklearn.utils.validation import check_is_fitted

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.whole_numbers import is_whole

Values = NDArray[np.float64]


def check_regressor(estimator: Any, caller: str) -> None:
    """Refuse what has no number to draw.

    Parameters
    ----------
    estimator : estimator
        What the user passed.
    caller : str
        Who draws, for the message.

    Raises
    ------
    NotFittedError
        If it is not fitted.
    InvalidInputError
        If it is no regressor.
    """
    if is_classifier(estimator):
        raise InvalidInputError(
            f"{caller} expects a fitted regressor. Got {type(estimator).__name__}, a classifier. "
            "Draw its regions by DecisionBoundaryDisplay.from_estimator."
        )
    if not is_regressor(estimator):
        raise InvalidInputError(f"{caller} expects a fitted regressor. Got {type(estimator).__name__}.")
    check_is_fitted(estimator)


def output_to_draw(n_outputs: int, output: int | None) -> int:
    """Choose the output that is drawn.

    Parameters
    ----------
    n_outputs : int
        How many the regressor has.
    output : int or None
        The user's wish. None will do where there is only one.

    Returns
    -------
    int
        Its position.

    Raises
    ------
    InvalidParameterError
        If there is no such output, or it is not said which of several.
    """
    if output is None and n_outputs == 1:
        return 0
    if not is_whole(output, 0, n_outputs - 1):
        raise InvalidParameterError(
            f"One output is drawn, and the regressor has {n_outputs}: output must be an integer from 0 to "
            f"{n_outputs - 1}. Got {output!r}."
        )
    return output


def targets_of_output(y: ArrayLike, n_samples: int, n_outputs: int, output: int) -> Values:
    """Give the targets of one output.

    Parameters
    ----------
    y : array of shape (n_samples,) or (n_samples, n_outputs)
        All targets; NaN means "don't care".
    n_samples, n_outputs : int
        How many there must be.
    output : int
        Which is drawn.

    Returns
    -------
    array of shape (n_samples,)
        Finite or NaN.

    Raises
    ------
    InvalidInputError
        If y is no such table, holds infinity, or no number at all.
    """
    try:
        table = np.asarray(y, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"y must be numbers; it could not be read as such: {error}.") from error
    if table.ndim == 1:
        table = table[:, np.newaxis]
    if table.shape != (n_samples, n_outputs):
        raise InvalidInputError(
            f"y must hold the targets of {n_outputs} output{'s' * (n_outputs > 1)} for each of the {n_samples} "
            f"examples of X. It has the shape {np.shape(y)}."
        )
    if np.isinf(table).any():
        raise InvalidInputError(f"y must hold finite numbers. {int(np.isinf(table).sum())} are infinite.")
    if np.isnan(table[:, output]).all():
        raise InvalidInputError("At least one target must be a number. All are NaN. Pass y=None to draw none.")
    return table[:, output]
