"""The error of leaving each example out, for any number of penalties, from one decomposition.

With centered H = U S V', the ridge weights for a penalty alpha leave the residuals r and have the leverages
h_i = 1/n + sum_j z_ij^2 / (lambda_j + alpha), z = H V, lambda = S^2; the error of example i when it is left out is
r_i / (1 - h_i) exactly (Allen 1974, PRESS). The leverages need the rows once more. Generalized cross-validation takes
their mean for all and needs the sums only (Golub, Heath and Wahba 1979).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np

from sinapsi.activations import Floats
from sinapsi.algebra.normal_equations import NormalEquations

N_PENALTIES = 50

ROUNDING = 1e-10  # of the error of a constant output; errors that differ by less are the same

# Of the examples, left over by the degrees of freedom: below it, generalized cross-validation is a quotient of two
# numbers near 0, which says nothing.
SMALLEST_FREE_SHARE = 0.1

SMALLEST_PENALTY = 1e-11  # share of the largest eigenvalue; below, the rounding of the sums is not small beside it

# Least part of an error that is an example's own; where nothing is left, its error without it would be infinite.
SMALLEST_SHARE = np.finfo(np.float32).tiny


class RidgePath:
    """All ridge solutions of one set of normal equations.

    Parameters
    ----------
    equations : NormalEquations
        The sums, of NumPy arrays.

    Attributes
    ----------
    eigenvalues : array of shape (n_columns,)
        Of the Gram matrix, ascending, none below 0.
    """

    def __init__(self, equations: NormalEquations) -> None:
        self._equations = equations
        eigenvalues, self._vectors = np.linalg.eigh(equations.gram)
        self.eigenvalues = np.maximum(eigenvalues, 0)
        self._moment = self._vectors.T @ equations.moment

    def weights(self, alpha: float) -> tuple[Floats, Floats]:
        """Give the weights for a penalty.

        Parameters
        ----------
        alpha : float
            Weight of the penalty, above 0 where the Gram matrix is singular.

        Returns
        -------
        coef : array of shape (n_columns, n_outputs)
            Weights.
        intercept : array of shape (n_outputs,)
            Biases.
        """
        coef = self._vectors @ (self._shrinkage(np.array([alpha]))[:, 0, np.newaxis] * self._moment)
        return coef, self._equations.target_mean - self._equations.column_mean @ coef

    def half_inverse(self, alpha: float, columns: Floats) -> Floats:
        """Give columns whose squares add up to x' (G + alpha I)^-1 x.

        Parameters
        ----------
        alpha : float
            Penalty.
        columns : array of shape (n_columns, n_samples)
            Centered examples.

        Returns
        -------
        array of shape (n_columns, n_samples)
            In the directions of the eigenvectors.
        """
        return np.asarray(np.sqrt(self._shrinkage(np.array([alpha]))) * (self._vectors.T @ columns))

    def generalized(self, alphas: Floats, count: float | None = None) -> Floats:
        """Give the error of generalized cross-validation, from the sums alone.

        Parameters
        ----------
        alphas : array of shape (n_alphas,)
            Penalties.
        count : float, optional
            Examples that there are, when their weights say how much they matter; by default the sum of the weights,
            which say how often each is there.

        Returns
        -------
        array of shape (n_alphas,)
            Mean over examples of squared errors, summed over the outputs, of each left out, were all leverages alike.
        """
        equations, shrinkage = self._equations, self._shrinkage(np.asarray(alphas))
        explained = self._moment**2
        squares = equations.target_squares.sum() - (
            (2 * shrinkage - self.eigenvalues[:, np.newaxis] * shrinkage**2) * explained.sum(axis=1)[:, np.newaxis]
        ).sum(axis=0)
        degrees = 1 + (self.eigenvalues[:, np.newaxis] * shrinkage).sum(axis=0)
        rounding = np.finfo(np.float64).eps * equations.target_squares.sum()
        return generalized_error(np.maximum(squares, rounding), degrees, equations.weight if count is None else count)

    def leave_one_out(self, blocks: Iterable[tuple[Any, Any, Any]], alphas: Floats) -> Floats:
        """Give the error of leaving each example out, by a second pass over the examples.

        Parameters
        ----------
        blocks : iterable of (rows, targets, weights)
            The blocks that the sums were made of; weights may be None.
        alphas : array of shape (n_alphas,)
            Penalties.

        Returns
        -------
        array of shape (n_alphas,)
            Weighted mean over examples of squared errors, summed over the outputs.
        """
        errors = LeaveOneOut(self, alphas)
        for rows, targets, weights in blocks:
            errors.add(rows, targets, weights)
        return errors.mean

    def _shrinkage(self, alphas: Floats) -> Floats:
        """1 / (lambda + alpha), 0 where both are 0; shape (n_columns, n_alphas)."""
        sums = self.eigenvalues[:, np.newaxis] + alphas
        return np.where(sums > 0, 1 / np.where(sums > 0, sums, 1), 0)


class LeaveOneOut:
    """Sums of the squared errors of examples left out, for several penalties; a second pass over the examples.

    Parameters
    ----------
    path : RidgePath
        Of the normal equations of all examples.
    alphas : array of shape (n_alphas,)
        Penalties.
    """

    def __init__(self, path: RidgePath, alphas: Floats) -> None:
        equations, shrinkage = path._equations, path._shrinkage(np.asarray(alphas))
        self._equations_mean, self._target_mean = equations.column_mean, equations.target_mean
        self._weight = equations.weight
        self._vectors, self._shrinkage = path._vectors, shrinkage
        solutions = shrinkage.T[:, :, np.newaxis] * path._moment  # (n_alphas, n_columns, n_outputs)
        self._n_outputs = solutions.shape[2]
        self._solutions = solutions.transpose(1, 0, 2).reshape(solutions.shape[1], -1)
        self._converted: list[Floats] | None = None
        self.total = np.zeros(len(shrinkage[0]))

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
        LeaveOneOut
            The same object.
        """
        dtype, n_alphas = rows.dtype, len(self.total)
        own = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=np.float64)
        vectors, solutions, shrinkage = self._in_type(dtype)
        rotated = (rows - self._equations_mean.astype(dtype)) @ vectors
        outputs = (rotated @ solutions).reshape(-1, n_alphas, self._n_outputs)
        errors = (targets - self._target_mean)[:, np.newaxis] - outputs
        squares = np.vecdot(errors, errors)
        np.square(rotated, out=rotated)
        leverages = own[:, np.newaxis] * (1 / self._weight + rotated @ shrinkage)
        self.total += own @ (squares / np.maximum(1 - leverages, SMALLEST_SHARE) ** 2)
        return self

    def _in_type(self, dtype: np.dtype[Any]) -> list[Floats]:
        """Vectors, solutions and shrinkage in the type of the blocks, converted once."""
        if self._converted is None or self._converted[0].dtype != dtype:
            self._converted = [part.astype(dtype) for part in (self._vectors, self._solutions, self._shrinkage)]
        return self._converted

    def join(self, other: LeaveOneOut) -> Self:
        """Take in the sums of other examples.

        Parameters
        ----------
        other : LeaveOneOut
            For the same path and penalties.

        Returns
        -------
        LeaveOneOut
            The same object.
        """
        self.total += other.total
        return self

    @property
    def mean(self) -> Floats:
        """Weighted mean over examples of squared errors, summed over the outputs; shape (n_alphas,)."""
        return np.asarray(self.total / self._weight)


