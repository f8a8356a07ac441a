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
def squared_distance(row: Floats, prototype: Floats) -> float:
    """Sum of squared differences; NaN where a value is missing."""
    total = 0.0
    for f in range(len(row)):
        error = row[f] - prototype[f]
        total += error * error
    return total


@compiled
def distance(metric: int, row: Floats, other: Floats) -> float:
    """Distance over the features observed in both, scaled up to all where it is a sum; infinite if there are none."""
    n_observed = 0.0  # a floating number, so that the loops vectorize
    total = 0.0
    if metric == EUCLIDEAN:
        total = squared_distance(row, other)  # twice as fast as looking for gaps
        if total == total:
            return math.sqrt(total)
        total = 0.0
        for f in range(len(row)):
            error = np.float64(row[f]) - np.float64(other[f])
            is_observed = error == error
            total += error * error if is_observed else 0.0
            n_observed += 1.0 if is_observed else 0.0
        return math.sqrt(total * (len(row) / n_observed)) if n_observed > 0 else np.inf
    if metric == MANHATTAN:
        for f in range(len(row)):
            error = abs(np.float64(row[f]) - np.float64(other[f]))
            is_observed = error == error
            total += error if is_observed else 0.0
            n_observed += 1.0 if is_observed else 0.0
        return total * (len(row) / n_observed) if n_observed > 0 else np.inf
    if metric == CHEBYSHEV:
        for f in range(len(row)):
            error = abs(np.float64(row[f]) - np.float64(other[f]))
            is_observed = error == error
            total = max(total, error if is_observed else 0.0)
            n_observed += 1.0 if is_observed else 0.0
        return total if n_observed > 0 else np.inf
    own_square, other_square = 0.0, 0.0
    for f in range(len(row)):
        value, weight = np.float64(row[f]), np.float64(other[f])
        product = value * weight
        is_observed = product == product
        total += product if is_observed else 0.0
        own_square += value * value if is_observed else 0.0
        other_square += weight * weight if is_observed else 0.0
        n_observed += 1.0 if is_observed else 0.0
    return cosine_distance(total, own_square, other_square) if n_observed > 0 else np.inf


@compiled
def cosine_distance(product: float, own_square: float, other_square: float) -> float:
    """1 - cos of the angle; 1 where one of the two is zero and there is no angle."""
    lengths = math.sqrt(own_square) * math.sqrt(other_square)
    return max(1 - product / lengths, 0.0) if lengths > 0 else 1.0


@compiled
def distances_between(metric: int, rows: Floats, others: Floats, out: Floats) -> None:
    """Distance of every row to every other row, both of which may have gaps."""
    for i in range(len(rows)):
        for k in range(len(others)):
            out[i, k] = distance(metric, rows[i], others[k])


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


# Sums of batch learning, and the ranges of the data before it


@compiled
def take_in_ranges(rows: Floats, n_observed: Floats, sums: Floats, lowest: Floats, highest: Floats) -> None:
    """Take rows into number, sum, lowest and highest of the observed values of every feature, in one pass."""
    for i in range(len(rows)):
        for f in range(rows.shape[1]):
            value = rows[i, f]
            is_observed = value == value
            n_observed[f] += 1.0 if is_observed else 0.0
            sums[f] += value if is_observed else 0.0
            lowest[f] = value if value < lowest[f] else lowest[f]
            highest[f] = value if value > highest[f] else highest[f]


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
def pull_and_measure_four(
    rows: Floats,
    current: int,
    following: int,
    codebook: Floats,
    f: int,
    start: int,
    stop: int,
    pulls: Floats,
    distances: Floats,
) -> None:
    """Move four features of the units from start to stop, and take them into the distances to the next example."""
    x0, x1, x2, x3 = rows[current, f], rows[current, f + 1], rows[current, f + 2], rows[current, f + 3]
    y0, y1, y2, y3 = rows[following, f], rows[following, f + 1], rows[following, f + 2], rows[following, f + 3]
    for k in range(np.uint64(start), np.uint64(stop)):  # unsigned, or Numba looks out for negative indices
        pull = pulls[k]
        w0, w1, w2, w3 = codebook[f, k], codebook[f + 1, k], codebook[f + 2, k], codebook[f + 3, k]
        w0 += pull * (x0 - w0)
        w1 += pull * (x1 - w1)
        w2 += pull * (x2 - w2)
        w3 += pull * (x3 - w3)
        codebook[f, k], codebook[f + 1, k], codebook[f + 2, k], codebook[f + 3, k] = w0, w1, w2, w3
        distances[k] += (y0 - w0) ** 2 + (y1 - w1) ** 2 + (y2 - w2) ** 2 + (y3 - w3) ** 2


