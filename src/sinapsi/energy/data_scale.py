"""Where real-valued data lie, and how wide Gaussian visible units are: learned beside the machine."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from array_api_compat import array_namespace

from sinapsi.energy.machine import Machine
from sinapsi.exceptions import InvalidInputError

NARROWEST = 0.1  # least width of a unit, over the deviation of its column; zero would make the likelihood infinite
LARGEST_RISE = 10.0  # kept from overflow
LARGEST_FALL = 0.1  # of the logarithm of a width in one step; upwards, the deviation of the column is the bound


@dataclass(frozen=True)
class DataScale:
    """Means of columns, and widths of Gaussian units; the machine sees (x - mean) / width.

    The width starts at the standard deviation of the column. What the hidden units explain makes it narrower: as
    log p(x) = log p'((x - mean) / width) - log(width), the gradient by log(width) is the mean of v (v - <v given h>)
    less 1, where v is the scaled value.

    Parameters
    ----------
    mean : array of shape (n_features,)
        Of the columns.
    deviation : array of shape (n_features,)
        Widths of the units.
    """

    mean: Any
    deviation: Any

    @classmethod
    def of(cls, rows: Any) -> Self:
        """Measure data.

        Parameters
        ----------
        rows : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        DataScale
            With the standard deviations of the columns; 1 for a column that does not vary (as StandardScaler has it).

        Raises
        ------
        InvalidInputError
            If numbers are too large to be squared.
        """
        xp = array_namespace(rows)
        largest, highest = float(xp.max(xp.abs(rows))), float(xp.finfo(rows.dtype).max)
        if largest > math.sqrt(highest / (rows.shape[0] * rows.shape[1])) / 4:
            raise InvalidInputError(
                f"Gaussian visible units square distances from the mean; squares of {largest:.3g} exceed the range of "
                f"{str(rows.dtype).split('.')[-1]}. Expected columns of ordinary size; rescale X, for example with "
                "sklearn.preprocessing.StandardScaler."
            )
        mean, deviation = xp.mean(rows, axis=0), xp.std(rows, axis=0)
        rounding = xp.finfo(rows.dtype).eps * 10 * xp.max(xp.abs(rows), axis=0)
        return cls(mean, xp.where(deviation > rounding, deviation, xp.ones_like(deviation)))

    def into(self, rows: Any) -> Any:
        """Scale examples for the machine.

        Parameters
        ----------
        rows : array of shape (n_rows, n_features)
            In the user's units.

        Returns
        -------
        array of shape (n_rows, n_features)
            In widths from the mean; columns beyond those measured, such as labels, stay as they are.
        """
        xp, n = array_namespace(rows), self.mean.shape[0]
        scaled = (rows[:, :n] - self.mean) / self.deviation
        return scaled if rows.shape[1] == n else xp.concat([scaled, rows[:, n:]], axis=1)

    def out_of(self, states: Any) -> Any:
        """Scale states for the user.

        Parameters
        ----------
        states : array of shape (n_rows, n_features)
            Visible states of the machine.

        Returns
        -------
        array of shape (n_rows, n_features)
            In the user's units; further columns stay as they are.
        """
        xp, n = array_namespace(states), self.mean.shape[0]
        rows = states[:, :n] * self.deviation + self.mean
        return rows if states.shape[1] == n else xp.concat([rows, states[:, n:]], axis=1)

    @property
    def log_volume(self) -> float:
        """Sum of the logarithms of the widths, by which densities differ between the two units."""
        xp = array_namespace(self.deviation)
        return float(xp.sum(xp.log(self.deviation)))

    def learn(self, machine: Machine, states: Any, rate: float, widest: Any) -> None:
        """Move the widths up the gradient of the likelihood, in place.

        Parameters
        ----------
        machine : Machine
            As it is now.
        states : array of shape (n_rows, n_features)
            Scaled examples.
        rate : float
            Learning rate.
        widest : array of shape (n_features,)
            Deviations of the columns, beyond which and below a tenth of which no width goes.
        """
        xp = array_namespace(states)
        expected = machine.visible_means(machine.hidden_means(states))
        gradient = xp.mean(states * (states - expected), axis=0)[: self.mean.shape[0]] - 1.0
        change = xp.exp(xp.clip(rate * gradient, -LARGEST_FALL, LARGEST_RISE))
        self.deviation[...] = xp.minimum(xp.maximum(self.deviation * change, NARROWEST * widest), widest)

    def check(self, n_features: int) -> None:
        """Refuse what cannot be; asked when a model is read from a file.

        Parameters
        ----------
        n_features : int
            Columns.

        Raises
        ------
        InvalidInputError
            If a shape or a value is wrong.
        """
        for array in (self.mean, self.deviation):
            if array.shape != (n_features,) or not np.isfinite(array).all():
                raise InvalidInputError(f"Means and widths must be {n_features} finite numbers each.")
        if not (self.deviation > 0).all():
            raise InvalidInputError("Widths of Gaussian units must be above 0.")
