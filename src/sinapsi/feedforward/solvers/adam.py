"""Adam: steps of even size along the running mean of the gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward import kernels
from sinapsi.feedforward.solvers.mini_batches import Move, batches_at_once, descend_in_batches, descend_together
from sinapsi.feedforward.solvers.problem import Problem, Solver
from sinapsi.monitor import FitMonitor


@dataclass(frozen=True)
class Adam(Solver):
    """Adaptive moments, Kingma and Ba (2015), algorithm 1.

    Parameters
    ----------
    beta_1 : float, default=0.9
        Memory of the mean gradient, in [0, 1).
    beta_2 : float, default=0.999
        Memory of the mean squared gradient, in [0, 1).
    epsilon : float, default=1e-8
        Added to the root of the mean squared gradient, above 0.
    """

    short_name = "adam"
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        if not (0 <= self.beta_1 < 1 and 0 <= self.beta_2 < 1 and self.epsilon > 0):
            raise InvalidParameterError(
                f"The solver adam wants beta_1 and beta_2 in [0, 1) and epsilon above 0. Got {self}."
            )

    def minimize(self, problem: Problem, monitor: FitMonitor) -> None:
        descend_in_batches(problem, monitor, self._mover(problem))

    def minimize_together(self, problems: Sequence[Problem], monitors: Sequence[FitMonitor]) -> None:
        if len(problems) == 1:
            self.minimize(problems[0], monitors[0])
        else:
            descend_together(problems, monitors, [self._mover(problem) for problem in problems])

    def starts_at_once(self, problem: Problem) -> int:
        return batches_at_once(problem)

    def _mover(self, problem: Problem) -> Move:
        mean, square = problem.remembered("mean"), problem.remembered("square")
        n_coefs = problem.network.n_coefs
        counter = problem.memory.setdefault("n_moves", np.zeros(1, dtype=np.int64))  # forgotten with the moments

        def move(parameters: Floats, gradient: Floats, rate: float, decay: float) -> float:
            counter[0] += 1
            step = int(counter[0])
            corrected = rate * (1 - self.beta_2**step) ** 0.5 / (1 - self.beta_1**step)
            return float(
                kernels.move_by_adam(
                    parameters, gradient, mean, square, n_coefs, corrected,
                    self.beta_1, self.beta_2, self.epsilon, decay,
                )
            )  # fmt: skip

        return move
