"""Kernels of self-organizing maps: winners, sums per unit, and online learning (Kohonen 1982).

Arrays in, arrays out; NaN in a row is a missing value. Loops run over units or rows side by side, never along one row
of a few features, so that they vectorize: scores lie as (n_units, n_rows), and online learning keeps the codebook
transposed, as (n_features, n_units). There a step pulls the units toward one example and measures the distances to the
next one while each feature is at hand, so the codebook goes through the cache once a step.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Indices = NDArray[np.integer]

compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
# For values that are never NaN: only then is a minimum found side by side.
compiled_for_numbers = njit(
    cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz", "nnan"}
)

EUCLIDEAN, COSINE, MANHATTAN, CHEBYSHEV = 0, 1, 2, 3
GAUSSIAN, BUBBLE, CUT_GAUSSIAN, MEXICAN_HAT = 0, 1, 2, 3

CHUNK = 16  # units whose lowest distance is found at once; then only the best chunk is searched

# Winners


@compiled
def two_nearest(
    scores: Floats, offsets: Floats, lowest: Floats, following: Floats, first: Indices, second: Indices
) -> None:
    """Find the units with the two lowest scores of every row; ties go to the lower unit.

    ``scores`` is (n_units, n_rows); ``offsets`` are added unit by unit. The other four are (n_rows,) and overwritten.
    """
    lowest[:] = np.inf
    following[:] = np.inf
    first[:] = 0
    second[:] = 0
    for k in range(scores.shape[0]):
        offset = offsets[k]
        for i in range(scores.shape[1]):
            value = scores[k, i] + offset
            low = lowest[i]
            next_low = following[i]
            is_best = value < low
            is_next = value < next_low
            following[i] = low if is_best else (value if is_next else next_low)
            second[i] = first[i] if is_best else (np.int32(k) if is_next else second[i])
            lowest[i] = value if is_best else low
            first[i] = np.int32(k) if is_best else first[i]


@compiled
def distance(metric: int, row: Floats, prototype: Floats) -> float:
    """Distance over the features observed, scaled up to all features where it is a sum."""
    n_observed = 0.0  # a floating number, so that the loop vectorizes
    total = 0.0
    if metric == EUCLIDEAN:
        for f in range(len(row)):
            error = np.float64(row[f]) - np.float64(prototype[f])
            is_observed = error == error
            total += error * error if is_observed else 0.0
            n_observed += 1.0 if is_observed else 0.0
        return math.sqrt(total * (len(row) / max(n_observed, 1.0)))
    if metric == MANHATTAN:
        for f in range(len(row)):
            error = abs(np.float64(row[f]) - np.float64(prototype[f]))
            is_observed = error == error
            total += error if is_observed else 0.0
            n_observed += 1.0 if is_observed else 0.0
        return total * (len(row) / max(n_observed, 1.0))
    if metric == CHEBYSHEV:
        for f in range(len(row)):
            error = abs(np.float64(row[f]) - np.float64(prototype[f]))
            total = max(total, error if error == error else 0.0)
        return total
    own, other = 0.0, 0.0
    for f in range(len(row)):
        value, weight = np.float64(row[f]), np.float64(prototype[f])
        weight = weight if value == value else 0.0
        value = value if value == value else 0.0
        total += value * weight
        own += value * value
        other += weight * weight
    return cosine_distance(total, own, other)


@compiled
def cosine_distance(product: float, own_square: float, other_square: float) -> float:
    """1 - cos of the angle; 1 where one of the two is zero and there is no angle."""
    squares = own_square * other_square
    return max(1 - product / math.sqrt(squares), 0.0) if squares > 0 else 1.0


@compiled
def distances_to_units(metric: int, rows: Floats, prototypes: Floats, units: Indices, out: Floats) -> None:
    """Distance of every row to one unit of its own."""
    for i in range(len(rows)):
        out[i] = distance(metric, rows[i], prototypes[units[i]])


# Distances to all units, feature by feature


@compiled
def measure_feature(metric: int, value: float, codebook: Floats, f: int, distances: Floats, squares: Floats) -> None:
    """Take feature f of an example into the distances to all units."""
    if metric == EUCLIDEAN:
        for k in range(codebook.shape[1]):
            error = value - codebook[f, k]
            distances[k] += error * error
    elif metric == COSINE:
        for k in range(codebook.shape[1]):
            distances[k] += value * codebook[f, k]
            squares[k] += codebook[f, k] * codebook[f, k]
    elif metric == MANHATTAN:
        for k in range(codebook.shape[1]):
            distances[k] += abs(value - codebook[f, k])
    else:
        for k in range(codebook.shape[1]):
            error = abs(value - codebook[f, k])
            distances[k] = error if error > distances[k] else distances[k]


@compiled
def finish_distances(metric: int, row: Floats, distances: Floats, squares: Floats) -> float:
    """Make distances of what was summed, all but a factor, which is given: they are for the winner to be found."""
    n_observed, own = 0, 0.0
    for f in range(len(row)):
        if row[f] == row[f]:
            n_observed += 1
            own += row[f] * row[f]
    if metric == COSINE:
        for k in range(len(squares)):
            distances[k] = cosine_distance(distances[k], own, squares[k])
    return len(row) / n_observed


@compiled_for_numbers
def lowest_in_chunk(values: Floats, start: int) -> float:
    """Lowest of CHUNK values."""
    low = values[start]
    for place in range(np.uint64(start), np.uint64(start + CHUNK)):
        low = min(low, values[place])
    return low


@compiled
def place_of_lowest(values: Floats, minima: Floats) -> int:
    """First place of the lowest value, from the lowest of every chunk."""
    best = 0
    for chunk in range(1, len(minima)):
        if minima[chunk] < minima[best]:
            best = chunk
    for place in range(best * CHUNK, (best + 1) * CHUNK):
        if values[place] == minima[best]:
            return place
    return best * CHUNK


@compiled
def two_lowest(values: Floats, minima: Floats) -> tuple[int, int]:
    """Places of the two lowest values; ties go to the lower place. ``minima`` is work, one a chunk of ``values``."""
    for chunk in range(len(minima)):
        minima[chunk] = lowest_in_chunk(values, chunk * CHUNK)
    first = place_of_lowest(values, minima)
    lowest = values[first]
    values[first] = np.inf
    minima[first // CHUNK] = lowest_in_chunk(values, first // CHUNK * CHUNK)
    second = place_of_lowest(values, minima)
    values[first] = lowest
    return first, second


@compiled
def scaled(metric: int, value: float, scale: float) -> float:
    """The distance that a value of ``finish_distances`` stands for."""
    if metric == EUCLIDEAN:
        return math.sqrt(scale * value)
    return scale * value if metric == MANHATTAN else value


@compiled
def distances_to_all(metric: int, rows: Floats, codebook: Floats, out: Floats) -> None:
    """Distance of every row to every unit, as (n_rows, n_units)."""
    n_units = codebook.shape[1]
    squares = np.zeros(n_units, codebook.dtype)
    for i in range(len(rows)):
        out[i] = 0
        squares[:] = 0
        for f in range(len(codebook)):
            if rows[i, f] == rows[i, f]:
                measure_feature(metric, rows[i, f], codebook, f, out[i], squares)
        scale = finish_distances(metric, rows[i], out[i], squares)
        for k in range(n_units):
            out[i, k] = scaled(metric, out[i, k], scale)


@compiled
def two_nearest_by_distance(metric: int, rows: Floats, codebook: Floats, first: Indices, second: Indices) -> None:
    """Find the two nearest units by measuring every distance: for metrics that are no matrix product."""
    n_units = codebook.shape[1]
    n_chunks = (n_units + CHUNK - 1) // CHUNK
    distances = np.full(n_chunks * CHUNK, np.inf, codebook.dtype)  # beyond the last unit nothing is near
    minima = np.zeros(n_chunks, codebook.dtype)
    squares = np.zeros(n_units, codebook.dtype)
    for i in range(len(rows)):
        distances[:n_units] = 0
        squares[:] = 0
        for f in range(len(codebook)):
            if rows[i, f] == rows[i, f]:
                measure_feature(metric, rows[i, f], codebook, f, distances, squares)
        finish_distances(metric, rows[i], distances, squares)
        winner, runner_up = two_lowest(distances, minima)
        first[i], second[i] = winner, min(runner_up, n_units - 1)


# Sums of batch learning


@compiled
def add_rows_to_units(rows: Floats, units: Indices, shift: Floats, start: int, stop: int, sums: Floats) -> None:
    """Add every row, moved by -shift, to the sum of its unit; only the features from start to stop."""
    for i in range(len(rows)):
        unit = units[i]
        for f in range(start, stop):
            sums[unit, f] += rows[i, f] - shift[f]


@compiled
def add_observed_to_units(
    rows: Floats, units: Indices, shift: Floats, start: int, stop: int, sums: Floats, counts: Floats
) -> None:
    """The same over observed values, with their number per unit and feature."""
    for i in range(len(rows)):
        unit = units[i]
        for f in range(start, stop):
            value = rows[i, f] - shift[f]
            is_observed = value == value
            sums[unit, f] += value if is_observed else 0.0
            counts[unit, f] += 1.0 if is_observed else 0.0


# Online learning


@compiled
def pull_feature(value: float, codebook: Floats, f: int, start: int, stop: int, pulls: Floats) -> None:
    """Move feature f of the units from start to stop toward an example."""
    for k in range(np.uint64(start), np.uint64(stop)):  # unsigned, or Numba looks out for negative indices
        codebook[f, k] += pulls[k] * (value - codebook[f, k])


@compiled
def bell(exponent: float, negligible: float) -> float:
    """exp(-exponent), and 0 where that is negligible: subnormal numbers would be slow."""
    value = math.exp(-exponent)
    return value if value > negligible else 0.0


@compiled
def fill_pulls(
    kind: int,
    winner: int,
    radius: float,
    rate: float,
    negligible: float,
    row_squares: Floats,
    column_squares: Floats,
    row_bells: Floats,
    column_bells: Floats,
    row_shifts: Indices,
    work: Floats,
    pulls: Floats,
) -> tuple[int, int]:
    """Fill in rate * h(d) of all units around a winner; gives the first and last row of the grid with any pull.

    The tables of squared distances and of their Gaussians belong to differences of rows and of half steps. ``work`` is
    (2, 2, n_columns): squares and Gaussians of the columns, for rows moved like that of the winner and for the others.
    """
    n_rows, n_columns = len(row_shifts), work.shape[2]
    own_row, own_column = winner // n_columns, winner % n_columns
    for other in range(2):
        moved = 0 if other == 0 else (1 if row_shifts[own_row] == 0 else -1)
        for column in range(n_columns):
            apart = abs(2 * (column - own_column) + moved)
            work[0, other, column] = column_squares[apart]
            work[1, other, column] = column_bells[apart]
    limit = (radius + 1e-9) ** 2  # as in neighborhood.py
    steepness = 1 / (radius * radius)
    ends_sharply = kind in (BUBBLE, CUT_GAUSSIAN)
    top, bottom = n_rows, -1
    for row in range(n_rows):
        apart = abs(row - own_row)
        peak, square = rate * row_bells[apart], row_squares[apart]
        if peak <= negligible or (square > limit and ends_sharply):
            for column in range(n_columns):
                pulls[row * n_columns + column] = 0.0
            continue
        top, bottom = min(top, row), row
        other = 0 if row_shifts[row] == row_shifts[own_row] else 1
        first = row * n_columns
        for column in range(n_columns):
            squares, bells = square + work[0, other, column], peak * work[1, other, column]
            if kind == GAUSSIAN:
                pulls[first + column] = bells
            elif kind == BUBBLE:
                pulls[first + column] = rate if squares <= limit else 0.0
            elif kind == CUT_GAUSSIAN:
                pulls[first + column] = bells if squares <= limit else 0.0
            else:
                pulls[first + column] = (1 - squares * steepness) * bells
    return top, bottom


@compiled
def learn_online(
    metric: int,
    kind: int,
    rows: Floats,
    order: Indices,
    radii: Floats,
    rates: Floats,
    row_squares: Floats,
    column_squares: Floats,
    row_shifts: Indices,
    adjacent_square: float,
    smallest_radius: float,
    negligible: float,
    codebook: Floats,
) -> tuple[float, float, int]:
    """Learn the rows in order, one after another: the nearest prototype wins, and pulls its neighbors along.

    w_j <- w_j + eta(n) h_ji(n) (x - w_j) over the observed features (Kohonen 1982). ``codebook`` is (n_features,
    n_units) and changed. Gives the sums of the winners' distances before each step and of their squares, and how many
    times the two nearest units were no neighbors.
    """
    n_units = codebook.shape[1]
    n_columns = n_units // len(row_shifts)
    n_chunks = (n_units + CHUNK - 1) // CHUNK
    distances = np.full(n_chunks * CHUNK, np.inf, codebook.dtype)  # beyond the last unit nothing is near
    distances[:n_units] = 0
    minima = np.zeros(n_chunks, codebook.dtype)
    squares = np.zeros(n_units, codebook.dtype)
    pulls = np.zeros(n_units, codebook.dtype)
    row_bells = np.ones(len(row_squares), codebook.dtype)
    column_bells = np.ones(len(column_squares), codebook.dtype)
    work = np.zeros((2, 2, n_columns), codebook.dtype)
    half_steps = 2 if row_shifts.max() == 0 else 1
    error_sum, square_sum, n_torn, radius_of_bells = 0.0, 0.0, 0, -1.0
    for f in range(len(codebook)):
        value = rows[order[0], f]
        if value == value:
            measure_feature(metric, value, codebook, f, distances, squares)
    for step in range(len(order)):
        scale = finish_distances(metric, rows[order[step]], distances, squares)
        winner, second = two_lowest(distances, minima)
        error = scaled(metric, distances[winner], scale)
        error_sum += error
        square_sum += error * error
        second = min(second, n_units - 1)  # a single unit has no second
        own_row, other_row = winner // n_columns, second // n_columns
        apart = 2 * (winner % n_columns - second % n_columns) + row_shifts[own_row] - row_shifts[other_row]
        if row_squares[abs(own_row - other_row)] + column_squares[abs(apart)] > adjacent_square:
            n_torn += 1
        radius = max(radii[step], smallest_radius)
        if radius != radius_of_bells and kind != BUBBLE:
            precision = 1 / (2 * radius * radius)
            for apart in range(len(row_squares)):
                row_bells[apart] = bell(precision * row_squares[apart], negligible)
            for apart in range(0, len(column_squares), half_steps):
                column_bells[apart] = bell(precision * column_squares[apart], negligible)
            radius_of_bells = radius
        top, bottom = fill_pulls(
            kind,
            winner,
            radii[step] if kind == BUBBLE else radius,
            rates[step],
            negligible,
            row_squares,
            column_squares,
            row_bells,
            column_bells,
            row_shifts,
            work,
            pulls,
        )
        start, stop = top * n_columns, (bottom + 1) * n_columns
        distances[:n_units] = 0
        squares[:] = 0
        current, following = order[step], order[min(step + 1, len(order) - 1)]
        for f in range(len(codebook)):
            value, next_value = rows[current, f], rows[following, f]
            if value == value:
                pull_feature(value, codebook, f, start, stop, pulls)
            if next_value == next_value:
                measure_feature(metric, next_value, codebook, f, distances, squares)
    return error_sum, square_sum, n_torn
