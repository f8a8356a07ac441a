"""Compiled loops of the multilayer perceptron: one-pass updates of all weights, and learning example by example.

All weights lie in one flat vector: the matrices (fan_in, fan_out) layer by layer, then the biases; the first
``n_coefs`` numbers are weights and feel the penalty ``decay``, the rest are biases and do not. Momentum after
Rumelhart, Hinton and Williams (1986), Adam after Kingma and Ba (2015, algorithm 1).
"""

import math
from enum import IntEnum
from typing import Any, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating[Any]]
Indices: TypeAlias = NDArray[np.integer[Any]]

# Sums may be taken in any order and division by zero gives infinity (vector instructions need both); NaN and infinity
# keep their meaning.
compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})


# Of float32. What is smaller is set to zero: arithmetic on such numbers is a hundred times slower, and the momenta of
# units that have fallen silent, shrinking by a factor in every step, would soon all be such. NaN is not smaller.
SMALLEST_NORMAL = 1.1754943508222875e-38


class Unit(IntEnum):
    """Activations that the compiled loops know."""

    IDENTITY = 0
    LOGISTIC = 1
    TANH = 2
    RELU = 3
    SOFTMAX = 4


@compiled
def move_with_momentum(
    parameters: Floats,
    gradient: Floats,
    velocity: Floats,
    n_coefs: int,
    rate: float,
    momentum: float,
    decay: float,
    nesterov: bool,
) -> float:
    """Delta w <- momentum Delta w - rate gradient; w <- w + Delta w. Gives the old squared norm of the weights."""
    number = parameters.dtype.type
    rate, momentum, decay = number(rate), number(momentum), number(decay)
    smallest, zero = number(SMALLEST_NORMAL), number(0)
    squared_norm = number(0)
    for i in range(n_coefs):
        weight = parameters[i]
        squared_norm += weight * weight
        slope = gradient[i] + decay * weight
        step = momentum * velocity[i] - rate * slope
        step = zero if abs(step) < smallest else step
        velocity[i] = step
        parameters[i] = weight + (momentum * step - rate * slope if nesterov else step)
    for i in range(n_coefs, parameters.shape[0]):
        step = momentum * velocity[i] - rate * gradient[i]
        step = zero if abs(step) < smallest else step
        velocity[i] = step
        parameters[i] += momentum * step - rate * gradient[i] if nesterov else step
    return squared_norm


@compiled
def move_by_adam(
    parameters: Floats,
    gradient: Floats,
    mean: Floats,
    square: Floats,
    n_coefs: int,
    rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
    decay: float,
) -> float:
    """Adam with the bias correction folded into ``rate``. Gives the old squared norm of the weights."""
    number = parameters.dtype.type
    rate, beta_1, beta_2 = number(rate), number(beta_1), number(beta_2)
    epsilon, decay, one = number(epsilon), number(decay), number(1)
    smallest, zero = number(SMALLEST_NORMAL), number(0)
    squared_norm = number(0)
    for i in range(n_coefs):
        weight = parameters[i]
        squared_norm += weight * weight
        slope = gradient[i] + decay * weight
        drift = beta_1 * mean[i] + (one - beta_1) * slope
        drift = zero if abs(drift) < smallest else drift
        power = beta_2 * square[i] + (one - beta_2) * slope * slope
        power = zero if power < smallest else power
        mean[i], square[i] = drift, power
        parameters[i] = weight - rate * drift / (np.sqrt(power) + epsilon)
    for i in range(n_coefs, parameters.shape[0]):
        slope = gradient[i]
        drift = beta_1 * mean[i] + (one - beta_1) * slope
        drift = zero if abs(drift) < smallest else drift
        power = beta_2 * square[i] + (one - beta_2) * slope * slope
        power = zero if power < smallest else power
        mean[i], square[i] = drift, power
        parameters[i] -= rate * drift / (np.sqrt(power) + epsilon)
    return squared_norm


