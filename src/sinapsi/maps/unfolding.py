"""How the prototypes of a map moved while it learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import Floats
from sinapsi.history import History
from sinapsi.maps.grid import Grid


@dataclass(frozen=True, eq=False)
class Unfolding:
    """The course of a fit, for films and pictures: moment 0 is the start, moment n the end of epoch n.

    Parameters
    ----------
    prototypes : array of shape (n_moments, n_units, n_features)
        Where they were.
    epoch : array of int of shape (n_moments,)
        Epochs made.
    radius, quantization_error, topographic_error : array of shape (n_moments,)
        Of the epoch that has ended; NaN at the start.
    grid : Grid
        Which units are neighbors.
    """

    prototypes: Floats
    epoch: NDArray[np.int64]
    radius: NDArray[np.float64]
    quantization_error: NDArray[np.float64]
    topographic_error: NDArray[np.float64]
    grid: Grid

    @classmethod
    def of(cls, moments: Sequence[Floats], history: History, grid: Grid) -> Self:
        """Put prototypes and history together.

        Parameters
        ----------
        moments : sequence of array of shape (n_units, n_features)
            Prototypes at the start and after every epoch.
        history : History
            Of the same fit.
        grid : Grid
            Of the map.

        Returns
        -------
        Unfolding
            One moment more than there are epochs.
        """
        columns = ("radius", "quantization_error", "topographic_error")
        n_epochs = history.n_epochs
        noted = {name: np.append(np.nan, history[name]) if n_epochs else np.full(1, np.nan) for name in columns}
        return cls(np.stack(moments), np.arange(len(moments)), **noted, grid=grid)

    @property
    def n_moments(self) -> int:
        """Moments written down."""
        return len(self.epoch)

    def __repr__(self) -> str:
        n_units, n_features = self.prototypes.shape[1:]
        return f"Unfolding(n_moments={self.n_moments}, n_units={n_units}, n_features={n_features})"
