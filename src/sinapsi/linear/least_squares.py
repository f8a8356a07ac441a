"""The weights that Adaline's learning rule strives for, in closed form, and how fast the rule may strive.

The exact solution minimizes sum_i w_i |d_i - W x_i - b|^2 + alpha |W|^2 (Ridge's convention; the bias b is free).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from sinapsi.algebra.normal_equations import NormalEquations
from sinapsi.estimator import Floats, of_parts
from sinapsi.exceptions import InvalidInputError
from sinapsi.linear.kernels import largest_squared_norm
from sinapsi.validation import ExampleSet

BLOCK_ROWS = 4096  # rows turned to float64 at a time, so that float32 data need no double copy

# Share of a column's squares that must remain when its mean is taken out afterwards; below, digits have cancelled.
SAFE_SHARE = 1e-3


def exact_weights(examples: ExampleSet, alpha: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Solve the normal equations; where they are too ill-conditioned, least squares on X itself.

    Parameters
    ----------
    examples : ExampleSet
        With targets of shape (n_samples, n_outputs).
    alpha : float
        Weight of the penalty on the sum of squares, at least 0.

    Returns
    -------
    coef : array of shape (n_outputs, n_features)
        Weights; those of least norm where several solve the problem.
    intercept : array of shape (n_outputs,)
        Biases.

    Raises
    ------
    InvalidInputError
        If squares of X overflow.
    """
    weights = _weights_of(examples)
    n_samples, n_features = examples.inputs.shape
    if n_features <= n_samples:
        with np.errstate(over="ignore", invalid="ignore"):  # told just below
            equations = _sums(examples, weights)
        if not (np.isfinite(equations.gram).all() and np.isfinite(equations.moment).all()):
            raise _too_large()
        solution = equations.solve_by_cholesky(alpha)
        if solution is not None:
            return solution.coef.T, solution.intercept
    input_mean = _weighted_mean(examples.inputs, weights)
    target_mean = weights @ examples.targets / weights.sum()
    coef = _solved_by_svd(examples, weights, input_mean, target_mean, alpha)
    return coef.T, target_mean - input_mean @ coef


def _too_large() -> InvalidInputError:
    return InvalidInputError(
        "The squares of X, or its products with y, exceed the range of float64. Expected columns of ordinary size; "
        "rescale X (and y), for example with sklearn.preprocessing.StandardScaler."
    )


