"""The kinds of units of a restricted machine: what a unit is given its field, and what a layer of them weighs.

The probability of a pair of states (v, h) is proportional to exp(weight(v) + weight(h) + h' W v), where the weight of a
binary layer is its bias times its states. A layer of visible units can also be summed over, which gives likelihoods.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from array_api_compat import array_namespace
from array_api_compat import device as device_of

from sinapsi.energy.arithmetic import Chance, softplus_sums, to_draws, to_means
from sinapsi.exceptions import InvalidParameterError
from sinapsi.short_forms import ShortForm, parse_short_form

CERTAIN = 1e4  # a field that leaves a unit no choice
NEAREST_TO_CERTAIN = 0.001  # starting probabilities are kept so far from 0 and 1, for a bias that could change still


class Units(ShortForm, ABC):
    """A kind of units, whose fields are bias + weights times the other layer."""

    @abstractmethod
    def means(self, fields: Any, bias: Any) -> Any:
        """Give the expected states.

        Parameters
        ----------
        fields : array of shape (n_rows, n_units)
            Weights times the other layer; a NumPy array is overwritten.
        bias : array of shape (n_units,)
            Added to the fields.

        Returns
        -------
        array of shape (n_rows, n_units)
            Means of the states, each by itself.
        """

    @abstractmethod
    def draw(self, fields: Any, bias: Any, chance: Chance, states: Any = None) -> tuple[Any, Any]:
        """Give the expected states, and states drawn at random.

        Parameters
        ----------
        fields : array of shape (n_rows, n_units)
            Weights times the other layer; a NumPy array is overwritten.
        bias : array of shape (n_units,)
            Added to the fields.
        chance : Chance
            Source of randomness.
        states : array of shape (n_rows, n_units), optional
            May be overwritten with the draws.

        Returns
        -------
        means, states : array of shape (n_rows, n_units)
            Expected and drawn.
        """


class VisibleUnits(Units):
    """A kind of units that data can be given to."""

    @abstractmethod
    def weight(self, states: Any, bias: Any) -> Any:
        """Give the weight of states when no hidden unit is there.

        Parameters
        ----------
        states : array of shape (n_rows, n_units)
            States.
        bias : array of shape (n_units,)
            Biases.

        Returns
        -------
        float64 array of shape (n_rows,)
            Logarithms of probabilities, but for a constant.
        """

    @abstractmethod
    def log_sum(self, fields: Any, bias: Any) -> Any:
        """Sum exp(weight + states times fields) over all states.

        Parameters
        ----------
        fields : array of shape (n_rows, n_units)
            Weights times the hidden layer.
        bias : array of shape (n_units,)
            Biases, which count in the weight.

        Returns
        -------
        float64 array of shape (n_rows,)
            Natural logarithms of the sums.
        """

    def told(self, fields: Any, is_known: Any, states: Any) -> Any:
        """Let known units of a group speak for the unknown ones; units that are not grouped have nothing to say.

        Parameters
        ----------
        fields : array of shape (n_rows, n_units)
            Weights times the hidden layer.
        is_known : array of bool of shape (n_rows, n_units)
            Which units are known.
        states : array of shape (n_rows, n_units)
            Their states.

        Returns
        -------
        array of shape (n_rows, n_units)
            Fields that leave known units no choice.
        """
        return fields

    @abstractmethod
    def bias_of(self, means: Any) -> Any:
        """Give the bias with which units without hidden ones have given means.

        Parameters
        ----------
        means : array of shape (n_units,)
            Of the data.

        Returns
        -------
        array of shape (n_units,)
            Biases, kept from infinity.
        """


def _as_double(array: Any) -> Any:
    xp = array_namespace(array)
    return xp.astype(array, xp.float64, copy=False)


@dataclass(frozen=True)
class Binary(VisibleUnits):
    """Units that are 0 or 1; data may be probabilities between."""

    short_name = "binary"

    def means(self, fields: Any, bias: Any) -> Any:
        return to_means(fields, bias)

    def draw(self, fields: Any, bias: Any, chance: Chance, states: Any = None) -> tuple[Any, Any]:
        return to_draws(fields, bias, chance, states=states)

    def weight(self, states: Any, bias: Any) -> Any:
        return _as_double(states @ bias)

    def log_sum(self, fields: Any, bias: Any) -> Any:
        return softplus_sums(fields, bias)

    def bias_of(self, means: Any) -> Any:
        xp = array_namespace(means)
        kept = xp.clip(means, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)
        return xp.log(kept) - xp.log1p(-kept)


@dataclass(frozen=True)
class Gaussian(VisibleUnits):
    """Units with any real state, normally distributed around bias + field with variance 1."""

    short_name = "gaussian"

    def means(self, fields: Any, bias: Any) -> Any:
        fields += bias
        return fields

    def draw(self, fields: Any, bias: Any, chance: Chance, states: Any = None) -> tuple[Any, Any]:
        fields += bias
        return fields, fields + chance.normal(fields)

    def weight(self, states: Any, bias: Any) -> Any:
        gaps = _as_double(states - bias)
        return -0.5 * array_namespace(gaps).sum(gaps * gaps, axis=1)

    def log_sum(self, fields: Any, bias: Any) -> Any:
        fields, bias = _as_double(fields), _as_double(bias)
        constant = 0.5 * bias.shape[0] * math.log(2 * math.pi)
        return array_namespace(fields).sum(0.5 * fields * fields + fields * bias, axis=1) + constant

    def bias_of(self, means: Any) -> Any:
        return array_namespace(means).asarray(means, copy=True)


@dataclass(frozen=True)
class Softmax(VisibleUnits):
    """Groups of units of which one is 1 and the others are 0: one-hot columns of categories.

    Parameters
    ----------
    sizes : int, tuple of int or None, default=None
        Units of each group: one number for groups all alike, None for a single group of all units.
    """

    short_name = "softmax"
    sizes: int | tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.sizes, list):
            object.__setattr__(self, "sizes", tuple(self.sizes))
        sizes = self.sizes if isinstance(self.sizes, tuple) else () if self.sizes is None else (self.sizes,)
        if not all(isinstance(size, int) and not isinstance(size, bool) and size >= 1 for size in sizes):
            raise InvalidParameterError(
                f"The units softmax want sizes of groups, whole numbers of at least 1. Got {self.sizes!r}."
            )

    def groups(self, n_units: int) -> list[slice]:
        """Give the columns of each group.

        Parameters
        ----------
        n_units : int
            Units in all.

        Returns
        -------
        list of slice
            One after another.

        Raises
        ------
        InvalidParameterError
            If the sizes do not sum to the number of units.
        """
        if self.sizes is None:
            sizes: tuple[int, ...] = (n_units,)
        elif isinstance(self.sizes, tuple):
            sizes = self.sizes
        else:
            sizes = (self.sizes,) * (n_units // self.sizes)
        if sum(sizes) != n_units:
            raise InvalidParameterError(
                f"The groups of visible={str(self)!r} must be as many columns as X has, {n_units}. They are "
                f"{sum(sizes) if isinstance(self.sizes, tuple) else f'multiples of {self.sizes}'}."
            )
        stops = np.cumsum(sizes).tolist()
        return [slice(stop - size, stop) for stop, size in zip(stops, sizes, strict=True)]

    def means(self, fields: Any, bias: Any) -> Any:
        xp = array_namespace(fields)
        fields = fields + bias
        for group in self.groups(fields.shape[1]):
            powers = xp.exp(fields[:, group] - xp.max(fields[:, group], axis=1, keepdims=True))
            fields[:, group] = powers / xp.sum(powers, axis=1, keepdims=True)
        return fields

    def draw(self, fields: Any, bias: Any, chance: Chance, states: Any = None) -> tuple[Any, Any]:
        xp = array_namespace(fields)
        means = self.means(fields, bias)
        # The largest of log p - log(-log u) is drawn with probability p (Gumbel 1954).
        rivals = xp.log(means + 1e-37) - xp.log(-xp.log(chance.uniform(means)))
        drawn = xp.zeros_like(means)
        for group in self.groups(means.shape[1]):
            winners = xp.argmax(rivals[:, group], axis=1)
            places = xp.arange(group.stop - group.start, device=device_of(means))
            drawn[:, group] = xp.astype(winners[:, None] == places, means.dtype)
        return means, drawn

    def told(self, fields: Any, is_known: Any, states: Any) -> Any:
        xp = array_namespace(fields)
        return xp.where(is_known, (2.0 * states - 1.0) * CERTAIN, fields)

    def weight(self, states: Any, bias: Any) -> Any:
        return _as_double(states @ bias)

    def log_sum(self, fields: Any, bias: Any) -> Any:
        xp = array_namespace(fields)
        whole = _as_double(fields + bias)
        total = xp.zeros_like(whole[:, 0])
        for group in self.groups(whole.shape[1]):
            highest = xp.max(whole[:, group], axis=1, keepdims=True)
            total = total + highest[:, 0] + xp.log(xp.sum(xp.exp(whole[:, group] - highest), axis=1))
        return total

    def bias_of(self, means: Any) -> Any:
        xp = array_namespace(means)
        return xp.log(xp.clip(means, NEAREST_TO_CERTAIN, 1.0))


@dataclass(frozen=True)
class Joined(VisibleUnits):
    """Two kinds side by side, such as the pixels of an image and its label.

    Parameters
    ----------
    left, right : VisibleUnits
        Their kinds.
    n_left : int
        Units of the first kind; the others are of the second.
    """

    short_name = "joined"
    left: VisibleUnits
    right: VisibleUnits
    n_left: int

    def means(self, fields: Any, bias: Any) -> Any:
        n, xp = self.n_left, array_namespace(fields)
        # copies, for kernels want whole rows
        left = self.left.means(xp.asarray(fields[:, :n], copy=True), bias[:n])
        right = self.right.means(xp.asarray(fields[:, n:], copy=True), bias[n:])
        return xp.concat([left, right], axis=1)

    def draw(self, fields: Any, bias: Any, chance: Chance, states: Any = None) -> tuple[Any, Any]:
        n, xp = self.n_left, array_namespace(fields)
        left = self.left.draw(xp.asarray(fields[:, :n], copy=True), bias[:n], chance)
        right = self.right.draw(xp.asarray(fields[:, n:], copy=True), bias[n:], chance)
        means, drawn = (xp.concat([a, b], axis=1) for a, b in zip(left, right, strict=True))
        return means, drawn

    def told(self, fields: Any, is_known: Any, states: Any) -> Any:
        n, xp = self.n_left, array_namespace(fields)
        left = self.left.told(fields[:, :n], is_known[:, :n], states[:, :n])
        return xp.concat([left, self.right.told(fields[:, n:], is_known[:, n:], states[:, n:])], axis=1)

    def weight(self, states: Any, bias: Any) -> Any:
        n = self.n_left
        return self.left.weight(states[:, :n], bias[:n]) + self.right.weight(states[:, n:], bias[n:])

    def log_sum(self, fields: Any, bias: Any) -> Any:
        n = self.n_left
        return self.left.log_sum(fields[:, :n], bias[:n]) + self.right.log_sum(fields[:, n:], bias[n:])

    def bias_of(self, means: Any) -> Any:
        n = self.n_left
        return array_namespace(means).concat([self.left.bias_of(means[:n]), self.right.bias_of(means[n:])])


@dataclass(frozen=True)
class Rectified(Units):
    """Units max(0, x) with noise of variance 1 / (1 + exp(-x)), a stand-in for many copies (Nair and Hinton 2010)."""

    short_name = "rectified"

    def means(self, fields: Any, bias: Any) -> Any:
        fields += bias
        return array_namespace(fields).clip(fields, 0.0, None)

    def draw(self, fields: Any, bias: Any, chance: Chance, states: Any = None) -> tuple[Any, Any]:
        xp = array_namespace(fields)
        fields += bias
        spread = xp.sqrt(to_means(xp.asarray(fields, copy=True), xp.zeros_like(bias)))
        return xp.clip(fields, 0.0, None), xp.clip(fields + spread * chance.normal(fields), 0.0, None)


VISIBLE: Mapping[str, Callable[..., VisibleUnits]] = MappingProxyType(
    {kind.short_name: kind for kind in (Binary, Gaussian, Softmax)}
)
HIDDEN: Mapping[str, Units] = MappingProxyType({kind.short_name: kind for kind in (Binary(), Rectified(), Gaussian())})


def visible_units_named(form: str | VisibleUnits) -> VisibleUnits:
    """Give the visible units that a short form stands for.

    Parameters
    ----------
    form : str or VisibleUnits
        ``"binary"``, ``"gaussian"``, ``"softmax"`` (one group of all columns), ``"softmax(3)"`` (groups of three),
        ``"softmax((3, 2))"``, or an object, which comes back as it is.

    Returns
    -------
    VisibleUnits
        The object.

    Raises
    ------
    InvalidParameterError
        If the word is unknown or its settings do not fit.

    Examples
    --------
    >>> visible_units_named("softmax(3)")
    Softmax(sizes=3)
    """
    return form if isinstance(form, VisibleUnits) else parse_short_form(form, VISIBLE, "kind of visible units")
