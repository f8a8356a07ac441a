"""A restricted machine: two layers of units and the weights between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from array_api_compat import array_namespace

from sinapsi.energy.arithmetic import Chance, blocks_of, softplus_sums
from sinapsi.energy.units import Binary, Units, VisibleUnits

SPREAD_OF_START = 0.01  # standard deviation of starting weights: small, and no two alike (Hinton 2012)
ROWS_A_BLOCK = 4096  # of a pass that keeps nothing but one number a row


@dataclass(frozen=True)
class Machine:
    """Layers and weights; p(v, h) is proportional to exp(weight(v) + weight(h) + h' W v).

    Parameters
    ----------
    visible, hidden : Units
        Kinds of the two layers.
    weights : array of shape (n_hidden, n_visible)
        W.
    visible_bias : array of shape (n_visible,)
        b.
    hidden_bias : array of shape (n_hidden,)
        c.
    """

    visible: VisibleUnits
    hidden: Units
    weights: Any
    visible_bias: Any
    hidden_bias: Any

    @classmethod
    def fresh(cls, visible: VisibleUnits, hidden: Units, means: Any, n_hidden: int, chance: Chance) -> Self:
        """Set up a machine that knows the means of the data and has small random weights (Hinton 2012).

        Parameters
        ----------
        visible, hidden : Units
            Kinds of the two layers.
        means : array of shape (n_visible,)
            Of the data.
        n_hidden : int
            Units of the hidden layer.
        chance : Chance
            Source of the weights, normally distributed.

        Returns
        -------
        Machine
            Its arrays live where the means do.
        """
        xp = array_namespace(means)
        like = xp.broadcast_to(means[None, :], (n_hidden, means.shape[0]))
        hidden_bias = xp.zeros_like(like[:, 0])
        return cls(visible, hidden, SPREAD_OF_START * chance.normal(like), visible.bias_of(means), hidden_bias)

    @property
    def n_visible(self) -> int:
        """Units of the visible layer."""
        return int(self.weights.shape[1])

    @property
    def n_hidden(self) -> int:
        """Units of the hidden layer."""
        return int(self.weights.shape[0])

    @property
    def arrays(self) -> list[Any]:
        """Weights and biases, which learning changes in place."""
        return [self.weights, self.visible_bias, self.hidden_bias]

    def hidden_means(self, states: Any) -> Any:
        """Give the expected hidden states.

        Parameters
        ----------
        states : array of shape (n_rows, n_visible)
            Visible states.

        Returns
        -------
        array of shape (n_rows, n_hidden)
            Means.
        """
        return self.hidden.means(states @ self.weights.T, self.hidden_bias)

    def visible_means(self, states: Any) -> Any:
        """Give the expected visible states.

        Parameters
        ----------
        states : array of shape (n_rows, n_hidden)
            Hidden states.

        Returns
        -------
        array of shape (n_rows, n_visible)
            Means.
        """
        return self.visible.means(states @ self.weights, self.visible_bias)

    def draw_hidden(self, states: Any, chance: Chance) -> Any:
        """Draw hidden states, given visible ones.

        Parameters
        ----------
        states : array of shape (n_rows, n_visible)
            Visible states.
        chance : Chance
            Source of randomness.

        Returns
        -------
        array of shape (n_rows, n_hidden)
            Draws.
        """
        return self.hidden.draw(states @ self.weights.T, self.hidden_bias, chance)[1]

    def draw_visible(self, states: Any, chance: Chance) -> tuple[Any, Any]:
        """Draw visible states, given hidden ones.

        Parameters
        ----------
        states : array of shape (n_rows, n_hidden)
            Hidden states.
        chance : Chance
            Source of randomness.

        Returns
        -------
        means, states : array of shape (n_rows, n_visible)
            Expected and drawn.
        """
        return self.visible.draw(states @ self.weights, self.visible_bias, chance)

    def free_energy(self, states: Any) -> Any:
        """Give F(v) = -log sum_h exp(weight(v) + weight(h) + h' W v), for binary hidden units.

        Parameters
        ----------
        states : array of shape (n_rows, n_visible)
            Visible states.

        Returns
        -------
        float64 array of shape (n_rows,)
            Free energies.
        """
        assert isinstance(self.hidden, Binary)
        xp = array_namespace(states)
        energies = []
        for rows in blocks_of(states.shape[0], ROWS_A_BLOCK):
            block = states[rows, :]
            sums = softplus_sums(block @ self.weights.T, self.hidden_bias)
            energies.append(-self.visible.weight(block, self.visible_bias) - sums)
        return energies[0] if len(energies) == 1 else xp.concat(energies)
