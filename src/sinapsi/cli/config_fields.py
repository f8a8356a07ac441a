"""Values of a saved JSON section, checked one by one: the file may be damaged or hostile."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sinapsi.exceptions import ModelFileError


def checked_objects(config: object, key: str) -> list[Mapping[str, Any]]:
    """Give a list of JSON objects.

    Parameters
    ----------
    config : object
        What should be a mapping.
    key : str
        Where the list stands.

    Returns
    -------
    list of mapping
        The objects.

    Raises
    ------
    ModelFileError
        If it is anything else.
    """
    entries = _field(config, key)
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise _damaged(key, "a list of objects", entries)
    return entries


def checked_text(config: object, key: str) -> str:
    """Give a text.

    Parameters
    ----------
    config : object
        What should be a mapping.
    key : str
        Where the text stands.

    Returns
    -------
    str
        The text.

    Raises
    ------
    ModelFileError
        If it is anything else.
    """
    text = _field(config, key)
    if not isinstance(text, str):
        raise _damaged(key, "a text", text)
    return text


def checked_number(config: object, key: str, *, above: float = -math.inf) -> float:
    """Give a finite number.

    Parameters
    ----------
    config : object
        What should be a mapping.
    key : str
        Where the number stands.
    above : float, default=-inf
        What the number must be larger than.

    Returns
    -------
    float
        The number.

    Raises
    ------
    ModelFileError
        If it is anything else.
    """
    number = _field(config, key)
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    if not is_number or not math.isfinite(number) or not number > above:
        bound = f" above {above:g}" if above > -math.inf else ""
        raise _damaged(key, f"a finite number{bound}", number)
    return float(number)


def _field(config: object, key: str) -> Any:
    return config.get(key) if isinstance(config, Mapping) else None


def _damaged(key: str, expected: str, got: object) -> ModelFileError:
    return ModelFileError(
        f"The run's config.json is damaged: expected {expected} as {key!r}, got {str(got)[:60]!r}. "
        "Copy the run from where it was whole, or train it again."
    )
