"""The examples that a learning path is drawn over: two features and classes, or one feature and targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidInputError, InvalidParameterError


def inputs_of(X: Any, n_features: int | None = None) -> NDArray[np.float64]:
    """Give the examples as a table of finite numbers.

    Parameters
    ----------
    X : array, sparse matrix or data frame of shape (n_samples, n_features)
        Examples.
    n_features : int, default=None
        How many features there must be. None allows one or two.

    Returns
    -------
    array of shape (n_samples, n_features)
        The same values.

    Raises
    ------
    InvalidInputError
        If X is no such table.
    """
    try:
        table = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"X must be a table of numbers; it could not be read as one: {error}.") from error
    allowed = (1, 2) if n_features is None else (n_features,)
    if table.ndim != 2 or len(table) == 0 or table.shape[1] not in allowed:
        raise InvalidInputError(
            "The path of a boundary is drawn over exactly two features, that of a regressor's line over one, from at "
            f"least one example. X has the shape {table.shape}. Choose the columns, and let a network learn from them."
        )
    if not np.isfinite(table).all():
        raise InvalidInputError(
            f"X must hold finite numbers. It has {int((~np.isfinite(table)).sum())} NaN or infinite values. "
            "Remove or fill these before learning."
        )
    return table


def answers_of(y: Any, n_samples: int, n_features: int) -> NDArray[Any]:
    """Give the classes or targets of the examples.

    Parameters
    ----------
    y : array of shape (n_samples,)
        What the user gave.
    n_samples, n_features : int
        Shape of X; with one feature y must be finite numbers.

    Returns
    -------
    array of shape (n_samples,)
        The same.

    Raises
    ------
    InvalidInputError
        If y is not one class or target an example.
    """
    answers = np.asarray(y)
    if answers.ndim == 2 and answers.shape[1] == 1:
        answers = answers[:, 0]
    if answers.shape != (n_samples,):
        raise InvalidInputError(
            f"y must hold one class or target an example. X has {n_samples} examples, y has the shape {answers.shape}."
        )
    if n_features == 1 and not (answers.dtype.kind in "buif" and np.isfinite(answers).all()):
        raise InvalidInputError(
            "Over a single feature the line of a regressor is drawn, and y must hold finite numbers. "
            f"Got {answers.dtype} values. For classes pass an X of two features."
        )
    return answers


def feature_names_of(X: Any, feature_names: Sequence[str] | None, n_features: int) -> tuple[str, ...] | None:
    """Give the names of the features.

    Parameters
    ----------
    X : array, sparse matrix or data frame
        What the user gave.
    feature_names : sequence of str or None
        The user's names. None takes the columns of a data frame.
    n_features : int
        How many there must be.

    Returns
    -------
    tuple of str or None
        None where there are no names.

    Raises
    ------
    InvalidParameterError
        If the user's names are not one a feature.
    """
    if feature_names is None:
        columns = getattr(X, "columns", None)
        return None if columns is None else tuple(str(column) for column in columns)
    if isinstance(feature_names, str) or len(feature_names) != n_features:
        raise InvalidParameterError(
            f"feature_names must be a sequence of {n_features} names, one a feature. Got {feature_names!r}."
        )
    return tuple(str(name) for name in feature_names)
