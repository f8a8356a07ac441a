"""How well memories are recalled as something grows: their number, the noise, the damage, the hours of dreaming."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

Quantity = Literal["load", "noise", "damage", "dreams"]

HEADINGS = {"load": "load", "noise": "flipped", "damage": "removed", "dreams": "dreams"}
STANDARD_ERRORS = 1.96  # of a band that holds the mean 95 times in 100


@dataclass(frozen=True, eq=False)
class RecallCurve:
    """Overlap of what is recalled with what was stored, against one quantity.

    Parameters
    ----------
    quantity : {"load", "noise", "damage", "dreams"}
        What grows: memories per unit, the share of units of a probe that are flipped, the share of weights removed,
        states unlearned.
    values : array of shape (n_points,)
        Its values.
    overlap : array of shape (n_points,)
        Mean overlap of the recalled states with their memories, in [-1, 1].
    low, high : array of shape (n_points,)
        Confidence band of that mean, 95 %.
    recalled : array of shape (n_points,)
        Share of the probes with an overlap above ``threshold``.
    threshold : float
        From which overlap on a memory counts as recalled.
    name : str
        Whose curve it is, for a legend.
    """

    quantity: Quantity
    values: NDArray[np.float64]
    overlap: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    recalled: NDArray[np.float64]
    threshold: float
    name: str

    @classmethod
    def of(
        cls,
        quantity: Quantity,
        values: Iterable[float],
        overlaps: Iterable[NDArray[np.float64]],
        *,
        threshold: float,
        name: str,
    ) -> Self:
        """Sum up the overlaps measured at each value.

        Parameters
        ----------
        quantity : {"load", "noise", "damage", "dreams"}
            What grows.
        values : iterable of float
            Its values.
        overlaps : iterable of array of shape (n_repeats, n_probes)
            The overlaps at each of them. Probes of one network are not independent of each other, so with several
            repeats the band comes from the spread of their means.
        threshold : float
            From which overlap on a memory counts as recalled.
        name : str
            Whose curve it is.

        Returns
        -------
        RecallCurve
            The curve.
        """
        measured = [np.atleast_2d(table) for table in overlaps]
        means = np.array([table.mean() for table in measured])
        margins = np.array([STANDARD_ERRORS * _standard_error(table) for table in measured])
        return cls(
            quantity=quantity,
            values=np.array(list(values), dtype=np.float64),
            overlap=means,
            low=np.maximum(means - margins, -1.0),
            high=np.minimum(means + margins, 1.0),
            recalled=np.array([(table > threshold).mean() for table in measured]),
            threshold=threshold,
            name=name,
        )

    def __str__(self) -> str:
        header = f"{HEADINGS[self.quantity]:>8}  overlap     95 % band      above {self.threshold:g}"
        rows = (
            f"{value:8.4g}  {overlap:7.3f}  {low:6.3f} to {high:6.3f}  {share:9.1%}"
            for value, overlap, low, high, share in zip(
                self.values, self.overlap, self.low, self.high, self.recalled, strict=True
            )
        )
        return "\n".join([header, *rows])


def _standard_error(overlaps: NDArray[np.float64]) -> float:
    sample = overlaps.mean(axis=1) if len(overlaps) > 1 else overlaps[0]
    return float(sample.std(ddof=1) / sqrt(len(sample))) if len(sample) > 1 else 0.0
