"""Naive twins of the kernels in ``sinapsi.algebra.kernels``: plain loops in double precision, as in the papers."""


def add_prefix_errors(directions, answers, residuals, weights, weight, totals):
    """Add the squared errors of a block for every number of directions.

    The prediction of example i without it is off by r_i / (1 - h_i), r_i the residual and h_i the leverage of the fit
    to all: the PRESS of Allen (1974), sum_i (r_i / (1 - h_i))^2. With orthonormal columns q_1, ..., q_k of the weighted
    and centered matrix, the residual is t_i - mean - sum_{j<=k} q_ij (q_j't), and the leverage w_i / sum(w) + w_i
    sum_{j<=k} q_ij^2, q_ij being of the row before it was weighted.
    """
    for i in range(len(directions)):
        for k in range(len(answers) + 1):
            leverage = weights[i] / weight + sum(weights[i] * float(directions[i][j]) ** 2 for j in range(k))
            squares = 0.0
            for output in range(len(residuals[i])):
                fitted = sum(float(directions[i][j]) * float(answers[j][output]) for j in range(k))
                squares += (float(residuals[i][output]) - fitted) ** 2
            totals[k][0] += weights[i] * squares
            totals[k][1] += weights[i] * squares / (1 - leverage) ** 2
