"""The perceptron rule for symmetric weights: correct what falls short, until every memory is stable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sinapsi.estimator import Floats
from sinapsi.memories.storage import Storage, matrix_of
from sinapsi.memories.two_valued import States


@dataclass
class PerceptronLearning:
    """Weights learned until every memory is stable with a margin (Diederich and Opper 1987).

    A unit i of memory f whose field h_i agrees with it by no more than the margin, f_i h_i <= margin, corrects its
    weights by f_i f_j / N, and by symmetry those of the others with it. All units and memories that fall short are
    corrected at once. The weights are whole numbers over N.

    Parameters
    ----------
    memories : array of int8 of shape (n_memories, n_units)
        Memories.
    margin : float
        At least 0, in units of what one correction adds to a field.
    """

    memories: States
    margin: float

    def __post_init__(self) -> None:
        n_memories, n_units = self.memories.shape
        self._rows = self.memories.astype(np.float64)
        self._as_matrix = 2 * n_memories >= n_units
        shape = (n_units, n_units) if self._as_matrix else self.memories.shape
        self.state = np.zeros(shape)  # weights times N, or for each memory how often each unit was corrected

    def go_on_from(self, storage: Storage) -> None:
        """Start from weights learned before, on the first of these memories.

        Parameters
        ----------
        storage : Storage
            Of this rule.
        """
        n_units = self.memories.shape[1]
        if self._as_matrix:
            before = storage.matrix if storage.matrix is not None else matrix_of(storage.vectors, storage.signs)[0]
            self.state[:] = np.rint(before * n_units)
        elif storage.vectors:
            n_before = len(storage.vectors[0]) // 2
            self.state[:n_before] = storage.vectors[0][:n_before] * self._rows[:n_before] - 1

    def correct_once(self) -> tuple[float, int]:
        """Correct everything that falls short, once.

        Returns
        -------
        share : float
            How much that was, of all units of all memories, in [0, 1].
        n_corrections : int
            The same as a number; 0 when there was nothing to correct.
        """
        rows, n_units = self._rows, self.memories.shape[1]
        falls_short = rows * self._fields() <= self.margin * n_units
        n_corrections = int(falls_short.sum())
        if not n_corrections:
            return 0.0, 0
        if self._as_matrix:
            change = np.where(falls_short, rows, 0.0).T @ rows
            change += change.T
            np.fill_diagonal(change, 0.0)
            self.state += change
        else:
            self.state += falls_short
        return n_corrections / falls_short.size, n_corrections

    def _fields(self) -> Floats:
        """Times N."""
        if self._as_matrix:
            fields: Floats = self._rows @ self.state
            return fields
        corrections = self.state * self._rows  # W = sum_k c_k f_k' + f_k c_k', less its diagonal
        fields = (self._rows @ corrections.T) @ self._rows + (self._rows @ self._rows.T) @ corrections
        fields -= 2 * self.state.sum(axis=0) * self._rows
        return fields

    def storage(self) -> Storage:
        """Give what was learned.

        Returns
        -------
        Storage
            By c f' + f c' = ((c + f)(c + f)' - (c - f)(c - f)') / 2, two factors a memory; or a matrix.
        """
        n_memories, n_units = self.memories.shape
        resolution = 0.25 / n_units  # fields are whole numbers over N
        if self._as_matrix:
            diagonal = np.zeros(n_units)
            return Storage("perceptron", matrix=self.state / n_units, diagonal=diagonal, resolution=resolution)
        corrections = self.state * self._rows
        vectors = np.concatenate([corrections + self._rows, corrections - self._rows])
        signs = np.repeat([0.5 / n_units, -0.5 / n_units], n_memories)
        return Storage("perceptron", [vectors], signs, resolution=resolution)
