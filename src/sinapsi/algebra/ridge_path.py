"""The error of leaving each example out, for any number of penalties, from one decomposition.

With centered H = U S V', the ridge weights for a penalty alpha leave the residuals r and have the leverages
h_i = 1/n + sum_j z_ij^2 / (lambda_j + alpha), z = H V, lambda = S^2; the error of example i when it is left out is
r_i / (1 - h_i) exactly (Allen 1974, PRESS). The leverages need the rows once more. Generalized cross-validation takes
their mean for all and needs the sums only (Golub, Heath and Wahba 1979).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sinapsi.activations import Floats
from sinapsi.algebra.normal_equations import NormalEquations


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

    def generalized(self, alphas: Floats) -> Floats:
        """Give the error of generalized cross-validation, from the sums alone.

        Parameters
        ----------
        alphas : array of shape (n_alphas,)
            Penalties.

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
        n = equations.weight
        return np.asarray(squares / n / (1 - degrees / n) ** 2)

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
        equations, shrinkage = self._equations, self._shrinkage(np.asarray(alphas))
        solutions = shrinkage.T[:, :, np.newaxis] * self._moment  # (n_alphas, n_columns, n_outputs)
        n_alphas, n_columns, n_outputs = solutions.shape
        flat = solutions.transpose(1, 0, 2).reshape(n_columns, -1)
        total = np.zeros(n_alphas)
        for rows, targets, weights in blocks:
            own = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=np.float64)
            rotated = (rows - equations.column_mean) @ self._vectors
            leverages = own[:, np.newaxis] * (1 / equations.weight + rotated**2 @ shrinkage)
            errors = (targets - equations.target_mean)[:, np.newaxis] - (rotated @ flat).reshape(
                -1, n_alphas, n_outputs
            )
            squares = (errors**2).sum(axis=2) / np.maximum(1 - leverages, np.finfo(np.float64).tiny) ** 2
            total += own @ squares
        return total / equations.weight

    def _shrinkage(self, alphas: Floats) -> Floats:
        """1 / (lambda + alpha), 0 where both are 0; shape (n_columns, n_alphas)."""
        sums = self.eigenvalues[:, np.newaxis] + alphas
        return np.where(sums > 0, 1 / np.where(sums > 0, sums, 1), 0)
