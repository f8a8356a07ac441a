"""Naive twins of the kernels in ``sinapsi.feedforward.kernels``: plain loops in double precision, as in the papers.

Equation numbers are those of Rumelhart, Hinton and Williams (1986), Nature 323, 533-536, whose x_j is the field v_j
of the course notes (section 3.2) and whose -dE/dx_j is their local gradient delta_j; signs as in the errata.
"""

import math
from itertools import pairwise

IDENTITY, LOGISTIC, TANH, RELU, SOFTMAX = range(5)  # the numbers of sinapsi.feedforward.kernels.Unit


def at(values, n):
    """The n-th value, or the single one there is for all."""
    return float(values[n]) if len(values) > 1 else float(values[0])


def outputs_of(unit, slope, fields):
    """y = phi(v) of a whole layer; equation 2 for logistic units."""
    if unit == LOGISTIC:
        return [1 / (1 + math.exp(-slope * v)) for v in fields]
    if unit == TANH:
        return [math.tanh(slope * v) for v in fields]
    if unit == RELU:
        return [v if v > 0 else 0.0 for v in fields]
    if unit == SOFTMAX:
        exponentials = [math.exp(v) for v in fields]
        return [e / sum(exponentials) for e in exponentials]
    return list(fields)


def jacobian(unit, slope, fields):
    """dy_i / dv_j, written out from the fields."""
    n = len(fields)
    y = outputs_of(unit, slope, fields)
    if unit == SOFTMAX:
        return [[y[i] * ((i == j) - y[j]) for j in range(n)] for i in range(n)]
    slopes = {
        IDENTITY: lambda v: 1.0,
        LOGISTIC: lambda v: slope * math.exp(-slope * v) / (1 + math.exp(-slope * v)) ** 2,
        TANH: lambda v: slope / math.cosh(slope * v) ** 2,
        RELU: lambda v: 1.0 if v > 0 else 0.0,
    }
    return [[slopes[unit](fields[i]) if i == j else 0.0 for j in range(n)] for i in range(n)]


def delta_from(unit, slope, fields, signal):
    """delta_j = sum_i (-dE/dy_i) dy_i/dv_j: equation 5, for units that may depend on each other."""
    J = jacobian(unit, slope, fields)
    n = len(fields)
    return [sum(signal[i] * J[i][j] for i in range(n)) for j in range(n)]


def cut(flat, sizes):
    """Weight matrices w[layer][i][j] (from i to j) and biases b[layer][j] of the flat vector."""
    weights, biases, place = [], [], 0
    for fan_in, fan_out in pairwise(sizes):
        weights.append([[float(flat[place + i * fan_out + j]) for j in range(fan_out)] for i in range(fan_in)])
        place += fan_in * fan_out
    for fan_out in sizes[1:]:
        biases.append([float(b) for b in flat[place : place + fan_out]])
        place += fan_out
    return weights, biases


def joined(weights, biases):
    """The flat vector of matrices and biases."""
    return [w for matrix in weights for row in matrix for w in row] + [b for layer in biases for b in layer]


def forward(x, weights, biases, units, slopes):
    """Fields and outputs of every layer: equations 1 and 2."""
    below, fields, outputs = [float(value) for value in x], [], []
    for matrix, bias, unit, slope in zip(weights, biases, units, slopes, strict=True):
        v = [bias[j] + sum(below[i] * matrix[i][j] for i in range(len(below))) for j in range(len(bias))]
        below = outputs_of(unit, slope, v)
        fields.append(v)
        outputs.append(below)
    return fields, outputs


def error_of(uses_log_loss, unit, targets, outputs):
    """E of one example: equation 3, or the cross-entropy."""
    if not uses_log_loss:
        return sum((d - y) ** 2 / 2 for d, y in zip(targets, outputs, strict=True))
    if unit == SOFTMAX:
        return -sum(math.log(y) for d, y in zip(targets, outputs, strict=True) if d > 0)
    return -sum(math.log(y if d > 0 else 1 - y) for d, y in zip(targets, outputs, strict=True))


def output_signal(uses_log_loss, unit, targets, outputs):
    """-dE/dy of the output units: equation 4, or that of the cross-entropy."""
    if not uses_log_loss:
        return [d - y for d, y in zip(targets, outputs, strict=True)]
    if unit == SOFTMAX:
        return [d / y for d, y in zip(targets, outputs, strict=True)]
    return [d / y - (1 - d) / (1 - y) for d, y in zip(targets, outputs, strict=True)]


