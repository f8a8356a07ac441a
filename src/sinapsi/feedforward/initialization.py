"""Where the weights of a multilayer perceptron start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Activation, Floats, Logistic
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward.network import Network

Start: TypeAlias = Callable[[np.random.Generator, int, int, Activation], tuple[NDArray[Any], NDArray[Any]]]


def uniform(
    random: np.random.Generator, fan_in: int, fan_out: int, activation: Activation
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Weights and biases uniform in [-0.5, 0.5], the classic start.

    Parameters
    ----------
    random : numpy.random.Generator
        Source of numbers.
    fan_in, fan_out : int
        Units below and in the layer.
    activation : Activation
        Of the layer.

    Returns
    -------
    coef : array of shape (fan_in, fan_out)
        Weights.
    intercept : array of shape (fan_out,)
        Biases.
    """
    return random.uniform(-0.5, 0.5, (fan_in, fan_out)), random.uniform(-0.5, 0.5, fan_out)


def glorot(
    random: np.random.Generator, fan_in: int, fan_out: int, activation: Activation
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Uniform within sqrt(6 / (fan_in + fan_out)), for logistic units sqrt(2 / ...), as scikit-learn's MLP.

    Glorot and Bengio (2010), eq. 16. Parameters and returns as :func:`uniform`.
    """
    bound = np.sqrt((2 if isinstance(activation, Logistic) else 6) / (fan_in + fan_out))
    return random.uniform(-bound, bound, (fan_in, fan_out)), random.uniform(-bound, bound, fan_out)


def he(
    random: np.random.Generator, fan_in: int, fan_out: int, activation: Activation
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Normal with variance 2 / fan_in, biases 0: keeps the size of signals through rectified layers.

    He, Zhang, Ren and Sun (2015), eq. 10. Parameters and returns as :func:`uniform`.
    """
    return random.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)), np.zeros(fan_out)


def lecun(
    random: np.random.Generator, fan_in: int, fan_out: int, activation: Activation
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Normal with variance 1 / fan_in, biases 0.

    LeCun, Bottou, Orr and Müller (1998), eq. 16. Parameters and returns as :func:`uniform`.
    """
    return random.normal(0, np.sqrt(1 / fan_in), (fan_in, fan_out)), np.zeros(fan_out)


def nguyen_widrow(
    random: np.random.Generator, fan_in: int, fan_out: int, activation: Activation
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Directions at random, lengths 0.7 fan_out^(1/fan_in), biases spread so that the units share the input range.

    For inputs in about [-1, 1] and sigmoid units. Nguyen and Widrow (1990). Parameters and returns as
    :func:`uniform`.
    """
    length = 0.7 * fan_out ** (1 / fan_in)
    directions = random.uniform(-1, 1, (fan_in, fan_out))
    coef = length * directions / np.maximum(np.linalg.norm(directions, axis=0), np.finfo(float).tiny)
    spread = np.linspace(-1, 1, fan_out) if fan_out > 1 else np.zeros(1)
    return coef, length * spread * np.sign(coef[0])


BY_NAME: Mapping[str, Start] = MappingProxyType(
    {"uniform": uniform, "glorot": glorot, "he": he, "nguyen_widrow": nguyen_widrow, "lecun": lecun}
)


def starting_parameters(
    init: str | Sequence[Any], network: Network, random: np.random.Generator, dtype: np.dtype[Any]
) -> Floats:
    """Give the flat vector of starting weights and biases.

    Parameters
    ----------
    init : str or (coefs, intercepts)
        A name of this module; or two lists with a weight matrix (fan_in, fan_out) and a bias vector (fan_out,) a
        layer. Nguyen and Widrow's start is meant for hidden layers; the output layer then starts uniform.
    network : Network
        The plan.
    random : numpy.random.Generator
        Source of numbers.
    dtype : dtype
        Floating type of the result.

    Returns
    -------
    array of shape (n_parameters,)
        Weights, then biases.

    Raises
    ------
    InvalidParameterError
        If given weights do not fit the layers.
    """
    flat = np.empty(network.n_parameters, dtype=dtype)
    coefs, intercepts = network.views(flat)
    if not isinstance(init, str):
        _copy_given(init, coefs, intercepts)
        return flat
    for layer, (coef, intercept, activation) in enumerate(zip(coefs, intercepts, network.activations, strict=True)):
        is_output = layer == len(coefs) - 1
        start = uniform if init == "nguyen_widrow" and is_output else BY_NAME[init]
        fan_in, fan_out = coef.shape
        coef[...], intercept[...] = start(random, fan_in, fan_out, activation)
    return flat


def _copy_given(init: Sequence[Any], coefs: list[Floats], intercepts: list[Floats]) -> None:
    wanted = [array.shape for array in (*coefs, *intercepts)]
    try:
        given_coefs, given_intercepts = init
        given = [np.asarray(array, dtype=np.float64) for array in (*given_coefs, *given_intercepts)]
    except (TypeError, ValueError) as error:
        raise InvalidParameterError(
            "The 'init' parameter must be a name or a pair (coefs, intercepts) of lists with one array a layer. "
            f"Got something else: {error}."
        ) from error
    if [array.shape for array in given] != wanted:
        raise InvalidParameterError(
            f"The weights given as 'init' must have the shapes {wanted} (weights, then biases, layer by layer). "
            f"Got {[array.shape for array in given]}."
        )
    if not all(np.isfinite(array).all() for array in given):
        raise InvalidParameterError("The weights given as 'init' must be finite. Got NaN or infinity among them.")
    for target, array in zip((*coefs, *intercepts), given, strict=True):
        target[...] = array
