"""Naive twins of restricted Boltzmann machines: plain loops, as in the papers.

W[j][i] is the weight between hidden unit j and visible unit i, b the visible and c the hidden biases.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

import numpy as np

# Chance.


def bits_at(seed: int, place: int) -> int:
    """State ``place`` of the stream that begins at ``seed``, mixed (Steele, Lea and Flood 2014, figure 17)."""
    bits = (seed + 0x9E3779B97F4A7C15 * place) % 2**64
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB % 2**64
    return bits ^ (bits >> 31)


def chance(seed: int, place: int, n_bits: int) -> float:
    """The first bits of a number as a fraction, in [0, 1)."""
    return (bits_at(seed, place) >> (64 - n_bits)) / 2**n_bits


@dataclass
class Stream:
    """Numbers of a stream, one after another."""

    seed: int
    place: int = 0

    def next(self, n_bits: int = 53) -> float:
        number = chance(self.seed, self.place, n_bits)
        self.place += 1
        return number

    def open(self, n: int) -> list[float]:
        """Numbers in (0, 1), in the middle of 2^23 equal parts."""
        return [self.next(23) + 2.0**-24 for _ in range(n)]


# One unit.


def logistic(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def softplus(x: float) -> float:
    """log(1 + exp(x))."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def log_of_sum(logs: list[float]) -> float:
    """log sum exp."""
    highest = max(logs)
    return highest + math.log(math.fsum(math.exp(x - highest) for x in logs))


# Two layers.


def fields_of_hidden(W: np.ndarray, c: np.ndarray, v: np.ndarray) -> list[float]:
    """c_j + sum_i w_ji v_i (Hinton 2012, eq. 7)."""
    return [float(c[j]) + math.fsum(W[j, i] * v[i] for i in range(len(v))) for j in range(len(c))]


def fields_of_visible(W: np.ndarray, b: np.ndarray, h: np.ndarray) -> list[float]:
    """b_i + sum_j w_ji h_j (Hinton 2012, eq. 8)."""
    return [float(b[i]) + math.fsum(W[j, i] * h[j] for j in range(len(h))) for i in range(len(b))]


def energy(W: np.ndarray, b: np.ndarray, c: np.ndarray, v: np.ndarray, h: np.ndarray, *, gaussian: bool) -> float:
    """-sum b_i v_i - sum c_j h_j - sum v_i h_j w_ij; sum (v_i - b_i)^2 / 2 for the first (Hinton 2012, eq. 4, 17)."""
    links = math.fsum(W[j, i] * v[i] * h[j] for j in range(len(h)) for i in range(len(v)))
    own = math.fsum(c[j] * h[j] for j in range(len(h)))
    seen = (
        -0.5 * math.fsum((v[i] - b[i]) ** 2 for i in range(len(v)))
        if gaussian
        else math.fsum(b[i] * v[i] for i in range(len(v)))
    )
    return -(seen + own + links)


def free_energy(W: np.ndarray, b: np.ndarray, c: np.ndarray, v: np.ndarray, *, gaussian: bool = False) -> float:
    """-log sum_h exp(-E(v, h)), over all h."""
    return -log_of_sum([-energy(W, b, c, v, h, gaussian=gaussian) for h in binary_states(len(c))])


def binary_states(n: int) -> list[np.ndarray]:
    return [np.array(state, dtype=np.float64) for state in product((0, 1), repeat=n)]


def one_hot_states(sizes: tuple[int, ...]) -> list[np.ndarray]:
    """All ways to choose one unit of each group."""
    return [
        np.concatenate([np.eye(size)[k] for size, k in zip(sizes, chosen, strict=True)])
        for chosen in product(*map(range, sizes))
    ]


def log_partition(W: np.ndarray, b: np.ndarray, c: np.ndarray, visible: list[np.ndarray]) -> float:
    """log sum_v sum_h exp(-E(v, h))."""
    return log_of_sum([-energy(W, b, c, v, h, gaussian=False) for v in visible for h in binary_states(len(c))])


