"""The temperatures of the sweeps: constant, or falling to that of the machine (Kirkpatrick, Gelatt and Vecchi 1983)."""

from __future__ import annotations

from numbers import Real

import numpy as np
from numpy.typing import NDArray

from sinapsi.schedules import Schedule, schedule_named


def temperatures_of(annealing: float | str | Schedule | None, n_sweeps: int, final: float) -> NDArray[np.float64]:
    """Give the temperature of each sweep, never below the final one.

    Parameters
    ----------
    annealing : float, str, Schedule or None
        None: the final temperature throughout. A number: from it geometrically to the final one in the first half of
        the sweeps, then that. A schedule: its values at sweeps 0, 1, ...
    n_sweeps : int
        How many.
    final : float
        Temperature of the machine.

    Returns
    -------
    array of shape (n_sweeps,)
        Temperatures.
    """
    sweeps = np.arange(n_sweeps)
    if annealing is None:
        return np.full(n_sweeps, final)
    if isinstance(annealing, Real):
        initial = max(float(annealing), final)
        progress = np.minimum(sweeps / max(1, n_sweeps // 2), 1.0)
        falling = initial * (final / initial) ** progress
    else:
        falling = schedule_named(annealing).rates(sweeps)
    temperatures: NDArray[np.float64] = np.maximum(falling, final)
    return temperatures