@compiled
def _multiply(below: Floats, weights: Floats, out: Floats) -> None:
    """Out <- out + below @ weights, skipping silent units."""
    for i in range(weights.shape[0]):
        signal = below[i]
        if signal != 0:
            for j in range(weights.shape[1]):
                out[j] += signal * weights[i, j]


@compiled
def _activate(unit: int, slope: float, fields: Floats) -> None:
    """Replace fields by outputs; each activation is switched to once per layer."""
    if unit == Unit.RELU:
        for j in range(fields.shape[0]):
            fields[j] = max(fields[j], fields.dtype.type(0))
    elif unit == Unit.LOGISTIC:
        for j in range(fields.shape[0]):
            e = math.exp(-abs(slope * fields[j]))
            fields[j] = (1 if fields[j] >= 0 else e) / (1 + e)
    elif unit == Unit.TANH:
        for j in range(fields.shape[0]):
            fields[j] = math.tanh(slope * fields[j])
    elif unit == Unit.SOFTMAX:
        highest, total = fields.max(), 0.0
        for j in range(fields.shape[0]):
            fields[j] = math.exp(fields[j] - highest)
            total += fields[j]
        for j in range(fields.shape[0]):
            fields[j] /= total


@compiled
def _pull_back(unit: int, slope: float, outputs: Floats, signal: Floats) -> None:
    """Multiply the signal by the transposed Jacobian of the activation, known by its outputs."""
    if unit == Unit.RELU:
        for j in range(signal.shape[0]):
            signal[j] = signal[j] if outputs[j] > 0 else signal.dtype.type(0)
    elif unit == Unit.LOGISTIC:
        for j in range(signal.shape[0]):
            signal[j] *= slope * outputs[j] * (1 - outputs[j])
    elif unit == Unit.TANH:
        for j in range(signal.shape[0]):
            signal[j] *= slope * (1 - outputs[j] * outputs[j])
    elif unit == Unit.SOFTMAX:
        mean = 0.0
        for j in range(signal.shape[0]):
            mean += outputs[j] * signal[j]
        for j in range(signal.shape[0]):
            signal[j] = outputs[j] * (signal[j] - mean)


@compiled
def _error(uses_log_loss: bool, unit: int, targets: Floats, outputs: Floats) -> float:
    """E of one example."""
    error = 0.0
    if not uses_log_loss:
        for j in range(outputs.shape[0]):
            error += 0.5 * (targets[j] - outputs[j]) ** 2
        return error
    smallest = SMALLEST_NORMAL  # an output rounded to 0 costs 87 nats, not infinity
    half_unit = np.finfo(outputs.dtype).eps / 2  # by which an output rounded to 1 may have been short of it
    for j in range(outputs.shape[0]):
        if targets[j] > 0:
            error -= math.log(max(outputs[j], smallest))
        elif unit != Unit.SOFTMAX:
            error -= math.log(max(1 - outputs[j], half_unit))
    return error


@compiled
def compare_by_softmax(fields: Floats, targets: Floats, deltas: Floats) -> float:
    """Replace the fields of a batch by softmax outputs y and ``deltas`` by (y - d) / n; gives the mean cross-entropy.

    In one go over a few columns, where NumPy's reductions along short rows take many times longer.
    """
    error, n_samples = 0.0, fields.shape[0]
    scale = fields.dtype.type(1 / n_samples)
    for n in range(n_samples):
        _activate(Unit.SOFTMAX, 1.0, fields[n])
        error += _error(True, Unit.SOFTMAX, targets[n], fields[n])
        for j in range(fields.shape[1]):
            deltas[n, j] = (fields[n, j] - targets[n, j]) * scale
    return error / n_samples


@compiled
def _propagate(weights: Floats, delta: Floats, out: Floats) -> None:
    """Out <- weights @ delta: what arrives at the units below."""
    for i in range(weights.shape[0]):
        arriving = weights.dtype.type(0)
        for j in range(weights.shape[1]):
            arriving += weights[i, j] * delta[j]
        out[i] = arriving


