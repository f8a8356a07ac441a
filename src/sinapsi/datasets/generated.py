"""Generated data, small enough to draw: logic gates, two blobs, two spirals."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidParameterError

Examples: TypeAlias = tuple[NDArray[np.float64], NDArray[np.int64]]
Randomness: TypeAlias = int | np.random.Generator | None

_GATES: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.bool_]]] = MappingProxyType(
    {
        "not": lambda X: X.sum(axis=1) == 0,
        "and": lambda X: X.sum(axis=1) == 2,
        "or": lambda X: X.sum(axis=1) > 0,
        "nand": lambda X: X.sum(axis=1) < 2,
        "nor": lambda X: X.sum(axis=1) == 0,
        "xor": lambda X: X.sum(axis=1) == 1,
    }
)


def logic_gate(gate: str, *, n_copies: int = 1, noise: float = 0.0, random_state: Randomness = None) -> Examples:
    """Generate the truth table of a logic gate, or clouds of points around its rows.

    Parameters
    ----------
    gate : {"not", "and", "or", "nand", "nor", "xor"}
        The gate. ``"not"`` has one input, the others two; only ``"xor"`` is not linearly separable.
    n_copies : int, default=1
        How often each row of the table appears, at least 1.
    noise : float, default=0.0
        Standard deviation of the normal noise added to the inputs, at least 0.
    random_state : int, Generator or None, default=None
        Seed of the noise.

    Returns
    -------
    X : array of shape (n_samples, n_inputs)
        Inputs, 0 or 1 before noise.
    y : array of shape (n_samples,)
        Outputs, 0 or 1.

    Raises
    ------
    InvalidParameterError
        If the gate is unknown, or a number out of its range.

    Examples
    --------
    >>> X, y = logic_gate("xor")
    >>> X
    array([[0., 0.],
           [0., 1.],
           [1., 0.],
           [1., 1.]])
    >>> y
    array([0, 1, 1, 0])
    """
    if gate not in _GATES:
        near = difflib.get_close_matches(str(gate).lower(), _GATES, n=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise InvalidParameterError(f"Unknown logic gate {gate!r}. {hint}Expected one of {', '.join(_GATES)}.")
    _check_at_least("n_copies", n_copies, 1)
    _check_at_least("noise", noise, 0)
    table = [[0], [1]] if gate == "not" else [[0, 0], [0, 1], [1, 0], [1, 1]]
    X = np.repeat(np.array(table, dtype=np.float64), n_copies, axis=0)
    y = _GATES[gate](X).astype(np.int64)
    return X + noise * np.random.default_rng(random_state).standard_normal(X.shape), y


def two_blobs(
    n_samples: int = 100, *, n_features: int = 2, separation: float = 1.0, random_state: Randomness = None
) -> Examples:
    """Generate two normal clouds with an empty strip between them: linearly separable by construction.

    Parameters
    ----------
    n_samples : int, default=100
        Number of points in all, at least 2; the classes differ in size by one at most.
    n_features : int, default=2
        Number of coordinates, at least 1.
    separation : float, default=1.0
        Width of the empty strip, in standard deviations of a cloud. A negative width lets the clouds overlap by as
        much, and they are no longer separable.
    random_state : int, Generator or None, default=None
        Seed.

    Returns
    -------
    X : array of shape (n_samples, n_features)
        Points; the middle of the strip goes through the origin, in a random direction.
    y : array of shape (n_samples,)
        Class of each point, 0 or 1.

    Raises
    ------
    InvalidParameterError
        If a number is out of its range.

    Examples
    --------
    >>> X, y = two_blobs(6, separation=2.0, random_state=0)
    >>> X.shape, y
    ((6, 2), array([1, 0, 1, 0, 0, 1]))
    """
    _check_at_least("n_samples", n_samples, 2)
    _check_at_least("n_features", n_features, 1)
    rng = np.random.default_rng(random_state)
    y = rng.permutation(np.arange(n_samples) % 2)
    X = rng.standard_normal((n_samples, n_features))
    direction = rng.standard_normal(n_features)
    direction /= np.linalg.norm(direction)
    # Along the direction each point is moved to its own side of the strip; across it the cloud stays as drawn.
    along = X @ direction  # (n_samples,)
    wanted = (2 * y - 1) * (np.abs(along) + separation / 2)
    return X + np.outer(wanted - along, direction), y


def two_spirals(
    n_samples: int = 194, *, n_turns: float = 3.0, noise: float = 0.0, random_state: Randomness = None
) -> Examples:
    """Generate two spirals wound into each other, a hard task for a multilayer perceptron [1]_.

    Parameters
    ----------
    n_samples : int, default=194
        Number of points in all, at least 2.
    n_turns : float, default=3.0
        How often each spiral goes round, above 0; with fewer turns the task is easier.
    noise : float, default=0.0
        Standard deviation of the normal noise added to the points, at least 0.
    random_state : int, Generator or None, default=None
        Seed of the noise.

    Returns
    -------
    X : array of shape (n_samples, 2)
        Points within the unit circle, before noise.
    y : array of shape (n_samples,)
        Spiral of each point, 0 or 1, by turns.

    Raises
    ------
    InvalidParameterError
        If a number is out of its range.

    References
    ----------
    .. [1] Lang, K. J. and Witbrock, M. J. (1988). Learning to tell two spirals apart. Proceedings of the 1988
       Connectionist Models Summer School, 52-59. The radius grows with the angle as there, from 1/13 of the outermost.

    Examples
    --------
    >>> X, y = two_spirals()
    >>> X[:2]
    array([[ 0.00,  1.00],
           [ 0.00, -1.00]])
    """
    _check_at_least("n_samples", n_samples, 2)
    _check_at_least("noise", noise, 0)
    if not n_turns > 0:
        raise InvalidParameterError(f"The n_turns of two_spirals must be above 0. Got {n_turns!r} instead.")
    y = np.arange(n_samples) % 2
    n_steps = max((n_samples - 1) // 2, 1)
    fraction = np.arange(n_samples) // 2 / n_steps  # 0 at the rim, 1 at the center
    radius = 1 - fraction * 12 / 13  # the innermost point of Lang and Witbrock lies at 0.5 of 6.5
    angle = 2 * np.pi * n_turns * fraction + np.pi * y
    X = np.column_stack((radius * np.sin(angle), radius * np.cos(angle)))
    return X + noise * np.random.default_rng(random_state).standard_normal(X.shape), y


def _check_at_least(parameter: str, value: float, minimum: int) -> None:
    if not value >= minimum:
        raise InvalidParameterError(f"The parameter {parameter} must be at least {minimum}. Got {value!r} instead.")
