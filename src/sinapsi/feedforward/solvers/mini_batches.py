"""The loop over mini-batches that stochastic solvers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from sinapsi.activations import Floats
from sinapsi.feedforward.backpropagation import BackPropagation
from sinapsi.feedforward.solvers.problem import Problem
from sinapsi.monitor import FitMonitor

# (gradient, learning rate, penalty of a batch) -> squared norm of the weights before the move
Move: TypeAlias = Callable[[Floats, float, float], float]
Batch: TypeAlias = tuple[Any, Floats, Floats | None]


def descend_in_batches(problem: Problem, monitor: FitMonitor, move: Move) -> None:
    """Go through the epochs, making a move after every mini-batch.

    Parameters
    ----------
    problem : Problem
        What to minimize.
    monitor : FitMonitor
        Who watches.
    move : callable
        Moves the parameters down the gradient.
    """
    passes = BackPropagation(problem.network, problem.parameters, problem.batch_size)
    batches = _Batches(problem)
    constant_rate = problem.schedule.rate(0) if problem.schedule.is_constant else None
    for _ in monitor.epochs():
        error_sum, n_before = 0.0, problem.n_steps
        n_steps = n_before
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # the monitor tells of a divergence
            for inputs, targets, weights in batches.in_order(problem.random):
                error = passes.learn_from(inputs, targets, weights)
                rate = problem.schedule.rate(n_steps) if constant_rate is None else constant_rate
                squared_norm = move(passes.gradient, rate, problem.alpha / len(targets))
                error_sum += len(targets) * error + 0.5 * problem.alpha * squared_norm
                n_steps += 1
        problem.n_steps = n_steps
        monitor.record(loss=error_sum / len(problem.examples), n_steps=n_steps - n_before, learning_rate=rate)


class _Batches:
    """Mini-batches of the examples, gathered into buffers that are allocated once."""

    def __init__(self, problem: Problem) -> None:
        self._examples = problem.examples
        self._size = problem.batch_size
        inputs, targets = self._examples.inputs, self._examples.targets
        self._inputs = None if sparse.issparse(inputs) else np.empty((self._size, inputs.shape[1]), inputs.dtype)
        self._targets = np.empty((self._size, targets.shape[1]), targets.dtype)

    def in_order(self, random: np.random.Generator | None) -> Iterator[Batch]:
        n_samples = len(self._examples)
        order = None if random is None or n_samples <= self._size else random.permutation(n_samples)
        for start in range(0, n_samples, self._size):
            end = min(start + self._size, n_samples)
            yield self._slice(start, end) if order is None else self._gather(order[start:end])

    def _slice(self, start: int, end: int) -> Batch:
        weights = self._examples.weights
        return (
            self._examples.inputs[start:end],
            self._examples.targets[start:end],
            None if weights is None else weights[start:end],
        )

    def _gather(self, rows: Any) -> Batch:
        targets = self._targets[: len(rows)]
        np.take(self._examples.targets, rows, axis=0, out=targets, mode="clip")  # other modes copy once more
        if self._inputs is None:
            inputs = self._examples.inputs[rows]
        else:
            inputs = self._inputs[: len(rows)]
            np.take(self._examples.inputs, rows, axis=0, out=inputs, mode="clip")
        weights = self._examples.weights
        return inputs, targets, None if weights is None else weights[rows]
