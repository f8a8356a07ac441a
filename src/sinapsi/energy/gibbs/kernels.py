"""Kernels of Gibbs sampling, one unit after another (Geman and Geman 1984), of mean fields, and of annealed weights.

Arrays in, arrays out. ``fields`` (n_chains, n_units), sum_j w_ij s_j + b_i, are kept up to date: a unit that flips adds
or takes away its row of the weights, and a unit that stays costs a comparison. The gap of a unit is scale field + pull
base, and it becomes 1 with probability 1 / (1 + exp(-gap)).

Chance is a number of a stream (SplitMix64; Steele, Lea and Flood 2014) at a place: chain c has a stream of its own, and
unit i takes number t n_units + i of it in sweep t. So a chain fares the same in any batch. The order of the units in a
sweep is the same for all chains.

The exponential is seldom needed: the first eight bits of a chance tell between which two numbers its logit lies, and
most gaps are outside.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]

compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})

STEP, MIX_1, MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)

N_BINS = 256  # of chances, by their first eight bits
TOGETHER = 16  # chains that meet a unit one after another: their fields and the unit's weights stay in the cache
ROUNDING = 1e-12  # by which the borders are moved apart, so that their own errors do not matter
BORDERS = np.log(np.arange(1, N_BINS) / np.arange(N_BINS - 1, 0, -1))  # logits of 1/256 to 255/256
LOWER = np.concatenate([[-np.inf], BORDERS - ROUNDING])
UPPER = np.concatenate([BORDERS + ROUNDING, [np.inf]])


# Chance, without a generator


@compiled
def bits_at(seed: np.uint64, place: np.uint64) -> np.uint64:
    """Give 64 bits, number ``place`` of the stream of a seed."""
    bits = seed + STEP * (place + np.uint64(1))
    bits = (bits ^ (bits >> np.uint64(30))) * MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * MIX_2
    return bits ^ (bits >> np.uint64(31))


@compiled
def uniform_at(seed: np.uint64, place: np.uint64) -> float:
    """Give number ``place`` of the stream of a seed, uniform in [0, 1)."""
    return np.float64(np.int64(bits_at(seed, place) >> np.uint64(11))) * 2.0**-53


@compiled
def fill_with_seeds(seeds: Integers, seed: np.uint64, first: np.uint64) -> None:
    """Overwrite ``seeds`` (n_chains,) with the streams of chains ``first`` and on."""
    for c in range(len(seeds)):
        seeds[c] = bits_at(seed, first + np.uint64(c))


@compiled
def fill_with_seeds_of_rows(seeds: Integers, seed: np.uint64, rows: Integers) -> None:
    """Overwrite ``seeds`` (n_rows,) with streams that follow from the contents, so that equal rows fare alike."""
    for r in range(len(rows)):
        bits = seed
        for i in range(rows.shape[1]):
            bits = bits_at(bits, np.uint64(rows[r, i] + 1))
        seeds[r] = bits


@compiled
def draw_coins(chances: Floats, seeds: Integers, sweep: int, states: Integers) -> None:
    """Overwrite ``states`` (n_chains, n_units): 1 with probability ``chances`` (n_units,), by numbers of ``sweep``."""
    n_units = states.shape[1]
    for c in range(len(states)):
        for i in range(n_units):
            states[c, i] = 1 if uniform_at(seeds[c], np.uint64(sweep * n_units + i)) < chances[i] else 0


@compiled
def shuffle_units(order: Integers, seed: np.uint64, sweep: int) -> None:
    """Overwrite ``order`` (n_units,) with the order of a sweep (Fisher and Yates; Durstenfeld 1964)."""
    n_units = len(order)
    for i in range(n_units):
        order[i] = i
    for last in range(n_units - 1, 0, -1):
        other = int(uniform_at(seed, np.uint64(sweep * n_units + last)) * (last + 1))
        order[last], order[other] = order[other], order[last]


# States and their fields


@compiled
def find_fields(weights: Floats, biases: Floats, states: Integers, fields: Floats) -> None:
    """Overwrite ``fields`` (n_rows, n_out) with biases + states weights; weights (n_in, n_out), states 0 and 1."""
    for r in range(len(states)):
        for j in range(fields.shape[1]):
            fields[r, j] = biases[j]
        for i in range(states.shape[1]):
            if states[r, i] == 1:
                for j in range(fields.shape[1]):
                    fields[r, j] += weights[i, j]


@compiled
def find_reach(weights: Floats, reach: Integers) -> None:
    """Overwrite ``reach`` (n_units, 2): first and last + 1 of the units that a unit is connected to; 0, 0 for none."""
    for i in range(len(weights)):
        first, stop = 0, 0
        for j in range(len(weights)):
            if weights[i, j] != 0.0:
                first = j if stop == 0 else first
                stop = j + 1
        reach[i, 0], reach[i, 1] = first, stop


@compiled
def add_row(fields: Floats, change: float, row: Floats) -> None:
    """Add a multiple of a row."""
    for j in range(len(fields)):
        fields[j] += change * row[j]


@compiled
def choose_states(gaps: Floats, bits: Integers, n_chains: int, new: Integers) -> None:
    """Overwrite ``new``: 1 where u < 1 / (1 + exp(-gap)), else 0; u is uniform in [0, 1), by 53 of the bits."""
    n_doubtful = 0
    for k in range(n_chains):
        bin_of_u = bits[k] >> np.uint64(56)
        new[k] = gaps[k] > UPPER[bin_of_u]
        n_doubtful += (gaps[k] >= LOWER[bin_of_u]) & (gaps[k] <= UPPER[bin_of_u])
    if n_doubtful > 0:
        for k in range(n_chains):
            u = np.float64(np.int64(bits[k] >> np.uint64(11))) * 2.0**-53
            new[k] = u * (1.0 + math.exp(-gaps[k])) < 1.0


@compiled
def visit_units(
    weights: Floats,
    reach: Integers,
    order: Integers,
    first: int,
    stop: int,
    place: np.uint64,
    scale: float,
    pull: float,
    base: Floats,
    seeds: Integers,
    kept: Integers,
    states: Integers,
    fields: Floats,
) -> None:
    """Make a sweep of chains ``first`` to ``stop``, which share the rows of the weights.

    Those that flip are listed without a branch, since whether one does can hardly be predicted.
    """
    n_chains = stop - first
    bits, gaps = np.empty(n_chains, np.uint64), np.empty(n_chains, np.float64)
    new, flipped = np.empty(n_chains, np.int8), np.empty(n_chains, np.int64)
    for unit in order:
        offset = pull * base[unit] if pull != 0.0 else 0.0
        for k in range(n_chains):
            bits[k] = bits_at(seeds[first + k], place + np.uint64(unit))
            gaps[k] = scale * fields[first + k, unit] + offset
        choose_states(gaps, bits, n_chains, new)
        n_flipped = 0
        for k in range(n_chains):
            flips = new[k] != states[first + k, unit]
            if len(kept) > 0:
                flips &= kept[first + k, unit] == 0
            flipped[n_flipped] = k
            n_flipped += flips
        row = weights[unit, reach[unit, 0] : reach[unit, 1]]
        for f in range(n_flipped):
            k = flipped[f]
            states[first + k, unit] = new[k]
            add_row(fields[first + k, reach[unit, 0] : reach[unit, 1]], 2.0 * new[k] - 1.0, row)


@compiled
def sample_chains(
    weights: Floats,
    reach: Integers,
    scales: Floats,
    order_seed: np.uint64,
    first_sweep: int,
    seeds: Integers,
    kept: Integers,
    states: Integers,
    fields: Floats,
    n_uncounted: int,
    counts: Integers,
) -> None:
    """Make sweeps ``first_sweep`` and on, one for each of ``scales``, which multiply the fields.

    Units where ``kept`` (n_chains, n_units) is 1 stay as they are; it may have no rows. ``counts`` (n_chains, n_units)
    grow by the states after each sweep but the first ``n_uncounted``; it may have no rows either.
    """
    n_chains, n_units = states.shape
    order = np.empty(n_units, np.int64)
    base = np.empty(0)
    for t in range(len(scales)):
        shuffle_units(order, order_seed, first_sweep + t)
        place = np.uint64((first_sweep + t) * n_units)
        for first in range(0, n_chains, TOGETHER):
            stop = min(first + TOGETHER, n_chains)
            visit_units(weights, reach, order, first, stop, place, scales[t], 0.0, base, seeds, kept, states, fields)
        if len(counts) > 0 and t >= n_uncounted:
            for c in range(n_chains):
                for i in range(n_units):
                    counts[c, i] += states[c, i]


@compiled
def anneal_chains(
    weights: Floats,
    reach: Integers,
    biases: Floats,
    base: Floats,
    couplings: Floats,
    order_seed: np.uint64,
    seeds: Integers,
    states: Integers,
    fields: Floats,
    log_weights: Floats,
) -> None:
    """Go from independent units to the machine, and add up the logarithm of each chain's weight (Neal 2001).

    Distribution k is proportional to exp(couplings[k] G(s) + (1 - couplings[k]) base . s), where G is minus the energy
    and ``couplings`` rise from 0 to 1. A chain gains the difference of two neighboring ones, and then makes a sweep at
    the later one.
    """
    n_chains, n_units = states.shape
    order = np.empty(n_units, np.int64)
    kept = np.empty((0, n_units), np.int8)
    for k in range(1, len(couplings)):
        shuffle_units(order, order_seed, k)
        scale, pull = couplings[k], 1.0 - couplings[k]
        place = np.uint64(k * n_units)
        for first in range(0, n_chains, TOGETHER):
            stop = min(first + TOGETHER, n_chains)
            for c in range(first, stop):
                difference = 0.0
                for i in range(n_units):  # G(s) = sum_i s_i (field_i + b_i) / 2
                    difference += states[c, i] * (0.5 * (fields[c, i] + biases[i]) - base[i])
                log_weights[c] += (couplings[k] - couplings[k - 1]) * difference
            if pull > 0.0:
                visit_units(weights, reach, order, first, stop, place, scale, pull, base, seeds, kept, states, fields)


# Mean fields


@compiled
def settle_means(weights: Floats, inputs: Floats, tolerance: float, max_sweeps: int, means: Floats) -> None:
    """Overwrite ``means`` (n_rows, n_units) with a fixed point of m_i = 1 / (1 + exp(-(inputs_i + sum_j w_ij m_j))).

    One unit after another, so the bound on the likelihood never falls; until none moves by more than ``tolerance``.
    """
    n_units = means.shape[1]
    for r in range(len(means)):
        for _ in range(max_sweeps):
            largest = 0.0
            for i in range(n_units):
                gap = inputs[r, i]
                for j in range(n_units):
                    gap += weights[i, j] * means[r, j]
                mean = 1.0 / (1.0 + math.exp(-gap))
                largest = max(largest, abs(mean - means[r, i]))
                means[r, i] = mean
            if largest <= tolerance:
                break
