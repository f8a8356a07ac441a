"""Kernels of the closed forms: leave-one-out errors along a row of orthogonal directions.

Arrays in, arrays out. The sum over columns goes on from one to the next, so it is no matrix product: each row walks
along its directions with its residuals at hand, and adds what it has at every step.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.floating]

compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})

SMALLEST_SHARE = 1e-10  # of an error that is an example's own; below it nothing but rounding is left to tell


@compiled
def _squares(residual: Floats) -> float:
    total = 0.0
    for k in range(residual.shape[0]):
        total += residual[k] * residual[k]
    return total


@compiled
def add_prefix_errors(
    directions: Floats, answers: Floats, residuals: Floats, weights: Floats, weight: float, totals: Floats
) -> None:
    """Add the squared errors of a block, with and without each example, for every number of directions.

    ``residuals`` holds targets minus their mean and is used up; ``totals`` has a row for 0, 1, 2, ... directions.
    """
    n_rows, n_columns = directions.shape
    n_outputs = answers.shape[1]
    for i in range(n_rows):
        residual = residuals[i]
        leverage = weights[i] / weight
        squares = weights[i] * _squares(residual)
        share = 1 - leverage
        totals[0, 0] += squares
        totals[0, 1] += squares / (share * share) if share > SMALLEST_SHARE else np.inf
        for j in range(n_columns):
            direction = np.float64(directions[i, j])
            for k in range(n_outputs):
                residual[k] -= direction * answers[j, k]
            leverage += weights[i] * direction * direction
            squares = weights[i] * _squares(residual)
            share = 1 - leverage
            totals[j + 1, 0] += squares
            totals[j + 1, 1] += squares / (share * share) if share > SMALLEST_SHARE else np.inf
