"""Dense memories: an energy that is no quadratic form of the state.

E(s) = -sum_k F(m_k), of the overlaps m_k = f_k . s with the memories. A steeper F separates memories better, so far
more of them fit than there are units: for F(x) = x^n about N^(n - 1) (Krotov and Hopfield 2016), for F = exp as many as
an exponential of N (Demircigil and others 2017). A unit takes the state of lower energy; n = 2 is Hebb's network.

Overlaps are whole numbers between -N and N, so all that recall needs of F is a table of D(x) = F(x + 1) - F(x - 1). It
is kept as sign and logarithm: steep functions leave the range of numbers, but not that of their logarithms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import Floats
from sinapsi.memories.kernels import DWARFED, recall_dense_memory
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
        self._offset = self.n_units + 1
        self._signs, self._logarithms = _differences(self.n_units, None if self._is_exponential else degree)

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
        following = states.copy()
        for start in range(0, len(states), self.group_size):
            part = slice(start, start + self.group_size)
            gains, sizes = self._gains(states[part])
            following[part][gains > RELATIVE_RESOLUTION * sizes] = 1
            following[part][gains < -RELATIVE_RESOLUTION * sizes] = -1
        return following

    def _gains(self, states: States) -> tuple[Floats, Floats]:
        """By how much each unit would lower the energy as +1, and the sum of the terms' magnitudes; see the kernel."""
        overlaps = self.overlaps(states)
        around = np.stack([overlaps - 1, overlaps + 1]) + self._offset
        below, above = self._over_largest(around, axes=(0, 2))
        is_up = 0.5 * (1 + self._columns.T)  # (n_memories, n_units), 1 where the memory is +1
        is_down = 1 - is_up
        gains: Floats = np.where(states > 0, below @ is_up - above @ is_down, above @ is_up - below @ is_down)
        below, above = np.abs(below), np.abs(above)
        sizes: Floats = np.where(states > 0, below @ is_up + above @ is_down, below @ is_down + above @ is_up)
        rows, units = np.nonzero((sizes < DWARFED) | (states == 0))
        for start in range(0, len(rows), self.group_size):
            some = rows[start : start + self.group_size], units[start : start + self.group_size]
            columns = self._columns[some[1]]
            places = overlaps[some[0]] - columns.astype(np.int64) * states[some][:, np.newaxis] + self._offset
            terms = columns * self._over_largest(places, axes=(1,))
            gains[some], sizes[some] = terms.sum(axis=1), np.abs(terms).sum(axis=1)
        return gains, sizes

    def _over_largest(self, places: NDArray[np.int64], axes: tuple[int, ...]) -> Floats:
        """D at some places of the table, over the largest along some axes."""
        logarithms = self._logarithms[places]
        largest = logarithms.max(axis=axes, keepdims=True)
        shares: Floats = self._signs[places] * np.exp(logarithms - np.where(np.isfinite(largest), largest, 0.0))
        return shares

    def visitor(self, states: States) -> Visitor:
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
                self._signs,
                self._logarithms,
                self._offset,
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


def _differences(n_units: int, degree: int | None) -> tuple[Floats, Floats]:
    """Signs and logarithms of F(x + 1) - F(x - 1) for x from -N - 1 to N + 1; no degree is the exponential.

    Without one of its units an overlap is at most N - 1. What lies beyond is met by nobody, and 0 here.
    """
    places = np.arange(-n_units - 1, n_units + 2, dtype=np.float64)
    if degree is None:
        signs, logarithms = np.ones_like(places), places + np.log(2 * np.sinh(1.0))
    else:  # (|x| + 1)^n - (|x| - 1)^n = (|x| + 1)^n (1 - ((|x| - 1) / (|x| + 1))^n)
        sizes = np.abs(places)
        ratios = (sizes - 1) / (sizes + 1)
        shares = np.where(sizes == 0, (-1.0) ** degree, np.abs(ratios) ** degree)
        with np.errstate(divide="ignore"):  # for even degrees nothing is gained at 0
            logarithms = degree * np.log(sizes + 1) + np.log1p(-shares)
        signs = np.where(places < 0, (-1.0) ** (degree + 1), 1.0)
    is_beyond = np.abs(places) >= n_units
    return np.where(is_beyond, 0.0, signs), np.where(is_beyond, -np.inf, logarithms)
