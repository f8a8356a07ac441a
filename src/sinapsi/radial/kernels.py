"""Kernels of radial basis function networks: competitive learning of centers, the LMS rule, and reflections.

Arrays in, arrays out; what to present when, and at which rates, arrives as arrays. The competitive rule moves the
center nearest to an example towards it, t <- t + eta (x - t) (Rumelhart and Zipser 1985); the LMS rule moves the output
weights by eta (d - y) phi (Widrow and Hoff 1960).
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Indices = NDArray[np.intp]

compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})


@compiled
def _squared_distance(row: Floats, center: Floats) -> float:
    total = 0.0
    for j in range(row.shape[0]):
        gap = row[j] - center[j]
        total += gap * gap
    return total


@compiled
def nearest_center(row: Floats, centers: Floats) -> int:
    """Give the place of the center nearest to a row; ties go to the lowest."""
    winner, smallest = 0, _squared_distance(row, centers[0])
    for k in range(1, centers.shape[0]):
        distance = _squared_distance(row, centers[k])
        if distance < smallest:
            winner, smallest = k, distance
    return winner


@compiled
def learn_competitively(rows: Floats, weights: Floats, order: Indices, rates: Floats, centers: Floats) -> None:
    """Present rows in an order; ``weights`` of mean 1 scale each rate, up to the row itself."""
    for step in range(order.shape[0]):
        row = rows[order[step]]
        rate = min(1.0, rates[step] * weights[order[step]])
        center = centers[nearest_center(row, centers)]
        for j in range(row.shape[0]):
            center[j] += rate * (row[j] - center[j])


@compiled
def learn_lms(
    hidden: Floats, targets: Floats, weights: Floats, rates: Floats, decay: float, coef: Floats, intercept: Floats
) -> float:
    """Present rows in their order; gives the weighted sum of 1/2 squared errors before each step."""
    n_rows, n_columns = hidden.shape
    total = 0.0
    for i in range(n_rows):
        row, rate = hidden[i], rates[i] * weights[i]
        for k in range(targets.shape[1]):
            output = intercept[k]
            for j in range(n_columns):
                output += coef[k, j] * row[j]
            error = targets[i, k] - output
            total += 0.5 * weights[i] * error * error
            shrink = 1 - rates[i] * decay
            for j in range(n_columns):
                coef[k, j] = shrink * coef[k, j] + rate * error * row[j]
            intercept[k] += rate * error
    return total


@compiled
def reflect(matrix: Floats, mirror: Floats, step: Floats) -> None:
    """Subtract mirror step' + step mirror' from a matrix, in one pass through memory."""
    for i in range(matrix.shape[0]):
        left, right = mirror[i], step[i]
        for j in range(matrix.shape[1]):
            matrix[i, j] -= left * step[j] + right * mirror[j]
