"""How a learning rate, or the radius of a map, goes on with the number n of updates made: constant, or falling.

A schedule is a small frozen object with a short form: ``"inverse_scaling(0.1, power=0.5)"``; a plain number is the
constant one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidParameterError
from sinapsi.short_forms import ShortForm, parse_short_form


@dataclass(frozen=True)
class Schedule(ShortForm, ABC):
    """A learning rate for every update."""

    @abstractmethod
    def rates(self, steps: ArrayLike) -> NDArray[np.float64]:
        """Give the learning rate of each step.

        Parameters
        ----------
        steps : array of int
            Numbers of updates made before, from 0.

        Returns
        -------
        array of float
            eta(n), of the same shape.
        """

    @property
    def is_constant(self) -> bool:
        """Whether every step has the same rate."""
        return False

    def rate(self, step: int) -> float:
        """Give the learning rate of one step.

        Parameters
        ----------
        step : int
            Number of updates made before.

        Returns
        -------
        float
            eta(step).
        """
        return float(self.rates(step))


@dataclass(frozen=True)
class Constant(Schedule):
    """eta(n) = initial: the fixed increment rule of the perceptron.

    Parameters
    ----------
    initial : float
        Learning rate, above 0.
    """

    short_name = "constant"
    initial: float

    def __post_init__(self) -> None:
        _check_positive(self, "initial", self.initial)

    @property
    def is_constant(self) -> bool:
        return True

    def rates(self, steps: ArrayLike) -> NDArray[np.float64]:
        return np.full(np.shape(steps), float(self.initial))


@dataclass(frozen=True)
class InverseScaling(Schedule):
    """eta(n) = initial / (n + 1)^power.

    Parameters
    ----------
    initial : float
        Rate of the first update, above 0.
    power : float, default=0.5
        How fast the rate falls, above 0; between 1/2 (excluded) and 1 stochastic approximation converges.
    """

    short_name = "inverse_scaling"
    initial: float
    power: float = 0.5

    def __post_init__(self) -> None:
        _check_positive(self, "initial", self.initial)
        _check_positive(self, "power", self.power)

    def rates(self, steps: ArrayLike) -> NDArray[np.float64]:
        return np.asarray(self.initial / (np.asarray(steps, dtype=np.float64) + 1) ** self.power)


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """eta(n) = initial exp(-n / tau).

    Parameters
    ----------
    initial : float
        Rate of the first update, above 0.
    tau : float, default=1000.0
        Updates after which the rate has fallen to initial / e, above 0.
    """

    short_name = "exponential_decay"
    initial: float
    tau: float = 1000.0

    def __post_init__(self) -> None:
        _check_positive(self, "initial", self.initial)
        _check_positive(self, "tau", self.tau)

    def rates(self, steps: ArrayLike) -> NDArray[np.float64]:
        return np.asarray(self.initial * np.exp(-np.asarray(steps, dtype=np.float64) / self.tau))


@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from initial to final over n_steps updates, then final.

    Parameters
    ----------
    initial : float
        Rate of the first update, above 0.
    n_steps : int, default=1000
        Updates until the final rate is reached, at least 1.
    final : float, default=0.0
        Rate from then on, at least 0.
    """

    short_name = "cosine"
    initial: float
    n_steps: int = 1000
    final: float = 0.0

    def __post_init__(self) -> None:
        _check_positive(self, "initial", self.initial)
        _check_positive(self, "n_steps", self.n_steps)
        if not (isinstance(self.final, Real) and 0 <= float(self.final) < np.inf):
            raise InvalidParameterError(
                f"The final rate of the schedule 'cosine' must be a number of at least 0. Got {self.final!r} instead."
            )

    def rates(self, steps: ArrayLike) -> NDArray[np.float64]:
        progress = np.minimum(np.asarray(steps, dtype=np.float64) / self.n_steps, 1.0)
        return np.asarray(self.final + 0.5 * (self.initial - self.final) * (1 + np.cos(np.pi * progress)))


@dataclass(frozen=True)
class TwoPhases(Schedule):
    """Geometrically from initial to middle while a map finds its order, then to final while it converges.

    Parameters
    ----------
    initial : float
        Value of the first update, above 0.
    middle : float
        Value where the first phase ends, above 0.
    final : float
        Value where the second phase ends, and from then on; above 0.
    n_ordering : int, default=1000
        Updates of the first phase, at least 1.
    n_convergence : int, default=1000
        Updates of the second phase, at least 1.
    """

    short_name = "two_phases"
    initial: float
    middle: float
    final: float
    n_ordering: int = 1000
    n_convergence: int = 1000

    def __post_init__(self) -> None:
        for field in ("initial", "middle", "final", "n_ordering", "n_convergence"):
            _check_positive(self, field, getattr(self, field))

    def rates(self, steps: ArrayLike) -> NDArray[np.float64]:
        done = np.asarray(steps, dtype=np.float64)
        ordered = np.minimum(done / self.n_ordering, 1.0)
        converged = np.clip((done - self.n_ordering) / self.n_convergence, 0.0, 1.0)
        fall, second_fall = np.log(self.middle / self.initial), np.log(self.final / self.middle)
        return np.asarray(self.initial * np.exp(ordered * fall + converged * second_fall))


def _check_positive(schedule: Schedule, field: str, value: object) -> None:
    if not (isinstance(value, Real) and 0 < float(value) < np.inf):
        raise InvalidParameterError(
            f"The {field} of the schedule {schedule.short_name!r} must be a number above 0. Got {value!r} instead."
        )


BY_NAME: Mapping[str, Callable[..., Schedule]] = MappingProxyType(
    {maker.short_name: maker for maker in (Constant, InverseScaling, ExponentialDecay, Cosine, TwoPhases)}
)


def schedule_named(form: float | str | Schedule) -> Schedule:
    """Give the schedule that a number or a short form stands for.

    Parameters
    ----------
    form : float, str or Schedule
        ``0.1``, ``"cosine(0.1, n_steps=500)"``, or an object, which comes back as it is.

    Returns
    -------
    Schedule
        The object.

    Raises
    ------
    InvalidParameterError
        If the rate is not above 0, the word is unknown or its settings do not fit.

    Examples
    --------
    >>> schedule_named("inverse_scaling(0.1, power=1)").rates([0, 1, 3])
    array([0.1  , 0.05 , 0.025])
    """
    if isinstance(form, Schedule):
        return form
    if isinstance(form, str):
        return parse_short_form(form, BY_NAME, "schedule")
    return Constant(form)
