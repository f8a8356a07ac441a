"""Least squares by the triangular factor of H itself, for matrices too ill-conditioned for the normal equations.

A block of examples stacked under the factor of those before has the same factor as all examples together (Golub and
Van Loan 2013, section 5.3), so the QR decomposition of a matrix of any height needs the space of its width. The first
column is constant: what is left of the others is centered. Squaring the matrix, as normal equations do, squares its
condition number; here only that of the matrix itself counts.
"""

from __future__ import annotations

import warnings
from typing import Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sinapsi.activations import Floats
from sinapsi.algebra.normal_equations import Solution

# Above it, training errors of an interpolating network are no longer at rounding level.
LARGEST_SAFE_CONDITION = 1e8


class TriangularFactor:
    """R of the decomposition [1 H T] = Q R of weighted examples.

    Parameters
    ----------
    n_columns, n_outputs : int
        Widths of H and T.

    Attributes
    ----------
    factor : array of shape (at most 1 + n_columns + n_outputs, 1 + n_columns + n_outputs)
        R; it has fewer rows while there are fewer examples.
    n_examples : int
        Examples taken in.

    Examples
    --------
    >>> import numpy as np
    >>> H, T = np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [3.0], [5.0]])
    >>> solution = TriangularFactor(1, 1).add(H, T).solve()
    >>> solution.coef.round(6).tolist(), solution.intercept.round(6).tolist()
    ([[2.0]], [1.0])
    """

    def __init__(self, n_columns: int, n_outputs: int) -> None:
        self._n_columns = n_columns
        width = 1 + n_columns + n_outputs
        self.factor: Floats = np.empty((0, width))
        self.n_examples = 0
        self._waiting: list[Floats] = []

    def add(self, rows: Floats, targets: Floats, weights: Floats | None = None) -> Self:
        """Take in a block of examples.

        Parameters
        ----------
        rows : array of shape (n_samples, n_columns)
            H.
        targets : array of shape (n_samples, n_outputs)
            T.
        weights : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        TriangularFactor
            The same object.
        """
        table = np.hstack([np.ones((len(rows), 1)), rows.astype(np.float64), targets.astype(np.float64)])
        if weights is not None:
            table *= np.sqrt(weights)[:, np.newaxis]
        self.n_examples += len(rows)
        self._waiting.append(table)
        if sum(map(len, self._waiting)) > 2 * table.shape[1]:  # a decomposition of few new rows is wasted on the old
            self._reduce()
        return self

    def join(self, other: TriangularFactor) -> Self:
        """Take in the examples of another factor.

        Parameters
        ----------
        other : TriangularFactor
            Of the same widths.

        Returns
        -------
        TriangularFactor
            The same object.
        """
        other._reduce()
        self._waiting.append(other.factor)
        self.n_examples += other.n_examples
        return self

    def _reduce(self) -> None:
        if self._waiting:
            self.factor = np.asarray(np.linalg.qr(np.vstack([self.factor, *self._waiting]), mode="r"))
            self._waiting.clear()

    def penalized(self, alpha: float) -> Floats:
        """Give the triangular factor of [H; sqrt(alpha) I], H centered.

        Parameters
        ----------
        alpha : float
            Weight >= 0 of the penalty.

        Returns
        -------
        array of shape (n_columns, n_columns)
            Upper triangular, its diagonal above 0; beside it nothing of T.

        """
        own, _ = self._centered()
        stacked = np.vstack([own, np.sqrt(alpha) * np.eye(self._n_columns)])
        factor = np.linalg.qr(stacked, mode="r")
        return np.asarray(factor * np.where(np.diagonal(factor) < 0, -1.0, 1.0)[:, np.newaxis])

    def _centered(self) -> tuple[Floats, Floats]:
        """The parts of R that belong to centered H, and to T beside it."""
        self._reduce()
        end = 1 + self._n_columns
        return self.factor[1:end, 1:end], self.factor[1:end, end:]

    def solve(self, alpha: float = 0.0) -> Solution:
        """Minimize sum_i w_i |t_i - h_i B - b|^2 + alpha |B|^2 by the singular values of the factor.

        Parameters
        ----------
        alpha : float, default=0.0
            Weight >= 0 of the penalty, in Ridge's convention.

        Returns
        -------
        Solution
            Of least norm where several solve the problem; a warning tells the condition number and the rank when more
            than half of the digits are lost.
        """
        own, answers = self._centered()
        left, values, right = np.linalg.svd(own, full_matrices=False)
        largest = max(values[0], np.sqrt(alpha)) if len(values) else 0.0
        height = max(self.n_examples, self._n_columns)
        counts = np.hypot(values, np.sqrt(alpha)) > height * np.finfo(np.float64).eps * largest
        shrinkage = np.where(counts, values / np.where(counts, values**2 + alpha, 1), 0)
        coef = right.T @ (shrinkage[:, np.newaxis] * (left.T @ answers))
        smallest = np.hypot(values[-1] if len(values) == self._n_columns else 0.0, np.sqrt(alpha)) if largest else 0.0
        condition = float(np.hypot(values[0], np.sqrt(alpha)) / smallest) if smallest > 0 else float("inf")
        rank = self._n_columns if alpha and counts.all() else int(counts.sum())
        first = self.factor[0]
        means = first[1:] / first[0] if len(first) and first[0] else np.zeros(len(first) - 1)
        intercept = means[self._n_columns :] - means[: self._n_columns] @ coef
        return Solution(coef, intercept, rank, condition, "svd")


def warn_of_condition(owner: str | None, solution: Solution, *, n_columns: int, n_rows: int) -> None:
    """Warn when the matrix of hidden outputs is so ill-conditioned that digits of the weights are lost.

    Parameters
    ----------
    owner : str or None
        Class name of the estimator; None for one that will not keep this solution.
    solution : Solution
        With the condition number of the matrix itself.
    n_columns, n_rows : int
        Its size.
    """
    if owner is None or solution.condition <= LARGEST_SAFE_CONDITION:
        return
    taken = "" if solution.rank >= min(n_columns, n_rows - 1) else "; the solution of least norm was taken"
    warnings.warn(
        f"{owner}: the matrix of hidden outputs ({n_rows} rows, {n_columns} columns) is nearly singular: rank "
        f"{solution.rank}, condition number {solution.condition:.2g}{taken}. Training errors will not reach rounding "
        "level. Pass alpha > 0, alpha='gcv', or fewer units.",
        ConvergenceWarning,
        stacklevel=3,
    )
