"""Symmetric weights between all units, none of a unit with itself: as a few factors, or as a matrix.

Storing M memories by any rule makes weights of low rank, less their diagonal::

    w_ij = sum_r sign_r v_r(i) v_r(j) / divisor    for i != j

With fewer factors than units the matrix is never made: a field is an inner product of a unit's column of factors with
the overlaps sign_r v_r . state, and a change of a unit moves those(``factored_couplings.py``). With more, the matrix
is smaller, and the fields themselves are kept and moved (``weight_matrix.py``).

The energy is E(s) = -1/2 sum_ij w_ij s_i s_j (Hopfield 1982).
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import Floats
from sinapsi.memories.kernels import (
    N_CHANGES,
    draw_states,
    seeds_of_states,
)
from sinapsi.memories.landscape import Landscape, Recalled, Visitor
from sinapsi.memories.two_valued import States
from sinapsi.memories.visit_order import Visits
from sinapsi.own_threads import ThreadsOfOurOwn

LARGEST_EXACT_FLOAT32 = 2**24  # whole numbers up to here, and their sums, are exact in single precision
COLDEST = 1e300  # inverse temperature; infinity times a field of 0 would be no number
NOBODY: NDArray[np.int64] = np.empty(0, dtype=np.int64)


class Couplings(Landscape):
    """Weights, and what follows from them.

    Parameters
    ----------
    n_units : int
        Units.
    divisor : float
        Of all weights; it keeps what is summed whole numbers.
    resolution : float
        Fields, before division, that are not larger are 0 but for rounding; 0 where they are whole numbers.
    largest : float
        What no field exceeds, before division; whole numbers up to 2**24 are computed in single precision, exactly.
    """

    def __init__(self, n_units: int, divisor: float, resolution: float, largest: float) -> None:
        super().__init__(n_units, energy_resolution=resolution * n_units / divisor)
        self.divisor = divisor
        self.resolution = resolution
        is_exact = resolution == 0 and largest < LARGEST_EXACT_FLOAT32
        self.dtype: type[np.floating[Any]] = np.float32 if is_exact else np.float64

    @abstractmethod
    def undivided_fields(self, states: States) -> Floats:
        """Give the field of every unit, before division.

        Parameters
        ----------
        states : array of int8 of shape (n_states, n_units)
            States.

        Returns
        -------
        array of shape (n_states, n_units)
            sum_j w_ij s_j times the divisor.
        """

    @abstractmethod
    def matrix(self) -> NDArray[np.float64]:
        """Give all weights.

        Returns
        -------
        array of shape (n_units, n_units)
            A new array.
        """

    @abstractmethod
    def heated_visitor(self, states: States, inverse_temperature: float, seeds: NDArray[np.uint64]) -> Visitor:
        """Prepare to visit some probes at a temperature.

        Parameters
        ----------
        states : array of int8 of shape (n_probes, n_units)
            Where they start.
        inverse_temperature : float
            1 / (divisor T).
        seeds : array of uint64 of shape (n_probes,)
            Of their chances.

        Returns
        -------
        callable
            Makes all visits of a stretch.
        """

    def fields(self, states: States) -> NDArray[np.float64]:
        """Give the field of every unit.

        Parameters
        ----------
        states : array of int8 of shape (n_states, n_units)
            States.

        Returns
        -------
        array of shape (n_states, n_units)
            h_i = sum_j w_ij s_j.
        """
        return self.undivided_fields(states).astype(np.float64) / self.divisor

    def preferred(self, states: States) -> States:
        fields = self.undivided_fields(states)
        following = states.copy()
        following[fields > self.resolution] = 1
        following[fields < -self.resolution] = -1
        return following

    def energies(self, states: States) -> NDArray[np.float64]:
        fields = self.undivided_fields(states).astype(np.float64)
        energies: NDArray[np.float64] = np.einsum(
            "si,si->s", fields, states.astype(np.float64)
        )  # exact of whole numbers
        energies *= -0.5
        energies /= self.divisor
        return energies

    def seeds(self, states: States, seed: int) -> NDArray[np.uint64]:
        """Give each probe a seed of its own, from its contents.

        Parameters
        ----------
        states : array of int8 of shape (n_probes, n_units)
            The probes.
        seed : int
            Of the network.

        Returns
        -------
        array of uint64 of shape (n_probes,)
            The same for equal probes, wherever they stand.
        """
        seeds = np.empty(len(states), dtype=np.uint64)
        seeds_of_states(states, np.uint64(seed), seeds)
        return seeds

    def sample_in_order(
        self,
        visits: NDArray[np.int64],
        temperature: float,
        seed: int,
        states: States,
        kept: States,
        followed: list[NDArray[np.int64]] | None = None,
    ) -> Recalled:
        """Let probes wander at a temperature, one unit after another (Glauber 1963).

        Parameters
        ----------
        visits : array of int of shape (n_visits,)
            The units visited.
        temperature : float
            T > 0, in units of the weights.
        seed : int
            Of chance.
        states : array of int8 of shape (n_probes, n_units)
            Where they start; overwritten.
        kept : array of int8 of shape (n_probes, n_units) or (0, n_units)
            1 where a unit stays as it is; without rows, nowhere.
        followed : list of array, optional
            For a single probe: takes the units as they change.

        Returns
        -------
        Recalled
            Where they are after the last visit.
        """
        seeds = self.seeds(states, seed)
        progress = np.zeros((len(states), 3), dtype=np.int64)
        changed = NOBODY if followed is None else np.empty(len(visits), dtype=np.int64)
        all_visits = Visits(visits, NOBODY, 0, len(visits))

        def share(part: slice) -> None:
            for start in range(part.start, part.stop, self.group_size):
                group = slice(start, min(start + self.group_size, part.stop))
                visit = self.heated_visitor(states[group], min(1 / (self.divisor * temperature), COLDEST), seeds[group])
                visit(all_visits, kept[group] if len(kept) else kept, states[group], progress[group], changed)

        with ThreadsOfOurOwn() as threads:
            threads.share(share, len(states), self.cost * max(1, len(visits) // self.n_units))
        if followed is not None:
            followed.append(changed[: progress[0, N_CHANGES]])
        return Recalled(states, np.zeros(len(states), dtype=bool))

    def sample_together(
        self,
        n_steps: int,
        temperature: float,
        seed: int,
        states: States,
        kept: States,
        followed: list[States] | None = None,
    ) -> Recalled:
        """Let probes wander at a temperature, all units at once (Little 1974).

        Parameters
        ----------
        n_steps : int
            Steps.
        temperature : float
            T > 0, in units of the weights.
        seed : int
            Of chance.
        states : array of int8 of shape (n_probes, n_units)
            Where they start; overwritten.
        kept : array of int8 of shape (n_probes, n_units) or (0, n_units)
            1 where a unit stays as it is; without rows, nowhere.
        followed : list of array, optional
            For a single probe: takes the states after every step.

        Returns
        -------
        Recalled
            Where they are after the last step.
        """
        seeds = self.seeds(states, seed)
        everywhere = kept if len(kept) else np.zeros_like(states)
        for step in range(n_steps):
            fields = self.undivided_fields(states).astype(np.float64)
            draw_states(
                fields, min(1 / (self.divisor * temperature), COLDEST), seeds, step * self.n_units, everywhere, states
            )
            if followed is not None:
                followed.append(states[0].copy())
        return Recalled(states, np.zeros(len(states), dtype=bool))
