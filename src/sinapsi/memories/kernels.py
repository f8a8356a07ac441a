"""Kernels of recall, one unit after another (Hopfield 1982; Glauber 1963 at temperature; Krotov and Hopfield 2016).

Arrays in, arrays out. All probes meet the units in the same order ``visits``; ``states`` (n_probes, n_units) of -1, +1
and 0 (not known yet) are changed in place. A probe comes to rest when every unit was visited since its last change:
``whole_since[t]`` is the latest place in the order from which on the visits up to ``t`` cover all units. Places are
counted from 0 over the whole recall, so that a recall may go on in parts.

``progress`` (n_probes, 3) holds, for each probe, the place of its last change (-1: none), the place at which it came to
rest (-1: not yet), and its number of changes. A single probe may be followed: then ``changed_units`` takes the units as
they change; it is empty where nobody wants to know.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]

compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})

LAST_CHANGE, REST, N_CHANGES = 0, 1, 2  # columns of progress
STEP, MIX_1, MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)

# The order of visits


@compiled
def find_whole_windows(visits: Integers, n_units: int, whole_since: Integers) -> None:
    """Overwrite ``whole_since``: for each place the latest start of a stretch up to it that visits all units, or -1."""
    counts = np.zeros(n_units, np.int64)
    n_missing = n_units
    start = 0
    for place in range(len(visits)):
        unit = visits[place]
        if counts[unit] == 0:
            n_missing -= 1
        counts[unit] += 1
        while n_missing == 0 and counts[visits[start]] > 1:
            counts[visits[start]] -= 1
            start += 1
        whole_since[place] = start if n_missing == 0 else -1


# Chance, without a generator: the same number for one seed and place, whoever else is in the batch


@compiled
def uniform_at(seed: np.uint64, place: int) -> float:
    """Give number ``place`` of the stream of a seed, uniform in [0, 1) (SplitMix64; Steele, Lea and Flood 2014)."""
    bits = seed + STEP * np.uint64(place + 1)
    bits = (bits ^ (bits >> np.uint64(30))) * MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * MIX_2
    bits = bits ^ (bits >> np.uint64(31))
    return (bits >> np.uint64(11)) * 2.0**-53


@compiled
def seeds_of_states(states: Integers, seed: np.uint64, seeds: Integers) -> None:
    """Overwrite ``seeds`` (n_probes,): a seed from the contents of each state, so that equal probes fare alike."""
    for p in range(len(states)):
        bits = seed
        for i in range(states.shape[1]):
            bits = (bits ^ np.uint64(states[p, i] + 2)) * MIX_1
            bits = bits ^ (bits >> np.uint64(29))
        seeds[p] = bits


@compiled
def thermal_state(field: float, inverse_temperature: float, chance: float) -> int:
    """Draw +1 with probability 1 / (1 + exp(-2 field / T)), else -1 (Glauber 1963)."""
    return 1 if chance * (1.0 + math.exp(-2.0 * inverse_temperature * field)) < 1.0 else -1


@compiled
def draw_states(
    fields: Floats, inverse_temperature: float, seeds: Integers, first_place: int, kept: Integers, states: Integers
) -> None:
    """Overwrite all states at once, at a temperature; where ``kept`` (n_probes, n_units) is 1 they stay."""
    for p in range(len(states)):
        for i in range(states.shape[1]):
            if kept[p, i] == 0:
                chance = uniform_at(seeds[p], first_place + i)
                states[p, i] = thermal_state(fields[p, i], inverse_temperature, chance)


# Weights as a few factors: w_ij = sum_r sign_r v_r(i) v_r(j) for i != j, kept as ``columns`` (n_units, n_factors)


@compiled
def dot(row: Floats, other: Floats) -> float:
    """Inner product."""
    total = row.dtype.type(0)
    for r in range(len(row)):
        total += row[r] * other[r]
    return total


@compiled
def wants_to_change(field: float, state: int, tolerance: float) -> bool:
    """Tell whether a unit disagrees with its field; one test that seldom holds, so that no branch is mispredicted."""
    return field * state < -tolerance or (state == 0 and abs(field) > tolerance)


@compiled
def recall_by_factors(
    columns: Floats,
    signs: Floats,
    self_couplings: Floats,
    overlaps: Floats,
    tolerance: float,
    visits: Integers,
    whole_since: Integers,
    start: int,
    stop: int,
    kept: Integers,
    states: Integers,
    progress: Integers,
    changed_units: Integers,
) -> None:
    """Recall until each probe rests, visits from ``start`` to ``stop`` at most.

    ``overlaps`` (n_probes, n_factors) are sign_r v_r . state and kept up to date; a field is their inner product with
    a column, less the unit's coupling to itself. ``kept`` (n_probes, n_units) marks units that stay, or has no rows.
    """
    n_awake = 0
    awake = np.empty(len(states), np.int64)
    for p in range(len(states)):
        if progress[p, REST] < 0:
            awake[n_awake] = p
            n_awake += 1
    for place in range(start, stop):
        if n_awake == 0:
            return
        unit = visits[place]
        column = columns[unit]
        n_still_awake = 0
        for a in range(n_awake):
            p = awake[a]
            if len(kept) == 0 or kept[p, unit] == 0:
                old = states[p, unit]
                field = dot(column, overlaps[p]) - self_couplings[unit] * old
                if wants_to_change(field, old, tolerance):
                    new = 1 if field > 0 else -1
                    states[p, unit] = new
                    change = columns.dtype.type(new - old)
                    own = overlaps[p]
                    for r in range(len(column)):
                        own[r] += change * signs[r] * column[r]
                    note_change(progress[p], place, unit, changed_units)
            if progress[p, LAST_CHANGE] < whole_since[place]:
                progress[p, REST] = place
            else:
                awake[n_still_awake] = p
                n_still_awake += 1
        n_awake = n_still_awake


@compiled
def note_change(progress: Integers, place: int, unit: int, changed_units: Integers) -> None:
    """Write down that a probe changed, and where it is followed, which unit."""
    if len(changed_units) > 0:
        changed_units[progress[N_CHANGES]] = unit
    progress[LAST_CHANGE] = place
    progress[N_CHANGES] += 1


@compiled
def anneal_by_factors(
    columns: Floats,
    signs: Floats,
    self_couplings: Floats,
    overlaps: Floats,
    inverse_temperature: float,
    visits: Integers,
    seeds: Integers,
    kept: Integers,
    states: Integers,
    progress: Integers,
    changed_units: Integers,
) -> None:
    """Make all visits at a temperature; arguments as in :func:`recall_by_factors`, ``seeds`` one a probe."""
    for place in range(len(visits)):
        unit = visits[place]
        column = columns[unit]
        for p in range(len(states)):
            if len(kept) == 0 or kept[p, unit] == 0:
                old = states[p, unit]
                field = dot(column, overlaps[p]) - self_couplings[unit] * old
                new = thermal_state(field, inverse_temperature, uniform_at(seeds[p], place))
                if new != old:
                    states[p, unit] = new
                    change = columns.dtype.type(new - old)
                    own = overlaps[p]
                    for r in range(len(column)):
                        own[r] += change * signs[r] * column[r]
                    note_change(progress[p], place, unit, changed_units)


# Weights as a symmetric matrix with an empty diagonal


@compiled
def recall_by_weights(
    weights: Floats,
    fields: Floats,
    tolerance: float,
    visits: Integers,
    whole_since: Integers,
    start: int,
    stop: int,
    kept: Integers,
    states: Integers,
    progress: Integers,
    changed_units: Integers,
) -> None:
    """Recall as :func:`recall_by_factors` does; ``fields`` (n_probes, n_units) are kept up to date at every change."""
    for p in range(len(states)):
        if progress[p, REST] >= 0:
            continue
        own = fields[p]
        for place in range(start, stop):
            unit = visits[place]
            old = states[p, unit]
            field = own[unit]
            if wants_to_change(field, old, tolerance) and (len(kept) == 0 or kept[p, unit] == 0):
                new = 1 if field > 0 else -1
                states[p, unit] = new
                add_row(own, weights.dtype.type(new - old), weights[unit])
                note_change(progress[p], place, unit, changed_units)
            if progress[p, LAST_CHANGE] < whole_since[place]:
                progress[p, REST] = place
                break


@compiled
def add_row(fields: Floats, change: float, row: Floats) -> None:
    """Add a multiple of a row."""
    for i in range(len(fields)):
        fields[i] += change * row[i]


@compiled
def anneal_by_weights(
    weights: Floats,
    fields: Floats,
    inverse_temperature: float,
    visits: Integers,
    seeds: Integers,
    kept: Integers,
    states: Integers,
    progress: Integers,
    changed_units: Integers,
) -> None:
    """Make all visits at a temperature; arguments as in :func:`recall_by_weights`, ``seeds`` one a probe."""
    for p in range(len(states)):
        own = fields[p]
        for place in range(len(visits)):
            unit = visits[place]
            if len(kept) == 0 or kept[p, unit] == 0:
                old = states[p, unit]
                field = own[unit]
                new = thermal_state(field, inverse_temperature, uniform_at(seeds[p], place))
                if new != old:
                    states[p, unit] = new
                    add_row(own, weights.dtype.type(new - old), weights[unit])
                    note_change(progress[p], place, unit, changed_units)


# Dense memories: E = - sum_k F(overlap_k), F known by the table F(x + 1) - F(x - 1) of whole numbers x


@compiled
def respond(table: Floats, overlaps: Integers, shift: int, offset: int, responses: Floats) -> float:
    """Overwrite ``responses`` (n_memories,) and give the part of a unit's gain that goes with its own state.

    With x_k = overlap_k - f_k s the overlap without the unit, its gain is sum_k f_k D(x_k). Since f_k s is -1 or +1,
    D(x_k) = (D(a + 1) + D(a - 1)) / 2 - f_k s (D(a + 1) - D(a - 1)) / 2 at a = overlap_k, so the gain is an inner
    product of the memory's column with the first part, plus s times the sum of the second.
    """
    own = 0.0
    for k in range(len(overlaps)):
        place = overlaps[k] - shift + offset
        above = table[place + 1]
        below = table[place - 1]
        responses[k] = 0.5 * (above + below)
        own -= 0.5 * (above - below)
    return own


@compiled
def gain_of_unknown(column: Floats, table: Floats, overlaps: Integers, shift: int, offset: int) -> float:
    """Give what +1 instead of -1 would lower the energy by, at a unit whose state is 0 and in no overlap."""
    gain = 0.0
    for k in range(len(overlaps)):
        gain += column[k] * table[overlaps[k] - shift + offset]
    return gain


@compiled
def recall_dense_memory(
    columns: Floats,
    table: Floats,
    offset: int,
    is_relative: bool,
    tolerance: float,
    visits: Integers,
    whole_since: Integers,
    start: int,
    stop: int,
    overlaps: Integers,
    kept: Integers,
    states: Integers,
    progress: Integers,
    changed_units: Integers,
) -> None:
    """Recall until each probe rests, visits from ``start`` to ``stop`` at most.

    ``columns`` (n_units, n_memories) are the memories; ``overlaps`` (n_probes, n_memories) whole numbers, kept up to
    date. ``table[x + offset]`` is F(x + 1) - F(x - 1); where ``is_relative``, of x less the largest overlap, which is
    how exp stays in range. A gain counts as 0 within ``tolerance`` times what its terms could sum to.
    """
    n_memories = columns.shape[1]
    responses = np.empty(n_memories, columns.dtype)
    for p in range(len(states)):
        if progress[p, REST] >= 0:
            continue
        own_overlaps = overlaps[p]
        shift = largest(own_overlaps) if is_relative else 0
        own = respond(table, own_overlaps, shift, offset, responses)
        scale = tolerance * sum_of_magnitudes(responses)
        for place in range(start, stop):
            unit = visits[place]
            if len(kept) == 0 or kept[p, unit] == 0:
                old = states[p, unit]
                if old == 0:
                    gain = gain_of_unknown(columns[unit], table, own_overlaps, shift, offset)
                else:
                    gain = dot(columns[unit], responses) + own * old
                if wants_to_change(gain, old, scale):
                    new = 1 if gain > 0 else -1
                    states[p, unit] = new
                    for k in range(n_memories):
                        own_overlaps[k] += np.int64(columns[unit, k]) * (new - old)
                    shift = largest(own_overlaps) if is_relative else 0
                    own = respond(table, own_overlaps, shift, offset, responses)
                    scale = tolerance * sum_of_magnitudes(responses)
                    note_change(progress[p], place, unit, changed_units)
            if progress[p, LAST_CHANGE] < whole_since[place]:
                progress[p, REST] = place
                break


@compiled
def largest(numbers: Integers) -> int:
    """Give the largest of some whole numbers."""
    found = numbers[0]
    for k in range(1, len(numbers)):
        found = max(found, numbers[k])
    return found


@compiled
def sum_of_magnitudes(numbers: Floats) -> float:
    """Give the sum of absolute values."""
    total = 0.0
    for k in range(len(numbers)):
        total += abs(numbers[k])
    return total
