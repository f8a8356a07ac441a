"""Values of a model as plain JSON, and back: numbers, texts, containers, arrays, histories, reasons, short forms.

What JSON has no word for stands as an object with a single tag, such as ``{"$tensor": "learned.coef_"}``. Whatever
has no place here is refused by name; when reading, nothing is looked up but the words listed in this file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import ModelFileError
from sinapsi.history import History
from sinapsi.short_forms import ShortForm
from sinapsi.stopping import AnyOf, StopCode, StopReason

TENSOR_KINDS = "fiub"  # NumPy's letters for what safetensors holds: float, int, unsigned, bool

# Objects with a short form: module of their base class, that class, and what reads the short form.
SHORT_FORMS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "activation": ("sinapsi.activations", "Activation", "activation_named"),
        "schedule": ("sinapsi.schedules", "Schedule", "schedule_named"),
        "stopping": ("sinapsi.stopping", "Criterion", "any_of"),
        "loss": ("sinapsi.losses", "Loss", "loss_called"),
        "grid": ("sinapsi.maps.grid", "Grid", "grid_named"),
        "solver": ("sinapsi.feedforward.solvers", "Solver", "solver_named"),
        "visible units": ("sinapsi.energy.units", "VisibleUnits", "visible_units_named"),
    }
)
LARGEST_LABELS = 2**26  # characters of all labels, each of the width of the array
BIT_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")  # those of numpy.random


class Arrays:
    """The arrays met while encoding, by the key under which the config refers to them."""

    def __init__(self) -> None:
        self.contents: dict[str, NDArray[Any]] = {}

    def put(self, array: NDArray[Any], key: str) -> str:
        """Take an array in.

        Parameters
        ----------
        array : array
            Of numbers or booleans.
        key : str
            Where it was met.

        Returns
        -------
        str
            The key.
        """
        self.contents[key] = np.array(array, order="C")
        return key


def encoded(value: Any, arrays: Arrays, place: str) -> Any:
    """Turn a value into plain JSON; arrays of numbers go to ``arrays``.

    Parameters
    ----------
    value : object
        What to encode.
    arrays : Arrays
        Where arrays go.
    place : str
        Where the value was met, for keys and messages.

    Returns
    -------
    object
        Plain JSON.

    Raises
    ------
    ModelFileError
        If the value has no encoding.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"$float": repr(float(value))}
    if isinstance(value, np.generic):
        return encoded(value.item(), arrays, place)
    for kind, encode in _ENCODERS.items():
        if isinstance(value, kind):
            return encode(value, arrays, place)
    named = getattr(value, "__qualname__", type(value).__name__)
    raise ModelFileError(
        f"{place} holds {named!r}, which cannot be saved: files of models hold numbers, texts, arrays and the named "
        "objects of Sinapsi, never code. Replace it by a name or a short form."
    )


def _encode_dict(value: dict[Any, Any], arrays: Arrays, place: str) -> Any:
    items = [(key, encoded(item, arrays, f"{place}.{key}")) for key, item in value.items()]
    if value and all(isinstance(key, str) and not key.startswith("$") for key in value):
        return dict(items)
    return {"$dict": [[encoded(key, arrays, place), item] for key, item in items]}