@compiled
def _correct(
    old_below: Floats, delta: Floats, weights: Floats, velocity: Floats,
    rate: float, momentum: float, decay: float, nesterov: bool,
) -> None:  # fmt: skip
    """Move one layer's weights by momentum and the gradient -below delta of the last example."""
    smallest, zero = weights.dtype.type(SMALLEST_NORMAL), weights.dtype.type(0)
    for i in range(weights.shape[0]):
        signal = old_below[i]
        for j in range(weights.shape[1]):
            weight = weights[i, j]
            pull = rate * (signal * delta[j] - decay * weight)
            step = momentum * velocity[i, j] + pull
            step = zero if abs(step) < smallest else step
            velocity[i, j] = step
            weights[i, j] = weight + (momentum * step + pull if nesterov else step)


@compiled
def _correct_and_multiply(
    old_below: Floats, delta: Floats, weights: Floats, velocity: Floats,
    rate: float, momentum: float, below: Floats, out: Floats,
) -> None:  # fmt: skip
    """The correction for the last example and ``out <- out + below @ weights`` for the next, reading memory once."""
    smallest, zero = weights.dtype.type(SMALLEST_NORMAL), weights.dtype.type(0)
    for i in range(weights.shape[0]):
        pull, signal = rate * old_below[i], below[i]
        for j in range(weights.shape[1]):
            step = momentum * velocity[i, j] + pull * delta[j]
            step = zero if abs(step) < smallest else step
            velocity[i, j] = step
            weights[i, j] += step
        if signal != 0:  # a loop of its own: with one array more the compiler gives up vector instructions
            for j in range(weights.shape[1]):
                out[j] += signal * weights[i, j]


@compiled
def _squared_norm(weights: Floats) -> float:
    squared_norm = weights.dtype.type(0)
    for i in range(weights.shape[0]):
        squared_norm += weights[i] * weights[i]
    return squared_norm


@compiled
def _correct_biases(
    delta: Floats, biases: Floats, velocity: Floats, rate: float, momentum: float, nesterov: bool
) -> None:
    smallest, zero = biases.dtype.type(SMALLEST_NORMAL), biases.dtype.type(0)
    for j in range(biases.shape[0]):
        step = momentum * velocity[j] + rate * delta[j]
        step = zero if abs(step) < smallest else step
        velocity[j] = step
        biases[j] += momentum * step + rate * delta[j] if nesterov else step


@compiled
def _start_back(
    uses_log_loss: bool, unit: int, slope: float, targets: Floats, outputs: Floats, importance: float, delta: Floats
) -> None:
    """Write the local gradient of the output units, times the weight of the example."""
    for j in range(delta.shape[0]):
        delta[j] = targets[j] - outputs[j]
    if not uses_log_loss:
        _pull_back(unit, slope, outputs, delta)
    elif unit == Unit.LOGISTIC:
        delta *= outputs.dtype.type(slope)
    delta *= importance


