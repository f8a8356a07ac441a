"""How well a map fits its data, and how well it keeps their order.

Quantization error and topographic error come with the winners; what is here takes a closer look. Lower is better but
for trustworthiness; where the grid and the data agree, the topographic product is 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from sinapsi.activations import Floats
from sinapsi.algebra.distances import row_blocks
from sinapsi.maps.grid import Grid
from sinapsi.maps.kernels import distances_to_units
from sinapsi.maps.neighborhood import Neighborhood, neighborhood_values
from sinapsi.maps.winners import Metric, Winners, WinnerSearch

SHORTEST_DISTANCE = 1e-300  # between equal prototypes, of which logarithms are taken


def neighbor_distances(metric: Metric, grid: Grid, prototypes: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Give the distance between all neighboring prototypes.

    Parameters
    ----------
    metric : Metric
        Of the map.
    grid : Grid
        Which units are neighbors.
    prototypes : array of shape (n_units, n_features)
        Of the map.

    Returns
    -------
    pairs : array of int of shape (n_pairs, 2)
        Unit numbers.
    distances : array of float64 of shape (n_pairs,)
        Between their prototypes.
    """
    pairs = grid.neighbor_pairs()
    distances = np.empty(len(pairs))
    distances_to_units(int(metric), prototypes[pairs[:, 0]], prototypes, np.ascontiguousarray(pairs[:, 1]), distances)
    return pairs, distances


def unit_distances(metric: Metric, grid: Grid, prototypes: Floats) -> NDArray[np.float64]:
    """Give the mean distance of every prototype to its neighbors: high where the map is stretched (U-matrix).

    Parameters
    ----------
    metric : Metric
        Of the map.
    grid : Grid
        Which units are neighbors.
    prototypes : array of shape (n_units, n_features)
        Of the map.

    Returns
    -------
    array of shape (n_units,)
        0 for a unit without neighbors.
    """
    pairs, distances = neighbor_distances(metric, grid, prototypes)
    units, doubled = pairs.ravel(), np.repeat(distances, 2)
    n_neighbors = np.bincount(units, minlength=grid.n_units)
    sums = np.bincount(units, doubled, minlength=grid.n_units)
    return np.asarray(sums / np.maximum(n_neighbors, 1))


def distortion(
    search: WinnerSearch,
    rows: Floats,
    prototypes: Floats,
    winners: Winners,
    kind: Neighborhood,
    grid: Grid,
    radius: float,
) -> float:
    """Give the mean over the examples of the sum over all units of h(winner, unit) times the squared distance.

    Parameters
    ----------
    search : WinnerSearch
        Of the metric of the map.
    rows : array of shape (n_rows, n_features)
        Examples.
    prototypes : array of shape (n_units, n_features)
        Of the map.
    winners : Winners
        Of the rows.
    kind : Neighborhood
        Shape of h.
    grid : Grid
        Where the units lie.
    radius : float
        sigma, in grid units.

    Returns
    -------
    float
        The energy that batch learning lowers while the winners stay the same (Kohonen 2001, eq. 3.31).
    """
    units, total = np.arange(grid.n_units), 0.0
    for block in row_blocks(len(rows), grid.n_units, 8):
        squares = grid.pair_squares(winners.first[block][:, np.newaxis], units)
        distances = search.distances(rows[block], prototypes).astype(np.float64)
        total += float(np.vdot(neighborhood_values(kind, squares, radius), distances**2))
    return total / len(rows)


