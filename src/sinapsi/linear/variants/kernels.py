"""Compiled perceptron rules that remember more than the last weights: averaged, pocket, voted.

They learn as ``learn_perceptron`` and ``learn_kesler`` of the family's ``kernels.py`` do, and each keeps what its
variant needs. The rows come in both forms at once: dense in ``X``, or as the three arrays of the CSR format; where
``rows`` is empty, ``X`` holds them. ``order`` and ``rates`` are as in the family's kernels. Freund and Schapire
(1999), Gallant (1990); chapter 2 of the course.
"""

from typing import Any, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating[Any]]
Indices: TypeAlias = NDArray[np.integer[Any]]

# As in the family's kernels, so that the weights move alike.
compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})

# Places in the tally of a pocket: weight of the present run of right answers, of the longest run of weights in the
# pocket, of the examples that those misclassify which are there now, and how the present weights stand.
RUN, POCKET_RUN, ERRORS, STATE = 0, 1, 2, 3
NOT_COUNTED, REFUSED, IN_POCKET = 0.0, 1.0, 2.0  # states of the present weights


@compiled
def _n_rows(X: Floats, rows: Indices) -> int:
    return rows.shape[0] - 1 if rows.shape[0] else X.shape[0]


@compiled
def _n_presentations(X: Floats, rows: Indices, order: Indices) -> int:
    return order.shape[0] if order.shape[0] else _n_rows(X, rows)


@compiled
def _field(X: Floats, data: Floats, columns: Indices, rows: Indices, i: int, coef: Floats) -> float:
    """Scalar product of row i with the weights."""
    field = coef.dtype.type(0)
    if rows.shape[0]:
        for place in range(rows[i], rows[i + 1]):
            field += data[place] * coef[columns[place]]
    else:
        for j in range(coef.shape[0]):
            field += X[i, j] * coef[j]
    return field


@compiled
def _move(X: Floats, data: Floats, columns: Indices, rows: Indices, i: int, step: float, coef: Floats) -> None:
    """Weights <- weights + step * row i."""
    if rows.shape[0]:
        for place in range(rows[i], rows[i + 1]):
            coef[columns[place]] += step * data[place]
    else:
        for j in range(coef.shape[0]):
            coef[j] += step * X[i, j]


@compiled
def _strongest_rival(fields: Floats, label: int) -> int:
    """The other class with the largest field; ties go to the lowest index."""
    rival = 1 if label == 0 else 0
    for k in range(fields.shape[0]):
        if k != label and fields[k] > fields[rival]:
            rival = k
    return rival


@compiled
def _rival_of_row(
    X: Floats,
    data: Floats,
    columns: Indices,
    rows: Indices,
    i: int,
    label: int,
    coef: Floats,
    intercept: Floats,
    fields: Floats,
) -> int:
    """The strongest rival of the class of row i; the fields of all classes go to ``fields``."""
    for k in range(coef.shape[0]):
        fields[k] = _field(X, data, columns, rows, i, coef[k]) + intercept[k]
    return _strongest_rival(fields, label)


@compiled
def _correct_both(
    X: Floats,
    data: Floats,
    columns: Indices,
    rows: Indices,
    i: int,
    step: float,
    label: int,
    rival: int,
    coef: Floats,
    intercept: Floats,
) -> None:
    """Kesler's correction: the own class nearer to row i, the rival away from it."""
    _move(X, data, columns, rows, i, step, coef[label])
    _move(X, data, columns, rows, i, -step, coef[rival])
    intercept[label] += step
    intercept[rival] -= step


@compiled
def learn_averaged(
    X: Floats,
    data: Floats,
    columns: Indices,
    rows: Indices,
    signed_weights: Floats,
    order: Indices,
    rates: Floats,
    n_before: int,
    coef: Floats,
    intercept: Floats,
    coef_lag: Floats,
    intercept_lag: Floats,
) -> tuple[int, float]:
    """One pass of the perceptron rule that lets the mean of the weights be told.

    The mean over T presentations is w - lag / T, where a correction after s presentations adds s times itself to the
    lag: it is missing in the weights of the s presentations before.
    """
    n_corrections = 0
    criterion = 0.0
    last_rate = rates.shape[0] - 1
    for n in range(_n_presentations(X, rows, order)):
        i = order[n] if order.shape[0] else n
        field = _field(X, data, columns, rows, i, coef) + intercept[0]
        if not signed_weights[i] * field > 0:  # so that NaN counts as wrong
            step = rates[min(n, last_rate)] * signed_weights[i]
            _move(X, data, columns, rows, i, step, coef)
            intercept[0] += step
            missed = np.float64(n_before + n) * step
            _move(X, data, columns, rows, i, missed, coef_lag)
            intercept_lag[0] += missed
            n_corrections += 1
            criterion -= signed_weights[i] * field
    return n_corrections, criterion


