"""The weights of one layer of a fitted network, whichever attributes it keeps them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.fitted import network_in
from sinapsi.plots.matrices.machine_weights import layers_of_machine
from sinapsi.plots.whole_numbers import is_whole

LONGEST_NAME = 22  # characters of a name beside the axes


@dataclass(frozen=True, eq=False)
class LayerWeights:
    """The weights between two layers.

    Parameters
    ----------
    weights : array of shape (n_inputs, n_units)
        One column a unit.
    biases : array of shape (n_units,) or None
        None if the network has none.
    input_names : list of str or None
        None if the inputs have only numbers.
    unit_names : list of str or None
        Likewise; the classes, for the output units of a classifier.
    place : str
        Which layer this is, in words.
    """

    weights: NDArray[np.float64]
    biases: NDArray[np.float64] | None
    input_names: list[str] | None
    unit_names: list[str] | None
    place: str


def layer_of(estimator: Any, layer: int, feature_names: Sequence[str] | None) -> LayerWeights:
    """Read the weights of a layer.

    Parameters
    ----------
    estimator : estimator
        Fitted, with ``coefs_`` (a list of arrays of shape (fan_in, fan_out)), ``coef_`` (units in rows), or the weights
        of a network with an energy.
    layer : int
        From 0; negative numbers count from the last.
    feature_names : sequence of str or None
        Names of the inputs of layer 0. None takes those that the network saw in fit.

    Returns
    -------
    LayerWeights
        Weights, biases, names.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    InvalidInputError
        If it has no weights.
    InvalidParameterError
        If there is no such layer, or the names are not one an input.
    """
    check_is_fitted(estimator)
    network = network_in(estimator)
    all_weights, all_biases = _layers_in(network)
    index = _index_of(layer, len(all_weights))
    weights = all_weights[index]
    is_last = index == len(all_weights) - 1
    names = _given_names(feature_names, index, len(weights))
    if names is None and index == 0:
        names = _names_from_fit(estimator, network, len(weights))
    return LayerWeights(
        weights=weights,
        biases=all_biases[index] if all_biases else None,
        input_names=None if names is None else [_shortened(each) for each in names],
        unit_names=_classes_of_units(network, weights.shape[1]) if is_last else None,
        place="" if len(all_weights) == 1 else f", layer {index} of {len(all_weights)}",
    )


def _layers_in(network: Any) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    if hasattr(network, "coefs_"):
        biases = [np.asarray(each, dtype=np.float64) for each in getattr(network, "intercepts_", [])]
        return [np.asarray(each, dtype=np.float64) for each in network.coefs_], biases
    if not hasattr(network, "coef_"):
        machine = layers_of_machine(network)
        if machine is None:
            raise InvalidInputError(
                "WeightsDisplay expects a fitted network with layers (coefs_, coef_) or filters (components_). "
                f"{type(network).__name__} has neither. Pass WeightsDisplay(weights=...) an array of shape (n_inputs, "
                "n_units) and plot it."
            )
        return machine
    coef = network.coef_
    rows = np.atleast_2d(np.asarray(coef.toarray() if hasattr(coef, "toarray") else coef, dtype=np.float64))
    intercept: ArrayLike | None = getattr(network, "intercept_", None)
    if intercept is None:
        return [rows.T], []
    biases_of_units = np.broadcast_to(np.asarray(intercept, dtype=np.float64).ravel(), (len(rows),))
    return [rows.T], [biases_of_units]


def _index_of(layer: object, n_layers: int) -> int:
    if not is_whole(layer, -n_layers, n_layers - 1):
        raise InvalidParameterError(
            f"layer must be an integer from 0 to {n_layers - 1}, or negative to count from the last. Got {layer!r}."
        )
    return layer % n_layers


def _given_names(feature_names: Sequence[str] | None, index: int, n_inputs: int) -> list[str] | None:
    if feature_names is None:
        return None
    if index != 0:
        raise InvalidParameterError(
            f"feature_names name the inputs of layer 0. Got them for layer {index}, whose inputs are hidden units. "
            "Leave feature_names=None."
        )
    if isinstance(feature_names, str) or len(feature_names) != n_inputs:
        raise InvalidParameterError(
            f"feature_names must be one name for each of the {n_inputs} inputs. Got {len(feature_names)}."
        )
    return [str(name) for name in feature_names]


def _names_from_fit(estimator: Any, network: Any, n_inputs: int) -> list[str] | None:
    """Names of the inputs that the network itself saw, which in a pipeline are those that the steps before it give."""
    names = getattr(network, "feature_names_in_", None)
    pipeline = getattr(estimator, "best_estimator_", estimator)
    if names is None and hasattr(pipeline, "feature_names_in_") and hasattr(pipeline, "steps"):
        try:
            names = pipeline[:-1].get_feature_names_out()
        except (AttributeError, ValueError):  # a step that cannot tell what it gives
            return None
    return None if names is None or len(names) != n_inputs else [str(name) for name in names]


def _classes_of_units(network: Any, n_units: int) -> list[str] | None:
    classes = getattr(network, "classes_", None)
    if classes is None or isinstance(classes, list) or np.ndim(classes) != 1:
        return None
    if n_units == 1 and len(classes) == 2:  # the one unit speaks for the second class
        return [_shortened(str(classes[1]))]
    return [_shortened(str(label)) for label in classes] if len(classes) == n_units else None


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"
