"""Gradient descent by the generalized delta rule: online, in mini-batches or in full batches, with momentum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward import kernels
from sinapsi.feedforward.solvers.mini_batches import Move, batches_at_once, descend_in_batches, descend_together
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
        if self._is_online(problem):
            descend_online(problem, monitor, problem.remembered("velocity"), nesterov=self.nesterov)
        else:
            descend_in_batches(problem, monitor, self._mover(problem))

    def minimize_together(self, problems: Sequence[Problem], monitors: Sequence[FitMonitor]) -> None:
        if len(problems) == 1 or self._is_online(problems[0]):
            super().minimize_together(problems, monitors)
        else:
            descend_together(problems, monitors, [self._mover(problem) for problem in problems])

    def starts_at_once(self, problem: Problem) -> int:
        return 1 if self._is_online(problem) else batches_at_once(problem)

    def _is_online(self, problem: Problem) -> bool:
        return problem.batch_size == 1 and has_kernel(problem)

    def _mover(self, problem: Problem) -> Move:
        velocity = problem.remembered("velocity")
        n_coefs = problem.network.n_coefs

        def move(parameters: Floats, gradient: Floats, rate: float, decay: float) -> float:
            return float(
                kernels.move_with_momentum(
                    parameters, gradient, velocity, n_coefs, rate, problem.momentum, decay, self.nesterov
                )
            )

        return move
