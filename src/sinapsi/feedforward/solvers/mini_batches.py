"""The loop over mini-batches that stochastic solvers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from sinapsi.activations import Floats
from sinapsi.feedforward.backpropagation import BackPropagation
from sinapsi.feedforward.solvers.problem import Problem
from sinapsi.feedforward.solvers.starts import LARGEST_GROUP, Starts
from sinapsi.monitor import FitMonitor

# (parameters, gradient, learning rate, penalty of a batch) -> squared norm of the weights before the move
Move: TypeAlias = Callable[[Floats, Floats, float, float], float]
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
        norm: dict[str, float] = {}
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # the monitor tells of a divergence
            for inputs, targets, weights in batches.in_order(problem.random):
                error = passes.learn_from(inputs, targets, weights)
                rate = problem.schedule.rate(n_steps) if constant_rate is None else constant_rate
                if batches.is_full:
                    norm = {"gradient_norm": float(_gradient_norm(problem, problem.parameters, passes.gradient))}
                squared_norm = move(problem.parameters, passes.gradient, rate, problem.alpha / len(targets))
                error_sum += len(targets) * error + 0.5 * problem.alpha * squared_norm
                n_steps += 1
        problem.n_steps = n_steps
        monitor.record(loss=error_sum / len(problem.examples), n_steps=n_steps - n_before, learning_rate=rate, **norm)


def descend_together(problems: Sequence[Problem], monitors: Sequence[FitMonitor], moves: Sequence[Move]) -> None:
    """Do the same for several starts side by side, each with mini-batches in an order of its own.

    Parameters
    ----------
    problems : sequence of Problem
        One a start.
    monitors : sequence of FitMonitor
        Who watches each.
    moves : sequence of callable
        One a start.
    """
    starts = Starts(problems, monitors, problems[0].parameters.dtype)
    batches, problem, movers = _Batches(problems[0]), problems[0], list(moves)
    passes = BackPropagation(problem.network, starts.parameters, problem.batch_size)
    while len(starts):
        error_sum, n_steps = np.zeros(len(starts)), problem.n_steps
        norm = {}
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # the monitors tell of a divergence
            for inputs, targets, weights in batches.in_orders([each.random for each in starts.problems]):
                errors = passes.learn_from(inputs, targets, weights)
                rate, n_rows = problem.schedule.rate(n_steps), targets.shape[-2]
                if batches.is_full:
                    norm = {"gradient_norm": _gradient_norm(problem, starts.parameters, passes.gradient)}
                squared_norms = [
                    move(parameters, gradient, rate, problem.alpha / n_rows)
                    for move, parameters, gradient in zip(movers, starts.parameters, passes.gradient, strict=True)
                ]
                error_sum += n_rows * errors + 0.5 * problem.alpha * np.array(squared_norms)
                n_steps += 1
        n_made = n_steps - problem.n_steps
        for each in starts.problems:
            each.n_steps = n_steps
        problem.n_steps = n_steps  # also when its own start has left
        stays = starts.record(
            error_sum / len(problem.examples), n_steps=n_made, learning_rate=np.full(len(starts), rate), **norm
        )
        if not stays.all() and len(starts):
            movers = [move for move, stay in zip(movers, stays, strict=True) if stay]
            passes = BackPropagation(problem.network, starts.parameters, problem.batch_size)


def batches_at_once(problem: Problem) -> int:
    """Say how many starts can learn side by side in mini-batches.

    Parameters
    ----------
    problem : Problem
        What is to be minimized.

    Returns
    -------
    int
        1 for sparse inputs.
    """
    if sparse.issparse(problem.examples.inputs):
        return 1
    floats = problem.batch_size * 2 * sum(problem.network.sizes) + 4 * len(problem.parameters)
    return max(1, LARGEST_GROUP // floats)


def _gradient_norm(problem: Problem, parameters: Floats, gradient: Floats) -> Any:
    """Length of the gradient of the mean error with its penalty, when the batch holds all examples."""
    whole = gradient.astype(np.float64)
    n_coefs = problem.network.n_coefs
    whole[..., :n_coefs] += problem.alpha / len(problem.examples) * parameters[..., :n_coefs]
    return np.linalg.norm(whole, axis=-1)


class _Batches:
    """Mini-batches of the examples, gathered into buffers that are allocated once."""

    def __init__(self, problem: Problem) -> None:
        self._examples = problem.examples
        self._size = problem.batch_size
        self.is_full = self._size >= len(problem.examples)
        inputs, targets = self._examples.inputs, self._examples.targets
        self._inputs = None if sparse.issparse(inputs) else np.empty((self._size, inputs.shape[1]), inputs.dtype)
        self._targets = np.empty((self._size, targets.shape[1]), targets.dtype)

    def in_order(self, random: np.random.Generator | None) -> Iterator[Batch]:
        n_samples = len(self._examples)
        order = None if random is None or n_samples <= self._size else random.permutation(n_samples)
        for start in range(0, n_samples, self._size):
            end = min(start + self._size, n_samples)
            yield self._slice(start, end) if order is None else self._gather(order[start:end])

    def in_orders(self, randoms: Sequence[np.random.Generator | None]) -> Iterator[Batch]:
        """Batches for several starts: one for all where there is no order, else tables of one batch a start."""
        n_samples, weights = len(self._examples), self._examples.weights
        if randoms[0] is None or self.is_full:
            yield from self.in_order(None)
            return
        orders = np.array([random.permutation(n_samples) for random in randoms if random is not None])
        for start in range(0, n_samples, self._size):
            rows = orders[:, start : start + self._size]
            yield (
                self._examples.inputs[rows],
                self._examples.targets[rows],
                None if weights is None else weights[rows],
            )

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
