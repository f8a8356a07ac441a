"""How memories become weights: Hebb, pseudo-inverse, Storkey, perceptron.

A rule's outcome is kept as plain arrays, a :class:`Storage`: factors while they are fewer than the units, else a matrix
and the diagonal that was taken from it. Hebb's factors are the memories themselves, so they are not kept twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import Floats
from sinapsi.exceptions import InvalidInputError
from sinapsi.memories.couplings import Couplings, FactoredCouplings, WeightMatrix
from sinapsi.memories.two_valued import States

RULES = {
    "hebb": "Hebb's rule",
    "pseudo_inverse": "the pseudo-inverse",
    "storkey": "Storkey's rule",
    "perceptron": "the perceptron rule",
}
RELATIVE_RESOLUTION = 1e-12  # of a field that is 0 but for rounding, in terms of what its terms could sum to
SMALLEST_PIVOT = 1e-6  # of Cholesky's factor, of the largest, from which on its basis can be made orthonormal again
SMALLEST_EIGENVALUE = 1e-10  # of the largest; below, memories depend on each other
FAR_ENOUGH = 0.5  # of a memory's squared length; what is left of less is made orthogonal a second time
DEPENDENT = 1e-16  # of a memory's squared length; what is left of a dependent one
BLOCK_ROWS = 64  # of the last block of factors; a memory more copies no more than these


@dataclass
class Storage:
    """Weights before scaling, as arrays.

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

    def couplings(self, memories: States, scale: float) -> Couplings:
        """Make weights that recall can use.

        Parameters
        ----------
        memories : array of int8 of shape (n_memories, n_units)
            What was stored; Hebb's factors.
        scale : float
            Factor of all weights.

        Returns
        -------
        Couplings
            Of all factors, or the matrix.
        """
        if self.matrix is not None:
            largest = float(np.abs(self.matrix).sum(axis=1).max()) if self.resolution == 0 else np.inf
            return WeightMatrix(self.matrix, scale=scale, resolution=self.resolution, largest=largest)
        if self.rule != "hebb":
            return FactoredCouplings(self.vectors, self.signs, scale=scale, resolution=self.resolution)
        return FactoredCouplings(
            [memories, *self.vectors],
            np.concatenate([np.ones(len(memories)), self.signs]),
            scale=scale,
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
            added, diagonal = _matrix_of([vectors], signs)
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
        products, diagonal = _without_diagonal(sign * sums_of_products(memories))
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
        matrix, diagonal = _matrix_of(blocks, signs)
        return Storage(self.rule, matrix=matrix, diagonal=diagonal, resolution=self.resolution)


def _with_block(blocks: list[Floats], vectors: Floats) -> list[Floats]:
    """Blocks are never changed; a small last one is joined with what comes."""
    if blocks and len(blocks[-1]) + len(vectors) <= BLOCK_ROWS:
        return [*blocks[:-1], np.concatenate([blocks[-1], vectors])]
    return [*blocks, vectors]


def _matrix_of(blocks: list[Any], signs: Floats) -> tuple[Floats, Floats]:
    """Sum of sign v v' as a matrix with an empty diagonal, and its diagonal."""
    vectors: Floats = np.concatenate([np.asarray(block, dtype=np.float64) for block in blocks])
    matrix: Floats = np.matmul(vectors.T * signs, vectors)
    return _without_diagonal(matrix)


def _without_diagonal(matrix: Floats) -> tuple[Floats, Floats]:
    diagonal = matrix.diagonal().copy()
    np.fill_diagonal(matrix, 0.0)
    return matrix, diagonal


# Hebb's rule.


def hebb(memories: States) -> Storage:
    """Store memories by Hebb's rule (Hebb 1949; Hopfield 1982): w_ij = scale sum_k f_k(i) f_k(j).

    Parameters
    ----------
    memories : array of int8 of shape (n_memories, n_units)
        Memories f_k.

    Returns
    -------
    Storage
        Nothing but the memories, or from as many as units on the matrix.
    """
    if len(memories) < memories.shape[1]:
        return Storage("hebb")
    return hebb_of_sums(sums_of_products(memories))


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


def hebb_of_sums(sums: NDArray[np.float64]) -> Storage:
    """Store by Hebb's rule what only sums are left of.

    Parameters
    ----------
    sums : array of shape (n_units, n_units)
        Of :func:`sums_of_products`.

    Returns
    -------
    Storage
        As a matrix.
    """
    matrix, diagonal = _without_diagonal(sums.copy())
    return Storage("hebb", matrix=matrix, diagonal=diagonal)


# The pseudo-inverse, or projection rule.


def pseudo_inverse(memories: States) -> Storage:
    """Store memories by the projection on their span (Kohonen 1977; Personnaz, Guyon and Dreyfus 1985): W = F^+ F.

    Parameters
    ----------
    memories : array of int8 of shape (n_memories, n_units)
        Memories, the rows of F.

    Returns
    -------
    Storage
        An orthonormal basis of the span, or from as many memories as units on the matrix.
    """
    n_units = memories.shape[1]
    if len(memories) >= n_units:
        return projection_of_sums(sums_of_products(memories))
    basis = _orthonormal_basis(memories.astype(np.float64))
    return Storage("pseudo_inverse", [basis], np.ones(len(basis)), resolution=_resolution_of_projection(n_units))


def projection_of_sums(sums: NDArray[np.float64]) -> Storage:
    """Store by projection what only sums are left of.

    Parameters
    ----------
    sums : array of shape (n_units, n_units)
        Of :func:`sums_of_products`; its eigenvectors span what the memories span.

    Returns
    -------
    Storage
        As a matrix.
    """
    basis = _eigenbasis(sums, np.eye(len(sums)))
    matrix, diagonal = _matrix_of([basis], np.ones(len(basis)))
    resolution = _resolution_of_projection(len(sums))
    return Storage("pseudo_inverse", matrix=matrix, diagonal=diagonal, resolution=resolution)


def project_one_more(storage: Storage, memory: NDArray[np.float64]) -> Storage:
    """Store one more memory: what is left of it beyond the span is one more direction (Greville 1960).

    Parameters
    ----------
    storage : Storage
        A projection.
    memory : array of shape (n_units,)
        The memory.

    Returns
    -------
    Storage
        The projection on the larger span; the same one when the memory lay in it already.
    """
    n_units = len(memory)
    rest, length = memory, float(n_units)
    for _ in range(3):  # twice is enough (Kahan and Parlett); the third finds nothing to do
        rest, before = rest - _projected(storage, rest), length
        length = float(rest @ rest)
        if length <= DEPENDENT * n_units:
            return storage
        if length > FAR_ENOUGH * before:
            break
    if length <= SMALLEST_EIGENVALUE * n_units:
        return storage
    direction = rest[np.newaxis] / np.sqrt(length)
    return storage.with_vectors(direction, np.ones(1), None)


def _projected(storage: Storage, vector: Floats) -> Floats:
    if storage.matrix is not None:
        assert storage.diagonal is not None
        inside: Floats = storage.matrix @ vector + storage.diagonal * vector
        return inside
    return sum((block.T @ (block @ vector) for block in storage.vectors), np.zeros_like(vector))


def _orthonormal_basis(rows: Floats) -> Floats:
    """By Cholesky's factor of the Gram matrix, twice; dependent rows leave a smaller basis."""
    for _ in range(2):
        try:
            factor = np.linalg.cholesky(rows @ rows.T)
        except np.linalg.LinAlgError:
            break
        pivots = factor.diagonal()
        if pivots.min() < SMALLEST_PIVOT * pivots.max():
            break
        rows = np.linalg.inv(factor) @ rows
    else:
        return rows
    return _orthonormal_basis(_eigenbasis(rows @ rows.T, rows))


def _eigenbasis(gram: Floats, rows: Floats) -> Floats:
    values, vectors = np.linalg.eigh(gram)
    kept = values > SMALLEST_EIGENVALUE * values[-1]
    basis: Floats = (vectors[:, kept] / np.sqrt(values[kept])).T @ rows
    return basis


def _resolution_of_projection(n_units: int) -> float:
    return RELATIVE_RESOLUTION * float(np.sqrt(n_units))  # states have length sqrt(n_units), projected ones no more


# Storkey's rule.


def storkey(memories: States, storage: Storage | None = None) -> Storage:
    """Store memories one after another by Storkey's rule (Storkey 1997; Storkey and Valabregue 1999).

    With h_ij = sum_{k != i, j} w_ik f_k, each memory f changes the weights by
    (f_i f_j - f_i h_ji - h_ij f_j) / N. Since h_ij = h_i - w_ij f_j for the whole field h = W f, that is
    W + (2 W + (f - h)(f - h)' - h h') / N: two factors more, and the older ones grow by 1 + 2 / N.

    Parameters
    ----------
    memories : array of int8 of shape (n_memories, n_units)
        Memories, in the order in which they are learned.
    storage : Storage, optional
        What was stored by this rule before.

    Returns
    -------
    Storage
        With two factors a memory, or from half as many memories as units on the matrix.
    """
    n_memories, n_units = memories.shape
    before = storage or Storage("storkey")
    n_known = len(before.signs)
    if before.matrix is not None or n_known + 2 * n_memories >= n_units:
        return _storkey_matrix(memories, before)
    vectors = np.empty((n_known + 2 * n_memories, n_units))
    signs = np.empty(len(vectors))
    vectors[:n_known] = np.concatenate(before.vectors) if n_known else 0.0
    signs[:n_known] = before.signs
    diagonal = np.einsum("r,ri,ri->i", before.signs, vectors[:n_known], vectors[:n_known])
    for memory in memories.astype(np.float64):
        known, own = vectors[:n_known], signs[:n_known]
        local_field = (own * (known @ memory)) @ known - diagonal * memory
        own *= 1 + 2 / n_units
        diagonal *= 1 + 2 / n_units
        vectors[n_known], vectors[n_known + 1] = memory - local_field, local_field
        signs[n_known], signs[n_known + 1] = 1 / n_units, -1 / n_units
        diagonal += (vectors[n_known] ** 2 - local_field**2) / n_units
        n_known += 2
    return Storage("storkey", [vectors], signs, resolution=_resolution_of(vectors, signs))


def _storkey_matrix(memories: States, before: Storage) -> Storage:
    n_units = memories.shape[1]
    if before.matrix is not None:
        weights = before.matrix.copy()
    elif before.vectors:
        weights = _matrix_of(before.vectors, before.signs)[0]
    else:
        weights = np.zeros((n_units, n_units))
    for memory in memories.astype(np.float64):
        local_field = weights @ memory
        weights *= 1 + 2 / n_units
        half = np.outer(memory / n_units, memory / 2 - local_field)
        weights += half + half.T
        np.fill_diagonal(weights, 0.0)
    resolution: float = RELATIVE_RESOLUTION * float(np.abs(weights).sum(axis=1).max())
    return Storage("storkey", matrix=weights, diagonal=np.zeros(n_units), resolution=resolution)


def _resolution_of(vectors: Floats, signs: Floats) -> float:
    """Of the largest field that the factors could sum to: at most N times the largest weight to itself."""
    n_units = vectors.shape[1]
    largest = float(np.einsum("r,ri,ri->i", np.abs(signs), vectors, vectors).max(initial=0.0))
    return float(RELATIVE_RESOLUTION * n_units * largest)


# The perceptron rule.


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
            before = storage.matrix if storage.matrix is not None else _matrix_of(storage.vectors, storage.signs)[0]
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


ONE_SHOT: Mapping[str, Callable[[States], Storage]] = MappingProxyType(
    {"hebb": hebb, "pseudo_inverse": pseudo_inverse, "storkey": storkey}
)
