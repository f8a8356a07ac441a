"""How a map has learned, as a film needs it, and which moments of it to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.canvas import number_text
from sinapsi.plots.whole_numbers import is_whole

if TYPE_CHECKING:
    from sinapsi.maps.grid import Grid
MOST_PICTURES = 10  # in a strip


class Course(Protocol):
    """What an unfolding has to have; :meth:`SelfOrganizingMap.unfolding` gives one."""

    @property
    def prototypes(self) -> NDArray[Any]:
        """Where they were, (n_moments, n_units, n_features); moment 0 is the start."""

    @property
    def epoch(self) -> NDArray[Any]:
        """Epochs made, (n_moments,)."""

    @property
    def radius(self) -> NDArray[Any]:
        """Of the neighborhood, (n_moments,); NaN where there is none."""

    @property
    def quantization_error(self) -> NDArray[Any]:
        """(n_moments,); NaN where it is not known."""

    @property
    def topographic_error(self) -> NDArray[Any]:
        """(n_moments,); NaN where it is not known."""

    @property
    def grid(self) -> Grid:
        """Of the map."""


def title_at(course: Course, moment: int) -> str:
    """Say when a moment was.

    Parameters
    ----------
    course : Course
        How the map has learned.
    moment : int
        From 0.

    Returns
    -------
    str
        The epoch, and the radius of the neighborhood in it.
    """
    radius = float(course.radius[moment])
    when = "start" if moment == 0 else f"epoch {int(course.epoch[moment])}"
    return f"{when}, radius {number_text(round(radius, 2))}" if np.isfinite(radius) else when


def errors_at(course: Course, moment: int) -> str:
    """Say how good the map was.

    Parameters
    ----------
    course : Course
        How the map has learned.
    moment : int
        From 0.

    Returns
    -------
    str
        The errors that are known.
    """
    errors = {"Quantization error": course.quantization_error, "Topographic error": course.topographic_error}
    known = [
        f"{name} {number_text(float(each[moment]))}." for name, each in errors.items() if np.isfinite(each[moment])
    ]
    return " ".join(known) or "Before learning."


def moments_of_strip(last: int, n_pictures: int, moments: Sequence[int] | None) -> list[int]:
    """Choose the moments of a strip.

    Parameters
    ----------
    last : int
        Number of the last moment.
    n_pictures : int
        How many pictures the user wants.
    moments : sequence of int or None
        Which moments the user wants; None leaves them to us.

    Returns
    -------
    list of int
        Moments.

    Raises
    ------
    InvalidParameterError
        If there are too many or too few, or no such moments.
    """
    if moments is None:
        if not is_whole(n_pictures, 2, MOST_PICTURES):
            raise InvalidParameterError(f"n_pictures must be an integer from 2 to {MOST_PICTURES}. Got {n_pictures!r}.")
        return denser_at_the_start(last, n_pictures)
    chosen = list(moments)
    if not 1 <= len(chosen) <= MOST_PICTURES or not all(is_whole(moment, 0, last) for moment in chosen):
        raise InvalidParameterError(
            f"moments must hold 1 to {MOST_PICTURES} integers from 0 to {last}. Got {chosen!r}."
        )
    return chosen


def denser_at_the_start(last: int, n_wanted: int) -> list[int]:
    """Choose moments, each about as many times as late as the one before.

    Parameters
    ----------
    last : int
        Number of the last moment.
    n_wanted : int
        How many to choose at most, at least 2.

    Returns
    -------
    list of int
        Ascending, all different, from 0 to the last.

    Examples
    --------
    >>> denser_at_the_start(50, 6)
    [0, 1, 3, 7, 19, 50]
    """
    if last < n_wanted:
        return list(range(last + 1))
    later = np.geomspace(1, last, n_wanted - 1)
    chosen = [0]
    for position, moment in enumerate(later):
        # Rounding must leave room for all that are still to come.
        latest = last - (len(later) - 1 - position)
        chosen.append(min(max(round(float(moment)), chosen[-1] + 1), latest))
    return chosen


def check_course(course: Course) -> None:
    """Make sure that a course has all that is drawn.

    Parameters
    ----------
    course : Course
        What the user gave.

    Raises
    ------
    InvalidInputError
        If something is missing.
    """
    names = ("prototypes", "epoch", "radius", "quantization_error", "topographic_error", "grid")
    missing = [name for name in names if not hasattr(course, name)]
    if missing:
        raise InvalidInputError(
            f"unfolding must be what SelfOrganizingMap.unfolding(X) gives. {type(course).__name__} has no "
            f"{', no '.join(missing)}."
        )
