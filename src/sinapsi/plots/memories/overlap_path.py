"""How like each memory a state was while it was recalled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.plots.canvas import axes_to_draw_on, quieten_frame, write_heading
from sinapsi.plots.fitted import network_in
from sinapsi.plots.memories import recalls
from sinapsi.plots.palette import CAPTION_INK, CONTOUR_INK, PETROFF_COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

    from sinapsi.memories.recall_path import RecallPath

FEW_MOMENTS = 25  # up to here each moment gets a dot
MOST_LABELED = len(PETROFF_COLORS)  # memories that have a color and a place in the legend
STRENGTH_OF_OTHERS = 0.55  # opacity of all but the leading memory
ROOM = 1.06  # largest overlap on the vertical axis, so that lines at 1 are not cut


class OverlapPathDisplay:
    """The overlap of the state with each memory, moment by moment, while a probe was recalled.

    The memory that the state resembles most in the end, or whose negative it does, is drawn strong, the others pale.
    Make one with :meth:`from_estimator` or :meth:`from_path`; for many recalls at once see :class:`OverlapsDisplay`.

    Parameters
    ----------
    path : RecallPath
        As ``estimator.recall_path(probe)`` gives it.
    name : str, default="Overlaps along a recall"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    lines_ : dict of int to matplotlib Line2D
        The line of each memory.
    memory_ : int
        The leading memory.
    caption_ : str
        The caption.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import HopfieldNetwork
    >>> memories = np.array([[1] * 8 + [-1] * 8, [1, -1] * 8])
    >>> model = HopfieldNetwork().fit(memories)
    >>> display = OverlapPathDisplay.from_estimator(model, [1] * 7 + [-1] * 9)
    >>> display.memory_, display.lines_[0].get_ydata()
    (0, array([0.875, 1.   ]))
    """

    ax_: Axes
    figure_: Figure | SubFigure
    lines_: dict[int, Line2D]
    memory_: int
    caption_: str

    def __init__(self, *, path: RecallPath, name: str = "Overlaps along a recall") -> None:
        recalls.check_recall(path)
        self.path = path
        self.name = name

    @classmethod
    def from_estimator(
        cls, estimator: Any, probe: ArrayLike, *, name: str | None = None, ax: Axes | None = None
    ) -> Self:
        """Let a fitted network recall, and draw the overlaps on the way.

        Parameters
        ----------
        estimator : HopfieldNetwork or DenseAssociativeMemory
            Fitted; a pipeline or search that ends in one will do.
        probe : array of shape (n_features,)
            Where recall starts.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        OverlapPathDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        InvalidInputError
            If it is no associative memory, or the probe does not fit to it.
        """
        path = recalls.recall_of(estimator, probe, "OverlapPathDisplay")
        network = type(network_in(estimator)).__name__
        return cls.from_path(path, name=f"Overlaps of {network} along a recall" if name is None else name, ax=ax)

    @classmethod
    def from_path(cls, path: RecallPath, *, name: str = "Overlaps along a recall", ax: Axes | None = None) -> Self:
        """Draw the overlaps of a recall that was made before.

        Parameters
        ----------
        path : RecallPath
            What ``recall_path(probe)`` gave.
        name : str, default="Overlaps along a recall"
            The title.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        OverlapPathDisplay
            What was drawn.

        Raises
        ------
        InvalidInputError
            If it is no such path.
        """
        return cls(path=path, name=name).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        OverlapPathDisplay
            The object itself.
        """
        self.ax_ = axes_to_draw_on(ax, "OverlapPathDisplay")
        self.figure_ = self.ax_.figure
        overlaps = np.asarray(self.path.overlaps, dtype=np.float64)
        self.memory_ = recalls.leading_memory(overlaps[-1])
        self._draw_lines(overlaps)
        self._scale_and_label(overlaps.shape[1])
        self.caption_ = f"{recalls.way_text(self.path)} {recalls.arrival_text(overlaps[-1])}"
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _draw_lines(self, overlaps: NDArray[np.float64]) -> None:
        """Draw the lines of the nearest memories in colors, the nearest first; those of all others in gray."""
        nearest_first = np.argsort(-np.abs(overlaps[-1]), kind="stable")
        marker = "o" if self.path.n_moments <= FEW_MOMENTS else ""
        drawn = {}
        for place, memory in enumerate(map(int, nearest_first)):
            style: dict[str, Any] = {"color": CONTOUR_INK, "alpha": 0.35, "linewidth": 0.8, "zorder": 1.8}
            if place < MOST_LABELED:
                style = {"color": PETROFF_COLORS[place], "alpha": STRENGTH_OF_OTHERS, "linewidth": 1.2, "zorder": 2.0}
                style |= {"label": f"memory {memory}", "marker": marker, "markersize": 2.5}
            if place == 0:
                style |= {"alpha": 1.0, "linewidth": 2.6, "zorder": 3.0, "markersize": 4.0}
            (drawn[memory],) = self.ax_.plot(np.arange(len(overlaps)), overlaps[:, memory], **style)
        self.lines_ = dict(sorted(drawn.items()))

    def _scale_and_label(self, n_memories: int) -> None:
        from matplotlib.ticker import MaxNLocator

        self.ax_.axhline(0, color=CAPTION_INK, linewidth=0.8, zorder=1.5)
        self.ax_.set_ylim(-ROOM, ROOM)
        if self.path.n_moments == 0:
            self.ax_.set_xlim(-0.5, 0.5)
        self.ax_.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        self.ax_.set(xlabel="moment", ylabel="overlap")
        quieten_frame(self.ax_, grid=True)
        handles, labels = self.ax_.get_legend_handles_labels()
        if n_memories > MOST_LABELED:
            a_gray_one = next(line for line in self.lines_.values() if line.get_label() not in labels)
            handles, labels = [*handles, a_gray_one], [*labels, f"{n_memories - MOST_LABELED} others"]
        self.ax_.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize="small", frameon=False)
