"""Naive twins of associative memories: plain loops, as in the papers."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np

# Storage.


def hebb(memories: np.ndarray, divisor: int) -> np.ndarray:
    """w_ij = sum_k f_k(i) f_k(j) / divisor, w_ii = 0 (Hopfield 1982, eq. 2)."""
    n_units = memories.shape[1]
    weights = np.zeros((n_units, n_units))
    for i in range(n_units):
        for j in range(n_units):
            if i != j:
                weights[i, j] = sum(int(f[i]) * int(f[j]) for f in memories) / divisor
    return weights


def pseudo_inverse(memories: np.ndarray) -> np.ndarray:
    """W = F^+ F (Personnaz, Guyon and Dreyfus 1985), its diagonal emptied."""
    F = memories.astype(np.float64)
    weights = np.linalg.pinv(F) @ F
    np.fill_diagonal(weights, 0.0)
    return weights


def storkey(memories: np.ndarray) -> np.ndarray:
    """Storkey and Valabregue (1999), eq. 2 and 3, with w_ii = 0 after every memory."""
    n_units = memories.shape[1]
    weights = np.zeros((n_units, n_units))
    for f in memories.astype(np.float64):
        change = np.zeros_like(weights)
        for i in range(n_units):
            for j in range(n_units):
                if i == j:
                    continue
                h_ij = sum(weights[i, k] * f[k] for k in range(n_units) if k not in (i, j))
                h_ji = sum(weights[j, k] * f[k] for k in range(n_units) if k not in (i, j))
                change[i, j] = (f[i] * f[j] - f[i] * h_ji - h_ij * f[j]) / n_units
        weights = weights + change
    return weights


def perceptron(memories: np.ndarray, margin: float, max_iter: int) -> tuple[np.ndarray, list[float]]:
    """Where f_i h_i <= margin, w_ij and w_ji grow by f_i f_j / N; all at once (Diederich and Opper 1987)."""
    n_units = memories.shape[1]
    weights = np.zeros((n_units, n_units))
    shares = []
    for _ in range(max_iter):
        short = [(f, i) for f in memories for i in range(n_units) if f[i] * (weights[i] @ f) <= margin + 1e-12]
        shares.append(len(short) / memories.size)
        if not short:
            break
        weights = weights.copy()
        for f, i in short:
            for j in range(n_units):
                if j != i:
                    weights[i, j] += f[i] * f[j] / n_units
                    weights[j, i] += f[i] * f[j] / n_units
    return weights, shares


# The state and its energy.


def energy(weights: np.ndarray, state: np.ndarray) -> float:
    """E = -1/2 sum_ij w_ij s_i s_j."""
    n_units = len(state)
    return -0.5 * math.fsum(weights[i, j] * state[i] * state[j] for i in range(n_units) for j in range(n_units))


def sign_or_stay(field: float, state: int, resolution: float = 1e-9) -> int:
    """A unit with field 0 keeps its state."""
    return 1 if field > resolution else -1 if field < -resolution else int(state)


Preference = Callable[[np.ndarray, int], float]  # of a state and a unit: above 0, the unit wants to be +1


def by_weights(weights: np.ndarray) -> Preference:
    return lambda state, i: float(weights[i] @ state)


def by_energy(energy_of: Callable[[np.ndarray], float]) -> Preference:
    """Half of what the energy is higher with -1 than with +1, whatever the energy is."""

    def preference(state: np.ndarray, i: int) -> float:
        up, down = state.copy(), state.copy()
        up[i], down[i] = 1, -1
        return (energy_of(down) - energy_of(up)) / 2

    return preference


def recall_in_order(
    prefers: Preference, state: np.ndarray, sweeps: list[np.ndarray], kept: np.ndarray | None = None
) -> tuple[np.ndarray, list[int]]:
    """One unit after another, over the sweeps again and again, until a whole round changes nothing."""
    state = state.astype(np.int64).copy()
    flips: list[int] = []
    while True:
        changed = False
        for sweep in sweeps:
            for i in sweep:
                if kept is not None and kept[i]:
                    continue
                new = sign_or_stay(prefers(state, i), state[i])
                if new != state[i]:
                    state[i] = new
                    flips.append(int(i))
                    changed = True
        if not changed:
            return state, flips


def recall_together(prefers: Preference, state: np.ndarray) -> list[np.ndarray]:
    """All at once: every state met, until one comes again."""
    met = [state.astype(np.int64).copy()]
    while True:
        now = met[-1]
        following = np.array([sign_or_stay(prefers(now, i), now[i]) for i in range(len(now))])
        if any((following == earlier).all() for earlier in met):
            return [*met, following]
        met.append(following)


def split_mix(seed: int, place: int) -> float:
    """Number ``place`` of the stream of a seed, in [0, 1), by whole numbers (Steele, Lea and Flood 2014, figure 17)."""
    bits = (seed + 0x9E3779B97F4A7C15 * (place + 1)) % 2**64
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB % 2**64
    return ((bits ^ (bits >> 31)) >> 11) / 2**53


def thermal(field: float, temperature: float, chance: float) -> int:
    """+1 with probability 1 / (1 + exp(-2 h / T)) (Glauber 1963)."""
    return 1 if chance < 1 / (1 + math.exp(-2 * field / temperature)) else -1


def sample_in_order(
    weights: np.ndarray, temperature: float, state: np.ndarray, visits: np.ndarray, seed: int, kept: np.ndarray
) -> np.ndarray:
    """One unit after another; visit number t takes number t of the stream of chances."""
    state = state.astype(np.int64).copy()
    for place, i in enumerate(visits):
        if not kept[i]:
            state[i] = thermal(float(weights[i] @ state), temperature, split_mix(seed, place))
    return state


def sample_together(
    weights: np.ndarray, temperature: float, state: np.ndarray, n_steps: int, seed: int, kept: np.ndarray
) -> np.ndarray:
    """All at once (Little 1974); unit i takes number t N + i of the stream at step t."""
    state, n_units = state.astype(np.int64).copy(), len(state)
    for step in range(n_steps):
        fields = weights @ state
        drawn = [thermal(fields[i], temperature, split_mix(seed, step * n_units + i)) for i in range(n_units)]
        state = np.where(kept, state, drawn)
    return state


def boltzmann(weights: np.ndarray, temperature: float) -> dict[tuple[int, ...], float]:
    """p(s) proportional to exp(-E(s) / T), by enumeration."""
    states = list(product((-1, 1), repeat=len(weights)))
    masses = [math.exp(-energy(weights, np.array(state)) / temperature) for state in states]
    return {state: mass / math.fsum(masses) for state, mass in zip(states, masses, strict=True)}


# Dense memories.


def polynomial_energy(memories: np.ndarray, degree: int) -> Callable[[np.ndarray], float]:
    """-N sum_k (f_k . s / N)^n, exact up to the last division (Krotov and Hopfield 2016)."""
    n_units = memories.shape[1]

    def energy_of(state: np.ndarray) -> float:
        total = sum(int(f.astype(int) @ state.astype(int)) ** degree for f in memories)
        return -total / n_units ** (degree - 1)

    return energy_of


def exponential_energy(memories: np.ndarray) -> Callable[[np.ndarray], float]:
    """-log sum_k exp(f_k . s), which falls when -sum_k exp(f_k . s) falls (Demircigil and others 2017)."""

    def energy_of(state: np.ndarray) -> float:
        overlaps = [float(f.astype(int) @ state.astype(int)) for f in memories]
        return -max(overlaps) - math.log(math.fsum(math.exp(m - max(overlaps)) for m in overlaps))

    return energy_of


# Modern memories.


def attention_step(memories: np.ndarray, beta: float, state: np.ndarray) -> np.ndarray:
    """s' = sum_k softmax(beta x . s)_k x_k (Ramsauer and others 2021, eq. 3)."""
    similar = [beta * math.fsum(x * s for x, s in zip(memory, state, strict=True)) for memory in memories]
    masses = [math.exp(value - max(similar)) for value in similar]
    return sum(mass / math.fsum(masses) * memory for mass, memory in zip(masses, memories, strict=True))
