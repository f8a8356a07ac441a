"""An energy over states of -1 and +1, and the ways down: one unit after another, or all at once.

A subclass knows the energy and what every unit would rather be. How probes are shared out among threads, when they
rest, and which cycles synchronous recall can end in, is the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sinapsi.memories.kernels import N_CHANGES, REST
from sinapsi.memories.two_valued import States
from sinapsi.memories.visit_order import VisitOrder, Visits
from sinapsi.own_threads import ThreadsOfOurOwn

# Makes the visits of a stretch with some probes: visits, kept, states, progress, units that changed.
Visitor: TypeAlias = Callable[[Visits, States, States, NDArray[np.int64], NDArray[np.int64]], None]


@dataclass(frozen=True, eq=False)
class Recalled:
    """What became of some probes.

    Parameters
    ----------
    states : array of int8 of shape (n_probes, n_units)
        The states they ended in.
    cycles : array of bool of shape (n_probes,)
        Whether they ended in a cycle of states.
    """

    states: States
    cycles: NDArray[np.bool_]


def nowhere(states: States) -> States:
    """Give the marks of units that stay as they are, where none has to.

    Parameters
    ----------
    states : array of int8 of shape (n_states, n_units)
        States.

    Returns
    -------
    array of int8 of shape (0, n_units)
        Without rows.
    """
    return np.empty((0, states.shape[1]), dtype=np.int8)


class Landscape(ABC):
    """The energy of a memory.

    Parameters
    ----------
    n_units : int
        Units of a state.
    energy_resolution : float
        Energies that differ by no more are equal but for rounding.
    """

    def __init__(self, n_units: int, energy_resolution: float) -> None:
        self.n_units = n_units
        self.energy_resolution = energy_resolution

    @abstractmethod
    def energies(self, states: States) -> NDArray[np.float64]:
        """Give the energy of each state.

        Parameters
        ----------
        states : array of int8 of shape (n_states, n_units)
            States.

        Returns
        -------
        array of shape (n_states,)
            Energies.
        """

    @abstractmethod
    def preferred(self, states: States) -> States:
        """Give what each unit would become if it were asked alone; without preference it stays as it is.

        Parameters
        ----------
        states : array of int8 of shape (n_states, n_units)
            States.

        Returns
        -------
        array of int8 of shape (n_states, n_units)
            Preferences.
        """

    @abstractmethod
    def visitor(self, states: States) -> Visitor:
        """Prepare to visit some probes.

        Parameters
        ----------
        states : array of int8 of shape (n_probes, n_units)
            Where they start.

        Returns
        -------
        callable
            Goes on with them at every call.
        """

    @property
    @abstractmethod
    def cost(self) -> int:
        """Elementary operations of a sweep of one probe, more or less."""

    @property
    @abstractmethod
    def group_size(self) -> int:
        """Probes that are best visited together."""

    def are_stable(self, states: States) -> NDArray[np.bool_]:
        """Tell which states no unit wants to leave.

        Parameters
        ----------
        states : array of int8 of shape (n_states, n_units)
            States.

        Returns
        -------
        array of bool of shape (n_states,)
            Whether each is stable.
        """
        is_stable: NDArray[np.bool_] = (self.preferred(states) == states).all(axis=1)
        return is_stable

    def recall_in_order(
        self, order: VisitOrder, states: States, kept: States, followed: list[NDArray[np.int64]] | None = None
    ) -> Recalled:
        """Let probes come to rest, asking one unit after another.

        Parameters
        ----------
        order : VisitOrder
            For all of them.
        states : array of int8 of shape (n_probes, n_units)
            Where they start; overwritten.
        kept : array of int8 of shape (n_probes, n_units) or (0, n_units)
            1 where a unit stays as it is; without rows, nowhere.
        followed : list of array, optional
            For a single probe: takes the units as they change.

        Returns
        -------
        Recalled
            Stable states.
        """
        progress = np.full((len(states), 3), -1, dtype=np.int64)
        progress[:, N_CHANGES] = 0

        def come_to_rest(group: slice) -> None:
            visit = self.visitor(states[group])
            own_kept = kept[group] if len(kept) else kept
            own = progress[group]
            for visits in order.stretches():
                before = int(own[0, N_CHANGES])
                changed = np.empty(0 if followed is None else before + visits.stop - visits.start, dtype=np.int64)
                visit(visits, own_kept, states[group], own, changed)
                if followed is not None:
                    followed.append(changed[before : own[0, N_CHANGES]])
                if (own[:, REST] >= 0).all():
                    return

        def share(part: slice) -> None:
            for start in range(part.start, part.stop, self.group_size):
                come_to_rest(slice(start, min(start + self.group_size, part.stop)))

        with ThreadsOfOurOwn() as threads:
            threads.share(share, len(states), self.cost)
        return Recalled(states, np.zeros(len(states), dtype=bool))

    def recall_together(self, states: States, kept: States, followed: list[States] | None = None) -> Recalled:
        """Let probes come to rest, changing all units at once.

        With symmetric weights this ends in a stable state or in a cycle of two (Goles, Fogelman and Pellegrin 1985). A
        unit without preference that stays as it is breaks no proof: once it has stayed so, it is in no cycle. Other
        energies may have longer cycles; they are known by the return of a state noted at steps 1, 2, 4, 8, ... (Brent
        1980).

        Parameters
        ----------
        states : array of int8 of shape (n_probes, n_units)
            Where they start; overwritten.
        kept : array of int8 of shape (n_probes, n_units) or (0, n_units)
            1 where a unit stays as it is; without rows, nowhere.
        followed : list of array, optional
            For a single probe: takes the states after every step.

        Returns
        -------
        Recalled
            Of a cycle of two the state of lower energy, and of equal ones the one that came first; of a longer cycle
            one of its states.
        """
        cycles = np.zeros(len(states), dtype=bool)
        awake = np.arange(len(states))
        before = noted = np.zeros_like(states)  # no state: never comes again
        step = 0
        while len(awake):
            now = states[awake]
            following = self.preferred(now)
            if len(kept):
                np.copyto(following, now, where=kept[awake] == 1)
            is_same = (following == now).all(axis=1)
            returns = ~is_same & (following == before).all(axis=1)
            is_long_cycle = ~is_same & ~returns & (following == noted).all(axis=1)
            goes_on = ~(is_same | returns | is_long_cycle)
            if followed is not None and goes_on.all():
                followed.append(following[0])
            cycles[awake[returns | is_long_cycle]] = True
            if returns.any():
                drops = self.energies(before[returns]) - self.energies(now[returns])
                has_lower = drops > self.energy_resolution
                states[awake[returns]] = np.where(has_lower[:, np.newaxis], now[returns], before[returns])
            states[awake[goes_on]] = following[goes_on]
            awake, before = awake[goes_on], now[goes_on]
            step += 1
            noted = states[awake] if step & (step - 1) == 0 else noted[goes_on]
        return Recalled(states, cycles)