@compiled
def learn_block(
    own_fields: Floats, drift_fields: Floats, gram: Floats, pulls: Floats, growth: Floats, targets: Floats,
    weights: Floats, rows: Indices, rates: Floats, sizes: Indices, units: Indices, slopes: Floats,
    uses_log_loss: bool, parameters: Floats, velocity: Floats, momentum: float,
) -> float:  # fmt: skip
    """Back-propagation example by example through a block, with the first layer's corrections put off to its end.

    The weights of the first layer at example t of the block are W + m_t V + sum_s b_(t-1-s) x_s' p_s, where W and V
    are those before the block, ``growth`` holds b_k = 1 + m + ... + m^k, m_t = m b_(t-1), and the pulls
    p_s = rate delta_s. So its fields need only ``own_fields`` X W, ``drift_fields`` X V and ``gram`` X X', which large
    matrix products give for the whole block. ``pulls`` is filled; the layers above learn at once. Gives the summed
    error.
    """
    number = parameters.dtype.type
    n_layers = sizes.shape[0] - 1
    first_unit, first_weight = np.zeros(n_layers + 1, dtype=np.intp), np.zeros(n_layers + 1, dtype=np.intp)
    for layer in range(n_layers):
        first_unit[layer + 1] = first_unit[layer] + sizes[layer + 1]
        first_weight[layer + 1] = first_weight[layer] + sizes[layer] * sizes[layer + 1]
    n_coefs, last, momentum, zero = first_weight[n_layers], n_layers - 1, number(momentum), number(0)
    outputs, deltas = np.empty(first_unit[n_layers], parameters.dtype), np.empty(first_unit[n_layers], parameters.dtype)
    last_rate, last_weight = rates.shape[0] - 1, weights.shape[0] - 1
    total = 0.0
    for t in range(rows.shape[0]):
        rate, importance = number(rates[min(t, last_rate)]), number(weights[min(rows[t], last_weight)])
        fields = outputs[: sizes[1]]
        drift = momentum * growth[t - 1] if t > 0 else zero
        for j in range(fields.shape[0]):
            fields[j] = parameters[n_coefs + j] + own_fields[t, j] + drift * drift_fields[t, j]
        for s in range(t):
            share = growth[t - 1 - s] * gram[t, s]
            for j in range(fields.shape[0]):
                fields[j] += share * pulls[s, j]
        _activate(units[0], slopes[0], fields)
        for layer in range(1, n_layers):
            here = slice(first_unit[layer], first_unit[layer + 1])
            matrix = parameters[first_weight[layer] : first_weight[layer + 1]].reshape(sizes[layer], sizes[layer + 1])
            outputs[here] = parameters[n_coefs + first_unit[layer] : n_coefs + first_unit[layer + 1]]
            _multiply(outputs[first_unit[layer - 1] : first_unit[layer]], matrix, outputs[here])
            _activate(units[layer], slopes[layer], outputs[here])
        answer = outputs[first_unit[last] :]
        total += importance * _error(uses_log_loss, units[last], targets[rows[t]], answer)
        delta = deltas[first_unit[last] :]
        _start_back(uses_log_loss, units[last], slopes[last], targets[rows[t]], answer, importance, delta)
        for layer in range(last, 0, -1):
            place = slice(first_weight[layer], first_weight[layer + 1])
            matrix = parameters[place].reshape(sizes[layer], sizes[layer + 1])
            momenta = velocity[place].reshape(sizes[layer], sizes[layer + 1])
            below = slice(first_unit[layer - 1], first_unit[layer])
            delta = deltas[first_unit[layer] : first_unit[layer + 1]]
            _propagate(matrix, delta, deltas[below])
            _pull_back(units[layer - 1], slopes[layer - 1], outputs[below], deltas[below])
            _correct(outputs[below], delta, matrix, momenta, rate, momentum, zero, False)
        _correct_biases(deltas, parameters[n_coefs:], velocity[n_coefs:], rate, momentum, False)
        for j in range(fields.shape[0]):
            pulls[t, j] = rate * deltas[j]
    return total


@compiled
def end_block(
    weights: Floats, velocity: Floats, drift: float, memory: float, pull: Floats, new_velocity: Floats
) -> None:
    """Weights <- weights + drift velocity + pull; velocity <- memory velocity + new_velocity."""
    number = weights.dtype.type
    drift, memory, smallest, zero = number(drift), number(memory), number(SMALLEST_NORMAL), number(0)
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            weights[i, j] += drift * velocity[i, j] + pull[i, j]
            step = memory * velocity[i, j] + new_velocity[i, j]
            velocity[i, j] = zero if abs(step) < smallest else step