def log_density_of_mixture(W: np.ndarray, b: np.ndarray, c: np.ndarray, v: np.ndarray) -> float:
    """A Gaussian machine is a mixture of 2^n_hidden spheres of variance 1 around b + W'h, log density at v.

    Sphere h has mass proportional to exp(c'h + |b + W'h|^2 / 2 - |b|^2 / 2) (Melchior, Wang and Wiskott 2017, eq. 10).
    """
    n, masses, densities = len(b), [], []
    for h in binary_states(len(c)):
        center = fields_of_visible(W, b, h)
        lengths = math.fsum(m * m for m in center) - math.fsum(m * m for m in b)
        masses.append(math.fsum(c[j] * h[j] for j in range(len(c))) + 0.5 * lengths)
        squares = math.fsum((v[i] - center[i]) ** 2 for i in range(n))
        densities.append(-0.5 * squares - 0.5 * n * math.log(2 * math.pi))
    total = log_of_sum(masses)
    return log_of_sum([mass - total + density for mass, density in zip(masses, densities, strict=True)])


Gradient = tuple[np.ndarray, np.ndarray, np.ndarray]  # by weights, visible biases, hidden biases


def probabilities(W: np.ndarray, b: np.ndarray, c: np.ndarray, visible: list[np.ndarray]) -> list[float]:
    """p(v) for each of the states, which are all there are."""
    logs = [-free_energy(W, b, c, v) for v in visible]
    total = log_of_sum(logs)
    return [math.exp(x - total) for x in logs]


