"""Back-propagation example by example: one compiled loop, or blocks of examples where the first layer is large."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sinapsi.activations import Floats
from sinapsi.feedforward import kernels
from sinapsi.feedforward.solvers.problem import Problem
from sinapsi.losses import LogLoss, ObservedOnly
from sinapsi.monitor import FitMonitor

UNITS = {unit.name.lower(): unit for unit in kernels.Unit}

# A first layer with more weights than this no longer lies in the fast cache next to its momenta, and reading it at
# every example costs more than the arithmetic of putting its corrections off to the end of a block.
LARGE_LAYER = 2**13
BLOCK_EXAMPLES = 64


def has_kernel(problem: Problem) -> bool:
    """Tell whether the compiled loops know the network and its inputs.

    Parameters
    ----------
    problem : Problem
        What is to be minimized.

    Returns
    -------
    bool
        True for dense inputs, known targets and the common activations.
    """
    names = {activation.short_name for activation in problem.network.activations}
    is_plain = not (sparse.issparse(problem.examples.inputs) or isinstance(problem.network.loss, ObservedOnly))
    return is_plain and names <= UNITS.keys()


def descend_online(problem: Problem, monitor: FitMonitor, velocity: Floats, *, nesterov: bool) -> None:
    """Go through the epochs, correcting the weights after every example.

    Parameters
    ----------
    problem : Problem
        What to minimize.
    monitor : FitMonitor
        Who watches.
    velocity : array of shape (n_parameters,)
        Last steps of the weights and biases, changed in place.
    nesterov : bool
        Whether to look ahead along the momentum.
    """
    network, examples = problem.network, problem.examples
    n_samples = len(examples)
    layer = (
        np.array(network.sizes, dtype=np.intp),
        np.array([UNITS[activation.short_name] for activation in network.activations], dtype=np.intp),
        np.array([getattr(activation, "slope", 1.0) for activation in network.activations]),
        isinstance(network.loss, LogLoss),
        problem.parameters,
        velocity,
        problem.momentum,
    )
    weights = np.ones(1, problem.parameters.dtype) if examples.weights is None else examples.weights
    in_blocks = network.sizes[0] * network.sizes[1] > LARGE_LAYER and not nesterov and problem.alpha == 0
    blocks = _Blocks(problem, velocity) if in_blocks else None
    for _ in monitor.epochs():
        order = np.arange(n_samples) if problem.random is None else problem.random.permutation(n_samples)
        first = problem.n_steps
        steps = np.arange(first, first + (1 if problem.schedule.is_constant else n_samples))
        rates = problem.schedule.rates(steps)
        if blocks is not None:
            with np.errstate(over="ignore", invalid="ignore"):  # the monitor tells of a divergence
                total = blocks.learn(weights, order, rates, layer)
        else:
            data = (examples.inputs, examples.targets, weights, order, rates)
            total = kernels.learn_online(*data, *layer, problem.alpha, nesterov)
        problem.n_steps = first + n_samples
        monitor.record(loss=total / n_samples, n_steps=n_samples, learning_rate=float(rates[-1]))


class _Blocks:
    """Learning in blocks of examples: exactly the same steps, with large matrix products instead of long vectors."""

    def __init__(self, problem: Problem, velocity: Floats) -> None:
        self._examples = problem.examples
        network, dtype = problem.network, problem.parameters.dtype
        self._weights = network.views(problem.parameters)[0][0]
        self._momenta = network.views(velocity)[0][0]
        n_features, n_units = self._weights.shape
        powers = problem.momentum ** np.arange(BLOCK_EXAMPLES + 1)
        self._powers = powers.astype(dtype)
        self._growth = np.cumsum(powers).astype(dtype)
        self._inputs = np.empty((BLOCK_EXAMPLES, n_features), dtype)
        self._pulls = np.empty((BLOCK_EXAMPLES, n_units), dtype)
        self._sums = np.empty((2, n_features, n_units), dtype)

    def learn(self, weights: Floats, order: NDArray[Any], rates: Floats, layer: tuple[Any, ...]) -> float:
        """Go once through the examples in an order; gives the summed error."""
        total = 0.0
        for start in range(0, len(order), BLOCK_EXAMPLES):
            rows = order[start : start + BLOCK_EXAMPLES]
            inputs, pulls = self._inputs[: len(rows)], self._pulls[: len(rows)]
            np.take(self._examples.inputs, rows, axis=0, out=inputs, mode="clip")  # other modes copy once more
            products = (inputs @ self._weights, inputs @ self._momenta, inputs @ inputs.T)
            own_rates = rates if len(rates) == 1 else rates[start : start + BLOCK_EXAMPLES]
            total += kernels.learn_block(
                *products, pulls, self._growth, self._examples.targets, weights, rows, own_rates, *layer
            )
            self._end(inputs, pulls)
        return total

    def _end(self, inputs: Floats, pulls: Floats) -> None:
        """Make the corrections of the first layer that were put off."""
        n = len(pulls)
        np.matmul(inputs.T, pulls * self._growth[n - 1 :: -1][:n, np.newaxis], out=self._sums[0])
        np.matmul(inputs.T, pulls * self._powers[n - 1 :: -1][:n, np.newaxis], out=self._sums[1])
        drift = self._powers[1] * self._growth[n - 1]
        kernels.end_block(self._weights, self._momenta, drift, self._powers[n], *self._sums)