@compiled
def learn_online(
    X: Floats, targets: Floats, weights: Floats, order: Indices, rates: Floats, sizes: Indices, units: Indices,
    slopes: Floats, uses_log_loss: bool, parameters: Floats, velocity: Floats, momentum: float, alpha: float,
    nesterov: bool,
) -> float:  # fmt: skip
    """One pass of back-propagation example by example, with momentum; gives the summed error and penalty.

    ``sizes`` are the units of each layer, ``units`` and ``slopes`` the activations after the inputs; ``weights`` holds
    the weight of every example or a single one for all, ``rates`` the learning rate of every presentation likewise.
    The weights are corrected for an example on the way forward of the next one, so that memory is read once for both.
    """
    number = parameters.dtype.type
    n_layers = sizes.shape[0] - 1
    first_unit = np.zeros(n_layers + 1, dtype=np.intp)  # where each layer begins among all units after the inputs
    first_weight = np.zeros(n_layers + 1, dtype=np.intp)
    for layer in range(n_layers):
        first_unit[layer + 1] = first_unit[layer] + sizes[layer + 1]
        first_weight[layer + 1] = first_weight[layer] + sizes[layer] * sizes[layer + 1]
    n_coefs, n_units, last = first_weight[n_layers], first_unit[n_layers], n_layers - 1
    outputs, old_outputs = np.empty(n_units, parameters.dtype), np.empty(n_units, parameters.dtype)
    deltas = np.zeros(n_units, dtype=parameters.dtype)
    biases, bias_velocity = parameters[n_coefs:], velocity[n_coefs:]
    momentum, decay, rate = number(momentum), number(alpha), number(0)
    fuses = decay == 0 and not nesterov  # otherwise the correction takes a way of its own
    last_rate, last_weight = rates.shape[0] - 1, weights.shape[0] - 1
    total, row = 0.0, order[0]
    for n in range(order.shape[0] + 1):  # the turn after the last example only corrects
        old_row = row
        row = order[min(n, order.shape[0] - 1)]
        outputs, old_outputs = old_outputs, outputs
        for layer in range(n_layers):
            place = slice(first_weight[layer], first_weight[layer + 1])
            matrix = parameters[place].reshape(sizes[layer], sizes[layer + 1])
            momenta = velocity[place].reshape(sizes[layer], sizes[layer + 1])
            here = slice(first_unit[layer], first_unit[layer + 1])
            below = X[row] if layer == 0 else outputs[first_unit[layer - 1] : first_unit[layer]]
            old_below = X[old_row] if layer == 0 else old_outputs[first_unit[layer - 1] : first_unit[layer]]
            outputs[here] = biases[here]
            if n == 0:
                _multiply(below, matrix, outputs[here])
            elif fuses:
                _correct_and_multiply(old_below, deltas[here], matrix, momenta, rate, momentum, below, outputs[here])
            else:
                _correct(old_below, deltas[here], matrix, momenta, rate, momentum, decay, nesterov)
                _multiply(below, matrix, outputs[here])
            _activate(units[layer], slopes[layer], outputs[here])
        if n == order.shape[0]:
            break
        rate = number(rates[min(n, last_rate)])
        total += weights[min(row, last_weight)] * _error(
            uses_log_loss, units[last], targets[row], outputs[first_unit[last] :]
        )
        if decay != 0:
            total += 0.5 * alpha * _squared_norm(parameters[:n_coefs])
        _start_back(
            uses_log_loss, units[last], slopes[last], targets[row], outputs[first_unit[last] :],
            number(weights[min(row, last_weight)]), deltas[first_unit[last] :],
        )  # fmt: skip
        for layer in range(last, 0, -1):
            matrix = parameters[first_weight[layer] : first_weight[layer + 1]].reshape(sizes[layer], sizes[layer + 1])
            _propagate(matrix, deltas[first_unit[layer] : first_unit[layer + 1]], deltas[first_unit[layer - 1] :])
            here = slice(first_unit[layer - 1], first_unit[layer])
            _pull_back(units[layer - 1], slopes[layer - 1], outputs[here], deltas[here])
        _correct_biases(deltas, biases, bias_velocity, rate, momentum, nesterov)
    return total
