"""Kernels of the closed forms: sums of symmetric matrices, and leave-one-out errors along a row.

Arrays in, arrays out. A symmetric matrix is summed above its diagonal only, in one pass through memory. The sum of
errors over columns goes on from one to the next, so it is no matrix product: each row walks along its directions with
its residuals at hand, and adds what it has at every step.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.floating]

compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})

SMALLEST_SHARE = 1e-10  # of an error that is an example's own; below it nothing but rounding is left to tell


TILE = 64  # rows and columns that are mirrored at a time, so that both sides stay in the cache


@compiled
def add_upper(gram: Floats, product: Floats, sign: float, pull: float, step: Floats) -> None:
    """Add sign * product + pull * step step' to the part of a matrix on and above its diagonal."""
    for i in range(gram.shape[0]):
        pulled = pull * step[i]
        for j in range(i, gram.shape[1]):
            gram[i, j] += sign * product[i, j] + pulled * step[j]


@compiled
def mirror(gram: Floats) -> None:
    """Copy what is above the diagonal to below it."""
    size = gram.shape[0]
    for top in range(0, size, TILE):
        for left in range(0, top + TILE, TILE):
            for i in range(top, min(top + TILE, size)):
                for j in range(left, min(left + TILE, i)):
                    gram[i, j] = gram[j, i]


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

    ``residuals`` holds targets minus their mean and is used up; ``totals`` has a row for 0, 1, 2, ... directions. An
    example that a direction would have for itself alone is met by it exactly; those left without it know nothing of
    that direction, so its own error stays that of the directions before.
    """
    n_rows, n_columns = directions.shape
    n_outputs = answers.shape[1]
    for i in range(n_rows):
        residual = residuals[i]
        leverage, is_met = weights[i] / weight, False
        squares = weights[i] * _squares(residual)
        totals[0, 0] += squares
        totals[0, 1] += squares / ((1 - leverage) * (1 - leverage)) if 1 - leverage > SMALLEST_SHARE else np.inf
        for j in range(n_columns):
            direction = np.float64(directions[i, j])
            taken = weights[i] * direction * direction
            if 1 - leverage - taken > SMALLEST_SHARE:
                leverage += taken
                for k in range(n_outputs):
                    residual[k] -= direction * answers[j, k]
            elif taken > SMALLEST_SHARE:
                is_met = True
            squares = weights[i] * _squares(residual)
            share = 1 - leverage
            totals[j + 1, 0] += 0.0 if is_met else squares
            totals[j + 1, 1] += squares / (share * share) if share > SMALLEST_SHARE else np.inf