def _weighted_mean(inputs: Any, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of every column, in float64, without a copy of all the data in float64."""
    if sparse.issparse(inputs):
        return np.asarray((weights @ inputs).ravel() / weights.sum())
    total: NDArray[np.float64] = np.zeros(inputs.shape[1])
    for start in range(0, len(weights), BLOCK_ROWS):
        total += weights[start : start + BLOCK_ROWS] @ inputs[start : start + BLOCK_ROWS]
    return np.asarray(total / weights.sum())


def _weights_of(examples: ExampleSet) -> NDArray[np.float64]:
    return np.ones(len(examples)) if examples.weights is None else examples.weights.astype(np.float64)


def _sums(examples: ExampleSet, weights: NDArray[np.float64]) -> NormalEquations:
    """The normal equations, block by block of rows in float64; of sparse rows at once, where no digits cancel."""
    equations = NormalEquations(examples.inputs.shape[1], examples.targets.shape[1])
    if sparse.issparse(examples.inputs) and _is_of_sparse(examples, weights, equations):
        return equations
    for start in range(0, len(examples), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        rows = examples.inputs[block]
        dense = rows.toarray() if sparse.issparse(rows) else rows
        own = None if examples.weights is None else weights[block]
        equations.add(dense.astype(np.float64, copy=False), examples.targets[block], own)
    return equations


def _is_of_sparse(examples: ExampleSet, weights: NDArray[np.float64], equations: NormalEquations) -> bool:
    """Fill the sums by products of sparse rows, the means taken out afterwards; False where digits would cancel."""
    weighted = examples.inputs.astype(np.float64).multiply(weights[:, np.newaxis]).tocsr()
    gram, mean = (weighted.T @ examples.inputs).toarray(), _weighted_mean(examples.inputs, weights)
    squares = np.diagonal(gram).copy()
    gram -= weights.sum() * np.outer(mean, mean)
    if not (np.diagonal(gram) > SAFE_SHARE * squares)[squares > 0].all():
        return False  # far from zero on average: center first, in dense blocks
    target_mean = weights @ examples.targets / weights.sum()
    targets = examples.targets - target_mean
    equations.n_examples, equations.weight = len(examples), float(weights.sum())
    equations.column_mean, equations.target_mean = mean, target_mean
    equations.gram, equations.moment = gram, np.asarray(weighted.T @ targets)
    equations.target_squares = weights @ targets**2
    return True


def _solved_by_svd(
    examples: ExampleSet, weights: NDArray[np.float64], input_mean: Floats, target_mean: Floats, alpha: float
) -> NDArray[np.float64]:
    """Least squares of least norm on the centered data themselves; the penalty stands as rows below them."""
    inputs = examples.inputs.toarray() if sparse.issparse(examples.inputs) else examples.inputs
    scale = np.sqrt(weights)[:, np.newaxis]
    centered, targets = scale * (inputs - input_mean), scale * (examples.targets - target_mean)
    if alpha:
        centered = np.vstack([centered, np.sqrt(alpha) * np.eye(len(input_mean))])
        targets = np.vstack([targets, np.zeros((len(input_mean), targets.shape[1]))])
    negligible = max(centered.shape) * np.finfo(np.float64).eps  # singular values that are only rounding
    return np.asarray(linalg.lstsq(centered, targets, cond=negligible, lapack_driver="gelsd")[0])


def largest_stable_rate(examples: ExampleSet, batch_size: int, alpha: float = 0.0) -> float:
    """Give the learning rate beyond which the LMS rule may diverge.

    In full batches that is ``2 / lambda_max(X'X / n)``, exactly; example by example and in mini-batches
    ``2 / max |x|^2`` is safe for any order. The constant input 1 of the bias counts as a feature, and the penalty adds
    to the curvature.

    Parameters
    ----------
    examples : ExampleSet
        Training data.
    batch_size : int
        Examples a step of the rule.
    alpha : float, default=0.0
        Penalty on the sum of squares.

    Returns
    -------
    float
        The rate.

    Raises
    ------
    InvalidInputError
        If squares of X overflow.
    """
    inputs, weights = examples.inputs, _weights_of(examples)
    with np.errstate(over="ignore", invalid="ignore"):
        if batch_size == len(examples):
            curvature = _largest_eigenvalue(inputs, weights / weights.sum())
        elif examples.weights is not None:  # the weight of an example, of mean 1, stretches its step
            curvature = float(((_squared_norms(inputs) + 1) * weights / weights.mean()).max())
        elif sparse.issparse(inputs):
            curvature = float(_squared_norms(inputs).max()) + 1
        else:
            curvature = float(max(of_parts(largest_squared_norm, inputs))) + 1
    rate = 2 / (curvature + alpha / weights.sum())
    if not 0 < rate < np.inf:
        raise _too_large()
    return float(rate)


def largest_normalized_rate(examples: ExampleSet) -> float:
    """Give the learning rate beyond which the normalized LMS rule may diverge.

    Parameters
    ----------
    examples : ExampleSet
        Training data.

    Returns
    -------
    float
        2; where examples weigh, 2 over the largest weight, their mean being 1.
    """
    weights = _weights_of(examples)
    return float(2 / (weights.max() / weights.mean()))


def squared_norms(inputs: Any) -> NDArray[np.float64]:
    """Give the squared length of every example.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        Examples.

    Returns
    -------
    array of shape (n_samples,)
        In double precision.

    Raises
    ------
    InvalidInputError
        If squares of X overflow.
    """
    with np.errstate(over="ignore"):
        squares = _squared_norms(inputs)
    if not np.isfinite(squares).all():
        raise _too_large()
    return squares


def _squared_norms(inputs: Any) -> NDArray[np.float64]:
    if sparse.issparse(inputs):
        rows = inputs.astype(np.float64)
        return np.asarray(rows.multiply(rows).sum(axis=1)).ravel()
    return np.asarray(np.einsum("ij,ij->i", inputs, inputs, dtype=np.float64))


def _largest_eigenvalue(inputs: Any, shares: NDArray[np.float64]) -> float:
    """Largest eigenvalue of the second moments of (1, x), each example counting with its share."""
    root = np.sqrt(shares)[:, np.newaxis]
    if sparse.issparse(inputs):
        scaled = sparse.hstack([sparse.csr_array(root), inputs.multiply(root)]).tocsr()
        moments = (scaled.T @ scaled if scaled.shape[1] <= scaled.shape[0] else scaled @ scaled.T).toarray()
    else:
        scaled = np.hstack([root, inputs * root])
        moments = scaled.T @ scaled if scaled.shape[1] <= scaled.shape[0] else scaled @ scaled.T
    if not np.isfinite(moments).all():
        raise _too_large()
    last = len(moments) - 1
    return float(linalg.eigvalsh(moments, subset_by_index=[last, last])[0])
