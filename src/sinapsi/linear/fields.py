"""The inputs of a linear layer, as products with its weights and as the kernels take them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sinapsi.activations import Floats


def fields_of(inputs: Any, coef: Floats, intercept: Floats) -> Floats:
    """Give the induced field of every output neuron for every example.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        Examples.
    coef : array of shape (n_outputs, n_features)
        Weights.
    intercept : array of shape (n_outputs,)
        Biases.

    Returns
    -------
    array of shape (n_samples, n_outputs)
        x.w + b.
    """
    return np.asarray(inputs @ coef.T) + intercept


def rows_of(inputs: Any) -> tuple[NDArray[Any], ...]:
    """Give what a kernel takes for X: the dense array, or the three arrays of the CSR format.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        Examples.

    Returns
    -------
    tuple of array
        One array, or three.
    """
    return (inputs.data, inputs.indices, inputs.indptr) if sparse.issparse(inputs) else (inputs,)


def both_forms_of(inputs: Any) -> tuple[NDArray[Any], ...]:
    """Give what the kernels of the variants take for X: a dense array and the three arrays of the CSR format.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        Examples.

    Returns
    -------
    tuple of array
        Four arrays; those of the other form are empty.
    """
    if sparse.issparse(inputs):
        return np.empty((0, 0), dtype=inputs.dtype), inputs.data, inputs.indices, inputs.indptr
    return inputs, np.empty(0, dtype=inputs.dtype), np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)
