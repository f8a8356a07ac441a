"""Starts of one network that learn side by side: one program for all, a monitor for each."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import sparse

from sinapsi.activations import Floats
from sinapsi.feedforward.solvers.full_batch import BLOCK_ROWS
from sinapsi.feedforward.solvers.problem import Problem, Solver
from sinapsi.monitor import FitMonitor
from sinapsi.stopping import Criterion, StopCode

LARGEST_GROUP = 2**25  # floats that the starts of one group may take together (256 MiB)


class Starts:
    """The starts that still learn, each a row of ``parameters``.

    A start leaves when its monitor says stop; :meth:`record` tells which rows stay, so that a solver can cut its own
    arrays alike. Rows never influence each other: a start learns as it would alone.

    Parameters
    ----------
    problems : sequence of Problem
        One a start; they differ in their parameters (changed in place) and in nothing else.
    monitors : sequence of FitMonitor
        Who watches each of them.
    dtype : dtype, default=numpy.float64
        Floating type of the table.
    """

    def __init__(
        self, problems: Sequence[Problem], monitors: Sequence[FitMonitor], dtype: DTypeLike = np.float64
    ) -> None:
        self.problem = problems[0]
        self.parameters: Floats = np.array([problem.parameters for problem in problems], dtype=dtype)
        self._problems = list(problems)
        self._monitors = list(monitors)

    def __len__(self) -> int:
        return len(self._problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Those of the starts that still learn."""
        return tuple(self._problems)

    def record(
        self,
        loss: NDArray[Any],
        *,
        rows: NDArray[np.bool_] | None = None,
        n_steps: int = 1,
        converged: Mapping[str, NDArray[np.bool_]] = MappingProxyType({}),
        memory: Mapping[str, NDArray[Any]] = MappingProxyType({}),
        **columns: NDArray[Any],
    ) -> NDArray[np.bool_]:
        """Note the end of an epoch of some starts, and let those go that have converged.

        Parameters
        ----------
        loss : array of shape (n_starts,)
            Mean training error of each start that is learning.
        rows : array of bool of shape (n_starts,), optional
            Whose epoch has ended; by default that of all.
        n_steps : int, default=1
            Updates made in the epoch.
        converged : mapping of str to array of bool of shape (n_starts,), optional
            For each sentence that says why, the starts of which it is true. One that never moved gets its one epoch.
        memory : mapping of str to array of shape (n_starts, ...), optional
            What a start that is stopped takes along, for a fit that goes on from its weights, see :meth:`recalled`. One
            that has converged takes nothing: its last steps were made where there was nothing left to learn.
        **columns : array of shape (n_starts,)
            Further columns of the history.

        Returns
        -------
        array of bool of shape (n_starts,)
            Which starts go on. The others have left.
        """
        table = {"loss": loss, **columns}
        leaves = np.zeros(len(self), dtype=bool)
        for row in range(len(self)) if rows is None else np.flatnonzero(rows).tolist():
            if self._note(row, n_steps, table):
                leaves[row] = True
                self._problems[row].memory.update({name: np.array(array[row]) for name, array in memory.items()})
        for sentence, claims in converged.items():
            if claims.any():
                for row in np.flatnonzero(claims).tolist():
                    self._end(row, sentence, table)
                    for name in memory:
                        self._problems[row].memory.pop(name, None)
                leaves |= claims
        if leaves.any():
            self._leave(leaves)
        return ~leaves

    def recalled(self, name: str, otherwise: NDArray[Any]) -> NDArray[Any]:
        """Give what an earlier fit left in memory.

        Parameters
        ----------
        name : str
            What :meth:`record` called it.
        otherwise : array of shape (n_starts, ...)
            What a start without memory takes.

        Returns
        -------
        array of shape (n_starts, ...)
            A row a start.
        """
        return np.array([problem.memory.get(name, row) for problem, row in zip(self._problems, otherwise, strict=True)])

    def _note(self, row: int, n_steps: int, table: Mapping[str, NDArray[Any]]) -> bool:
        self._problems[row].parameters[...] = self.parameters[row]
        values = {name: float(column[row]) for name, column in table.items()}
        return self._monitors[row].record(n_steps=n_steps, **values)

    def _end(self, row: int, sentence: str, table: Mapping[str, NDArray[Any]]) -> None:
        """Stop a start, unless it ended for a better reason."""
        monitor = self._monitors[row]
        if not monitor.n_epochs:
            self._note(row, 1, table)
        if monitor.stop_reason is None or monitor.stop_reason.code is StopCode.MAX_ITER:
            monitor.stop(StopCode.TOLERANCE, sentence)

    def _leave(self, rows: NDArray[np.bool_]) -> None:
        stays = np.flatnonzero(~rows)
        self.parameters = self.parameters[stays]
        self._problems = [self._problems[row] for row in stays]
        self._monitors = [self._monitors[row] for row in stays]


class PerStart:
    """Arrays with a row a start, which are cut alike when starts leave."""

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Keep the starts that go on.

        Parameters
        ----------
        rows : array of bool of shape (n_starts,)
            Which.
        """
        if rows.all():
            return
        for name, value in list(vars(self).items()):
            if isinstance(value, np.ndarray):
                setattr(self, name, value[rows])


@dataclass(frozen=True)
class FullBatchSolver(Solver):
    """A way down that looks at all examples in every step, and at any number of starts at once."""

    can_go_on: ClassVar[bool] = False
    knows_gradient_norm: ClassVar[bool] = True
    loss_is_of_end: ClassVar[bool] = True
    default_criteria: ClassVar[tuple[Criterion, ...]] = ()

    def minimize(self, problem: Problem, monitor: FitMonitor) -> None:
        self.minimize_together([problem], [monitor])

    def minimize_together(self, problems: Sequence[Problem], monitors: Sequence[FitMonitor]) -> None:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # the monitors tell of a divergence
            self.descend(Starts(problems, monitors))

    def starts_at_once(self, problem: Problem) -> int:
        if sparse.issparse(problem.examples.inputs):
            return 1
        return max(1, LARGEST_GROUP // self.floats_per_start(problem))

    def flops_at_a_time(self, problem: Problem) -> float:
        whole = dataclasses.replace(problem, batch_size=min(len(problem.examples), BLOCK_ROWS))
        return super().flops_at_a_time(whole)

    def floats_per_start(self, problem: Problem) -> int:
        """Estimate the memory of one start.

        Parameters
        ----------
        problem : Problem
            What is to be minimized.

        Returns
        -------
        int
            Floats.
        """
        return 2 * min(len(problem.examples), BLOCK_ROWS) * sum(problem.network.sizes[1:]) + 8 * len(problem.parameters)

    @abstractmethod
    def descend(self, starts: Starts) -> None:
        """Change the parameters of all starts until the last has left.

        Parameters
        ----------
        starts : Starts
            The starts.
        """