@compiled
def learn_averaged_kesler(
    X: Floats,
    data: Floats,
    columns: Indices,
    rows: Indices,
    labels: Indices,
    weights: Floats,
    order: Indices,
    rates: Floats,
    n_before: int,
    coef: Floats,
    intercept: Floats,
    coef_lag: Floats,
    intercept_lag: Floats,
) -> tuple[int, float]:
    """The same for Kesler's construction."""
    n_corrections = 0
    criterion = 0.0
    last_rate = rates.shape[0] - 1
    fields = np.empty(coef.shape[0], dtype=coef.dtype)
    for n in range(_n_presentations(X, rows, order)):
        i = order[n] if order.shape[0] else n
        label = labels[i]
        rival = _rival_of_row(X, data, columns, rows, i, label, coef, intercept, fields)
        if not fields[label] > fields[rival]:  # so that NaN counts as wrong
            step = rates[min(n, last_rate)] * weights[i]
            missed = np.float64(n_before + n) * step
            _correct_both(X, data, columns, rows, i, step, label, rival, coef, intercept)
            _correct_both(X, data, columns, rows, i, missed, label, rival, coef_lag, intercept_lag)
            n_corrections += 1
            criterion += weights[i] * (fields[rival] - fields[label])
    return n_corrections, criterion


@compiled
def error_of(
    X: Floats,
    data: Floats,
    columns: Indices,
    rows: Indices,
    signed_weights: Floats,
    coef: Floats,
    intercept: Floats,
    limit: float,
) -> float:
    """Weight of all misclassified examples; counting ends where ``limit`` is reached."""
    error = 0.0
    for i in range(_n_rows(X, rows)):
        field = _field(X, data, columns, rows, i, coef) + intercept[0]
        if not signed_weights[i] * field > 0:
            error += abs(signed_weights[i])
            if error >= limit:
                break
    return error


@compiled
def error_of_kesler(
    X: Floats,
    data: Floats,
    columns: Indices,
    rows: Indices,
    labels: Indices,
    weights: Floats,
    coef: Floats,
    intercept: Floats,
    limit: float,
) -> float:
    """The same for Kesler's construction."""
    error = 0.0
    fields = np.empty(coef.shape[0], dtype=coef.dtype)
    for i in range(_n_rows(X, rows)):
        rival = _rival_of_row(X, data, columns, rows, i, labels[i], coef, intercept, fields)
        if not fields[labels[i]] > fields[rival]:
            error += weights[i]
            if error >= limit:
                break
    return error


@compiled
def _wants_a_count(tally: Floats, weight: float) -> bool:
    """Lengthen the run of the present weights; tell whether it asks for a count of all their errors."""
    tally[RUN] += weight
    if tally[RUN] > tally[POCKET_RUN] and tally[STATE] == IN_POCKET:
        tally[POCKET_RUN] = tally[RUN]
    return tally[RUN] > tally[POCKET_RUN] and tally[STATE] == NOT_COUNTED


@compiled
def _begin_run(tally: Floats) -> None:
    tally[RUN] = 0
    tally[STATE] = NOT_COUNTED


@compiled
def learn_pocket(
    X: Floats,
    data: Floats,
    columns: Indices,
    rows: Indices,
    signed_weights: Floats,
    order: Indices,
    rates: Floats,
    coef: Floats,
    intercept: Floats,
    pocket_coef: Floats,
    pocket_intercept: Floats,
    tally: Floats,
) -> tuple[int, float]:
    """One pass of the pocket algorithm with ratchet.

    Weights whose run of right answers becomes longer than that of the weights in the pocket have all their errors
    counted, once; they go to the pocket if they make fewer. ``tally`` holds what its places say.
    """
    n_corrections = 0
    criterion = 0.0
    last_rate = rates.shape[0] - 1
    for n in range(_n_presentations(X, rows, order)):
        i = order[n] if order.shape[0] else n
        field = _field(X, data, columns, rows, i, coef) + intercept[0]
        if signed_weights[i] * field > 0:
            if _wants_a_count(tally, abs(signed_weights[i])):
                error = error_of(X, data, columns, rows, signed_weights, coef, intercept, tally[ERRORS])
                tally[STATE] = REFUSED
                if error < tally[ERRORS]:
                    tally[POCKET_RUN], tally[ERRORS], tally[STATE] = tally[RUN], error, IN_POCKET
                    pocket_coef[:] = coef
                    pocket_intercept[:] = intercept
        else:
            step = rates[min(n, last_rate)] * signed_weights[i]
            _move(X, data, columns, rows, i, step, coef)
            intercept[0] += step
            _begin_run(tally)
            n_corrections += 1
            criterion -= signed_weights[i] * field
    return n_corrections, criterion


