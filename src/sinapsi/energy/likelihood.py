"""How likely data are under a restricted machine: the sum over all its states, exact or estimated from both sides.

log p(v) = -F(v) - log Z. Z is summed exactly where one layer is small. Else annealed importance sampling (Neal 2001;
Salakhutdinov and Murray 2008) leads from a machine without weights, whose sum is known, to this one; the mean of its
importance weights is Z, but the mean of their logarithms falls short of log Z, so likelihoods come out optimistic. The
same way back, begun at samples of this machine, errs to the other side (Burda, Grosse and Salakhutdinov 2015; Grosse,
Ghahramani and Adams 2015). Where both agree, they are right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace
from array_api_compat import device as device_of
from numpy.typing import NDArray
from scipy.special import logsumexp

from sinapsi.energy.arithmetic import Chance, on_host, softplus_sums
from sinapsi.energy.machine import Machine
from sinapsi.energy.units import Binary

MOST_TERMS = 1e9  # states of the summed layer times units of the other, up to which Z is summed exactly
ROWS_OF_STATES = 2**13  # states in a block of the sum
STEPS_BEFORE_REVERSE = 100  # Gibbs steps that forward chains go on at the end, before the way back


@dataclass(frozen=True)
class LogPartition:
    """The natural logarithm of Z, exact or between an estimate and a bound.

    Parameters
    ----------
    value : float
        log Z, or its estimate by annealed importance sampling, which falls short of it on average.
    spread : float, default=0.0
        Standard error of the value.
    reverse : float or None, default=None
        Estimate by the way back, which exceeds log Z on average when it begins at true samples; None if exact.
    reverse_spread : float, default=0.0
        Standard error of the reverse.
    """

    value: float
    spread: float = 0.0
    reverse: float | None = None
    reverse_spread: float = 0.0

    @property
    def is_exact(self) -> bool:
        """Whether all states were summed over."""
        return self.reverse is None

    def as_array(self) -> NDArray[np.float64]:
        """Give value, spread, reverse (NaN if exact) and its spread, to be kept beside a model."""
        return np.array(
            [self.value, self.spread, math.nan if self.reverse is None else self.reverse, self.reverse_spread]
        )

    def __str__(self) -> str:
        if self.reverse is None:
            return f"log Z = {self.value:.2f} (exact)"
        return (
            f"log Z = {self.value:.2f} +/- {self.spread:.2f} (annealed importance sampling), "
            f"{self.reverse:.2f} +/- {self.reverse_spread:.2f} (reverse)"
        )


def can_be_summed(machine: Machine) -> bool:
    """Tell whether Z can be summed exactly.

    Parameters
    ----------
    machine : Machine
        With binary hidden units.

    Returns
    -------
    bool
        Whether a binary layer has so few units k that 2^k times the units of the other is at most 1e9.
    """
    return _n_summed(machine) is not None


def _n_summed(machine: Machine) -> int | None:
    """Units of the binary layer to be summed over; None if there are too many."""
    n_visible, n_hidden = machine.n_visible, machine.n_hidden
    candidates = [(n_hidden, n_visible)]
    if isinstance(machine.visible, Binary):
        candidates.append((n_visible, n_hidden))
    fewest, others = min(candidates)
    return fewest if fewest < 64 and 2.0**fewest * others <= MOST_TERMS else None


def exact_log_partition(machine: Machine) -> LogPartition:
    """Sum over all states of the smaller binary layer.

    Parameters
    ----------
    machine : Machine
        For which :func:`can_be_summed`.

    Returns
    -------
    LogPartition
        Without error but rounding.
    """
    xp = array_namespace(machine.weights)
    n_summed = _n_summed(machine)
    assert n_summed is not None
    sums_hidden = n_summed == machine.n_hidden and (
        n_summed != machine.n_visible or not isinstance(machine.visible, Binary)
    )
    blocks = []
    for start in range(0, 2**n_summed, ROWS_OF_STATES):
        states = xp.asarray(
            binary_states(n_summed, start, ROWS_OF_STATES),
            dtype=machine.weights.dtype,
            device=device_of(machine.weights),
        )
        if sums_hidden:
            fields = states @ machine.weights
            terms = states @ machine.hidden_bias + machine.visible.log_sum(fields, machine.visible_bias)
        else:
            terms = -machine.free_energy(states)
        blocks.append(logsumexp(on_host(terms)))
    return LogPartition(float(logsumexp(blocks)))


def binary_states(n_units: int, start: int, n_rows: int) -> NDArray[np.float64]:
    """List states of binary units in the order of binary numbers.

    Parameters
    ----------
    n_units : int
        Digits.
    start, n_rows : int
        First number, and how many at most.

    Returns
    -------
    array of shape (<= n_rows, n_units)
        Zeros and ones; the first unit is the lowest digit.
    """
    numbers = np.arange(start, min(start + n_rows, 2**n_units))
    return ((numbers[:, np.newaxis] >> np.arange(n_units)) & 1).astype(np.float64)


def estimated_log_partition(
    machine: Machine, base_bias: Any, *, n_chains: int, n_temperatures: int, chance: Chance
) -> LogPartition:
    """Estimate log Z by annealed importance sampling there and back.

    Parameters
    ----------
    machine : Machine
        With binary hidden units.
    base_bias : array of shape (n_visible,)
        Biases of the machine without weights from which the way begins, such as those of the means of the data.
    n_chains : int
        Chains each way.
    n_temperatures : int
        Steps of the way; more are nearer to the truth.
    chance : Chance
        Source of randomness.

    Returns
    -------
    LogPartition
        Estimate and reverse, with their spreads.
    """
    way = _Way(machine, base_bias, chance)
    betas = np.linspace(0.0, 1.0, n_temperatures + 1)
    visible, weights = way.walk(way.start(n_chains), betas)
    value, spread = _log_mean(weights)
    visible = way.walk_at_end(way.resampled(visible, weights))
    _, back = way.walk(visible, betas[::-1])
    reverse, reverse_spread = _log_mean(back)
    base = way.log_sum_of_base()
    return LogPartition(base + value, spread, base - reverse, reverse_spread)


class _Way:
    """The machines between one without weights (beta = 0) and the one asked about (beta = 1).

    Machine beta has weights beta W, hidden biases beta c, and weighs visible states by (1 - beta) times the weight
    under the base biases and beta times that under its own.
    """

    def __init__(self, machine: Machine, base_bias: Any, chance: Chance) -> None:
        self._machine = machine
        self._base_bias = base_bias
        self._chance = chance

    def log_sum_of_base(self) -> float:
        machine = self._machine
        nothing = array_namespace(self._base_bias).zeros_like(machine.weights[:1, :])
        log_sum = machine.visible.log_sum(nothing, self._base_bias)
        return float(log_sum[0]) + machine.n_hidden * math.log(2.0)

    def start(self, n_chains: int) -> Any:
        machine = self._machine
        xp = array_namespace(machine.weights)
        nothing = xp.zeros(
            (n_chains, machine.n_visible), dtype=machine.weights.dtype, device=device_of(machine.weights)
        )
        return machine.visible.draw(nothing, self._base_bias, self._chance)[1]

    def walk(self, visible: Any, betas: NDArray[np.float64]) -> tuple[Any, NDArray[np.float64]]:
        """Go along the betas from samples at the first; give the last samples, and the logarithms of the weights."""
        logs = np.zeros(visible.shape[0])
        for beta, following in zip(betas[:-1].tolist(), betas[1:].tolist(), strict=True):
            fields = visible @ self._machine.weights.T
            logs += self._log_weight(visible, fields, following) - self._log_weight(visible, fields, beta)
            visible = self._step(fields, following)
        return visible, logs

    def walk_at_end(self, visible: Any) -> Any:
        for _ in range(STEPS_BEFORE_REVERSE):
            visible = self._step(visible @ self._machine.weights.T, 1.0)
        return visible

    def resampled(self, visible: Any, logs: NDArray[np.float64]) -> Any:
        """Chains in the numbers that their weights deserve (systematic resampling)."""
        shares = np.exp(logs - logsumexp(logs))
        spot = float(self._chance.uniform(np.empty(1))[0])
        places = (np.arange(len(logs)) + spot) / len(logs)
        chosen = np.minimum(np.searchsorted(np.cumsum(shares), places), len(logs) - 1)
        xp = array_namespace(visible)
        return xp.take(visible, xp.asarray(chosen, device=device_of(visible)), axis=0)

    def _log_weight(self, visible: Any, fields: Any, beta: float) -> NDArray[np.float64]:
        machine = self._machine
        weight = machine.visible.weight(visible, machine.visible_bias) * beta
        weight = weight + machine.visible.weight(visible, self._base_bias) * (1.0 - beta)
        return on_host(weight + softplus_sums(fields, machine.hidden_bias, beta))

    def _step(self, fields: Any, beta: float) -> Any:
        """One full Gibbs step of machine beta, from W v."""
        machine = self._machine
        hidden = Binary().draw(beta * fields, beta * machine.hidden_bias, self._chance)[1]
        bias = beta * machine.visible_bias + (1.0 - beta) * self._base_bias
        return machine.visible.draw(beta * (hidden @ machine.weights), bias, self._chance)[1]


def _log_mean(logs: NDArray[np.float64]) -> tuple[float, float]:
    """The logarithm of the mean of exp(logs), and its standard error (delta method)."""
    highest = float(logs.max())
    ratios = np.exp(logs - highest)
    mean = float(ratios.mean())
    spread = float(ratios.std(ddof=1)) / math.sqrt(len(logs)) / mean if len(logs) > 1 else math.inf
    return highest + math.log(mean), spread
