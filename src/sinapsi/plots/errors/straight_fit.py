"""The straight line that fits outputs to targets best, and their correlation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class StraightFit:
    """The least-squares line output = slope target + intercept.

    Parameters
    ----------
    slope, intercept : float
        The line; NaN where all targets are equal.
    correlation : float
        Pearson's R, from -1 to 1; NaN where all targets or all outputs are equal.
    mean_target : float
        Mean of the targets.
    """

    slope: float
    intercept: float
    correlation: float
    mean_target: float

    def at(self, targets: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the line's output for some targets.

        Parameters
        ----------
        targets : array of shape (n,)
            Where.

        Returns
        -------
        array of shape (n,)
            Outputs.
        """
        return self.slope * targets + self.intercept


def straight_fit(targets: NDArray[np.float64], outputs: NDArray[np.float64]) -> StraightFit:
    """Fit a straight line to outputs.

    Parameters
    ----------
    targets, outputs : array of shape (n,)
        At least one of each, finite.

    Returns
    -------
    StraightFit
        The line and the correlation.
    """
    mean_target, mean_output = float(targets.mean()), float(outputs.mean())
    if np.ptp(targets) == 0:
        return StraightFit(np.nan, np.nan, np.nan, float(targets[0]))
    # Centered first: products of raw values would lose the digits in which large targets differ.
    away_target, away_output = targets - mean_target, outputs - mean_output
    slope = float(away_target @ away_output / (away_target @ away_target))
    lengths = np.linalg.norm(away_target) * np.linalg.norm(away_output)
    correlation = np.nan if np.ptp(outputs) == 0 else float(np.clip(away_target @ away_output / lengths, -1.0, 1.0))
    return StraightFit(slope, mean_output - slope * mean_target, correlation, mean_target)
