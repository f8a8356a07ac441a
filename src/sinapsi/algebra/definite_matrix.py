"""Symmetric positive definite matrices, by Cholesky's decomposition, with what it tells of their condition.

SciPy brings a BLAS of its own, whose threads have to wait while those of NumPy's spin after a product: on two cores
that has made a decomposition forty times slower. So SciPy is given one thread here, and large matrices go to NumPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from sinapsi.activations import Floats
from sinapsi.blas_threads import ONE_BLAS_THREAD

THREADED_SIZE = 2048  # rows from which on NumPy's copies are little beside the gain of its threads


class DefiniteMatrix:
    """A = L L'.

    Parameters
    ----------
    factor : array of shape (size, size)
        L, lower triangular.
    rcond : float
        Reciprocal of the condition number of A, estimated in the 1-norm.
    """

    def __init__(self, factor: Floats, rcond: float) -> None:
        self._factor = factor
        self.rcond = rcond

    def __len__(self) -> int:
        return len(self._factor)

    @property
    def upper(self) -> Floats:
        """L', upper triangular."""
        return self._factor.T

    def solve(self, answers: Floats) -> Floats:
        """Give A^-1 times some columns.

        Parameters
        ----------
        answers : array of shape (size, n_columns)
            Columns.

        Returns
        -------
        array of shape (size, n_columns)
            Solutions.
        """
        with ONE_BLAS_THREAD:
            return np.asarray(linalg.cho_solve((self._factor, True), answers))

    def halfway(self, answers: Floats) -> Floats:
        """Give L^-1 times some columns: their squares add up to x' A^-1 x.

        Parameters
        ----------
        answers : array of shape (size, n_columns)
            Columns.

        Returns
        -------
        array of shape (size, n_columns)
            Solutions.
        """
        with ONE_BLAS_THREAD:
            return np.asarray(linalg.solve_triangular(self._factor, answers, lower=True))


def decomposed(matrix: Floats) -> DefiniteMatrix | None:
    """Decompose a symmetric matrix.

    Parameters
    ----------
    matrix : array of shape (size, size)
        Symmetric, in float64; may be overwritten.

    Returns
    -------
    DefiniteMatrix or None
        None where it is not positive definite, or holds numbers that are not finite.
    """
    if not len(matrix):
        return DefiniteMatrix(matrix, 1.0)
    lapack: Any = linalg.lapack
    norm = float(lapack.dlange("1", matrix.T))
    if not np.isfinite(norm):
        return None
    try:
        factor = _lower_factor(matrix)
    except linalg.LinAlgError:
        return None
    with ONE_BLAS_THREAD:
        rcond, _ = lapack.dpocon(factor, norm, uplo="L")
    return DefiniteMatrix(factor, float(rcond))


def _lower_factor(matrix: Floats) -> Floats:
    if len(matrix) >= THREADED_SIZE:
        return np.asarray(np.linalg.cholesky(matrix), order="F")
    with ONE_BLAS_THREAD:
        return np.asarray(linalg.cholesky(matrix.T, lower=True, overwrite_a=True, check_finite=False))
