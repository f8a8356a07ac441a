"""What constructor parameters may be, said once per estimator and checked when it is fitted.

An estimator lists a :class:`Rule` for each parameter in ``_parameter_rules``; rules join with ``|``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from sinapsi.exceptions import InvalidParameterError


@dataclass(frozen=True)
class Rule:
    """A test of a parameter's value, and the words for it.

    Parameters
    ----------
    expectation : str
        Completes the sentence "The 'alpha' parameter of X must be ...".
    allows : callable
        Whether a value passes.
    """

    expectation: str
    allows: Callable[[Any], bool]

    def __or__(self, other: Rule) -> Rule:
        return Rule(
            f"{self.expectation} or {other.expectation}", lambda value: self.allows(value) or other.allows(value)
        )


def number(low: float = -math.inf, high: float = math.inf, *, open_low: bool = False, open_high: bool = False) -> Rule:
    """Expect a real number in a range; NaN and booleans are not numbers here.

    Parameters
    ----------
    low, high : float
        Bounds.
    open_low, open_high : bool, default=False
        Whether the bound itself is excluded.

    Returns
    -------
    Rule
        The rule.
    """

    def allows(value: Any) -> bool:
        if not isinstance(value, Real) or isinstance(value, bool | np.bool_):
            return False
        try:
            given = float(value)  # NaN is in no range
        except OverflowError:
            return False
        return (low < given if open_low else low <= given) and (given < high if open_high else given <= high)

    left = "(" if open_low or low == -math.inf else "["
    right = ")" if open_high or high == math.inf else "]"
    return Rule(f"a number in the range {left}{low:g}, {high:g}{right}", allows)


def count(minimum: int = 1) -> Rule:
    """Expect an integer of at least ``minimum``.

    Parameters
    ----------
    minimum : int, default=1
        Smallest value allowed.

    Returns
    -------
    Rule
        The rule.
    """
    return Rule(
        f"an integer of at least {minimum}",
        lambda value: isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= minimum,
    )


def choice(*words: str) -> Rule:
    """Expect one of some words.

    Parameters
    ----------
    *words : str
        The words.

    Returns
    -------
    Rule
        The rule.
    """
    return Rule("one of " + ", ".join(map(repr, words)), lambda value: isinstance(value, str) and value in words)


def instance(kinds: type | tuple[type, ...], expectation: str) -> Rule:
    """Expect an object of given classes.

    Parameters
    ----------
    kinds : type or tuple of type
        Classes allowed.
    expectation : str
        What they are called in messages.

    Returns
    -------
    Rule
        The rule.
    """
    return Rule(expectation, lambda value: isinstance(value, kinds))


boolean = instance((bool, np.bool_), "True or False")
nothing = instance(type(None), "None")
random_source = (
    nothing
    | count(0)
    | instance((np.random.RandomState, np.random.Generator), "a numpy.random.RandomState or Generator")
)


def check_parameters(owner: str, values: Mapping[str, Any], rules: Mapping[str, Rule]) -> None:
    """Check every value against its rule.

    Parameters
    ----------
    owner : str
        Class name for the message.
    values : mapping of str to object
        Parameter values.
    rules : mapping of str to Rule
        One rule a parameter.

    Raises
    ------
    InvalidParameterError
        For the first value that its rule does not allow.
    """
    for name, rule in rules.items():
        if not rule.allows(values[name]):
            raise InvalidParameterError(
                f"The {name!r} parameter of {owner} must be {rule.expectation}. Got {values[name]!r} instead."
            )
