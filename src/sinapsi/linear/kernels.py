"""Compiled learning rules that visit one example after another: perceptron, Kesler's construction, LMS, its kin.

Each function goes once through the examples and changes the weights in place. ``order`` holds the rows in their order
of presentation; an empty one stands for 0, 1, 2, ... ``rates`` holds the learning rate of every presentation, or a
single rate for all. The rows of a sparse X come as the three arrays of the
CSR format. Rosenblatt (1958), Duda and Hart (1973), Widrow and Hoff (1960), Nagumo and Noda (1967), Haykin (2002);
chapters 2 and 3 of the course.
"""

import math
from typing import Any, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating[Any]]
Indices: TypeAlias = NDArray[np.integer[Any]]

# Sums may be taken in any order and division by zero gives infinity (vector instructions need both); NaN and infinity
# keep their meaning.
compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})


@compiled
def _n_presentations(order: Indices, n_rows: int) -> int:
    return order.shape[0] if order.shape[0] else n_rows


@compiled
def _field(X: Floats, i: int, coef: Floats) -> float:
    """Scalar product of row i with the weights."""
    field = X.dtype.type(0)
    for j in range(coef.shape[0]):
        field += X[i, j] * coef[j]
    return field


@compiled
def _move(X: Floats, i: int, step: float, coef: Floats) -> None:
    """Weights <- weights + step * row i."""
    for j in range(coef.shape[0]):
        coef[j] += step * X[i, j]


@compiled
def _field_csr(data: Floats, columns: Indices, rows: Indices, i: int, coef: Floats) -> float:
    field = data.dtype.type(0)
    for place in range(rows[i], rows[i + 1]):
        field += data[place] * coef[columns[place]]
    return field


@compiled
def _move_csr(data: Floats, columns: Indices, rows: Indices, i: int, step: float, coef: Floats) -> None:
    for place in range(rows[i], rows[i + 1]):
        coef[columns[place]] += step * data[place]


@compiled
def learn_perceptron(
    X: Floats, signed_weights: Floats, order: Indices, rates: Floats, coef: Floats, intercept: Floats
) -> tuple[int, float]:
    """One pass of the perceptron rule; gives the number of corrections and the summed perceptron criterion.

    ``signed_weights`` is +w for an example of the positive class and -w for one of the negative class, where w is
    its weight; ``intercept`` has one element.
    """
    n_corrections = 0
    bias = intercept[0]
    criterion = 0.0
    last_rate = rates.shape[0] - 1
    for n in range(_n_presentations(order, X.shape[0])):
        i = np.uintp(order[n] if order.shape[0] else n)  # unsigned: it never counts from the end
        field = _field(X, i, coef) + bias
        if not signed_weights[i] * field > 0:  # so that NaN counts as wrong
            step = rates[min(n, last_rate)] * signed_weights[i]
            _move(X, i, step, coef)
            bias += step
            n_corrections += 1
            criterion -= signed_weights[i] * field
    intercept[0] = bias
    return n_corrections, criterion


@compiled
def learn_perceptron_csr(
    data: Floats,
    columns: Indices,
    rows: Indices,
    signed_weights: Floats,
    order: Indices,
    rates: Floats,
    coef: Floats,
    intercept: Floats,
) -> tuple[int, float]:
    """The same for rows in CSR form."""
    n_corrections = 0
    bias = intercept[0]
    criterion = 0.0
    last_rate = rates.shape[0] - 1
    for n in range(_n_presentations(order, rows.shape[0] - 1)):
        i = order[n] if order.shape[0] else n
        field = _field_csr(data, columns, rows, i, coef) + bias
        if not signed_weights[i] * field > 0:  # so that NaN counts as wrong
            step = rates[min(n, last_rate)] * signed_weights[i]
            _move_csr(data, columns, rows, i, step, coef)
            bias += step
            n_corrections += 1
            criterion -= signed_weights[i] * field
    intercept[0] = bias
    return n_corrections, criterion


@compiled
def _strongest_rival(fields: Floats, label: int) -> int:
    """The other class with the largest field; ties go to the lowest index."""
    rival = 1 if label == 0 else 0
    for k in range(fields.shape[0]):
        if k != label and fields[k] > fields[rival]:
            rival = k
    return rival


@compiled
def learn_kesler(
    X: Floats, labels: Indices, weights: Floats, order: Indices, rates: Floats, coef: Floats, intercept: Floats
) -> tuple[int, float]:
    """One pass of Kesler's construction; gives the number of corrections and the summed margin violations.

    An example whose own class does not have the largest field draws its class nearer and pushes the strongest rival
    away. ``coef`` has one row a class, ``weights`` one weight an example.
    """
    n_corrections = 0
    criterion = 0.0
    last_rate = rates.shape[0] - 1
    fields = np.empty(coef.shape[0], dtype=coef.dtype)
    for n in range(_n_presentations(order, X.shape[0])):
        i = order[n] if order.shape[0] else n
        for k in range(coef.shape[0]):
            fields[k] = _field(X, i, coef[k]) + intercept[k]
        label = labels[i]
        rival = _strongest_rival(fields, label)
        if not fields[label] > fields[rival]:  # so that NaN counts as wrong
            step = rates[min(n, last_rate)] * weights[i]
            _move(X, i, step, coef[label])
            _move(X, i, -step, coef[rival])
            intercept[label] += step
            intercept[rival] -= step
            n_corrections += 1
            criterion += weights[i] * (fields[rival] - fields[label])
    return n_corrections, criterion


