"""What pictures take from a fitted map: the map inside of what is wrapped around it, names, and values of units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.fitted import inputs_seen_by_network, network_in

if TYPE_CHECKING:
    from sinapsi.maps.grid import Grid

Values = NDArray[np.float64]


def map_in(estimator: Any, caller: str) -> Any:
    """Find the fitted map.

    Parameters
    ----------
    estimator : estimator
        The map, or a pipeline or search that ends in it.
    caller : str
        Who draws, for the message.

    Returns
    -------
    SelfOrganizingMap
        Fitted.

    Raises
    ------
    NotFittedError
        If it is not fitted.
    InvalidInputError
        If it is no map.
    """
    check_is_fitted(estimator)
    network = network_in(estimator)
    if not is_map(network):
        raise InvalidInputError(
            f"{caller} expects a fitted SelfOrganizingMap. Got {type(network).__name__}, which has no prototypes on a "
            "grid."
        )
    check_is_fitted(network)
    return network


def is_map(estimator: Any) -> bool:
    """Say whether an estimator has prototypes on a grid once it is fitted.

    Parameters
    ----------
    estimator : estimator
        Fitted or not.

    Returns
    -------
    bool
        True for a self-organizing map.
    """
    from sinapsi.maps.fitted_map import FittedMap  # here, so that other pictures do not wait for the family

    return isinstance(estimator, FittedMap)


def winners_of(estimator: Any, X: Any) -> NDArray[np.intp]:
    """Ask which unit wins each example.

    Parameters
    ----------
    estimator : estimator
        A fitted map, or what is wrapped around it.
    X : array or data frame of shape (n_samples, n_features)
        Examples, as the user has them.

    Returns
    -------
    array of int of shape (n_samples,)
        Unit numbers.
    """
    inputs = inputs_seen_by_network(estimator, X)
    return np.asarray(network_in(estimator).predict(inputs), dtype=np.intp)


def feature_names_of_map(estimator: Any) -> tuple[str, ...]:
    """Name the features of the prototypes.

    Parameters
    ----------
    estimator : estimator
        A fitted map, or what is wrapped around it.

    Returns
    -------
    tuple of str
        The columns of the data frame seen in fit, as the steps before the map have left them; else numbers.
    """
    network = network_in(estimator)
    names = getattr(network, "feature_names_in_", None)
    pipeline = getattr(estimator, "best_estimator_", estimator)
    if names is None and len(getattr(pipeline, "steps", ())) > 1 and hasattr(pipeline, "feature_names_in_"):
        before = pipeline[:-1]
        names = before.get_feature_names_out() if hasattr(before, "get_feature_names_out") else None
    if names is None:
        names = [f"feature {position}" for position in range(network.prototypes_.shape[1])]
    return tuple(str(name) for name in names)


def one_each(grid: Grid, values: ArrayLike, parameter: str, what: str) -> NDArray[Any]:
    """Make sure that there is one value a unit.

    Parameters
    ----------
    grid : Grid
        Of the map.
    values : array of shape (n_units,)
        What the user gave.
    parameter, what : str
        Its name, and what a value is, for the message.

    Returns
    -------
    array of shape (n_units,)
        The same.

    Raises
    ------
    InvalidParameterError
        If there are more or fewer.
    """
    array = np.asarray(values)
    if array.shape != (grid.n_units,):
        raise InvalidParameterError(
            f"{parameter} must hold one {what} for each of the {grid.n_units} units, row by row of the grid. Got an "
            f"array of shape {array.shape}."
        )
    return array


def count_text(number: int, noun: str) -> str:
    """Write a number of things.

    Parameters
    ----------
    number : int
        How many.
    noun : str
        What, in the singular.

    Returns
    -------
    str
        With an s where there is not one.

    Examples
    --------
    >>> count_text(1, "unit"), count_text(1200, "example")
    ('1 unit', '1,200 examples')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def size_text(grid: Grid) -> str:
    """Describe a grid in a few words.

    Parameters
    ----------
    grid : Grid
        Of a map.

    Returns
    -------
    str
        For a caption.
    """
    if grid.topology == "linear":
        return f"A {'ring' if grid.toroidal else 'line'} of {count_text(grid.n_units, 'unit')}."
    torus = ", closed to a torus and drawn flat" if grid.toroidal else ""
    return f"{grid.n_rows} × {grid.n_columns} units{torus}."
