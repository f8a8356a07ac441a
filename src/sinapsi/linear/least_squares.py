"""The weights that Adaline's learning rule strives for, in closed form, and how fast the rule may strive.

The exact solution minimizes sum_i w_i |d_i - W x_i - b|^2 + alpha |W|^2 (Ridge's convention; the bias b is free).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidInputError
from sinapsi.linear.kernels import largest_squared_norm
from sinapsi.validation import ExampleSet

BLOCK_ROWS = 4096  # rows turned to float64 at a time, so that float32 data need no double copy

# Below this reciprocal condition number of X'X half of the digits of float64 are lost: X itself is solved instead.
SMALLEST_RCOND = 1e-10


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
    input_mean = np.asarray(weights @ examples.inputs).ravel() / weights.sum()
    target_mean = weights @ examples.targets / weights.sum()
    gram, moment = _centered_sums(examples, weights, input_mean, target_mean)
    if not np.isfinite(gram).all():
        raise InvalidInputError(
            "The squares of X exceed the range of float64. Expected columns of ordinary size; rescale X, for example "
            "with sklearn.preprocessing.StandardScaler."
        )
    gram[np.diag_indices_from(gram)] += alpha
    coef = _solved_by_cholesky(gram, moment)
    if coef is None:
        coef = _solved_by_svd(examples, weights, input_mean, target_mean, alpha)
    return coef.T, target_mean - input_mean @ coef


def _weights_of(examples: ExampleSet) -> NDArray[np.float64]:
    return np.ones(len(examples)) if examples.weights is None else examples.weights.astype(np.float64)


def _centered_sums(
    examples: ExampleSet, weights: NDArray[np.float64], input_mean: Floats, target_mean: Floats
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """X'WX and X'WT of centered data, summed in float64."""
    n_features = len(input_mean)
    targets = examples.targets - target_mean
    if sparse.issparse(examples.inputs):
        weighted = examples.inputs.astype(np.float64).multiply(weights[:, np.newaxis]).tocsr()
        gram = (weighted.T @ examples.inputs).toarray() - weights.sum() * np.outer(input_mean, input_mean)
        return gram, np.asarray(weighted.T @ targets)
    gram = np.zeros((n_features, n_features))
    moment = np.zeros((n_features, targets.shape[1]))
    for start in range(0, len(examples), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        centered = examples.inputs[block] - input_mean
        if examples.weights is not None:
            centered *= np.sqrt(weights[block])[:, np.newaxis]
            moment += centered.T @ (np.sqrt(weights[block])[:, np.newaxis] * targets[block])
        else:
            moment += centered.T @ targets[block]
        gram += centered.T @ centered
    return gram, moment


def _solved_by_cholesky(gram: NDArray[np.float64], moment: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The solution, or None where the matrix is not safely positive definite."""
    try:
        factor = linalg.cholesky(gram, lower=True)
    except linalg.LinAlgError:
        return None
    rcond, _ = linalg.lapack.dpocon(factor, np.linalg.norm(gram, 1), uplo="L")
    return linalg.cho_solve((factor, True), moment) if rcond > SMALLEST_RCOND else None


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


def largest_stable_rate(examples: ExampleSet, *, full_batch: bool) -> float:
    """Give the learning rate beyond which the LMS rule may diverge.

    In full batches that is 2 / lambda_max(X'X / n), exactly; example by example and in mini-batches
    ``2 / max |x|^2`` is safe for any order. The constant input 1 of the bias counts as a feature.

    Parameters
    ----------
    examples : ExampleSet
        Training data.
    full_batch : bool
        Whether the rule sees all examples at once.

    Returns
    -------
    float
        The rate.
    """
    inputs = examples.inputs
    weights = _weights_of(examples)
    if full_batch:
        return 2 / _largest_eigenvalue(inputs, weights / weights.sum())
    if sparse.issparse(inputs):
        squared_norms = np.asarray(inputs.multiply(inputs).sum(axis=1)).ravel()
        return float(2 / ((squared_norms + 1) * weights).max())
    if examples.weights is None:
        return 2 / (float(largest_squared_norm(inputs)) + 1)
    return float(2 / ((np.einsum("ij,ij->i", inputs, inputs) + 1) * weights).max())


def _largest_eigenvalue(inputs: Any, shares: NDArray[np.float64]) -> float:
    """Largest eigenvalue of the second moments of (1, x), each example counting with its share."""
    root = np.sqrt(shares)[:, np.newaxis]
    if sparse.issparse(inputs):
        scaled = sparse.hstack([sparse.csr_array(root), inputs.multiply(root)]).tocsr()
        moments = (scaled.T @ scaled if scaled.shape[1] <= scaled.shape[0] else scaled @ scaled.T).toarray()
    else:
        scaled = np.hstack([root, inputs * root])
        moments = scaled.T @ scaled if scaled.shape[1] <= scaled.shape[0] else scaled @ scaled.T
    last = len(moments) - 1
    return float(linalg.eigvalsh(moments, subset_by_index=[last, last])[0])