@compiled
def measure_four(
    rows: Floats, following: int, codebook: Floats, f: int, start: int, stop: int, distances: Floats
) -> None:
    """Take four features of the units from start to stop into the distances to the next example."""
    y0, y1, y2, y3 = rows[following, f], rows[following, f + 1], rows[following, f + 2], rows[following, f + 3]
    for k in range(np.uint64(start), np.uint64(stop)):
        e0, e1 = y0 - codebook[f, k], y1 - codebook[f + 1, k]
        e2, e3 = y2 - codebook[f + 2, k], y3 - codebook[f + 3, k]
        distances[k] += e0 * e0 + e1 * e1 + e2 * e2 + e3 * e3


@compiled
def pull_feature(value: float, codebook: Floats, f: int, start: int, stop: int, pulls: Floats) -> None:
    """Move feature f of the units from start to stop toward an example."""
    for k in range(np.uint64(start), np.uint64(stop)):  # unsigned, or Numba looks out for negative indices
        codebook[f, k] += pulls[k] * (value - codebook[f, k])


@compiled
def fill_bells(precision: float, squares: Floats, stride: int, negligible: float, bells: Floats) -> None:
    """Fill in exp(-precision d^2) for every stride-th entry of a table of squared distances; 0 where it is negligible.

    As long as the distances are 0, 1, 2, ... steps, each value is the one before times a factor that itself falls by a
    factor: two products instead of an exponential, which here would cost as much as a tenth of all learning.
    """
    bells[0] = 1.0
    if len(squares) <= stride:
        return
    factor = math.exp(-precision * np.float64(squares[stride]))
    fall = factor * factor
    value, farthest = 1.0, 0.0
    for apart in range(stride, len(squares), stride):
        if squares[apart] > farthest:
            farthest = squares[apart]
            value *= factor
            factor *= fall
            bells[apart] = value if value > negligible else 0.0  # subnormal numbers would be slow
            value = value if value > negligible else 0.0
        else:  # on a torus distances fall again
            shorter = math.exp(-precision * np.float64(squares[apart]))
            bells[apart] = shorter if shorter > negligible else 0.0


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
        if kind == GAUSSIAN:
            for column in range(n_columns):
                pulls[first + column] = peak * work[1, other, column]
            continue
        for column in range(n_columns):
            squares, bells = square + work[0, other, column], peak * work[1, other, column]
            if kind == MEXICAN_HAT:
                pulls[first + column] = (1 - squares * steepness) * bells
            else:
                height = rate if kind == BUBBLE else bells
                pulls[first + column] = height if squares <= limit else 0.0
    return top, bottom


