"""Where the centers lie: random examples, competitive learning, k-means, farthest points, orthogonal least squares.

All of them look at one random sample of the distinct rows, in an order that does not depend on how the data came.
"""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from sinapsi.activations import Floats
from sinapsi.algebra.normal_equations import NormalEquations
from sinapsi.algebra.output_layer import prefix_errors
from sinapsi.algebra.passes import ExamplesInMemory
from sinapsi.algebra.row_sample import RowSample
from sinapsi.algebra.subset_selection import rank_columns
from sinapsi.radial.kernels import learn_competitively
from sinapsi.radial.radial_layer import RadialLayer
from sinapsi.schedules import Cosine, Schedule

SAMPLE_ROWS = 10_000  # that centers are learned from, or twenty a center when that is more
OLS_CANDIDATES = 3_000  # rows that orthogonal least squares chooses among
COMPETITIVE_RATE = 0.1  # with which competitive learning begins when it may choose
SETTLED = 1e-4  # mean move of a center in a pass, in spreads of the rows, below which they have come to rest


def rows_to_sample(rule: str, n_centers: int) -> int:
    """Give the number of rows that a rule looks at.

    Parameters
    ----------
    rule : str
        How the centers are found.
    n_centers : int
        How many are wanted.

    Returns
    -------
    int
        At least ``n_centers``.
    """
    return n_centers if rule == "random" else max(SAMPLE_ROWS, 20 * n_centers)


def random_centers(sample: RowSample, n_centers: int) -> Floats:
    """Take the first rows of the sample.

    Parameters
    ----------
    sample : RowSample
        Rows in a random order.
    n_centers : int
        At most so many.

    Returns
    -------
    array of shape (n_centers, n_features)
        Distinct rows.
    """
    return np.array(sample.rows[:n_centers])


def kmeans_centers(sample: RowSample, n_centers: int, random: np.random.Generator) -> Floats:
    """Take the means of clusters, by scikit-learn's k-means (Lloyd, from one k-means++ start).

    Parameters
    ----------
    sample : RowSample
        Rows with weights.
    n_centers : int
        At most so many.
    random : numpy.random.Generator
        For the start.

    Returns
    -------
    array of shape (n_centers, n_features)
        Distinct means.
    """
    if n_centers >= len(sample.rows):
        return np.array(sample.rows)
    clusters = KMeans(n_centers, n_init=1, max_iter=50, random_state=int(random.integers(2**31)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # good centers need not be the end of k-means
        clusters.fit(sample.rows, sample_weight=sample.weights)
    return distinct_rows(clusters.cluster_centers_)


def competitive_centers(
    sample: RowSample, n_centers: int, random: np.random.Generator, schedule: Schedule | None, max_iter: int
) -> Floats:
    """Let centers learn competitively: the one nearest to an example moves towards it.

    Parameters
    ----------
    sample : RowSample
        Rows with weights.
    n_centers : int
        At most so many; they begin as random rows.
    random : numpy.random.Generator
        For the order, new in every pass.
    schedule : Schedule or None
        Rates; None for half a cosine from 0.1 to 0 over all passes.
    max_iter : int
        Passes; fewer when the centers come to rest.

    Returns
    -------
    array of shape (n_centers, n_features)
        Distinct centers.
    """
    centers = random_centers(sample, n_centers)
    rows = np.ascontiguousarray(sample.rows)
    weights = (sample.weights / sample.weights.mean()).astype(rows.dtype)
    rates = schedule or Cosine(COMPETITIVE_RATE, n_steps=max_iter * len(rows))
    spread = float(np.linalg.norm(rows.std(axis=0))) or 1.0
    for epoch in range(max_iter):
        before = centers.copy()
        steps = rates.rates(np.arange(epoch * len(rows), (epoch + 1) * len(rows)))
        learn_competitively(rows, weights, random.permutation(len(rows)), steps, centers)
        if np.linalg.norm(centers - before, axis=1).mean() < SETTLED * spread:
            break
    return distinct_rows(centers)


def farthest_centers(sample: RowSample, n_centers: int) -> Floats:
    """Take the row farthest from those taken, one after the other (Gonzalez 1985), beginning at the one most central.

    Parameters
    ----------
    sample : RowSample
        Rows with weights.
    n_centers : int
        At most so many.

    Returns
    -------
    array of shape (n_centers, n_features)
        Distinct rows.
    """
    rows = sample.rows.astype(np.float64)
    nearest = ((rows - np.average(rows, axis=0, weights=sample.weights)) ** 2).sum(axis=1)
    chosen = [int(nearest.argmin())]
    nearest = ((rows - rows[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < min(n_centers, len(rows)) and nearest.max() > 0:
        chosen.append(int(nearest.argmax()))
        np.minimum(nearest, ((rows - rows[chosen[-1]]) ** 2).sum(axis=1), out=nearest)
    return np.asarray(sample.rows[chosen])


def ols_centers(sample: RowSample, n_centers: int, widths: Floats, basis: str) -> Floats:
    """Choose candidates one by one by what they explain; as many as the leave-one-out error says.

    Parameters
    ----------
    sample : RowSample
        Rows with targets and weights; the first 3000, or ten a center, are candidates.
    n_centers : int
        At most so many.
    widths : array of shape (1,)
        sigma of all candidates.
    basis : str
        Name of the radial function.

    Returns
    -------
    array of shape (n_centers, n_features)
        Chosen rows, the most important first; at least one.
    """
    candidates = sample.rows[: max(OLS_CANDIDATES, 10 * n_centers)]
    candidates = candidates[np.lexsort(candidates.T)]  # so that which of equals comes first is no matter of chance
    layer = RadialLayer(candidates, np.full(len(candidates), widths[0], candidates.dtype), basis, 0)
    examples = ExamplesInMemory(sample.rows, sample.targets, sample.weights)
    hidden = layer.hidden()
    make: Any = partial(NormalEquations, len(candidates), sample.targets.shape[1], overwrites=True)
    sums = examples.collect(make, hidden.outputs, hidden.n_rows)
    order = rank_columns(sums, min(n_centers, len(sample.rows) - 1))
    if not len(order):  # nothing varies, or a single row
        return np.asarray(candidates[:1])
    errors = prefix_errors(examples, hidden, sums, 0.0, order)
    return np.asarray(candidates[order[: max(1, errors.best)]])


def distinct_rows(rows: Floats) -> Floats:
    """Leave out rows that came before, and keep the order.

    Parameters
    ----------
    rows : array of shape (n_rows, n_features)
        Rows.

    Returns
    -------
    array of shape (n_distinct, n_features)
        Each once.
    """
    _, first = np.unique(rows, axis=0, return_index=True)
    return rows[np.sort(first)]