@compiled
def learn_kesler_csr(
    data: Floats,
    columns: Indices,
    rows: Indices,
    labels: Indices,
    weights: Floats,
    order: Indices,
    rates: Floats,
    coef: Floats,
    intercept: Floats,
) -> tuple[int, float]:
    """The same for rows in CSR form."""
    n_corrections = 0
    criterion = 0.0
    last_rate = rates.shape[0] - 1
    fields = np.empty(coef.shape[0], dtype=coef.dtype)
    for n in range(_n_presentations(order, rows.shape[0] - 1)):
        i = order[n] if order.shape[0] else n
        for k in range(coef.shape[0]):
            fields[k] = _field_csr(data, columns, rows, i, coef[k]) + intercept[k]
        label = labels[i]
        rival = _strongest_rival(fields, label)
        if not fields[label] > fields[rival]:  # so that NaN counts as wrong
            step = rates[min(n, last_rate)] * weights[i]
            _move_csr(data, columns, rows, i, step, coef[label])
            _move_csr(data, columns, rows, i, -step, coef[rival])
            intercept[label] += step
            intercept[rival] -= step
            n_corrections += 1
            criterion += weights[i] * (fields[rival] - fields[label])
    return n_corrections, criterion


@compiled
def _learn_lms_ahead(
    X: Floats, targets: Floats, weights: Floats, order: Indices, rates: Floats, coef: Floats, intercept: Floats
) -> float:
    """The LMS rule for one output without penalty, looking two examples ahead.

    The field of the next example needs the step s of this one, and so every product would wait for the one before.
    But (w + s x) . z = w . z + s (x . z): the long products are taken before the step is known.
    """
    n_steps, n_features = order.shape[0], coef.shape[0]
    last_rate, last_weight = rates.shape[0] - 1, weights.shape[0] - 1
    here, after, bias = order[0], order[min(1, n_steps - 1)], intercept[0]
    field, field_after, overlap = _field(X, here, coef), _field(X, after, coef), X.dtype.type(0)
    for j in range(n_features):
        overlap += X[here, j] * X[after, j]
    error_sum = 0.0
    for n in range(n_steps):
        weight = weights[min(here, last_weight)]
        error = targets[here, 0] - (field + bias)
        error_sum += 0.5 * weight * error * error
        step = rates[min(n, last_rate)] * weight * error
        bias += step
        field = field_after + step * overlap
        later = order[min(n + 2, n_steps - 1)]
        # Unsigned, for a number that could count from the end costs a test at each access.
        this_row, next_row, later_row = np.uintp(here), np.uintp(after), np.uintp(later)
        field_after = X.dtype.type(0)
        overlap = X.dtype.type(0)
        for j in range(n_features):
            coefficient = coef[j] + step * X[this_row, j]
            coef[j] = coefficient
            coming = X[later_row, j]
            field_after += coefficient * coming
            overlap += X[next_row, j] * coming
        here, after = after, later
    intercept[0] = bias
    return error_sum


@compiled
def learn_lms(
    X: Floats,
    targets: Floats,
    weights: Floats,
    order: Indices,
    rates: Floats,
    decay: float,
    coef: Floats,
    intercept: Floats,
) -> float:
    """One pass of the LMS rule w <- w + eta (d - y) x; gives the summed weighted error 1/2 sum (d - y)^2.

    ``targets`` has one column an output, ``coef`` one row an output; ``weights`` holds the weight of every example
    or a single one for all; ``decay`` pulls the weights toward 0 at each step (the intercepts stay free).
    """
    error_sum = 0.0
    if coef.shape[0] == 1 and decay == 0:
        rows = order if order.shape[0] else np.arange(X.shape[0])
        error_sum += _learn_lms_ahead(X, targets, weights, rows, rates, coef[0], intercept)
        return error_sum
    last_rate = rates.shape[0] - 1
    last_weight = weights.shape[0] - 1
    for n in range(_n_presentations(order, X.shape[0])):
        i = order[n] if order.shape[0] else n
        rate = rates[min(n, last_rate)]
        weight = weights[min(i, last_weight)]
        for k in range(coef.shape[0]):
            error = targets[i, k] - (_field(X, i, coef[k]) + intercept[k])
            error_sum += 0.5 * weight * error * error
            step = rate * weight * error
            if decay != 0:
                _shrink(coef[k], rate * decay)
            _move(X, i, step, coef[k])
            intercept[k] += step
    return error_sum


