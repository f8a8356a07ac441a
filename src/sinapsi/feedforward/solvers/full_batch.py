"""The mean error and its gradient over all examples at once, for one network or for several starts side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sinapsi.activations import Floats
from sinapsi.feedforward.backpropagation import BackPropagation
from sinapsi.feedforward.solvers.problem import Problem

BLOCK_ROWS = 8192  # rows back-propagated at a time, so that memory does not grow with the data


class FullBatch:
    """Mean error with its penalty, and the gradient, over all examples; block by block of rows.

    Parameters
    ----------
    problem : Problem
        What is to be minimized.
    dtype : dtype, optional
        Floating type of the passes; that of the parameters by default. Sums over blocks are in float64 always.
    """

    def __init__(self, problem: Problem, dtype: DTypeLike | None = None) -> None:
        self._problem = problem
        self._dtype = np.dtype(problem.parameters.dtype if dtype is None else dtype)
        self._decay = problem.alpha / len(problem.examples)
        self._parameters: Floats = np.empty(0)

    def __call__(self, parameters: Floats) -> tuple[Any, Floats]:
        """Evaluate.

        Parameters
        ----------
        parameters : array of shape (n_parameters,) or (n_starts, n_parameters)
            Weights and biases.

        Returns
        -------
        error : float or array of shape (n_starts,)
            Mean error and penalty.
        gradient : array like the parameters
            Of both.
        """
        error = self._penalty(parameters)
        gradient = self._begin(parameters)
        for share, batch in self._batches():
            error = error + share * self._passes.learn_from(*batch)
            gradient += share * self._passes.gradient
        return error, gradient

    def gradient_at(self, parameters: Floats) -> Floats:
        """Evaluate the gradient alone.

        Parameters
        ----------
        parameters : array of shape (n_parameters,) or (n_starts, n_parameters)
            Weights and biases.

        Returns
        -------
        array like the parameters
            Of mean error and penalty.
        """
        gradient = self._begin(parameters)
        for share, batch in self._batches():
            self._passes.differentiate(*batch)
            gradient += share * self._passes.gradient
        return gradient

    def _begin(self, parameters: Floats) -> Floats:
        """Let the passes read these parameters; gives the gradient of the penalty."""
        self._put(parameters)
        gradient = np.zeros_like(parameters)
        if self._decay:
            n_coefs = self._problem.network.n_coefs
            gradient[..., :n_coefs] = self._decay * parameters[..., :n_coefs]
        return gradient

    def _penalty(self, parameters: Floats) -> Any:
        if not self._decay:
            return 0.0
        coefs = parameters[..., : self._problem.network.n_coefs]
        return 0.5 * self._decay * np.vecdot(coefs, coefs)

    def _batches(self) -> Iterator[tuple[float, tuple[Any, Floats, Floats | None]]]:
        """Blocks of examples in the type of the passes, each with its share of all."""
        examples = self._problem.examples
        for start in range(0, len(examples), BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            inputs = examples.inputs[rows].astype(self._dtype, copy=False)
            targets = examples.targets[rows].astype(self._dtype, copy=False)
            weights = None if examples.weights is None else examples.weights[rows]
            yield len(targets) / len(examples), (inputs, targets, weights)

    def _put(self, parameters: Floats) -> None:
        """Let the passes read these parameters; buffers are made anew only when the number of starts changes."""
        if self._parameters.shape != parameters.shape:
            self._parameters = np.empty(parameters.shape, self._dtype)
            n_rows = min(len(self._problem.examples), BLOCK_ROWS)
            self._passes = BackPropagation(self._problem.network, self._parameters, n_rows)
        self._parameters[...] = parameters
