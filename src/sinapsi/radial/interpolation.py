"""Exact interpolation: one unit on every example, and the linear system that makes the network meet every target.

The weights w and the polynomial c solve [Phi P; P' 0] [w; c] = [y; 0] (Micchelli 1986). On the weights orthogonal to
the polynomial, Phi is definite up to a sign; so in a basis of that space (by Householder reflections of Phi from both
sides, one a monomial) the system is solved by Cholesky's decomposition, half the work of elimination, and what is said
of its condition is said of Phi itself and not of its square.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sinapsi.activations import Floats
from sinapsi.algebra.definite_matrix import decomposed
from sinapsi.algebra.normal_equations import Solution
from sinapsi.algebra.triangular_factor import LARGEST_SAFE_CONDITION
from sinapsi.radial.kernels import reflect
from sinapsi.radial.radial_layer import RadialLayer


class Interpolation:
    """The system of a layer whose centers are the examples.

    Parameters
    ----------
    layer : RadialLayer
        With a center on every example.
    targets : array of shape (n_samples, n_outputs)
        What is to be met.
    """

    def __init__(self, layer: RadialLayer, targets: Floats) -> None:
        points = layer.centers.astype(np.float64)
        exact = RadialLayer(points, layer.widths.astype(np.float64), layer.name, layer.degree)
        self._targets = targets.astype(np.float64)
        self._polynomial = exact.monomials(points)
        self._sign = layer.basis.sign
        self._matrix = exact.unit_outputs(points)
        self.n_examples = len(points)

    @cached_property
    def _reflected(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Reflections (a column each, of unit length), R of the polynomial, and Phi and y seen through them."""
        table = self._polynomial.copy()
        n_free = min(table.shape[1], len(table))
        mirrors = np.zeros((len(table), n_free))
        for k in range(n_free):
            mirror = table[k:, k].copy()
            mirror[0] += np.copysign(np.linalg.norm(mirror), mirror[0])
            length = np.linalg.norm(mirror)
            mirrors[k:, k] = mirror / length if length else 0.0
            table -= np.outer(mirrors[:, k], 2 * (mirrors[:, k] @ table))
        matrix = self._sign * self._matrix
        for k in range(n_free):
            mirror = mirrors[:, k]
            image = matrix @ mirror
            reflect(matrix, mirror, 2 * (image - (mirror @ image) * mirror))
        return mirrors, table[:n_free], matrix, _through(mirrors, self._targets)

    def solve(self) -> Solution:
        """Find weights and polynomial.

        Returns
        -------
        Solution
            Its rows are the units, then the monomials without the constant, which is the intercept.
        """
        mirrors, triangle, matrix, answers = self._reflected
        n_free = len(triangle)
        core = matrix[n_free:, n_free:]
        inner, rank, condition, method = _solve_definite(core, answers[n_free:])
        turned = np.zeros_like(answers)
        turned[n_free:] = self._sign * inner
        weights = _through(mirrors[:, ::-1], turned)
        left = _through(mirrors, self._targets - self._matrix @ weights)[:n_free]
        polynomial, _, polynomial_rank, _ = np.linalg.lstsq(triangle, left, rcond=None)
        return Solution(
            np.vstack([weights, polynomial[1:]]),
            polynomial[0],
            int(rank + polynomial_rank - 1),
            condition,
            method,
        )

    def training_error(self, solution: Solution) -> float:
        """Give the mean squared error of a solution, summed over the outputs.

        Parameters
        ----------
        solution : Solution
            From :meth:`solve`.

        Returns
        -------
        float
            At rounding level where the system is well-conditioned.
        """
        outputs = self._matrix @ solution.coef[: self.n_examples] + solution.intercept
        outputs += self._polynomial[:, 1:] @ solution.coef[self.n_examples :]
        return float(((self._targets - outputs) ** 2).sum() / self.n_examples)

    def leave_one_out_error(self) -> float:
        """Give the mean squared error of examples left out, summed over outputs.

        Returns
        -------
        float
            Infinite where the condition number is above 1e8: training errors would be no longer at rounding level.
        """
        errors = self._errors_left_out(1 / LARGEST_SAFE_CONDITION)
        return float("inf") if errors is None else float((errors**2).sum() / self.n_examples)

    def outputs_left_out(self) -> Floats:
        """Give the output at every example when it is left out.

        Returns
        -------
        array of shape (n_samples, n_outputs)
            Outputs; 0 where the system is too ill-conditioned to tell.
        """
        errors = self._errors_left_out(0.0)
        return np.zeros_like(self._targets) if errors is None else self._targets - errors

    def _errors_left_out(self, smallest_rcond: float) -> Floats | None:
        """w_i / (A^-1)_ii of the whole system A (Rippa 1999)."""
        mirrors, triangle, matrix, answers = self._reflected
        n_free = len(triangle)
        if n_free >= self.n_examples:
            return None
        core = matrix[n_free:, n_free:]
        definite = decomposed(core)
        if definite is None or not definite.rcond > smallest_rcond:
            return None
        basis = _through(mirrors[:, ::-1], np.eye(self.n_examples)[:, n_free:])
        half = definite.halfway(basis.T)
        weights = half.T @ definite.halfway(answers[n_free:])
        diagonal = (half**2).sum(axis=0)
        return np.asarray(weights / diagonal[:, np.newaxis]) if (diagonal > 0).all() else None


def _through(mirrors: Floats, table: Floats) -> Floats:
    """The table after one reflection after the other."""
    for mirror in mirrors.T:
        table = table - np.outer(mirror, 2 * (mirror @ table))
    return table


def _solve_definite(matrix: Floats, answers: Floats) -> tuple[Floats, int, float, str]:
    """By Cholesky's decomposition; where that fails, by eigenvalues with a cut-off."""
    if not len(matrix):
        return np.zeros_like(answers), 0, 1.0, "cholesky"
    definite = decomposed(matrix)
    if definite is not None and definite.rcond > len(matrix) * np.finfo(np.float64).eps:
        return definite.solve(answers), len(matrix), 1 / definite.rcond, "cholesky"
    values, vectors = np.linalg.eigh(matrix)
    sizes = np.abs(values)
    counts = sizes > len(values) * np.finfo(np.float64).eps * sizes.max(initial=0.0)
    inverse = np.where(counts, 1 / np.where(counts, values, 1), 0)
    smallest = sizes.min()
    condition = float(sizes.max() / smallest) if smallest > 0 else float("inf")
    return vectors @ (inverse[:, np.newaxis] * (vectors.T @ answers)), int(counts.sum()), condition, "eigen"
