"""Networks and their settings by name: ``mlp-classifier`` or ``MLPClassifier``, ``hidden_layer_sizes=64,32``."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import sinapsi
from sinapsi.exceptions import InvalidParameterError


def network_names() -> tuple[str, ...]:
    """Give the class names of all networks.

    Returns
    -------
    tuple of str
        As on the contents page, oldest first; the names with a capital are the networks.
    """
    contents: list[str] = vars(sinapsi)["__all__"]
    return tuple(name for name in contents if name[0].isupper())


def kebab_case(name: str) -> str:
    """Write a class name the way of the shell.

    Parameters
    ----------
    name : str
        Class name.

    Returns
    -------
    str
        Lower-case words joined by hyphens.

    Examples
    --------
    >>> kebab_case("MLPClassifier"), kebab_case("SelfOrganizingMap")
    ('mlp-classifier', 'self-organizing-map')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def network_class(name: str) -> type:
    """Find a network by its name.

    Parameters
    ----------
    name : str
        In kebab case, or the class name.

    Returns
    -------
    type
        The class.

    Raises
    ------
    InvalidParameterError
        If there is no such network.

    Examples
    --------
    >>> network_class("perceptron").__name__
    'Perceptron'
    """
    by_name = {kebab_case(known): known for known in network_names()}
    asked = name.lower().replace("_", "-")
    for kebab, known in by_name.items():
        if asked in (kebab, known.lower()):
            found: type = getattr(sinapsi, known)
            return found
    raise InvalidParameterError(
        f"There is no network called {name!r}.{suggestion(kebab_case(name), by_name)} "
        f"The networks are {', '.join(by_name)}; 'sinapsi list' says what each is for."
    )


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """Ask whether the user meant the closest of some names.

    Parameters
    ----------
    wrong : str
        What the user wrote.
    known : iterable of str
        What there is.

    Returns
    -------
    str
        A question with a space before it, or nothing where no name is close.

    Examples
    --------
    >>> suggestion("perceptrn", ["perceptron", "neuron"])
    " Did you mean 'perceptron'?"
    """
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(wrong.lower(), by_lower, n=1)
    return f" Did you mean {by_lower[near[0]]!r}?" if near else ""


def parse_settings(texts: Iterable[str]) -> dict[str, Any]:
    """Read ``key=value`` texts; a value is a Python literal, or else a string.

    Parameters
    ----------
    texts : iterable of str
        For example ``hidden_layer_sizes=64,32`` and ``solver=adam``.

    Returns
    -------
    dict of str to object
        The settings.

    Raises
    ------
    InvalidParameterError
        If a text has no ``=``, or a key is given twice.

    Examples
    --------
    >>> parse_settings(["hidden_layer_sizes=64,32", "solver=adam", "alpha=1e-3"])
    {'hidden_layer_sizes': (64, 32), 'solver': 'adam', 'alpha': 0.001}
    """
    settings: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not (key and equals):
            raise InvalidParameterError(f"--set expects key=value, such as --set max_iter=50. Got {text!r} instead.")
        if key in settings:
            raise InvalidParameterError(f"--set {key} was given twice. Give each parameter once.")
        settings[key] = _literal(value.strip())
    return settings


def _literal(text: str) -> Any:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text
    return tuple(value) if isinstance(value, list) else value


def build_network(kind: type, settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> Any:
    """Make a network that has not learned yet.

    Parameters
    ----------
    kind : type
        Its class.
    settings : mapping of str to object
        What the user asked for.
    defaults : mapping of str to object
        What the command sets unless the user did; left out where the network has no such parameter.

    Returns
    -------
    estimator
        The network.

    Raises
    ------
    InvalidParameterError
        If the network cannot be trained, or has no such parameter.
    """
    if not (hasattr(kind, "fit") and hasattr(kind, "_get_param_names")):
        raise InvalidParameterError(
            f"{kebab_case(kind.__name__)} has nothing to learn: its weights are given. Use it from Python "
            f"(from sinapsi import {kind.__name__}), or train another network, for example perceptron."
        )
    known = kind._get_param_names()
    for key in settings:
        if key not in known:
            raise InvalidParameterError(
                f"{kebab_case(kind.__name__)} has no parameter {key!r}.{suggestion(key, known)} "
                f"Its parameters are {', '.join(known)}."
            )
    chosen = {key: value for key, value in defaults.items() if key in known} | dict(settings)
    return kind(**chosen)


def purpose_of(kind: type) -> str:
    """Say in one line what a network is for.

    Parameters
    ----------
    kind : type
        Its class.

    Returns
    -------
    str
        The first line of its docstring.
    """
    lines = (kind.__doc__ or "").strip().splitlines()
    return lines[0] if lines else ""
