"""Naive twins of self-organizing maps: loops as in the papers, one example and one unit at a time.

What they know of a grid is the places of its units and how far it reaches around; nothing of its tables.
"""

import functools
import itertools
import math

import numpy as np


def distance(metric, row, prototype):
    """Over the features observed in both; sums are scaled up to all features (as ``nan_euclidean_distances``)."""
    seen = ~np.isnan(row) & ~np.isnan(prototype)
    x, w, scale = row[seen], prototype[seen], len(row) / seen.sum()
    if metric == "euclidean":
        return math.sqrt(scale * sum((a - b) ** 2 for a, b in zip(x, w, strict=True)))
    if metric == "manhattan":
        return scale * sum(abs(a - b) for a, b in zip(x, w, strict=True))
    if metric == "chebyshev":
        return max(abs(a - b) for a, b in zip(x, w, strict=True))
    lengths = math.sqrt(float(x @ x) * float(w @ w))
    return max(1 - float(x @ w) / lengths, 0.0) if lengths else 1.0


def two_nearest(metric, row, prototypes):
    """Numbers of the two nearest units, ties to the lower one, and the distance to the first."""
    distances = [distance(metric, row, prototype) for prototype in prototypes]
    order = sorted(range(len(prototypes)), key=lambda unit: (distances[unit], unit))
    return order[0], order[min(1, len(order) - 1)], distances[order[0]]


@functools.cache
def grid_distances(grid):
    """Euclidean distances of the places; on a torus to the nearest of nine copies, each moved by whole grids."""
    height = math.sqrt(3) / 2 if grid.topology == "hexagonal" else 1.0
    steps = (-1, 0, 1) if grid.toroidal else (0,)
    copies = [(x * grid.n_columns, y * grid.n_rows * height) for x, y in itertools.product(steps, steps)]
    apart = np.empty((grid.n_units, grid.n_units))
    for i, a in enumerate(grid.positions):
        for j, b in enumerate(grid.positions):
            apart[i, j] = min(math.hypot(b[0] + x - a[0], b[1] + y - a[1]) for x, y in copies)
    return apart


def adjacent(grid, n_neighbors=None):
    """Who is whose neighbor: a table of answers; on a rectangular grid the diagonals are, unless 4 are asked for."""
    has_diagonals = grid.topology == "rectangular" and n_neighbors != 4
    apart = grid_distances(grid)
    return (apart > 1e-6) & (apart < (math.sqrt(2) if has_diagonals else 1.0) + 1e-6)


def h(neighborhood, apart, radius):
    """The neighborhood at grid distance d: Gaussian, disc, the first within the second, or one with a rim below 0."""
    bell = math.exp(-(apart**2) / (2 * max(radius, 1e-3) ** 2))
    in_disc = apart <= radius + 1e-9
    if neighborhood == "gaussian":
        return bell
    if neighborhood == "bubble":
        return float(in_disc)
    if neighborhood == "cut_gaussian":
        return bell if in_disc else 0.0
    return (1 - apart**2 / max(radius, 1e-3) ** 2) * bell


def neighborhood_matrix(neighborhood, grid, radius):
    """h between all units, (n_units, n_units)."""
    return np.array([[h(neighborhood, d, radius) for d in row] for row in grid_distances(grid)])


def batch_epoch(X, prototypes, grid, neighborhood, radius, metric="euclidean"):
    """w_jf = sum_i h_ji S_if / sum_i h_ji n_if with sums S and counts n of the observed values that each unit won.

    Kohonen (2001), section 3.6, the batch map; a unit in whose neighborhood nothing was observed keeps its prototype.
    """
    n_units, n_features = prototypes.shape
    center = np.nanmean(X, axis=0)
    sums, counts = np.zeros((n_units, n_features)), np.zeros((n_units, n_features))
    for row in X:
        winner, _, _ = two_nearest(metric, row, prototypes)
        for f in range(n_features):
            if not math.isnan(row[f]):
                sums[winner, f] += row[f] - center[f]
                counts[winner, f] += 1
    weights = neighborhood_matrix(neighborhood, grid, radius)
    mass = weights @ counts
    found = prototypes.copy()
    has_mass = mass > 1e-280
    found[has_mass] = ((weights @ sums)[has_mass] / mass[has_mass]) + np.broadcast_to(center, mass.shape)[has_mass]
    return found


