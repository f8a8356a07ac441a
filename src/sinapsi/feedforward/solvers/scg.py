"""Scaled conjugate gradients: second-order steps along conjugate directions, without a line search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward.solvers.full_batch import FullBatch
from sinapsi.feedforward.solvers.starts import FullBatchSolver, PerStart, Starts

NEARBY = 1e-4  # Møller's sigma: distance to the second gradient, along a direction of length 1
LARGEST_SCALE = 1e20  # where even the short steps of such a scale lower nothing, the bottom is reached
SMALLEST_ERROR = np.finfo(np.float64).tiny  # shares of an error of 0 are taken of this
REMEMBERED = ("direction", "curvature", "scale", "n_conjugate", "has_moved")  # from one fit to the next
LOST = -9.0  # stands for a comparison that is not finite: the scale grows by ten times the curvature


@dataclass(frozen=True)
class SCG(FullBatchSolver):
    """Scaled conjugate gradients, Møller (1993).

    The curvature along a direction comes from a second gradient nearby; a scale is added to it where it is not
    positive, and adapted to how well the parabola foretold the error.

    Parameters
    ----------
    gtol : float, default=1e-5
        It has converged when no component of the gradient is larger, at least 0.
    ftol : float, default=1e-9
        It has converged when a step lowers the loss by a smaller share, at least 0.
    first_scale : float, default=1e-6
        Møller's lambda at the start, above 0.
    """

    short_name = "scg"
    gtol: float = 1e-5
    ftol: float = 1e-9
    first_scale: float = 1e-6

    def __post_init__(self) -> None:
        if not (self.gtol >= 0 and self.ftol >= 0 and self.first_scale > 0):
            raise InvalidParameterError(
                f"The solver scg wants gtol and ftol of at least 0 and first_scale above 0. Got {self}."
            )

    def descend(self, starts: Starts) -> None:
        evaluate = FullBatch(starts.problem, np.float64)  # curvature is a small difference of gradients
        search = _Search(starts, evaluate, self.first_scale)
        lowered = np.zeros(len(starts), dtype=bool)
        share: Floats = np.ones(len(starts))
        while len(starts):
            stays = starts.record(
                search.error,
                rows=lowered,
                converged={
                    "no component of the gradient is larger than gtol any more": search.is_flat(self.gtol),
                    "the loss falls by a share smaller than ftol in a step": lowered & (share < self.ftol),
                    "no lower loss could be found along the direction of search": ~(search.scale <= LARGEST_SCALE),
                },
                memory={name: getattr(search, name) for name in REMEMBERED},
                gradient_norm=np.sqrt(np.vecdot(search.gradient, search.gradient)),
            )
            search.keep(stays)
            if len(starts):
                lowered, share = search.step()


class _Search(PerStart):
    """Where every start stands and where it heads; the letters of Møller's algorithm stand beside the names.

    ``direction`` is p, ``gradient`` -r, ``scale`` lambda, ``curvature`` delta before any scale is added.
    """

    def __init__(self, starts: Starts, evaluate: FullBatch, first_scale: float) -> None:
        self._starts = starts
        self._evaluate = evaluate
        self.error, self.gradient = evaluate(starts.parameters)
        self.direction = starts.recalled("direction", -self.gradient)
        self.curvature = starts.recalled("curvature", np.zeros(len(starts)))
        self.scale = starts.recalled("scale", np.full(len(starts), first_scale))
        self.n_conjugate = starts.recalled("n_conjugate", np.zeros(len(starts), dtype=np.int64))
        # The curvature is taken anew after every move.
        self.has_moved = starts.recalled("has_moved", np.ones(len(starts), dtype=bool))

    def is_flat(self, gtol: float) -> NDArray[np.bool_]:
        """Tell which starts have nothing left to descend, or no finite ground to stand on."""
        return np.asarray(~(np.abs(self.gradient).max(axis=1) > gtol))

    def step(self) -> tuple[NDArray[np.bool_], Floats]:
        """Try one step of every start; gives which were lower, and by what share of the loss."""
        squared = np.vecdot(self.direction, self.direction)
        slope = -np.vecdot(self.direction, self.gradient)  # mu
        if self.has_moved.any():
            self._look_along(squared)
        scaled = self.curvature + self.scale * squared  # delta
        self.scale = np.where(scaled <= 0, 2 * (self.scale - scaled / squared), self.scale)  # steps 3 and 4
        scaled = self.curvature + self.scale * squared
        targets = self._starts.parameters + (slope / scaled)[:, np.newaxis] * self.direction
        error, gradient = self._evaluate(targets)
        gain = self.error - error
        share = gain / np.maximum(np.abs(self.error), SMALLEST_ERROR)
        comparison = 2 * scaled * gain / slope**2  # Delta: the fall against the one foretold, step 6
        lowered = comparison >= 0  # NaN is not
        self._rescale(comparison, scaled / squared)
        self._move(lowered, targets, error, gradient, slope)
        return lowered, share

    def _look_along(self, squared: Floats) -> None:
        """The curvature along the direction, from the gradient a little further on; step 2."""
        distance = NEARBY / np.sqrt(squared)
        ahead = self._evaluate.gradient_at(self._starts.parameters + distance[:, np.newaxis] * self.direction)
        curvature = np.vecdot(self.direction, ahead - self.gradient) / distance
        self.curvature = np.where(self.has_moved, curvature, self.curvature)

    def _rescale(self, comparison: Floats, scaled: Floats) -> None:
        """Trust the parabola more where it foretold well, less where it did not; steps 7 and 8."""
        grown = self.scale + scaled * (1 - np.where(np.isfinite(comparison), comparison, LOST))
        self.scale = np.where(comparison >= 0.75, self.scale / 4, np.where(comparison >= 0.25, self.scale, grown))

    def _move(
        self, lowered: NDArray[np.bool_], targets: Floats, error: Floats, gradient: Floats, slope: Floats
    ) -> None:
        """Go where it was lower, and choose the next direction; step 7."""
        self.n_conjugate += lowered
        restarts = self.n_conjugate % targets.shape[1] == 0  # conjugacy is used up after as many steps as dimensions
        growth = np.vecdot(gradient, gradient - self.gradient) / slope  # beta
        onward = np.where(restarts, 0.0, growth)[:, np.newaxis] * self.direction - gradient
        climbs = np.vecdot(onward, gradient) >= 0  # our safeguard: a direction must lead downhill
        onward[climbs] = -gradient[climbs]
        self.has_moved = lowered
        if lowered.all():
            self._starts.parameters[...] = targets
            self.direction, self.gradient, self.error = onward, gradient, error
            return
        rows = lowered[:, np.newaxis]
        self._starts.parameters[...] = np.where(rows, targets, self._starts.parameters)
        self.direction = np.where(rows, onward, self.direction)
        self.gradient = np.where(rows, gradient, self.gradient)
        self.error = np.where(lowered, error, self.error)
