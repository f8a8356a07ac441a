"""Telling whole numbers of a range from everything else that a user may pass."""

from __future__ import annotations

from numbers import Integral
from typing import TypeGuard

from sinapsi.exceptions import InvalidParameterError


def is_whole(value: object, low: int, high: int | None = None) -> TypeGuard[int]:
    """Say whether a value is an integer of a range.

    Parameters
    ----------
    value : object
        What the user passed.
    low : int
        Smallest that will do.
    high : int, default=None
        Largest that will do. None sets no limit.

    Returns
    -------
    bool
        False for floats and booleans too.

    Examples
    --------
    >>> is_whole(3, 1), is_whole(3.0, 1), is_whole(True, 1), is_whole(3, 0, 2)
    (True, False, False, False)
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        return False
    return low <= int(value) and (high is None or int(value) <= high)


def check_at_least(setting: str, value: object, low: int) -> None:
    """Refuse a setting that is no integer, or too small.

    Parameters
    ----------
    setting : str
        Its name.
    value : object
        What the user passed.
    low : int
        Smallest that will do.

    Raises
    ------
    InvalidParameterError
        If it is no integer of at least ``low``.
    """
    if not is_whole(value, low):
        raise InvalidParameterError(f"{setting} must be an integer of at least {low}. Got {value!r}.")
