"""How wide the units are: from the centers alone, or by what leaving each example out says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import linalg
from scipy.spatial import KDTree

from sinapsi.activations import Floats
from sinapsi.algebra.distances import Centers
from sinapsi.algebra.dual_equations import DualEquations
from sinapsi.algebra.normal_equations import NormalEquations
from sinapsi.algebra.passes import ExamplesInMemory
from sinapsi.algebra.ridge_path import LeaveOneOut, RidgePath, penalties
from sinapsi.algebra.row_sample import RowSample
from sinapsi.radial.interpolation import Interpolation
from sinapsi.radial.radial_layer import LEAST_PENALTY, RadialLayer

N_NEAREST = 2  # neighbors whose distance makes the width of a unit (Moody and Darken 1989)
MULTIPLES = tuple(2.0**power for power in range(-1, 7))  # of the distance to the nearest centers, tried by "loo"
NEARLY = 1.02  # narrower units have smaller weights, which is worth 2 % of the error
LOO_ROWS = 2_000  # of the sample that "loo" looks at, or four a center when that is more
MOST_PAIRS = 4_000  # centers among which the largest distance is looked for exactly


def dmax_width(centers: Floats) -> float:
    """Give the largest distance of two centers over the square root of their number.

    Parameters
    ----------
    centers : array of shape (n_centers, n_features)
        Distinct.

    Returns
    -------
    float
        d_max / sqrt(m); 0 for a single center.
    """
    pool = np.ascontiguousarray(centers, dtype=np.float64)
    distances = Centers(pool)
    largest = max(
        float(distances.squared_distances(pool[start : start + 512]).max()) for start in range(0, len(pool), 512)
    )
    return float(np.sqrt(largest / len(centers)))


def nearest_widths(centers: Floats) -> Floats:
    """Give the root mean square distance of each center to its two nearest neighbors.

    Parameters
    ----------
    centers : array of shape (n_centers, n_features)
        Distinct.

    Returns
    -------
    array of shape (n_centers,)
        0 for a single center.
    """
    n_neighbors = min(N_NEAREST, len(centers) - 1)
    if not n_neighbors:
        return np.zeros(1)
    pool = np.ascontiguousarray(centers, dtype=np.float64)
    if pool.shape[1] <= 8:  # in more dimensions a tree looks at all of them anyway
        distances, _ = KDTree(pool).query(pool, n_neighbors + 1)
        return np.asarray(np.sqrt((np.asarray(distances)[:, 1:] ** 2).mean(axis=1)))
    prepared, widths = Centers(pool), np.empty(len(pool))
    for start in range(0, len(pool), 512):
        squares = prepared.squared_distances(pool[start : start + 512])
        squares[np.arange(len(squares)), np.arange(start, start + len(squares))] = np.inf
        widths[start : start + 512] = np.partition(squares, n_neighbors - 1, axis=1)[:, :n_neighbors].mean(axis=1)
    return np.sqrt(widths)


def typical_width(centers: Floats, rows: Floats) -> float:
    """Give a width for all units, from the distances between neighbors.

    Parameters
    ----------
    centers : array of shape (n_centers, n_features)
        Distinct.
    rows : array of shape (n_samples, n_features)
        What a single center takes its width from.

    Returns
    -------
    float
        Above 0.
    """
    typical = float(np.median(nearest_widths(centers)))
    return typical if typical > 0 else spread_of(rows, centers)


def spread_of(rows: Floats, centers: Floats) -> float:
    """Give what a width falls back on where centers have no distances: the spread of the rows around them.

    Parameters
    ----------
    rows : array of shape (n_samples, n_features)
        Examples.
    centers : array of shape (n_centers, n_features)
        At least one.

    Returns
    -------
    float
        Root mean square distance to the first center; 1 where it is 0.
    """
    squares = ((rows.astype(np.float64) - centers[0]) ** 2).sum(axis=1)
    return float(np.sqrt(squares.mean())) or 1.0


def best_multiple(
    sample: RowSample, centers: Floats, base: Floats, basis: str, degree: int, alpha: float | str, *, interpolates: bool
) -> float:
    """Give the multiple of the widths with the lowest error of examples left out.

    Parameters
    ----------
    sample : RowSample
        Rows with targets and weights, of which the first 2000, or four a center, are used.
    centers : array of shape (n_centers, n_features)
        Centers.
    base : array of shape (n_centers,)
        Widths to be multiplied.
    basis : str
        Name of the radial function.
    degree : int
        Of the polynomial.
    alpha : float or {"loo", "gcv"}
        Penalty, or that it is chosen, which it is anew for every width.
    interpolates : bool
        Whether the network will interpolate: then the rows are the centers, and no penalty is chosen.

    Returns
    -------
    float
        A power of 2, or half-way between two.
    """
    limit = LOO_ROWS if interpolates else max(LOO_ROWS, 4 * len(centers))
    examples = ExamplesInMemory(sample.rows[:limit], sample.targets[:limit], sample.weights[:limit])
    if interpolates:
        centers, base = examples.inputs, np.full(len(examples.inputs), base[0], dtype=base.dtype)

    def error(multiple: float) -> float:
        layer = RadialLayer(centers, (multiple * base).astype(base.dtype), basis, degree)
        if interpolates:
            return Interpolation(layer, examples.targets).leave_one_out_error()
        return _error_left_out(examples, layer, alpha)

    return _lowest(error)


def _lowest(error: Callable[[float], float]) -> float:
    """The best of the multiples, and then of two between it and its neighbors; the smallest of nearly equal ones."""
    errors = {multiple: error(multiple) for multiple in MULTIPLES}
    best = min(errors, key=lambda multiple: errors[multiple])
    for multiple in (best / np.sqrt(2), best * np.sqrt(2)):
        errors[multiple] = error(multiple)
    return float(min(multiple for multiple in errors if errors[multiple] <= NEARLY * min(errors.values())))


def _error_left_out(examples: ExamplesInMemory, layer: RadialLayer, alpha: float | str) -> float:
    rows = layer.outputs(examples.inputs)
    try:
        if len(rows) <= rows.shape[1]:
            few = DualEquations(rows, examples.targets, examples.weights)
            return float(few.leave_one_out(_penalties(alpha, few.eigenvalues)).min())
        equations = NormalEquations(rows.shape[1], examples.targets.shape[1])
        path = RidgePath(equations.add(rows, examples.targets, examples.weights))
        errors = LeaveOneOut(path, _penalties(alpha, path.eigenvalues))
        return float(errors.add(rows, examples.targets, examples.weights).mean.min())
    except linalg.LinAlgError:
        return float("inf")


def _penalties(alpha: float | str, eigenvalues: Floats) -> Floats:
    path = penalties(eigenvalues, LEAST_PENALTY)
    return path if isinstance(alpha, str) else np.array([max(alpha, path[-1])])
