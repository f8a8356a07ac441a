"""Kernels of restricted Boltzmann machines: the logistic function, chance, free energies, and the change of weights.

Arrays in, arrays out. Matrix products are done between the kernels, by BLAS; what stands here goes once over an array.
Chance is a number of a stream (SplitMix64; Steele, Lea and Flood 2014) at a place: the same whoever asks, in any order.
The exponential is 2^k times a polynomial: numba has no vector mathematics of its own, and calls one by one cost more
than the matrix products leave.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.floating]

compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})

STEP = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio as a fraction of 2^64
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)

FACTORS = 64  # factors of at most 2 that are multiplied before a logarithm is taken; 2^64 fits in float32


@compiled
def exp_single(x: float) -> float:
    """Give exp(x) for |x| <= 87 in float32, to 3e-7: 2^k exp(r) with |r| <= log(2) / 2, by Taylor's polynomial."""
    k = np.floor(x * np.float32(1.4426950408889634) + np.float32(0.5))
    r = x - k * np.float32(0.693145751953125) - k * np.float32(1.428606765330187e-06)  # log(2) in two parts
    p = np.float32(1 / 5040)
    p = p * r + np.float32(1 / 720)
    p = p * r + np.float32(1 / 120)
    p = p * r + np.float32(1 / 24)
    p = p * r + np.float32(1 / 6)
    p = p * r + np.float32(0.5)
    p = p * r + np.float32(1.0)
    p = p * r + np.float32(1.0)
    power = np.int32((np.int32(k) + np.int32(127)) << np.int32(23)).view(np.float32)
    return p * power


@compiled
def exp_double(x: float) -> float:
    """Give exp(x) for |x| <= 708 in float64, to 3e-14, in the same way."""
    k = np.floor(x * 1.4426950408889634 + 0.5)
    r = x - k * 6.93147180369123816490e-01 - k * 1.90821492927058770002e-10
    p = 1 / 6227020800
    p = p * r + 1 / 479001600
    p = p * r + 1 / 39916800
    p = p * r + 1 / 3628800
    p = p * r + 1 / 362880
    p = p * r + 1 / 40320
    p = p * r + 1 / 5040
    p = p * r + 1 / 720
    p = p * r + 1 / 120
    p = p * r + 1 / 24
    p = p * r + 1 / 6
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    power = np.int64((np.int64(k) + np.int64(1023)) << np.int64(52)).view(np.float64)
    return p * power


@compiled
def _logistic_single(x: float) -> float:
    x = min(max(x, np.float32(-87.0)), np.float32(87.0))
    return np.float32(1.0) / (np.float32(1.0) + exp_single(-x))


@compiled
def _logistic_double(x: float) -> float:
    x = min(max(x, -708.0), 708.0)
    return 1.0 / (1.0 + exp_double(-x))


@compiled
def _bits_at(seed: np.uint64, place: np.uint64) -> np.uint64:
    bits = seed + STEP * place
    bits = (bits ^ (bits >> np.uint64(30))) * MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * MIX_2
    return bits ^ (bits >> np.uint64(31))


@compiled
def fill_with_chance(out: Floats, seed: np.uint64, first: np.uint64) -> None:
    """Overwrite ``out`` (n,) with numbers ``first`` and on of the stream, uniform in (0, 1) with 23 bits."""
    for i in range(out.shape[0]):
        bits = _bits_at(seed, first + np.uint64(i)) >> np.uint64(41)
        out[i] = (np.float64(bits) + 0.5) * 2.0**-23  # 24 digits, so float32 does not round it to 1


@compiled
def logistic_of(fields: Floats) -> None:
    """Overwrite ``fields`` (n_rows, n_units), C-ordered, with 1 / (1 + exp(-field))."""
    flat = fields.reshape(-1)
    if fields.itemsize == 4:
        for i in range(flat.shape[0]):
            flat[i] = _logistic_single(flat[i])
    else:
        for i in range(flat.shape[0]):
            flat[i] = _logistic_double(flat[i])