def learn_online(X, prototypes, grid, neighborhood, metric, radii, rates):
    """w_j <- w_j + eta(n) h_ji(n) (x - w_j) (Kohonen 1982), with the errors met before every step."""
    prototypes, apart, is_near = prototypes.copy(), grid_distances(grid), adjacent(grid)
    errors, torn = [], []
    for n, row in enumerate(X):
        winner, second, error = two_nearest(metric, row, prototypes)
        errors.append(error)
        torn.append(float(winner != second and not is_near[winner, second]))
        seen = ~np.isnan(row)
        for j in range(len(prototypes)):
            prototypes[j, seen] += rates[n] * h(neighborhood, apart[winner, j], radii[n]) * (row - prototypes[j])[seen]
    return prototypes, errors, torn


def topographic_error(X, prototypes, grid, metric="euclidean", n_neighbors=None):
    """Kiviluoto (1996): mean of u(x), which is 1 when the two nearest units are **not** adjacent (errata), else 0."""
    is_near = adjacent(grid, n_neighbors)
    found = [two_nearest(metric, row, prototypes) for row in X]
    return sum(not is_near[first, second] for first, second, _ in found) / len(X)


def distortion(X, prototypes, grid, neighborhood, radius, metric="euclidean"):
    """Mean over the examples of sum_j h(winner, j) d(x, w_j)^2 (Kohonen 2001, eq. 3.31)."""
    apart = grid_distances(grid)
    total = 0.0
    for row in X:
        winner, _, _ = two_nearest(metric, row, prototypes)
        for j, prototype in enumerate(prototypes):
            total += h(neighborhood, apart[winner, j], radius) * distance(metric, row, prototype) ** 2
    return total / len(X)


def topographic_product(prototypes, grid, metric="euclidean"):
    """Bauer and Pawelzik (1992), eq. 7 and 8: P = mean of log P3(j, k)."""
    n_units, apart = len(prototypes), grid_distances(grid)
    near = np.array([[distance(metric, w, v) for v in prototypes] for w in prototypes])
    total = 0.0
    for j in range(n_units):
        others = [unit for unit in range(n_units) if unit != j]
        by_grid = sorted(others, key=lambda unit, j=j: (round(apart[j, unit], 9), near[j, unit]))
        by_data = sorted(others, key=lambda unit, j=j: near[j, unit])
        logarithm = 0.0
        for k in range(1, n_units):
            on_grid, in_data = by_grid[k - 1], by_data[k - 1]
            logarithm += math.log(near[j, on_grid] / near[j, in_data])  # Q1(j, k)
            logarithm += math.log(apart[j, on_grid] / apart[j, in_data])  # Q2(j, k)
            total += logarithm / (2 * k)
    return total / (n_units * (n_units - 1))


def trustworthiness(X, winners, grid, k, metric="euclidean"):
    """Venna and Kaski (2001), eq. 2: 1 - 2 / (n k (2n - 3k - 1)) sum_i sum_{j in U_k(i)} (r(i, j) - k).

    U_k(i) are the examples among the k nearest to i on the map but not in the data, where j has the rank r(i, j). Of
    examples equally far on the map each is among the k with the probability of a random draw.
    """
    n, apart = len(X), grid_distances(grid)
    total = 0.0
    for i in range(n):
        others = [j for j in range(n) if j != i]
        by_data = sorted(others, key=lambda j, i=i: (distance(metric, X[i], X[j]), j))
        rank = {j: place for place, j in enumerate(by_data, start=1)}
        n_left = k
        level_of = {j: round(apart[winners[i], winners[j]], 9) for j in others}
        for level in sorted(set(level_of.values())):
            group = [j for j in others if level_of[j] == level]
            share = min(1.0, n_left / len(group))  # the probability that one of them is drawn
            total += share * sum(max(rank[j] - k, 0) for j in group)
            n_left = max(n_left - len(group), 0)
    return 1 - 2 * total / (n * k * (2 * n - 3 * k - 1))


def kaski_lagus(X, prototypes, grid, metric="euclidean"):
    """Kaski and Lagus (1996), eq. 1, with all shortest ways by Floyd and Warshall."""
    n_units = len(prototypes)
    ways = np.full((n_units, n_units), np.inf)
    np.fill_diagonal(ways, 0)
    for a, b in np.argwhere(adjacent(grid)):
        ways[a, b] = distance(metric, prototypes[a], prototypes[b])
    for k in range(n_units):
        ways = np.minimum(ways, ways[:, k : k + 1] + ways[k : k + 1, :])
    found = [two_nearest(metric, row, prototypes) for row in X]
    return float(np.mean([error + ways[first, second] for first, second, error in found]))
