"""A Boltzmann machine as a distribution: weights and biases in units of the temperature, and what follows directly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sinapsi.energy.gibbs.kernels import find_fields
from sinapsi.energy.gibbs.two_valued import States
from sinapsi.estimator import Floats


@dataclass(frozen=True, eq=False)
class Machine:
    """The distribution p(s) proportional to exp(1/2 s'W s + b's), s of 0 and 1, visible units first.

    Parameters
    ----------
    weights : array of float64 of shape (n_units, n_units)
        Symmetric, with an empty diagonal; divided by the temperature.
    biases : array of float64 of shape (n_units,)
        Divided by the temperature.
    n_visible : int
        How many units come first.
    """

    weights: NDArray[np.float64]
    biases: NDArray[np.float64]
    n_visible: int

    @classmethod
    def at(cls, weights: Floats, biases: Floats, temperature: float, n_visible: int) -> Self:
        """Give the machine at a temperature.

        Parameters
        ----------
        weights : array of shape (n_units, n_units)
            Weights.
        biases : array of shape (n_units,)
            Biases.
        temperature : float
            Above 0.
        n_visible : int
            How many units come first.

        Returns
        -------
        Machine
            p(s) proportional to exp(-E(s) / T).
        """
        return cls(
            np.ascontiguousarray(weights / np.float64(temperature), dtype=np.float64),
            np.ascontiguousarray(biases / np.float64(temperature), dtype=np.float64),
            n_visible,
        )

    @property
    def n_units(self) -> int:
        """All units."""
        return len(self.biases)

    @property
    def n_hidden(self) -> int:
        """Hidden units."""
        return self.n_units - self.n_visible

    @property
    def hidden_weights(self) -> NDArray[np.float64]:
        """Weights among the hidden units, of shape (n_hidden, n_hidden)."""
        return np.ascontiguousarray(self.weights[self.n_visible :, self.n_visible :])

    @property
    def is_hidden_layer_free(self) -> bool:
        """Whether no hidden unit is linked to another one: given the visible ones they are independent."""
        return not self.hidden_weights.any()

    def hidden_inputs(self, rows: States) -> NDArray[np.float64]:
        """Give what the visible units and the biases add to the field of each hidden unit.

        Parameters
        ----------
        rows : array of int8 of shape (n_rows, n_visible)
            Visible states.

        Returns
        -------
        array of shape (n_rows, n_hidden)
            b_j + sum_i w_ij v_i.
        """
        return fields_of(self.weights[: self.n_visible, self.n_visible :], self.biases[self.n_visible :], rows)

    def visible_masses(self, rows: States) -> NDArray[np.float64]:
        """Give what the visible units alone add to minus the energy.

        Parameters
        ----------
        rows : array of int8 of shape (n_rows, n_visible)
            Visible states.

        Returns
        -------
        array of shape (n_rows,)
            1/2 v'W v + b'v.
        """
        biases = self.biases[: self.n_visible]
        fields = fields_of(self.weights[: self.n_visible, : self.n_visible], biases, rows)
        masses: NDArray[np.float64] = 0.5 * (rows * (fields + biases)).sum(axis=1)
        return masses

    def log_masses(self, states: States) -> NDArray[np.float64]:
        """Give minus the energy of whole states.

        Parameters
        ----------
        states : array of int8 of shape (n_rows, n_units)
            States.

        Returns
        -------
        array of shape (n_rows,)
            1/2 s'W s + b's.
        """
        return Machine(self.weights, self.biases, self.n_units).visible_masses(states)


def fields_of(weights: Floats, biases: Floats, states: States) -> NDArray[np.float64]:
    """Give biases + states weights; a row does not depend on the others, not even in its last digit.

    Parameters
    ----------
    weights : array of shape (n_in, n_out)
        Weights.
    biases : array of shape (n_out,)
        Biases.
    states : array of int8 of shape (n_rows, n_in)
        0 and 1.

    Returns
    -------
    array of shape (n_rows, n_out)
        Fields.
    """
    fields = np.empty((len(states), len(biases)))
    find_fields(np.ascontiguousarray(weights), np.ascontiguousarray(biases), np.ascontiguousarray(states), fields)
    return fields
