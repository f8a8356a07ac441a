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

RISE_OF_DIVERGENCE = 10  # a loss that has grown to so many times its first or ordinary value does not come back


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
    ordinary_loss : float, optional
        Loss of outputs that say nothing. A fit that ends far above both this and its first loss has diverged; None for
        learners whose loss has no such scale.
    largest_weight : float, default=inf
        Weights beyond it, of either sign, have diverged though they are finite numbers still.
    loss_is_of_end : bool, default=False
        Whether the loss of an epoch is that of the weights at its end; else it was met on the way, and speaks for the
        weights with which the epoch began.
    tells : bool, default=True
        Whether to log and warn at the end why the fit stopped; False for one start of several, of which the best is
        told about by :func:`tell`.
    cure : str, optional
        What the warning of a divergence advises.
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
        ordinary_loss: float | None = None,
        largest_weight: float = math.inf,
        loss_is_of_end: bool = False,
        tells: bool = True,
        cure: str = "Lower learning_rate, or standardize X (sklearn.preprocessing.StandardScaler).",
    ) -> None:
        self._cure = cure
        self.stop_reason: StopReason | None = None
        self.went_back = False  # whether the state was set back to an earlier one
        self._title = title
        self._max_iter = max_iter
        self._watches = [criterion.watch() for criterion in criteria]
        self._keeps_best = any(isinstance(criterion, Patience) for criterion in criteria)
        self._state = list(state)
        self._last_good = [array.copy() for array in self._state]
        self._lowest = [array.copy() for array in self._state]
        self._lowest_loss = math.inf
        self._lowest_epoch = 0
        self._last_good_epoch = 0
        self._best: list[NDArray[Any]] = []
        self._best_loss = math.inf
        self._best_epoch = 0
        self._ordinary_loss = math.inf if ordinary_loss is None else ordinary_loss
        self._largest_weight = largest_weight
        self._validate = validate
        self._previous = previous
        self._rows: list[dict[str, float]] = []
        self._advice = advice
        self._loss_is_of_end = loss_is_of_end
        self._tells = tells
        self._ran_out = False
        self._bar = ProgressBar(title, max_iter) if verbose else None

    def __enter__(self) -> Self:
        self.begin()
        return self

    def begin(self) -> None:
        """Start the clock; what entering the block does."""
        self._began = time.perf_counter()
        if not self._max_iter:
            self.stop(StopCode.MAX_ITER, "max_iter=0: the starting weights were set up and not changed")

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
        names = self._rows[0] if self._rows else ("epoch", "step", "loss", "seconds")
        own = {name: [row.get(name, math.nan) for row in self._rows] for name in names}
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
        limit = self._largest_weight
        is_finite = math.isfinite(loss) and all((np.abs(array) < limit).all() for array in self._state)
        epoch = self._note(loss, n_steps, gradient_norm, columns, validates=is_finite)
        if not is_finite:
            weights = "weights became infinite" if math.isinf(limit) else f"weights became larger than {limit:.3g}"
            self.diverge(weights if math.isfinite(loss) else f"the training loss became {loss:g}")
        elif epoch.validation_loss is not None and not math.isfinite(epoch.validation_loss):
            self.diverge(f"the validation loss became {epoch.validation_loss:g}")
        else:
            self._keep_state(epoch)
            self._ask_the_rules(epoch)
        if self._bar:
            self._bar.advance(epoch.number, loss)
        return self.stop_reason is not None

    def stop(self, code: StopCode, sentence: str) -> None:
        """End the fit for a reason of the learner's own; a divergence noted before stands.

        Parameters
        ----------
        code : StopCode
            For programs.
        sentence : str
            For people.
        """
        if self.stop_reason is None or self.stop_reason.code is not StopCode.DIVERGED:
            self.stop_reason = StopReason(code, sentence)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        interrupted = kind is KeyboardInterrupt
        if kind is not None and not interrupted:
            self._close_bar()
            return False
        self.end(interrupted=interrupted)
        return interrupted

    def end(self, *, interrupted: bool = False) -> None:
        """Set the state to the one worth keeping, and tell why the fit stopped; what leaving the block does.

        Parameters
        ----------
        interrupted : bool, default=False
            Whether the user pressed Ctrl-C. A fit that had ended by itself keeps its own reason.
        """
        self._close_bar()
        if interrupted and self.stop_reason is None:
            self.stop(
                StopCode.INTERRUPTED, f"interrupted in epoch {self.n_epochs + 1}; {self._worth_keeping()[1]} kept"
            )
        self._restore()
        if self._tells:
            tell(self._title, self.stop_reason, self.warning)

    def close(self) -> None:
        """Take the progress bar away when the fit fails; what leaving the block by an error does."""
        self._close_bar()

    def _close_bar(self) -> None:
        if self._bar:
            self._bar.close()

    def _note(
        self, loss: float, n_steps: int, gradient_norm: float | None, columns: Mapping[str, float], *, validates: bool
    ) -> Epoch:
        validation: dict[str, float] = {}
        if self._validate:
            unknown = {"validation_loss": math.nan, "validation_score": math.nan}
            with np.errstate(over="ignore", invalid="ignore"):  # a divergence is told of, not warned of by NumPy
                validation = self._validate() if validates else unknown
        before = int(self._rows[-1]["step"]) if self._rows else 0
        epoch = Epoch(
            number=self.n_epochs + 1,
            n_steps=before + n_steps,
            loss=loss,
            seconds=time.perf_counter() - self._began,
            validation_loss=validation.get("validation_loss"),
            gradient_norm=gradient_norm,
            columns={**validation, **columns},
        )
        row = {"epoch": epoch.number, "step": epoch.n_steps, "loss": loss, **validation, **columns}
        if gradient_norm is not None:
            row["gradient_norm"] = gradient_norm
        self._rows.append({**row, "seconds": epoch.seconds})
        return epoch

    def _ask_the_rules(self, epoch: Epoch) -> None:
        reasons = (watch(epoch) for watch in self._watches)
        self.stop_reason = next((reason for reason in reasons if reason is not None), None)
        if self.stop_reason is None and epoch.number >= self._max_iter:
            self._ran_out = True
            self.stop_reason = StopReason(
                StopCode.MAX_ITER, f"max_iter={self._max_iter} was used up before another stopping rule held"
            )
        began = float(self._rows[0]["loss"])
        has_risen = epoch.loss > RISE_OF_DIVERGENCE * max(began, self._ordinary_loss)
        if has_risen and self.stop_reason and self.stop_reason.code is not StopCode.GOAL:
            self.diverge(f"the training loss rose from {began:.3g} to {epoch.loss:.3g}")

    def diverge(self, fact: str) -> None:
        """End the fit because it went astray; the state goes back to that of the lowest loss.

        Parameters
        ----------
        fact : str
            What is wrong, to be followed by the epoch.
        """
        epoch = f"in epoch {self.n_epochs}"
        self.stop_reason = StopReason(
            StopCode.DIVERGED, f"{fact} {epoch}; {self._worth_keeping(diverged=True)[1]} kept"
        )

    def _keep_state(self, epoch: Epoch) -> None:
        if self._keeps_best and epoch.validation_loss is not None and epoch.validation_loss < self._best_loss:
            self._best_loss, self._best_epoch = epoch.validation_loss, epoch.number
            self._best = [array.copy() for array in self._state]
        if epoch.loss < self._lowest_loss:
            self._lowest_loss = epoch.loss
            self._lowest_epoch = epoch.number if self._loss_is_of_end else epoch.number - 1
            for kept, array in zip(self._lowest, self._state if self._loss_is_of_end else self._last_good, strict=True):
                np.copyto(kept, array)
        self._last_good_epoch = epoch.number
        for kept, array in zip(self._last_good, self._state, strict=True):
            np.copyto(kept, array)

    def _worth_keeping(self, *, diverged: bool = False) -> tuple[Sequence[NDArray[Any]], str]:
        """The state to go back to, and what it is called."""
        if self._best_epoch:
            return self._best, f"the weights with the best validation loss, of epoch {self._best_epoch}, were"
        state, epoch = (self._lowest, self._lowest_epoch) if diverged else (self._last_good, self._last_good_epoch)
        return state, f"the weights of epoch {epoch} were" if epoch else "the initial weights were"

    def _restore(self) -> None:
        code = self.stop_reason.code if self.stop_reason else None
        if code is StopCode.ALL_CORRECT:
            return  # the reason speaks of the last weights
        kept, _ = self._worth_keeping(diverged=code is StopCode.DIVERGED)
        self.went_back = any(not np.array_equal(array, old) for array, old in zip(self._state, kept, strict=True))
        for array, old in zip(self._state, kept, strict=True):
            np.copyto(array, old)

    @property
    def warning(self) -> str:
        """What the user should know and may do about the end of this fit; empty where all is well."""
        advice = {
            StopCode.DIVERGED: self._cure,
            StopCode.INTERRUPTED: "Fit again with warm_start=True to go on from there.",
            StopCode.MAX_ITER: self._advice,
        }
        code = self.stop_reason.code if self.stop_reason else None
        is_wished = code is StopCode.MAX_ITER and not self._ran_out  # a rule that the user set, not the limit
        if code is None or code not in advice or is_wished:
            return ""
        return f"{self._title}: {self.stop_reason}. {advice[code]}".rstrip()


def tell(title: str, reason: StopReason | None, warning: str) -> None:
    """Log why a fit stopped, and warn where the user may want to do something about it.

    Parameters
    ----------
    title : str
        Name of the estimator.
    reason : StopReason or None
        Why it stopped.
    warning : str
        What :attr:`FitMonitor.warning` says.
    """
    logger.info("%s stopped: %s", title, reason)
    if warning:
        warnings.warn(warning, ConvergenceWarning, stacklevel=4)


def _joined(previous: History | None, own: Mapping[str, list[float]]) -> History:
    """Put a fit's columns after those of the fits it continues; epochs, steps and seconds go on counting."""
    whole = {"epoch", "step"}
    columns = {
        name: np.asarray(values, dtype=np.int64 if name in whole else np.float64) for name, values in own.items()
    }
    if previous is None or not previous.n_epochs:
        return History(columns)
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
