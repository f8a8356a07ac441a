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
from numpy.typing import NDArray
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

    def penalized(self, alpha: float) -> tuple[Floats, Floats, NDArray[np.intp]]:
        """Give the triangular factor of [H; sqrt(alpha) I], H centered, without the columns that depend on others.

        Parameters
        ----------
        alpha : float
            Weight >= 0 of the penalty.

        Returns
        -------
        factor : array of shape (rank, rank)
            Upper triangular R.
        answers : array of shape (rank, n_outputs)
            Q'T: what T is in the directions of those columns.
        columns : array of shape (rank,)
            Those it is of: each has a part that the columns before it have not.
        """
        own, answers = self._centered()
        n_columns = self._n_columns
        penalty = np.hstack([np.sqrt(alpha) * np.eye(n_columns), np.zeros((n_columns, answers.shape[1]))])
        factor = np.asarray(np.linalg.qr(np.vstack([np.hstack([own, answers]), penalty]), mode="r"))[:n_columns]
        smallest = self._rounding()
        if (np.abs(np.diagonal(factor)) > smallest).all():
            return factor[:, :n_columns], factor[:, n_columns:], np.arange(n_columns)
        return independent_columns(factor, smallest)

    def _rounding(self) -> Floats:
        """What rounding leaves of a column when its mean and others are taken out of it."""
        lengths = np.linalg.norm(self.factor[:, 1 : 1 + self._n_columns], axis=0)
        return np.asarray(max(self.n_examples, self._n_columns) * np.finfo(np.float64).eps * lengths)

    def squared_error(self, coef: Floats) -> float:
        """Give the mean squared error of weights, summed over the outputs, to all digits that the factor has.

        Parameters
        ----------
        coef : array of shape (n_columns, n_outputs)
            Weights; the bias is taken as the best for them.

        Returns
        -------
        float
            At least 0.
        """
        self._reduce()
        end = 1 + self._n_columns
        misses = self.factor[1:, end:] - self.factor[1:, 1:end] @ coef
        return float((misses**2).sum() / self.factor[0, 0] ** 2)

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
            Of least norm where several solve the problem, with the condition number of the matrix itself.
        """
        own, answers = self._centered()
        left, values, right = np.linalg.svd(own, full_matrices=False)
        root = np.sqrt(alpha)
        # A column that is constant up to rounding has directions too, as long as the rounding of its mean.
        cut = max(float(self._rounding().max(initial=0.0)), max(own.shape) * np.finfo(np.float64).eps * root)
        counts = np.hypot(values, root) > cut
        shrinkage = np.where(counts, values / np.where(counts, values**2 + alpha, 1), 0)
        coef = right.T @ (shrinkage[:, np.newaxis] * (left.T @ answers))
        told = values[: max(1, min(self._n_columns, self.n_examples - 1))]  # more than these there cannot be
        largest, smallest = np.hypot(told[[0, -1]], root) if len(told) else (root, root)
        if alpha and len(told) < self._n_columns:
            smallest = root
        condition = float(largest / smallest) if smallest > 0 else float("inf")
        rank = self._n_columns if alpha and counts.all() else int(counts.sum())
        first = self.factor[0]
        means = first[1:] / first[0] if len(first) and first[0] else np.zeros(len(first) - 1)
        intercept = means[self._n_columns :] - means[: self._n_columns] @ coef
        return Solution(coef, intercept, rank, condition, "svd")


def independent_columns(factor: Floats, smallest: Floats) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Bring a triangular matrix into row echelon form, and leave out the columns that begin no new row.

    Parameters
    ----------
    factor : array of shape (size, size + n_outputs)
        Upper triangular, and beside it what is turned along.
    smallest : array of shape (size,)
        Length of what is left of each column at which it counts as nothing.

    Returns
    -------
    factor : array of shape (rank, rank)
        Upper triangular.
    answers : array of shape (rank, n_outputs)
        What stood beside it.
    columns : array of shape (rank,)
        Those it is of.
    """
    table, size = factor.copy(), len(smallest)
    columns: list[int] = []
    for j in range(size):
        row = len(columns)
        mirror = table[row : j + 1, j].copy()
        length = np.linalg.norm(mirror)
        if not length > smallest[j]:
            continue
        mirror[0] += np.copysign(length, mirror[0])
        mirror /= np.linalg.norm(mirror)
        part = table[row : j + 1, j:]
        part -= np.outer(mirror, 2 * (mirror @ part))
        columns.append(j)
    kept = table[: len(columns)]
    return np.triu(kept[:, columns]), kept[:, size:], np.array(columns, dtype=np.intp)


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
