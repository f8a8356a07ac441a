"""Gradient descent by the generalized delta rule: online, in mini-batches or in full batches, with momentum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward import kernels
from sinapsi.feedforward.solvers.mini_batches import descend_in_batches
from sinapsi.feedforward.solvers.problem import Problem, Solver
from sinapsi.losses import LogLoss
from sinapsi.monitor import FitMonitor

UNITS = {unit.name.lower(): unit for unit in kernels.Unit}


@dataclass(frozen=True)
class SGD(Solver):
    """Delta w(n) = momentum Delta w(n-1) + eta delta y, the generalized delta rule.

    The learning rate stands inside the momentum term. Rumelhart, Hinton and Williams (1986).

    Parameters
    ----------
    nesterov : bool, default=False
        Whether to look ahead along the momentum before taking the gradient.
    """

    short_name = "sgd"
    nesterov: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.nesterov, bool):
            raise InvalidParameterError(f"The solver sgd wants nesterov=True or False. Got {self.nesterov!r} instead.")

    def minimize(self, problem: Problem, monitor: FitMonitor) -> None:  # noqa: D102
        velocity = problem.remembered("velocity")
        if problem.batch_size == 1 and _has_kernel(problem):
            self._descend_online(problem, monitor, velocity)
            return
        n_coefs = problem.network.n_coefs

        def move(gradient: Floats, rate: float, decay: float) -> float:
            return float(
                kernels.move_with_momentum(
                    problem.parameters, gradient, velocity, n_coefs, rate, problem.momentum, decay, self.nesterov
                )
            )

        descend_in_batches(problem, monitor, move)

    def _descend_online(self, problem: Problem, monitor: FitMonitor, velocity: Floats) -> None:
        network, examples = problem.network, problem.examples
        n_samples = len(examples)
        sizes = np.array(network.sizes, dtype=np.intp)
        units = np.array([UNITS[activation.short_name] for activation in network.activations], dtype=np.intp)
        slopes = np.array([getattr(activation, "slope", 1.0) for activation in network.activations])
        weights = np.ones(1, problem.parameters.dtype) if examples.weights is None else examples.weights
        for _ in monitor.epochs():
            order = np.arange(n_samples) if problem.random is None else problem.random.permutation(n_samples)
            first = problem.n_steps
            steps = np.arange(first, first + (1 if problem.schedule.is_constant else n_samples))
            rates = problem.schedule.rates(steps)
            total = kernels.learn_online(
                examples.inputs, examples.targets, weights, order, rates, sizes, units, slopes,
                isinstance(network.loss, LogLoss), problem.parameters, velocity, problem.momentum, problem.alpha,
                self.nesterov,
            )  # fmt: skip
            problem.n_steps = first + n_samples
            monitor.record(loss=total / n_samples, n_steps=n_samples, learning_rate=float(rates[-1]))


def _has_kernel(problem: Problem) -> bool:
    names = {activation.short_name for activation in problem.network.activations}
    return not sparse.issparse(problem.examples.inputs) and names <= UNITS.keys()
