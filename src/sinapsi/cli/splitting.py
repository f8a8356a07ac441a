"""Which rows are learned from, and which are held out to judge the result."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import DataFileError

Rows = NDArray[np.intp]


def hold_out(labels: NDArray[Any] | None, n_rows: int, fraction: float, seed: int) -> tuple[Rows, Rows, list[str]]:
    """Divide rows at random into those to learn from and those held out.

    Parameters
    ----------
    labels : array of shape (n_rows,) or None
        Classes, each of which is divided in the same proportion; None for regression.
    n_rows : int
        Number of rows.
    fraction : float
        Share of the rows to hold out, in (0, 1).
    seed : int
        Seed of the division.

    Returns
    -------
    training : array of int
        Rows to learn from, in their order.
    held_out : array of int
        The others, in their order.
    notes : list of str
        What had to be done otherwise.

    Raises
    ------
    DataFileError
        If no row can be held out.
    """
    shuffled = np.random.default_rng(seed).permutation(n_rows)
    if labels is None:
        n_held_out = min(max(round(fraction * n_rows), 1), n_rows - 1)
        return np.sort(shuffled[n_held_out:]), np.sort(shuffled[:n_held_out]), []
    held_out, notes = _by_class(labels, shuffled, fraction)
    if len(held_out) == 0:
        raise DataFileError(
            f"Each of the {n_rows} rows has a class of its own, so none can be held out and its class be learned. "
            "Add rows."
        )
    return np.setdiff1d(shuffled, held_out), np.sort(held_out), notes


def _by_class(labels: NDArray[Any], shuffled: Rows, fraction: float) -> tuple[Rows, list[str]]:
    classes, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    # Rounding the running total, not each class, keeps the whole at the wanted share even if classes are small.
    totals = np.floor(fraction * np.cumsum(counts) + 0.5).astype(int)
    wanted = np.minimum(np.diff(totals, prepend=0), counts - 1)  # a row of each class stays to learn from
    if not wanted.any() and counts.max() > 1:
        wanted[counts.argmax()] = 1  # few rows, small classes: one is held out nevertheless
    parts = [shuffled[codes[shuffled] == code][:count] for code, count in enumerate(wanted)]
    single = classes[counts == 1].tolist()
    notes = [
        f"Class {label!r} has a single row. It is learned from, so the held-out rows say nothing about it."
        for label in single[:3]
    ]
    if len(single) > len(notes):
        notes.append(f"So it is with {len(single) - len(notes)} more classes.")
    return np.concatenate(parts), notes
