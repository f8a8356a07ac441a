"""The order in which units are asked whether they change: one for all probes, and the same at every recall."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidParameterError
from sinapsi.memories.kernels import find_whole_windows

FIRST_SWEEPS = 8  # of a recall; then twice as many, and so on


@dataclass(frozen=True, eq=False)
class Visits:
    """A stretch of the order, within all visits up to its end.

    Parameters
    ----------
    units : array of int of shape (n_visits,)
        The units visited, from the beginning of the recall.
    whole_since : array of int of shape (n_visits,)
        For each visit the latest place from which on all units were visited up to it; -1 before that is so.
    start, stop : int
        The stretch.
    """

    units: NDArray[np.int64]
    whole_since: NDArray[np.int64]
    start: int
    stop: int


class VisitOrder:
    """Visits without end: permutations drawn from a seed, or a list of visits over and over.

    Parameters
    ----------
    sweep : callable
        Gives the visits of the next sweep.
    n_units : int
        Units of the network.
    """

    def __init__(self, sweep: Callable[[], NDArray[np.int64]], n_units: int) -> None:
        self._sweep = sweep
        self._n_units = n_units
        self._stretches: list[Visits] = []
        self._lock = threading.Lock()

    @classmethod
    def of(cls, order: str | ArrayLike, seed: int, n_units: int) -> VisitOrder:
        """Read the parameter ``order`` of a network.

        Parameters
        ----------
        order : {"random", "cyclic"} or array of int
            A new permutation for every sweep; the units by number; or visits as given, over and over.
        seed : int
            Of the permutations.
        n_units : int
            Units of the network.

        Returns
        -------
        VisitOrder
            The same visits for the same arguments.

        Raises
        ------
        InvalidParameterError
            If a given order names units that do not exist, or leaves some out.
        """
        if not isinstance(order, str):
            given = _given_order(order, n_units)
            return cls(lambda: given, n_units)
        if order == "cyclic":
            by_number = np.arange(n_units)
            return cls(lambda: by_number, n_units)
        random = np.random.default_rng(seed)
        return cls(lambda: random.permutation(n_units), n_units)

    def sweeps(self, n_sweeps: int) -> NDArray[np.int64]:
        """Give the visits of the first sweeps.

        Parameters
        ----------
        n_sweeps : int
            How many.

        Returns
        -------
        array of int of shape (n_visits,)
            Units in order.
        """
        return np.concatenate([self._sweep() for _ in range(n_sweeps)])

    def stretches(self) -> Iterator[Visits]:
        """Go through the order in stretches that grow; several threads may ask at once.

        Yields
        ------
        Visits
            The next stretch.
        """
        number = 0
        while True:
            with self._lock:
                if number == len(self._stretches):
                    self._extend()
            yield self._stretches[number]
            number += 1

    def _extend(self) -> None:
        known = self._stretches[-1].units if self._stretches else np.empty(0, dtype=np.int64)
        more = self.sweeps(FIRST_SWEEPS * 2 ** len(self._stretches))
        units = np.concatenate([known, more])
        whole_since = np.empty_like(units)
        find_whole_windows(units, self._n_units, whole_since)
        self._stretches.append(Visits(units, whole_since, len(known), len(units)))


def _given_order(order: Any, n_units: int) -> NDArray[np.int64]:
    try:
        visits = np.asarray(order)
        is_right = visits.size > 0 and visits.dtype.kind in "iu"
    except ValueError:
        is_right = False
    if not is_right:
        raise InvalidParameterError(
            'The \'order\' parameter must be "random", "cyclic" or an array of unit numbers, one or several rows of '
            f"visits. Got {order!r} instead."
        )
    flat = np.ascontiguousarray(visits.ravel(), dtype=np.int64)
    if flat.min() < 0 or flat.max() >= n_units:
        raise InvalidParameterError(
            f"The 'order' parameter must name units from 0 to {n_units - 1}, for X has {n_units} columns. Got "
            f"{flat.min()} to {flat.max()}."
        )
    left_out = np.setdiff1d(np.arange(n_units), flat)
    if len(left_out):
        raise InvalidParameterError(
            f"The 'order' parameter must visit every unit at least once, or recall would never be known to have ended. "
            f"{len(left_out)} of {n_units} are left out, the first is unit {left_out[0]}."
        )
    return flat
