"""Random hidden layers: weights of several kinds, drawn once and never trained.

All kinds are scaled so that a unit's weights have a length of about 1 (times ``scale``): with standardized inputs its
induced field then varies by about 1, where the usual activations bend.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from scipy import sparse
from scipy.stats import qmc

from sinapsi.activations import Activation, Floats
from sinapsi.exceptions import InvalidParameterError

PAIRS_TRIED = 20  # draws until two examples of a pair are of different classes
SMALLEST_FIELD = 3  # pixels, or the whole side of a smaller image


@dataclass(frozen=True)
class RandomLayers:
    """Hidden layers as drawn, one after the other, and beside the last one the inputs where they are linked.

    Parameters
    ----------
    weights : tuple of array of shape (n_inputs, n_units)
        One a layer.
    biases : tuple of array of shape (n_units,)
        One a layer.
    activation : Activation
        Of all units.
    n_links : int
        Inputs handed on to the output layer; 0 or all.
    """

    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    activation: Activation
    n_links: int

    @property
    def n_columns(self) -> int:
        """Hidden outputs: the links, then the units of the last layer."""
        return self.n_links + int(self.weights[-1].shape[1])

    def outputs(self, inputs: Any) -> Floats:
        """Give the hidden outputs of a block of inputs.

        Parameters
        ----------
        inputs : array or CSR matrix of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        array of shape (n_samples, n_columns)
            The linked inputs, then the units.
        """
        hidden = inputs
        for place, (weights, biases) in enumerate(zip(self.weights, self.biases, strict=True)):
            is_last = place == len(self.weights) - 1
            table = np.empty((inputs.shape[0], self.n_columns if is_last else weights.shape[1]), dtype=weights.dtype)
            units = table[:, self.n_links :] if is_last else table
            if sparse.issparse(hidden):
                units[...] = hidden @ weights
            else:
                np.matmul(hidden, weights, out=units)
            units += biases
            self.activation.apply(units)
            hidden = table
        if self.n_links:
            hidden[:, : self.n_links] = inputs.toarray() if sparse.issparse(inputs) else inputs
        return np.asarray(hidden)

    def of_units(self, units: Any) -> RandomLayers:
        """Give the same layers with some units of the last one only.

        Parameters
        ----------
        units : array of int
            Which, in the order wanted.

        Returns
        -------
        RandomLayers
            The others are gone.
        """
        weights = (*self.weights[:-1], np.ascontiguousarray(self.weights[-1][:, units]))
        biases = (*self.biases[:-1], self.biases[-1][units])
        return RandomLayers(weights, biases, self.activation, self.n_links)


def _uniform(n_inputs: int, n_units: int, random: np.random.Generator) -> Floats:
    return np.asarray(random.uniform(-1, 1, (n_inputs, n_units)) * np.sqrt(3 / n_inputs))


def _normal(n_inputs: int, n_units: int, random: np.random.Generator) -> Floats:
    return np.asarray(random.standard_normal((n_inputs, n_units)) / np.sqrt(n_inputs))


def _orthogonal(n_inputs: int, n_units: int, random: np.random.Generator) -> Floats:
    """Units in groups of as many as there are inputs, orthonormal within a group."""
    groups = []
    for start in range(0, n_units, n_inputs):
        basis, triangle = np.linalg.qr(random.standard_normal((n_inputs, min(n_inputs, n_units - start))))
        groups.append(basis * np.where(np.diagonal(triangle) < 0, -1.0, 1.0))  # else the basis would not be uniform
    return np.hstack(groups)


def _sobol(n_inputs: int, n_units: int, random: np.random.Generator) -> Floats:
    """Uniform weights that fill their cube evenly (Sobol 1967), scrambled."""
    points = qmc.Sobol(n_inputs, scramble=True, rng=random).random_base2(int(np.ceil(np.log2(max(2, n_units)))))
    return np.asarray((2 * points[:n_units].T - 1) * np.sqrt(3 / n_inputs))


def _sparse(n_inputs: int, n_units: int, random: np.random.Generator) -> Floats:
    """Each unit sees about the square root of all inputs."""
    n_seen = int(np.ceil(np.sqrt(n_inputs)))
    weights = np.zeros((n_inputs, n_units))
    seen = random.random((n_inputs, n_units)).argpartition(n_seen - 1, axis=0)[:n_seen]
    np.put_along_axis(weights, seen, random.standard_normal((n_seen, n_units)) / np.sqrt(n_seen), axis=0)
    return weights


KINDS: Mapping[str, Callable[[int, int, np.random.Generator], Floats]] = MappingProxyType(
    {"uniform": _uniform, "normal": _normal, "orthogonal": _orthogonal, "sobol": _sobol, "sparse": _sparse}
)


def class_difference_weights(
    rows: Any, targets: Floats, n_units: int, random: np.random.Generator, shape: tuple[int, ...] | None
) -> tuple[Floats, Floats]:
    """Point each unit from one example to another of another class (Zhu, Miao and Qing 2014).

    The hyperplane on which a unit changes its mind stands midway between the two. With images, both are seen through a
    random rectangle only (McDonnell et al. 2015).

    Parameters
    ----------
    rows : array or CSR matrix of shape (n_samples, n_features)
        Examples to choose from.
    targets : array of shape (n_samples, n_outputs)
        Their targets; two with different ones are a pair, where there are any.
    n_units : int
        Number of units.
    random : numpy.random.Generator
        Source of the pairs and rectangles.
    shape : tuple of int or None
        Of the images.

    Returns
    -------
    weights : array of shape (n_features, n_units)
        Of length 1 each, or 0 where a pair is equal.
    biases : array of shape (n_units,)
        Which put 0 midway.
    """
    table = rows.toarray() if sparse.issparse(rows) else rows
    first = random.integers(len(table), size=n_units)
    second = random.integers(len(table), size=n_units)
    for _ in range(PAIRS_TRIED):
        alike = (targets[first] == targets[second]).all(axis=1)
        second[alike] = random.integers(len(table), size=int(alike.sum()))
    one, other = table[first].astype(np.float64), table[second].astype(np.float64)
    weights = np.ascontiguousarray((other - one).T)
    if shape is None:
        lengths = np.linalg.norm(weights, axis=0)
        weights /= np.where(lengths > 0, lengths, 1)
    else:
        weights = receptive_field_weights(shape, n_units, random, weights)
    return weights, -np.vecdot(weights.T, (one + other) / 2)


def receptive_field_weights(
    shape: tuple[int, ...], n_units: int, random: np.random.Generator, values: Floats | None = None
) -> Floats:
    """Let each unit see a random rectangle of an image only (McDonnell et al. 2015).

    Parameters
    ----------
    shape : tuple of int
        (height, width) or (height, width, channels).
    n_units : int
        Number of units.
    random : numpy.random.Generator
        Source of the rectangles and, without ``values``, of the weights.
    values : array of shape (n_inputs, n_units), optional
        Weights before they are cut to the rectangles; normal by default.

    Returns
    -------
    array of shape (n_inputs, n_units)
        Of length 1 each, 0 outside of the rectangles.
    """
    height, width, *channels = shape
    n_inputs = int(np.prod(shape))
    weights = random.standard_normal((n_inputs, n_units)) if values is None else values
    image = weights.reshape(height, width, *channels, n_units)
    top, bottom = _intervals(height, n_units, random)
    left, right = _intervals(width, n_units, random)
    rows, columns = np.arange(height)[:, np.newaxis], np.arange(width)[:, np.newaxis]
    is_seen = ((rows >= top) & (rows < bottom))[:, np.newaxis] & ((columns >= left) & (columns < right))[np.newaxis]
    image *= is_seen.reshape(height, width, *(1 for _ in channels), n_units)
    lengths = np.linalg.norm(weights, axis=0)
    weights /= np.where(lengths > 0, lengths, 1)
    return weights


def _intervals(size: int, n: int, random: np.random.Generator) -> tuple[Any, Any]:
    """Random intervals [start, end) of at least three pixels, every pair of ends alike."""
    least = min(SMALLEST_FIELD, size)
    starts, ends = np.meshgrid(np.arange(size + 1), np.arange(size + 1))
    pairs = np.stack([starts, ends], axis=-1)[ends - starts >= least]
    chosen = pairs[random.integers(len(pairs), size=n)]
    return chosen[:, 0], chosen[:, 1]


def shape_of_images(image_shape: Any, n_features: int, owner: str) -> tuple[int, ...]:
    """Give the shape of the images that the rows of X are.

    Parameters
    ----------
    image_shape : tuple of int or None
        What the user said; None for square images of one channel.
    n_features : int
        Pixels.
    owner : str
        Class name of the estimator, for messages.

    Returns
    -------
    tuple of int
        (height, width) or (height, width, channels).

    Raises
    ------
    InvalidParameterError
        If the rows are no such images.
    """
    if image_shape is None:
        side = round(n_features**0.5)
        if side * side != n_features:
            raise InvalidParameterError(
                f"The 'image_shape' parameter of {owner} must be (height, width) or (height, width, channels) for "
                f"weights='receptive_field': {n_features} columns are no square image. Got None."
            )
        return side, side
    shape = tuple(image_shape)
    are_sizes = all(isinstance(size, int | np.integer) and size > 0 for size in shape)
    if len(shape) not in (2, 3) or not are_sizes:
        raise InvalidParameterError(
            f"The 'image_shape' parameter of {owner} must be (height, width) or (height, width, channels), integers "
            f"above 0. Got {image_shape!r}."
        )
    if int(np.prod(shape)) != n_features:
        raise InvalidParameterError(
            f"The 'image_shape' parameter of {owner} must have as many pixels as X has columns, {n_features}. "
            f"Got {shape}, which has {int(np.prod(shape))}."
        )
    return shape
