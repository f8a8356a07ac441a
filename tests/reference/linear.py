"""Naive twins of the kernels in ``sinapsi.linear.kernels``: plain loops in double precision, as in the papers.

The notes are those of the course, with their errata; every vector is augmented there, x(n) = [+1, x_1, ..., x_m] and
w(n) = [b, w_1, ..., w_m], so that the bias moves like the weight of a constant input 1.
"""

import math


def field_of(x, coef, bias):
    """v(n) = sum_i w_i(n) x_i(n) (notes, section 2.1)."""
    v = float(bias)
    for x_i, w_i in zip(x, coef, strict=True):
        v += float(w_i) * float(x_i)
    return v


def presentations(order, n_rows):
    """The rows in their order; an empty order stands for 0, 1, 2, ..."""
    return [int(i) for i in order] if len(order) else list(range(n_rows))


def at(values, n):
    """The n-th value, or the single one there is for all."""
    return float(values[n]) if len(values) > 1 else float(values[0])


def dense(data, columns, rows, n_columns):
    """The matrix whose CSR arrays are given."""
    X = [[0.0] * n_columns for _ in range(len(rows) - 1)]
    for i in range(len(rows) - 1):
        for place in range(rows[i], rows[i + 1]):
            X[i][columns[place]] += float(data[place])
    return X


def learn_perceptron(X, signed_weights, order, rates, coef, intercept):
    """One pass of w(n+1) = w(n) + eta(n) y x(n) on misclassified examples (notes, section 2.1, rule 2)."""
    n_corrections, criterion = 0, 0.0
    for n, i in enumerate(presentations(order, len(X))):
        y = float(signed_weights[i])  # +1 or -1, times the weight of the example
        v = field_of(X[i], coef, intercept[0])
        if y * v > 0:
            continue  # rule 1: classified correctly, nothing moves
        for j in range(len(coef)):
            coef[j] += at(rates, n) * y * float(X[i][j])
        intercept[0] += at(rates, n) * y
        n_corrections += 1
        criterion += abs(y * v)
    return n_corrections, criterion


def learn_perceptron_csr(data, columns, rows, signed_weights, order, rates, coef, intercept):
    """The same for the rows of a sparse matrix."""
    X = dense(data, columns, rows, len(coef))
    return learn_perceptron(X, signed_weights, order, rates, coef, intercept)


def learn_kesler(X, labels, weights, order, rates, coef, intercept):
    """One pass of Kesler's construction (Duda and Hart 1973, section 5.12.1).

    In the construction an example x of class i stands for the vectors eta_ij that hold x in block i, -x in block j
    and 0 elsewhere; here the j of the largest field is corrected: w_i <- w_i + eta x, w_j <- w_j - eta x.
    """
    n_corrections, criterion = 0, 0.0
    for n, row in enumerate(presentations(order, len(X))):
        i = int(labels[row])
        fields = [field_of(X[row], coef[k], intercept[k]) for k in range(len(coef))]
        rivals = [k for k in range(len(coef)) if k != i]
        j = max(rivals, key=lambda k: (fields[k], -k))  # ties go to the lowest index
        if fields[i] > fields[j]:
            continue
        step = at(rates, n) * float(weights[row])
        for column in range(len(X[row])):
            coef[i][column] += step * float(X[row][column])
            coef[j][column] -= step * float(X[row][column])
        intercept[i] += step
        intercept[j] -= step
        n_corrections += 1
        criterion += float(weights[row]) * (fields[j] - fields[i])
    return n_corrections, criterion


def learn_kesler_csr(data, columns, rows, labels, weights, order, rates, coef, intercept):
    """The same for the rows of a sparse matrix."""
    X = dense(data, columns, rows, coef.shape[1])
    return learn_kesler(X, labels, weights, order, rates, coef, intercept)


def learn_lms(X, targets, weights, order, rates, decay, coef, intercept):
    """One pass of w(k+1) = w(k) + eta (d(k) - y(k)) x(k) (notes, section 3.1; Widrow and Hoff 1960).

    With a penalty the gradient of decay / 2 |w|^2 is taken away at the weights before the step.
    """
    error_sum = 0.0
    for n, i in enumerate(presentations(order, len(X))):
        eta, weight = at(rates, n), at(weights, i)
        for k in range(len(coef)):
            e = float(targets[i][k]) - field_of(X[i], coef[k], intercept[k])
            error_sum += weight * e**2 / 2  # E(k) of section 3.1
            for j in range(len(X[i])):
                old = float(coef[k][j])
                coef[k][j] = old + eta * (weight * e * float(X[i][j]) - float(decay) * old)
            intercept[k] += eta * weight * e
    return error_sum


def learn_lms_csr(data, columns, rows, targets, weights, order, rates, decay, coef, intercept):
    """The same for the rows of a sparse matrix."""
    X = dense(data, columns, rows, coef.shape[1])
    return learn_lms(X, targets, weights, order, rates, decay, coef, intercept)


def largest_squared_norm(X):
    """The largest sum of squares of a row."""
    return max(math.fsum(float(x) ** 2 for x in row) for row in X)
