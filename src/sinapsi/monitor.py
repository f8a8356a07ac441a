"""What watches a fit from outside: history, stopping rules, the state worth keeping, and the progress bar.

Every learner that goes on in epochs uses it alike::

    with FitMonitor("Perceptron", max_iter=100, state=[coef, intercept]) as monitor:
        for epoch in monitor.epochs():
            ...learn one epoch, changing the state in place...
            monitor.record(loss=loss, n_steps=n_updates)

On leaving the block the state is the one worth keeping: the best by validation where patience was asked for, that of
the lowest training loss after a divergence, that of the last whole epoch after Ctrl-C, else the last.
"""

from __future__ import annotations

import logging
import math
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from sinapsi.history import History
from sinapsi.progress import ProgressBar
from sinapsi.stopping import Criterion, Epoch, Patience, StopCode, StopReason

logger = logging.getLogger("sinapsi")

RISE_OF_DIVERGENCE = 10  # a loss that has grown to so many times its first value does not come back


class FitMonitor:
    """The watch over one fit.

    Parameters
    ----------
    title : str
        Name of the estimator, for the progress bar and messages.
    max_iter : int
        Largest number of epochs.
    criteria : sequence of Criterion, default=()
        Stopping rules besides ``max_iter``.
    state : sequence of array, default=()
        The weights that learning changes in place.
    validate : callable, optional
        Gives ``{"validation_loss": ..., "validation_score": ...}`` of the present state.
    previous : History, optional
        History of earlier fits that this one continues (``warm_start``, ``partial_fit``).
    verbose : int, default=0
        Whether to show a progress bar (only on a terminal).
    advice : str, default=""
        Sentence added to the warning that ``max_iter`` was used up.
    """

    def __init__(
        self,
        title: str,
        *,
        max_iter: int,
        criteria: Sequence[Criterion] = (),
        state: Sequence[NDArray[Any]] = (),
        validate: Callable[[], dict[str, float]] | None = None,
        previous: History | None = None,
        verbose: int = 0,
        advice: str = "",
    ) -> None:
        self.stop_reason: StopReason | None = None
        self._title = title
        self._max_iter = max_iter
        self._watches = [criterion.watch() for criterion in criteria]
        self._keeps_best = any(isinstance(criterion, Patience) for criterion in criteria)
        self._state = list(state)
        self._last_good = [array.copy() for array in self._state]
        self._lowest = [array.copy() for array in self._state]
        self._lowest_loss = math.inf
        self._lowest_epoch = 0
        self._best = self._last_good
        self._best_loss = math.inf
        self._validate = validate
        self._previous = previous
        self._rows: list[dict[str, float]] = []
        self._advice = advice
        self._ran_out = False
        self._bar = ProgressBar(title, max_iter) if verbose else None

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        if not self._max_iter:
            self.stop(StopCode.MAX_ITER, "max_iter=0: the starting weights were set up and not changed")
        return self

    @property
    def n_epochs(self) -> int:
        """Epochs recorded in this fit."""
        return len(self._rows)

    @property
    def reason(self) -> StopReason:
        """Why the fit ended; to be asked after it has."""
        if self.stop_reason is None:
            raise RuntimeError("The fit has not ended. Ask for the reason after the block of the monitor.")
        return self.stop_reason

    @property
    def history(self) -> History:
        """Everything recorded, after what came before this fit."""
        own = {name: [row.get(name, math.nan) for row in self._rows] for row in self._rows[:1] for name in row}
        return _joined(self._previous, own)

    def epochs(self) -> Iterator[int]:
        """Go through the epochs, from 1, until a stopping rule holds.

        Yields
        ------
        int
            Number of the epoch that now begins.
        """
        while self.stop_reason is None:
            yield self.n_epochs + 1

    def record(self, *, loss: float, n_steps: int, gradient_norm: float | None = None, **columns: float) -> bool:
        """Note the end of an epoch and ask the stopping rules.

        Parameters
        ----------
        loss : float
            Mean training error of the epoch.
        n_steps : int
            Updates made in the epoch.
        gradient_norm : float, optional
            Euclidean norm of the gradient of the mean error, if known.
        **columns : float
            Further columns of the history.

        Returns
        -------
        bool
            Whether the fit must end now; ``stop_reason`` says why.
        """
        if self._has_diverged(loss):
            return True
        epoch = self._note(loss, n_steps, gradient_norm, columns)
        self._keep_state(epoch)
        reasons = (watch(epoch) for watch in self._watches)
        self.stop_reason = next((reason for reason in reasons if reason is not None), None)
        self._see_whether_the_loss_rose(loss)
        if self.stop_reason is None and epoch.number >= self._max_iter:
            self._ran_out = True
            self.stop_reason = StopReason(
                StopCode.MAX_ITER, f"max_iter={self._max_iter} was used up before another stopping rule held"
            )
        if self._bar:
            self._bar.advance(epoch.number, loss)
        return self.stop_reason is not None

    def stop(self, code: StopCode, sentence: str) -> None:
        """End the fit for a reason of the learner's own.

        Parameters
        ----------
        code : StopCode
            For programs.
        sentence : str
            For people.
        """
        self.stop_reason = StopReason(code, sentence)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if self._bar:
            self._bar.close()
        interrupted = kind is KeyboardInterrupt
        if kind is not None and not interrupted:
            return False
        if interrupted:
            kept = self._kept() if self._keeps_best else f"the weights of epoch {self.n_epochs} were"
            self.stop(StopCode.INTERRUPTED, f"interrupted in epoch {self.n_epochs + 1}; {kept} kept")
        self._restore()
        self._tell()
        return interrupted

    def _note(self, loss: float, n_steps: int, gradient_norm: float | None, columns: Mapping[str, float]) -> Epoch:
        validation = self._validate() if self._validate else {}
        before = int(self._rows[-1]["step"]) if self._rows else 0
        epoch = Epoch(
            number=self.n_epochs + 1,
            n_steps=before + n_steps,
            loss=loss,
            seconds=time.perf_counter() - self._began,
            validation_loss=validation.get("validation_loss"),
            gradient_norm=gradient_norm,
        )
        row = {"epoch": epoch.number, "step": epoch.n_steps, "loss": loss, **validation, **columns}
        if gradient_norm is not None:
            row["gradient_norm"] = gradient_norm
        self._rows.append({**row, "seconds": epoch.seconds})
        return epoch

    def _has_diverged(self, loss: float) -> bool:
        culprit = None if math.isfinite(loss) else f"training loss became {loss:g}"
        if culprit is None and not all(np.isfinite(array).all() for array in self._state):
            culprit = "weights became infinite or NaN"
        if culprit is not None:
            self.stop(StopCode.DIVERGED, f"the {culprit} in epoch {self.n_epochs + 1}; {self._kept()} kept")
        return culprit is not None

    def _see_whether_the_loss_rose(self, loss: float) -> None:
        """A training that ends without improvement, far above where it began, has diverged slowly."""
        began = float(self._rows[0]["loss"])
        if self.stop_reason and self.stop_reason.code is StopCode.TOLERANCE and loss > RISE_OF_DIVERGENCE * began:
            self.stop(StopCode.DIVERGED, f"the training loss rose from {began:.3g} to {loss:.3g}; {self._kept()} kept")

    def _kept(self) -> str:
        if self._keeps_best and math.isfinite(self._best_loss):
            return "the weights with the best validation loss were"
        return f"the weights of epoch {self._lowest_epoch} were" if self._lowest_epoch else "the initial weights were"

    def _keep_state(self, epoch: Epoch) -> None:
        if self._keeps_best and epoch.validation_loss is not None and epoch.validation_loss < self._best_loss:
            self._best_loss = epoch.validation_loss
            self._best = [array.copy() for array in self._state]
        if epoch.loss < self._lowest_loss:  # the loss was met on the way: it speaks for the weights it began with
            self._lowest_loss = epoch.loss
            self._lowest_epoch = epoch.number - 1
            for kept, array in zip(self._lowest, self._last_good, strict=True):
                np.copyto(kept, array)
        for kept, array in zip(self._last_good, self._state, strict=True):
            np.copyto(kept, array)

    def _restore(self) -> None:
        restored = self._last_good
        if self._keeps_best and math.isfinite(self._best_loss):
            restored = self._best
        elif self.stop_reason and self.stop_reason.code is StopCode.DIVERGED:
            restored = self._lowest
        for array, kept in zip(self._state, restored, strict=True):
            np.copyto(array, kept)

    def _tell(self) -> None:
        logger.info("%s stopped: %s", self._title, self.stop_reason)
        advice = {
            StopCode.DIVERGED: "Lower learning_rate, or standardize X (sklearn.preprocessing.StandardScaler).",
            StopCode.INTERRUPTED: "Fit again with warm_start=True to go on from there.",
            StopCode.MAX_ITER: self._advice,
        }
        code = self.stop_reason.code if self.stop_reason else None
        is_wished = code is StopCode.MAX_ITER and not self._ran_out  # a rule that the user set, not the limit
        if code in advice and not is_wished:
            warnings.warn(
                f"{self._title}: {self.stop_reason}. {advice[code]}".rstrip(), ConvergenceWarning, stacklevel=3
            )


def _joined(previous: History | None, own: Mapping[str, list[float]]) -> History:
    """Put a fit's columns after those of the fits it continues; epochs, steps and seconds go on counting."""
    whole = {"epoch", "step"}
    columns = {
        name: np.asarray(values, dtype=np.int64 if name in whole else np.float64) for name, values in own.items()
    }
    if previous is None or not previous.n_epochs:
        return History(columns)
    if not columns:
        return previous
    n_before, n_own = previous.n_epochs, len(columns["epoch"])
    for name in ("epoch", "step", "seconds"):
        columns[name] = columns[name] + previous[name][-1]
    names = [*previous, *(name for name in columns if name not in previous)]
    return History(
        {
            name: np.concatenate(
                [previous.get(name, np.full(n_before, np.nan)), columns.get(name, np.full(n_own, np.nan))]
            )
            for name in names
        }
    )