def _encode_array(array: NDArray[Any], arrays: Arrays, place: str) -> Any:
    if array.dtype.kind in TENSOR_KINDS and array.dtype.itemsize <= 8:
        return {"$tensor": arrays.put(array, place)}
    if array.dtype.kind in "OU" and array.ndim == 1:
        labels = [encoded(label, arrays, place) for label in array.tolist()]
        return {"$labels": labels, "kind": array.dtype.kind, "width": array.dtype.itemsize // 4}
    raise ModelFileError(f"{place} is an array of {array.dtype}, which cannot be saved. Expected numbers or texts.")


def _encode_short_form(value: ShortForm | AnyOf, arrays: Arrays, place: str) -> Any:
    for kind, (module, base, _) in SHORT_FORMS.items():
        if isinstance(value, AnyOf | getattr(import_module(module), base)):
            return {"$short_form": str(value), "kind": "stopping" if isinstance(value, AnyOf) else kind}
    raise ModelFileError(f"{place} holds {value}, which cannot be saved.")


def _encode_generator(value: np.random.Generator, arrays: Arrays, place: str) -> Any:
    state = value.bit_generator.state
    if state["bit_generator"] not in BIT_GENERATORS:
        raise ModelFileError(f"{place} holds a generator of a kind that cannot be saved: {state['bit_generator']}.")
    return {"$generator": encoded(dict(state), arrays, place)}


_ENCODERS: Mapping[type, Callable[[Any, Arrays, str], Any]] = MappingProxyType(
    {
        np.ndarray: _encode_array,
        list: lambda value, arrays, place: [encoded(v, arrays, f"{place}.{i}") for i, v in enumerate(value)],
        tuple: lambda value, arrays, place: {"$tuple": encoded(list(value), arrays, place)},
        dict: _encode_dict,
        History: lambda value, arrays, place: {"$history": encoded(dict(value), arrays, place)},
        StopReason: lambda value, arrays, place: {"$stop_reason": [value.code.name, value.sentence]},
        ShortForm: _encode_short_form,
        AnyOf: _encode_short_form,
        np.random.Generator: _encode_generator,
        np.random.RandomState: lambda value, arrays, place: {
            "$random_state": encoded(value.get_state(legacy=False), arrays, place)
        },
    }
)


def decoded(value: Any, tensors: Mapping[str, NDArray[Any]]) -> Any:
    """Turn plain JSON back into the value that was encoded.

    Parameters
    ----------
    value : object
        What :func:`encoded` gave.
    tensors : mapping of str to array
        The arrays by their keys.

    Returns
    -------
    object
        The value.

    Raises
    ------
    ModelFileError
        If a tag is unknown or its contents make no sense.
    """
    if isinstance(value, list):
        return [decoded(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    tag = next(iter(value), "$")
    if not tag.startswith("$"):
        return {key: decoded(item, tensors) for key, item in value.items()}
    if tag not in _DECODERS:
        raise ModelFileError(f"The config holds an object tagged {tag!r}. Expected one of {', '.join(_DECODERS)}.")
    try:
        return _DECODERS[tag](value, tensors)
    except ModelFileError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"The config holds a {tag} that makes no sense: {error}.") from error


def _decode_labels(value: dict[str, Any], tensors: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    labels = [decoded(label, tensors) for label in value["$labels"]]
    if value["kind"] == "O":
        array = np.empty(len(labels), dtype=object)
        array[:] = labels
        return array
    if value["kind"] != "U" or not all(isinstance(label, str) for label in labels):
        raise ModelFileError("The config holds labels that are no texts.")
    width = max(int(value["width"]), *map(len, labels), 1)
    if len(labels) * width > LARGEST_LABELS:
        raise ModelFileError("The config holds labels that would take more memory than any real ones.")
    return np.array(labels, dtype=f"<U{width}")


def _decode_short_form(value: dict[str, Any], tensors: Mapping[str, NDArray[Any]]) -> Any:
    module, _, reader = SHORT_FORMS[value["kind"]]
    return getattr(import_module(module), reader)(str(value["$short_form"]))


def _decode_generator(value: dict[str, Any], tensors: Mapping[str, NDArray[Any]]) -> np.random.Generator:
    state = decoded(value["$generator"], tensors)
    if state["bit_generator"] not in BIT_GENERATORS:
        raise ModelFileError(f"The config holds an unknown generator {state['bit_generator']!r}.")
    _check_places(state)
    generator = np.random.Generator(getattr(np.random, state["bit_generator"])())
    generator.bit_generator.state = state
    return generator


def _decode_random_state(value: dict[str, Any], tensors: Mapping[str, NDArray[Any]]) -> np.random.RandomState:
    state = decoded(value["$random_state"], tensors)
    _check_places(state)
    random = np.random.RandomState()
    random.set_state(state)
    return random


def _check_places(state: Mapping[str, Any]) -> None:
    """NumPy trusts these numbers as places in memory."""
    places = {"buffer_pos": (state, 4), "pos": (state["state"], 624)}
    for name, (numbers, highest) in places.items():
        place = numbers.get(name, 0)
        if not isinstance(place, int) or not 0 <= place <= highest:
            raise ModelFileError(f"The config holds a generator whose {name} is {place!r}, outside 0 to {highest}.")


_DECODERS: Mapping[str, Callable[[dict[str, Any], Mapping[str, NDArray[Any]]], Any]] = MappingProxyType(
    {
        "$float": lambda value, tensors: float(value["$float"]),
        "$tensor": lambda value, tensors: tensors[value["$tensor"]],
        "$labels": _decode_labels,
        "$tuple": lambda value, tensors: tuple(decoded(value["$tuple"], tensors)),
        "$dict": lambda value, tensors: {decoded(k, tensors): decoded(v, tensors) for k, v in value["$dict"]},
        "$history": lambda value, tensors: History(decoded(value["$history"], tensors)),
        "$stop_reason": lambda value, tensors: StopReason(
            StopCode[value["$stop_reason"][0]], str(value["$stop_reason"][1])
        ),
        "$short_form": _decode_short_form,
        "$generator": _decode_generator,
        "$random_state": _decode_random_state,
    }
)
