"""Activation functions of neurons: small objects with a value and a derivative.

Each object has ``value(v)``, ``derivative(v)`` and ``jacobian_product(v, u)``; the sigmoids take a slope,
``logistic(slope=2.0)``. All are finite and right for ``|v|`` up to 1e4 and beyond.
Chapter 1 of the course; the threshold is McCulloch and Pitts' (1943), the hard limit Rosenblatt's (1958).
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from sinapsi.exceptions import InvalidParameterError
from sinapsi.short_forms import ShortForm, parse_short_form

Floats: TypeAlias = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Activation(ShortForm, ABC):
    """An activation function phi of the induced field v."""

    def __call__(self, **settings: float) -> Self:
        """Give the same function with other settings, for example ``logistic(slope=2.0)``.

        Parameters
        ----------
        **settings : float
            The fields to change.

        Returns
        -------
        Activation
            A new object; this one stays as it is.
        """
        return dataclasses.replace(self, **settings)

    def value(self, v: ArrayLike) -> Floats:
        """Evaluate phi(v).

        Parameters
        ----------
        v : array of shape (..., n_units)
            Induced fields. Integers are taken as float64.

        Returns
        -------
        array of shape (..., n_units)
            phi(v), in the floating type of ``v``.
        """
        outputs = _floats(v).copy()
        self.apply(outputs)
        return outputs

    @abstractmethod
    def apply(self, v: Floats) -> None:
        """Replace the induced fields by phi(v), in place.

        Parameters
        ----------
        v : array of shape (..., n_units)
            Overwritten.
        """

    @abstractmethod
    def derivative(self, v: ArrayLike) -> Floats:
        """Evaluate phi'(v).

        Parameters
        ----------
        v : array of shape (..., n_units)
            Induced fields.

        Returns
        -------
        array of shape (..., n_units)
            phi'(v); for the activations of a whole layer (softmax) the diagonal of the Jacobian.
        """

    def jacobian_product(self, v: ArrayLike, u: ArrayLike) -> Floats:
        """Multiply the transposed Jacobian of phi at v by u.

        Parameters
        ----------
        v, u : array of shape (..., n_units)
            Where, and what is multiplied.

        Returns
        -------
        array of shape (..., n_units)
            For functions of one unit, phi'(v) u.
        """
        return self.derivative(v) * _floats(u)

    @abstractmethod
    def pull_back(self, outputs: Floats, signal: Floats) -> None:
        """Multiply a signal by the transposed Jacobian, in place, knowing only the outputs phi(v).

        Parameters
        ----------
        outputs : array of shape (n_samples, n_units)
            phi(v), as the forward pass left it.
        signal : array of shape (n_samples, n_units)
            What arrives at the outputs; overwritten by what arrives at the induced fields.
        """


def _floats(v: ArrayLike) -> Floats:
    array = np.asarray(v)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


@dataclass(frozen=True)
class Threshold(Activation):
    """1 where v >= 0, else 0 (McCulloch and Pitts)."""

    short_name = "threshold"

    def apply(self, v: Floats) -> None:
        v[...] = v >= 0

    def derivative(self, v: ArrayLike) -> Floats:
        return np.zeros_like(_floats(v))

    def pull_back(self, outputs: Floats, signal: Floats) -> None:
        signal[...] = 0


@dataclass(frozen=True)
class HardLimit(Activation):
    """+1 where v > 0, else -1 (Rosenblatt)."""

    short_name = "hard_limit"

    def apply(self, v: Floats) -> None:
        v[...] = np.where(v > 0, 1, -1)

    def derivative(self, v: ArrayLike) -> Floats:
        return np.zeros_like(_floats(v))

    def pull_back(self, outputs: Floats, signal: Floats) -> None:
        signal[...] = 0


@dataclass(frozen=True)
class Identity(Activation):
    """v itself (Adaline, and the output of a regression network)."""

    short_name = "identity"

    def apply(self, v: Floats) -> None:
        pass

    def derivative(self, v: ArrayLike) -> Floats:
        return np.ones_like(_floats(v))

    def pull_back(self, outputs: Floats, signal: Floats) -> None:
        pass


@dataclass(frozen=True)
class Logistic(Activation):
    """The logistic sigmoid 1 / (1 + exp(-slope v)).

    Parameters
    ----------
    slope : float, default=1.0
        Steepness a > 0; phi'(0) = a / 4.
    """

    short_name = "logistic"
    slope: float = 1.0

    def __post_init__(self) -> None:
        _check_slope(self)

    def apply(self, v: Floats) -> None:
        if self.slope != 1.0:
            np.multiply(v, self.slope, out=v)
        expit(v, out=v)

    def derivative(self, v: ArrayLike) -> Floats:
        # sigma(av) sigma(-av) keeps its digits where 1 - sigma(av) has lost them.
        field = _floats(v) * self.slope
        return np.asarray(self.slope * (expit(field) * expit(-field)), dtype=field.dtype)

    def pull_back(self, outputs: Floats, signal: Floats) -> None:
        signal *= outputs
        signal *= 1 - outputs
        if self.slope != 1.0:
            signal *= self.slope


@dataclass(frozen=True)
class Tanh(Activation):
    """The hyperbolic tangent tanh(slope v).

    Parameters
    ----------
    slope : float, default=1.0
        Steepness a > 0; phi'(0) = a.
    """

    short_name = "tanh"
    slope: float = 1.0

    def __post_init__(self) -> None:
        _check_slope(self)

    def apply(self, v: Floats) -> None:
        if self.slope != 1.0:
            np.multiply(v, self.slope, out=v)
        np.tanh(v, out=v)

    def derivative(self, v: ArrayLike) -> Floats:
        # 1 / cosh^2 as 4 sigma(2av) sigma(-2av): no overflow, no cancellation.
        field = 2 * self.slope * _floats(v)
        return np.asarray(4 * self.slope * (expit(field) * expit(-field)), dtype=field.dtype)

    def pull_back(self, outputs: Floats, signal: Floats) -> None:
        signal *= 1 - outputs * outputs
        if self.slope != 1.0:
            signal *= self.slope


@dataclass(frozen=True)
class Relu(Activation):
    """max(0, v); the derivative at 0 is taken as 0."""

    short_name = "relu"

    def apply(self, v: Floats) -> None:
        np.maximum(v, 0, out=v)

    def derivative(self, v: ArrayLike) -> Floats:
        fields = _floats(v)
        return (fields > 0).astype(fields.dtype)

    def pull_back(self, outputs: Floats, signal: Floats) -> None:
        signal *= outputs > 0


@dataclass(frozen=True)
class Softmax(Activation):
    """exp(v_i) / sum_j exp(v_j) over the last axis."""

    short_name = "softmax"

    def apply(self, v: Floats) -> None:
        v -= v.max(axis=-1, keepdims=True)
        np.exp(v, out=v)
        v /= v.sum(axis=-1, keepdims=True)

    def derivative(self, v: ArrayLike) -> Floats:
        outputs = self.value(v)
        return outputs * (1 - outputs)

    def jacobian_product(self, v: ArrayLike, u: ArrayLike) -> Floats:
        product = _floats(u).copy()
        self.pull_back(self.value(v), product)
        return product

    def pull_back(self, outputs: Floats, signal: Floats) -> None:
        signal -= (outputs * signal).sum(axis=-1, keepdims=True)
        signal *= outputs


@dataclass(frozen=True)
class LogSoftmax(Activation):
    """v_i - log sum_j exp(v_j) over the last axis."""

    short_name = "log_softmax"

    def apply(self, v: Floats) -> None:
        v -= v.max(axis=-1, keepdims=True)
        v -= np.log(np.exp(v).sum(axis=-1, keepdims=True))

    def derivative(self, v: ArrayLike) -> Floats:
        return 1 - np.exp(self.value(v))

    def jacobian_product(self, v: ArrayLike, u: ArrayLike) -> Floats:
        product = _floats(u).copy()
        self.pull_back(self.value(v), product)
        return product

    def pull_back(self, outputs: Floats, signal: Floats) -> None:
        signal -= np.exp(outputs) * signal.sum(axis=-1, keepdims=True)


def _check_slope(activation: Logistic | Tanh) -> None:
    if not (np.isfinite(activation.slope) and activation.slope > 0):
        raise InvalidParameterError(
            f"The slope of {activation.short_name} must be a number above 0. Got {activation.slope!r} instead."
        )


threshold = Threshold()
hard_limit = HardLimit()
identity = Identity()
logistic = Logistic()
tanh = Tanh()
relu = Relu()
softmax = Softmax()
log_softmax = LogSoftmax()

BY_NAME: Mapping[str, Activation] = MappingProxyType(
    {
        activation.short_name: activation
        for activation in (threshold, hard_limit, identity, logistic, tanh, relu, softmax, log_softmax)
    }
)


def activation_named(form: str | Activation) -> Activation:
    """Give the activation that a short form stands for.

    Parameters
    ----------
    form : str or Activation
        ``"tanh"``, ``"logistic(slope=2)"``, or an object, which comes back as it is.

    Returns
    -------
    Activation
        The object.

    Raises
    ------
    InvalidParameterError
        If the word is unknown or its settings do not fit.

    Examples
    --------
    >>> activation_named("logistic(slope=2)").value(0.5).round(3)
    np.float64(0.731)
    """
    if isinstance(form, Activation):
        return form
    return parse_short_form(form, BY_NAME, "activation")
