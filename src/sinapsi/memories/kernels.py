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
DWARFED = 1e-250  # sum of terms, over the largest that there could be, below which they have lost digits
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


# Dense memories: E = - sum_k F(overlap_k), F known by D(x) = F(x + 1) - F(x - 1) as sign and logarithm


@compiled
def respond(signs: Floats, logarithms: Floats, overlaps: Integers, offset: int, above: Floats, below: Floats) -> None:
    """Overwrite ``above`` and ``below`` (n_memories,): D(overlap + 1) and D(overlap - 1), over the largest of them."""
    largest = -np.inf
    for k in range(len(overlaps)):
        place = overlaps[k] + offset
        largest = max(largest, logarithms[place + 1], logarithms[place - 1])
    for k in range(len(overlaps)):
        place = overlaps[k] + offset
        above[k] = signs[place + 1] * math.exp(logarithms[place + 1] - largest) if largest > -np.inf else 0.0
        below[k] = signs[place - 1] * math.exp(logarithms[place - 1] - largest) if largest > -np.inf else 0.0


@compiled
def gain_and_size(column: Floats, state: int, above: Floats, below: Floats) -> tuple[float, float]:
    """Give by how much the energy is lower with +1 than with -1 at a unit, and the sum of the terms' magnitudes.

    Without the unit an overlap a is a - 1 where the memory agrees with the state, and a + 1 where it does not; so the
    gain is sum_k f_k D(a_k - f_k s).
    """
    total = 0.0
    size = 0.0
    for k in range(len(column)):
        term = below[k] if column[k] == state else -above[k]
        total += term
        size += abs(term)
    return total * state, size


@compiled
def careful_gain_and_size(
    column: Floats, state: int, signs: Floats, logarithms: Floats, overlaps: Integers, offset: int
) -> tuple[float, float]:
    """Do the same over the largest of the terms themselves: where others dwarf them, or the state is 0, not known."""
    largest = -np.inf
    for k in range(len(overlaps)):
        largest = max(largest, logarithms[overlaps[k] - np.int64(column[k]) * state + offset])
    total = 0.0
    size = 0.0
    if largest > -np.inf:
        for k in range(len(overlaps)):
            place = overlaps[k] - np.int64(column[k]) * state + offset
            term = column[k] * signs[place] * math.exp(logarithms[place] - largest)
            total += term
            size += abs(term)
    return total, size


@compiled
def recall_dense_memory(
    columns: Floats,
    signs: Floats,
    logarithms: Floats,
    offset: int,
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
    date. D(x) is ``signs[x + offset] exp(logarithms[x + offset])``. A gain counts as 0 within ``tolerance`` times the
    sum of its terms' magnitudes.
    """
    n_memories = columns.shape[1]
    above = np.empty(n_memories, columns.dtype)
    below = np.empty(n_memories, columns.dtype)
    for p in range(len(states)):
        if progress[p, REST] >= 0:
            continue
        own = overlaps[p]
        respond(signs, logarithms, own, offset, above, below)
        for place in range(start, stop):
            unit = visits[place]
            if len(kept) == 0 or kept[p, unit] == 0:
                old = states[p, unit]
                gain, size = gain_and_size(columns[unit], old, above, below)
                if old == 0 or size < DWARFED:
                    gain, size = careful_gain_and_size(columns[unit], old, signs, logarithms, own, offset)
                if wants_to_change(gain, old, tolerance * size):
                    new = 1 if gain > 0 else -1
                    states[p, unit] = new
                    for k in range(n_memories):
                        own[k] += np.int64(columns[unit, k]) * (new - old)
                    respond(signs, logarithms, own, offset, above, below)
                    note_change(progress[p], place, unit, changed_units)
            if progress[p, LAST_CHANGE] < whole_since[place]:
                progress[p, REST] = place
                break
