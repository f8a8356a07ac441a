"""Leave-one-out errors for every number of hidden units, the first 1, 2, 3, ..., from one triangular factor.

With R the triangular factor of centered [H; sqrt(alpha) I] and Q = H R^-1, the first k columns of Q belong to the
first k units alone. So the residuals with k units are t - sum_{j<=k} q_j (q_j't), the leverages 1/n + sum_{j<=k} q_j^2,
and the error of each example left out is the quotient r / (1 - h) (Allen 1974), for all k in one sweep along a row.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from sinapsi.activations import Floats
from sinapsi.algebra.definite_matrix import decomposed
from sinapsi.algebra.kernels import add_prefix_errors
from sinapsi.algebra.normal_equations import SMALLEST_RCOND, NormalEquations
from sinapsi.exceptions import InvalidInputError


class PrefixErrors:
    """Sums of squared errors of examples left out, with the first 0, 1, 2, ... columns.

    Parameters
    ----------
    factor : array of shape (rank, rank)
        Upper triangular R of centered [H; sqrt(alpha) I].
    moment : array of shape (n_columns, n_outputs)
        Centered H'WT.
    column_mean : array of shape (n_columns,)
        Weighted mean of H.
    target_mean : array of shape (n_outputs,)
        Weighted mean of T.
    weight : float
        Sum of the weights.
    columns : array of shape (rank,), optional
        Those that the factor is of; by default all. The others depend on columns before them and change no error.
    answers : array of shape (rank, n_outputs), optional
        Q'T, where it is known to more digits than the moment.
    """

    def __init__(
        self,
        factor: Floats,
        moment: Floats,
        column_mean: Floats,
        target_mean: Floats,
        weight: float,
        columns: NDArray[np.intp] | None = None,
        answers: Floats | None = None,
    ) -> None:
        size = len(column_mean)
        own = np.arange(size) if columns is None else columns
        self._inverse = np.zeros((size, size))  # the direction of a column that depends on those before it is 0
        self._inverse[np.ix_(own, own)] = linalg.solve_triangular(factor, np.eye(len(own)))
        self._answers = np.ascontiguousarray(self._inverse.T @ moment)
        if answers is not None:
            self._answers[own] = answers
        self._column_mean, self._target_mean = column_mean, target_mean
        self._weight = weight
        self.totals = np.zeros((size + 1, 2))  # squares of training errors, and of errors left out

    @classmethod
    def of_equations(cls, equations: NormalEquations, alpha: float) -> PrefixErrors:
        """Take the triangular factor from normal equations, by Cholesky's decomposition.

        Parameters
        ----------
        equations : NormalEquations
            Of all examples.
        alpha : float
            Penalty; it is raised to where the decomposition is safe.

        Returns
        -------
        PrefixErrors
            Empty.
        """
        gram = equations.gram
        safe = max(alpha, SMALLEST_RCOND * float(np.trace(gram)) / max(1, len(gram)))
        matrix = decomposed(gram + safe * np.eye(len(gram)))
        if matrix is None:
            raise InvalidInputError("The sums are no finite numbers. Rescale the hidden outputs and the targets.")
        return cls(matrix.upper, equations.moment, equations.column_mean, equations.target_mean, equations.weight)

    def add(self, rows: Floats, targets: Floats, weights: Floats | None = None) -> Self:
        """Take in a block of the examples.

        Parameters
        ----------
        rows : array of shape (n_samples, n_columns)
            H; float32 blocks are multiplied in float32.
        targets : array of shape (n_samples, n_outputs)
            T.
        weights : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        PrefixErrors
            The same object.
        """
        dtype = rows.dtype
        own = np.ones(len(rows)) if weights is None else weights.astype(np.float64)
        directions = (rows - self._column_mean.astype(dtype)) @ self._inverse.astype(dtype)
        residuals = targets.astype(np.float64) - self._target_mean
        add_prefix_errors(directions, self._answers, residuals, own, self._weight, self.totals)
        return self

    def join(self, other: PrefixErrors) -> Self:
        """Take in the sums of other examples.

        Parameters
        ----------
        other : PrefixErrors
            For the same factor.

        Returns
        -------
        PrefixErrors
            The same object.
        """
        self.totals += other.totals
        return self

    @property
    def training(self) -> Floats:
        """Mean squared training error, summed over the outputs, with 0, 1, 2, ... columns."""
        return np.asarray(self.totals[:, 0] / self._weight)

    @property
    def leave_one_out(self) -> Floats:
        """The same when each example is left out; exact for columns that were not chosen by the targets."""
        return np.asarray(self.totals[:, 1] / self._weight)

    @property
    def best(self) -> int:
        """Number of columns with the lowest leave-one-out error; the fewest of equals."""
        return int(np.argmin(self.totals[:, 1]))
