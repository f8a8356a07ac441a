"""Resilient back-propagation: every weight has a step of its own, and only the sign of its gradient counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward.solvers.full_batch import FullBatch
from sinapsi.feedforward.solvers.starts import FullBatchSolver, Starts
from sinapsi.stopping import Criterion, Tolerance

SMALLEST_STEP = 1e-6  # Riedmiller and Braun's; a step of 0 could never grow again


@dataclass(frozen=True)
class Rprop(FullBatchSolver):
    """iRprop+, Igel and Hüsken (2000), after Riedmiller and Braun (1993).

    A step grows while its gradient keeps its sign and shrinks when the sign turns; a turn that made the error worse is
    taken back.

    Parameters
    ----------
    first_step : float, default=0.0125
        Size of every weight's first step, above 0.
    increase : float, default=1.2
        Factor on a step whose gradient kept its sign, at least 1.
    decrease : float, default=0.5
        Factor on a step whose gradient turned, in (0, 1).
    largest_step : float, default=50.0
        Steps do not grow beyond, above 0.
    """

    short_name = "rprop"
    default_criteria: ClassVar[tuple[Criterion, ...]] = (Tolerance(),)
    first_step: float = 0.0125
    increase: float = 1.2
    decrease: float = 0.5
    largest_step: float = 50.0

    def __post_init__(self) -> None:
        if not (self.first_step > 0 and self.increase >= 1 and 0 < self.decrease < 1 and self.largest_step > 0):
            raise InvalidParameterError(
                "The solver rprop wants first_step and largest_step above 0, increase of at least 1 and decrease in "
                f"(0, 1). Got {self}."
            )

    def descend(self, starts: Starts) -> None:
        evaluate = FullBatch(starts.problem)
        error, gradient = evaluate(starts.parameters)
        sizes = starts.recalled("sizes", np.full_like(gradient, self.first_step))
        # The gradient of the step before; 0 where that step was taken back.
        before = starts.recalled("before", np.zeros_like(gradient))
        moves = starts.recalled("moves", np.zeros_like(gradient))
        has_worsened = starts.recalled("has_worsened", np.zeros(len(starts), dtype=bool))
        while len(starts):
            turned = gradient * before < 0
            sizes = self._sizes(sizes, gradient * before)
            moves = np.where(turned, np.where(has_worsened[:, np.newaxis], -moves, 0.0), -np.sign(gradient) * sizes)
            before = np.where(turned, 0.0, gradient)
            starts.parameters += moves
            error_before = error
            error, gradient = evaluate(starts.parameters)
            has_worsened = error > error_before
            stays = starts.record(
                error,
                gradient_norm=np.linalg.norm(gradient, axis=1),
                memory={"sizes": sizes, "before": before, "moves": moves, "has_worsened": has_worsened},
            )
            if not stays.all():
                error, gradient, sizes, before, moves, has_worsened = (
                    array[stays] for array in (error, gradient, sizes, before, moves, has_worsened)
                )

    def _sizes(self, sizes: Floats, agreement: Floats) -> Floats:
        """The steps of Igel and Hüsken's table 1: grown, shrunk, or as they were after a turn."""
        grown = np.minimum(sizes * self.increase, self.largest_step)
        shrunk = np.maximum(sizes * self.decrease, SMALLEST_STEP)
        return np.where(agreement > 0, grown, np.where(agreement < 0, shrunk, sizes))
