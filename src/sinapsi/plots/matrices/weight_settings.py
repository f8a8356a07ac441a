"""Which picture of a matrix of weights is drawn, and whether the settings fit to the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.whole_numbers import is_whole

Picture = Literal["hinton", "heatmap", "images"]
Kind = Literal["auto", "hinton", "heatmap", "images"]

LARGEST_HINTON = 32  # inputs or units; beyond, the squares would be too small to compare


def checked_weights(
    weights: ArrayLike, biases: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Make sure that there is a matrix to draw.

    Parameters
    ----------
    weights : array of shape (n_inputs, n_units)
        One column a unit.
    biases : array of shape (n_units,) or None
        One a unit.

    Returns
    -------
    weights : array of shape (n_inputs, n_units)
        As floating numbers.
    biases : array of shape (n_units,) or None
        Likewise.

    Raises
    ------
    InvalidInputError
        If they are no such arrays of finite numbers.
    """
    matrix = np.asarray(weights, dtype=np.float64)
    if matrix.ndim != 2 or matrix.size == 0 or not np.isfinite(matrix).all():
        raise InvalidInputError(
            f"weights must be a matrix of finite numbers with the shape (n_inputs, n_units). Got the shape "
            f"{matrix.shape} with {int((~np.isfinite(matrix)).sum())} values NaN or infinite."
        )
    vector = None if biases is None else np.asarray(biases, dtype=np.float64)
    if vector is not None and (vector.shape != (matrix.shape[1],) or not np.isfinite(vector).all()):
        raise InvalidInputError(
            f"biases must be one finite number for each of the {matrix.shape[1]} units. Got the shape {vector.shape}. "
            "Pass biases=None to draw none."
        )
    return matrix, vector


def check_names(names: Sequence[str] | None, n_names: int, setting: str) -> None:
    """Make sure that there is one name for each row or column.

    Parameters
    ----------
    names : sequence of str or None
        The user's names.
    n_names : int
        How many there must be.
    setting : str
        Whose they are, for the message.

    Raises
    ------
    InvalidParameterError
        If there are more or fewer.
    """
    if names is not None and (isinstance(names, str) or len(names) != n_names):
        raise InvalidParameterError(
            f"{setting} must be a sequence of {n_names} names, or None for numbers. Got {len(names)}."
        )


def kind_of_picture(kind: str, image_shape: tuple[int, int] | None, max_units: int, shape: tuple[int, ...]) -> Picture:
    """Choose the picture, and check what belongs to it.

    Parameters
    ----------
    kind : {"auto", "hinton", "heatmap", "images"}
        The user's wish.
    image_shape : tuple of int or None
        Height and width of an image.
    max_units : int
        Largest number of images.
    shape : tuple of int
        Inputs and units.

    Returns
    -------
    {"hinton", "heatmap", "images"}
        What to draw.

    Raises
    ------
    InvalidParameterError
        If a setting is out of its range, or two contradict each other.
    """
    if kind not in get_args(Kind):
        raise InvalidParameterError(f"kind must be 'auto', 'hinton', 'heatmap' or 'images'. Got {kind!r}.")
    if not is_whole(max_units, 1):
        raise InvalidParameterError(f"max_units must be an integer of at least 1. Got {max_units!r}.")
    if image_shape is not None or kind == "images":
        _check_image_shape(kind, image_shape, shape[0])
        return "images"
    if kind == "auto":
        return "hinton" if max(shape) <= LARGEST_HINTON else "heatmap"
    return "hinton" if kind == "hinton" else "heatmap"


def _check_image_shape(kind: str, image_shape: Any, n_inputs: int) -> None:
    if kind not in ("auto", "images"):
        raise InvalidParameterError(
            f"image_shape belongs to kind='images'. Got kind={kind!r}. Leave one of the two at its default."
        )
    is_pair = isinstance(image_shape, tuple | list) and len(image_shape) == 2
    if not is_pair or not all(is_whole(side, 1) for side in image_shape) or image_shape[0] * image_shape[1] != n_inputs:
        side = int(np.sqrt(n_inputs))
        example = f", such as ({side}, {side})" if side * side == n_inputs else ""
        raise InvalidParameterError(
            f"image_shape must be a height and a width whose product is the number of inputs, {n_inputs}{example}. "
            f"Got {image_shape!r}."
        )
