"""One training of a network from one start, and several from several starts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.blas_threads import threads_for
from sinapsi.feedforward.backpropagation import mean_error, outputs_of
from sinapsi.feedforward.network import Network
from sinapsi.feedforward.solvers import Problem, Solver
from sinapsi.history import History
from sinapsi.losses import is_squared_error
from sinapsi.monitor import FitMonitor
from sinapsi.schedules import Schedule
from sinapsi.stopping import Criterion, Patience, StopCode, StopReason
from sinapsi.validation import ExampleSet


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

    def problem(self, start: Start) -> Problem:
        """State the problem for a solver, with weights scaled to mean 1.

        Parameters
        ----------
        start : Start
            Where to begin; its parameters are changed in place.

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
            parameters=start.parameters,
            examples=training,
            alpha=self.alpha / mean_weight,
            batch_size=self.batch_size,
            schedule=self.schedule,
            momentum=self.momentum,
            random=start.random if self.shuffle else None,
            memory=start.memory,
            mean_weight=mean_weight,
        )

    def monitor(self, start: Start, *, verbose: int = 0, tells: bool = True) -> FitMonitor:
        """Appoint who watches a start.

        Parameters
        ----------
        start : Start
            The start.
        verbose : int, default=0
            Whether to show a progress bar.
        tells : bool, default=True
            Whether it logs and warns in the end.

        Returns
        -------
        FitMonitor
            To be begun.
        """
        return FitMonitor(
            self.title,
            max_iter=self.max_iter,
            criteria=self.criteria,
            state=[start.parameters],
            validate=None if self.held_out is None else lambda: self.validate(start.parameters),
            previous=self.previous,
            verbose=verbose,
            advice="Raise max_iter if the loss is still falling.",
            ordinary_loss=self.ordinary_loss,
            loss_is_of_end=self.solver.loss_is_of_end,
            tells=tells,
        )

    @property
    def ordinary_loss(self) -> float:
        """Loss of outputs that say nothing: the scale by which a divergence is told."""
        if not is_squared_error(self.network.loss):
            return float(np.log(max(2, self.network.sizes[-1]))) * max(1, self.network.sizes[-1])
        targets = self.training.targets.astype(np.float64)
        known = np.where(np.isnan(targets), 0.0, targets)
        return 0.5 * float(np.vdot(known, known)) / len(targets)

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
class Start:
    """Where a training begins.

    Parameters
    ----------
    parameters : array of shape (n_parameters,)
        Weights and biases; changed in place.
    random : numpy.random.Generator
        Source of the order.
    memory : dict of str to array
        What the solver kept from earlier trainings.
    """

    parameters: Floats
    random: np.random.Generator
    memory: dict[str, NDArray[Any]] = field(default_factory=dict)


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
    warning : str
        What the user should know about the end.
    """

    parameters: Floats
    memory: dict[str, NDArray[Any]]
    history: History
    reason: StopReason
    n_epochs: int
    keeps_best: bool
    warning: str

    def with_warning(self, sentence: str) -> Outcome:
        """Add a sentence to what the user should know.

        Parameters
        ----------
        sentence : str
            It goes first.

        Returns
        -------
        Outcome
            A new object.
        """
        return dataclasses.replace(self, warning=f"{sentence} {self.warning}".rstrip())

    @property
    def lowest_loss(self) -> float:
        """What several starts are compared by: the best validation loss, else the evidence, else the training loss."""
        if not self.n_epochs or self.reason.code is StopCode.DIVERGED:
            return np.inf
        if "validation_loss" in self.history:
            own = self.history["validation_loss"][-self.n_epochs :]
            return float(np.min(own) if self.keeps_best else own[-1])
        if "log_evidence" in self.history:
            return -float(self.history["log_evidence"][-1])
        return float(self.history["loss"][-1])


def train(task: Task, start: Start, *, verbose: int = 0) -> Outcome:
    """Train from one start.

    Parameters
    ----------
    task : Task
        What is to be trained.
    start : Start
        Where to begin.
    verbose : int, default=0
        Whether to show a progress bar.

    Returns
    -------
    Outcome
        The result.
    """
    problem = task.problem(start)
    task.solver.check(problem)
    with threads_for(task.solver.flops_at_a_time(problem), task.solver.threaded_flops):
        with task.monitor(start, verbose=verbose) as monitor:
            if task.max_iter:
                task.solver.minimize(problem, monitor)
        return _outcome(task, problem, monitor)


def train_together(task: Task, starts: Sequence[Start]) -> list[Outcome]:
    """Train from several starts, side by side where the solver can; nothing is told of their ends.

    Parameters
    ----------
    task : Task
        What is to be trained.
    starts : sequence of Start
        Where to begin.

    Returns
    -------
    list of Outcome
        One a start, also after Ctrl-C.
    """
    problems = [task.problem(start) for start in starts]
    monitors = [task.monitor(start, tells=False) for start in starts]
    task.solver.check(problems[0])
    interrupted = False
    with threads_for(task.solver.flops_at_a_time(problems[0]), task.solver.threaded_flops):
        try:
            for monitor in monitors:
                monitor.begin()
            if task.max_iter:
                task.solver.minimize_together(problems, monitors)
        except KeyboardInterrupt:
            interrupted = True
        for monitor in monitors:
            monitor.end(interrupted=interrupted)
        return [_outcome(task, problem, monitor) for problem, monitor in zip(problems, monitors, strict=True)]


def _outcome(task: Task, problem: Problem, monitor: FitMonitor) -> Outcome:
    if monitor.went_back:
        problem.memory.clear()  # velocities and moments belong to the weights that were given up
    if monitor.n_epochs:
        task.solver.conclude(problem)
    return Outcome(
        problem.parameters,
        problem.memory,
        monitor.history,
        monitor.reason,
        monitor.n_epochs,
        any(isinstance(criterion, Patience) for criterion in task.criteria),
        monitor.warning,
    )
