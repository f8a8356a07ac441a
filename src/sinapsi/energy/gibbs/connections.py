"""Who is connected to whom."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidParameterError

WORDS = ("full", "restricted")
MOST_SHOWN = 5  # pairs named in a message


def connections_of(given: str | ArrayLike, n_visible: int, n_hidden: int, owner: str) -> NDArray[np.bool_]:
    """Read the parameter ``connections``.

    Parameters
    ----------
    given : {"full", "restricted"} or array of bool of shape (n_units, n_units)
        All pairs; those of a visible and a hidden unit; or as marked, visible units first.
    n_visible, n_hidden : int
        Units of the two kinds.
    owner : str
        Class name for messages.

    Returns
    -------
    array of bool of shape (n_units, n_units)
        Symmetric, with an empty diagonal.

    Raises
    ------
    InvalidParameterError
        If the array is not boolean, of another shape, asymmetric, or connects a unit to itself.
    """
    n_units = n_visible + n_hidden
    if isinstance(given, str):
        is_visible = np.arange(n_units) < n_visible
        links: NDArray[np.bool_] = is_visible[:, np.newaxis] != is_visible
        return links if given == "restricted" else ~np.eye(n_units, dtype=bool)
    return _checked(given, n_visible, n_hidden, f"The 'connections' parameter of {owner}")


def _checked(given: Any, n_visible: int, n_hidden: int, subject: str) -> NDArray[np.bool_]:
    try:
        links = np.array(given)
    except ValueError as error:
        raise InvalidParameterError(f"{subject} must be a table of True and False. {error}") from error
    n_units = n_visible + n_hidden
    if links.dtype != np.bool_:
        raise InvalidParameterError(
            f"{subject} must be an array of bool: whether two units are connected. Got numbers of type {links.dtype}; "
            "write connections != 0, or connections.astype(bool)."
        )
    if links.shape != (n_units, n_units):
        raise InvalidParameterError(
            f"{subject} must have a row and a column for each of the {n_visible} visible units (columns of X) and then "
            f"the {n_hidden} hidden ones: shape {(n_units, n_units)}. Got {links.shape}; change it or n_hidden."
        )
    own = np.flatnonzero(links.diagonal())
    if len(own):
        raise InvalidParameterError(
            f"{subject} must be False on the diagonal, for no unit is connected to itself. Got True for unit "
            f"{_shown(own.tolist())}. Call numpy.fill_diagonal(connections, False)."
        )
    one_way = np.argwhere(links & ~links.T)
    if len(one_way):
        raise InvalidParameterError(
            f"{subject} must be symmetric, for weights are the same both ways. Got one way only from unit to unit: "
            f"{_shown([(i, j) for i, j in one_way.tolist()])}. Write connections | connections.T."
        )
    return links


def _shown(items: list[Any]) -> str:
    return ", ".join(map(str, items[:MOST_SHOWN])) + (", ..." if len(items) > MOST_SHOWN else "")
