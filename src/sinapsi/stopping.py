"""When a fit ends, and how it says why.

Criteria are small frozen objects, joined with ``|``: ``Goal(0.002) | TimeLimit(60)``, or in short form
``"goal(0.002) | time_limit(60)"``. Each watches the epochs of a fit and gives the reason once it holds.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from numbers import Integral, Real
from types import MappingProxyType
from typing import TypeAlias

from sinapsi.exceptions import InvalidParameterError
from sinapsi.short_forms import ShortForm, parse_short_form


class StopCode(Enum):
    """Why a fit ended."""

    ALL_CORRECT = "all correct"
    SOLVED = "solved"
    TOLERANCE = "tolerance"
    PATIENCE = "patience"
    GOAL = "goal"
    GRADIENT_NORM = "gradient norm"
    TIME_LIMIT = "time limit"
    MAX_ITER = "max_iter"
    MAX_STEPS = "max_steps"
    DIVERGED = "diverged"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class StopReason:
    """Why a fit ended, as a code for programs and a sentence for people.

    Parameters
    ----------
    code : StopCode
        The criterion that held.
    sentence : str
        What ``str()`` gives.

    Examples
    --------
    >>> print(StopReason(StopCode.GOAL, "training loss reached the goal 0.002"))
    training loss reached the goal 0.002
    """

    code: StopCode
    sentence: str

    def __str__(self) -> str:
        return self.sentence


HIGHER_IS_BETTER = ("trustworthiness", "validation_score")  # of all columns of a history


@dataclass(frozen=True)
class Epoch:
    """What a criterion may look at when an epoch ends.

    Parameters
    ----------
    number : int
        Passes over the data made so far in this fit, from 1.
    n_steps : int
        Updates made so far in this fit.
    loss : float
        Mean training error of the epoch.
    seconds : float
        Since the fit began.
    validation_loss : float, optional
        Mean error on the validation data, where there are any.
    gradient_norm : float, optional
        Euclidean norm of the gradient of the mean error, where the solver knows it.
    columns : mapping of str to float, optional
        What else the history notes of the epoch.
    """

    number: int
    n_steps: int
    loss: float
    seconds: float
    validation_loss: float | None = None
    gradient_norm: float | None = None
    columns: Mapping[str, float] = field(default_factory=dict)

    def value_of(self, column: str) -> float:
        """Give what the history notes under a name, such that lower is better.

        Parameters
        ----------
        column : str
            ``"loss"``, or another column of the history.

        Returns
        -------
        float
            The value; with the opposite sign where higher is better.
        """
        value = self.loss if column == "loss" else self.columns[column]
        return -value if column in HIGHER_IS_BETTER else value


Watch: TypeAlias = Callable[[Epoch], StopReason | None]


@dataclass(frozen=True)
class Criterion(ShortForm, ABC):
    """A stopping rule."""

    def __or__(self, other: Criterion | AnyOf) -> AnyOf:
        return AnyOf((self, *criteria_in(other)))

    @abstractmethod
    def watch(self) -> Watch:
        """Begin to watch a fit.

        Returns
        -------
        callable
            Takes each :class:`Epoch` in turn; gives the :class:`StopReason` once the rule holds, until then None.
        """


@dataclass(frozen=True)
class AnyOf:
    """Criteria of which the first to hold ends the fit.

    Parameters
    ----------
    criteria : tuple of Criterion
        In the order in which they are asked.
    """

    criteria: tuple[Criterion, ...]

    def __or__(self, other: Criterion | AnyOf) -> AnyOf:
        return AnyOf((*self.criteria, *criteria_in(other)))

    def __str__(self) -> str:
        return " | ".join(map(str, self.criteria))


@dataclass(frozen=True)
class Tolerance(Criterion):
    """Stop when the mean training error no longer changes for the better.

    Parameters
    ----------
    tol : float, default=1e-4
        An epoch counts as better when its loss is below the best so far by more than this.
    n_epochs : int, default=10
        Epochs in a row without a better one that end the fit.
    of : str, default="loss"
        The column of the history that is watched, such as ``"topographic_error"`` of a map.
    """

    short_name = "tolerance"
    tol: float = 1e-4
    n_epochs: int = 10
    of: str = "loss"

    def __post_init__(self) -> None:
        _check_bound(self, "tol", self.tol, 0)
        _check_bound(self, "n_epochs", self.n_epochs, 1)
        _check_column(self, self.of)

    def watch(self) -> Watch:
        sentence = f"{_spoken(self.of)} did not improve by more than {self.tol:g} for {_epochs(self.n_epochs)}"
        return _watch_for_improvement(
            lambda epoch: epoch.value_of(self.of), self.tol, self.n_epochs, StopReason(StopCode.TOLERANCE, sentence)
        )


@dataclass(frozen=True)
class Patience(Criterion):
    """Stop when the validation loss no longer improves; the best weights are kept (early stopping).

    Parameters
    ----------
    n_epochs : int, default=10
        Epochs in a row without a better validation loss that end the fit.
    """

    short_name = "patience"
    n_epochs: int = 10

    def __post_init__(self) -> None:
        _check_bound(self, "n_epochs", self.n_epochs, 1)

    def watch(self) -> Watch:
        sentence = f"validation loss did not improve for {_epochs(self.n_epochs)}"
        return _watch_for_improvement(
            lambda epoch: epoch.validation_loss, 0.0, self.n_epochs, StopReason(StopCode.PATIENCE, sentence)
        )


@dataclass(frozen=True)
class Goal(Criterion):
    """Stop when the mean training error has reached a goal.

    Parameters
    ----------
    loss : float
        The goal, at least 0, in units of the loss.
    of : str, default="loss"
        The column of the history that is watched, such as ``"topographic_error"`` of a map; one of which more is
        better (``"trustworthiness"``) must rise to the goal.
    """

    short_name = "goal"
    loss: float
    of: str = "loss"

    def __post_init__(self) -> None:
        _check_bound(self, "loss", self.loss, 0)
        _check_column(self, self.of)

    def watch(self) -> Watch:
        reason = StopReason(StopCode.GOAL, f"{_spoken(self.of)} reached the goal {self.loss:g}")
        goal = -self.loss if self.of in HIGHER_IS_BETTER else self.loss
        return lambda epoch: reason if epoch.value_of(self.of) <= goal else None


@dataclass(frozen=True)
class GradientNorm(Criterion):
    """Stop when the gradient of the mean error is short. Solvers that see all examples at once know it.

    Parameters
    ----------
    norm : float, default=1e-5
        Euclidean norm, at least 0.
    """

    short_name = "gradient_norm"
    norm: float = 1e-5

    def __post_init__(self) -> None:
        _check_bound(self, "norm", self.norm, 0)

    def watch(self) -> Watch:
        reason = StopReason(StopCode.GRADIENT_NORM, f"gradient norm fell to {self.norm:g} or below")
        return lambda epoch: reason if epoch.gradient_norm is not None and epoch.gradient_norm <= self.norm else None


@dataclass(frozen=True)
class TimeLimit(Criterion):
    """Stop at the end of the epoch in which the time is up.

    Parameters
    ----------
    seconds : float
        Wall time, above 0.
    """

    short_name = "time_limit"
    seconds: float

    def __post_init__(self) -> None:
        _check_bound(self, "seconds", self.seconds, 0)

    def watch(self) -> Watch:
        reason = StopReason(StopCode.TIME_LIMIT, f"the time limit of {self.seconds:g} s was reached")
        return lambda epoch: reason if epoch.seconds >= self.seconds else None


@dataclass(frozen=True)
class MaxIter(Criterion):
    """Stop after a number of passes over the data, whatever the loss does.

    Parameters
    ----------
    n_epochs : int
        Passes, at least 1.
    """

    short_name = "max_iter"
    n_epochs: int

    def __post_init__(self) -> None:
        _check_bound(self, "n_epochs", self.n_epochs, 1)

    def watch(self) -> Watch:
        reason = StopReason(StopCode.MAX_ITER, f"the budget of {_epochs(self.n_epochs)} was used up")
        return lambda epoch: reason if epoch.number >= self.n_epochs else None


@dataclass(frozen=True)
class MaxSteps(Criterion):
    """Stop at the end of the epoch in which a number of updates is reached.

    Parameters
    ----------
    n_steps : int
        Updates, at least 1.
    """

    short_name = "max_steps"
    n_steps: int

    def __post_init__(self) -> None:
        _check_bound(self, "n_steps", self.n_steps, 1)

    def watch(self) -> Watch:
        reason = StopReason(StopCode.MAX_STEPS, f"the budget of {self.n_steps} updates was used up")
        return lambda epoch: reason if epoch.n_steps >= self.n_steps else None


def _watch_for_improvement(
    loss_of: Callable[[Epoch], float | None], margin: float, n_epochs: int, reason: StopReason
) -> Watch:
    best = math.inf
    n_waited = 0

    def watch(epoch: Epoch) -> StopReason | None:
        nonlocal best, n_waited
        loss = loss_of(epoch)
        if loss is None:
            return None
        n_waited = 0 if loss < best - margin else n_waited + 1
        best = min(best, loss)
        return reason if n_waited >= n_epochs else None

    return watch


def _epochs(number: int) -> str:
    return f"{number} epoch" if number == 1 else f"{number} epochs"


def _spoken(column: str) -> str:
    return "training loss" if column == "loss" else column.replace("_", " ")


def _check_column(criterion: Criterion, column: object) -> None:
    if not isinstance(column, str):
        raise InvalidParameterError(
            f"The stopping rule {criterion.short_name!r} watches a column of the history, named by a text. Got "
            f"of={column!r} instead."
        )


def _check_bound(criterion: Criterion, field: str, value: object, minimum: int) -> None:
    """Counts must be whole numbers of at least 1, everything else numbers of at least 0."""
    kind = Integral if minimum else Real
    if not (isinstance(value, kind) and not isinstance(value, bool) and float(value) >= minimum):
        wanted = "an integer" if minimum else "a number"
        raise InvalidParameterError(
            f"The {field} of the stopping rule {criterion.short_name!r} must be {wanted} of at least "
            f"{minimum}. Got {value!r} instead."
        )


BY_NAME: Mapping[str, Callable[..., Criterion]] = MappingProxyType(
    {rule.short_name: rule for rule in (Tolerance, Patience, Goal, GradientNorm, TimeLimit, MaxIter, MaxSteps)}
)


def criteria_in(stopping: str | Criterion | AnyOf | None) -> tuple[Criterion, ...]:
    """Give the criteria that a ``stopping`` parameter names.

    Parameters
    ----------
    stopping : str, Criterion, AnyOf or None
        For example ``"goal(0.002) | time_limit(60)"``. None gives no criterion.

    Returns
    -------
    tuple of Criterion
        In order.

    Raises
    ------
    InvalidParameterError
        If a word is unknown or its settings do not fit.

    Examples
    --------
    >>> criteria_in("goal(0.002) | patience")
    (Goal(loss=0.002, of='loss'), Patience(n_epochs=10))
    """
    if stopping is None:
        return ()
    if isinstance(stopping, AnyOf):
        return stopping.criteria
    if isinstance(stopping, Criterion):
        return (stopping,)
    return tuple(parse_short_form(part, BY_NAME, "stopping rule") for part in stopping.split("|"))


def any_of(stopping: str) -> Criterion | AnyOf:
    """Give the stopping rule that a short form names.

    Parameters
    ----------
    stopping : str
        For example ``"goal(0.002) | time_limit(60)"``.

    Returns
    -------
    Criterion or AnyOf
        One rule, or several joined.
    """
    criteria = criteria_in(stopping)
    return criteria[0] if len(criteria) == 1 else AnyOf(criteria)