def penalties(eigenvalues: Floats, least: float = 0.0) -> Floats:
    """Give the penalties among which the best is looked for.

    Parameters
    ----------
    eigenvalues : array of shape (n_columns,)
        Of the Gram matrix.
    least : float, default=0.0
        None is below it: units that hardly respond to any example must not have weights without bounds.

    Returns
    -------
    array of shape (50,)
        Descending, so that of equally good ones the largest comes first: from ten times the largest eigenvalue down to
        where the sums are no longer exact.
    """
    largest = max(float(eigenvalues.max(initial=0.0)), least) or 1.0
    return np.geomspace(10 * largest, max(SMALLEST_PENALTY * largest, least), N_PENALTIES)


def best_penalty(errors: Floats, largest_error: float) -> int:
    """Give the place of the penalty to take: of those that differ by rounding, the largest.

    Parameters
    ----------
    errors : array of shape (n_alphas,)
        For descending penalties.
    largest_error : float
        Of outputs that know the mean target only.

    Returns
    -------
    int
        Place.
    """
    return int(np.argmax(errors <= errors.min() + ROUNDING * largest_error))


def generalized_error(squares: Floats, degrees: Floats, count: float) -> Floats:
    """Give the error of generalized cross-validation (Golub, Heath and Wahba 1979).

    Parameters
    ----------
    squares : array of shape (n_alphas,)
        Sums of squared training errors.
    degrees : array of shape (n_alphas,)
        Degrees of freedom used, the bias counted in.
    count : float
        Number of examples.

    Returns
    -------
    array of shape (n_alphas,)
        squares / count / (1 - degrees / count)^2; infinite where hardly any degrees of freedom are left.
    """
    left = 1 - degrees / count
    is_left = left > SMALLEST_FREE_SHARE
    return np.where(is_left, squares / count / np.where(is_left, left, 1) ** 2, np.inf)
