"""Least squares with fewer examples than columns: everything through the small matrix H H' of the examples.

With centered and weighted H of n rows, the ridge weights are H'(H H' + alpha I)^-1 T (Saunders, Gammerman and Vovk
1998): n x n instead of columns x columns. Without penalty they are those of least norm, by the singular values of H.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from sinapsi.activations import Floats
from sinapsi.algebra.definite_matrix import decomposed
from sinapsi.algebra.normal_equations import SMALLEST_RCOND, NormalEquations, Solution
from sinapsi.algebra.ridge_path import SMALLEST_SHARE, generalized_error

ARRAYS = ("rows", "targets", "weights")


class DualEquations:
    """All hidden outputs of few examples, with their targets.

    Parameters
    ----------
    rows : array of shape (n_samples, n_columns)
        H.
    targets : array of shape (n_samples, n_outputs)
        T.
    weights : array of shape (n_samples,), optional
        Weight >= 0 of each example, not all 0.
    """

    def __init__(self, rows: Floats, targets: Floats, weights: Floats | None = None) -> None:
        self.rows = rows
        self.targets = targets.astype(np.float64)
        self.weights = np.ones(len(rows)) if weights is None else weights.astype(np.float64)
        self.weight = float(self.weights.sum())
        self.n_examples = len(rows)
        shares = self.weights / self.weight
        self.column_mean, self.target_mean = shares @ rows.astype(np.float64), shares @ self.targets
        root = np.sqrt(self.weights)[:, np.newaxis]
        self._centered = (rows - self.column_mean) * root
        self._errors = (self.targets - self.target_mean) * root

    def arrays(self) -> dict[str, Floats]:
        """Give what is to be kept with a model.

        Returns
        -------
        dict of str to array
            What :meth:`from_arrays` takes; not copied.
        """
        return {name: getattr(self, name) for name in ARRAYS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> DualEquations:
        """Take up examples that were kept.

        Parameters
        ----------
        arrays : mapping of str to array
            From :meth:`arrays`.

        Returns
        -------
        DualEquations
            The same.
        """
        return cls(*(arrays[name] for name in ARRAYS))

    def joined(self, other: DualEquations) -> DualEquations:
        """Give these examples and others.

        Parameters
        ----------
        other : DualEquations
            Of the same widths.

        Returns
        -------
        DualEquations
            Of all examples.
        """
        pairs = ((getattr(self, name), getattr(other, name)) for name in ARRAYS)
        return DualEquations(*(np.concatenate(pair) for pair in pairs))

    def sums(self) -> NormalEquations:
        """Give the normal equations of these examples, to which others can be added.

        Returns
        -------
        NormalEquations
            Of columns x columns numbers.
        """
        return NormalEquations(self.rows.shape[1], self.targets.shape[1]).add(self.rows, self.targets, self.weights)

    @property
    def target_squares(self) -> Floats:
        """Diagonal of T'WT of centered targets."""
        return np.asarray((self._errors**2).sum(axis=0))

    def squared_error(self, coef: Floats) -> Floats:
        """Give the mean squared error of centered weights.

        Parameters
        ----------
        coef : array of shape (n_columns, n_outputs)
            Weights; the bias is taken as the best for them.

        Returns
        -------
        array of shape (n_outputs,)
            Mean over the weighted examples.
        """
        return np.asarray(((self._errors - self._centered @ coef) ** 2).sum(axis=0) / self.weight)

    def products_of_outputs(self, coef: Floats) -> Floats:
        """Give F'WF of the centered outputs F = H coef.

        Parameters
        ----------
        coef : array of shape (n_columns, n_outputs)
            Weights.

        Returns
        -------
        array of shape (n_outputs, n_outputs)
            Sums of squares and products.
        """
        outputs = self._centered @ coef
        return np.asarray(outputs.T @ outputs)

    def products_with_targets(self, coef: Floats) -> Floats:
        """Give F'WT of the centered outputs F = H coef.

        Parameters
        ----------
        coef : array of shape (n_columns, n_outputs)
            Weights.

        Returns
        -------
        array of shape (n_outputs, n_outputs)
            Sums of products; a column a target.
        """
        return np.asarray((self._centered @ coef).T @ self._errors)

    @cached_property
    def _products(self) -> Floats:
        return np.asarray(self._centered @ self._centered.T)

    @cached_property
    def _spectrum(self) -> tuple[Floats, Floats]:
        """Eigenvalues of H H' of n - 1 directions, none below 0, and what T is in them.

        Centering takes the direction of the mean, sqrt(w). Left among the others with an eigenvalue of rounding instead
        of 0, it would spoil the errors for small penalties; so one reflection turns it into the first axis, and that is
        left out.
        """
        mirror = np.sqrt(self.weights / self.weight)
        mirror[0] += 1
        mirror /= np.linalg.norm(mirror)
        image = self._products @ mirror
        step = 2 * (image - (mirror @ image) * mirror)
        turned = self._products - np.outer(mirror, step) - np.outer(step, mirror)
        values, vectors = np.linalg.eigh(turned[1:, 1:])
        directions = np.vstack([np.zeros(len(values)), vectors])
        self._directions = directions - np.outer(mirror, 2 * (mirror @ directions))
        return np.maximum(values, 0), self._directions.T @ self._errors

    @property
    def eigenvalues(self) -> Floats:
        """Eigenvalues of H H', ascending; those of H'H beside these are 0."""
        return self._spectrum[0]

    def solve(self, alpha: float = 0.0) -> Solution:
        """Minimize sum_i w_i |t_i - h_i B - b|^2 + alpha |B|^2.

        Parameters
        ----------
        alpha : float, default=0.0
            Weight >= 0 of the penalty, in Ridge's convention.

        Returns
        -------
        Solution
            Its condition number is that of the matrix [H; sqrt(alpha) I], or of H without penalty.
        """
        answer = self._by_cholesky(alpha) if alpha else None
        coef, rank, condition, method = answer or self._by_singular_values(alpha)
        return Solution(coef, self.target_mean - self.column_mean @ coef, rank, condition, method)

    def _by_cholesky(self, alpha: float) -> tuple[Floats, int, float, str] | None:
        matrix = decomposed(self._products + alpha * np.eye(self.n_examples))
        if matrix is None or not matrix.rcond > SMALLEST_RCOND:
            return None
        coef = self._centered.T @ matrix.solve(self._errors)
        return coef, self.rows.shape[1], float(1 / np.sqrt(matrix.rcond)), "cholesky"

    def _by_singular_values(self, alpha: float) -> tuple[Floats, int, float, str]:
        left, values, right = np.linalg.svd(self._centered, full_matrices=False)
        cut = max(self._centered.shape) * np.finfo(np.float64).eps * (values[0] if len(values) else 0.0)
        counts = values > cut
        shrinkage = np.where(counts, values / np.where(counts, values**2 + alpha, 1), 0)
        coef = right.T @ (shrinkage[:, np.newaxis] * (left.T @ self._errors))
        # Centering takes one dimension of the examples; that singular value is 0 and says nothing of the matrix.
        own = values[: max(1, self.n_examples - 1)]
        smallest = float(np.hypot(own[-1], np.sqrt(alpha)))
        condition = float(np.hypot(own[0], np.sqrt(alpha))) / smallest if smallest > 0 else float("inf")
        return coef, self.rows.shape[1] if alpha else int(counts.sum()), condition, "svd"

    def generalized(self, alphas: Floats, count: float | None = None) -> Floats:
        """Give the error of generalized cross-validation.

        Parameters
        ----------
        alphas : array of shape (n_alphas,)
            Penalties > 0.
        count : float, optional
            Examples that there are, when their weights say how much they matter; by default the sum of the weights.

        Returns
        -------
        array of shape (n_alphas,)
            Mean over examples of squared errors, summed over the outputs, of each left out, were all leverages alike.
        """
        values, answers = self._spectrum
        kept = alphas / (values[:, np.newaxis] + alphas)  # share of each direction that is not explained
        squares = (kept**2 * (answers**2).sum(axis=1)[:, np.newaxis]).sum(axis=0)
        degrees = 1 + (1 - kept).sum(axis=0)
        return generalized_error(squares, degrees, self.weight if count is None else count)

    def leave_one_out(self, alphas: Floats) -> Floats:
        """Give the error of leaving each example out.

        Parameters
        ----------
        alphas : array of shape (n_alphas,)
            Penalties > 0.

        Returns
        -------
        array of shape (n_alphas,)
            Weighted mean over examples of squared errors, summed over the outputs.
        """
        return np.array([(self._errors_left_out(alpha) ** 2).sum() / self.weight for alpha in alphas])

    def _errors_left_out(self, alpha: float) -> Floats:
        """Times the square root of their weights."""
        values, answers = self._spectrum
        kept = alpha / (values + alpha)  # share of each direction that is not explained; no difference of near numbers
        residuals = self._directions @ (kept[:, np.newaxis] * answers)
        own_share = self._directions**2 @ kept
        return np.asarray(residuals / np.maximum(own_share, SMALLEST_SHARE)[:, np.newaxis])

    def outputs_left_out(self, alpha: float) -> Floats:
        """Give the outputs of the examples when each is left out.

        Parameters
        ----------
        alpha : float
            Penalty > 0.

        Returns
        -------
        array of shape (n_samples, n_outputs)
            Outputs.
        """
        return self.targets - self._errors_left_out(alpha) / np.sqrt(self.weights)[:, np.newaxis]
