"""Radial functions phi(s) of the scaled squared distance s = r^2 / sigma^2.

Gaussian and inverse multiquadric make positive definite matrices of any distinct points; the others do so only on
weights orthogonal to polynomials up to a degree, up to a sign (Micchelli 1986), so they need those polynomials beside
them. A bias, the polynomial of degree 0, every network has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from sinapsi.activations import Floats


@dataclass(frozen=True)
class Basis:
    """One radial function.

    Parameters
    ----------
    value : callable
        phi(s); may use s as its result.
    slope : callable
        d phi / d s; where it is infinite, at s = 0 of the linear one, 0.
    least_degree : int
        Of the polynomial that it needs beside it.
    sign : int
        With it, the matrix of distinct points is positive definite where it is definite.
    is_scaled : bool
        Whether sigma changes more than the size of the weights.
    """

    value: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    least_degree: int
    sign: int
    is_scaled: bool


def _gaussian(s: Floats) -> Floats:
    return np.asarray(np.exp(np.negative(s, out=s), out=s))


def _multiquadric(s: Floats) -> Floats:
    s += 1
    return np.asarray(np.sqrt(s, out=s))


def _inverse_multiquadric(s: Floats) -> Floats:
    return np.asarray(np.reciprocal(_multiquadric(s), out=s))


def _thin_plate(s: Floats) -> Floats:
    logarithms = np.log(s, out=np.zeros_like(s), where=s > 0)
    s *= logarithms
    s *= s.dtype.type(0.5)  # r^2 log r
    return s


def _linear(s: Floats) -> Floats:
    return np.asarray(np.sqrt(s, out=s))


BASES: Mapping[str, Basis] = MappingProxyType(
    {
        "gaussian": Basis(_gaussian, lambda s: -np.exp(-s), 0, 1, True),
        "multiquadric": Basis(_multiquadric, lambda s: 0.5 / np.sqrt(1 + s), 0, -1, True),
        "inverse_multiquadric": Basis(_inverse_multiquadric, lambda s: -0.5 * (1 + s) ** -1.5, 0, 1, True),
        "thin_plate": Basis(
            _thin_plate,
            lambda s: 0.5 * (np.log(s, out=np.full_like(s, -1.0), where=s > 0) + 1),
            1,
            1,
            False,
        ),
        "linear": Basis(_linear, lambda s: 0.5 / np.sqrt(s, out=np.full_like(s, np.inf), where=s > 0), 0, -1, False),
    }
)
