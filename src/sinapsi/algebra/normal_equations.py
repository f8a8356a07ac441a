"""Normal equations as sums that add: all that least squares needs of the data, however the data are cut.

Each block of examples is centered by its own mean before its products are taken, and means are accounted for when sums
are joined (Chan, Golub and LeVeque 1979), so that columns far from zero lose no digits. Blocks in float32 are
multiplied in float32 and summed in float64: a Gram matrix summed in float32 fails Cholesky's decomposition.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from array_api_compat import array_namespace, is_numpy_array
from sklearn.exceptions import ConvergenceWarning

from sinapsi.algebra.definite_matrix import decomposed
from sinapsi.algebra.kernels import add_upper, mirror
from sinapsi.exceptions import InvalidInputError

# Below this reciprocal condition number of the Gram matrix half of the digits of float64 are lost.
SMALLEST_RCOND = 1e-10

# With a penalty, weights in directions that the data hardly decide are small whatever their digits; so less will do.
SMALLEST_PENALIZED_RCOND = 1e-13

# Share of the largest eigenvalue; smaller ones are rounding of the sums and count as 0.
SMALLEST_EIGENVALUE = 1e-12

# Standard deviation of a column in means of its own, up to which it is rounding of a constant.
CONSTANT_SHARE = 1e-14

SUMS = ("n_examples", "weight", "column_mean", "target_mean", "gram", "moment", "target_squares")


@dataclass(frozen=True)
class Solution:
    """Weights of a linear layer.

    Parameters
    ----------
    coef : array of shape (n_columns, n_outputs)
        Weights.
    intercept : array of shape (n_outputs,)
        Biases.
    rank : int
        Directions that the data (and the penalty) decide.
    condition : float
        Condition number of the matrix that was solved; infinite where it is singular.
    method : str
        "cholesky" for NumPy arrays, "lu" for those of other libraries, "eigen" with a cut-off, or "svd".
    inverse : callable, optional
        Takes columns and gives others whose squares add up to x' A^-1 x, with the matrix A that was solved; there where
        it was decomposed so that this is cheap.
    """

    coef: Any
    intercept: Any
    rank: int
    condition: float
    method: str
    inverse: Callable[[Any], Any] | None = None


class NormalEquations:
    """The sums H'H, H'T and T'T of centered examples, with their means and weights.

    Sums add and, where examples are to be forgotten, subtract: ``a + b`` are those of both sets, ``a - b`` those of
    ``a`` without the examples of ``b``. Arrays stay where they live: NumPy, torch and CuPy arrays are multiplied by
    their own library.

    Parameters
    ----------
    n_columns, n_outputs : int
        Widths of H and T.
    like : array, optional
        An array of the library that the sums are to live in; NumPy by default.
    overwrites : bool, default=False
        Whether blocks may be used as scratch, which saves a copy of each.

    Attributes
    ----------
    n_examples : int
        Examples taken in.
    weight : float
        Sum of their weights.
    column_mean : array of shape (n_columns,)
        Weighted mean of H.
    target_mean : array of shape (n_outputs,)
        Weighted mean of T.
    moment : array of shape (n_columns, n_outputs)
        H'WT of centered columns and targets.
    target_squares : array of shape (n_outputs,)
        Diagonal of T'WT of centered targets.

    Examples
    --------
    >>> import numpy as np
    >>> H, T = np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [3.0], [5.0]])
    >>> solution = NormalEquations(1, 1).add(H, T).solve()
    >>> solution.coef.round(6).tolist(), solution.intercept.round(6).tolist()
    ([[2.0]], [1.0])
    """

    def __init__(self, n_columns: int, n_outputs: int, *, like: Any = None, overwrites: bool = False) -> None:
        xp = array_namespace(np.empty(0) if like is None else like)
        place = {} if like is None or is_numpy_array(like) else {"device": like.device}
        self._xp = xp
        self._place = place
        self._overwrites = overwrites
        self._gram: Any = None
        self.n_examples = 0
        self.weight = 0.0
        self.column_mean = xp.zeros(n_columns, dtype=xp.float64, **place)
        self.target_mean = xp.zeros(n_outputs, dtype=xp.float64, **place)
        self.gram = xp.zeros((n_columns, n_columns), dtype=xp.float64, **place)
        self.moment = xp.zeros((n_columns, n_outputs), dtype=xp.float64, **place)
        self.target_squares = xp.zeros(n_outputs, dtype=xp.float64, **place)

    def add(self, rows: Any, targets: Any, weights: Any = None) -> Self:
        """Take in a block of examples.

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
        NormalEquations
            The same object.

        Raises
        ------
        InvalidInputError
            If the block has another width than those before.
        """
        n_columns, n_outputs = self.moment.shape
        if (rows.shape[1], targets.shape[1]) != (n_columns, n_outputs):
            raise InvalidInputError(
                f"A block must have {n_columns} columns and {n_outputs} targets, as those before. Got {rows.shape[1]} "
                f"and {targets.shape[1]}."
            )
        if not rows.shape[0]:
            return self
        return self._join(self._of(rows, targets, weights), 1.0)

    def join(self, other: NormalEquations) -> Self:
        """Take in the sums of other examples.

        Parameters
        ----------
        other : NormalEquations
            Of the same widths.

        Returns
        -------
        NormalEquations
            The same object.
        """
        return self._join(other, 1.0)

    def _of(self, rows: Any, targets: Any, weights: Any) -> NormalEquations:
        xp, block = self._xp, NormalEquations.__new__(NormalEquations)
        block._xp, block._place, block._overwrites = xp, self._place, False
        block.n_examples = int(rows.shape[0])
        targets = xp.astype(targets, xp.float64)
        own = xp.ones(rows.shape[0], dtype=xp.float64, **self._place) if weights is None else weights
        own = xp.astype(own, xp.float64)
        block.weight = float(xp.sum(own))
        shares = own / (block.weight or 1.0)
        # A mean in float32 is rounded: what it leaves of the columns is found again in the centered ones.
        shift = xp.astype(xp.astype(shares, rows.dtype) @ rows, rows.dtype)
        centered = np.subtract(rows, shift, out=rows) if self._overwrites and is_numpy_array(rows) else rows - shift
        left = xp.astype(xp.astype(shares, rows.dtype) @ centered, xp.float64)
        block.column_mean, block.target_mean = xp.astype(shift, xp.float64) + left, shares @ targets
        root = xp.sqrt(own)[:, None]
        errors = (targets - block.target_mean) * root
        if weights is not None:
            centered *= xp.astype(root, rows.dtype)
        # NumPy sees the transpose, and does half the work. The square of what a rounded mean left is far below the
        # rounding of the rows themselves, and so is not taken away.
        block.gram = centered.T @ centered
        block.moment = xp.astype(centered.T @ xp.astype(errors, centered.dtype), xp.float64)
        block.target_squares = xp.sum(errors**2, axis=0)
        return block

    def _join(self, other: NormalEquations, sign: float) -> Self:
        """Add or take away other sums, in place."""
        weight = self.weight + sign * other.weight
        if weight > 0:
            pull = sign * self.weight * other.weight / weight
            step, target_step = other.column_mean - self.column_mean, other.target_mean - self.target_mean
            self._join_gram(other, sign, pull, step)
            self.moment = self.moment + sign * other.moment + pull * step[:, None] * target_step[None, :]
            self.target_squares = self.target_squares + sign * other.target_squares + pull * target_step**2
            share = sign * other.weight / weight
            self.column_mean = self.column_mean + share * step
            self.target_mean = self.target_mean + share * target_step
        self.weight, self.n_examples = weight, self.n_examples + int(sign) * other.n_examples
        return self

    def _join_gram(self, other: NormalEquations, sign: float, pull: float, step: Any) -> None:
        if is_numpy_array(self._gram):
            add_upper(self._gram, other._gram, sign, pull, step)
            self._is_mirrored = False
        else:
            squares = self._xp.astype(other.gram, self._xp.float64)
            self._gram = self._gram + sign * squares + pull * step[:, None] * step[None, :]

    @property
    def gram(self) -> Any:
        """H'WH of centered columns; shape (n_columns, n_columns)."""
        if not self._is_mirrored:
            mirror(self._gram)
            self._is_mirrored = True
        return self._gram

    @gram.setter
    def gram(self, matrix: Any) -> None:
        self._gram = matrix
        self._is_mirrored = True

    def arrays(self) -> dict[str, Any]:
        """Give the sums as plain arrays and numbers, to be kept with a model.

        Returns
        -------
        dict of str to array
            What :meth:`from_arrays` takes; not copied.
        """
        return {name: getattr(self, name) for name in SUMS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> NormalEquations:
        """Take up sums that were kept.

        Parameters
        ----------
        arrays : mapping of str to array
            From :meth:`arrays`.

        Returns
        -------
        NormalEquations
            Which owns copies.
        """
        equations = cls(*arrays["moment"].shape, like=arrays["gram"])
        for name in SUMS:
            kept = arrays[name]
            setattr(equations, name, kept if isinstance(kept, int | float) else equations._xp.asarray(kept, copy=True))
        return equations

    def of_columns(self, columns: Any) -> NormalEquations:
        """Give the sums of some columns only.

        Parameters
        ----------
        columns : array of int
            Which, in the order wanted.

        Returns
        -------
        NormalEquations
            As if the others had never been there.
        """
        part = NormalEquations.__new__(NormalEquations)
        vars(part).update(vars(self))
        part.column_mean = self._xp.take(self.column_mean, columns)
        part.moment = self._xp.take(self.moment, columns, axis=0)
        part.gram = self._xp.take(self._xp.take(self.gram, columns, axis=0), columns, axis=1)
        return part

    def squared_error(self, coef: Any) -> Any:
        """Give the mean squared error of centered weights, from the sums alone.

        Parameters
        ----------
        coef : array of shape (n_columns, n_outputs)
            Weights; the bias is taken as the best for them.

        Returns
        -------
        array of shape (n_outputs,)
            At least 0; below about 1e-16 of the targets' own squares it is rounding.
        """
        xp = self._xp
        explained = xp.sum(coef * (2 * self.moment - self.gram @ coef), axis=0)
        left = self.target_squares - explained
        return xp.where(left > 0, left, 0 * left) / (self.weight or 1.0)

    def products_of_outputs(self, coef: Any) -> Any:
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
        return coef.T @ self.gram @ coef

    def products_with_targets(self, coef: Any) -> Any:
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
        return coef.T @ self.moment

    def copy(self) -> NormalEquations:
        """Give sums that can be changed without changing these.

        Returns
        -------
        NormalEquations
            The same numbers.
        """
        twin = NormalEquations.__new__(NormalEquations)
        vars(twin).update(vars(self))  # the small sums are replaced at every change, the large one changes in place
        twin.gram = self._xp.asarray(self.gram, copy=True)
        return twin

    def __add__(self, other: NormalEquations) -> NormalEquations:
        return self.copy()._join(other, 1.0)

    def __sub__(self, other: NormalEquations) -> NormalEquations:
        if other.n_examples >= self.n_examples or not other.weight < self.weight:
            raise InvalidInputError(
                f"Only examples that were learned can be forgotten, and not all: {self.n_examples} were learned "
                f"(weight {self.weight:g}), {other.n_examples} are to be forgotten (weight {other.weight:g})."
            )
        rest = self.copy()._join(other, -1.0)
        smallest = float(self._xp.min(self._xp.linalg.eigvalsh(rest.gram)))
        largest = float(self._xp.max(self._xp.linalg.diagonal(self.gram)))
        if smallest < -SMALLEST_RCOND * largest:
            raise InvalidInputError(
                "The examples to be forgotten were not all among those learned: without them the sums belong to no "
                f"data (smallest eigenvalue {smallest:.3g}). Forget the very rows, targets and weights that were "
                "passed before."
            )
        return rest

    def solve(self, alpha: float = 0.0) -> Solution:
        """Minimize sum_i w_i |t_i - h_i B - b|^2 + alpha |B|^2; the bias b is free.

        Parameters
        ----------
        alpha : float, default=0.0
            Weight >= 0 of the penalty, in Ridge's convention.

        Returns
        -------
        Solution
            By Cholesky's decomposition; where the matrix is too ill-conditioned for it, by eigenvalues with a cut-off,
            and a warning says that digits were lost.
        """
        solution = self.solve_by_cholesky(alpha)
        return self._solve_by_eigenvalues(alpha) if solution is None else solution

    def solve_by_cholesky(self, alpha: float = 0.0) -> Solution | None:
        """Solve by Cholesky's decomposition where that is safe; arrays of other libraries by their own solver.

        Parameters
        ----------
        alpha : float, default=0.0
            Weight >= 0 of the penalty.

        Returns
        -------
        Solution or None
            None where the matrix is not safely positive definite.
        """
        gram = self._penalized(alpha)
        if not is_numpy_array(gram):
            return self._solve_elsewhere(gram)
        if not alpha and self.constant_columns().any():
            return None
        matrix = decomposed(gram)
        if matrix is None or not matrix.rcond > (SMALLEST_PENALIZED_RCOND if alpha else SMALLEST_RCOND):
            return None
        solution = self._solution(matrix.solve(self.moment), len(gram), 1 / matrix.rcond, "cholesky")
        return replace(solution, inverse=matrix.halfway)

    def _solve_elsewhere(self, gram: Any) -> Solution | None:
        """The same for arrays of other libraries, with what the standard offers."""
        eigenvalues = self._xp.linalg.eigvalsh(gram)
        smallest, largest = float(self._xp.min(eigenvalues)), float(self._xp.max(eigenvalues))
        if not smallest > SMALLEST_RCOND * largest:
            return None
        coef = self._xp.linalg.solve(gram, self.moment)
        return self._solution(coef, int(gram.shape[0]), largest / smallest, "lu")

    def _solve_by_eigenvalues(self, alpha: float) -> Solution:
        xp = self._xp
        varies = xp.astype(~self.constant_columns(), xp.float64)
        eigenvalues, vectors = xp.linalg.eigh(self._penalized(alpha) * varies[:, None] * varies[None, :])
        largest = float(xp.max(eigenvalues))
        counts = eigenvalues > SMALLEST_EIGENVALUE * largest
        rank = int(xp.sum(xp.astype(counts, xp.int64)))
        inverse = xp.where(counts, 1.0 / xp.where(counts, eigenvalues, xp.ones_like(eigenvalues)), 0.0 * eigenvalues)
        coef = vectors @ (inverse[:, None] * (vectors.T @ (self.moment * varies[:, None])))
        smallest = float(xp.min(eigenvalues))
        condition = largest / smallest if smallest > 0 else float("inf")
        warnings.warn(
            f"The normal equations of {eigenvalues.shape[0]} columns are nearly singular (rank {rank}, condition "
            f"number {condition:.2g}): half of the digits are lost. The solution of least norm was taken. "
            "Pass alpha > 0.",
            ConvergenceWarning,
            stacklevel=3,
        )
        return self._solution(coef, rank, condition, "eigen")

    def constant_columns(self) -> Any:
        """Tell which columns vary by no more than the rounding of their mean, as those of saturated units do.

        Returns
        -------
        array of bool of shape (n_columns,)
            True for those that say nothing beside the bias.
        """
        rounding = (CONSTANT_SHARE * self.column_mean) ** 2 * self.weight
        return self._xp.linalg.diagonal(self.gram) <= rounding

    def _penalized(self, alpha: float) -> Any:
        if is_numpy_array(self.gram):
            penalized = self.gram.copy()
            penalized[np.diag_indices(len(penalized))] += alpha
            return penalized
        return self.gram + alpha * self._xp.eye(self.gram.shape[0], dtype=self._xp.float64, **self._place)

    def _solution(self, coef: Any, rank: int, condition: float, method: str) -> Solution:
        return Solution(coef, self.target_mean - self.column_mean @ coef, rank, float(condition), method)
