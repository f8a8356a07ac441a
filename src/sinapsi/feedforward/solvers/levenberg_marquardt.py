"""Levenberg-Marquardt: between gradient descent and Gauss-Newton, for squared errors of small and medium networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward.solvers.linear_model import (
    Claims,
    DualModel,
    LinearModel,
    PrimalModel,
    check_size,
    is_dual,
)
from sinapsi.feedforward.solvers.problem import Problem
from sinapsi.feedforward.solvers.starts import FullBatchSolver, PerStart, Starts

LARGEST_DAMPING = 1e16  # of the largest curvature; where steps so short lower nothing, the bottom is reached


@dataclass(frozen=True)
class LevenbergMarquardt(FullBatchSolver):
    """Levenberg (1944) and Marquardt (1963) with the damping of Nielsen (1999), for squared errors.

    A step solves (J'J + mu I) step = J'(d - y): Gauss-Newton where the damping mu is small, a short gradient step where
    it is large. mu falls while the linear model foretells the error well, and rises fast where it does not. With fewer
    equations (examples times outputs) than weights the dual system, of that smaller size, is solved.

    Parameters
    ----------
    damping : float, default=0.1
        First mu, as a share of the largest diagonal element of J'J, above 0.
    gtol : float, default=1e-7
        It has converged when no component of the gradient is larger, at least 0.
    ftol : float, default=1e-9
        It has converged when a step lowers the loss by a smaller share, at least 0.
    """

    short_name = "lm"
    threaded_flops: ClassVar[float] = 2e9  # products alternate with solving and with tables of derivatives
    damping: float = 0.1
    gtol: float = 1e-7
    ftol: float = 1e-9

    def __post_init__(self) -> None:
        if not (self.damping > 0 and self.gtol >= 0 and self.ftol >= 0):
            raise InvalidParameterError(
                f"The solver lm wants damping above 0 and gtol and ftol of at least 0. Got {self}."
            )

    def check(self, problem: Problem) -> None:
        check_size(problem, self.short_name, may_be_dual=True)

    def flops_at_a_time(self, problem: Problem) -> float:
        n_weights, n_equations = len(problem.parameters), problem.examples.targets.size
        return 2.0 * n_weights * n_equations * min(n_weights, n_equations)

    def floats_per_start(self, problem: Problem) -> int:
        n_weights, n_equations = len(problem.parameters), problem.examples.targets.size
        return 3 * min(n_weights, n_equations) ** 2 + 8 * n_weights

    def descend(self, starts: Starts) -> None:
        problem = starts.problem
        penalties = problem.alpha * (np.arange(len(problem.parameters)) < problem.network.n_coefs)
        model = (DualModel if is_dual(problem) else PrimalModel)(problem, penalties, starts.parameters)
        walk = DampedWalk(model, self.damping)
        walk.damping = starts.recalled("damping", walk.damping)
        walk.growth = starts.recalled("growth", walk.growth)
        while len(starts):
            flattest = np.abs(model.gradient()).max(axis=1) / len(problem.examples)
            stays = starts.record(
                model.value() / len(problem.examples),
                rows=walk.is_lower,
                converged={
                    "no component of the gradient is larger than gtol any more": ~(flattest > self.gtol),
                    "the loss falls by a share smaller than ftol in a step": walk.is_lower & (walk.share < self.ftol),
                    "no damping leads to a lower loss any more": walk.is_stuck(),
                },
                memory={"damping": walk.damping, "growth": walk.growth},
                gradient_norm=np.linalg.norm(model.gradient(), axis=1) / len(problem.examples),
                damping=walk.damping,
            )
            model.keep(stays)
            walk.keep(stays)
            if len(starts):
                starts.parameters = walk.step(starts.parameters)


class DampedWalk(PerStart):
    """Damped steps on the linear model, with Nielsen's rule for the damping.

    Parameters
    ----------
    model : LinearModel
        The network near the present weights; renewed where a step was accepted.
    first_damping : float
        Share of the largest curvature.

    Attributes
    ----------
    damping : array of shape (n_starts,)
        mu of each start.
    growth : array of shape (n_starts,)
        nu, the factor on mu after the next step that leads no lower.
    is_lower : array of bool of shape (n_starts,)
        Whose last step was accepted, because it lowered the error.
    share : array of shape (n_starts,)
        By what share.
    """

    def __init__(self, model: LinearModel, first_damping: float) -> None:
        self._model = model
        self._largest_curvature = model.largest_curvature()
        self.damping = first_damping * self._largest_curvature
        self.is_lower = np.zeros(len(self.damping), dtype=bool)
        self.share = np.ones(len(self.damping))
        self.growth = np.full(len(self.damping), 2.0)

    def is_stuck(self) -> Claims:
        """Tell which starts cannot go lower with any damping.

        Returns
        -------
        array of bool of shape (n_starts,)
            Where the damping has grown beyond reason.
        """
        return ~(self.damping < LARGEST_DAMPING * self._largest_curvature)

    def step(self, parameters: Floats) -> Floats:
        """Try one step of every start.

        Parameters
        ----------
        parameters : array of shape (n_starts, n_parameters)
            Where they stand.

        Returns
        -------
        array of shape (n_starts, n_parameters)
            Where they stand now: where the step was accepted, at its end, else where they stood.
        """
        model = self._model
        steps = model.steps(self.damping)
        before = model.value()
        fall = before - model.value_at(parameters + steps)
        foretold = 0.5 * np.vecdot(steps, self.damping[:, np.newaxis] * steps - model.gradient())
        gain = fall / foretold
        self.is_lower = fall > 0  # NaN is not
        self.share = fall / before
        eased = self.damping * np.maximum(1 / 3, 1 - (2 * gain - 1) ** 3)
        self.damping = np.where(self.is_lower, eased, self.damping * self.growth)
        self.growth = np.where(self.is_lower, 2.0, 2 * self.growth)
        moved = np.where(self.is_lower[:, np.newaxis], parameters + steps, parameters)
        model.renew(moved, self.is_lower)
        return moved