@compiled
def learn_pocket_kesler(
    X: Floats,
    data: Floats,
    columns: Indices,
    rows: Indices,
    labels: Indices,
    weights: Floats,
    order: Indices,
    rates: Floats,
    coef: Floats,
    intercept: Floats,
    pocket_coef: Floats,
    pocket_intercept: Floats,
    tally: Floats,
) -> tuple[int, float]:
    """The same for Kesler's construction: one pocket for the weights of all classes together."""
    n_corrections = 0
    criterion = 0.0
    last_rate = rates.shape[0] - 1
    fields = np.empty(coef.shape[0], dtype=coef.dtype)
    for n in range(_n_presentations(X, rows, order)):
        i = order[n] if order.shape[0] else n
        label = labels[i]
        rival = _rival_of_row(X, data, columns, rows, i, label, coef, intercept, fields)
        if fields[label] > fields[rival]:
            if _wants_a_count(tally, weights[i]):
                error = error_of_kesler(X, data, columns, rows, labels, weights, coef, intercept, tally[ERRORS])
                tally[STATE] = REFUSED
                if error < tally[ERRORS]:
                    tally[POCKET_RUN], tally[ERRORS], tally[STATE] = tally[RUN], error, IN_POCKET
                    pocket_coef[:] = coef
                    pocket_intercept[:] = intercept
        else:
            step = rates[min(n, last_rate)] * weights[i]
            _correct_both(X, data, columns, rows, i, step, label, rival, coef, intercept)
            _begin_run(tally)
            n_corrections += 1
            criterion += weights[i] * (fields[rival] - fields[label])
    return n_corrections, criterion


@compiled
def learn_voted(
    X: Floats,
    data: Floats,
    columns: Indices,
    rows: Indices,
    signed_weights: Floats,
    order: Indices,
    rates: Floats,
    first: int,
    coef: Floats,
    intercept: Floats,
    voters: Floats,
    survivals: Indices,
    last: int,
) -> tuple[int, int, int, float]:
    """One pass of the perceptron rule, from presentation ``first`` on, that keeps all weights on its way.

    Row ``last`` of ``voters`` holds the present weights with the bias at the end; ``survivals`` counts the
    presentations after which each was in force. The pass pauses where no row is left; gives the presentation to go
    on from, the new ``last``, the number of corrections and the summed criterion.
    """
    n_corrections = 0
    criterion = 0.0
    last_rate = rates.shape[0] - 1
    n_features = coef.shape[0]
    n = first
    while n < _n_presentations(X, rows, order):
        i = order[n] if order.shape[0] else n
        field = _field(X, data, columns, rows, i, coef) + intercept[0]
        if not signed_weights[i] * field > 0:  # so that NaN counts as wrong
            if last + 1 == voters.shape[0]:
                break
            step = rates[min(n, last_rate)] * signed_weights[i]
            _move(X, data, columns, rows, i, step, coef)
            intercept[0] += step
            last += 1
            voters[last, :n_features] = coef
            voters[last, n_features] = intercept[0]
            survivals[last] = 0
            n_corrections += 1
            criterion -= signed_weights[i] * field
        survivals[last] += 1
        n += 1
    return n, last, n_corrections, criterion


@compiled
def learn_voted_kesler(
    X: Floats,
    data: Floats,
    columns: Indices,
    rows: Indices,
    labels: Indices,
    weights: Floats,
    order: Indices,
    rates: Floats,
    first: int,
    coef: Floats,
    intercept: Floats,
    voters: Floats,
    survivals: Indices,
    last: int,
) -> tuple[int, int, int, float]:
    """The same for Kesler's construction: a voter is the weights of all classes."""
    n_corrections = 0
    criterion = 0.0
    last_rate = rates.shape[0] - 1
    n_classes, n_features = coef.shape
    fields = np.empty(n_classes, dtype=coef.dtype)
    n = first
    while n < _n_presentations(X, rows, order):
        i = order[n] if order.shape[0] else n
        label = labels[i]
        rival = _rival_of_row(X, data, columns, rows, i, label, coef, intercept, fields)
        if not fields[label] > fields[rival]:  # so that NaN counts as wrong
            if last + 1 == voters.shape[0]:
                break
            step = rates[min(n, last_rate)] * weights[i]
            _correct_both(X, data, columns, rows, i, step, label, rival, coef, intercept)
            last += 1
            voters[last, :, :n_features] = coef
            voters[last, :, n_features] = intercept
            survivals[last] = 0
            n_corrections += 1
            criterion += weights[i] * (fields[rival] - fields[label])
        survivals[last] += 1
        n += 1
    return n, last, n_corrections, criterion
