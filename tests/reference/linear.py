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


def learn_normalized_lms(X, targets, weights, divisors, order, rates, decay, coef, intercept):
    """One pass of w(k+1) = w(k) + eta e(k) x(k) / |x(k)|^2 (Nagumo and Noda 1967), with a penalty as ``learn_lms``."""
    error_sum = 0.0
    for n, i in enumerate(presentations(order, len(X))):
        eta, weight = at(rates, n) / float(divisors[i]), at(weights, i)
        for k in range(len(coef)):
            e = float(targets[i][k]) - field_of(X[i], coef[k], intercept[k])
            error_sum += weight * e**2 / 2
            for j in range(len(X[i])):
                old = float(coef[k][j])
                coef[k][j] = old + eta * (weight * e * float(X[i][j]) - float(decay) * old)
            intercept[k] += eta * weight * e
    return error_sum


def learn_normalized_lms_csr(data, columns, rows, targets, weights, divisors, order, rates, decay, coef, intercept):
    """The same for the rows of a sparse matrix."""
    X = dense(data, columns, rows, coef.shape[1])
    return learn_normalized_lms(X, targets, weights, divisors, order, rates, decay, coef, intercept)


def rotate_in(rows, answers, forgetting, factor, moments):
    """The array form of recursive least squares (Haykin 2002, chapter 14): rotations make the last row of the array
    zero, number by number; each turns it and row j by the angle whose tangent is x_j / r_jj."""
    n_columns = len(factor)
    for x, d in zip(rows, answers, strict=True):
        root = math.sqrt(forgetting)
        array = [[root * float(v) for v in [*factor[j], *moments[j]]] for j in range(n_columns)]
        array.append([float(v) for v in [*x, *d]])
        for j in range(n_columns):
            angle = math.atan2(array[-1][j], array[j][j])
            upper, lower = array[j], array[-1]
            array[j] = [math.cos(angle) * a + math.sin(angle) * b for a, b in zip(upper, lower, strict=True)]
            array[-1] = [math.cos(angle) * b - math.sin(angle) * a for a, b in zip(upper, lower, strict=True)]
        for j in range(n_columns):
            factor[j] = [0.0] * j + array[j][j:n_columns]
            moments[j] = array[j][n_columns:]


# The perceptron's variants. A rule is told by what one presentation does: it gives whether the example was wrong.


def present_to_neuron(X, signed_weights, i, eta, coef, intercept):
    """One presentation of the perceptron rule; gives whether the example was wrong, and by how much."""
    y, v = float(signed_weights[i]), field_of(X[i], coef, intercept[0])
    if y * v > 0:
        return False, 0.0
    for j in range(len(coef)):
        coef[j] += eta * y * float(X[i][j])
    intercept[0] += eta * y
    return True, abs(y * v)


def present_to_all(X, labels, weights, i, eta, coef, intercept):
    """One presentation of Kesler's construction."""
    n_corrections, criterion = learn_kesler(X, labels, weights, [i], [eta], coef, intercept)
    return n_corrections == 1, criterion


def learn_averaged(present, rows, rates, n_before, coef, intercept, coef_lag, intercept_lag):
    """Adds up the weights after every presentation (Freund and Schapire 1999, with the survivals spelled out).

    The mean over T presentations is w - lag / T, so the sum of the weights is T w - lag.
    """
    coef_sum, intercept_sum = n_before * coef - coef_lag, n_before * intercept - intercept_lag
    n_corrections, criterion = 0, 0.0
    for n, i in enumerate(rows):
        wrong, distance = present(i, at(rates, n), coef, intercept)
        n_corrections += wrong
        criterion += distance
        coef_sum, intercept_sum = coef_sum + coef, intercept_sum + intercept
    n_presentations = n_before + len(rows)
    coef_lag[...] = n_presentations * coef - coef_sum
    intercept_lag[...] = n_presentations * intercept - intercept_sum
    return n_corrections, criterion


def error_of(X, signed_weights, coef, intercept):
    """Weight of all examples whose field is not on their side."""
    return math.fsum(
        abs(float(y)) for x, y in zip(X, signed_weights, strict=True) if not y * field_of(x, coef, intercept[0]) > 0
    )


def error_of_kesler(X, labels, weights, coef, intercept):
    """Weight of all examples whose own class does not have the largest field alone."""
    error = 0.0
    for x, label, weight in zip(X, labels, weights, strict=True):
        fields = [field_of(x, coef[k], intercept[k]) for k in range(len(coef))]
        own = fields.pop(int(label))
        error += 0.0 if own > max(fields) else float(weight)
    return error


def learn_pocket(present, count, weight_of, rows, rates, coef, intercept, pocket_coef, pocket_intercept, tally):
    """The pocket algorithm with ratchet (Gallant 1990, section IV), each weights' errors counted at most once.

    The tally holds the run of right answers, the longest run of the weights in the pocket, the errors of the pocket,
    and a state: 0 before the count, 1 when it was failed, 2 when the present weights are those in the pocket.
    """
    n_corrections, criterion = 0, 0.0
    run, longest, errors, state = (float(number) for number in tally)
    for n, i in enumerate(rows):
        wrong, distance = present(i, at(rates, n), coef, intercept)
        if wrong:
            run, state = 0.0, 0.0
            n_corrections += 1
            criterion += distance
            continue
        run += weight_of(i)
        if run > longest and state == 0:
            error = count(coef, intercept)
            state = 1.0
            if error < errors:
                longest, errors, state = run, error, 2.0
                pocket_coef[...], pocket_intercept[...] = coef, intercept
        elif run > longest and state == 2:
            longest = run  # the run of the weights in the pocket goes on
    tally[...] = run, longest, errors, state
    return n_corrections, criterion


def learn_voted(present, rows, rates, coef, intercept):
    """All weights and their survivals (Freund and Schapire 1999, figure 1); the first survived nothing so far."""
    voters, survivals = [(coef.copy(), intercept.copy())], [0]
    for n, i in enumerate(rows):
        if present(i, at(rates, n), coef, intercept)[0]:
            voters.append((coef.copy(), intercept.copy()))
            survivals.append(1)
        else:
            survivals[-1] += 1
    return voters, survivals
