"""Naive twins of the kernels in ``sinapsi.feedforward.kernels``: plain loops in double precision, as in the papers.

Equation numbers are those of Rumelhart, Hinton and Williams (1986), Nature 323, 533-536, whose x_j is the field v_j
of the course notes (section 3.2) and whose -dE/dx_j is their local gradient delta_j; signs as in the errata. Twins of
two solvers that see all examples at once, ``rprop`` and ``scg``, stand at the end.
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


def mean_error_and_gradient(X, targets, sizes, units, slopes, uses_log_loss, parameters, alpha=0.0, weights=None):
    """E(w) and E'(w) over all examples: the mean of equations 3 to 6 and alpha / (2 n) times the squared weights.

    A target that is NaN costs nothing and sends nothing back. Weights are scaled to mean 1, and with them the penalty.
    """
    n_samples = len(X)
    shares = [1.0] * n_samples if weights is None else [float(w) for w in weights]
    mean_share = sum(shares) / n_samples
    alpha = alpha / mean_share
    sizes = [int(size) for size in sizes]
    n_coefs = sum(fan_in * fan_out for fan_in, fan_out in pairwise(sizes))
    matrices, biases = cut(parameters, sizes)
    total, gradient = 0.0, [0.0] * len(parameters)
    for x, target, share in zip(X, targets, shares, strict=True):
        fields, outputs = forward(x, matrices, biases, units, slopes)
        # A "don't care" is a target that is met, whatever the output.
        d = [y if math.isnan(wanted) else float(wanted) for wanted, y in zip(target, outputs[-1], strict=True)]
        deltas = local_gradients(fields, outputs, matrices, d, units, slopes, uses_log_loss)
        known = [k for k in range(len(d)) if not math.isnan(target[k])]
        total += share * error_of(uses_log_loss, units[-1], [d[k] for k in known], [outputs[-1][k] for k in known])
        below = [[float(value) for value in x], *outputs[:-1]]
        slope_of_weights = [
            [[-y * delta for delta in deltas[layer]] for y in below[layer]] for layer in range(len(deltas))
        ]
        own = joined(slope_of_weights, [[-delta for delta in layer] for layer in deltas])
        gradient = [so_far + share * g for so_far, g in zip(gradient, own, strict=True)]
    error = total / mean_share / n_samples + alpha / (2 * n_samples) * sum(float(w) ** 2 for w in parameters[:n_coefs])
    for p in range(len(gradient)):
        gradient[p] = gradient[p] / mean_share / n_samples
        gradient[p] += alpha / n_samples * float(parameters[p]) if p < n_coefs else 0.0
    return error, gradient


def sign(value):
    """-1, 0 or 1."""
    return (value > 0) - (value < 0)


def rprop(evaluate, w, n_epochs, first_step=0.0125, increase=1.2, decrease=0.5, largest_step=50.0, smallest_step=1e-6):
    """iRprop+ of Igel and Huesken (2000), table 1. ``evaluate(w)`` gives E and its gradient.

    Gives the error after each epoch and the last weights.
    """
    w = [float(value) for value in w]
    n = len(w)
    step, change, old_gradient = [first_step] * n, [0.0] * n, [0.0] * n
    error, gradient = evaluate(w)
    old_error = math.inf
    course = []
    for _ in range(n_epochs):
        for i in range(n):
            if old_gradient[i] * gradient[i] > 0:
                step[i] = min(step[i] * increase, largest_step)
                change[i] = -sign(gradient[i]) * step[i]
                w[i] += change[i]
                old_gradient[i] = gradient[i]
            elif old_gradient[i] * gradient[i] < 0:
                step[i] = max(step[i] * decrease, smallest_step)
                if error > old_error:
                    w[i] -= change[i]
                old_gradient[i] = 0.0
            else:
                change[i] = -sign(gradient[i]) * step[i]
                w[i] += change[i]
                old_gradient[i] = gradient[i]
        old_error = error
        error, gradient = evaluate(w)
        course.append(error)
    return course, w


def scaled_conjugate_gradients(evaluate, w, n_lower, sigma=1e-4, first_lambda=1e-6):
    """SCG of Moeller (1993), steps 1 to 9, for so many steps that lead lower.

    His lambda-bar is written out: delta_k is the measured curvature plus the present lambda_k |p_k|^2, also after a
    step that failed. k counts the steps that led lower. Our safeguard: a conjugate direction that leads uphill is
    replaced by the gradient.
    """

    def dot(a, b):
        return sum(x * y for x, y in zip(a, b, strict=True))

    w = [float(value) for value in w]
    n = len(w)
    error, gradient = evaluate(w)
    r = [-g for g in gradient]  # step 1
    p, lam, success, k = list(r), first_lambda, True, 0
    course = []
    curvature = 0.0
    while len(course) < n_lower:
        if success:  # step 2: second-order information
            sigma_k = sigma / math.sqrt(dot(p, p))
            _, ahead = evaluate([a + sigma_k * b for a, b in zip(w, p, strict=True)])
            s = [(a - b) / sigma_k for a, b in zip(ahead, gradient, strict=True)]
            curvature = dot(p, s)
        delta = curvature + lam * dot(p, p)  # step 3
        if delta <= 0:  # step 4: make the Hessian positive definite; lambda-bar = 2 (lambda - delta / |p|^2)
            lam = 2 * (lam - delta / dot(p, p))
            delta = curvature + lam * dot(p, p)
        mu = dot(p, r)  # step 5
        there = [a + mu / delta * b for a, b in zip(w, p, strict=True)]
        new_error, new_gradient = evaluate(there)
        comparison = 2 * delta * (error - new_error) / mu**2  # step 6
        success = comparison >= 0
        old_lam = lam
        if success:  # step 7
            k += 1
            new_r = [-g for g in new_gradient]
            if k % n == 0:
                direction = list(new_r)
            else:
                beta = (dot(new_r, new_r) - dot(new_r, r)) / mu
                direction = [a + beta * b for a, b in zip(new_r, p, strict=True)]
            if dot(direction, new_r) <= 0:
                direction = list(new_r)
            if comparison >= 0.75:
                lam = old_lam / 4
        if comparison < 0.25:  # step 8
            lam = old_lam + delta * (1 - comparison) / dot(p, p)
        if success:
            w, error, gradient, r, p = there, new_error, new_gradient, new_r, direction
            course.append(error)
    return course, w
