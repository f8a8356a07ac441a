"""The weights of networks with an energy, layer by layer from the inputs up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.energy.arithmetic import on_host

Layers = tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]


def layers_of_machine(network: Any) -> Layers | None:
    """Read the weights of a network that keeps no ``coefs_``.

    Parameters
    ----------
    network : estimator
        Fitted.

    Returns
    -------
    weights : list of array of shape (n_inputs, n_units)
        Upwards from the inputs, and of a machine with classes from the last hidden layer to these.
    biases : list of array of shape (n_units,)
        One a layer; empty if the network has none. None instead of both if there are no weights to be found.
    """
    if hasattr(network, "components_"):
        return _restricted(network)
    return _general(network) if np.ndim(getattr(network, "weights_", 0)) == 2 else None


def _restricted(network: Any) -> Layers:
    """Hidden units are rows of ``components_``; the columns of classes, if any, stand last."""
    top = _numbers(network.components_)
    weights = [_numbers(each) for each in getattr(network, "recognition_weights_", [])]
    biases = [_numbers(each) for each in getattr(network, "recognition_intercepts_", [])]
    n_units = weights[-1].shape[1] if weights else getattr(network, "n_features_in_", top.shape[1])
    weights.append(top[:, :n_units].T)
    if not hasattr(network, "intercept_hidden_"):
        return weights, []
    biases.append(_numbers(network.intercept_hidden_))
    if top.shape[1] > n_units:
        weights.append(top[:, n_units:])
        biases.append(_numbers(network.intercept_visible_)[n_units:])
    return weights, biases


def _general(network: Any) -> Layers:
    """From visible to hidden units; among the visible ones, where there are no others."""
    weights, n_visible = _numbers(network.weights_), int(network.n_features_in_)
    biases = [_numbers(network.biases_)] if hasattr(network, "biases_") else []
    if len(weights) == n_visible:
        return [weights], biases
    return [weights[:n_visible, n_visible:]], [each[n_visible:] for each in biases]


def _numbers(array: Any) -> NDArray[np.float64]:
    return np.asarray(on_host(array), dtype=np.float64)
