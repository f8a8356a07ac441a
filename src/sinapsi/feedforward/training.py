"""One training of a network from one start, and several from several starts."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController, threadpool_limits

from sinapsi.activations import Floats
from sinapsi.feedforward.backpropagation import Network, mean_error, outputs_of
from sinapsi.feedforward.initialization import starting_parameters
from sinapsi.feedforward.solvers import Problem, Solver
from sinapsi.history import History
from sinapsi.monitor import FitMonitor
from sinapsi.schedules import Schedule
from sinapsi.stopping import Criterion, StopReason
from sinapsi.validation import ExampleSet

THREADED_FLOPS = 4e6  # operations in the largest matrix product, above which a second BLAS thread pays


@dataclass(frozen=True)
class Task:
    """What is to be trained, on what, how, and until when; the same for every start.

    Parameters
    ----------
    title : str
        Name of the estimator, for messages.
    network : Network
        The plan.
    solver : Solver
        How to descend.
    training : ExampleSet
        Training data.
    held_out : ExampleSet or None
        Validation data.
    score : callable
        Gives the estimator's score of (targets, outputs).
    alpha, batch_size, schedule, momentum
        As in :class:`sinapsi.feedforward.solvers.Problem`, but for weights of any mean.
    shuffle : bool
        Whether the examples come in a new order in every epoch.
    criteria : tuple of Criterion
        Stopping rules besides ``max_iter``.
    max_iter : int
        Largest number of epochs.
    previous : History
        What the training continues.
    """

    title: str
    network: Network
    solver: Solver
    training: ExampleSet
    held_out: ExampleSet | None
    score: Callable[[Floats, Floats], float]
    alpha: float
    batch_size: int
    schedule: Schedule
    momentum: float
    shuffle: bool
    criteria: tuple[Criterion, ...]
    max_iter: int
    previous: History

    def problem(self, parameters: Floats, random: np.random.Generator, memory: dict[str, NDArray[Any]]) -> Problem:
        """State the problem for a solver, with weights scaled to mean 1.

        Parameters
        ----------
        parameters : array of shape (n_parameters,)
            Weights and biases, changed in place.
        random : numpy.random.Generator
            Source of the order.
        memory : dict of str to array
            What the solver kept.

        Returns
        -------
        Problem
            The statement.
        """
        training, mean_weight = self.training, 1.0
        if training.weights is not None:
            mean_weight = float(training.weights.mean())
            training = ExampleSet(training.inputs, training.targets, training.weights / training.weights.mean())
        return Problem(
            network=self.network,
            parameters=parameters,
            examples=training,
            alpha=self.alpha / mean_weight,
            batch_size=self.batch_size,
            schedule=self.schedule,
            momentum=self.momentum,
            random=random if self.shuffle else None,
            memory=memory,
        )

    def validate(self, parameters: Floats) -> dict[str, float]:
        """Measure the network on the validation data.

        Parameters
        ----------
        parameters : array of shape (n_parameters,)
            Weights and biases.

        Returns
        -------
        dict
            ``validation_loss`` and ``validation_score``; empty without validation data.
        """
        if self.held_out is None:
            return {}
        outputs = outputs_of(self.network, parameters, self.held_out.inputs)
        targets = self.held_out.targets.astype(parameters.dtype, copy=False)
        return {
            "validation_loss": mean_error(self.network, outputs, targets, self.held_out.weights),
            "validation_score": self.score(targets, outputs),
        }


@dataclass(frozen=True)
class Outcome:
    """What a training gave.

    Parameters
    ----------
    parameters : array of shape (n_parameters,)
        Weights and biases.
    memory : dict of str to array
        What the solver keeps for the next time.
    history : History
        The course.
    reason : StopReason
        Why it ended.
    n_epochs : int
        Epochs of this training.
    """

    parameters: Floats
    memory: dict[str, NDArray[Any]]
    history: History
    reason: StopReason
    n_epochs: int

    @property
    def lowest_loss(self) -> float:
        """What several starts are compared by: the best validation loss, else the last training loss."""
        if "validation_loss" in self.history:
            return float(np.nanmin(self.history["validation_loss"]))
        return float(self.history["loss"][-1]) if self.n_epochs else np.inf


def train(
    task: Task, start: Floats, random: np.random.Generator, memory: dict[str, NDArray[Any]], *, verbose: int = 0
) -> Outcome:
    """Train from one start.

    Parameters
    ----------
    task : Task
        What is to be trained.
    start : array of shape (n_parameters,)
        Weights and biases; changed in place.
    random : numpy.random.Generator
        Source of the order.
    memory : dict of str to array
        What the solver kept from earlier trainings.
    verbose : int, default=0
        Whether to show a progress bar.

    Returns
    -------
    Outcome
        The result.
    """
    with (
        _blas_threads(task),
        FitMonitor(
            task.title,
            max_iter=task.max_iter,
            criteria=task.criteria,
            state=[start],
            validate=None if task.held_out is None else lambda: task.validate(start),
            previous=task.previous,
            verbose=verbose,
            advice="Raise max_iter if the loss is still falling.",
        ) as monitor,
    ):
        if task.max_iter:
            task.solver.minimize(task.problem(start, random, memory), monitor)
    return Outcome(start, memory, monitor.history, monitor.reason, monitor.n_epochs)


def _blas_threads(task: Task) -> contextlib.AbstractContextManager[Any]:
    """One BLAS thread for small matrix products: two would wait for each other longer than they compute."""
    largest = max(fan_in * fan_out for fan_in, fan_out in pairwise(task.network.sizes))
    if 2 * task.batch_size * largest > THREADED_FLOPS:
        return contextlib.nullcontext()
    limited: contextlib.AbstractContextManager[Any] = _thread_pools().limit(limits=1, user_api="blas")
    return limited


@functools.cache
def _thread_pools() -> ThreadpoolController:
    return ThreadpoolController()  # looking for the libraries takes a millisecond, so it is done once


def best_of_starts(task: Task, init: str, random: np.random.Generator, n_starts: int, n_jobs: int | None) -> Outcome:
    """Train from several random starts and keep the best.

    Parameters
    ----------
    task : Task
        What is to be trained.
    init : str
        How to start.
    random : numpy.random.Generator
        Source of one generator a start.
    n_starts : int
        Number of starts.
    n_jobs : int or None
        Processes, as in joblib.

    Returns
    -------
    Outcome
        That of the lowest loss; the first of equals.
    """
    outcomes: list[Outcome] = Parallel(n_jobs=n_jobs)(
        delayed(_train_on_one_thread)(task, init, own_random) for own_random in random.spawn(n_starts)
    )
    return min(outcomes, key=lambda outcome: outcome.lowest_loss)


def _train_on_one_thread(task: Task, init: str, random: np.random.Generator) -> Outcome:
    # One BLAS thread a start, whatever n_jobs is: sums cut otherwise would differ in the last bit.
    with threadpool_limits(1):
        start = starting_parameters(init, task.network, random, task.training.targets.dtype)
        return train(task, start, random, {})
