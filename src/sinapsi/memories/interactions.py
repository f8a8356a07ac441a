"""Dense memories: an energy that is no quadratic form of the state.

E(s) = -sum_k F(m_k), of the overlaps m_k = f_k . s with the memories. A steeper F separates memories better, so far
more of them fit than there are units: for F(x) = x^n about N^(n - 1) (Krotov and Hopfield 2016), for F = exp as many as
an exponential of N (Demircigil and others 2017). A unit takes the state of lower energy; n = 2 is Hebb's network.

Overlaps are whole numbers between -N and N, so all that recall needs of F is a table of F(x + 1) - F(x - 1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import Floats
from sinapsi.memories.kernels import recall_dense_memory
from sinapsi.memories.landscape import Landscape, Visitor
from sinapsi.memories.two_valued import States
from sinapsi.memories.visit_order import Visits

INTERACTIONS = ("polynomial", "exponential")
RELATIVE_RESOLUTION = 1e-12  # of a gain that is 0 but for rounding, in terms of what its terms could sum to
BLOCK_BYTES = 2**24  # of overlaps of a block of states


class DenseInteraction(Landscape):
    """The energy of a dense memory.

    Parameters
    ----------
    memories : array of int8 of shape (n_memories, n_units)
        Memories f_k.
    interaction : {"polynomial", "exponential"}
        F(x) = x^degree, or exp(x).
    degree : int
        Of the polynomial.
    """

    def __init__(self, memories: States, interaction: str, degree: int) -> None:
        super().__init__(memories.shape[1], energy_resolution=RELATIVE_RESOLUTION * memories.size)
        self._memories = memories
        self._columns = np.ascontiguousarray(memories.T, dtype=np.float64)
        self._is_exponential = interaction == "exponential"
        self._degree = degree
        n_units = self.n_units
        if self._is_exponential:  # of an overlap less the largest one: at most 1 too large
            self._offset = 2 * n_units + 2
            places = np.arange(-self._offset, 3, dtype=np.float64)
            self._table: Floats = 2 * np.sinh(1.0) * np.exp(places)
        else:  # in units of N, so that no power overflows
            self._offset = n_units + 1
            places = np.arange(-self._offset, self._offset + 1, dtype=np.float64)
            self._table = n_units * (((places + 1) / n_units) ** degree - ((places - 1) / n_units) ** degree)

    @property
    def cost(self) -> int:
        """Elementary operations of a sweep of one probe."""
        return self.n_units * len(self._memories)

    @property
    def group_size(self) -> int:
        """Probes whose overlaps come from one product."""
        return max(1, BLOCK_BYTES // (8 * len(self._memories)))

    def overlaps(self, states: States) -> NDArray[np.int64]:
        """Give the inner product of each state with each memory.

        Parameters
        ----------
        states : array of int8 of shape (n_states, n_units)
            States.

        Returns
        -------
        array of int of shape (n_states, n_memories)
            Whole numbers.
        """
        return np.asarray(np.rint(states.astype(np.float64) @ self._columns), dtype=np.int64)

    def energies(self, states: States) -> NDArray[np.float64]:
        """Give the energy of each state.

        Parameters
        ----------
        states : array of int8 of shape (n_states, n_units)
            States.

        Returns
        -------
        array of shape (n_states,)
            -N sum_k (m_k / N)^degree; for the exponential -log sum_k exp(m_k), which rises and falls with -sum_k
            exp(m_k) but does not overflow.
        """
        energies = np.empty(len(states))
        for start in range(0, len(states), self.group_size):
            part = slice(start, start + self.group_size)
            overlaps = self.overlaps(states[part]).astype(np.float64)
            if self._is_exponential:
                highest = overlaps.max(axis=1, keepdims=True)
                energies[part] = -highest[:, 0] - np.log(np.exp(overlaps - highest).sum(axis=1))
            else:
                energies[part] = -self.n_units * ((overlaps / self.n_units) ** self._degree).sum(axis=1)
        return energies

    def preferred(self, states: States) -> States:
        """Give the state of lower energy for each unit alone; where both are equal, the one it has.

        Parameters
        ----------
        states : array of int8 of shape (n_states, n_units)
            States; 0 is not known.

        Returns
        -------
        array of int8 of shape (n_states, n_units)
            Preferences.
        """
        following = states.copy()
        for start in range(0, len(states), self.group_size):
            part = slice(start, start + self.group_size)
            given = states[part]
            overlaps = self.overlaps(given)
            places = overlaps + self._offset
            if self._is_exponential:
                places -= overlaps.max(axis=1, keepdims=True)
            above, below = self._table[places + 1], self._table[places - 1]
            responses = 0.5 * (above + below)  # see kernels.respond
            own = -0.5 * (above - below).sum(axis=1, keepdims=True)
            gains = responses @ self._columns.T + own * given
            if (given == 0).any():
                np.copyto(gains, self._table[places] @ self._columns.T, where=given == 0)
            resolution = RELATIVE_RESOLUTION * np.abs(responses).sum(axis=1, keepdims=True)
            following[part][gains > resolution] = 1
            following[part][gains < -resolution] = -1
        return following

    def visitor(self, states: States) -> Visitor:
        """Prepare to visit some probes: their overlaps.

        Parameters
        ----------
        states : array of int8 of shape (n_probes, n_units)
            Where they start.

        Returns
        -------
        callable
            Goes on with them at every call.
        """
        overlaps = self.overlaps(states)

        def visit(
            visits: Visits,
            kept: States,
            states: States,
            progress: NDArray[np.int64],
            changed: NDArray[np.int64],
        ) -> None:
            recall_dense_memory(
                self._columns,
                self._table,
                self._offset,
                self._is_exponential,
                RELATIVE_RESOLUTION,
                visits.units,
                visits.whole_since,
                visits.start,
                visits.stop,
                overlaps,
                kept,
                states,
                progress,
                changed,
            )

        return visit