def local_gradients(fields, outputs, weights, targets, units, slopes, uses_log_loss):
    """delta_j = -dE/dv_j of every unit, from the outputs down: equations 4, 5 and 7 (notes, eqs. 1-6)."""
    signal = output_signal(uses_log_loss, units[-1], targets, outputs[-1])
    deltas = [delta_from(units[-1], slopes[-1], fields[-1], signal)]
    for layer in range(len(fields) - 2, -1, -1):
        above, matrix = deltas[0], weights[layer + 1]
        signal = [sum(matrix[i][k] * above[k] for k in range(len(above))) for i in range(len(matrix))]
        deltas.insert(0, delta_from(units[layer], slopes[layer], fields[layer], signal))
    return deltas


def moved(weight, velocity, slope, rate, momentum, nesterov):
    """Delta w(t) = -epsilon dE/dw(t) + alpha Delta w(t-1): equation 9. Gives new weight and Delta w.

    Nesterov's form takes the step that the next momentum term would take at once (Sutskever et al. 2013, eqs. 3-4, in
    the variables of the point looked ahead to).
    """
    change = momentum * velocity - rate * slope
    return weight + (momentum * change - rate * slope if nesterov else change), change


def learn_online(
    X, targets, weights, order, rates, sizes, units, slopes, uses_log_loss, parameters, velocity, momentum, alpha,
    nesterov,
):  # fmt: skip
    """One pass of back-propagation, example by example."""
    total = 0.0
    sizes = [int(size) for size in sizes]
    n_coefs = sum(fan_in * fan_out for fan_in, fan_out in pairwise(sizes))
    for n, row in enumerate(order):
        matrices, biases = cut(parameters, sizes)
        d = [float(target) for target in targets[row]]
        fields, outputs = forward(X[row], matrices, biases, units, slopes)
        deltas = local_gradients(fields, outputs, matrices, d, units, slopes, uses_log_loss)
        below = [[float(x) for x in X[row]], *outputs[:-1]]
        weight = at(weights, row)
        # dE/dw_ij = -delta_j y_i: equation 6
        slope_of_weights = [
            [[-weight * y * delta for delta in deltas[layer]] for y in below[layer]] for layer in range(len(deltas))
        ]
        gradient = joined(slope_of_weights, [[-weight * delta for delta in layer] for layer in deltas])
        total += weight * error_of(uses_log_loss, units[-1], d, outputs[-1])
        total += alpha / 2 * sum(float(w) ** 2 for w in parameters[:n_coefs])
        for p in range(len(parameters)):
            old = float(parameters[p])
            slope = gradient[p] + (alpha * old if p < n_coefs else 0.0)
            parameters[p], velocity[p] = moved(old, float(velocity[p]), slope, at(rates, n), momentum, nesterov)
    return total


def move_with_momentum(parameters, gradient, velocity, n_coefs, rate, momentum, decay, nesterov):
    """One step of equation 9 for all weights; the penalty pulls the weights, not the biases."""
    squared_norm = sum(float(w) ** 2 for w in parameters[:n_coefs])
    for p in range(len(parameters)):
        old = float(parameters[p])
        slope = float(gradient[p]) + (decay * old if p < n_coefs else 0.0)
        parameters[p], velocity[p] = moved(old, float(velocity[p]), slope, rate, momentum, nesterov)
    return squared_norm


def move_by_adam(parameters, gradient, mean, square, n_coefs, rate, beta_1, beta_2, epsilon, decay):
    """One step of Kingma and Ba (2015), algorithm 1 in the order of their section 2, last paragraph.

    ``rate`` is their alpha_t = alpha sqrt(1 - beta_2^t) / (1 - beta_1^t), and epsilon their epsilon hat.
    """
    squared_norm = sum(float(w) ** 2 for w in parameters[:n_coefs])
    for p in range(len(parameters)):
        theta = float(parameters[p])
        g = float(gradient[p]) + (decay * theta if p < n_coefs else 0.0)
        mean[p] = beta_1 * float(mean[p]) + (1 - beta_1) * g
        square[p] = beta_2 * float(square[p]) + (1 - beta_2) * g**2
        parameters[p] = theta - rate * mean[p] / (math.sqrt(square[p]) + epsilon)
    return squared_norm
