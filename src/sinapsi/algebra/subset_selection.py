"""Choosing columns one by one: orthogonal least squares, with the leave-one-out error after each choice.

Chen, Cowan and Grant (1991): the next column is the one whose part orthogonal to those chosen explains most of the
targets. Here the orthogonal parts are never formed for all candidates; their squared lengths and products with the
targets are carried along by a pivoted Cholesky decomposition of the Gram matrix, so a choice costs one column of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats

# Share of a column's squared length that must be left of it; less is rounding, and the column depends on those chosen.
SMALLEST_PART = 1e-10


@dataclass(frozen=True)
class Selection:
    """Columns in the order in which they were chosen.

    Parameters
    ----------
    columns : array of shape (n_chosen,)
        Their places.
    errors : array of shape (n_chosen + 1,)
        Mean squared training error, summed over the outputs, with none, one, two, ... of them.
    leave_one_out : array of shape (n_chosen + 1,)
        The same when each example is left out; exact for given columns, optimistic for columns chosen by the targets.
    """

    columns: NDArray[np.intp]
    errors: Floats
    leave_one_out: Floats

    @property
    def best(self) -> int:
        """Number of columns with the lowest leave-one-out error; the fewest of equals."""
        return int(np.argmin(self.leave_one_out))


def rank_columns(gram: Floats, moment: Floats, n_columns: int, *, n_first: int = 0) -> NDArray[np.intp]:
    """Choose columns one by one, from sums alone.

    Parameters
    ----------
    gram : array of shape (n_candidates, n_candidates)
        H'H of centered candidates.
    moment : array of shape (n_candidates, n_outputs)
        H'T of centered candidates and targets.
    n_columns : int
        Most columns to choose; choosing ends earlier when the rest depends on those chosen.
    n_first : int, default=0
        The first columns that are in without being chosen, in their order.

    Returns
    -------
    array of shape (n_chosen,)
        Places in the order of the choice; ties go to the lowest.
    """
    return np.array([column for column, _ in _choices(gram, moment, n_columns, n_first)], dtype=np.intp)


def _choices(gram: Floats, moment: Floats, n_columns: int, n_first: int = 0) -> Iterator[tuple[int, Floats]]:
    """Every column chosen, with its row of the pivoted Cholesky factor."""
    lengths = np.diagonal(gram).copy()  # squared, of the orthogonal parts
    smallest = SMALLEST_PART * lengths
    products = moment.copy()  # of the orthogonal parts with what is not yet explained
    most = min(n_columns, len(lengths))
    factor = np.empty((most, len(lengths)))
    is_free = lengths > 0
    for step in range(most):
        is_free &= lengths > smallest
        if not is_free.any():
            return
        gains = np.where(is_free, (products**2).sum(axis=1) / np.where(is_free, lengths, 1), -1.0)
        if is_free[:n_first].any():
            gains[n_first:] = -1.0
        column = int(np.argmax(gains))
        root = np.sqrt(lengths[column])
        factor[step] = (gram[column] - factor[:step, column] @ factor[:step]) / root
        lengths -= factor[step] ** 2
        products -= factor[step][:, np.newaxis] * (products[column] / root)
        is_free[column] = False
        yield column, factor[: step + 1]


def orthogonal_least_squares(rows: Floats, targets: Floats, n_columns: int) -> Selection:
    """Choose columns one by one.

    Parameters
    ----------
    rows : array of shape (n_samples, n_candidates)
        Candidates; a constant column (the bias) is always in.
    targets : array of shape (n_samples, n_outputs)
        What is to be explained.
    n_columns : int
        Most columns to choose; choosing ends earlier when the rest depends on those chosen.

    Returns
    -------
    Selection
        The choice; ties go to the lowest place.
    """
    centered, residuals = rows - rows.mean(axis=0), targets - targets.mean(axis=0)
    n_samples = len(rows)
    directions = np.empty((min(n_columns, rows.shape[1], n_samples), n_samples))
    leverages = np.full(n_samples, 1 / n_samples)
    chosen: list[int] = []
    errors, left_out = [_mean_squares(residuals)], [_mean_squares(residuals, leverages)]
    choices = _choices(centered.T @ centered, centered.T @ residuals, min(n_columns, n_samples - 1))
    for step, (column, factor) in enumerate(choices):
        part = centered[:, column] - factor[:step, column] @ directions[:step]
        directions[step] = part / factor[step, column]
        residuals = residuals - directions[step][:, np.newaxis] * (directions[step] @ residuals)
        leverages += directions[step] ** 2
        chosen.append(column)
        errors.append(_mean_squares(residuals))
        left_out.append(_mean_squares(residuals, leverages))
    return Selection(np.array(chosen, dtype=np.intp), np.array(errors), np.array(left_out))


def _mean_squares(residuals: Floats, leverages: Floats | None = None) -> float:
    if leverages is not None:
        residuals = residuals / np.maximum(1 - leverages, np.finfo(np.float64).tiny)[:, np.newaxis]
    return float((residuals**2).sum() / len(residuals))