def topographic_product(search: WinnerSearch, prototypes: Floats, grid: Grid) -> float:
    """Compare who is near on the grid with whose prototypes are near (Bauer and Pawelzik 1992, eq. 7 and 8).

    Parameters
    ----------
    search : WinnerSearch
        Of the metric of the map.
    prototypes : array of shape (n_units, n_features)
        Of the map.
    grid : Grid
        Where the units lie.

    Returns
    -------
    float
        Below 0 where the grid has too few dimensions for the data and folds itself into them, above 0 where it has too
        many; 0 for a map of one unit. Units equally far on the grid are taken in the order of their prototypes.
    """
    n_units = grid.n_units
    if n_units == 1:
        return 0.0
    counts = np.arange(1, n_units)
    total = 0.0
    for block in row_blocks(n_units, n_units, 64):
        own = np.arange(n_units)[block]
        on_grid = grid.distances(own)
        in_data = np.maximum(search.distances(prototypes[block], prototypes).astype(np.float64), SHORTEST_DISTANCE)
        rows = np.arange(len(own))[:, np.newaxis]
        on_grid[rows[:, 0], own] = in_data[rows[:, 0], own] = -1.0  # a unit comes first in its own order
        level = np.round(on_grid, 9)  # distances that differ by rounding only are equal
        by_grid = np.lexsort((in_data, level), axis=-1)[:, 1:]
        by_data = np.argsort(in_data, axis=-1, kind="stable")[:, 1:]
        ratios = np.log(in_data[rows, by_grid]) - np.log(in_data[rows, by_data])
        ratios += np.log(on_grid[rows, by_grid]) - np.log(on_grid[rows, by_data])
        total += float((np.cumsum(ratios, axis=1) / (2 * counts)).sum())
    return total / (n_units * (n_units - 1))


def trustworthiness(search: WinnerSearch, rows: Floats, winners: Winners, grid: Grid, n_neighbors: int) -> float:
    """Ask whether examples that are near on the map are near in the data (Venna and Kaski 2001, eq. 2).

    Parameters
    ----------
    search : WinnerSearch
        Of the metric of the map.
    rows : array of shape (n_rows, n_features)
        Examples.
    winners : Winners
        Of the rows.
    grid : Grid
        Where the units lie.
    n_neighbors : int
        k, below half of the number of examples; with 0 there is nothing to compare, and the answer is NaN.

    Returns
    -------
    float
        1 when the k examples nearest on the map are among the k nearest in the data, 0 at worst. Of examples equally
        far on the map each counts with the probability of being among the k when ties are broken at random.
    """
    n_rows, excess = len(rows), 0.0
    if not n_neighbors:
        return float("nan")
    for block in row_blocks(n_rows, n_rows, 64):
        own = np.arange(n_rows)[block]
        here = np.arange(len(own))
        in_data = search.distances(rows[block], rows).astype(np.float64)
        in_data[here, own] = -1.0
        ranks = np.empty(in_data.shape, dtype=np.intp)
        np.put_along_axis(ranks, np.argsort(in_data, axis=1, kind="stable"), np.arange(n_rows)[np.newaxis, :], axis=1)
        on_map = grid.pair_squares(winners.first[block][:, np.newaxis], winners.first)
        on_map[here, own] = np.inf
        limit = np.partition(on_map, n_neighbors - 1, axis=1)[:, n_neighbors - 1 : n_neighbors]
        slack = 1e-9 * (1 + limit)
        nearer, level = on_map < limit - slack, np.abs(on_map - limit) <= slack
        share = (n_neighbors - nearer.sum(axis=1)) / level.sum(axis=1)
        beyond = np.maximum(ranks - n_neighbors, 0)
        excess += float((beyond * nearer).sum() + share @ (beyond * level).sum(axis=1))
    worst = n_rows * n_neighbors * (2 * n_rows - 3 * n_neighbors - 1) / 2
    return 1 - excess / worst


def kaski_lagus_error(metric: Metric, prototypes: Floats, winners: Winners, grid: Grid) -> float:
    """Give the mean distance from an example to its winner and on, along the grid, to the second nearest unit.

    Parameters
    ----------
    metric : Metric
        Of the map.
    prototypes : array of shape (n_units, n_features)
        Of the map.
    winners : Winners
        Of the examples.
    grid : Grid
        Which units are neighbors.

    Returns
    -------
    float
        Quantization error plus the mean length of the shortest way from the first to the second winner over
        neighboring prototypes: both fit and continuity in one number (Kaski and Lagus 1996, eq. 1).
    """
    pairs, lengths = neighbor_distances(metric, grid, prototypes)
    links = coo_array((lengths, pairs.T), shape=(grid.n_units, grid.n_units)).tocsr()
    starts, places = np.unique(winners.first, return_inverse=True)
    ways = np.empty(len(winners.first))
    for block in row_blocks(len(starts), grid.n_units, 8):
        from_here = dijkstra(links, directed=False, indices=starts[block])
        is_here = (places >= block.start) & (places < block.stop)
        ways[is_here] = from_here[places[is_here] - block.start, winners.second[is_here]]
    return float((winners.distances + ways).mean())
