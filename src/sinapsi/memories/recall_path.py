"""The way of one probe to rest: every change of a unit, with the energy after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

End = Literal["stable", "cycle", "time"]


@dataclass(frozen=True, eq=False)
class RecallPath:
    """How a state changed until it came to rest.

    A *moment* is a state on the way: number 0 is the probe, and each later one differs from the one before it in one
    unit (asynchronous recall) or in some (synchronous recall).

    Parameters
    ----------
    start : array of int8 of shape (n_units,)
        The probe as -1 and +1.
    units : array of int of shape (n_flips,)
        The units that changed, in order.
    moments : array of int of shape (n_flips,)
        The moment at which each of them had changed, from 1.
    energies : array of shape (n_moments + 1,)
        Energy of every moment, the start included.
    overlaps : array of shape (n_moments + 1, n_memories)
        Overlap of every moment with every memory, in [-1, 1].
    end : {"stable", "cycle", "time"}
        Whether the last moment is stable, a state of a cycle of two (synchronous recall), or the one reached when the
        sweeps were used up (finite temperature).
    """

    start: NDArray[np.int8]
    units: NDArray[np.intp]
    moments: NDArray[np.intp]
    energies: NDArray[np.float64]
    overlaps: NDArray[np.float64]
    end: End

    @property
    def n_moments(self) -> int:
        """Changes of state."""
        return len(self.energies) - 1

    @property
    def n_flips(self) -> int:
        """Changes of single units."""
        return len(self.units)

    @property
    def states(self) -> NDArray[np.int8]:
        """All states, of shape (n_moments + 1, n_units); made anew each time it is asked for."""
        flips = np.zeros((self.n_moments + 1, len(self.start)), dtype=bool)
        np.logical_xor.at(flips, (self.moments, self.units), True)
        has_changed = np.logical_xor.accumulate(flips, axis=0)
        return np.where(has_changed, -self.start, self.start).astype(np.int8)

    def __repr__(self) -> str:
        return (
            f"RecallPath({self.n_flips} flips, energy {self.energies[0]:.6g} to {self.energies[-1]:.6g}, "
            f"end={self.end!r})"
        )
