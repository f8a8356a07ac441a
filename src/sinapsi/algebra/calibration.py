"""Probabilities from the outputs of a least-squares classifier: a softmax of the outputs times one slope.

The slope is the one with the lowest log loss on outputs that each example has when it is left out (temperature scaling;
Guo et al. 2017), which closed forms give without a second fit: with residual r and leverage h, the output is t - r /
(1 - h). A single slope changes no class, and needs few examples: some thousands at most are looked at.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from sinapsi.activations import Floats
from sinapsi.algebra.normal_equations import SMALLEST_EIGENVALUE, NormalEquations, Solution

N_EXAMPLES = 2048  # that the slope is found on
TOWARDS_ZERO = 1e-4  # weight of the squared slope; it decides where the examples are told apart too well to do so
LOG_SLOPES = (-5.0, 7.0)  # natural logarithms of the smallest and the largest slope


def outputs_left_out(
    equations: NormalEquations, solution: Solution, alpha: float, rows: Floats, targets: Floats, weights: Floats
) -> Floats:
    """Give the outputs of examples when each is left out; exact for a given hidden layer and penalty.

    Parameters
    ----------
    equations : NormalEquations
        Sums of all examples, those in question among them.
    solution : Solution
        Their solution.
    alpha : float
        Its penalty.
    rows : array of shape (n_samples, n_columns)
        Hidden outputs of the examples.
    targets : array of shape (n_samples, n_outputs)
        Their targets.
    weights : array of shape (n_samples,)
        Their weights.

    Returns
    -------
    array of shape (n_samples, n_outputs)
        Outputs.
    """
    moved = (rows - equations.column_mean).T
    solved = solution.inverse(moved) if solution.inverse else _half_inverse(equations.gram, alpha, moved)
    leverages = weights * (1 / equations.weight + (solved**2).sum(axis=0))
    residuals = targets - (rows @ solution.coef + solution.intercept)
    own_share = np.maximum(1 - leverages, np.finfo(np.float32).eps)[:, np.newaxis]
    return np.asarray(targets - residuals / own_share)


def _half_inverse(gram: Floats, alpha: float, columns: Floats) -> Floats:
    """Columns whose squares add up to x' (G + alpha I)^-1 x, where G may be singular."""
    values, vectors = np.linalg.eigh(gram)
    least = SMALLEST_EIGENVALUE * max(float(values[-1]), np.finfo(np.float64).tiny)
    return np.asarray((vectors.T @ columns) / np.sqrt(np.maximum(values + alpha, least))[:, np.newaxis])


def best_slope(outputs: Floats, targets: Floats, weights: Floats) -> float:
    """Give the slope with the lowest sum of log losses and 1e-4 times its square, which has one minimum.

    Parameters
    ----------
    outputs : array of shape (n_samples, n_outputs)
        Of examples left out; a column a class, or a single column for two classes.
    targets : array of shape (n_samples, n_outputs)
        -1 or +1, or between them for an example that came with several classes.
    weights : array of shape (n_samples,)
        Weight of each example.

    Returns
    -------
    float
        Between exp(-5) and exp(7).
    """
    sides = both_sides(outputs.shape[1])
    scores, shares = outputs @ sides, (1 + targets @ sides) / 2
    scores = np.clip(scores, -1e6, 1e6)  # of an example that the others say nothing of

    def loss(log_slope: float) -> float:
        log_loss = -float(weights @ (shares * log_softmax(np.exp(log_slope) * scores, axis=1)).sum(axis=1))
        return log_loss + TOWARDS_ZERO * float(np.exp(2 * log_slope))

    return float(np.exp(minimize_scalar(loss, bounds=LOG_SLOPES, method="bounded", options={"xatol": 1e-6}).x))


def both_sides(n_outputs: int) -> Floats:
    """Give the matrix that makes an output for each class.

    Parameters
    ----------
    n_outputs : int
        1 for two classes, which share an output; else the number of classes.

    Returns
    -------
    array of shape (n_outputs, n_classes)
        [-1, 1] for a single output, else the unit matrix.
    """
    return np.array([[-1.0, 1.0]]) if n_outputs == 1 else np.eye(n_outputs)


def probabilities(outputs: Floats, slope: float) -> Floats:
    """Give the probability of each class.

    Parameters
    ----------
    outputs : array of shape (n_samples, n_outputs)
        A column a class, or a single column for two classes.
    slope : float
        From :func:`best_slope`.

    Returns
    -------
    array of shape (n_samples, n_classes)
        Rows add up to 1.
    """
    odds = slope * (outputs.astype(np.float64) @ both_sides(outputs.shape[1]))
    odds -= odds.max(axis=1, keepdims=True)
    np.exp(odds, out=odds)
    odds /= odds.sum(axis=1, keepdims=True)
    return odds.astype(outputs.dtype)
