"""How learning went: the columns of a training history over the epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.exceptions import InvalidInputError
from sinapsi.plots.canvas import axes_to_draw_on, quieten_frame, write_heading
from sinapsi.plots.fitted import network_in
from sinapsi.plots.learning.history_columns import (
    columns_to_draw,
    common_words,
    higher_is_better,
    in_words,
    judging_column,
)
from sinapsi.plots.palette import CAPTION_INK, PETROFF_COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

FEW_EPOCHS = 25  # up to here each epoch gets a dot


class HistoryDisplay:
    """The training history of a network over its epochs.

    Shows the loss, and the validation loss where there is one (for a perceptron the number of misclassified
    examples); marks the best epoch, and says in the caption why learning stopped.
    Make one with :meth:`from_estimator` or :meth:`from_history`.

    Parameters
    ----------
    history : mapping of str to array of shape (n_epochs,)
        The columns, as in ``estimator.history_``; ``epoch`` is the horizontal axis.
    columns : sequence of str, default=None
        What to draw. None draws what the network was judged by.
    stop_reason : object, default=None
        Why learning ended; its ``str`` becomes the caption.
    name : str, default="Training history"
        The title.
    log_scale : bool, default=False
        Whether the vertical axis is logarithmic (linear below the smallest positive value, where there are zeros).

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    lines_ : dict of str to matplotlib Line2D
        The line of each column.
    best_epoch_ : int
        The epoch that is marked: the lowest value of the validation loss where it is drawn (the highest, for a
        score), else of the first column.
    best_point_ : matplotlib Line2D
        The mark.
    caption_ : str
        The caption.

    Examples
    --------
    >>> import numpy as np
    >>> history = {"epoch": np.array([1, 2, 3]), "loss": np.array([0.9, 0.4, 0.2])}
    >>> display = HistoryDisplay.from_history(history, stop_reason="all 3 epochs were used")
    >>> display.best_epoch_, display.caption_
    (3, 'Stopped: all 3 epochs were used.')
    """

    ax_: Axes
    figure_: Figure | SubFigure
    lines_: dict[str, Line2D]
    best_epoch_: int
    best_point_: Line2D
    caption_: str

    def __init__(
        self,
        *,
        history: Mapping[str, NDArray[Any]],
        columns: Sequence[str] | None = None,
        stop_reason: object = None,
        name: str = "Training history",
        log_scale: bool = False,
    ) -> None:
        self.history = history
        self.columns = columns
        self.stop_reason = stop_reason
        self.name = name
        self.log_scale = log_scale

    @classmethod
    def from_estimator(
        cls,
        estimator: object,
        *,
        columns: Sequence[str] | None = None,
        name: str | None = None,
        log_scale: bool = False,
        ax: Axes | None = None,
        **line_settings: object,
    ) -> Self:
        """Draw the history of a fitted network.

        Parameters
        ----------
        estimator : estimator
            Anything fitted that has ``history_``; a pipeline that ends in one, or a search over one, will do.
        columns : sequence of str, default=None
            What to draw. None draws what the network was judged by.
        name : str, default=None
            The title. None takes the name of the class.
        log_scale : bool, default=False
            Whether the vertical axis is logarithmic.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        **line_settings : object
            Passed to ``ax.plot``.

        Returns
        -------
        HistoryDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        InvalidInputError
            If it keeps no history.
        """
        check_is_fitted(estimator)
        network = network_in(estimator)
        if not hasattr(network, "history_"):
            raise InvalidInputError(
                f"HistoryDisplay expects a fitted network with a history_. {type(network).__name__} has none. "
                "Pass an estimator of Sinapsi, or a mapping of columns to HistoryDisplay.from_history."
            )
        return cls.from_history(
            network.history_,
            columns=columns,
            stop_reason=getattr(network, "stop_reason_", None),
            name=type(network).__name__ if name is None else name,
            log_scale=log_scale,
            ax=ax,
            **line_settings,
        )

    @classmethod
    def from_history(
        cls,
        history: Mapping[str, NDArray[Any]],
        *,
        columns: Sequence[str] | None = None,
        stop_reason: object = None,
        name: str = "Training history",
        log_scale: bool = False,
        ax: Axes | None = None,
        **line_settings: object,
    ) -> Self:
        """Draw a history.

        Parameters
        ----------
        history : mapping of str to array of shape (n_epochs,)
            The columns, among them ``epoch``.
        columns : sequence of str, default=None
            What to draw. None draws what the network was judged by.
        stop_reason : object, default=None
            Why learning ended, for the caption.
        name : str, default="Training history"
            The title.
        log_scale : bool, default=False
            Whether the vertical axis is logarithmic.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        **line_settings : object
            Passed to ``ax.plot``.

        Returns
        -------
        HistoryDisplay
            What was drawn.
        """
        display = cls(history=history, columns=columns, stop_reason=stop_reason, name=name, log_scale=log_scale)
        return display.plot(ax, **line_settings)

    def plot(self, ax: Axes | None = None, **line_settings: object) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        **line_settings : object
            Passed to ``ax.plot``.

        Returns
        -------
        HistoryDisplay
            The object itself.
        """
        columns = columns_to_draw(self.history, self.columns)
        self.ax_ = axes_to_draw_on(ax, "HistoryDisplay")
        self.figure_ = self.ax_.figure
        self.lines_ = self._draw_lines(columns, line_settings)
        self._mark_best(judging_column(columns))
        self._scale_and_label(columns)
        reason = "" if self.stop_reason is None else str(self.stop_reason).strip().rstrip(".")
        self.caption_ = f"Stopped: {reason}." if reason else ""
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _draw_lines(self, columns: Sequence[str], line_settings: Mapping[str, object]) -> dict[str, Line2D]:
        epochs = np.asarray(self.history["epoch"])
        lines = {}
        for index, column in enumerate(columns):
            values = np.asarray(self.history[column], dtype=float)
            measured = np.isfinite(values)  # a column measured every few epochs is NaN between
            style: dict[str, Any] = {
                "color": PETROFF_COLORS[index % len(PETROFF_COLORS)],
                "linestyle": ("-", "--", "-.", ":")[index % 4],
                "linewidth": 2.0,
                "marker": "o" if measured.sum() <= FEW_EPOCHS else "",
                "markersize": 3.5,
                "label": in_words(column),
                **line_settings,
            }
            (lines[column],) = self.ax_.plot(epochs[measured], values[measured], **style)
        return lines

    def _mark_best(self, column: str) -> None:
        values = np.asarray(self.history[column], dtype=float)
        best_row = int(np.nanargmax(values) if higher_is_better(column) else np.nanargmin(values))
        self.best_epoch_ = int(self.history["epoch"][best_row])
        self.ax_.axvline(self.best_epoch_, color=CAPTION_INK, linewidth=0.8, linestyle=(0, (2, 3)), zorder=1.5)
        (self.best_point_,) = self.ax_.plot(
            [self.best_epoch_],
            [values[best_row]],
            marker="o",
            markersize=8,
            markerfacecolor="white",
            markeredgecolor=self.lines_[column].get_color(),
            markeredgewidth=2.0,
            linestyle="none",
            label=f"best: {values[best_row]:.4g} in epoch {self.best_epoch_}",
            zorder=3,
        )

    def _scale_and_label(self, columns: Sequence[str]) -> None:
        from matplotlib.ticker import MaxNLocator

        drawn = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in self.lines_.values()])
        if self.log_scale and (drawn > 0).any():
            if (drawn <= 0).any():
                self.ax_.set_yscale("symlog", linthresh=drawn[drawn > 0].min())
            else:
                self.ax_.set_yscale("log")
        self.ax_.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        self.ax_.set_xlabel("epoch")
        self.ax_.set_ylabel(common_words(columns))
        quieten_frame(self.ax_, grid=True)
        self.ax_.legend(fontsize="small", framealpha=0.9, edgecolor="none")
