"""What a model has learned and what it answers, taken apart and compared to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.history import History

METHODS = ("predict", "decision_function", "predict_proba", "predict_log_proba", "transform", "score_samples")


def learned(model: Any) -> dict[str, Any]:
    """Everything that fitting left in a model, public or not."""
    parameters = model.get_params(deep=False)
    return {name: value for name, value in vars(model).items() if name not in parameters}


def fitted_arrays(model: Any) -> dict[str, NDArray[np.floating[Any]]]:
    """The floating-point arrays among the public fitted attributes, without the history."""
    public = {name: value for name, value in learned(model).items() if name.endswith("_") and name[0] != "_"}
    return {place: array for name, value in public.items() for place, array in _float_arrays(value, name)}


def _float_arrays(value: Any, place: str) -> list[tuple[str, Any]]:
    if isinstance(value, np.ndarray):
        return [(place, value)] if value.dtype.kind == "f" else []
    if isinstance(value, list | tuple):
        return [found for i, item in enumerate(value) for found in _float_arrays(item, f"{place}[{i}]")]
    return []


def answers(model: Any, X: Any) -> dict[str, Any]:
    """What each method that this model has says about X."""
    return {name: getattr(model, name)(X) for name in METHODS if hasattr(model, name)}


def differences(one: Any, other: Any, place: str = "", *, besides: tuple[str, ...] = ()) -> list[str]:
    """Places at which two values differ in type, shape, dtype or a single bit; ``besides`` names keys left out."""
    if type(one) is not type(other):
        return [f"{place}: {type(one).__name__} and {type(other).__name__}"]
    if isinstance(one, np.ndarray):
        return _array_differences(one, other, place)
    if isinstance(one, Mapping):
        if one.keys() != other.keys():
            return [f"{place}: {key!r} on one side only" for key in one.keys() ^ other.keys()]
        pairs = [(one[key], other[key], f"{place}.{key}") for key in one if key not in besides]
    elif isinstance(one, list | tuple):
        if len(one) != len(other):
            return [f"{place}: lengths {len(one)} and {len(other)}"]
        pairs = [(a, b, f"{place}[{i}]") for i, (a, b) in enumerate(zip(one, other, strict=True))]
    elif isinstance(one, np.random.Generator):
        pairs = [(one.bit_generator.state, other.bit_generator.state, place)]
    elif isinstance(one, np.random.RandomState):
        pairs = [(one.get_state(legacy=False), other.get_state(legacy=False), place)]
    else:
        same = one == other or (isinstance(one, float) and np.isnan(one) and np.isnan(other))
        return [] if same else [f"{place}: {one!r} and {other!r}"]
    return [found for a, b, where in pairs for found in differences(a, b, where, besides=besides)]


def _array_differences(one: NDArray[Any], other: NDArray[Any], place: str) -> list[str]:
    if (one.dtype, one.shape) != (other.dtype, other.shape):
        return [f"{place}: {one.dtype}{one.shape} and {other.dtype}{other.shape}"]
    same = one.tolist() == other.tolist() if one.dtype == object else one.tobytes() == other.tobytes()
    return [] if same else [f"{place}: {one} and {other}"]


def without_clock(model: Any) -> dict[str, Any]:
    """What was learned, without the seconds it took."""
    return {name: _timeless(value) for name, value in learned(model).items()}


def _timeless(value: Any) -> Any:
    if isinstance(value, History):
        return {name: column for name, column in value.items() if name != "seconds"}
    return [_timeless(item) for item in value] if isinstance(value, list) else value