@compiled
def mean_states(fields: Floats, bias: Floats, factor: float) -> None:
    """Overwrite ``fields`` (n_rows, n_units) with factor / (1 + exp(-field - bias))."""
    n_rows, n_units = fields.shape
    if fields.itemsize == 4:
        scale = np.float32(factor)
        for i in range(n_rows):
            for j in range(n_units):
                fields[i, j] = scale * _logistic_single(fields[i, j] + bias[j])
    else:
        for i in range(n_rows):
            for j in range(n_units):
                fields[i, j] = factor * _logistic_double(fields[i, j] + bias[j])


@compiled
def draw_states(fields: Floats, bias: Floats, factor: float, states: Floats, seed: np.uint64, first: np.uint64) -> None:
    """Do the same, and overwrite ``states`` with 1 by that probability (before the factor), else 0."""
    n_rows, n_units = fields.shape
    for i in range(n_rows):
        start = first + np.uint64(i * n_units)
        if fields.itemsize == 4:
            scale = np.float32(factor)
            for j in range(n_units):
                mean = _logistic_single(fields[i, j] + bias[j])
                bits = _bits_at(seed, start + np.uint64(j)) >> np.uint64(40)
                states[i, j] = np.float32(1.0) if np.float32(np.int32(bits)) * np.float32(2.0**-24) < mean else 0.0
                fields[i, j] = scale * mean
        else:
            for j in range(n_units):
                mean = _logistic_double(fields[i, j] + bias[j])
                bits = _bits_at(seed, start + np.uint64(j)) >> np.uint64(11)
                states[i, j] = 1.0 if np.float64(np.int64(bits)) * 2.0**-53 < mean else 0.0
                fields[i, j] = factor * mean


@compiled
def softplus_sums(fields: Floats, bias: Floats, factor: float, sums: NDArray[np.float64]) -> None:
    """Overwrite ``sums`` (n_rows,) with sum_j log(1 + exp(factor (field_j + bias_j)))."""
    n_rows, n_units = fields.shape
    for i in range(n_rows):
        total = 0.0
        for start in range(0, n_units, FACTORS):
            stop = min(start + FACTORS, n_units)
            if fields.itemsize == 4:
                positive, product, scale = np.float32(0.0), np.float32(1.0), np.float32(factor)
                for j in range(start, stop):
                    x = scale * (fields[i, j] + bias[j])
                    positive += max(x, np.float32(0.0))
                    product *= np.float32(1.0) + exp_single(max(-abs(x), np.float32(-87.0)))
                total += positive + np.log(np.float64(product))
            else:
                sum_positive, whole = 0.0, 1.0
                for j in range(start, stop):
                    y = factor * (fields[i, j] + bias[j])
                    sum_positive += max(y, 0.0)
                    whole *= 1.0 + exp_double(max(-abs(y), -708.0))
                total += sum_positive + np.log(whole)
        sums[i] = total


@compiled
def move_weights(
    weights: Floats,
    velocity: Floats,
    contrast: Floats,
    hidden_pull: Floats,
    visible_offset: Floats,
    hidden_offset: Floats,
    visible_pull: Floats,
    rate: float,
    momentum: float,
    decay: float,
) -> None:
    """Move ``weights`` (n_hidden, n_visible) up the gradient, with momentum and weight decay.

    The gradient is ``contrast`` less the outer products hidden_pull visible_offset' and hidden_offset visible_pull',
    which is what centering (and sparsity) change in it.
    """
    n_hidden, n_visible = weights.shape
    zero = weights.dtype.type(0.0)
    eta, kept, shrink = zero + rate, zero + momentum, zero + decay
    for j in range(n_hidden):
        pull, offset = hidden_pull[j], hidden_offset[j]
        if momentum == 0.0:
            for i in range(n_visible):
                gradient = contrast[j, i] - pull * visible_offset[i] - offset * visible_pull[i]
                weights[j, i] += eta * (gradient - shrink * weights[j, i])
        else:
            for i in range(n_visible):
                gradient = contrast[j, i] - pull * visible_offset[i] - offset * visible_pull[i]
                step = kept * velocity[j, i] + eta * (gradient - shrink * weights[j, i])
                velocity[j, i] = step
                weights[j, i] += step
