"""The plan of a multilayer perceptron: how many units, which activations, what is minimized."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sinapsi.activations import Activation, Floats, HardLimit, Threshold, activation_named
from sinapsi.exceptions import InvalidParameterError
from sinapsi.losses import Loss, loss_named


@dataclass(frozen=True)
class Network:
    """The plan of a multilayer perceptron: sizes, activations, loss. It holds no weights.

    Parameters
    ----------
    sizes : tuple of int
        Units of each layer: inputs, hidden layers, outputs.
    activations : tuple of Activation
        One for each layer after the inputs.
    loss : Loss
        What learning minimizes.
    """

    sizes: tuple[int, ...]
    activations: tuple[Activation, ...]
    loss: Loss

    @property
    def n_coefs(self) -> int:
        """Number of weights without the biases; they come first in the flat vector."""
        return sum(fan_in * fan_out for fan_in, fan_out in pairwise(self.sizes))

    @property
    def n_parameters(self) -> int:
        """Number of weights and biases."""
        return self.n_coefs + sum(self.sizes[1:])

    def views(self, flat: Floats) -> tuple[list[Floats], list[Floats]]:
        """Cut a flat vector into weight matrices and biases.

        Parameters
        ----------
        flat : array of shape (n_parameters,) or (n_starts, n_parameters)
            All weights, layer by layer, then all biases; several starts side by side keep their leading axis.

        Returns
        -------
        coefs : list of array of shape (..., fan_in, fan_out)
            Views of ``flat``.
        intercepts : list of array of shape (..., fan_out)
            Views of ``flat``.
        """
        coefs, intercepts, start = [], [], 0
        for fan_in, fan_out in pairwise(self.sizes):
            coefs.append(flat[..., start : start + fan_in * fan_out].reshape(*flat.shape[:-1], fan_in, fan_out))
            start += fan_in * fan_out
        for fan_out in self.sizes[1:]:
            intercepts.append(flat[..., start : start + fan_out])
            start += fan_out
        return coefs, intercepts


def planned_network(
    sizes: tuple[int, ...],
    activation: str | Activation | Sequence[str | Activation],
    output_activation: Activation,
    loss: str | Loss,
    *,
    owner: str,
) -> Network:
    """Make the plan that parameters ask for.

    Parameters
    ----------
    sizes : tuple of int
        Units of each layer: inputs, hidden layers, outputs.
    activation : str, Activation or sequence of those
        Of the hidden units, one for all layers or one a layer.
    output_activation : Activation
        Of the output units.
    loss : str or Loss
        What is to be minimized.
    owner : str
        Class name of the estimator, for messages.

    Returns
    -------
    Network
        The plan.

    Raises
    ------
    InvalidParameterError
        If activations and layers do not fit together, an activation has no slope, or the loss does not suit the
        output units.
    """
    n_hidden = len(sizes) - 2
    hidden = [activation] * n_hidden if isinstance(activation, str | Activation) else list(activation)
    if len(hidden) != n_hidden:
        raise InvalidParameterError(
            f"The 'activation' parameter must name one activation for each of the {n_hidden} hidden layers, or a "
            f"single one for all. Got {len(hidden)}."
        )
    activations = (*map(activation_named, hidden), output_activation)
    for name, each in zip([*["activation"] * n_hidden, "output_activation"], activations, strict=True):
        if isinstance(each, Threshold | HardLimit):
            raise InvalidParameterError(
                f"The {name!r} parameter of {owner} must be differentiable for back-propagation. Got '{each}'. Use "
                "'logistic' or 'tanh' with a large slope, such as 'logistic(slope=10)'."
            )
    return Network(sizes, activations, loss_named(loss, output_activation))