@compiled
def win(
    metric: int,
    kind: int,
    scale: float,
    radius: float,
    rate: float,
    row_squares: Floats,
    column_squares: Floats,
    row_shifts: Indices,
    adjacent_square: float,
    smallest_radius: float,
    negligible: float,
    distances: Floats,
    work: Floats,
    minima: Floats,
    row_bells: Floats,
    column_bells: Floats,
    pulls: Floats,
    tally: Floats,
) -> tuple[int, int]:
    """Let the nearest unit win and fill in the pulls; gives the first unit with any pull and the one after the last.

    ``tally`` holds the sums of the winners' distances and of their squares, how many times the two nearest units were
    no neighbors, and the radius to which the tables of bells belong.
    """
    n_units, n_columns = len(pulls), work.shape[2]
    winner, second = two_lowest(distances, minima)
    second = min(second, n_units - 1)  # a single unit has no second
    error = scaled(metric, distances[winner], scale)
    tally[0] += error
    tally[1] += error * error
    own_row, other_row = winner // n_columns, second // n_columns
    apart = 2 * (winner % n_columns - second % n_columns) + row_shifts[own_row] - row_shifts[other_row]
    if row_squares[abs(own_row - other_row)] + column_squares[abs(apart)] > adjacent_square:
        tally[2] += 1
    smooth_radius = max(radius, smallest_radius)
    if smooth_radius != tally[3] and kind != BUBBLE:
        precision = 1 / (2 * np.float64(smooth_radius) ** 2)
        fill_bells(precision, row_squares, 1, negligible, row_bells)
        fill_bells(precision, column_squares, 2 if row_shifts.max() == 0 else 1, negligible, column_bells)
        tally[3] = smooth_radius
    top, bottom = fill_pulls(
        kind,
        winner,
        radius if kind == BUBBLE else smooth_radius,
        rate,
        negligible,
        row_squares,
        column_squares,
        row_bells,
        column_bells,
        row_shifts,
        work,
        pulls,
    )
    return top * n_columns, (bottom + 1) * n_columns


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
    has_gaps: bool,
    codebook: Floats,
) -> tuple[float, float, int]:
    """Learn the rows in order, one after another: the nearest prototype wins, and pulls its neighbors along.

    w_j <- w_j + eta(n) h_ji(n) (x - w_j) over the observed features (Kohonen 1982). ``codebook`` is (n_features,
    n_units) and changed. Gives the sums of the winners' distances before each step and of their squares, and how many
    times the two nearest units were no neighbors.
    """
    n_units = codebook.shape[1]
    n_chunks = (n_units + CHUNK - 1) // CHUNK
    distances = np.full(n_chunks * CHUNK, np.inf, codebook.dtype)  # beyond the last unit nothing is near
    minima = np.zeros(n_chunks, codebook.dtype)
    squares = np.zeros(n_units, codebook.dtype)
    pulls = np.zeros(n_units, codebook.dtype)
    row_bells, column_bells = np.ones_like(row_squares), np.ones_like(column_squares)
    work = np.zeros((2, 2, n_units // len(row_shifts)), codebook.dtype)
    tally = np.array([0.0, 0.0, 0.0, -1.0])
    distances[:n_units] = 0
    for f in range(len(codebook)):
        value = rows[order[0], f]
        if value == value:
            measure_feature(metric, value, codebook, f, distances, squares)
    for step in range(len(order)):
        scale = finish_distances(metric, rows[order[step]], distances, squares)
        start, stop = win(
            metric,
            kind,
            scale,
            radii[step],
            rates[step],
            row_squares,
            column_squares,
            row_shifts,
            adjacent_square,
            smallest_radius,
            negligible,
            distances,
            work,
            minima,
            row_bells,
            column_bells,
            pulls,
            tally,
        )
        distances[:n_units] = 0
        squares[:] = 0
        current, following = order[step], order[min(step + 1, len(order) - 1)]
        # Most often four features at a time: the distances then pass through the registers once for all of them.
        n_together = len(codebook) // 4 * 4 if metric == EUCLIDEAN and not has_gaps else 0
        for f in range(0, n_together, 4):
            measure_four(rows, following, codebook, f, 0, start, distances)
            pull_and_measure_four(rows, current, following, codebook, f, start, stop, pulls, distances)
            measure_four(rows, following, codebook, f, stop, n_units, distances)
        for f in range(n_together, len(codebook)):
            value, next_value = rows[current, f], rows[following, f]
            if value == value:
                pull_feature(value, codebook, f, start, stop, pulls)
            if next_value == next_value:
                measure_feature(metric, next_value, codebook, f, distances, squares)
    return tally[0], tally[1], int(tally[2])


@compiled
def learn_block(
    kind: int,
    products: Floats,
    gram: Floats,
    radii: Floats,
    rates: Floats,
    row_squares: Floats,
    column_squares: Floats,
    row_shifts: Indices,
    adjacent_square: float,
    smallest_radius: float,
    negligible: float,
    prototype_squares: Floats,
    kept: Floats,
    shares: Floats,
) -> tuple[float, float, int]:
    """Learn a block of examples of many features, of which only products are needed: the steps are the same.

    After some steps a prototype is kept_j w_j + sum_s shares_sj x_s, so its products with the next example follow from
    ``products`` x_t.w_j, (n_rows, n_units), and ``gram`` x_s.x_t. ``prototype_squares`` |w_j|^2 are those of the
    prototypes at the beginning and are changed; ``kept`` (n_units,) and ``shares`` (n_rows, n_units) are overwritten.
    """
    n_rows, n_units = products.shape
    n_chunks = (n_units + CHUNK - 1) // CHUNK
    distances = np.full(n_chunks * CHUNK, np.inf, products.dtype)  # beyond the last unit nothing is near
    minima = np.zeros(n_chunks, products.dtype)
    pulls = np.zeros(n_units, products.dtype)
    dots = products[0].copy()
    row_bells, column_bells = np.ones_like(row_squares), np.ones_like(column_squares)
    work = np.zeros((2, 2, n_units // len(row_shifts)), products.dtype)
    tally = np.array([0.0, 0.0, 0.0, -1.0])
    kept[:] = 1
    for t in range(n_rows):
        own_square = gram[t, t]
        for k in range(n_units):
            distances[k] = max(prototype_squares[k] - 2 * dots[k] + own_square, 0)
        win(
            EUCLIDEAN,
            kind,
            1.0,
            radii[t],
            rates[t],
            row_squares,
            column_squares,
            row_shifts,
            adjacent_square,
            smallest_radius,
            negligible,
            distances,
            work,
            minima,
            row_bells,
            column_bells,
            pulls,
            tally,
        )
        for k in range(n_units):
            pull, rest = pulls[k], 1 - pulls[k]
            prototype_squares[k] = rest * rest * prototype_squares[k] + pull * (2 * rest * dots[k] + pull * own_square)
            kept[k] *= rest
            shares[t, k] = pull
        following = min(t + 1, n_rows - 1)
        for k in range(n_units):
            dots[k] = kept[k] * products[following, k] + shares[t, k] * gram[t, following]
        for s in range(t):
            similarity = gram[s, following]
            for k in range(n_units):
                shares[s, k] *= 1 - pulls[k]
                dots[k] += similarity * shares[s, k]
    return tally[0], tally[1], int(tally[2])
