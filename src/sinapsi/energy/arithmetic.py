"""What restricted machines compute between matrix products: on NumPy arrays by kernels, on others where they live.

Arrays of other libraries (PyTorch, CuPy) are asked for their namespace of the Array API standard. Chance is drawn by
the same stream for all of them, so a seed gives the same fit wherever it runs.
"""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
from array_api_compat import array_namespace, is_cupy_array, is_torch_array
from array_api_compat import device as device_of
from numpy.typing import NDArray

from sinapsi.energy import kernels

LARGEST_EXPONENT = 80.0  # exp of more would overflow in float32; the logistic function is 0 or 1 long before


class Chance:
    """A stream of random numbers with a place in it, which moves on with every draw.

    Parameters
    ----------
    seed : int
        Which stream, below 2^64.
    place : int, default=0
        Numbers taken before.
    """

    def __init__(self, seed: int, place: int = 0) -> None:
        self._seed = np.uint64(seed)
        self._place = int(place)

    @classmethod
    def from_generator(cls, random: np.random.Generator) -> Self:
        """Take a stream of its own.

        Parameters
        ----------
        random : numpy.random.Generator
            It moves on.

        Returns
        -------
        Chance
            At its beginning.
        """
        return cls(int(random.integers(2**63)))

    @property
    def state(self) -> NDArray[np.uint64]:
        """Seed and place, to go on from."""
        return np.array([self._seed, self._place], dtype=np.uint64)

    def take(self, n: int) -> tuple[np.uint64, np.uint64]:
        """Give the seed and the first place of some numbers, and move on past them.

        Parameters
        ----------
        n : int
            How many.

        Returns
        -------
        seed, first : uint64
            For a kernel.
        """
        first = np.uint64(self._place)
        self._place += n
        return self._seed, first

    def uniform(self, like: Any) -> Any:
        """Draw numbers uniform in (0, 1).

        Parameters
        ----------
        like : array
            Whose shape, type and place they shall have.

        Returns
        -------
        array
            New.
        """
        shape = tuple(like.shape)
        n = math.prod(shape)
        if isinstance(like, np.ndarray):
            numbers = np.empty(n, dtype=like.dtype)
            kernels.fill_with_chance(numbers, *self.take(n))
            return numbers.reshape(shape)
        xp = array_namespace(like)
        numbers = np.empty(n, dtype=np.float32 if like.dtype == xp.float32 else np.float64)
        kernels.fill_with_chance(numbers, *self.take(n))
        return xp.reshape(xp.asarray(numbers, dtype=like.dtype, device=device_of(like)), shape)

    def normal(self, like: Any) -> Any:
        """Draw standard normal numbers (Box and Muller 1958).

        Parameters
        ----------
        like : array
            Whose shape, type and place they shall have.

        Returns
        -------
        array
            New.
        """
        xp = array_namespace(like)
        radius = xp.sqrt(-2.0 * xp.log(self.uniform(like)))
        return radius * xp.cos(2.0 * math.pi * self.uniform(like))


def to_means(fields: Any, bias: Any, factor: float = 1.0) -> Any:
    """Turn fields into factor / (1 + exp(-field - bias)).

    Parameters
    ----------
    fields : array of shape (n_rows, n_units)
        Overwritten, if it is a NumPy array.
    bias : array of shape (n_units,)
        Added.
    factor : float, default=1.0
        Multiplies the result.

    Returns
    -------
    array of shape (n_rows, n_units)
        Probabilities times the factor.
    """
    if isinstance(fields, np.ndarray):
        kernels.mean_states(fields, bias, factor)
        return fields
    return factor * _logistic(fields + bias)


def to_draws(fields: Any, bias: Any, chance: Chance, factor: float = 1.0, states: Any = None) -> tuple[Any, Any]:
    """Turn fields into probabilities, and draw a state of 0 or 1 from each.

    Parameters
    ----------
    fields : array of shape (n_rows, n_units)
        Overwritten, if it is a NumPy array.
    bias : array of shape (n_units,)
        Added.
    chance : Chance
        Moves on by one number a state.
    factor : float, default=1.0
        Multiplies the probabilities that are answered, not those that are drawn from.
    states : array of shape (n_rows, n_units), optional
        Overwritten, if it is a NumPy array.

    Returns
    -------
    means, states : array of shape (n_rows, n_units)
        Probabilities times the factor, and draws.
    """
    if isinstance(fields, np.ndarray):
        if states is None:
            states = np.empty_like(fields)
        kernels.draw_states(fields, bias, factor, states, *chance.take(fields.size))
        return fields, states
    xp = array_namespace(fields)
    means = _logistic(fields + bias)
    drawn = xp.astype(chance.uniform(means) < means, means.dtype)
    return factor * means, drawn


def softplus_sums(fields: Any, bias: Any, factor: float = 1.0) -> Any:
    """Sum log(1 + exp(factor (field + bias))) over the units.

    Parameters
    ----------
    fields : array of shape (n_rows, n_units)
        Not changed.
    bias : array of shape (n_units,)
        Added to them.
    factor : float, default=1.0
        Inverse temperature.

    Returns
    -------
    float64 array of shape (n_rows,)
        One sum a row.
    """
    if isinstance(fields, np.ndarray):
        sums = np.empty(len(fields))
        kernels.softplus_sums(fields, bias, factor, sums)
        return sums
    xp = array_namespace(fields)
    x = xp.astype(factor * (fields + bias), xp.float64)
    zero = xp.zeros_like(x)
    return xp.sum(xp.maximum(x, zero) + xp.log1p(xp.exp(-xp.abs(x))), axis=1)


def blocks_of(n_rows: int, size: int) -> list[slice]:
    """Cut rows into blocks.

    Parameters
    ----------
    n_rows : int
        Rows in all.
    size : int
        Rows of a block; the last may have fewer.

    Returns
    -------
    list of slice
        At least one, that ends where the rows end.
    """
    return [slice(start, min(start + size, n_rows)) for start in range(0, max(1, n_rows), size)]


def on_host(array: Any) -> NDArray[Any]:
    """Give the same numbers as a NumPy array.

    Parameters
    ----------
    array : array
        Of any library and device.

    Returns
    -------
    numpy.ndarray
        The array itself, if it is one.
    """
    if isinstance(array, np.ndarray):
        return array
    if is_cupy_array(array):
        return np.asarray(array.get())
    return np.asarray(array.detach().cpu() if is_torch_array(array) else array)


def _logistic(fields: Any) -> Any:
    xp = array_namespace(fields)
    return 1.0 / (1.0 + xp.exp(-xp.clip(fields, -LARGEST_EXPONENT, LARGEST_EXPONENT)))
