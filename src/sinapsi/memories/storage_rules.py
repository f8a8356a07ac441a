"""How memories become weights at once: Hebb's rule, the pseudo-inverse, Storkey's rule.

The perceptron rule, which takes many passes, stands in ``perceptron_rule.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import Floats
from sinapsi.memories.storage import RELATIVE_RESOLUTION, Storage, matrix_of, sums_of_products, without_diagonal
from sinapsi.memories.two_valued import States

RULES = {
    "hebb": "Hebb's rule",
    "pseudo_inverse": "the pseudo-inverse",
    "storkey": "Storkey's rule",
    "perceptron": "the perceptron rule",
}
SMALLEST_PIVOT = 1e-6  # of Cholesky's factor, of the largest, from which on its basis can be made orthonormal again
SMALLEST_EIGENVALUE = 1e-10  # of the largest; below, memories depend on each other
FAR_ENOUGH = 0.5  # of a memory's squared length; what is left of less is made orthogonal a second time
DEPENDENT = 1e-16  # of a memory's squared length; what is left of a dependent one


# Hebb's rule.


def hebb(memories: States) -> Storage:
    """Store memories by Hebb's rule (Hebb 1949; Hopfield 1982): w_ij = sum_k f_k(i) f_k(j), divided later.

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
    matrix, diagonal = without_diagonal(sums.copy())
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
    basis = _leading_eigenvectors(sums)[1]
    matrix, diagonal = matrix_of([basis], np.ones(len(basis)))
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
    values, vectors = _leading_eigenvectors(rows @ rows.T)
    return _orthonormal_basis(vectors @ rows / np.sqrt(values)[:, np.newaxis])


def _leading_eigenvectors(gram: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues that are not 0 but for rounding, and their eigenvectors as rows."""
    values, vectors = np.linalg.eigh(gram)
    kept = values > SMALLEST_EIGENVALUE * values[-1]
    return values[kept], vectors[:, kept].T


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
        weights = matrix_of(before.vectors, before.signs)[0]
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


ONE_SHOT: Mapping[str, Callable[[States], Storage]] = MappingProxyType(
    {"hebb": hebb, "pseudo_inverse": pseudo_inverse, "storkey": storkey}
)
