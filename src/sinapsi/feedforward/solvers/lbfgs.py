"""L-BFGS on all examples at once, by SciPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.optimize import OptimizeResult, minimize

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward.solvers.full_batch import FullBatch
from sinapsi.feedforward.solvers.problem import Problem, Solver
from sinapsi.monitor import FitMonitor
from sinapsi.stopping import Criterion, StopCode


@dataclass(frozen=True)
class LBFGS(Solver):
    """Limited-memory BFGS, a quasi-Newton method for small and medium data. Liu and Nocedal (1989).

    Parameters
    ----------
    gtol : float, default=1e-4
        It has converged when no component of the gradient is larger, at least 0.
    ftol : float, default=1e-9
        It has converged when an iteration lowers the loss by a smaller share, at least 0.
    memory : int, default=10
        Number of corrections that stand for the Hessian, at least 1.
    """

    short_name = "lbfgs"
    can_go_on: ClassVar[bool] = False
    knows_gradient_norm: ClassVar[bool] = True
    loss_is_of_end: ClassVar[bool] = True
    default_criteria: ClassVar[tuple[Criterion, ...]] = ()
    gtol: float = 1e-4
    ftol: float = 1e-9
    memory: int = 10

    def __post_init__(self) -> None:
        if not (self.gtol >= 0 and self.ftol >= 0 and isinstance(self.memory, int) and self.memory >= 1):
            raise InvalidParameterError(
                f"The solver lbfgs wants gtol and ftol of at least 0 and an integer memory of at least 1. Got {self}."
            )

    def minimize(self, problem: Problem, monitor: FitMonitor) -> None:
        evaluate = _Evaluation(problem)
        start = problem.parameters.astype(np.float64)

        def end_iteration(intermediate_result: OptimizeResult) -> None:
            problem.parameters[...] = intermediate_result.x
            evaluations, evaluate.n_evaluations = evaluate.n_evaluations, 0
            norm = float(np.linalg.norm(evaluate.gradient))
            if monitor.record(
                loss=float(intermediate_result.fun), n_steps=1, gradient_norm=norm, evaluations=evaluations
            ):
                raise StopIteration

        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # the monitor tells of a divergence
            result = minimize(
                evaluate,
                start,
                jac=True,
                method="L-BFGS-B",
                callback=end_iteration,
                options={
                    "maxiter": 10**9,  # the monitor counts
                    "maxfun": 10**9,
                    "gtol": self.gtol,
                    "ftol": self.ftol,
                    "maxcor": self.memory,
                },
            )
        if monitor.stop_reason is None:
            problem.parameters[...] = result.x
            _say_why_it_ended(result, evaluate, monitor)


def _say_why_it_ended(result: OptimizeResult, evaluate: _Evaluation, monitor: FitMonitor) -> None:
    if not monitor.n_epochs:  # it ended where it began: already a minimum, or nothing finite to go down
        monitor.record(loss=float(result.fun), n_steps=1, gradient_norm=float(np.linalg.norm(evaluate.gradient)))
    if monitor.stop_reason is None or monitor.stop_reason.code is StopCode.MAX_ITER:
        monitor.stop(StopCode.TOLERANCE, _sentence(result))


def _sentence(result: OptimizeResult) -> str:
    """SciPy's message in our words."""
    message = str(result.message).upper()
    if "GRADIENT" in message:
        return "no component of the gradient is larger than gtol any more"
    if "REDUCTION" in message:
        return "the loss falls by a share smaller than ftol in an iteration"
    return "no lower loss could be found along the direction of search"


class _Evaluation(FullBatch):
    """The full batch, remembering its last gradient and how often it was asked."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.gradient: Floats = np.zeros(len(problem.parameters))
        self.n_evaluations = 0

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        error, self.gradient = super().__call__(parameters)
        self.n_evaluations += 1
        return float(error), self.gradient
