"""Explicit back-propagation: forward pass, local gradients, gradient. No automatic differentiation.

With fields v_l = y_(l-1) W_l + b_l and outputs y_l = phi_l(v_l), the local gradients delta = -dE/dv are

    delta (output) = phi'(v) e          (softmax or logistic with cross-entropy: d - y)
    delta (hidden) = phi'(v) (delta W^T of the layer above)

and the gradient of the weights is -y_(l-1)^T delta_l. Rumelhart, Hinton and Williams (1986); chapter 3 of the course,
with the signs of the errata. All weights live in one flat vector, so that a solver moves them in one go; the matrices
are views of it. Several starts of one network learn side by side as a table of such vectors, one a row: every array
then has a leading axis of starts, and one matrix product serves them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sinapsi.activations import Floats, Softmax
from sinapsi.feedforward.kernels import compare_by_softmax
from sinapsi.feedforward.network import Network
from sinapsi.losses import LogLoss

PREDICTION_ROWS = 8192  # rows that are predicted at a time, so that hidden layers stay in the cache


class BackPropagation:
    """The two passes over a batch, in buffers that are allocated once.

    Parameters
    ----------
    network : Network
        The plan.
    parameters : array of shape (n_parameters,) or (n_starts, n_parameters)
        Weights and biases; read at every pass. With several starts all results have a leading axis of starts, and a
        batch may have one too, where every start has a batch of its own.
    batch_size : int
        Largest number of examples in a batch.
    """

    def __init__(self, network: Network, parameters: Floats, batch_size: int) -> None:
        self._network = network
        self._coefs, self._intercepts = network.views(parameters)
        self.gradient = np.zeros_like(parameters)
        self._coef_gradients, self._intercept_gradients = network.views(self.gradient)
        starts, layers = parameters.shape[:-1], network.sizes[1:]
        self._is_one = not starts
        self._outputs = [np.empty((*starts, batch_size, size), dtype=parameters.dtype) for size in layers]
        self._deltas = [np.empty((*starts, batch_size, size), dtype=parameters.dtype) for size in layers]
        self._ones = np.ones(batch_size, dtype=parameters.dtype)
        is_softmax = isinstance(network.activations[-1], Softmax) and isinstance(network.loss, LogLoss)
        self._has_softmax_kernel = is_softmax and self._is_one

    def forward(self, inputs: Any) -> list[Floats]:
        """Compute the outputs of every layer.

        Parameters
        ----------
        inputs : array or CSR matrix of shape (n_samples, n_features)
            A batch.

        Returns
        -------
        list of array of shape (n_samples, n_units)
            One a layer after the inputs; views of buffers that the next call overwrites.
        """
        outputs = self._forward_to_fields(inputs)
        self._network.activations[-1].apply(outputs[-1])
        return outputs

    def local_gradients(self, outputs: Sequence[Floats], targets: Floats) -> list[Floats]:
        """Propagate the errors back: delta = -dE/dv of every unit, for every example.

        Parameters
        ----------
        outputs : list of array
            What :meth:`forward` gave.
        targets : array of shape (n_samples, n_outputs)
            Wanted outputs.

        Returns
        -------
        list of array of shape (n_samples, n_units)
            One a layer after the inputs; views of buffers that the next call overwrites.
        """
        deltas = self._deltas_of(targets)
        self._start_at_outputs(outputs[-1], targets, deltas[-1])
        self._go_down(outputs, deltas)
        return deltas

    def learn_from(self, inputs: Any, targets: Floats, weights: Floats | None) -> Any:
        """Compute the mean error of a batch and, in ``gradient``, its gradient.

        Parameters
        ----------
        inputs : array or CSR matrix of shape (n_samples, n_features)
            A batch.
        targets : array of shape (n_samples, n_outputs)
            Wanted outputs.
        weights : array of shape (n_samples,) or None
            Weight of each example, of mean 1 over all examples; they are not scaled anew in each batch, lest they
            cancel in a batch of one.

        Returns
        -------
        float or array of shape (n_starts,)
            Mean of the weighted E over the batch, without any penalty.
        """
        outputs = self._forward_to_fields(inputs)
        deltas = self._deltas_of(targets)
        if self._has_softmax_kernel and weights is None:
            error = float(compare_by_softmax(outputs[-1], targets, deltas[-1]))
        else:
            self._compare(outputs[-1], targets, weights, deltas[-1])
            error = self._mean_of_errors(outputs[-1], targets, weights)
        self._descend_to_gradient(inputs, outputs, deltas)
        return error

    def differentiate(self, inputs: Any, targets: Floats, weights: Floats | None) -> None:
        """Compute the gradient alone, in ``gradient``.

        Parameters
        ----------
        inputs, targets, weights
            As in :meth:`learn_from`.
        """
        outputs = self._forward_to_fields(inputs)
        deltas = self._deltas_of(targets)
        self._compare(outputs[-1], targets, weights, deltas[-1])
        self._descend_to_gradient(inputs, outputs, deltas)

    def _descend_to_gradient(self, inputs: Any, outputs: Sequence[Floats], deltas: Sequence[Floats]) -> None:
        self._go_down(outputs, deltas)
        ones = self._ones[: deltas[-1].shape[-2]]
        for layer, delta in enumerate(deltas):
            below = outputs[layer - 1] if layer else inputs
            multiply_into(below.T if below.ndim == 2 else below.swapaxes(1, 2), delta, self._coef_gradients[layer])
            np.matmul(ones, delta, out=self._intercept_gradients[layer])  # a sum over rows, faster than np.sum

    def _forward_to_fields(self, inputs: Any) -> list[Floats]:
        """Outputs of every layer, but of the last one the induced fields."""
        outputs = [buffer[..., : inputs.shape[-2], :] for buffer in self._outputs]
        below = inputs
        for layer, output in enumerate(outputs):
            multiply_into(below, self._coefs[layer], output)
            np.add(output, self._intercepts[layer][..., np.newaxis, :], out=output)
            if layer < len(outputs) - 1:
                self._network.activations[layer].apply(output)
            below = output
        return outputs

    def _deltas_of(self, targets: Floats) -> list[Floats]:
        return [buffer[..., : targets.shape[-2], :] for buffer in self._deltas]

    def _compare(self, outputs: Floats, targets: Floats, weights: Floats | None, delta: Floats) -> None:
        """From the fields of the last layer to its outputs, and to -delta over the batch size."""
        self._network.activations[-1].apply(outputs)
        self._start_at_outputs(outputs, targets, delta)
        # Scaled here once, every delta below and every gradient come out as the mean over the batch.
        n_samples = targets.shape[-2]
        delta *= -1 / n_samples if weights is None else (weights / -n_samples)[..., np.newaxis]

    def _mean_of_errors(self, outputs: Floats, targets: Floats, weights: Floats | None) -> Any:
        errors = self._network.loss.per_example(self._network.activations[-1], targets, outputs)
        mean = errors.mean(axis=-1) if weights is None else np.vecdot(errors, weights) / targets.shape[-2]
        return float(mean) if self._is_one else mean

    def _start_at_outputs(self, outputs: Floats, targets: Floats, delta: Floats) -> None:
        self._network.loss.local_gradient(self._network.activations[-1], targets, outputs, delta)

    def _go_down(self, outputs: Sequence[Floats], deltas: Sequence[Floats]) -> None:
        for layer in range(len(deltas) - 1, 0, -1):
            np.matmul(deltas[layer], self._coefs[layer].swapaxes(-1, -2), out=deltas[layer - 1])
            self._network.activations[layer - 1].pull_back(outputs[layer - 1], deltas[layer - 1])


def multiply_into(left: Any, right: Floats, out: Floats) -> None:
    """Write the matrix product of a dense or sparse matrix with a dense one.

    Parameters
    ----------
    left : array of shape (..., n, k) or sparse matrix of shape (n, k)
        First factor.
    right : array of shape (..., k, m)
        Second factor.
    out : array of shape (..., n, m)
        Overwritten.
    """
    if sparse.issparse(left):
        for start in np.ndindex(right.shape[:-2]):
            out[start] = left @ right[start]
    else:
        np.matmul(left, right, out=out)


def outputs_of(network: Network, coefs: Sequence[Floats], intercepts: Sequence[Floats], inputs: Any) -> Floats:
    """Give the outputs of a network, block by block of rows; nothing is kept for a way back.

    Parameters
    ----------
    network : Network
        The plan.
    coefs : list of array of shape (fan_in, fan_out)
        Weights.
    intercepts : list of array of shape (fan_out,)
        Biases.
    inputs : array or CSR matrix of shape (n_samples, n_features)
        Examples.

    Returns
    -------
    array of shape (n_samples, n_outputs)
        Outputs of the last layer.
    """
    blocks = []
    for start in range(0, inputs.shape[0], PREDICTION_ROWS):
        below = inputs[start : start + PREDICTION_ROWS]
        for coef, intercept, activation in zip(coefs, intercepts, network.activations, strict=True):
            below = np.asarray(below @ coef)
            below += intercept
            activation.apply(below)
        blocks.append(below)
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def mean_error(network: Network, outputs: Floats, targets: Floats, weights: NDArray[Any] | None = None) -> float:
    """Give the weighted mean error of outputs.

    Parameters
    ----------
    network : Network
        Whose loss is meant.
    outputs, targets : array of shape (n_samples, n_outputs)
        Given and wanted outputs.
    weights : array of shape (n_samples,), optional
        Weight of each example.

    Returns
    -------
    float
        Mean of E.
    """
    errors = network.loss.per_example(network.activations[-1], targets, outputs)
    return float(np.average(errors, weights=weights))
