"""Naive twins of self-organizing maps: loops as in the papers, one example and one unit at a time."""

import math

import numpy as np


def distance(metric, row, prototype):
    """Over observed features; sums are scaled up to all features."""
    seen = ~np.isnan(row)
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


def h(neighborhood, apart, radius):
    """The neighborhood at grid distance d."""
    bell = math.exp(-(apart**2) / (2 * max(radius, 1e-3) ** 2))
    in_disc = apart <= radius + 1e-9
    if neighborhood == "gaussian":
        return bell
    if neighborhood == "bubble":
        return float(in_disc)
    if neighborhood == "cut_gaussian":
        return bell if in_disc else 0.0
    return (1 - apart**2 / max(radius, 1e-3) ** 2) * bell


def batch_epoch(X, prototypes, grid, neighborhood, radius, metric="euclidean"):
    """w_jf = sum_i h_ji S_if / sum_i h_ji n_if with sums S and counts n of the observed values that each unit won."""
    n_units, n_features = prototypes.shape
    center = np.nanmean(X, axis=0)
    sums, counts = np.zeros((n_units, n_features)), np.zeros((n_units, n_features))
    for row in X:
        winner, _, _ = two_nearest(metric, row, prototypes)
        for f in range(n_features):
            if not math.isnan(row[f]):
                sums[winner, f] += row[f] - center[f]
                counts[winner, f] += 1
    apart = grid.distances()
    weights = np.array([[h(neighborhood, apart[j, i], radius) for i in range(n_units)] for j in range(n_units)])
    mass = weights @ counts
    found = prototypes.copy()
    has_mass = mass > 1e-280
    found[has_mass] = ((weights @ sums)[has_mass] / mass[has_mass]) + np.broadcast_to(center, mass.shape)[has_mass]
    return found


def learn_online(X, prototypes, grid, neighborhood, metric, radii, rates):
    """w_j <- w_j + eta(n) h_ji(n) (x - w_j) (Kohonen 1982), with the errors met before every step."""
    prototypes, apart, reach = prototypes.copy(), grid.distances(), grid.reach()
    errors, torn = [], []
    for n, row in enumerate(X):
        winner, second, error = two_nearest(metric, row, prototypes)
        errors.append(error)
        torn.append(float(apart[winner, second] > reach))
        seen = ~np.isnan(row)
        for j in range(len(prototypes)):
            prototypes[j, seen] += rates[n] * h(neighborhood, apart[winner, j], radii[n]) * (row - prototypes[j])[seen]
    return prototypes, errors, torn


def distortion(X, prototypes, grid, neighborhood, radius, metric="euclidean"):
    """Mean over the examples of sum_j h(winner, j) d(x, w_j)^2."""
    apart = grid.distances()
    total = 0.0
    for row in X:
        winner, _, _ = two_nearest(metric, row, prototypes)
        for j, prototype in enumerate(prototypes):
            total += h(neighborhood, apart[winner, j], radius) * distance(metric, row, prototype) ** 2
    return total / len(X)


def topographic_product(prototypes, grid, metric="euclidean"):
    """Bauer and Pawelzik (1992), eq. 7 and 8: P = mean of log P3(j, k)."""
    n_units, apart = len(prototypes), grid.distances()
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


def kaski_lagus(X, prototypes, grid, metric="euclidean"):
    """Kaski and Lagus (1996), eq. 1, with all shortest ways by Floyd and Warshall."""
    n_units = len(prototypes)
    ways = np.full((n_units, n_units), np.inf)
    np.fill_diagonal(ways, 0)
    for a, b in grid.neighbor_pairs():
        ways[a, b] = ways[b, a] = distance(metric, prototypes[a], prototypes[b])
    for k in range(n_units):
        ways = np.minimum(ways, ways[:, k : k + 1] + ways[k : k + 1, :])
    found = [two_nearest(metric, row, prototypes) for row in X]
    return float(np.mean([error + ways[first, second] for first, second, error in found]))
