"""Symmetric positive definite matrices, by Cholesky's decomposition, with what it tells of their condition.

SciPy brings a BLAS of its own, whose threads have to wait while those of NumPy's spin after a product: on two cores
that has made a decomposition forty times slower. So SciPy is given one thread here. Large matrices are decomposed in
panels, and what is left is updated by products of NumPy, which are nearly all of the work; ``numpy.linalg.cholesky``
itself has crashed on 16,000 rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from sinapsi.activations import Floats
from sinapsi.blas_threads import ONE_BLAS_THREAD

SMALLEST_IN_PANELS = 2048  # rows; below, the panels' overhead is no little beside the gain of threads
PANEL = 512  # columns of a panel


class DefiniteMatrix:
    """A = U' U.

    Parameters
    ----------
    upper : array of shape (size, size)
        U, upper triangular, in Fortran's order.
    rcond : float
        Reciprocal of the condition number of A, estimated in the 1-norm.
    """

    def __init__(self, upper: Floats, rcond: float) -> None:
        self.upper = upper
        self.rcond = rcond

    def __len__(self) -> int:
        return len(self.upper)

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
            return np.asarray(linalg.cho_solve((self.upper, False), answers))

    def halfway(self, answers: Floats) -> Floats:
        """Give U'^-1 times some columns: their squares add up to x' A^-1 x.

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
            return np.asarray(linalg.solve_triangular(self.upper, answers, trans="T"))


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
        upper = _upper_factor(matrix)
    except linalg.LinAlgError:
        return None
    with ONE_BLAS_THREAD:
        rcond, _ = lapack.dpocon(upper, norm, uplo="U")
    return DefiniteMatrix(upper, float(rcond))


def _upper_factor(matrix: Floats) -> Floats:
    if len(matrix) >= SMALLEST_IN_PANELS:
        return _lower_factor_in_panels(np.ascontiguousarray(matrix)).T
    with ONE_BLAS_THREAD:
        return np.asarray(linalg.cholesky(matrix.T, overwrite_a=True, check_finite=False))


def _lower_factor_in_panels(matrix: Floats) -> Floats:
    """L in place of A = L L' (Golub and Van Loan 2013, section 4.2.9)."""
    size = len(matrix)
    for start in range(0, size, PANEL):
        own = slice(start, min(start + PANEL, size))
        with ONE_BLAS_THREAD:
            corner = linalg.cholesky(matrix[own, own], lower=True, check_finite=False)
            panel = linalg.solve_triangular(corner, matrix[own.stop :, own].T, lower=True, check_finite=False).T
        matrix[own, own], matrix[own.stop :, own], matrix[own, own.stop :] = corner, panel, 0
        panel = np.ascontiguousarray(panel)
        for left in range(own.stop, size, PANEL):
            below, beside = panel[left - own.stop :], panel[left - own.stop : left - own.stop + PANEL]
            matrix[left:, left : left + PANEL] -= below @ beside.T
    return matrix
