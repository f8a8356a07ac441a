"""Contrastive wake-sleep: how all layers of a deep belief network learn together.

Below a restricted machine at the top lie directed layers, with weights downwards that generate and weights upwards that
recognize. Awake, an example is drawn upwards, and each layer learns to generate what was found below it. The machine at
the top, which sees the label too, goes on for some Gibbs steps and learns by contrastive divergence. Asleep, what it
dreamed is drawn downwards, and each layer learns to recognize what made it (Hinton, Osindero and Teh 2006, appendix B).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sinapsi.energy.arithmetic import Chance
from sinapsi.energy.machine import Machine
from sinapsi.energy.units import Binary, VisibleUnits
from sinapsi.estimator import Floats


@dataclass(frozen=True)
class DirectedLayer:
    """Two layers of units with separate weights each way.

    Parameters
    ----------
    lower : VisibleUnits
        Kind of the units below; those above are binary.
    recognition : array of shape (n_lower, n_upper)
        Weights upwards.
    recognition_bias : array of shape (n_upper,)
        Biases of the units above.
    generation : array of shape (n_upper, n_lower)
        Weights downwards.
    generation_bias : array of shape (n_lower,)
        Biases of the units below.
    """

    lower: VisibleUnits
    recognition: Floats
    recognition_bias: Floats
    generation: Floats
    generation_bias: Floats

    @property
    def arrays(self) -> list[Floats]:
        """What learning changes in place."""
        return [self.recognition, self.recognition_bias, self.generation, self.generation_bias]

    def expected_above(self, states: Floats) -> Floats:
        """Give the expected states above.

        Parameters
        ----------
        states : array of shape (n_rows, n_lower)
            States below.

        Returns
        -------
        array of shape (n_rows, n_upper)
            Probabilities.
        """
        means: Floats = Binary().means(states @ self.recognition, self.recognition_bias)
        return means

    def drawn_above(self, states: Floats, chance: Chance) -> Floats:
        """Draw states above.

        Parameters
        ----------
        states : array of shape (n_rows, n_lower)
            States below.
        chance : Chance
            Source of randomness.

        Returns
        -------
        array of shape (n_rows, n_upper)
            Zeros and ones.
        """
        drawn: Floats = Binary().draw(states @ self.recognition, self.recognition_bias, chance)[1]
        return drawn

    def expected_below(self, states: Floats) -> Floats:
        """Give the expected states below.

        Parameters
        ----------
        states : array of shape (n_rows, n_upper)
            States above.

        Returns
        -------
        array of shape (n_rows, n_lower)
            Means.
        """
        means: Floats = self.lower.means(states @ self.generation, self.generation_bias)
        return means

    def drawn_below(self, states: Floats, chance: Chance) -> tuple[Floats, Floats]:
        """Draw states below.

        Parameters
        ----------
        states : array of shape (n_rows, n_upper)
            States above.
        chance : Chance
            Source of randomness.

        Returns
        -------
        means, states : array of shape (n_rows, n_lower)
            Expected and drawn.
        """
        means, drawn = self.lower.draw(states @ self.generation, self.generation_bias, chance)
        return means, drawn


class WakeSleep:
    """The learning of a deep belief network, batch by batch.

    Parameters
    ----------
    layers : sequence of DirectedLayer
        From the lowest; changed in place.
    top : Machine
        The restricted machine above them, whose visible units are those of the last layer and the label; changed in
        place.
    n_gibbs_steps : int
        Steps of the machine at the top between wake and sleep.
    weight_decay : float
        Share of each weight taken from its gradient.
    chance : Chance
        Source of randomness.
    """

    def __init__(
        self, layers: Sequence[DirectedLayer], top: Machine, n_gibbs_steps: int, weight_decay: float, chance: Chance
    ) -> None:
        self._layers = layers
        self._top = top
        self._n_gibbs_steps = n_gibbs_steps
        self._weight_decay = weight_decay
        self._chance = chance
        self._room: dict[tuple[int, ...], Floats] = {}

    def learn(self, examples: Floats, labels: Floats, rate: float) -> float:
        """Learn from some examples.

        Parameters
        ----------
        examples : array of shape (n_rows, n_visible)
            States of the lowest layer.
        labels : array of shape (n_rows, n_classes)
            One-hot labels.
        rate : float
            Learning rate.

        Returns
        -------
        float
            Squared error of the examples as the first layer above expects them, summed over rows and columns.
        """
        chance, step = self._chance, rate / len(examples)
        awake = [examples]
        for layer in self._layers:
            awake.append(layer.drawn_above(awake[-1], chance))
        dreamed = self._learn_at_top(np.concatenate([awake[-1], labels], axis=1), step)
        asleep = [dreamed[:, : awake[-1].shape[1]]]
        for layer in reversed(self._layers):
            asleep.append(layer.drawn_below(asleep[-1], chance)[1])
        asleep.reverse()

        error = 0.0
        for level, layer in enumerate(self._layers):
            # Awake: what is below should have been expected. Asleep: what is above should be recognized.
            surprise = awake[level] - layer.expected_below(awake[level + 1])
            if level == 0:
                error = float(np.vdot(surprise, surprise))
            self._move(layer.generation, layer.generation_bias, awake[level + 1], surprise, step)
            doubt = asleep[level + 1] - layer.expected_above(asleep[level])
            self._move(layer.recognition, layer.recognition_bias, asleep[level], doubt, step)
        return error

    def _learn_at_top(self, visible: Floats, step: float) -> Floats:
        """Contrastive divergence of the machine at the top; gives its last dream."""
        top, chance = self._top, self._chance
        means, hidden = top.hidden.draw(visible @ top.weights.T, top.hidden_bias, chance)
        for _ in range(self._n_gibbs_steps):
            dreamed: Floats = top.draw_visible(hidden, chance)[1]
            dreamed_means, hidden = top.hidden.draw(dreamed @ top.weights.T, top.hidden_bias, chance)
        self._add_product(top.weights, means, visible, step, decays=True)
        self._add_product(top.weights, dreamed_means, dreamed, -step)
        np.add(top.visible_bias, step * (visible - dreamed).sum(axis=0), out=top.visible_bias)
        np.add(top.hidden_bias, step * (means - dreamed_means).sum(axis=0), out=top.hidden_bias)
        return dreamed

    def _move(self, weights: Floats, bias: Floats, above: Floats, error: Floats, step: float) -> None:
        self._add_product(weights, above, error, step, decays=True)
        bias += step * error.sum(axis=0)

    def _add_product(self, weights: Floats, left: Floats, right: Floats, step: float, *, decays: bool = False) -> None:
        """Weights += step left' right, less the decay of a batch."""
        room = self._room.setdefault(weights.shape, np.empty_like(weights))
        if decays and self._weight_decay:
            weights *= 1.0 - step * len(left) * self._weight_decay
        np.matmul(left.T, right, out=room)
        room *= step
        weights += room


def recognized(layers: Sequence[DirectedLayer], states: Any) -> Any:
    """Give what the highest directed layer recognizes, by expected states.

    Parameters
    ----------
    layers : sequence of DirectedLayer
        From the lowest.
    states : array of shape (n_rows, n_visible)
        Examples.

    Returns
    -------
    array of shape (n_rows, n_units)
        Probabilities; the examples themselves, if there is no layer.
    """
    for layer in layers:
        states = layer.expected_above(states)
    return states
