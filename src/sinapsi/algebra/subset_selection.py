"""Choosing columns one by one: orthogonal least squares, from sums alone.

Chen, Cowan and Grant (1991): the next column is the one whose part orthogonal to those chosen explains most of the
targets. Here the orthogonal parts are never formed for all candidates; their squared lengths and products with the
targets are carried along by a pivoted Cholesky decomposition of the Gram matrix, so a choice costs one column of it.
The leave-one-out errors after each choice are told by :mod:`sinapsi.algebra.prefix_errors`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sinapsi.algebra.normal_equations import NormalEquations

# Share of a column's squared length that must be left of it; less is rounding, and the column depends on those chosen.
SMALLEST_PART = 1e-10


def rank_columns(equations: NormalEquations, n_columns: int, *, n_first: int = 0) -> NDArray[np.intp]:
    """Choose columns one by one, from sums alone.

    Parameters
    ----------
    equations : NormalEquations
        Sums of the candidates and the targets, of NumPy arrays; they stay as they are.
    n_columns : int
        Most columns to choose; choosing ends earlier when the rest depends on those chosen.
    n_first : int, default=0
        The first columns that are in without being chosen, in their order.

    Returns
    -------
    array of shape (n_chosen,)
        Places in the order of the choice; ties go to the lowest.
    """
    gram = equations.gram
    lengths = np.diagonal(gram).copy()  # squared, of the orthogonal parts
    smallest = SMALLEST_PART * lengths
    products = equations.moment.copy()  # of the orthogonal parts with what is not yet explained
    most = min(n_columns, len(lengths))
    factor = np.empty((most, len(lengths)))  # rows of the pivoted Cholesky factor
    is_free = ~equations.constant_columns()
    chosen: list[int] = []
    for step in range(most):
        is_free &= lengths > smallest
        if not is_free.any():
            break
        gains = np.where(is_free, (products**2).sum(axis=1) / np.where(is_free, lengths, 1), -1.0)
        if is_free[:n_first].any():
            gains[n_first:] = -1.0
        column = int(np.argmax(gains))
        root = np.sqrt(lengths[column])
        factor[step] = (gram[column] - factor[:step, column] @ factor[:step]) / root
        lengths -= factor[step] ** 2
        products -= factor[step][:, np.newaxis] * (products[column] / root)
        is_free[column] = False
        chosen.append(column)
    return np.array(chosen, dtype=np.intp)
