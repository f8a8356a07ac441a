"""The real data sets that scikit-learn brings along, by one name each; nothing is downloaded."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidParameterError

NAMES = ("iris", "wine", "breast-cancer", "digits", "diabetes")
"""What :func:`load_named` knows."""

_TARGETS = {
    "iris": "species",
    "wine": "cultivar",
    "breast-cancer": "diagnosis",
    "digits": "digit",
    "diabetes": "progression",
}


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table of examples with their targets.

    Parameters
    ----------
    name : str
        What :func:`load_named` was asked for.
    X : array of shape (n_samples, n_features)
        Inputs in their own units, not standardized.
    y : array of shape (n_samples,)
        Targets: names of classes, digits, or numbers.
    feature_names : tuple of str
        One name for each column of ``X``.
    target_name : str
        What ``y`` is.
    task : {"classification", "regression"}
        What there is to learn.
    """

    name: str
    X: NDArray[np.float64]
    y: NDArray[Any]
    feature_names: tuple[str, ...]
    target_name: str
    task: Literal["classification", "regression"]


def load_named(name: str) -> Dataset:
    """Load one of the real data sets that come with scikit-learn.

    Parameters
    ----------
    name : {"iris", "wine", "breast-cancer", "digits", "diabetes"}
        The data set.

    Returns
    -------
    Dataset
        With ``X``, ``y`` and the names of the columns.

    Raises
    ------
    InvalidParameterError
        If there is no data set of this name.

    Examples
    --------
    >>> flowers = load_named("iris")
    >>> flowers.X.shape
    (150, 4)
    >>> flowers.target_name, str(flowers.y[0])
    ('species', 'setosa')
    """
    if name not in NAMES:
        near = difflib.get_close_matches(str(name), NAMES, n=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise InvalidParameterError(f"Unknown data set {name!r}. {hint}Expected one of {', '.join(NAMES)}.")
    bunch = _bunch(name)
    y = bunch.target
    if name in ("iris", "wine", "breast-cancer"):
        y = np.asarray(bunch.target_names)[y]
    return Dataset(
        name=name,
        X=np.ascontiguousarray(bunch.data, dtype=np.float64),
        y=y,
        feature_names=tuple(str(feature) for feature in bunch.feature_names),
        target_name=_TARGETS[name],
        task="regression" if name == "diabetes" else "classification",
    )


def _bunch(name: str) -> Any:
    """Give scikit-learn's own record of a data set."""
    from sklearn import datasets

    if name == "diabetes":
        return datasets.load_diabetes(scaled=False)  # ages in years, not in fractions of a norm
    return getattr(datasets, "load_" + name.replace("-", "_"))()
