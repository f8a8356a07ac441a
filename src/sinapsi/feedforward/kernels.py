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

# Sums may be taken in any order (that is what vector instructions need); NaN and infinity keep their meaning.
compiled = njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})


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
    squared_norm = number(0)
    for i in range(n_coefs):
        weight = parameters[i]
        squared_norm += weight * weight
        slope = gradient[i] + decay * weight
        step = momentum * velocity[i] - rate * slope
        velocity[i] = step
        parameters[i] = weight + (momentum * step - rate * slope if nesterov else step)
    for i in range(n_coefs, parameters.shape[0]):
        step = momentum * velocity[i] - rate * gradient[i]
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
    squared_norm = number(0)
    for i in range(n_coefs):
        weight = parameters[i]
        squared_norm += weight * weight
        slope = gradient[i] + decay * weight
        mean[i] = beta_1 * mean[i] + (one - beta_1) * slope
        square[i] = beta_2 * square[i] + (one - beta_2) * slope * slope
        parameters[i] = weight - rate * mean[i] / (np.sqrt(square[i]) + epsilon)
    for i in range(n_coefs, parameters.shape[0]):
        slope = gradient[i]
        mean[i] = beta_1 * mean[i] + (one - beta_1) * slope
        square[i] = beta_2 * square[i] + (one - beta_2) * slope * slope
        parameters[i] -= rate * mean[i] / (np.sqrt(square[i]) + epsilon)
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
    smallest = 1.1754943508222875e-38  # of normal float32 numbers: an output rounded to 0 costs 87 nats, not infinity
    for j in range(outputs.shape[0]):
        if targets[j] > 0:
            error -= math.log(max(outputs[j], smallest))
        elif unit != Unit.SOFTMAX:
            error -= math.log(max(1 - outputs[j], smallest))
    return error


@compiled
def _correct(
    below: Floats,
    delta: Floats,
    weights: Floats,
    velocity: Floats,
    rate: float,
    momentum: float,
    decay: float,
    nesterov: bool,
) -> float:
    """Move one layer's weights by momentum and the gradient -below delta; gives their old squared norm."""
    squared_norm = weights.dtype.type(0)
    for i in range(weights.shape[0]):
        signal = below[i]
        for j in range(weights.shape[1]):
            weight = weights[i, j]
            pull = rate * (signal * delta[j] - decay * weight)
            step = momentum * velocity[i, j] + pull
            velocity[i, j] = step
            weights[i, j] = weight + (momentum * step + pull if nesterov else step)
            squared_norm += weight * weight
    return squared_norm


@compiled
def _correct_biases(
    delta: Floats, biases: Floats, velocity: Floats, rate: float, momentum: float, nesterov: bool
) -> None:
    for j in range(biases.shape[0]):
        step = momentum * velocity[j] + rate * delta[j]
        velocity[j] = step
        biases[j] += momentum * step + rate * delta[j] if nesterov else step


@compiled
def learn_online(
    X: Floats,
    targets: Floats,
    weights: Floats,
    order: Indices,
    rates: Floats,
    sizes: Indices,
    units: Indices,
    slopes: Floats,
    uses_log_loss: bool,
    parameters: Floats,
    velocity: Floats,
    momentum: float,
    alpha: float,
    nesterov: bool,
) -> float:
    """One pass of back-propagation example by example, with momentum; gives the summed error and penalty.

    ``sizes`` are the units of each layer, ``units`` and ``slopes`` the activations after the inputs; ``weights`` holds
    the weight of every example or a single one for all, ``rates`` the learning rate of every presentation likewise.
    """
    number = parameters.dtype.type
    n_layers = sizes.shape[0] - 1
    first_unit = np.zeros(n_layers + 1, dtype=np.intp)  # where each layer begins among all units after the inputs
    first_weight = np.zeros(n_layers + 1, dtype=np.intp)
    for layer in range(n_layers):
        first_unit[layer + 1] = first_unit[layer] + sizes[layer + 1]
        first_weight[layer + 1] = first_weight[layer] + sizes[layer] * sizes[layer + 1]
    n_coefs = first_weight[n_layers]
    outputs = np.empty(first_unit[n_layers], dtype=parameters.dtype)
    deltas = np.empty(first_unit[n_layers], dtype=parameters.dtype)
    momentum, decay = number(momentum), number(alpha)
    last_rate, last_weight, last = rates.shape[0] - 1, weights.shape[0] - 1, n_layers - 1
    total = 0.0
    for n in range(order.shape[0]):
        row = order[n]
        rate, importance = number(rates[min(n, last_rate)]), number(weights[min(row, last_weight)])
        below = X[row]
        for layer in range(n_layers):
            output = outputs[first_unit[layer] : first_unit[layer + 1]]
            output[:] = parameters[n_coefs + first_unit[layer] : n_coefs + first_unit[layer + 1]]
            matrix = parameters[first_weight[layer] : first_weight[layer + 1]]
            _multiply(below, matrix.reshape(sizes[layer], sizes[layer + 1]), output)
            _activate(units[layer], slopes[layer], output)
            below = output
        total += importance * _error(uses_log_loss, units[last], targets[row], below)
        delta = deltas[first_unit[last] :]
        for j in range(delta.shape[0]):
            delta[j] = targets[row, j] - below[j]
        if not uses_log_loss:
            _pull_back(units[last], slopes[last], below, delta)
        elif units[last] == Unit.LOGISTIC:
            delta *= number(slopes[last])
        delta *= importance
        for layer in range(last, 0, -1):
            signal = deltas[first_unit[layer - 1] : first_unit[layer]]
            matrix = parameters[first_weight[layer] : first_weight[layer + 1]].reshape(sizes[layer], sizes[layer + 1])
            for i in range(matrix.shape[0]):
                signal[i] = 0
                for j in range(matrix.shape[1]):
                    signal[i] += matrix[i, j] * delta[j]
            _pull_back(units[layer - 1], slopes[layer - 1], outputs[first_unit[layer - 1] : first_unit[layer]], signal)
            delta = signal
        squared_norm = number(0)
        for layer in range(n_layers):
            below = X[row] if layer == 0 else outputs[first_unit[layer - 1] : first_unit[layer]]
            delta = deltas[first_unit[layer] : first_unit[layer + 1]]
            place = slice(first_weight[layer], first_weight[layer + 1])
            matrix = parameters[place].reshape(sizes[layer], sizes[layer + 1])
            momenta = velocity[place].reshape(sizes[layer], sizes[layer + 1])
            squared_norm += _correct(below, delta, matrix, momenta, rate, momentum, decay, nesterov)
        _correct_biases(deltas, parameters[n_coefs:], velocity[n_coefs:], rate, momentum, nesterov)
        total += 0.5 * alpha * squared_norm
    return total
