"""Gradient descent by the generalized delta rule: online, in mini-batches or in full batches, with momentum."""

from __future__ import annotations

from dataclasses import dataclass

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward import kernels
from sinapsi.feedforward.solvers.mini_batches import descend_in_batches
from sinapsi.feedforward.solvers.online import descend_online, has_kernel
from sinapsi.feedforward.solvers.problem import Problem, Solver
from sinapsi.monitor import FitMonitor


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

    def minimize(self, problem: Problem, monitor: FitMonitor) -> None:
        velocity = problem.remembered("velocity")
        if problem.batch_size == 1 and has_kernel(problem):
            descend_online(problem, monitor, velocity, nesterov=self.nesterov)
            return
        n_coefs = problem.network.n_coefs

        def move(gradient: Floats, rate: float, decay: float) -> float:
            return float(
                kernels.move_with_momentum(
                    problem.parameters, gradient, velocity, n_coefs, rate, problem.momentum, decay, self.nesterov
                )
            )

        descend_in_batches(problem, monitor, move)