@compiled
def learn_lms_csr(
    data: Floats,
    columns: Indices,
    rows: Indices,
    targets: Floats,
    weights: Floats,
    order: Indices,
    rates: Floats,
    decay: float,
    coef: Floats,
    intercept: Floats,
) -> float:
    """The same for rows in CSR form."""
    error_sum = 0.0
    last_rate = rates.shape[0] - 1
    last_weight = weights.shape[0] - 1
    for n in range(_n_presentations(order, rows.shape[0] - 1)):
        i = order[n] if order.shape[0] else n
        rate = rates[min(n, last_rate)]
        weight = weights[min(i, last_weight)]
        for k in range(coef.shape[0]):
            error = targets[i, k] - (_field_csr(data, columns, rows, i, coef[k]) + intercept[k])
            error_sum += 0.5 * weight * error * error
            step = rate * weight * error
            if decay != 0:
                _shrink(coef[k], rate * decay)
            _move_csr(data, columns, rows, i, step, coef[k])
            intercept[k] += step
    return error_sum


@compiled
def learn_normalized_lms(
    X: Floats,
    targets: Floats,
    weights: Floats,
    divisors: Floats,
    order: Indices,
    rates: Floats,
    decay: float,
    coef: Floats,
    intercept: Floats,
) -> float:
    """One pass of the normalized LMS rule w <- w + eta (d - y) x / divisor; gives the sum of ``learn_lms``.

    ``divisors`` holds decay + 1 + |x|^2 of every example; everything else is as there.
    """
    error_sum = 0.0
    last_rate = rates.shape[0] - 1
    last_weight = weights.shape[0] - 1
    for n in range(_n_presentations(order, X.shape[0])):
        i = order[n] if order.shape[0] else n
        rate = rates[min(n, last_rate)] / divisors[i]
        weight = weights[min(i, last_weight)]
        for k in range(coef.shape[0]):
            error = targets[i, k] - (_field(X, i, coef[k]) + intercept[k])
            error_sum += 0.5 * weight * error * error
            step = X.dtype.type(rate * weight * error)
            if decay != 0:
                _shrink(coef[k], X.dtype.type(rate * decay))
            _move(X, i, step, coef[k])
            intercept[k] += step
    return error_sum


@compiled
def learn_normalized_lms_csr(
    data: Floats,
    columns: Indices,
    rows: Indices,
    targets: Floats,
    weights: Floats,
    divisors: Floats,
    order: Indices,
    rates: Floats,
    decay: float,
    coef: Floats,
    intercept: Floats,
) -> float:
    """The same for rows in CSR form."""
    error_sum = 0.0
    last_rate = rates.shape[0] - 1
    last_weight = weights.shape[0] - 1
    for n in range(_n_presentations(order, rows.shape[0] - 1)):
        i = order[n] if order.shape[0] else n
        rate = rates[min(n, last_rate)] / divisors[i]
        weight = weights[min(i, last_weight)]
        for k in range(coef.shape[0]):
            error = targets[i, k] - (_field_csr(data, columns, rows, i, coef[k]) + intercept[k])
            error_sum += 0.5 * weight * error * error
            step = data.dtype.type(rate * weight * error)
            if decay != 0:
                _shrink(coef[k], data.dtype.type(rate * decay))
            _move_csr(data, columns, rows, i, step, coef[k])
            intercept[k] += step
    return error_sum


@compiled
def _shrink(coef: Floats, rate: float) -> None:
    for j in range(coef.shape[0]):
        coef[j] -= rate * coef[j]


@compiled
def largest_squared_norm(X: Floats) -> float:
    """The largest squared Euclidean norm of a row."""
    largest = 0.0
    for i in range(X.shape[0]):
        squared_norm = 0.0
        for j in range(X.shape[1]):
            squared_norm += np.float64(X[i, j]) * np.float64(X[i, j])
        largest = max(largest, squared_norm)
    return largest


@compiled
def rotate_in(rows: Floats, answers: Floats, forgetting: float, factor: Floats, moments: Floats) -> None:
    """Recursive least squares in square-root information form: Givens rotations take in one row after another.

    ``factor`` is the upper triangle R of R'R = sum of x x', ``moments`` is Q'D, so that R w = Q'D gives the weights.
    Before each row both shrink by the root of ``forgetting``. Each rotation makes one number of the row zero.
    """
    n_columns, n_outputs = factor.shape[0], moments.shape[1]
    row, answer = np.empty(n_columns), np.empty(n_outputs)
    share = math.sqrt(forgetting)
    for i in range(rows.shape[0]):
        row[:] = rows[i]
        answer[:] = answers[i]
        if forgetting != 1:
            factor *= share
            moments *= share
        for j in range(n_columns):
            if row[j] == 0:
                continue
            radius = math.hypot(factor[j, j], row[j])  # without overflow, and above 0 where the squares vanish
            cosine, sine = factor[j, j] / radius, row[j] / radius
            factor[j, j] = radius
            for k in range(j + 1, n_columns):
                above, below = factor[j, k], row[k]
                factor[j, k] = cosine * above + sine * below
                row[k] = cosine * below - sine * above
            for k in range(n_outputs):
                above, below = moments[j, k], answer[k]
                moments[j, k] = cosine * above + sine * below
                answer[k] = cosine * below - sine * above
