"""One grammar for the string short forms of schedules, stopping rules, activations and solvers.

A short form reads like the call that makes the object: ``tanh``, ``logistic(slope=2)``,
``inverse_scaling(0.1, power=0.5)``. Only literals are accepted as arguments; nothing is evaluated.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from sinapsi.exceptions import InvalidParameterError

Made = TypeVar("Made")

LONGEST_SHORT_FORM = 1000  # characters; a longer text is an accident or an attack


class ShortForm:
    """Base of the small frozen dataclasses that have a short form; ``str(object)`` gives it back.

    A subclass says its word in ``short_name``.
    """

    short_name: ClassVar[str]

    def __str__(self) -> str:
        fields = [field for field in dataclasses.fields(self) if field.init]  # type: ignore[arg-type]  # subclasses are dataclasses
        values = {field.name: getattr(self, field.name) for field in fields}
        plain = {name: getattr(value, "item", lambda value=value: value)() for name, value in values.items()}
        given = [f"{field.name}={plain[field.name]!r}" for field in fields if plain[field.name] != field.default]
        return f"{self.short_name}({', '.join(given)})" if given else self.short_name


def parse_short_form(text: str, makers: Mapping[str, Callable[..., Made]], kind: str) -> Made:
    """Build the object that a short form stands for.

    Parameters
    ----------
    text : str
        For example ``"logistic(slope=2)"``.
    makers : mapping of str to callable
        The words of this kind of object, and what makes each.
    kind : str
        What the words are called in messages, for example ``"activation"``.

    Returns
    -------
    object
        What the maker returned.

    Raises
    ------
    InvalidParameterError
        If the text does not parse, the word is unknown, or the arguments do not fit.

    Examples
    --------
    >>> from fractions import Fraction
    >>> parse_short_form("ratio(1, 3)", {"ratio": Fraction}, "number")
    Fraction(1, 3)
    """
    if not isinstance(text, str):
        raise InvalidParameterError(f"A {kind} is named by a text or made by its class. Got {text!r} instead.")
    if len(text) > LONGEST_SHORT_FORM:
        raise InvalidParameterError(
            f"The {kind} {text[:40]!r}... is no short form: it has {len(text)} characters, more than "
            f"{LONGEST_SHORT_FORM}."
        )
    word, positional, named = _call_in(text, kind, next(iter(makers), kind))
    if word not in makers:
        near = difflib.get_close_matches(word, makers, n=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise InvalidParameterError(f"Unknown {kind} {word!r}. {hint}Expected one of {', '.join(sorted(makers))}.")
    try:
        return makers[word](*positional, **named)
    except TypeError as error:
        raise InvalidParameterError(
            f"The {kind} {text!r} has arguments that do not fit. Expected {_usage(word, makers[word])}."
        ) from error


def _usage(word: str, maker: Callable[..., object]) -> str:
    """How a short form is written, from the fields of what it makes."""
    kind = maker if dataclasses.is_dataclass(maker) else type(maker)
    if not dataclasses.is_dataclass(kind):
        return word
    fields = [
        field.name if field.default is dataclasses.MISSING else f"{field.name}={field.default!r}"
        for field in dataclasses.fields(kind)
    ]
    return f"{word}({', '.join(fields)})" if fields else f"{word}, without arguments"


def _call_in(text: str, kind: str, example: str) -> tuple[str, list[Any], dict[str, Any]]:
    """Word, positional and named arguments of a short form."""
    try:
        expression = ast.parse(text.strip(), mode="eval").body
        if isinstance(expression, ast.Name):
            return expression.id, [], {}
        if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Name):
            positional = [ast.literal_eval(argument) for argument in expression.args]
            named = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in expression.keywords}
            return expression.func.id, positional, named
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    raise InvalidParameterError(
        f"The {kind} {text!r} is not a short form. Expected a word, or a word with literal arguments such as "
        f"'{example}(...)'."
    )
