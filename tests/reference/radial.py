"""Naive twins of the radial family: plain loops in double precision, as in the papers.

Specht's bell is exp(-D^2 / (2 s^2)); here it is the house's exp(-D^2 / sigma^2), the same with s = sigma / sqrt(2). A
width per feature divides the differences of that feature. Weights are counts: an example of weight 2 is there twice.
"""

import math


def bell(x, t, widths):
    """exp(-D^2) with D^2 = (x - t)'(x - t), each difference in widths (Specht 1991, his D_i^2 over 2 s^2)."""
    return math.exp(-sum(((float(a) - float(b)) / float(w)) ** 2 for a, b, w in zip(x, t, widths, strict=True)))


def grnn_mean(x, examples, targets, weights, widths):
    """Sum of bell times target over the sum of the bells, the regression estimate of Specht (1991)."""
    numerator = denominator = 0.0
    for t, d, weight in zip(examples, targets, weights, strict=True):
        numerator += weight * bell(x, t, widths) * float(d)
        denominator += weight * bell(x, t, widths)
    return numerator / denominator


def grnn_std(x, examples, targets, weights, widths):
    """Standard deviation of the targets with the same weights."""
    mean = grnn_mean(x, examples, targets, weights, widths)
    squares = [(float(d) - mean) ** 2 for d in targets]
    return math.sqrt(grnn_mean(x, examples, squares, weights, widths))


def class_density(x, examples, weights, widths):
    """Parzen estimate of the density of a class, the mean of normal densities (Specht 1990)."""
    volume = math.prod(math.sqrt(math.pi) * float(width) for width in widths)
    bells = [weight * bell(x, t, widths) for t, weight in zip(examples, weights, strict=True)]
    return sum(bells) / (sum(weights) * volume)


def pnn_probabilities(x, examples, classes, weights, widths, n_classes):
    """Bayes' rule: prior h_k times density f_k of each class, over the sum of all (Specht 1990)."""
    joint = []
    for k in range(n_classes):
        members = [i for i, c in enumerate(classes) if c == k]
        prior = sum(weights[i] for i in members) / sum(weights)
        density = class_density(x, [examples[i] for i in members], [weights[i] for i in members], widths)
        joint.append(prior * density)
    return [value / sum(joint) for value in joint]


def compete(rows, weights, order, rates, centers):
    """Competitive learning as in the course: t_k <- t_k + eta [x - t_k] for the center nearest to each example."""
    centers = [list(map(float, center)) for center in centers]
    for step, place in enumerate(order):
        row, eta = rows[place], min(1.0, rates[step] * weights[place])
        distances = [sum((x - t) ** 2 for x, t in zip(row, center, strict=True)) for center in centers]
        k = distances.index(min(distances))
        centers[k] = [t + eta * (x - t) for x, t in zip(row, centers[k], strict=True)]
    return centers
