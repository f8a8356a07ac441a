"""Naive twins of the general Boltzmann machine: plain loops, as in the papers."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

MASK = 2**64


# Chance.


def split_mix_bits(seed: int, place: int) -> int:
    """Number ``place`` of the stream of a seed, 64 bits (Steele, Lea and Flood 2014, figure 17)."""
    bits = (seed + 0x9E3779B97F4A7C15 * (place + 1)) % MASK
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 % MASK
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB % MASK
    return bits ^ (bits >> 31)


def split_mix(seed: int, place: int) -> float:
    """The same as a number in [0, 1)."""
    return (split_mix_bits(seed, place) >> 11) / 2**53


def chain_seeds(seed: int, n_chains: int, first: int = 0) -> list[int]:
    """Chain c has number c of the stream as its seed."""
    return [split_mix_bits(seed, first + c) for c in range(n_chains)]


def row_seed(seed: int, row: np.ndarray) -> int:
    """A seed that the contents of a row lead to."""
    for value in row:
        seed = split_mix_bits(seed, int(value) + 1)
    return seed


def order_of_sweep(seed: int, sweep: int, n_units: int) -> list[int]:
    """Durstenfeld's (1964) shuffle."""
    order = list(range(n_units))
    for last in range(n_units - 1, 0, -1):
        other = int(split_mix(seed, sweep * n_units + last) * (last + 1))
        order[last], order[other] = order[other], order[last]
    return order


# Sampling (Ackley, Hinton and Sejnowski 1985, eq. 3).


def field(weights: np.ndarray, biases: np.ndarray, state: np.ndarray, unit: int) -> float:
    """sum_j w_ij s_j + b_i."""
    return float(biases[unit]) + math.fsum(float(w) * int(s) for w, s in zip(weights[unit], state, strict=True))


def turns_on(gap: float, chance: float) -> bool:
    """With probability 1 / (1 + exp(-gap))."""
    return gap > -700 and chance < 1 / (1 + math.exp(-gap))


def sample_chain(
    weights: np.ndarray,
    biases: np.ndarray,
    state: np.ndarray,
    scales: list[float],
    order_seed: int,
    first_sweep: int,
    seed: int,
    kept: np.ndarray,
) -> list[np.ndarray]:
    """One unit after another; the states after every sweep."""
    state, n_units, states = state.astype(int).copy(), len(state), []
    for t, scale in enumerate(scales):
        sweep = first_sweep + t
        for unit in order_of_sweep(order_seed, sweep, n_units):
            if not kept[unit]:
                gap = scale * field(weights, biases, state, unit)
                state[unit] = int(turns_on(gap, split_mix(seed, sweep * n_units + unit)))
        states.append(state.copy())
    return states


def log_mass(weights: np.ndarray, biases: np.ndarray, state: np.ndarray) -> float:
    """Minus the energy: 1/2 sum_ij w_ij s_i s_j + sum_i b_i s_i."""
    n_units = len(state)
    pairs = (weights[i, j] * state[i] * state[j] for i in range(n_units) for j in range(n_units))
    return 0.5 * math.fsum(pairs) + math.fsum(biases * state)


def anneal_chain(
    weights: np.ndarray,
    biases: np.ndarray,
    base: np.ndarray,
    couplings: np.ndarray,
    order_seed: int,
    seed: int,
    state: np.ndarray,
) -> tuple[float, np.ndarray]:
    """Neal (2001), section 2, with p_k proportional to exp(c_k G + (1 - c_k) base . s): log weight and last state."""
    state, n_units, log_weight = state.astype(int).copy(), len(state), 0.0
    for k in range(1, len(couplings)):
        rise = couplings[k] - couplings[k - 1]
        log_weight += rise * (log_mass(weights, biases, state) - math.fsum(base * state))
        if k == len(couplings) - 1:
            break
        for unit in order_of_sweep(order_seed, k, n_units):
            gap = couplings[k] * field(weights, biases, state, unit) + (1 - couplings[k]) * base[unit]
            state[unit] = int(turns_on(gap, split_mix(seed, k * n_units + unit)))
    return log_weight, state


def settle(weights: np.ndarray, inputs: np.ndarray, tolerance: float, max_sweeps: int) -> np.ndarray:
    """Mean field, m_i = 1 / (1 + exp(-(input_i + sum_j w_ij m_j))), one unit after another, from 1/2."""
    means = np.full(len(inputs), 0.5)
    for _ in range(max_sweeps):
        before = means.copy()
        for i in range(len(means)):
            means[i] = 1 / (1 + math.exp(-(inputs[i] + math.fsum(weights[i] * means))))
        if np.abs(means - before).max() <= tolerance:
            break
    return means


# Sums over all states.


def boltzmann(weights: np.ndarray, biases: np.ndarray, temperature: float = 1.0) -> dict[tuple[int, ...], float]:
    """p(s) proportional to exp(-E(s) / T)."""
    states = list(product((0, 1), repeat=len(biases)))
    masses = [math.exp(log_mass(weights, biases, np.array(state)) / temperature) for state in states]
    return {state: mass / math.fsum(masses) for state, mass in zip(states, masses, strict=True)}


def log_partition(weights: np.ndarray, biases: np.ndarray) -> float:
    """log sum_s exp(-E(s))."""
    states = product((0, 1), repeat=len(biases))
    masses = [log_mass(weights, biases, np.array(state)) for state in states]
    return max(masses) + math.log(math.fsum(math.exp(mass - max(masses)) for mass in masses))


def log_likelihood(weights: np.ndarray, biases: np.ndarray, row: np.ndarray) -> float:
    """log p(v), summed over the hidden units, which come last."""
    n_hidden = len(biases) - len(row)
    masses = [
        math.exp(log_mass(weights, biases, np.concatenate([row, hidden])))
        for hidden in product((0, 1), repeat=n_hidden)
    ]
    return math.log(math.fsum(masses)) - log_partition(weights, biases)
