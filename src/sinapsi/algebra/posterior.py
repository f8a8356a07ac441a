"""Probabilities from the outputs of a least-squares classifier, from sums alone.

The outputs of a layer trained on targets -1 and +1 are taken as normal around the mean of their class, with one
covariance for all; then the log odds of two classes rise linearly with the difference of their outputs, at the slope
of Fisher's discriminant: distance of the means over variance within. The probabilities are a softmax of the outputs
times one slope, the quotient of both averaged over all pairs of classes. The variance is not that of the training
outputs, which a flexible layer makes too small: by how much cross-validation says that the errors of new examples are
larger is added to it.
"""

from __future__ import annotations

import numpy as np

from sinapsi.activations import Floats
from sinapsi.algebra.output_layer import Equations

LARGEST_SLOPE = 1e3  # of classes that do not overlap at all


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


def slope_of_outputs(equations: Equations, coef: Floats, *, error: float, training_error: float) -> float:
    """Give the factor that makes log odds of differences of outputs.

    Parameters
    ----------
    equations : NormalEquations or DualEquations
        With targets -1 and +1, a column a class, or a single column for two classes.
    coef : array of shape (n_columns, n_outputs)
        Output weights.
    error, training_error : float
        Mean squared error, summed over the outputs, to be expected of new examples, and that of the training examples.

    Returns
    -------
    float
        From 0, where the outputs say nothing, to 1000.
    """
    weight, n_outputs = equations.weight, coef.shape[1]
    largest = float(np.sum(equations.target_squares)) / weight  # error of outputs that know the mean target only
    added = max(0.0, min(error, largest) - training_error) / n_outputs
    sides = both_sides(n_outputs)
    shares = np.clip((1 + equations.target_mean @ sides) / 2, 0, 1)  # of the classes
    moments = sides.T @ equations.products_with_targets(coef) @ sides / (2 * weight)
    spread = sides.T @ (equations.products_of_outputs(coef) / weight + added * np.eye(n_outputs)) @ sides
    means = moments / np.where(shares > 0, shares, 1)  # output x class, around the mean of all examples
    within = spread - (means * shares) @ means.T
    pairs = np.outer(shares, shares) * (1 - np.eye(len(shares)))
    own, variances = np.diagonal(means), np.diagonal(within)
    distance = (pairs * (own[:, np.newaxis] + own - means - means.T)).sum()
    variance = (pairs * (variances[:, np.newaxis] + variances - 2 * within)).sum()
    if not distance > 0:
        return 0.0
    return float(distance / max(variance, distance / LARGEST_SLOPE))


def probabilities(outputs: Floats, slope: float) -> Floats:
    """Give the probability of each class.

    Parameters
    ----------
    outputs : array of shape (n_samples, n_outputs)
        A column a class, or a single column for two classes.
    slope : float
        From :func:`slope_of_outputs`.

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
