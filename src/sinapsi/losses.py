"""What a network minimizes: squared error and cross-entropy, scaled as in scikit-learn's MLP.

The error of one example is E = 1/2 sum_j e_j^2, or the cross-entropy -sum_j d_j log y_j; a fit minimizes the weighted
mean over the examples. Sums run over the outputs (scikit-learn's squared loss divides the value, but not the
gradient, by their number; here both belong together).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from sinapsi.activations import Activation, Floats, Logistic, Softmax
from sinapsi.exceptions import InvalidParameterError
from sinapsi.short_forms import ShortForm

# The smallest normal number of float32: an output rounded to 0 costs 87 nats, not infinity.
SMALLEST_PROBABILITY = 1.1754943508222875e-38


@dataclass(frozen=True)
class Loss(ShortForm, ABC):
    """The error between the wanted outputs d and the outputs y of units with a given activation."""

    @abstractmethod
    def per_output(self, activation: Activation, targets: Floats, outputs: Floats) -> Floats:
        """Evaluate the error of each output of each example.

        Parameters
        ----------
        activation : Activation
            Of the output units.
        targets, outputs : array of shape (..., n_samples, n_outputs)
            Wanted and given outputs.

        Returns
        -------
        array of shape (..., n_samples, n_outputs)
            Their sum over the outputs is E.
        """

    def per_example(self, activation: Activation, targets: Floats, outputs: Floats) -> Floats:
        """Evaluate the error of each example.

        Parameters
        ----------
        activation : Activation
            Of the output units.
        targets, outputs : array of shape (..., n_samples, n_outputs)
            Wanted and given outputs.

        Returns
        -------
        array of shape (..., n_samples)
            E of each example.
        """
        return np.asarray(self.per_output(activation, targets, outputs).sum(axis=-1))

    @abstractmethod
    def local_gradient(self, activation: Activation, targets: Floats, outputs: Floats, out: Floats) -> None:
        """Write the local gradient delta = -dE/dv of the output units.

        Parameters
        ----------
        activation : Activation
            Of the output units.
        targets, outputs : array of shape (..., n_samples, n_outputs)
            Wanted and given outputs.
        out : array of shape (..., n_samples, n_outputs)
            Overwritten with delta.
        """


@dataclass(frozen=True)
class SquaredError(Loss):
    """E = 1/2 sum_j (d_j - y_j)^2, for any differentiable output activation."""

    short_name = "squared_error"

    def per_output(self, activation: Activation, targets: Floats, outputs: Floats) -> Floats:
        return np.asarray(0.5 * (targets - outputs) ** 2)

    def per_example(self, activation: Activation, targets: Floats, outputs: Floats) -> Floats:
        errors = targets - outputs
        return np.asarray(0.5 * np.einsum("...j,...j->...", errors, errors))

    def local_gradient(self, activation: Activation, targets: Floats, outputs: Floats, out: Floats) -> None:
        np.subtract(targets, outputs, out=out)
        activation.pull_back(outputs, out)


@dataclass(frozen=True)
class LogLoss(Loss):
    """Cross-entropy of softmax outputs (one class of several) or of logistic outputs (each its own yes or no).

    With these activations the factor phi'(v) cancels: delta = slope (d - y).
    """

    short_name = "log_loss"

    def per_output(self, activation: Activation, targets: Floats, outputs: Floats) -> Floats:
        if isinstance(activation, Softmax):
            return np.asarray(-targets * np.log(np.maximum(outputs, SMALLEST_PROBABILITY)))
        # An output rounded to 1 may have been short of it by half a unit in the last place.
        no = np.maximum(1 - outputs, np.finfo(outputs.dtype).eps / 2)
        given = np.where(targets > 0.5, outputs, no)
        return np.asarray(-np.log(np.maximum(given, SMALLEST_PROBABILITY)))

    def per_example(self, activation: Activation, targets: Floats, outputs: Floats) -> Floats:
        if not isinstance(activation, Softmax):
            return super().per_example(activation, targets, outputs)
        given = np.einsum("...j,...j->...", targets, outputs)  # one logarithm an example
        return np.asarray(-np.log(np.maximum(given, SMALLEST_PROBABILITY)))

    def local_gradient(self, activation: Activation, targets: Floats, outputs: Floats, out: Floats) -> None:
        np.subtract(targets, outputs, out=out)
        if isinstance(activation, Logistic) and activation.slope != 1.0:
            out *= activation.slope


@dataclass(frozen=True)
class ObservedOnly(Loss):
    """Another loss over the targets that are known; NaN stands for "don't care" and costs nothing.

    Parameters
    ----------
    loss : Loss
        The loss of the known ones.
    """

    short_name = "observed_only"
    loss: Loss

    def per_output(self, activation: Activation, targets: Floats, outputs: Floats) -> Floats:
        known = ~np.isnan(targets)
        errors = self.loss.per_output(activation, np.where(known, targets, 0), outputs)
        return np.where(known, errors, 0)

    def local_gradient(self, activation: Activation, targets: Floats, outputs: Floats, out: Floats) -> None:
        known = ~np.isnan(targets)
        self.loss.local_gradient(activation, np.where(known, targets, outputs), outputs, out)


squared_error = SquaredError()
log_loss = LogLoss()

BY_NAME: Mapping[str, Loss] = MappingProxyType(
    {"squared_error": squared_error, "log_loss": log_loss, "cross_entropy": log_loss}
)


def is_squared_error(loss: Loss) -> bool:
    """Tell whether a loss counts squared errors, of all targets or of those that are known.

    Parameters
    ----------
    loss : Loss
        The loss.

    Returns
    -------
    bool
        True if so.
    """
    return isinstance(loss.loss if isinstance(loss, ObservedOnly) else loss, SquaredError)


def loss_called(name: str) -> Loss:
    """Give the loss of a name.

    Parameters
    ----------
    name : str
        One of ``BY_NAME``.

    Returns
    -------
    Loss
        The object.

    Raises
    ------
    InvalidParameterError
        If the name is unknown.
    """
    if name not in BY_NAME:
        raise InvalidParameterError(f"Unknown loss {name!r}. Expected one of {', '.join(BY_NAME)}.")
    return BY_NAME[name]


def loss_named(form: str | Loss, activation: Activation) -> Loss:
    """Give the loss that a name stands for, if it suits the output units.

    Parameters
    ----------
    form : str or Loss
        ``"squared_error"``, ``"log_loss"`` or ``"cross_entropy"`` (another word for the same), or an object.
    activation : Activation
        Of the output units.

    Returns
    -------
    Loss
        The object.

    Raises
    ------
    InvalidParameterError
        If the name is unknown, or the log loss meets outputs that are no probabilities.

    Examples
    --------
    >>> from sinapsi.activations import softmax
    >>> loss_named("cross_entropy", softmax)
    LogLoss()
    """
    loss = form if isinstance(form, Loss) else loss_called(form)
    if isinstance(loss, LogLoss) and not isinstance(activation, Softmax | Logistic):
        raise InvalidParameterError(
            f"The log loss wants outputs that are probabilities. Got output activation '{activation}'. "
            "Pass output_activation='softmax' or 'logistic', or loss='squared_error'."
        )
    return loss
