"""What is stored, as plain arrays: a few factors, or a matrix.

Factors are kept while they are fewer than the units; then a matrix, and the diagonal that was taken from it. Hebb's
factors are the memories themselves, so they are not kept twice. Arrays are never changed once they are here, so a copy
of a network may share them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import Floats
from sinapsi.exceptions import InvalidInputError
from sinapsi.memories.couplings import Couplings
from sinapsi.memories.factored_couplings import FactoredCouplings, weighted_products
from sinapsi.memories.two_valued import States
from sinapsi.memories.weight_matrix import WeightMatrix

RELATIVE_RESOLUTION = 1e-12  # of a field that is 0 but for rounding, in terms of what its terms could sum to
BLOCK_ROWS = 64  # of the last block of factors; a memory more copies no more than these


@dataclass
class Storage:
    """Weights before division, as arrays.

    Parameters
    ----------
    rule : str
        The rule that made them.
    vectors : list of array of shape (n_vectors, n_units)
        Factors in blocks; of Hebb's rule only those besides the memories.
    signs : array of shape (n_factors,)
        Their weights.
    matrix : array of shape (n_units, n_units), optional
        Instead of factors: the weights, with an empty diagonal.
    diagonal : array of shape (n_units,), optional
        What was on that diagonal.
    resolution : float, default=0.0
        Fields that are not larger are 0 but for rounding.
    """

    rule: str
    vectors: list[Floats] = field(default_factory=list)
    signs: Floats = field(default_factory=lambda: np.empty(0))
    matrix: Floats | None = None
    diagonal: Floats | None = None
    resolution: float = 0.0

    def check(self, n_units: int) -> None:
        """Refuse arrays that do not fit together; asked when a model is read from a file.

        Parameters
        ----------
        n_units : int
            Units.

        Raises
        ------
        InvalidInputError
            If a shape is wrong, or a number is not finite.
        """
        tables = [*self.vectors, *([] if self.matrix is None else [self.matrix, self.diagonal])]
        numbers = [*tables, self.signs, np.array(self.resolution)]
        if any(table is None or table.shape[-1] != n_units for table in tables):
            raise InvalidInputError(f"Weights of {n_units} units have other shapes.")
        if self.matrix is None and sum(map(len, self.vectors)) != len(self.signs):
            raise InvalidInputError("The factors of the weights and their signs do not fit together.")
        if self.matrix is not None and self.matrix.shape != (n_units, n_units):
            raise InvalidInputError(f"Weights of {n_units} units cannot have shape {self.matrix.shape}.")
        if not all(np.isfinite(array).all() for array in numbers if array is not None):
            raise InvalidInputError("The weights are not finite.")

    def couplings(self, memories: States, divisor: float) -> Couplings:
        """Make weights that recall can use.

        Parameters
        ----------
        memories : array of int8 of shape (n_memories, n_units)
            What was stored; Hebb's factors.
        divisor : float
            Of all weights.

        Returns
        -------
        Couplings
            Of all factors, or the matrix.
        """
        if self.matrix is not None:
            largest = float(np.abs(self.matrix).sum(axis=1).max()) if self.resolution == 0 else np.inf
            return WeightMatrix(self.matrix, divisor=divisor, resolution=self.resolution, largest=largest)
        if self.rule != "hebb":
            return FactoredCouplings(self.vectors, self.signs, divisor=divisor, resolution=self.resolution)
        return FactoredCouplings(
            [memories, *self.vectors],
            np.concatenate([np.ones(len(memories)), self.signs]),
            divisor=divisor,
            resolution=self.resolution,
            largest=memories.size,
        )

    def without_dream(self, state: States, weight: float, memories: States | None) -> Storage:
        """Unlearn a state that was dreamed (Hopfield, Feinstein and Palmer 1983).

        Parameters
        ----------
        state : array of int8 of shape (n_units,)
            The state.
        weight : float
            How much of it to take away.
        memories : array of int8 of shape (n_memories, n_units) or None
            Hebb's factors.

        Returns
        -------
        Storage
            Weights less weight s s'.
        """
        lighter = self.with_vectors(state[np.newaxis].astype(np.float64), np.array([-weight]), memories)
        n_known = 0 if memories is None else len(memories)
        lighter.resolution = RELATIVE_RESOLUTION * len(state) * max(1, n_known if self.rule == "hebb" else 1)
        return lighter

    def with_vectors(self, vectors: Floats, signs: Floats, memories: States | None) -> Storage:
        """Add factors, without changing what was there.

        Parameters
        ----------
        vectors : array of shape (n_vectors, n_units)
            New factors.
        signs : array of shape (n_vectors,)
            Their weights.
        memories : array of int8 of shape (n_memories, n_units) or None
            Hebb's factors.

        Returns
        -------
        Storage
            With a matrix as soon as there are as many factors as units.
        """
        n_units = vectors.shape[1]
        if self.matrix is not None:
            added, diagonal = matrix_of([vectors], signs)
            old = 0.0 if self.diagonal is None else self.diagonal
            return Storage(self.rule, matrix=self.matrix + added, diagonal=old + diagonal, resolution=self.resolution)
        blocks = _with_block(self.vectors, vectors)
        all_signs = np.concatenate([self.signs, signs])
        larger = Storage(self.rule, blocks, all_signs, resolution=self.resolution)
        n_memories = len(memories) if self.rule == "hebb" and memories is not None else 0
        return larger if len(all_signs) + n_memories < n_units else larger.as_matrix(memories)

    def with_products(self, memories: States, sign: float) -> Storage:
        """Add memories to Hebb's matrix, or take them away.

        Parameters
        ----------
        memories : array of int8 of shape (n_memories, n_units)
            The memories.
        sign : float
            +1 or -1.

        Returns
        -------
        Storage
            The other weights as they were.
        """
        assert self.matrix is not None
        assert self.diagonal is not None
        products, diagonal = without_diagonal(sign * sums_of_products(memories))
        return Storage(
            self.rule,
            matrix=self.matrix + products,
            diagonal=self.diagonal + diagonal,
            resolution=self.resolution,
        )

    def as_matrix(self, memories: States | None) -> Storage:
        """Give the same weights as a matrix.

        Parameters
        ----------
        memories : array of int8 of shape (n_memories, n_units) or None
            Hebb's factors.

        Returns
        -------
        Storage
            Without factors.
        """
        blocks: list[Any] = list(self.vectors)
        signs = self.signs
        if self.rule == "hebb" and memories is not None:
            blocks, signs = [memories, *blocks], np.concatenate([np.ones(len(memories)), signs])
        matrix, diagonal = matrix_of(blocks, signs)
        return Storage(self.rule, matrix=matrix, diagonal=diagonal, resolution=self.resolution)


def _with_block(blocks: list[Floats], vectors: Floats) -> list[Floats]:
    """Blocks are never changed; a small last one is joined with what comes."""
    if blocks and len(blocks[-1]) + len(vectors) <= BLOCK_ROWS:
        return [*blocks[:-1], np.concatenate([blocks[-1], vectors])]
    return [*blocks, vectors]


def matrix_of(blocks: list[Any], signs: Floats) -> tuple[Floats, Floats]:
    """Sum sign v v' over factors.

    Parameters
    ----------
    blocks : list of array of shape (n_vectors, n_units)
        Factors v.
    signs : array of shape (n_factors,)
        Their weights.

    Returns
    -------
    matrix : array of shape (n_units, n_units)
        The sum, with an empty diagonal.
    diagonal : array of shape (n_units,)
        What was on the diagonal.
    """
    vectors: Floats = np.concatenate([np.asarray(block, dtype=np.float64) for block in blocks])
    return without_diagonal(weighted_products(vectors.T, signs))


def without_diagonal(matrix: Floats) -> tuple[Floats, Floats]:
    """Empty the diagonal of a matrix, in place.

    Parameters
    ----------
    matrix : array of shape (n_units, n_units)
        Overwritten.

    Returns
    -------
    matrix : array of shape (n_units, n_units)
        The same array.
    diagonal : array of shape (n_units,)
        What was on the diagonal.
    """
    diagonal = matrix.diagonal().copy()
    np.fill_diagonal(matrix, 0.0)
    return matrix, diagonal


def sums_of_products(memories: States) -> NDArray[np.float64]:
    """Sum f f' over memories: whole numbers, so the same however the memories are cut.

    Parameters
    ----------
    memories : array of int8 of shape (n_memories, n_units)
        Memories.

    Returns
    -------
    array of shape (n_units, n_units)
        The sums.
    """
    rows: Floats = memories.astype(np.float32 if len(memories) < 2**24 else np.float64)
    return np.asarray(rows.T @ rows, dtype=np.float64)
