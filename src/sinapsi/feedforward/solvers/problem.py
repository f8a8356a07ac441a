"""What every solver is given, and what it must do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.feedforward.network import Network
from sinapsi.monitor import FitMonitor
from sinapsi.schedules import Schedule
from sinapsi.short_forms import ShortForm
from sinapsi.stopping import Criterion, Tolerance
from sinapsi.validation import ExampleSet


@dataclass
class Problem:
    """A network to train.

    Parameters
    ----------
    network : Network
        The plan.
    parameters : array of shape (n_parameters,)
        Weights and biases, changed in place.
    examples : ExampleSet
        Training data; weights, where there are any, have mean 1.
    alpha : float
        Penalty: alpha / (2 n) times the squared weights stands beside the mean error of n examples.
    batch_size : int
        Examples a step.
    schedule : Schedule
        Learning rates over steps.
    momentum : float
        Share of the last step in the next one.
    random : numpy.random.Generator or None
        Source of a new order in every epoch; None keeps the order given.
    memory : dict of str to array
        What the solver keeps from one fit to the next (velocities, moments, number of steps).
    mean_weight : float, default=1.0
        Mean of the examples' weights as the user gave them.
    """

    network: Network
    parameters: Floats
    examples: ExampleSet
    alpha: float
    batch_size: int
    schedule: Schedule
    momentum: float
    random: np.random.Generator | None
    memory: dict[str, NDArray[Any]] = field(default_factory=dict)
    mean_weight: float = 1.0

    def remembered(self, name: str) -> Floats:
        """Give an array like the parameters that outlives the fit; zeros at first.

        Parameters
        ----------
        name : str
            What it is.

        Returns
        -------
        array of shape (n_parameters,)
            To be changed in place.
        """
        return self.memory.setdefault(name, np.zeros_like(self.parameters))

    @property
    def n_steps(self) -> int:
        """Updates made since learning began."""
        return int(self.memory.get("n_steps", np.zeros(1))[0])

    @n_steps.setter
    def n_steps(self, number: int) -> None:
        self.memory["n_steps"] = np.array([number])


@dataclass(frozen=True)
class Solver(ShortForm, ABC):
    """A way to descend the mean error of a network."""

    can_go_on: ClassVar[bool] = True  # whether partial_fit has a meaning
    knows_gradient_norm: ClassVar[bool] = False  # whether it records the gradient of the whole mean error
    threaded_flops: ClassVar[float] = 1e7  # operations in the largest product, above which a second BLAS thread pays
    loss_is_of_end: ClassVar[bool] = False  # whether it records the loss of the weights at the end of an epoch
    default_criteria: ClassVar[tuple[Criterion, ...]] = (Tolerance(),)

    def check(self, problem: Problem) -> None:
        """Refuse a problem that this way cannot solve, before anything is learned.

        Parameters
        ----------
        problem : Problem
            What is to be minimized.

        Raises
        ------
        InvalidParameterError
            If the loss or the size does not suit the solver; the message names solvers that do.
        """

    def flops_at_a_time(self, problem: Problem) -> float:
        """Estimate the size of the largest matrix product, by which threads and processes are chosen.

        Parameters
        ----------
        problem : Problem
            What is to be minimized.

        Returns
        -------
        float
            Floating-point operations.
        """
        return 2.0 * problem.batch_size * max(fan_in * fan_out for fan_in, fan_out in pairwise(problem.network.sizes))

    def conclude(self, problem: Problem) -> None:
        """Learn what belongs to the weights that were kept, after the training.

        Parameters
        ----------
        problem : Problem
            What was minimized; results go into its memory.
        """

    def starts_at_once(self, problem: Problem) -> int:
        """Say how many starts of a problem can learn side by side in one program.

        Parameters
        ----------
        problem : Problem
            What is to be minimized.

        Returns
        -------
        int
            1 where starts learn one after the other.
        """
        return 1

    def minimize_together(self, problems: Sequence[Problem], monitors: Sequence[FitMonitor]) -> None:
        """Minimize from several starts; each learns as it would alone.

        Parameters
        ----------
        problems : sequence of Problem
            One a start, differing in parameters and random order only.
        monitors : sequence of FitMonitor
            Who watches each.
        """
        for problem, monitor in zip(problems, monitors, strict=True):
            self.minimize(problem, monitor)

    @abstractmethod
    def minimize(self, problem: Problem, monitor: FitMonitor) -> None:
        """Change the parameters in place until the monitor says stop; record every epoch.

        Parameters
        ----------
        problem : Problem
            What to minimize.
        monitor : FitMonitor
            Who watches.
        """