def expected_products(
    W: np.ndarray, c: np.ndarray, visible: list[np.ndarray], shares: list[float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """<h v'>, <v> and <h>, where v has given shares and h is summed over."""
    both, seen, hidden = np.zeros(W.shape), np.zeros(W.shape[1]), np.zeros(W.shape[0])
    for v, share in zip(visible, shares, strict=True):
        means = [logistic(x) for x in fields_of_hidden(W, c, v)]
        for j, mean in enumerate(means):
            hidden[j] += share * mean
            for i in range(len(v)):
                both[j, i] += share * mean * v[i]
        for i in range(len(v)):
            seen[i] += share * v[i]
    return both, seen, hidden


def log_likelihood_gradient(
    W: np.ndarray, b: np.ndarray, c: np.ndarray, data: np.ndarray, visible: list[np.ndarray]
) -> Gradient:
    """<h v'> under data less under the machine, and so on (Hinton 2002, eq. 5): all states are enumerated."""
    of_data = expected_products(W, c, list(data), [1 / len(data)] * len(data))
    of_machine = expected_products(W, c, visible, probabilities(W, b, c, visible))
    return tuple(up - down for up, down in zip(of_data, of_machine, strict=True))  # type: ignore[return-value]


def centered_gradient(
    data: np.ndarray, means: np.ndarray, fantasies: np.ndarray, dreamed: np.ndarray, mu: np.ndarray, la: np.ndarray
) -> Gradient:
    """The centered gradient of a machine without offsets (Melchior, Fischer and Wiskott 2016, section 2).

    grad W = <(h - lambda)(v - mu)'>_data - <...>_machine; grad b = <v>_data - <v>_machine - grad W' lambda;
    grad c = <h>_data - <h>_machine - grad W mu.
    """
    n_hidden, n_visible = means.shape[1], data.shape[1]
    by_W, by_b, by_c = np.zeros((n_hidden, n_visible)), np.zeros(n_visible), np.zeros(n_hidden)
    for rows, hidden, sign in ((data, means, 1.0), (fantasies, dreamed, -1.0)):
        for v, h in zip(rows, hidden, strict=True):
            for j in range(n_hidden):
                by_c[j] += sign * h[j] / len(rows)
                for i in range(n_visible):
                    by_W[j, i] += sign * (h[j] - la[j]) * (v[i] - mu[i]) / len(rows)
            for i in range(n_visible):
                by_b[i] += sign * v[i] / len(rows)
    seen, hidden_pull = by_b.copy(), by_c.copy()
    for i in range(n_visible):
        by_b[i] = seen[i] - math.fsum(by_W[j, i] * la[j] for j in range(n_hidden))
    for j in range(n_hidden):
        by_c[j] = hidden_pull[j] - math.fsum(by_W[j, i] * mu[i] for i in range(n_visible))
    return by_W, by_b, by_c


# Draws.

Draw = Callable[[np.ndarray, Stream], np.ndarray]  # of a table of fields, with biases in them


def drawn_binary(fields: np.ndarray, stream: Stream) -> np.ndarray:
    """1 with probability 1 / (1 + exp(-field)); one number a unit, row by row."""
    return np.array([[float(stream.next() < logistic(x)) for x in row] for row in fields])


def drawn_gaussian(fields: np.ndarray, stream: Stream) -> np.ndarray:
    """field + sqrt(-2 log u) cos(2 pi u') (Box and Muller 1958); all u come first."""
    u, angle = stream.open(fields.size), stream.open(fields.size)
    noise = [math.sqrt(-2 * math.log(a)) * math.cos(2 * math.pi * t) for a, t in zip(u, angle, strict=True)]
    return fields + np.reshape(noise, fields.shape)


def drawn_softmax(sizes: tuple[int, ...]) -> Draw:
    """The unit of a group with the largest log p - log(-log u) (Gumbel 1954)."""

    def drawn(fields: np.ndarray, stream: Stream) -> np.ndarray:
        rivals = fields - np.log(-np.log(np.reshape(stream.open(fields.size), fields.shape)))
        states, start = np.zeros_like(fields), 0
        for size in sizes:
            for row in range(len(fields)):
                states[row, start + max(range(size), key=lambda k, r=row, s=start: rivals[r, s + k])] = 1.0
            start += size
        return states

    return drawn


# Learning.


@dataclass
class NaiveLearning:
    """Contrastive divergence (Hinton 2002; Tieleman 2008), momentum, decay, sparsity (Hinton 2012), number by number.

    Order of chance: hidden states of the data, those of the chains if they go on, then down and up in turn.
    """

    W: np.ndarray
    b: np.ndarray
    c: np.ndarray
    draw_visible: Draw
    stream: Stream
    n_steps: int = 1
    persistent: bool = False
    centered: bool = False
    momentum: float = 0.0
    decay: float = 0.0
    target: float = 0.0
    cost: float = 0.0
    mu: np.ndarray | None = None
    la: np.ndarray | None = None
    chains: np.ndarray | None = None
    velocities: list[np.ndarray] = field(default_factory=list)
    activity: np.ndarray | None = None

    def up(self, rows: np.ndarray) -> np.ndarray:
        return np.array([fields_of_hidden(self.W, self.c, v) for v in rows])

    def down(self, hidden: np.ndarray) -> np.ndarray:
        return np.array([fields_of_visible(self.W, self.b, h) for h in hidden])

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        return np.array([[logistic(x) for x in row] for row in self.up(rows)])

    def learn(self, data: np.ndarray, rate: float) -> None:
        means = self.probabilities(data)
        if self.mu is None:
            self.mu = data.mean(axis=0) if self.centered else np.zeros(len(self.b))
            self.la = means.mean(axis=0) if self.centered else np.zeros(len(self.c))
            self.activity = np.full(len(self.c), self.target)
            self.velocities = [np.zeros_like(self.W), np.zeros_like(self.b), np.zeros_like(self.c)]
        hidden = drawn_binary(self.up(data), self.stream)
        if self.persistent and self.chains is not None:
            hidden = drawn_binary(self.up(self.chains), self.stream)
        fantasies = self.draw_visible(self.down(hidden), self.stream)
        for _ in range(self.n_steps - 1):
            hidden = drawn_binary(self.up(fantasies), self.stream)
            fantasies = self.draw_visible(self.down(hidden), self.stream)
        self.chains = fantasies
        assert self.la is not None
        assert self.activity is not None
        dreamed = self.probabilities(fantasies)
        by_W, by_b, by_c = centered_gradient(data, means, fantasies, dreamed, self.mu, self.la)
        by_W = by_W - self.decay * self.W
        by_c = by_c + self.cost * (self.target - self.activity)
        for velocity, gradient in zip(self.velocities, (by_W, by_b, by_c), strict=True):
            velocity[...] = self.momentum * velocity + rate * gradient
        self.W += self.velocities[0]
        self.b += self.velocities[1]
        self.c += self.velocities[2]
        if self.centered:
            self.mu = 0.99 * self.mu + 0.01 * data.mean(axis=0)
            self.la = 0.99 * self.la + 0.01 * means.mean(axis=0)
        if self.cost:
            self.activity = 0.95 * self.activity + 0.05 * means.mean(axis=0)
