"""Targets beside the outputs that a regressor gave for them, one set of examples or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import is_classifier, is_regressor
from sklearn.utils.validation import check_is_fitted

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.whole_numbers import is_whole

Table = NDArray[np.float64]  # (n_samples, n_outputs)


@dataclass(frozen=True, eq=False)
class RegressionSet:
    """The targets of a set of examples, and what a regressor answered.

    Parameters
    ----------
    targets, outputs : array of shape (n_answers,)
        Of all outputs one after the other, or of the one chosen.
    n_left_out : int
        Targets that were NaN ("don't care") and are not among them.
    """

    targets: Table
    outputs: Table
    n_left_out: int


def sets_answered_by(
    estimator: Any, X: Any, y: Any, X_val: Any, y_val: Any, *, output: int | None, caller: str
) -> dict[str, RegressionSet]:
    """Ask a fitted regressor for its outputs.

    Parameters
    ----------
    estimator : regressor
        Fitted; a pipeline or a search will do.
    X, y : array or data frame
        Examples and their targets.
    X_val, y_val : array or data frame, or None
        Validation examples, both or neither.
    output : int or None
        The output wished for. None takes all together.
    caller : str
        Who draws, for the messages.

    Returns
    -------
    dict of str to RegressionSet
        "examples", or "training" and "validation".

    Raises
    ------
    NotFittedError
        If the regressor is not fitted.
    InvalidInputError
        If it is no regressor, or the targets do not fit to its outputs.
    InvalidParameterError
        If there is no such output.
    """
    _check_regressor(estimator, caller)
    if (X_val is None) != (y_val is None):
        given, missing = ("X_val", "y_val") if y_val is None else ("y_val", "X_val")
        raise InvalidInputError(f"Validation data are X_val and y_val. Got {given} alone. Pass {missing} too.")
    if X_val is None:
        return sets_predicted({"examples": y}, {"examples": estimator.predict(X)}, output=output)
    outputs = {"training": estimator.predict(X), "validation": estimator.predict(X_val)}
    return sets_predicted({"training": y, "validation": y_val}, outputs, output=output)


def sets_predicted(
    y_true: ArrayLike | Mapping[str, ArrayLike], y_pred: ArrayLike | Mapping[str, ArrayLike], *, output: int | None
) -> dict[str, RegressionSet]:
    """Put targets beside outputs.

    Parameters
    ----------
    y_true, y_pred : array of shape (n_samples,) or (n_samples, n_outputs), or mapping of str to such arrays
        Targets, where NaN means "don't care", and outputs; for several sets a mapping from their names.
    output : int or None
        The output wished for. None takes all together.

    Returns
    -------
    dict of str to RegressionSet
        By name; "examples" for a single set without one.

    Raises
    ------
    InvalidInputError
        If targets and outputs do not fit together.
    InvalidParameterError
        If there is no such output.
    """
    targets = y_true if isinstance(y_true, Mapping) else {"examples": y_true}
    outputs = y_pred if isinstance(y_pred, Mapping) else {"examples": y_pred}
    if list(targets) != list(outputs) or not targets:
        raise InvalidInputError(
            f"y_true and y_pred must hold the same sets in the same order. y_true holds {_listed(targets)}, y_pred "
            f"holds {_listed(outputs)}. Pass two arrays, or two mappings with the same names."
        )
    return {str(name): _set_of(targets[name], outputs[name], output) for name in targets}


def note_on_left_out(n_left_out: int) -> str:
    """Say how many targets are missing in a picture.

    Parameters
    ----------
    n_left_out : int
        Their number.

    Returns
    -------
    str
        A sentence, empty for none.
    """
    if n_left_out == 0:
        return ""
    return "1 target is NaN and left out." if n_left_out == 1 else f"{n_left_out:,} targets are NaN and left out."


def _check_regressor(estimator: Any, caller: str) -> None:
    if is_classifier(estimator):
        raise InvalidInputError(
            f"{caller} expects a fitted regressor. Got {type(estimator).__name__}, a classifier. "
            "Draw its mistakes by sklearn.metrics.ConfusionMatrixDisplay.from_estimator."
        )
    if not is_regressor(estimator):
        raise InvalidInputError(
            f"{caller} expects a fitted regressor. Got {type(estimator).__name__}. "
            "If it predicts numbers all the same, pass them to from_predictions."
        )
    check_is_fitted(estimator)


def _set_of(y_true: ArrayLike, y_pred: ArrayLike, output: int | None) -> RegressionSet:
    targets, outputs = _table_in(y_true, "Targets"), _table_in(y_pred, "Outputs")
    if targets.shape != outputs.shape:
        raise InvalidInputError(
            f"There must be one output for each target. The targets have the shape {np.shape(y_true)}, the outputs "
            f"{np.shape(y_pred)}. Pass the targets of the same examples, in the same order."
        )
    targets, outputs = _chosen(targets, output), _chosen(outputs, output)
    is_known = ~np.isnan(targets)
    if not is_known.any():
        raise InvalidInputError(
            f"At least one target must be a number. Of {targets.size} none is. Pass some that are known."
        )
    n_bad = int((~np.isfinite(outputs[is_known])).sum() + np.isinf(targets).sum())
    if n_bad:
        raise InvalidInputError(
            f"Targets and outputs must be finite numbers. {n_bad} are NaN or infinite. "
            "Remove these examples, or look why the network diverged."
        )
    return RegressionSet(targets[is_known], outputs[is_known], int((~is_known).sum()))


def _table_in(values: ArrayLike, what: str) -> Table:
    try:
        table = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{what} must be numbers; they could not be read as such: {error}.") from error
    if table.ndim not in (1, 2):
        raise InvalidInputError(
            f"{what} must have the shape (n_samples,) or (n_samples, n_outputs). Got {table.shape}."
        )
    return table[:, np.newaxis] if table.ndim == 1 else table


def _chosen(table: Table, output: int | None) -> Table:
    if output is None:
        return table.ravel()
    if not is_whole(output, 0, table.shape[1] - 1):
        raise InvalidParameterError(
            f"output must be None for all outputs together, or an integer from 0 to {table.shape[1] - 1}. "
            f"Got {output!r}."
        )
    return table[:, output]


def _listed(sets: Mapping[str, Any]) -> str:
    return ", ".join(map(str, sets)) or "(none)"
