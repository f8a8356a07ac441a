"""First derivatives of the outputs by the weights, in closed form: what second-order solvers need of a network.

With sensitivities s = dy_k/dv of every unit for every output k (back-propagation of a unit vector), the derivative of
output k at example n by the weight from unit i to unit j is y_i s_j: a row of the Jacobian J is an outer product per
layer. So J need not be held whole. J'J is summed over blocks of rows, and JJ' is the elementwise product of two small
Gram matrices, (Y Y') * (S S'), per layer. Hagan and Menhaj (1994).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sinapsi.activations import Floats
from sinapsi.feedforward.backpropagation import BackPropagation
from sinapsi.feedforward.network import Network
from sinapsi.validation import ExampleSet

BLOCK_FLOATS = 2**18  # floats of the Jacobian that are made at a time (2 MiB: they stay in the cache)


@dataclass(frozen=True)
class Block:
    """The Jacobian of some examples, as its factors: what stands below each layer, and how sensitive the outputs are.

    Parameters
    ----------
    below : list of array of shape (n_starts, n_samples, fan_in) or (n_samples, fan_in)
        Inputs of each layer.
    sensitivities : list of array of shape (n_starts, n_outputs, n_samples, fan_out)
        dy_k/dv of each layer's units, scaled by the roots of the examples' weights, 0 where a target is missing.
    errors : array of shape (n_starts, n_outputs, n_samples)
        d - y, scaled alike.
    """

    below: list[Floats]
    sensitivities: list[Floats]
    errors: Floats

    def rows(self, network: Network) -> Floats:
        """Write the rows out.

        Parameters
        ----------
        network : Network
            The plan.

        Returns
        -------
        array of shape (n_starts, n_outputs * n_samples, n_parameters)
            The Jacobian of these examples: dy/dw, scaled.
        """
        n_starts, n_outputs, n_samples = self.errors.shape
        table = np.empty((n_starts, n_outputs, n_samples, network.n_parameters))
        coefs, intercepts = network.views(table)
        for below, sensitivity, coef, intercept in zip(self.below, self.sensitivities, coefs, intercepts, strict=True):
            values = below[..., np.newaxis, :, :, np.newaxis]  # the same for all outputs
            np.multiply(values, sensitivity[..., np.newaxis, :], out=coef)
            intercept[...] = sensitivity
        return table.reshape(n_starts, n_outputs * n_samples, -1)

    def grams(self) -> tuple[Floats, Floats]:
        """Give JJ' in two parts: what the weights give, and what the biases give.

        Returns
        -------
        of_coefs, of_intercepts : array of shape (n_starts, n_rows, n_rows)
            Their sum is JJ'; ``n_rows = n_outputs * n_samples``.
        """
        n_starts, n_outputs, n_samples = self.errors.shape
        n_rows = n_outputs * n_samples
        of_coefs, of_intercepts = np.zeros((2, n_starts, n_rows, n_rows))
        for below, sensitivity in zip(self.below, self.sensitivities, strict=True):
            flat = sensitivity.reshape(n_starts, n_rows, -1)
            outer = flat @ flat.swapaxes(1, 2)
            of_intercepts += outer
            overlaps = below @ below.swapaxes(-1, -2)  # (..., n_samples, n_samples)
            tiled = outer.reshape(n_starts, n_outputs, n_samples, n_outputs, n_samples)
            tiled *= overlaps[..., np.newaxis, :, np.newaxis, :]
            of_coefs += outer
        return of_coefs, of_intercepts

    def squared_columns(self, network: Network) -> Floats:
        """Give the squared length of every column of J.

        Parameters
        ----------
        network : Network
            The plan.

        Returns
        -------
        array of shape (n_starts, n_parameters)
            The diagonal of J'J.
        """
        squares = np.empty((len(self.errors), network.n_parameters))
        coefs, intercepts = network.views(squares)
        for below, sensitivity, coef, intercept in zip(self.below, self.sensitivities, coefs, intercepts, strict=True):
            summed = (sensitivity**2).sum(axis=1)
            coef[...] = (below**2).swapaxes(-1, -2) @ summed
            intercept[...] = summed.sum(axis=1)
        return squares

    def cut(self, rows: NDArray[np.bool_]) -> Block:
        """Give the factors of some starts.

        Parameters
        ----------
        rows : array of bool of shape (n_starts,)
            Which.

        Returns
        -------
        Block
            Theirs.
        """
        below = [layer[rows] if layer.ndim == 3 else layer for layer in self.below]
        return Block(below, [layer[rows] for layer in self.sensitivities], self.errors[rows])

    def replace(self, rows: NDArray[np.bool_], new: Block) -> None:
        """Put other factors in the place of those of some starts.

        Parameters
        ----------
        rows : array of bool of shape (n_starts,)
            Which.
        new : Block
            Theirs.
        """
        self.errors[rows] = new.errors
        for old, layer in zip(self.sensitivities, new.sensitivities, strict=True):
            old[rows] = layer
        for old, layer in zip(self.below[1:], new.below[1:], strict=True):  # the inputs are the same for all
            old[rows] = layer

    def times(self, network: Network, vector: Floats) -> Floats:
        """Multiply J by a vector of parameters.

        Parameters
        ----------
        network : Network
            The plan.
        vector : array of shape (n_starts, n_parameters)
            One a start.

        Returns
        -------
        array of shape (n_starts, n_outputs, n_samples)
            How the outputs would change.
        """
        total = np.zeros_like(self.errors)
        coefs, intercepts = network.views(vector)
        for below, sensitivity, coef, intercept in zip(self.below, self.sensitivities, coefs, intercepts, strict=True):
            fields = below @ coef + intercept[:, np.newaxis]
            total += np.vecdot(sensitivity, fields[:, np.newaxis])
        return total

    def transposed_times(self, network: Network, errors: Floats) -> Floats:
        """Multiply J' by a vector of outputs.

        Parameters
        ----------
        network : Network
            The plan.
        errors : array of shape (n_starts, n_outputs, n_samples)
            One a start.

        Returns
        -------
        array of shape (n_starts, n_parameters)
            J' errors.
        """
        product = np.empty((len(errors), network.n_parameters))
        coefs, intercepts = network.views(product)
        for below, sensitivity, coef, intercept in zip(self.below, self.sensitivities, coefs, intercepts, strict=True):
            deltas = errors[:, 0, :, np.newaxis] * sensitivity[:, 0]
            for k in range(1, errors.shape[1]):
                deltas += errors[:, k, :, np.newaxis] * sensitivity[:, k]
            coef[...] = below.swapaxes(-1, -2) @ deltas
            intercept[...] = deltas.sum(axis=1)
        return product


class Differentiation:
    """The passes that give errors and Jacobian, over all examples in blocks.

    Parameters
    ----------
    network : Network
        The plan.
    examples : ExampleSet
        Training data; a target that is NaN counts as met whatever the output.
    """

    def __init__(self, network: Network, examples: ExampleSet) -> None:
        self._network = network
        self._examples = examples
        self._parameters: Floats = np.empty(0)
        self._capacity = 0

    def squares(self, parameters: Floats) -> Floats:
        """Give the weighted sum of squared errors.

        Parameters
        ----------
        parameters : array of shape (n_starts, n_parameters)
            Weights and biases.

        Returns
        -------
        array of shape (n_starts,)
            Sum over examples and outputs of w (d - y)^2.
        """
        total = np.zeros(len(parameters))
        width = len(parameters) * sum(self._network.sizes[1:])
        for rows in self._blocks(width):
            outputs = self._forward(parameters, rows)[-1]
            errors = self._scaled(self._targets(rows) - outputs, rows).reshape(len(parameters), -1)
            total += np.vecdot(errors, errors)
        return total

    def blocks(self, parameters: Floats, *, whole: bool = False) -> Iterator[Block]:
        """Go through the Jacobian.

        Parameters
        ----------
        parameters : array of shape (n_starts, n_parameters)
            Weights and biases.
        whole : bool, default=False
            Whether to take all examples in one block, to be kept: it shares no memory with later passes.

        Yields
        ------
        Block
            That of some examples.
        """
        n_starts, n_parameters = parameters.shape
        width = n_starts * n_parameters * self._network.sizes[-1]
        for rows in [slice(0, len(self._examples))] if whole else self._blocks(width):
            outputs = self._forward(parameters, rows)
            errors = self._scaled(self._targets(rows) - outputs[-1], rows)
            hidden = [layer.copy() for layer in outputs[:-1]] if whole else outputs[:-1]
            below = [self._inputs(rows), *hidden]
            yield Block(below, self._sensitivities(outputs, rows), errors.swapaxes(1, 2))

    def _blocks(self, width: int) -> Iterator[slice]:
        """Slices of rows, as many as make a block of a table with this many floats a row."""
        n_rows = max(1, BLOCK_FLOATS // width)
        return (slice(start, start + n_rows) for start in range(0, len(self._examples), n_rows))

    def _inputs(self, rows: slice) -> Floats:
        inputs = self._examples.inputs[rows]
        dense = inputs.toarray() if sparse.issparse(inputs) else inputs
        return np.asarray(dense, dtype=np.float64)

    def _targets(self, rows: slice) -> Floats:
        return self._examples.targets[rows].astype(np.float64, copy=False)

    def _forward(self, parameters: Floats, rows: slice) -> list[Floats]:
        n_rows = len(self._examples.targets[rows])
        if self._parameters.shape != parameters.shape or n_rows > self._capacity:
            self._parameters, self._capacity = np.empty(parameters.shape), n_rows
            self._passes = BackPropagation(self._network, self._parameters, n_rows)
        self._parameters[...] = parameters
        return self._passes.forward(self._inputs(rows))

    def _scaled(self, errors: Floats, rows: slice) -> Floats:
        """Errors times the roots of the examples' weights; 0 where the target is missing. In place."""
        errors[np.isnan(errors) & np.isnan(self._targets(rows))] = 0
        if self._examples.weights is not None:
            errors *= np.sqrt(self._examples.weights[rows].astype(np.float64))[:, np.newaxis]
        return errors

    def _sensitivities(self, outputs: list[Floats], rows: slice) -> list[Floats]:
        """Back-propagate a unit vector for every output; a layer's table: (n_starts, n_outputs, n_samples, units)."""
        n_starts, n_samples, n_outputs = outputs[-1].shape
        signal: Floats = np.zeros((n_starts, n_outputs, n_samples, n_outputs))
        every = np.arange(n_outputs)
        signal[:, every, :, every] = self._scaled(np.where(np.isnan(self._targets(rows)), 0.0, 1.0), rows).T[
            :, np.newaxis
        ]
        activations = self._network.activations
        activations[-1].pull_back(outputs[-1][:, np.newaxis], signal)
        found = [signal]
        coefs, _ = self._network.views(self._parameters)
        for layer in range(len(outputs) - 1, 0, -1):
            signal = signal @ coefs[layer].swapaxes(1, 2)[:, np.newaxis]
            activations[layer - 1].pull_back(outputs[layer - 1][:, np.newaxis], signal)
            found.insert(0, signal)
        return found


def output_variances(network: Network, parameters: Floats, covariance: Floats, inputs: Any) -> Floats:
    """Give the variance of the outputs that comes from the spread of the weights.

    Parameters
    ----------
    network : Network
        The plan.
    parameters : array of shape (n_parameters,)
        Weights and biases.
    covariance : array of shape (n_parameters, n_parameters)
        Their spread.
    inputs : array or CSR matrix of shape (n_samples, n_features)
        Examples.

    Returns
    -------
    array of shape (n_samples, n_outputs)
        g'Cg with the gradient g of each output. MacKay (1992), eq. 3.3.
    """
    n_samples, n_outputs = inputs.shape[0], network.sizes[-1]
    passes = Differentiation(network, ExampleSet(inputs, np.zeros((n_samples, n_outputs))))
    blocks = []
    for block in passes.blocks(parameters[np.newaxis].astype(np.float64)):
        rows = block.rows(network)[0]
        blocks.append(np.vecdot(rows @ covariance, rows).reshape(n_outputs, -1).T)
    return np.concatenate(blocks)
