"""The hidden layer of a radial basis function network: a block of inputs in, its hidden outputs out."""

from __future__ import annotations

from functools import cached_property
from itertools import combinations_with_replacement
from math import comb

import numpy as np

from sinapsi.activations import Floats
from sinapsi.algebra.distances import Centers
from sinapsi.algebra.output_layer import Hidden
from sinapsi.radial.basis import BASES

# Beside phi(0) = 1: a unit that no example but its own center wakes has a square of 1 in the sums.
LEAST_PENALTY = 1e-10


class RadialLayer:
    """Radial units over centers, and beside them the monomials of a polynomial without its constant.

    Parameters
    ----------
    centers : array of shape (n_centers, n_features)
        t.
    widths : array of shape (n_centers,)
        sigma > 0 of each.
    basis : str
        Name of the radial function.
    degree : int
        Of the polynomial; 0 is the bias alone, which the output layer has.
    """

    def __init__(self, centers: Floats, widths: Floats, basis: str, degree: int) -> None:
        self.centers = centers
        self.widths = widths
        self.name = basis
        self.basis = BASES[basis]
        self.degree = degree
        self._middle = centers.mean(axis=0, dtype=np.float64).astype(centers.dtype)
        spread = np.abs(centers - self._middle).max(initial=0.0)
        self._spread = centers.dtype.type(spread if spread > 0 else 1)  # keeps powers near 1

    def freeze_monomials_of(self, other: RadialLayer) -> None:
        """Take over the place and scale of another layer's monomials, whose centers may lie elsewhere.

        Parameters
        ----------
        other : RadialLayer
            Of the same degree.
        """
        self._middle, self._spread = other._middle, other._spread

    @cached_property
    def _prepared(self) -> Centers:
        return Centers(self.centers, self.widths)

    @property
    def n_columns(self) -> int:
        """Hidden outputs: units and monomials."""
        return len(self.centers) + n_monomials(self.centers.shape[1], self.degree) - 1

    def hidden(self) -> Hidden:
        """Give the layer as the engine takes it.

        Returns
        -------
        Hidden
            The same outputs.
        """
        return Hidden(self.outputs, self.n_columns, self.centers.itemsize, LEAST_PENALTY)

    def outputs(self, rows: Floats) -> Floats:
        """Give the hidden outputs of a block of inputs.

        Parameters
        ----------
        rows : array of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        array of shape (n_samples, n_columns)
            phi of every unit, then the monomials.
        """
        units = self.unit_outputs(rows)
        return units if self.degree == 0 else np.hstack([units, self.monomials(rows)[:, 1:]])

    def unit_outputs(self, rows: Floats) -> Floats:
        """Give phi of every unit.

        Parameters
        ----------
        rows : array of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        array of shape (n_samples, n_centers)
            phi(r / sigma).
        """
        if self.name == "gaussian":
            return self._prepared.gaussians(rows)
        return self._prepared.radial(rows, self.basis.value)

    def scaled_squares(self, rows: Floats) -> Floats:
        """Give r^2 / sigma^2 of every unit.

        Parameters
        ----------
        rows : array of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        array of shape (n_samples, n_centers)
            None below 0.
        """
        return self._prepared.radial(rows, lambda squares: squares)

    def monomials(self, rows: Floats) -> Floats:
        """Give the monomials up to the degree, of inputs moved to the middle of the centers and scaled.

        Parameters
        ----------
        rows : array of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        array of shape (n_samples, n_monomials)
            The constant 1 first.
        """
        moved = (rows - self._middle) / self._spread
        columns = [
            np.prod(moved[:, list(places)], axis=1)
            for order in range(self.degree + 1)
            for places in combinations_with_replacement(range(rows.shape[1]), order)
        ]
        return np.stack(columns, axis=1).astype(rows.dtype, copy=False)


def n_monomials(n_features: int, degree: int) -> int:
    """Give the number of monomials.

    Parameters
    ----------
    n_features, degree : int
        Of the inputs, and the highest.

    Returns
    -------
    int
        The constant counted in.
    """
    return comb(n_features + degree, degree)
