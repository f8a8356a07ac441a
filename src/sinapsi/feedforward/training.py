"""One training of a network from one start, and several from several starts."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from sinapsi.activations import Floats
from sinapsi.feedforward.backpropagation import Network, mean_error, outputs_of
from sinapsi.feedforward.initialization import starting_parameters
from sinapsi.feedforward.solvers import Problem, Solver
from sinapsi.history import History
from sinapsi.losses import LogLoss
from sinapsi.monitor import FitMonitor
from sinapsi.schedules import Schedule
from sinapsi.stopping import Criterion, Patience, StopCode, StopReason
from sinapsi.validation import ExampleSet

THREADED_FLOPS = 1e7  # operations in the largest matrix product, above which a second BLAS thread pays


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
        Gives the estimator's score of (targets, outputs, weights).
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
    score: Callable[[Floats, Floats, Floats | None], float]
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
            training = training.weighing(training.weights / training.weights.mean())
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

    @property
    def ordinary_loss(self) -> float:
        """Loss of outputs that say nothing: the scale by which a divergence is told."""
        if isinstance(self.network.loss, LogLoss):
            return float(np.log(max(2, self.network.sizes[-1]))) * max(1, self.network.sizes[-1])
        targets = self.training.targets.astype(np.float64)
        return 0.5 * float(np.vdot(targets, targets)) / len(targets)

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
        outputs = outputs_of(self.network, *self.network.views(parameters), self.held_out.inputs)
        targets = self.held_out.targets.astype(parameters.dtype, copy=False)
        return {
            "validation_loss": mean_error(self.network, outputs, targets, self.held_out.weights),
            "validation_score": self.score(targets, outputs, self.held_out.weights),
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
    keeps_best : bool
        Whether the weights are those of the best validation loss, not the last.
    """

    parameters: Floats
    memory: dict[str, NDArray[Any]]
    history: History
    reason: StopReason
    n_epochs: int
    keeps_best: bool

    @property
    def lowest_loss(self) -> float:
        """What several starts are compared by: the best validation loss, else the last training loss."""
        if not self.n_epochs or self.reason.code is StopCode.DIVERGED:
            return np.inf
        if "validation_loss" not in self.history:
            return float(self.history["loss"][-1])
        own = self.history["validation_loss"][-self.n_epochs :]
        return float(np.min(own) if self.keeps_best else own[-1])


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
            ordinary_loss=task.ordinary_loss,
        ) as monitor,
    ):
        if task.max_iter:
            task.solver.minimize(task.problem(start, random, memory), monitor)
    if monitor.went_back:
        memory.clear()  # velocities and moments belong to the weights that were given up
    keeps_best = any(isinstance(criterion, Patience) for criterion in task.criteria)
    return Outcome(start, memory, monitor.history, monitor.reason, monitor.n_epochs, keeps_best)


def _blas_threads(task: Task) -> contextlib.AbstractContextManager[Any]:
    """One BLAS thread for small matrix products: two would wait for each other longer than they compute."""
    largest = max(fan_in * fan_out for fan_in, fan_out in pairwise(task.network.sizes))
    return ONE_BLAS_THREAD if 2 * task.batch_size * largest <= THREADED_FLOPS else contextlib.nullcontext()


class _OneBLASThread:
    """A limit that the first fit sets and the last one lifts, when several threads fit at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_inside = 0
        self._pools: ThreadpoolController | None = None
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            self._n_inside += 1
            if self._n_inside == 1:
                if self._pools is None:  # looking for the libraries takes a millisecond, so it is done once
                    self._pools = ThreadpoolController()
                self._limit = self._pools.limit(limits=1, user_api="blas")

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._n_inside -= 1
            if self._n_inside == 0:
                self._limit.restore_original_limits()


ONE_BLAS_THREAD = _OneBLASThread()


def best_of_starts(task: Task, init: str, random: np.random.Generator, n_starts: int, n_jobs: int | None) -> Outcome:
    """Train from several random starts and keep the best.

    Parameters
    ----------
    task : Task
        What is to be trained.
    init : str
        How to start.
    random : numpy.random.Generator
        Source of one seed a start.
    n_starts : int
        Number of starts.
    n_jobs : int or None
        Processes, as in joblib.

    Returns
    -------
    Outcome
        That of the lowest loss; the first of equals. After Ctrl-C, the best of those that were trained until then.
    """
    seeds = random.integers(2**63, size=n_starts)
    outcomes: list[Outcome] = []
    try:
        trainings = Parallel(n_jobs=n_jobs, return_as="generator")(
            delayed(_train_on_one_thread)(task, init, int(seed)) for seed in seeds
        )
        for outcome in trainings:
            outcomes.append(outcome)
            if outcome.reason.code is StopCode.INTERRUPTED:
                break
    except KeyboardInterrupt:
        if not outcomes:
            raise
    best = min(outcomes, key=lambda outcome: outcome.lowest_loss)
    if len(outcomes) == n_starts and outcomes[-1].reason.code is not StopCode.INTERRUPTED:
        return best
    sentence = f"interrupted in start {len(outcomes)} of {n_starts}; the weights of the best start were kept"
    return dataclasses.replace(best, reason=StopReason(StopCode.INTERRUPTED, sentence))


def _train_on_one_thread(task: Task, init: str, seed: int) -> Outcome:
    # One BLAS thread a start, whatever n_jobs is: sums cut otherwise would differ in the last bit.
    random = np.random.default_rng(seed)
    with ONE_BLAS_THREAD:
        start = starting_parameters(init, task.network, random, task.training.targets.dtype)
        return train(task, start, random, {})
