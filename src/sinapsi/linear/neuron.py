"""The artificial neuron of McCulloch and Pitts: a weighted sum and an activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from sinapsi.activations import Activation, Floats, LogSoftmax, Softmax, activation_named
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.references import MCCULLOCH_PITTS_1943, Reference


@dataclass(frozen=True, init=False)
class Neuron:
    """A neuron with given weights: computes AND, OR and NOT, and learns nothing.

    The output is phi(b + sum_i w_i x_i); the bias b is the weight of a constant input 1.

    Parameters
    ----------
    weights : array of shape (n_inputs,)
        Weight of each input.
    bias : float, default=0.0
        Weight of the constant input; the larger, the readier the neuron fires.
    activation : str or Activation, default="threshold"
        A name of :mod:`sinapsi.activations`; the threshold gives 1 where the field is >= 0, else 0.

    Raises
    ------
    InvalidParameterError
        If the weights are not a row of finite numbers, or the activation is unknown.

    References
    ----------
    McCulloch and Pitts (1943), A logical calculus of the ideas immanent in nervous activity.

    Examples
    --------
    >>> from sinapsi import Neuron
    >>> inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> Neuron([1, 1], bias=-1.5).predict(inputs)  # AND
    array([0., 0., 0., 1.])
    >>> Neuron([1, 1], bias=-0.5).predict(inputs)  # OR
    array([0., 1., 1., 1.])
    >>> Neuron([-1], bias=0.5).predict([[0], [1]])  # NOT
    array([1., 0.])
    """

    weights: tuple[float, ...]
    bias: float
    activation: Activation

    _chapter: ClassVar[int] = 1
    _references: ClassVar[tuple[Reference, ...]] = (MCCULLOCH_PITTS_1943,)

    def __init__(self, weights: ArrayLike, bias: float = 0.0, activation: str | Activation = "threshold") -> None:
        row = _finite_numbers(weights, "weights")
        if row.ndim != 1 or row.size == 0:
            raise InvalidParameterError(
                f"The 'weights' parameter of Neuron must be a row of numbers, one per input. Got shape {row.shape}."
            )
        constant = _finite_numbers(bias, "bias")
        if constant.ndim:
            raise InvalidParameterError(f"The 'bias' parameter of Neuron must be one number. Got {bias!r} instead.")
        # object.__setattr__ because the value is frozen
        object.__setattr__(self, "weights", tuple(row.tolist()))
        object.__setattr__(self, "bias", float(constant))
        object.__setattr__(self, "activation", activation_named(activation))
        if isinstance(self.activation, Softmax | LogSoftmax):
            raise InvalidParameterError(
                f"The 'activation' parameter of Neuron must be of one unit. Got '{self.activation}', which is of a "
                "whole layer."
            )

    def predict(self, X: ArrayLike) -> Floats:
        """Give the output for each row of inputs.

        Parameters
        ----------
        X : array of shape (n_samples, n_inputs)
            Inputs.

        Returns
        -------
        array of shape (n_samples,)
            phi(b + w.x).

        Raises
        ------
        InvalidInputError
            If X is no table of finite numbers with one column per weight.
        """
        try:
            inputs = np.asarray(X, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidInputError(f"X must be a table of numbers, one row per example. {error}") from error
        if inputs.ndim != 2 or inputs.shape[1] != len(self.weights):
            raise InvalidInputError(
                f"X must have shape (n_samples, {len(self.weights)}), one column per weight. Got shape {inputs.shape}. "
                "Write a single example as [[...]]."
            )
        if not np.isfinite(inputs).all():
            raise InvalidInputError("X must hold finite numbers. Got NaN or infinity; drop or fill those rows.")
        return self.activation.value(inputs @ np.array(self.weights) + self.bias)


def _finite_numbers(values: ArrayLike, name: str) -> Floats:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidParameterError(f"The {name!r} parameter of Neuron must be numbers. Got {values!r}.") from error
    if not np.isfinite(numbers).all():
        raise InvalidParameterError(f"The {name!r} parameter of Neuron must be finite. Got {values!r}.")
    return numbers
